"""Who makes the notable models? One list, read on one day, and the same years as others printed them.

The numbers are cited, not measured: counts of Epoch AI's list of notable models as it was
on 2 May 2026, by the year of publication, and what the AI Index printed. What this program
adds is arithmetic.
"""

import matplotlib.pyplot as plt

# --8<-- [start:counts]
years = range(2014, 2026)
listed = [33, 29, 49, 55, 37, 68, 50, 78, 91, 119, 98, 103]  # all models of a year
by_industry = [5, 13, 21, 26, 23, 30, 25, 45, 50, 69, 81, 94]  # alone
by_both = [6, 5, 8, 10, 8, 21, 12, 20, 19, 29, 12, 5]  # industry and academia, no third
by_academia = [21, 9, 18, 18, 4, 12, 9, 9, 17, 18, 3, 2]  # alone
classes = {"industry": by_industry, "both": by_both, "academia": by_academia}

others = [n - sum(parts) for n, *parts in zip(listed, *classes.values(), strict=True)]
classes["others"] = others  # a government or a nonprofit took part, or not known
percent = {
    name: [100 * k / n for k, n in zip(counts, listed, strict=True)]
    for name, counts in classes.items()
}
shares = [k / n for k, n in zip(by_industry, listed, strict=True)]  # (12,)
both_shares = [k / n for k, n in zip(by_both, listed, strict=True)]
alone_shares = [k / n for k, n in zip(by_academia, listed, strict=True)]
refiled = (by_industry[-1] + 2) / listed[-1]  # GLM-4.5 and GLM-4.6 as the company's

print("year all  ind. both acad other  share")
for year, n, *row, share in zip(years, listed, *classes.values(), shares, strict=True):
    i, b, a, o = row
    print(f"{year}{n:4}{i:6}{b:5}{a:5}{o:6}{share:7.0%}")
# --8<-- [end:counts]

# --8<-- [start:readings]
printed = {  # models of a year: when and by whom, industry, both, academia, others
    2023: ("Index 2024", 51, 21, 15, 2),
    2024: ("Index 2025", 55, 5, 0, 1),
}
printed_shares, listed_shares = [], []  # (2,), industry's
print("year counted by   ind. both acad share")
for year, (reader, *row) in printed.items():
    at = years.index(year)
    now = [counts[at] for counts in classes.values()]
    for name, (i, b, a, o), kept in (
        (reader, row, printed_shares),
        ("Epoch", now, listed_shares),
    ):
        kept.append(i / (i + b + a + o))
        print(f"{year} {name:10}{i:7}{b:5}{a:5}{kept[-1]:6.0%}")
# --8<-- [end:readings]

# --8<-- [start:cost]
only_cost = {2023: (3, 2), 2024: (28, 27), 2025: (17, 17)}  # all, industry alone
cost_models, without_cost = [], []  # (3,), models that nothing but the cost brings in
print("       listed by   industry's share")
print("year  cost alone   with    without")
for year, (dear, dear_industry) in only_cost.items():
    at = years.index(year)
    rest = (by_industry[at] - dear_industry) / (listed[at] - dear)
    cost_models.append(dear)
    without_cost.append(rest)
    print(f"{year}{dear:12}{shares[at]:7.0%}{rest:11.0%}")
# --8<-- [end:cost]

# --8<-- [start:joint]
of_2023 = {"industry": 51, "academia": 15, "joint": 21}  # AI Index, edition of 2024
industry, academia, joint = of_2023.values()
models = industry + academia + joint
industry_shares, academia_shares = [], []  # (3,), one entry a rule
print(f"{models} models of 2023")
print("joint ones       industry  academia")
for rule, part in (("their own class", 0), ("half each", 0.5), ("both sides", 1)):
    industry_shares.append((industry + part * joint) / models)
    academia_shares.append((academia + part * joint) / models)
    row = f"{industry_shares[-1]:8.1%}  {academia_shares[-1]:8.1%}"
    print(f"{rule:17}{row}")
# --8<-- [end:joint]

# --8<-- [start:figure]
colours = {"industry": "C0", "both": "C2", "academia": "C1", "others": "C5"}
fig, (series, pair) = plt.subplots(
    1, 2, figsize=(8.4, 3.4), width_ratios=[2.4, 1], layout="constrained"
)
floor = [0.0] * len(years)
for name, heights in percent.items():
    series.bar(list(years), heights, 0.8, floor, color=colours[name], label=name)
    floor = [low + height for low, height in zip(floor, heights, strict=True)]
series.set(xlabel="models of", ylabel="share of the list in %", ylim=(0, 100))
series.set_xticks(list(years)[::2])
fig.legend(*series.get_legend_handles_labels(), loc="outside upper left", ncols=4)

_, *before = printed[2024]
after = [counts[years.index(2024)] for counts in classes.values()]
for place, name in enumerate(("industry", "both", "academia")):
    for shift, height, alpha in ((-0.2, before[place], 0.45), (0.2, after[place], 1)):
        bar = pair.bar(place + shift, height, 0.38, color=colours[name], alpha=alpha)
        pair.bar_label(bar, padding=2)
pair.set(title="models of 2024", xlabel="pale: as printed in 2025", yticks=[])
pair.set_xticks(range(3), ["industry", "both", "academia"])
pair.margins(y=0.15)
# --8<-- [end:figure]
