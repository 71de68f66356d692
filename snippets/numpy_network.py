"""A 3-2-1 network learns a linear target by a gradient that was derived by hand.

Its held-out loss comes down to the variance of the noise, the floor of any predictor.
"""

import matplotlib.pyplot as plt
import numpy as np

seed = 7

# --8<-- [start:data]
rng = np.random.default_rng(seed)
N, N_test = 200, 1000
w_true = np.array([[0.5], [1.0], [1.5]])  # (3, 1)
noise_sd = 0.1
noise_variance = noise_sd**2


def draw(n):
    x = rng.random((n, 3))  # (n, 3)
    noise = noise_sd * rng.standard_normal((n, 1))  # (n, 1)
    return x, x @ w_true + noise


x, y = draw(N)
x_test, y_test = draw(N_test)
print("training:", x.shape, y.shape)
print("held out:", x_test.shape, y_test.shape)
# --8<-- [end:data]
# --8<-- [start:parameters]
W1 = rng.random((3, 2))  # (3, 2)
W2 = rng.random((2, 1))  # (2, 1)
n_weights = W1.size + W2.size
print(n_weights, "weights")


# --8<-- [end:parameters]
# --8<-- [start:forward]
def forward(x, W1, W2):
    z1 = x @ W1  # (N, 2)
    a1 = np.maximum(0, z1)  # (N, 2)
    y_hat = a1 @ W2  # (N, 1)
    return z1, a1, y_hat


# --8<-- [end:forward]
# --8<-- [start:loss]
def mse(y, y_hat):
    assert y.shape == y_hat.shape  # (N, 1) and (N, 1), or the mean is of N x N
    return float(np.mean((y_hat - y) ** 2))


# --8<-- [end:loss]
# --8<-- [start:backward]
def backward(x, y, z1, a1, y_hat, W2):
    dy_hat = 2 / len(x) * (y_hat - y)  # (N, 1)
    dW2 = a1.T @ dy_hat  # (2, 1)
    da1 = dy_hat @ W2.T  # (N, 2)
    dz1 = da1 * (z1 > 0)  # (N, 2)
    dW1 = x.T @ dz1  # (3, 2)
    return dW1, dW2


# --8<-- [end:backward]
# --8<-- [start:train]
learning_rate = 0.1
n_steps = 500
# dense at the start, where most happens
history_steps = np.unique(np.geomspace(1, n_steps, 70).round().astype(int) - 1)
history_steps = np.append(history_steps, n_steps)
losses, active_shares, W1_history, W2_history = [], [], [], []

for step in range(n_steps + 1):
    z1, a1, y_hat = forward(x, W1, W2)
    losses.append(mse(y, y_hat))
    active_shares.append(float(np.mean(z1 > 0)))
    if step in history_steps:
        W1_history.append(W1)
        W2_history.append(W2)
    if step in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500):
        print(f"step {step:3d}   loss {losses[-1]:.6f}")
    if step < n_steps:
        dW1, dW2 = backward(x, y, z1, a1, y_hat, W2)
        W1 = W1 - learning_rate * dW1
        W2 = W2 - learning_rate * dW2
# --8<-- [end:train]
# --8<-- [start:evaluate]
w_linear = np.linalg.lstsq(x, y)[0]  # (3, 1): the best linear map, in closed form
test_loss = mse(y_test, forward(x_test, W1, W2)[2])
linear_loss = mse(y, x @ w_linear)
linear_test_loss = mse(y_test, x_test @ w_linear)
truth_loss = mse(y, x @ w_true)
truth_test_loss = mse(y_test, x_test @ w_true)
print("                   training  held out")
print(f"network            {losses[-1]:.6f}  {test_loss:.6f}")
print(f"best linear map    {linear_loss:.6f}  {linear_test_loss:.6f}")
print(f"true map           {truth_loss:.6f}  {truth_test_loss:.6f}")
print(f"variance of noise  {noise_variance:.6f}  {noise_variance:.6f}")
# --8<-- [end:evaluate]
# --8<-- [start:curve]
figure, axes = plt.subplots()
axes.semilogy(losses, label="network")
axes.axhline(noise_variance, color="black", linestyle="--", label="variance of noise")
axes.set_xscale("symlog", linthresh=1)  # a logarithm that has a place for step 0
axes.set(xlim=(0, n_steps), xlabel="step", ylabel="training loss")
axes.set_xticks([0, 1, 10, 100, 500], ["0", "1", "10", "100", "500"])
_ = axes.legend()
# --8<-- [end:curve]

smallest_active_share = min(active_shares)
w_network = W1 @ W2  # (3, 1): the map of a network whose units are all on
map_difference = float(np.abs(w_network - w_linear).max())
# By how much the floor scatters when it is measured on N_test examples.
scatter = noise_variance * float(np.sqrt(2 / N_test))
excess = test_loss - truth_test_loss
optimism = truth_loss - linear_loss
expected_excess = noise_variance * w_true.size / N
W1_history, W2_history = np.array(W1_history), np.array(W2_history)
history_losses = np.array(losses)[history_steps]
