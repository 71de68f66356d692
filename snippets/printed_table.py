"""How probable is it to print eleven losses as small as the article's?

Each printed line is the loss on one fresh y ~ U(0, 1) that depends neither on x
nor on the past. Whatever p is predicted, P((y - p)^2 <= l | past) <= 2 sqrt(l).
"""

import math

import numpy as np

seed = 7

# --8<-- [start:bound]
table = """0.008243 0.002364 0.001462 0.000911 0.000667 0.000514
    0.000403 0.000327 0.000269 0.000224 0.000181"""  # ten of training, one of validation
printed = np.array(table.split(), dtype=float)  # (11,)
limits = printed + 0.5e-6  # the largest losses that are still printed so
line_bounds = 2 * np.sqrt(limits)
bounds = np.cumprod(line_bounds)  # for the first line, the first two, ...
bound = float(bounds[-1])
log10_bound = math.log10(bound)
years = 1 / (bound * 1000 * 3600 * 24 * 365.25)  # to wait, at 1000 tables a second
print("lines   probability at most")
for lines in (1, 2, 3, 11):
    print(f"{lines:5d}   {bounds[lines - 1]:.2e}")
# --8<-- [end:bound]

# --8<-- [start:real]
rng = np.random.default_rng(seed)
learning_rate = 0.01
W1, W2 = rng.random((3, 2)), rng.random((2, 1))
real = []
for epoch in range(1001):
    x, y = rng.random((1, 3)), rng.random((1, 1))
    z1 = x @ W1  # (1, 2)
    a1 = np.maximum(z1, 0)
    error = a1 @ W2 - y  # (1, 1)
    if epoch % 100 == 0:
        real.append(float(error[0, 0] ** 2))
        name = f"epoch {epoch:3d}" if epoch < 1000 else "validation"
        print(f"{name:10s}   {real[-1]:.6f}")
    W1, W2 = (
        W1 - learning_rate * x.T @ (2 * error @ W2.T * (z1 > 0)),
        W2 - learning_rate * a1.T @ (2 * error),
    )
# --8<-- [end:real]
real = np.array(real)
rises = int(np.sum(np.diff(real) > 0))

# --8<-- [start:simulation]
runs = 100_000  # networks, trained side by side for 201 steps
small_network = np.ones(runs, dtype=bool)
small_constant = np.ones(runs, dtype=bool)
W1, W2 = rng.random((runs, 3, 2)), rng.random((runs, 2))
network_rate, constant_rate = [], []
for epoch in range(201):
    x, y = rng.random((runs, 3)), rng.random(runs)
    z1 = np.einsum("ri,rij->rj", x, W1)  # (runs, 2)
    a1 = np.maximum(z1, 0)
    error = np.sum(a1 * W2, axis=1) - y  # (runs,)
    if epoch % 100 == 0:
        limit = limits[epoch // 100]
        small_network &= error**2 <= limit
        small_constant &= (0.5 - y) ** 2 <= limit
        network_rate.append(float(small_network.mean()))
        constant_rate.append(float(small_constant.mean()))
    dy_hat = 2 * error[:, None]  # (runs, 1)
    dz1 = dy_hat * W2 * (z1 > 0)
    W2 -= learning_rate * dy_hat * a1
    W1 -= learning_rate * x[:, :, None] * dz1[:, None, :]
print("lines  bound    always 1/2  training")
for lines in (1, 2, 3):
    shares = f"{constant_rate[lines - 1]:.5f}     {network_rate[lines - 1]:.5f}"
    print(f"{lines:5d}  {bounds[lines - 1]:.5f}  {shares}")
# --8<-- [end:simulation]
standard_errors = np.sqrt(bounds[:3] * (1 - bounds[:3]) / runs)
falling_chance = 1 / math.factorial(len(printed))  # eleven draws, in falling order
