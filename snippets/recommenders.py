"""A dot product against a neural scorer: who predicts the missing ratings better?

Both learn a vector for each user and each item. The dot product multiplies them, the
scorer feeds them to a network. All seeds are trained side by side, in four worlds.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.adam import adam
from shared.adam import start as remember
from shared.ledger import Ledger
from shared.plots import dots
from shared.ratings import dot_product, first_weights, scorer, slopes, world
from shared.verdict import confirm, decide, over_seeds

seeds = range(1100, 1120)
users, items, noise = 48, 40, 0.3
steps, pause = 200, 10
rates, decays = [0.03, 0.1], [3e-4, 1e-3, 3e-3, 1e-2]
# time limit: 120 s

# --8<-- [start:rule]
# The effect: the dot product's error on hidden ratings less the scorer's. The ratings
# have the variance 1; a tenth of the noise in them is the least that a user would feel.
margin = 0.03
judged = ["network", "distance", "product"]  # the form of the truth
nothing = "chance"  # the control: ratings that neither user nor item foretells
# --8<-- [end:rule]


# --8<-- [start:data]
def draw(kind):
    """Ratings of every seed (S, users, items), and which of them serve for what."""
    rngs = [np.random.default_rng([seed, len(kind)]) for seed in seeds]
    truth = np.stack([world(rng, kind, users, items) for rng in rngs])
    observed = truth + noise * np.stack(
        [rng.normal(size=truth[0].shape) for rng in rngs]
    )
    part = np.stack([rng.random((users, items)) for rng in rngs])
    observed = observed.astype("float32")
    return rngs, observed, (part < 0.3, (part >= 0.3) & (part < 0.4), part >= 0.4)


def error(predicted, observed, mask):
    """The root of the mean squared error on the ratings of a mask, for each seed."""
    squares = np.where(mask, (predicted - observed) ** 2, 0)
    return (squares.sum(axis=(1, 2)) / mask.sum(axis=(1, 2))) ** 0.5


# --8<-- [end:data]


# --8<-- [start:train]
def train(model, weights, observed, known, validation, rate, decay):
    """Predictions (S, users, items) and validation errors, where validation is best."""
    memory = remember(weights)
    n_known = known.sum(axis=(1, 2), keepdims=True, dtype="float32")
    best, kept = np.full(len(observed), np.inf), np.zeros_like(observed)
    for step in range(1, steps + 1):
        predicted, cache = model(weights)
        if step % pause == 0:
            loss = error(predicted, observed, validation)
            better = loss < best
            best[better], kept[better] = loss[better], predicted[better]
        slope = np.where(known, predicted - observed, 0) / n_known
        gradients = [
            g + decay * w
            for g, w in zip(slopes(weights, cache, slope), weights, strict=True)
        ]
        weights, memory = adam(weights, gradients, memory, step, rate)
    return best, kept


def test_errors(model, kind):
    """Of each seed, with the setting that its validation ratings prefer."""
    rngs, observed, (known, validation, test) = draw(kind)
    for s in range(len(seeds)):
        used = Ledger()
        for purpose, mask in (("train", known), ("choose", validation), ("test", test)):
            used(purpose, np.flatnonzero(mask[s]))
    weights = first_weights(rngs, model, users, items)
    settings = [(rate, decay) for rate in rates for decay in decays]
    runs = [train(model, weights, observed, known, validation, *s) for s in settings]
    chosen = np.argmin([best for best, _ in runs], axis=0)  # (S,)
    predicted = np.stack([runs[c][1][s] for s, c in enumerate(chosen)])
    return error(predicted, observed, test), chosen


# --8<-- [end:train]

# --8<-- [start:compare]
found, choices = {}, []
print("truth       dot   scorer")
for kind in (*judged, nothing):
    pairs = [test_errors(model, kind) for model in (dot_product, scorer)]
    found[kind] = np.array([errors for errors, _ in pairs])  # (2, S)
    choices.append([chosen for _, chosen in pairs])
    print(f"{kind:9} {found[kind][0].mean():.3f}    {found[kind][1].mean():.3f}")
print(f"noise alone {noise:.3f}")
effects = {kind: over_seeds(dot - net) for kind, (dot, net) in found.items()}
verdict, intervals, outcomes = decide(margin, {kind: effects[kind] for kind in judged})
control = confirm("does not", margin, {nothing: effects[nothing]})
# --8<-- [end:compare]
means, n_seeds = [list(f.mean(axis=1)) for f in found.values()], len(seeds)

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, errors in enumerate(found.values()):
    for m, name in enumerate(["dot product", "neural scorer"]):
        dots(axes, k + 0.3 * m - 0.15, errors[m], f"C{m}", "os"[m], None if k else name)
axes.axhline(noise, color="black", linewidth=0.7, linestyle=":")
axes.set(xticks=range(4), ylabel="error on hidden ratings", ylim=(0.25, None))
axes.set_xticklabels(found)
axes.legend()
plt.show()
# --8<-- [end:figure]
