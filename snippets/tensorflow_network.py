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
noise_sd = 0.1


def draw(n):
    x = rng.random((n, 3))  # (n, 3)
    noise = noise_sd * rng.standard_normal((n, 1))  # (n, 1)
    return x, x @ w_true + noise


x, y = draw(N)
x_test, y_test = draw(N_test)
W1_start = rng.random((3, 2))  # (3, 2)
W2_start = rng.random((2, 1))  # (2, 1)
learning_rate = 0.1
n_steps = 500
print("NumPy:", x.dtype, "  TensorFlow's default:", tf.ones(1).dtype.name)
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
print(f"training   float64 {losses_64[-1]:.9f}   float32 {losses_32[-1]:.9f}")
print(f"held out   float64 {test_loss_64:.9f}   float32 {test_loss_32:.9f}")
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
weight_difference_64 = max(
    float(np.abs(W1_64.numpy() - W1).max()), float(np.abs(W2_64.numpy() - W2).max())
)
print("step   NumPy       TensorFlow   difference   in float32")
for k in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500):
    print(
        f"{k:4d}   {losses[k]:.6f}   {losses_64[k]:.6f}   "
        f"{differences_64[k]:11.1e}   {differences_32[k]:10.1e}"
    )
print(
    f"largest of all steps {largest_difference_64:20.1e} {largest_difference_32:12.1e}"
)
# --8<-- [end:compare]

# --8<-- [start:adam]
optimizer = tf.optimizers.Adam()  # learning rate 0.001, unless told otherwise
x_, y_ = tf.constant(x), tf.constant(y)
W1_adam, W2_adam = tf.Variable(W1_start), tf.Variable(W2_start)


@tf.function
def adam_step():
    with tf.GradientTape() as tape:
        loss = mse(y_, forward(x_, W1_adam, W2_adam))
    gradients = tape.gradient(loss, [W1_adam, W2_adam])
    optimizer.apply_gradients(zip(gradients, [W1_adam, W2_adam], strict=True))
    return loss


adam_losses = [float(adam_step()) for _ in range(n_steps)]
adam_losses.append(float(mse(y_, forward(x_, W1_adam, W2_adam))))
adam_travel = float(np.abs(W1_adam.numpy() - W1_start).max())
print(f"Adam, learning rate {float(optimizer.learning_rate):.3f}")
for k in (0, 100, 200, 500):
    print(f"step {k:3d}   loss {adam_losses[k]:.6f}")
# --8<-- [end:adam]
