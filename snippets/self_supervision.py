"""Does a code learned without labels save labels?

Four classes differ in 5 hidden directions of a 200-dimensional observation, the rest
is noise. A linear autoencoder sees 5,000 unlabelled points, a classifier few labels.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.ledger import Ledger
from shared.plots import curves
from shared.verdict import confirm, decide, over_seeds

seeds = range(1000, 1020)
inputs, hidden, classes, unlabelled = 200, 5, 4, 5000
n_choose, n_test, label_counts = 20, 1000, [2, 5, 10, 50, 500]  # for each class

# --8<-- [start:rule]
# The effect: accuracy with the learned code less that with all inputs. For less than
# one error in a hundred nobody would learn a code.
margin = 0.01
judged = [10, 500]  # labels a class
# The control: as many louder directions that no label depends on as the largest code
# has numbers. There the code cannot help, however few the labels.
decoy_directions = 20
# --8<-- [end:rule]


# --8<-- [start:world]
def world(rng, decoys):
    axes, _ = np.linalg.qr(rng.normal(size=(inputs, hidden + decoy_directions)))
    signal, loud = axes[:, :hidden], axes[:, hidden:]
    centres = 1.5 * rng.normal(size=(classes, hidden))

    def sample(n):
        label = np.repeat(np.arange(classes), n)
        z = centres[label] + rng.normal(size=(classes * n, hidden))  # (N, 5)
        x = z @ signal.T + rng.normal(size=(classes * n, inputs))  # (N, 200)
        if decoys:
            x += 5 * rng.normal(size=(classes * n, decoy_directions)) @ loud.T
        return x, label

    return sample


# --8<-- [end:world]


# --8<-- [start:learners]
def autoencoder(used, x):
    """Its last k columns are the linear code of k numbers that rebuilds x best."""
    used("train", x)
    return np.linalg.eigh(np.cov(x.T))[1]  # (200, 200)


sizes = [1, 2, 3, 5, 8, 12, 20]  # of a code
penalties = 10.0 ** np.arange(-1, 7)


def fits(x, label):
    """Ridge regression to one-hot targets: its weights and the mean, a penalty each."""
    mean, y = x.mean(axis=0), np.eye(classes)[label] - 1 / classes
    u, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    return [(vt.T * (s / (s**2 + p)) @ (u.T @ y), mean) for p in penalties]


def accuracy(x, label, W, mean):
    return np.mean(np.argmax((x - mean) @ W, axis=1) == label)


def chosen(used, codes, train, choose):
    """The code and the classifier with the best accuracy on the choosing samples."""
    used("train", train[0])
    used("choose", choose[0])
    tried = [(code, fit) for code in codes for fit in fits(train[0] @ code, train[1])]
    return max(tried, key=lambda t: accuracy(choose[0] @ t[0], choose[1], *t[1]))


# --8<-- [end:learners]

# --8<-- [start:compare]
scores = np.zeros((2, 2, len(label_counts), len(seeds)))  # decoys?, code?, labels, seed
choices = np.zeros((2, len(label_counts), len(seeds)), int)  # the size of the code
for s, seed in enumerate(seeds):
    for d, decoys in enumerate([False, True]):
        rng, used = np.random.default_rng([seed, d]), Ledger()
        sample = world(rng, decoys)
        learned = autoencoder(used, sample(unlabelled // classes)[0])  # no labels
        sides = [[np.eye(inputs)], [learned[:, -size:] for size in sizes]]
        choose, test = sample(n_choose), sample(n_test)
        used("test", test[0])
        for c, n in enumerate(label_counts):
            train = sample(n)
            for k, codes in enumerate(sides):
                code, fit = chosen(used, codes, train, choose)
                scores[d, k, c, s] = accuracy(test[0] @ code, test[1], *fit)
            choices[d, c, s] = code.shape[1]

mean_scores, gains = scores.mean(axis=3), scores[:, 1] - scores[:, 0]
print("labels   all  code   decoys: all  code")
for c, n in enumerate(label_counts):
    (a, b), (d, e) = mean_scores[:, :, c]
    print(f"{n:6} {a:5.3f} {b:5.3f} {d:13.3f} {e:5.3f}")
quiet, loud = (
    {f"{kind}{n} labels": over_seeds(gain[label_counts.index(n)]) for n in judged}
    for kind, gain in zip(["", "decoys, "], gains, strict=True)
)
verdict, intervals, outcomes = decide(margin, quiet)
control = confirm("does not", margin, loud)
# --8<-- [end:compare]
n_seeds, mean_gains = len(seeds), gains.mean(axis=2)

# --8<-- [start:figure]
figure, axes = plt.subplots()
curves(axes, label_counts, scores[0, 0], "C1", "all inputs")
curves(axes, label_counts, scores[0, 1], "C0", "learned code")
axes.set(xscale="log", xlabel="labels per class", ylabel="accuracy", ylim=(0.2, 1))
axes.legend(loc="lower right")
plt.show()
# --8<-- [end:figure]
