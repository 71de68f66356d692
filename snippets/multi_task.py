"""Do twenty tasks learn better together? Linear tasks with few samples each.

A dial says how much of each task lies in three directions that all tasks share. The
learner may share a narrow layer, a wide one, or nothing: validation chooses.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger
from shared.plots import curves
from shared.verdict import confirm, decide, over_seeds

seeds = range(1000, 1020)
tasks, inputs, common, noise = 20, 30, 3, 0.5
n_samples, n_validation, n_test = 10, 10, 1000  # of each task

# --8<-- [start:rule]
# The effect: error of learning apart less that of learning together, without noise. A
# model that has learned nothing has the error 1: a twentieth is worth the trouble.
margin = 0.05
dial = [0.0, 0.25, 0.5, 0.75, 1.0]  # the share of a task's variance that is common
judged = {"all in common": 1.0, "half in common": 0.5}
nothing = 0.0  # the control: where nothing is common, nothing can be gained
# --8<-- [end:rule]


# --8<-- [start:tasks]
def true_weights(rng, share):
    """Each task: a mixture of three common directions, and a direction of its own."""
    mixed = rng.normal(size=(inputs, common)) @ rng.normal(size=(common, tasks))
    own = rng.normal(size=(inputs, tasks))
    mixed, own = (W / np.linalg.norm(W, axis=0) for W in (mixed, own))  # equally loud
    return share**0.5 * mixed + (1 - share) ** 0.5 * own


def sample(rng, W, n, noise=noise):
    x = rng.normal(size=(tasks, n, inputs))
    y = np.einsum("tni,it->tn", x, W) + noise * rng.normal(size=(tasks, n))
    return x, y


# --8<-- [end:tasks]


# --8<-- [start:learners]
def ridge(x, y, penalty):  # x: (..., n, p), y: (..., n)
    gram = np.swapaxes(x, -1, -2) @ x + penalty * np.eye(x.shape[-1])
    return np.linalg.solve(gram, np.swapaxes(x, -1, -2) @ y[..., None])[..., 0]


def learn(x, y, trunk, penalty, rounds=10):
    """W = U V: one trunk U for all tasks, a head V[:, t] for each; no trunk: apart."""
    W = ridge(x, y, penalty).T  # (inputs, tasks)
    if not trunk:
        return W
    U = np.linalg.svd(W)[0][:, :trunk]  # (inputs, trunk)
    for _ in range(rounds):
        V = ridge(x @ U, y, penalty).T  # (trunk, tasks), the heads for this trunk
        features = np.einsum("tni,kt->tnik", x, V).reshape(-1, inputs * trunk)
        U = ridge(features, y.ravel(), penalty).reshape(inputs, trunk)
        U = np.linalg.qr(U)[0]  # else the penalty could hide in the scale of V
    return U @ ridge(x @ U, y, penalty).T


trunks = [0, 2, 4, 8]  # 0: none; 20 would restrict nothing
penalties = 10.0 ** np.arange(-1, 4)


def error(W, x, y):
    return np.mean((np.einsum("tni,it->tn", x, W) - y) ** 2)


def chosen(used, train, validation):
    """Trunk and weights that predict the validation samples best: none, 4, or any."""
    used("train", *train)
    used("choose", *validation)
    fits = [(trunk, learn(*train, trunk, p)) for trunk in trunks for p in penalties]
    fits.sort(key=lambda fit: error(fit[1], *validation))
    return [next(f for f in fits if f[0] in some) for some in ([0], [4], trunks)]


# --8<-- [end:learners]

# --8<-- [start:compare]
errors = np.zeros((3, len(dial), len(seeds)))  # apart, trunk of 4, as chosen
choices = np.zeros((len(dial), len(seeds)), int)  # the trunk chosen
for d, share in enumerate(dial):
    for s, seed in enumerate(seeds):
        rng, used = np.random.default_rng([seed, d]), Ledger()
        W = true_weights(rng, share)
        train, validation = sample(rng, W, n_samples), sample(rng, W, n_validation)
        test = sample(rng, W, n_test, noise=0)
        used("test", *test)
        for k, (choice, W_hat) in enumerate(chosen(used, train, validation)):
            choices[d, s], errors[k, d, s] = choice, error(W_hat, *test)
print("share           error   shared by")
print("common  apart  together    choice")
for d, share in enumerate(dial):
    apart, _, together = errors[:, d].mean(axis=1)
    shared = f"{np.sum(choices[d] > 0)} of {len(seeds)}"
    print(f"{share:6.0%} {apart:6.3f} {together:9.3f} {shared:>9}")
gains = errors[0] - errors[2]  # (dial, seeds)
effects = {name: over_seeds(gains[dial.index(at)]) for name, at in judged.items()}
verdict, intervals, outcomes = decide(margin, effects)
alone = over_seeds(gains[dial.index(nothing)])
control = confirm("does not", margin, {"nothing in common": alone})
# --8<-- [end:compare]
n_seeds, mean_errors = len(seeds), errors.mean(axis=2)
forced_harm = float(np.mean(errors[1, 0] - errors[0, 0]))  # a trunk of 4, share 0

# --8<-- [start:figure]
figure, axes = plt.subplots()
curves(axes, dial, errors[0], "C1", "apart")
curves(axes, dial, errors[1], "C5", "together, trunk of 4")
curves(axes, dial, errors[2], "C0", "together, as chosen")
axes.set(xlabel="share in common", ylabel="error of the weights", ylim=(0, None))
axes.legend()
plt.show()
# --8<-- [end:figure]
