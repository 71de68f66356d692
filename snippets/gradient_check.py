"""Finite differences check a gradient that was derived by hand, line by line.

Then they show what a missing mask, a missing 1/N and a target of the wrong shape do.
"""

import numpy as np

seed = 7

# --8<-- [start:batch]
rng = np.random.default_rng(seed)
N = 8
x = rng.uniform(-1, 1, (N, 3))  # (N, 3)
y = rng.uniform(-1, 1, (N, 1))  # (N, 1)
W1 = rng.uniform(-1, 1, (3, 2))  # (3, 2)
W2 = rng.uniform(-1, 1, (2, 1))  # (2, 1)
# --8<-- [end:batch]
# --8<-- [start:z1]
z1 = x @ W1  # (N, 2)
# --8<-- [end:z1]
# --8<-- [start:a1]
a1 = np.maximum(0, z1)  # (N, 2)
# --8<-- [end:a1]
# --8<-- [start:y_hat]
y_hat = a1 @ W2  # (N, 1)
# --8<-- [end:y_hat]
# --8<-- [start:loss]
L = float(np.mean((y_hat - y) ** 2))
print(f"L = {L:.6f}")
# --8<-- [end:loss]
# --8<-- [start:dy_hat]
dy_hat = 2 / N * (y_hat - y)  # (N, 1)
# --8<-- [end:dy_hat]
# --8<-- [start:dw2]
dW2 = a1.T @ dy_hat  # (2, 1)
# --8<-- [end:dw2]
# --8<-- [start:da1]
da1 = dy_hat @ W2.T  # (N, 2)
# --8<-- [end:da1]
# --8<-- [start:dz1]
mask = z1 > 0  # (N, 2)
dz1 = da1 * mask  # (N, 2)
print("unit 1 on:", mask[:, 0].astype(int))
print("unit 2 on:", mask[:, 1].astype(int))
# --8<-- [end:dz1]
n_units = mask.size  # 8 examples, 2 units
n_on = int(mask.sum())
# --8<-- [start:dw1]
dW1 = x.T @ dz1  # (3, 2)
# --8<-- [end:dw1]

# --8<-- [start:biases]
db2 = dy_hat.sum(axis=0)  # (1,)
db1 = dz1.sum(axis=0)  # (2,)
# --8<-- [end:biases]


# --8<-- [start:finite_differences]
def unpack(w):
    return w[:6].reshape(3, 2), w[6:].reshape(2, 1)  # W1, W2


def loss(w, x, y):
    W1, W2 = unpack(w)
    return np.mean((np.maximum(0, x @ W1) @ W2 - y) ** 2)


def finite_differences(w, x, y, h=1e-5):
    nudges = h * np.eye(w.size)  # (8, 8): one weight at a time
    return np.array([loss(w + d, x, y) - loss(w - d, x, y) for d in nudges]) / (2 * h)


def relative_error(a, b):
    return np.abs(a - b) / np.maximum(np.abs(a) + np.abs(b), 1e-8)


# --8<-- [end:finite_differences]

# --8<-- [start:check]
w = np.concatenate([W1.ravel(), W2.ravel()])  # (8,)
by_hand = np.concatenate([dW1.ravel(), dW2.ravel()])  # (8,)
numeric = finite_differences(w, x, y)  # (8,)
errors = relative_error(by_hand, numeric)
largest_error = float(errors.max())
names = [f"W1[{i},{j}]" for i in range(3) for j in range(2)] + ["W2[0,0]", "W2[1,0]"]
print("weight      by hand   finite differences   relative error")
for name, a, b, e in zip(names, by_hand, numeric, errors, strict=True):
    print(f"{name}  {a:10.6f}   {b:18.6f}   {e:14.0e}")
# --8<-- [end:check]

# --8<-- [start:step_sizes]
step_sizes = [1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11]
step_errors = [
    float(relative_error(by_hand, finite_differences(w, x, y, h)).max())
    for h in step_sizes
]
for h, error in zip(step_sizes, step_errors, strict=True):
    print(f"h = {h:.0e}   largest relative error {error:.0e}")
# --8<-- [end:step_sizes]


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
print("                     largest relative error")
print("weights   inputs     correct  mask missing   noticed in")
for i, weights in enumerate(lowest):
    for j, inputs in enumerate(lowest):
        print(
            f"{weights:9} {inputs:9} {worst_correct[i, j]:8.0e} "
            f"{worst_no_mask[i, j]:13.0e}   {n_found[i, j]:2d} of {n_seeds} seeds"
        )
# --8<-- [end:mask]

# --8<-- [start:mean]
w_positive = rng.random(8)  # every unit is on, so no gradient is zero
batch_sizes = [1, 8, 200]
ratios = np.zeros((3, 8))  # one row a batch, one column a weight
for k, n in enumerate(batch_sizes):
    x_n, y_n = rng.random((n, 3)), rng.random((n, 1))
    without = gradient(w_positive, x_n, y_n, use_mean=False)
    ratios[k] = without / finite_differences(w_positive, x_n, y_n)
    low, high = ratios[k].min(), ratios[k].max()
    print(f"N = {n:3d}   without 1/N over correct: {low:.6f} to {high:.6f}")
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

# --8<-- [start:shape]
y_flat = y[:, 0]  # (N,), as random.rand(N) would give it
difference = y_hat - y_flat  # (N, 1) - (N,) is (N, N)
right_loss, wrong_loss = L, float(np.mean(difference**2))
perfect_right = float(np.mean((y - y) ** 2))
perfect_wrong = float(np.mean((y - y_flat) ** 2))
mean_right = float(np.mean((y.mean() - y) ** 2))
mean_wrong = float(np.mean((np.full_like(y, y.mean()) - y_flat) ** 2))
print("shapes", y_hat.shape, y_flat.shape, "give", difference.shape)
print("                      target (N, 1)   target (N,)")
print(f"this prediction       {right_loss:13.6f}   {wrong_loss:11.6f}")
print(f"a perfect prediction  {perfect_right:13.6f}   {perfect_wrong:11.6f}")
print(f"the mean of y         {mean_right:13.6f}   {mean_wrong:11.6f}")
# --8<-- [end:shape]
