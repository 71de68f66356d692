"""Finite differences check a gradient that was derived by hand, line by line."""

import numpy as np

from shared.differences import finite_differences, relative_error

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

# --8<-- [start:check]
w = np.concatenate([W1.ravel(), W2.ravel()])  # (8,)
by_hand = np.concatenate([dW1.ravel(), dW2.ravel()])  # (8,)
numeric = finite_differences(w, x, y)  # (8,)
errors = relative_error(by_hand, numeric)
largest_error = float(errors.max())
names = [f"W1[{i},{j}]" for i in range(3) for j in range(2)] + ["W2[0,0]", "W2[1,0]"]
print("            by    finite  relative")
print("weight    hand   differ.     error")
for name, a, b, e in zip(names, by_hand, numeric, errors, strict=True):
    print(f"{name} {a:8.5f} {b:8.5f}  {e:8.0e}")
# --8<-- [end:check]

# --8<-- [start:step_sizes]
step_sizes = [1e-1, 1e-3, 1e-5, 1e-7, 1e-9, 1e-11]
step_errors = [
    float(relative_error(by_hand, finite_differences(w, x, y, h)).max())
    for h in step_sizes
]
for h, error in zip(step_sizes, step_errors, strict=True):
    print(f"h = {h:.0e}   largest error {error:.0e}")
# --8<-- [end:step_sizes]

# --8<-- [start:shape]
y_flat = y[:, 0]  # (N,), as random.rand(N) would give it
difference = y_hat - y_flat  # (N, 1) - (N,) is (N, N)
right_loss, wrong_loss = L, float(np.mean(difference**2))
perfect_right = float(np.mean((y - y) ** 2))
perfect_wrong = float(np.mean((y - y_flat) ** 2))
mean_right = float(np.mean((y.mean() - y) ** 2))
mean_wrong = float(np.mean((np.full_like(y, y.mean()) - y_flat) ** 2))
print("shapes", y_hat.shape, y_flat.shape, "give", difference.shape)
print("target       (N, 1)      (N,)")
print(f"prediction {right_loss:8.6f}  {wrong_loss:8.6f}")
print(f"perfect    {perfect_right:8.6f}  {perfect_wrong:8.6f}")
print(f"mean of y  {mean_right:8.6f}  {mean_wrong:8.6f}")
# --8<-- [end:shape]
