"""Targets that ignore the inputs: how low can the expected loss go, and for whom?

x ~ U(0, 1)^3 and y ~ U(0, 1) are independent, so that every predictor f has
E(y - f)^2 = 1/12 + E(f - 1/2)^2. Four families of f, four floors.
"""

import numpy as np

seed = 7
variance = 1 / 12  # of y

# --8<-- [start:linear]
second_moment = np.full((3, 3), 1 / 4) + np.eye(3) / 12  # E[x x^T]
cross_moment = np.full(3, 1 / 4)  # E[x y]
w = np.linalg.solve(second_moment, cross_moment)  # (3,)
linear_floor = float(1 / 3 - cross_moment @ w)
print("best weights:", w)
print(f"expected loss: {linear_floor:.6f}")
# --8<-- [end:linear]

# --8<-- [start:homogeneous]
# x = m v: m = max(x) has density 3 m^2 on [0, 1], v is uniform on the faces max(v) = 1.
m_mean, m_square = 3 / 4, 3 / 5
slope = (m_mean / 2) / m_square  # the best f(v), the same on every ray
homogeneous_floor = variance + 1 / 4 - slope * m_mean + slope**2 * m_square
print(f"best function: {slope} max(x)")
print(f"expected loss: {homogeneous_floor:.6f}")
# --8<-- [end:homogeneous]


# --8<-- [start:network]
def faces(cells):
    """Midpoints of a grid on the three faces max(v) = 1 of the cube."""
    edge = (np.arange(cells) + 0.5) / cells
    p, q = (axis.ravel() for axis in np.meshgrid(edge, edge))
    one = np.ones_like(p)
    parts = [(one, p, q), (p, one, q), (p, q, one)]
    return np.concatenate([np.stack(part, axis=1) for part in parts])


def expected_loss(f):
    """f: a homogeneous function at points that lie evenly over the faces."""
    return float(
        variance + 1 / 4 - m_mean * np.mean(f) + m_square * np.mean(np.square(f))
    )


v = faces(32)  # (3072, 3), to train on
restarts, steps = 20, 4000
rng = np.random.default_rng(seed)
W1 = rng.normal(size=(restarts, 3, 2))
W2 = rng.normal(size=(restarts, 2, 1))
memories = [[0.0, 0.0], [0.0, 0.0]]
for step in range(1, steps + 1):  # Adam, all restarts side by side
    z1 = v @ W1  # (restarts, 3072, 2)
    a1 = np.maximum(z1, 0)
    f = a1 @ W2  # (restarts, 3072, 1)
    df = (2 * m_square * f - m_mean) / len(v)
    dz1 = df @ W2.transpose(0, 2, 1) * (z1 > 0)
    gradients = v.T @ dz1, a1.transpose(0, 2, 1) @ df
    rate = 0.02 * (1 - step / steps)  # falls to zero
    for W, dW, memory in zip((W1, W2), gradients, memories, strict=True):
        memory[0] = 0.9 * memory[0] + 0.1 * dW
        memory[1] = 0.99 * memory[1] + 0.01 * dW**2
        scale = np.sqrt(memory[1] / (1 - 0.99**step)) + 1e-12
        W -= rate * memory[0] / (1 - 0.9**step) / scale

v_fine = faces(200)  # (120000, 3), to judge on
restart_losses = [
    expected_loss(np.maximum(v_fine @ A, 0) @ B) for A, B in zip(W1, W2, strict=True)
]
best = int(np.argmin(restart_losses))
network_floor = restart_losses[best]
W1_best, W2_best = W1[best], W2[best]
levels, counts = np.unique(np.round(restart_losses, 4), return_counts=True)
for level, count in zip(levels, counts, strict=True):
    print(f"loss {level:.4f}: {count:2d} of {restarts} restarts")
# --8<-- [end:network]

# --8<-- [start:ladder]
dead_loss = 1 / 3  # f = 0: E[y^2]
print(f"any predictor (f = 1/2)        {variance:.4f}")
print(f"any ReLU network without bias  {homogeneous_floor:.4f}")
print(f"best 3-2-1 network found       {network_floor:.4f}")
print(f"best linear map without bias   {linear_floor:.4f}")
print(f"dead network (f = 0)           {dead_loss:.4f}")
# --8<-- [end:ladder]
