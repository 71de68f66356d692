"""Do twenty tasks learn better together? Linear tasks with few samples each.

Related tasks share three directions of the input, unrelated tasks share none.
"""

import matplotlib.pyplot as plt
import numpy as np

seeds = range(5)
tasks, inputs, shared, noise = 20, 30, 3, 0.5
trunk = 4  # width of the shared layer; the truth, 3, is not given away
counts = [5, 10, 20, 40, 80]  # samples for each task
judged_at = counts.index(10)
penalties = 10.0 ** np.arange(-2, 4)  # tried on both sides


# --8<-- [start:tasks]
def true_weights(rng, related):
    if related:  # each task is a mixture of the same few directions
        W = rng.normal(size=(inputs, shared)) @ rng.normal(size=(shared, tasks))
    else:
        W = rng.normal(size=(inputs, tasks))
    return W / np.linalg.norm(W, axis=0)  # every task equally loud


def sample(rng, W, n):
    x = rng.normal(size=(tasks, n, inputs))
    y = np.einsum("tni,it->tn", x, W) + noise * rng.normal(size=(tasks, n))
    return x, y


# --8<-- [end:tasks]


# --8<-- [start:learners]
def ridge(x, y, penalty):  # x: (..., n, p)
    gram = np.swapaxes(x, -1, -2) @ x + penalty * np.eye(x.shape[-1])
    return np.linalg.solve(gram, np.swapaxes(x, -1, -2) @ y[..., None])[..., 0]


def separate(x, y, penalty):
    return ridge(x, y, penalty).T  # (inputs, tasks)


def joint(x, y, penalty, rounds=30):
    """W = U V: one trunk U for all tasks, a head V[:, t] for each."""
    U = np.linalg.svd(separate(x, y, penalty))[0][:, :trunk]  # (inputs, trunk)
    for _ in range(rounds):
        V = ridge(x @ U, y, penalty).T  # heads for this trunk
        features = np.einsum("tni,kt->tnik", x, V).reshape(-1, inputs * trunk)
        U = ridge(features, y.ravel(), penalty).reshape(inputs, trunk)
        U = np.linalg.qr(U)[0]  # else the penalty could hide in the scale of V
    return U @ ridge(x @ U, y, penalty).T


# --8<-- [end:learners]


# --8<-- [start:compare]
def tuned_error(learner, train, validation, W):
    """The squared error of the weights, at the penalty that validation prefers."""
    fits = [learner(*train, penalty) for penalty in penalties]
    x, y = validation
    losses = [np.mean((np.einsum("tni,it->tn", x, fit) - y) ** 2) for fit in fits]
    return float(np.mean(np.sum((fits[np.argmin(losses)] - W) ** 2, axis=0)))


errors = np.zeros((2, 2, len(counts), len(seeds)))  # related?, joint?, samples, seed
for run in seeds:
    for k, related in enumerate([False, True]):
        for c, n in enumerate(counts):
            rng = np.random.default_rng([run, k, n])
            W = true_weights(rng, related)
            train, validation = sample(rng, W, n), sample(rng, W, 5)
            for j, learner in enumerate([separate, joint]):
                errors[k, j, c, run] = tuned_error(learner, train, validation, W)

print("                unrelated tasks      related tasks")
print("samples       separate   joint    separate   joint")
for c, n in enumerate(counts):
    (a, b), (d, e) = errors[:, :, c].mean(axis=2)
    print(f"{n:7} {a:14.3f} {b:7.3f} {d:11.3f} {e:7.3f}")
# --8<-- [end:compare]


# --8<-- [start:verdict]
def agrees(gain):
    """Every seed says so, and the mean is more than two standard errors from 0."""
    error = gain.std(ddof=1) / len(gain) ** 0.5
    return bool((gain > 0).all() and gain.mean() > 2 * error)


gain = errors[:, 0] - errors[:, 1]  # (related?, samples, seed)
helps_unrelated, helps_related = (agrees(g[judged_at]) for g in gain)
hurts_unrelated = agrees(-gain[0, judged_at])
if helps_related:
    verdict = "holds" if helps_unrelated else "holds when"
else:
    verdict = "did not show"
print(f"at {counts[judged_at]} samples for each task, sharing a trunk")
print(f"helps related tasks: {helps_related}, unrelated tasks: {helps_unrelated}")
print(f"hurts unrelated tasks: {hurts_unrelated}")
print("verdict:", verdict)
# --8<-- [end:verdict]
mean_errors = errors.mean(axis=3)  # (related?, joint?, samples)
n_seeds, judged_count = len(seeds), counts[judged_at]

# --8<-- [start:figure]
figure, axes = plt.subplots()
for k, (name, marker) in enumerate([("unrelated tasks", "s"), ("related tasks", "o")]):
    ratio = errors[k, 1] / errors[k, 0]  # (samples, seed)
    axes.plot(counts, ratio.mean(axis=1), color=f"C{1 - k}", label=name)
    axes.plot(counts, ratio, marker, color=f"C{1 - k}", markersize=4)
axes.axhline(1, color="black", linewidth=0.7, linestyle=":")
axes.set(xscale="log", yscale="log", xlabel="samples for each task")
axes.set(ylabel="error, joint / separate")
axes.set_xticks(counts, [str(n) for n in counts])
axes.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
axes.minorticks_off()
axes.legend()
plt.show()
# --8<-- [end:figure]
