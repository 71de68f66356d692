"""TensorFlow multiplies no float64 matrix by a float32 matrix."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import numpy as np
import tensorflow as tf

seed = 7
rng = np.random.default_rng(seed)

# --8<-- [start:mended]
batch = rng.random((4, 3))  # (N, 3)
weights = tf.Variable(tf.ones((3, 2)))
print("NumPy's default:     ", batch.dtype)
print("TensorFlow's default:", weights.dtype.name)

product = tf.matmul(batch.astype(np.float32), weights)  # (N, 2)
print("cast first:          ", product.dtype.name, tuple(product.shape))
# --8<-- [end:mended]

# --8<-- [start:broken]
# raises: InvalidArgumentError
tf.matmul(batch, weights)
# --8<-- [end:broken]
