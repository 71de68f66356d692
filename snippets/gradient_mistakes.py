"""Finite differences notice two mistakes in a gradient: no mask of the ReLU, no 1/N."""

import numpy as np

from shared.differences import finite_differences, loss, relative_error, unpack

seed = 7
rng = np.random.default_rng(seed)
N = 8


# --8<-- [start:variants]
def gradient(w, x, y, use_mask=True, use_mean=True):
    W1, W2 = unpack(w)
    z1 = x @ W1
    a1 = np.maximum(0, z1)
    dy_hat = 2 * (a1 @ W2 - y)
    if use_mean:
        dy_hat = dy_hat / len(x)
    da1 = dy_hat @ W2.T
    dz1 = da1 * (z1 > 0) if use_mask else da1
    return np.concatenate([(x.T @ dz1).ravel(), (a1.T @ dy_hat).ravel()])


# --8<-- [end:variants]


# --8<-- [start:mask]
def worst(w, x, y, **kind):
    return relative_error(gradient(w, x, y, **kind), finite_differences(w, x, y)).max()


n_seeds = 20
lowest = {"centred": -1, "positive": 0}  # uniform from here to 1
correct_errors = np.zeros((2, 2, n_seeds))  # weights, inputs, seed
no_mask_errors = np.zeros((2, 2, n_seeds))
for i, w_low in enumerate(lowest.values()):
    for j, x_low in enumerate(lowest.values()):
        for s in range(n_seeds):
            r = np.random.default_rng(s)
            w_s, x_s = r.uniform(w_low, 1, 8), r.uniform(x_low, 1, (N, 3))
            y_s = r.random((N, 1))
            correct_errors[i, j, s] = worst(w_s, x_s, y_s)
            no_mask_errors[i, j, s] = worst(w_s, x_s, y_s, use_mask=False)
n_found = np.sum(no_mask_errors > 1e-6, axis=2)  # (2, 2)
worst_correct, worst_no_mask = correct_errors.max(axis=2), no_mask_errors.max(axis=2)
print("                  largest error   seen")
print("weights  inputs   right  no mask  in")
for i, weights in enumerate(lowest):
    for j, inputs in enumerate(lowest):
        found = f"{worst_correct[i, j]:6.0e}  {worst_no_mask[i, j]:6.0e}"
        print(f"{weights:8} {inputs:8} {found}   {n_found[i, j]:2}")
print(f"of {n_seeds} seeds each")
# --8<-- [end:mask]

# --8<-- [start:mean]
w_positive = rng.random(8)  # every unit is on, so no gradient is zero
batch_sizes = [1, 8, 200]
print("gradient without 1/N / correct one")
ratios = np.zeros((3, 8))  # one row a batch, one column a weight
for k, n in enumerate(batch_sizes):
    x_n, y_n = rng.random((n, 3)), rng.random((n, 1))
    without = gradient(w_positive, x_n, y_n, use_mean=False)
    ratios[k] = without / finite_differences(w_positive, x_n, y_n)
    low, high = ratios[k].min(), ratios[k].max()
    print(f"N = {n:3d}   {low:.6f} to {high:.6f}")
# --8<-- [end:mean]

# --8<-- [start:diverge]
learning_rate = 0.1
x_train = rng.random((200, 3))  # (200, 3)
y_train = x_train @ np.array([[0.5], [1.0], [1.5]])  # (200, 1)
w_mean = w_sum = w_positive
mean_losses, sum_losses = np.zeros(6), np.zeros(6)
print("step   with 1/N   without 1/N")
for step in range(6):
    mean_losses[step] = loss(w_mean, x_train, y_train)
    sum_losses[step] = loss(w_sum, x_train, y_train)
    print(f"{step:4d}   {mean_losses[step]:8.4f}   {sum_losses[step]:11.4g}")
    w_mean = w_mean - learning_rate * gradient(w_mean, x_train, y_train)
    w_sum = w_sum - learning_rate * gradient(w_sum, x_train, y_train, use_mean=False)
# --8<-- [end:diverge]
