"""Two drawings of the collaboration as lists of arrows: what crosses, what returns."""

# --8<-- [start:article]
article = {
    "academia": ["academia", "theory", "algorithms", "open_source", "support"],
    "industry": ["industry", "practice", "tuning", "business", "technology"],
}
article_arrows = [
    ("academia", "theory"),
    ("theory", "algorithms"),
    ("theory", "open_source"),
    ("industry", "practice"),
    ("practice", "tuning"),
    ("practice", "business"),
    ("academia", "support"),
    ("industry", "technology"),
]
# --8<-- [end:article]

# --8<-- [start:corrected]
corrected = {
    "academia": ["research", "graduates"],
    "industry": ["labs", "products"],
    "shared": ["consortia", "computers"],
}
corrected_arrows = [
    ("graduates", "labs"),
    ("products", "research"),
    ("research", "products"),
    ("research", "consortia"),
    ("consortia", "labs"),
    ("labs", "consortia"),
    ("computers", "research"),
    ("labs", "products"),
    ("labs", "computers"),
]
# --8<-- [end:corrected]


# --8<-- [start:count]
def crossing(parts, arrows):
    """The arrows that leave the part they start in."""
    part = {node: name for name, nodes in parts.items() for node in nodes}
    return [(a, b) for a, b in arrows if part[a] != part[b]]


def loops(arrows):
    """Every closed walk that meets no node twice, each listed once."""
    found = []

    def walk(path):
        for a, b in arrows:
            if a == path[-1] and b == path[0]:
                found.append(path)
            elif a == path[-1] and b > path[0] and b not in path:
                walk([*path, b])

    for start in sorted({a for a, _ in arrows}):
        walk([start])  # a loop is found from its alphabetically first node
    return found


def count(parts, arrows):
    nodes = sum(len(names) for names in parts.values())
    shared = len(parts.get("shared", []))
    return nodes, shared, len(arrows), len(crossing(parts, arrows)), len(loops(arrows))


rows = ("nodes", "shared nodes", "arrows", "arrows between parts", "loops")
left, right = count(article, article_arrows), count(corrected, corrected_arrows)
for name, a, b in zip(rows, left, right, strict=True):
    print(f"{name:<22}{a:>3}{b:>5}")
article_nodes, article_shared, article_edges, article_crossing, article_loops = left
corrected_nodes, corrected_shared, corrected_edges = right[:3]
corrected_crossing, corrected_loops = right[3:]
# --8<-- [end:count]

# --8<-- [start:loops]
for loop in loops(corrected_arrows):
    print("\n  -> ".join([*loop, loop[0]]))
nodes_on_a_loop = len({node for loop in loops(corrected_arrows) for node in loop})
# --8<-- [end:loops]

# --8<-- [start:cuts]
loops_left = [  # (9,), one entry an arrow
    len(loops([arrow for arrow in corrected_arrows if arrow != cut]))
    for cut in corrected_arrows
]
order = sorted(range(corrected_edges), key=lambda k: loops_left[k])
for k in order:
    a, b = corrected_arrows[k]
    print(f"{a + ' -> ' + b:<24} cut: {loops_left[k]} left")
fewest_loops_left = loops_left[order[0]]
# --8<-- [end:cuts]
