"""Does a code learned without labels save labels?

Four classes differ in 5 hidden directions of a 200-dimensional observation, the rest
is noise. A linear autoencoder sees 5000 unlabelled points, a classifier few labels.
"""

import matplotlib.pyplot as plt
import numpy as np

seeds = range(5)
inputs, hidden, classes, unlabelled = 200, 5, 4, 5000
label_counts = [2, 5, 10, 20, 50, 100, 500]  # for each class
judged_at = label_counts.index(10)
penalties = 10.0 ** np.arange(-1, 6)  # tried on every side
margin = 0.01  # a smaller gain in accuracy counts as none


# --8<-- [start:world]
def world(rng, decoys):
    """A sampler of (x, label). Decoys: louder directions that no label depends on."""
    axes, _ = np.linalg.qr(rng.normal(size=(inputs, 2 * hidden)))
    signal, loud = axes[:, :hidden], axes[:, hidden:]
    centres = 1.5 * rng.normal(size=(classes, hidden))

    def sample(n):  # for each class
        label = np.repeat(np.arange(classes), n)
        z = centres[label] + rng.normal(size=(classes * n, hidden))  # (N, 5)
        x = z @ signal.T + rng.normal(size=(classes * n, inputs))
        if decoys:
            x += 5 * rng.normal(size=(classes * n, hidden)) @ loud.T
        return x, label

    return sample


# --8<-- [end:world]


# --8<-- [start:pretrain]
def autoencoder(x):
    """The linear code of 5 numbers from which x is rebuilt with the least error."""
    centred = x - x.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)  # in rising order
    return directions[:, -hidden:]  # (200, 5)


# --8<-- [end:pretrain]


# --8<-- [start:classify]
def accuracy(x, label, x_test, label_test):
    """Ridge regression to one-hot targets; penalty by leaving one out."""
    mean = x.mean(axis=0)
    u, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    y = np.eye(classes)[label] - 1 / classes
    losses, models = [], []
    for penalty in penalties:
        keep = s**2 / (s**2 + penalty)
        fitted = (u * keep) @ (u.T @ y)
        leverage = np.sum(u**2 * keep, axis=1, keepdims=True) + 1 / len(x)
        losses.append(np.mean(((y - fitted) / (1 - leverage)) ** 2))
        models.append(vt.T * (s / (s**2 + penalty)) @ (u.T @ y))
    best = models[np.argmin(losses)]
    return np.mean(np.argmax((x_test - mean) @ best, axis=1) == label_test)


# --8<-- [end:classify]

# --8<-- [start:compare]
names = ["all inputs", "learned code", "random code"]
scores = np.zeros((2, 3, len(label_counts), len(seeds)))  # decoys?, code, labels, seed
for run in seeds:
    for d, decoys in enumerate([False, True]):
        rng = np.random.default_rng([run, d])
        sample = world(rng, decoys)
        codes = [
            np.eye(inputs),
            autoencoder(sample(unlabelled // classes)[0]),  # its labels are not used
            np.linalg.qr(rng.normal(size=(inputs, hidden)))[0],
        ]
        x_test, label_test = sample(1000)
        for c, n in enumerate(label_counts):
            x, label = sample(n)
            for k, code in enumerate(codes):
                scores[d, k, c, run] = accuracy(
                    x @ code, label, x_test @ code, label_test
                )

mean_scores = scores.mean(axis=3)  # (decoys?, code, labels)
print("                signal stands out           decoys are louder")
print("labels     all  learned  random         all  learned  random")
for c, n in enumerate(label_counts):
    (a, b, r), (d, e, f) = mean_scores[:, :, c]
    print(f"{n:6} {a:7.3f} {b:8.3f} {r:7.3f} {d:11.3f} {e:8.3f} {f:7.3f}")
# --8<-- [end:compare]


# --8<-- [start:verdict]
def helps(gain):
    """Every seed, by more than two standard errors, and by more than the margin."""
    error = gain.std(ddof=1) / len(gain) ** 0.5
    return bool((gain > 0).all() and gain.mean() > max(2 * error, margin))


gains = scores[:, 1] - scores[:, 0]  # learned code over all inputs
helped_at = [helps(gain) for gain in gains[0]]
control_helped_at = [helps(gain) for gain in gains[1]]
if not helped_at[judged_at]:
    verdict = "did not show"
elif all(helped_at) and all(control_helped_at):
    verdict = "holds"
else:
    verdict = "holds when"
words = {True: "yes", False: "no"}
print("labels per class  " + "".join(f"{n:5}" for n in label_counts))
print("helps             " + "".join(f"{words[h]:>5}" for h in helped_at))
print("helps with decoys " + "".join(f"{words[h]:>5}" for h in control_helped_at))
print("verdict:", verdict)
# --8<-- [end:verdict]
n_seeds = len(seeds)
mean_gains = gains.mean(axis=2)

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, (name, marker) in enumerate(zip(names, "so^", strict=True)):
    axes.plot(label_counts, mean_scores[0, k], color=f"C{k}", label=name)
    axes.plot(label_counts, scores[0, k], marker, color=f"C{k}", markersize=4)
axes.axhline(1 / classes, color="black", linewidth=0.7, linestyle=":")
axes.set(xscale="log", xlabel="labels per class", ylabel="accuracy", ylim=(0.2, 1))
axes.set_xticks(label_counts, [str(n) for n in label_counts])
axes.minorticks_off()
axes.legend(loc="center right", bbox_to_anchor=(1, 0.46))
plt.show()
# --8<-- [end:figure]
