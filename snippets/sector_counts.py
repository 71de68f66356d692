"""Who makes the notable models? Four editions of the AI Index, kept apart.

The numbers are cited, not measured: they are the findings that each edition puts
first. What this program adds is arithmetic, and no line from one edition to the next.
"""

import matplotlib.pyplot as plt

# --8<-- [start:counts]
of_2022 = {"industry": 32, "academia": 3}  # edition of 2023: "significant" systems
of_2023 = {"industry": 51, "academia": 15, "joint": 21}  # edition of 2024: "notable"
percent_2023, percent_2024 = 60, 90  # edition of 2025, industry: "nearly" 90
percent_2025 = 90  # edition of 2026, industry: "over" 90, of "notable frontier models"

print("edition   models of   industry   academia   joint   industry's share")
shares = []  # (2,), among the sectors that the finding names
for year, counts in ((2022, of_2022), (2023, of_2023)):
    shares.append(counts["industry"] / sum(counts.values()))
    i, a, j = (counts.get(name, "-") for name in of_2023)
    row = f"{i:8}   {a:8}   {j:>5}   {shares[-1]:16.0%}"
    print(f"{year + 1}      {year}        {row}")
for edition, year, share in (
    (2025, 2023, f"~{percent_2023}%"),
    (2025, 2024, f"~{percent_2024}%"),
    (2026, 2025, f">{percent_2025}%"),
):
    print(f"{edition}      {year}               -          -       -   {share:>16}")
# --8<-- [end:counts]

# --8<-- [start:joint]
industry, academia, joint = of_2023.values()
models = industry + academia + joint
industry_shares, academia_shares = [], []  # (3,), one entry a rule
print(f"{models} models of 2023                 industry   academia")
for rule, part in (("a class of its own", 0), ("half each", 0.5), ("both sides", 1)):
    industry_shares.append((industry + part * joint) / models)
    academia_shares.append((academia + part * joint) / models)
    row = f"{industry_shares[-1]:8.1%}   {academia_shares[-1]:8.1%}"
    print(f"joint ones: {rule:22}{row}")
# --8<-- [end:joint]

# --8<-- [start:figure]
in_2025 = {"2023": percent_2023, "2024": percent_2024}
in_2026 = {"2025": percent_2025}
panels = [
    ("edition of 2023", "models of 2022", "significant systems", of_2022, "%d"),
    ("edition of 2024", "models of 2023", "notable models", of_2023, "%d"),
    ("edition of 2025", "models of", "industry's share in %", in_2025, "~%d"),
    ("edition of 2026", "models of", "industry's share in %", in_2026, ">%d"),
]
colours = {"academia": "C1", "joint": "C2"}
fig, axes = plt.subplots(
    1, 4, figsize=(8.4, 3), width_ratios=[2.2, 3.2, 2, 1.2], layout="constrained"
)
for ax, (edition, year, unit, heights, form) in zip(axes, panels, strict=True):
    colour = [colours.get(name, "C0") for name in heights]
    bars = ax.bar(list(heights), list(heights.values()), 0.7, color=colour)
    ax.bar_label(bars, fmt=form, padding=2)
    ax.set(title=edition, xlabel=year, ylabel=unit, yticks=[])
    ax.set_xlim(-0.6, len(heights) - 0.4)
    ax.margins(y=0.15)
# --8<-- [end:figure]
