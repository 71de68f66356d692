"""How often a 95% interval contains the truth, when runs share data and when they do not.

Two learners of equal worth: each reads one half of the inputs, and the halves are alike.
So the true difference of their accuracies is zero, in every one of many small worlds.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.verdict import over_seeds, over_seeds_and_items

seed = 7
n_worlds, n_seeds = 200, 20
n_inputs, n_pool, n_test, n_train = 12, 1000, 797, 400  # sizes as with the digits


# --8<-- [start:world]
def draw(rng, n):
    """Examples whose inputs all say a little of the label, each as much as any other."""
    y = 2.0 * rng.integers(2, size=n) - 1
    return rng.normal(size=(n, n_inputs)) + 0.25 * y[:, None], y


def lead(train, test):
    """Which test items the first learner gets right and the second does not: 1, 0, -1."""
    hits = []
    for half in (slice(0, n_inputs // 2), slice(n_inputs // 2, n_inputs)):
        (x, y), (x_test, y_test) = train, test
        u = x[:, half]
        w = np.linalg.solve(u.T @ u, u.T @ y)  # least squares
        hits.append((x_test[:, half] @ w > 0) == (y_test > 0))
    return hits[0].astype(int) - hits[1]  # (n_test,)


# --8<-- [end:world]


# --8<-- [start:shared]
def one_pool(rng):
    """All runs learn from parts of one pool and are tested on the same items."""
    (x, y), test = draw(rng, n_pool), draw(rng, n_test)
    parts = [rng.permutation(n_pool)[:n_train] for _ in range(n_seeds)]
    return np.array([lead((x[part], y[part]), test) for part in parts])


def nothing_shared(rng):
    """Every run draws examples of its own."""
    pairs = [(draw(rng, n_train), draw(rng, n_test)) for _ in range(n_seeds)]
    return np.array([lead(train, test) for train, test in pairs])


# --8<-- [end:shared]


# --8<-- [start:count]
def intervals(make, interval):
    rngs = [np.random.default_rng([seed, world]) for world in range(n_worlds)]
    return np.array([interval(make(rng)) for rng in rngs])  # (n_worlds, 3)


def by_seeds(leads):
    return over_seeds(leads.mean(axis=1))


def covers(found):
    """Which of the intervals contain the true difference, zero."""
    return (found[:, 1] <= 0) & (found[:, 2] >= 0)


found = {
    "nothing shared, seeds": intervals(nothing_shared, by_seeds),
    "one pool, seeds": intervals(one_pool, by_seeds),
    "one pool, seeds and items": intervals(one_pool, over_seeds_and_items),
}
print(f"of {n_worlds} intervals contain zero:")
for kind, each in found.items():
    print(f"{kind:27} {covers(each).mean():7.1%}")
independent, naive, crossed = (float(covers(each).mean()) for each in found.values())
# --8<-- [end:count]

# --8<-- [start:figure]
figure, panels = plt.subplots(1, 2, sharex=True, sharey=True, layout="constrained")
titles = "over seeds", "over seeds and items"
for axes, title, each in zip(panels, titles, list(found.values())[1:], strict=True):
    for place, (_, low, high) in enumerate(each[:40] * 100):
        colour = "C0" if low <= 0 <= high else "C1"
        axes.plot([low, high], [place, place], color=colour)
    axes.axvline(0, color="black", linewidth=0.7, linestyle=":")
    axes.set(title=title, xlabel="lead (points)", yticks=[])
panels[0].set(ylabel="worlds")
plt.show()
# --8<-- [end:figure]
