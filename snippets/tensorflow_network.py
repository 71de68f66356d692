"""The 3-2-1 network in TensorFlow, beside the hand-derived gradient in NumPy.

From the same weights and data, the losses agree at every step to the last few digits.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

# --8<-- [start:imports]
import numpy as np
import tensorflow as tf

seed = 7
# --8<-- [end:imports]
# --8<-- [start:data]
rng = np.random.default_rng(seed)
N, N_test = 200, 1000
w_true = np.array([[0.5], [1.0], [1.5]])  # (3, 1)


def draw(n):
    x = rng.random((n, 3))  # (n, 3)
    noise = 0.1 * rng.standard_normal((n, 1))  # (n, 1)
    return x, x @ w_true + noise


(x, y), (x_test, y_test) = draw(N), draw(N_test)
W1_start, W2_start = rng.random((3, 2)), rng.random((2, 1))
learning_rate, n_steps = 0.1, 500
print("NumPy:", x.dtype)
print("TensorFlow's default:", tf.ones(1).dtype.name)


# --8<-- [end:data]
# --8<-- [start:forward]
def forward(x, W1, W2):
    a1 = tf.nn.relu(tf.matmul(x, W1))  # (N, 2)
    return tf.matmul(a1, W2)  # (N, 1)


def mse(y, y_hat):
    y.shape.assert_is_compatible_with(y_hat.shape)  # or the mean is of N x N
    return tf.reduce_mean(tf.square(y_hat - y))


# --8<-- [end:forward]
# --8<-- [start:step]
@tf.function
def step(x, y, W1, W2):
    with tf.GradientTape() as tape:
        loss = mse(y, forward(x, W1, W2))
    dW1, dW2 = tape.gradient(loss, [W1, W2])  # (3, 2), (2, 1)
    W1.assign_sub(learning_rate * dW1)
    W2.assign_sub(learning_rate * dW2)
    return loss  # of the weights before the update


# --8<-- [end:step]
# --8<-- [start:train]
def train(dtype):
    x_, y_ = tf.constant(x, dtype), tf.constant(y, dtype)
    W1, W2 = tf.Variable(W1_start, dtype=dtype), tf.Variable(W2_start, dtype=dtype)
    losses = [float(step(x_, y_, W1, W2)) for _ in range(n_steps)]
    losses.append(float(mse(y_, forward(x_, W1, W2))))
    y_hat_test = forward(tf.constant(x_test, dtype), W1, W2)
    return losses, float(mse(tf.constant(y_test, dtype), y_hat_test)), W1, W2


losses_64, test_loss_64, W1_64, W2_64 = train(tf.float64)
losses_32, test_loss_32, W1_32, W2_32 = train(tf.float32)
print("          float64      float32")
print(f"training  {losses_64[-1]:.9f}  {losses_32[-1]:.9f}")
print(f"held out  {test_loss_64:.9f}  {test_loss_32:.9f}")
# --8<-- [end:train]
# --8<-- [start:compare]
W1, W2 = W1_start, W2_start
losses = []
for _ in range(n_steps + 1):
    a1 = np.maximum(0, x @ W1)
    y_hat = a1 @ W2
    losses.append(float(np.mean((y_hat - y) ** 2)))
    if len(losses) <= n_steps:
        dy_hat = 2 / N * (y_hat - y)
        dW1, dW2 = x.T @ (dy_hat @ W2.T * (a1 > 0)), a1.T @ dy_hat
        W1, W2 = W1 - learning_rate * dW1, W2 - learning_rate * dW2
differences_64 = np.abs(np.array(losses_64) - losses)  # (501,)
differences_32 = np.abs(np.array(losses_32) - losses)  # (501,)
largest_difference_64 = float(differences_64.max())
largest_difference_32 = float(differences_32.max())
off = [np.abs(a.numpy() - b).max() for a, b in ((W1_64, W1), (W2_64, W2))]
weight_difference_64 = float(max(off))
print("                  difference, in bits")
print("step     NumPy     64         32")
for k in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500):
    row = f"{losses[k]:.6f}  {differences_64[k]:.1e}  {differences_32[k]:.1e}"
    print(f"{k:4d}  {row}")
print(f"largest {largest_difference_64:12.1e} {largest_difference_32:8.1e}")
# --8<-- [end:compare]
# --8<-- [start:adam]
optimizer = tf.optimizers.Adam()  # learning rate 0.001, unless told otherwise
weights = [tf.Variable(W1_start), tf.Variable(W2_start)]


@tf.function
def adam_step():
    with tf.GradientTape() as tape:
        loss = mse(tf.constant(y), forward(tf.constant(x), *weights))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss  # of the weights before the update


adam_losses = [float(adam_step()) for _ in range(n_steps)]
adam_losses.append(float(mse(tf.constant(y), forward(tf.constant(x), *weights))))
adam_travel = float(np.abs(weights[0].numpy() - W1_start).max())
print(f"Adam, learning rate {float(optimizer.learning_rate):.3f}")
for k in (0, 100, 200, 500):
    print(f"step {k:3d}   loss {adam_losses[k]:.6f}")
# --8<-- [end:adam]
