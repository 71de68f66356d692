"""Notes of a crude plucked string: each sample is 0.9 times the one a period earlier, plus noise."""

import numpy as np

# --8<-- [start:notes]
floor = 1 - 0.9**2  # variance of the noise, where that of the signal is 1


def notes(period, N, length, rng):
    x = rng.normal(size=(N, 1, period))
    while x.shape[1] * period < length:
        noise = rng.normal(0, floor**0.5, size=(N, 1, period))
        x = np.concatenate([x, 0.9 * x[:, -1:] + noise], axis=1)
    return x.reshape(N, -1)[:, :length].astype("float32")  # (N, length)


# --8<-- [end:notes]
