"""The digits as they are, and as others see them: two patterns flipped, mirrored, mixed."""

import numpy as np

from shared.digits import images, labels, pool

# --8<-- [start:shifts]
x = (images - images[pool].mean(axis=0)) / images[pool].std()  # (1797, 64)
patterns = np.linalg.svd(x[pool], full_matrices=False)[2]  # (64, 64), strongest first
two_flipped = np.eye(64) - 2 * patterns[:2].T @ patterns[:2]
mirrored = np.eye(64).reshape(64, 8, 8)[:, :, ::-1].reshape(64, 64)  # left is right
shifts = {"two flipped": two_flipped, "mirrored": mirrored}
# --8<-- [end:shifts]
shown = {shift: (x @ A).astype("float32") for shift, A in shifts.items()}
x, y = x.astype("float32"), np.eye(10, dtype="float32")[labels]


# --8<-- [start:unrelated]
def unrelated(x, y, rngs):
    """x: (S, N, 64). All pixels are mixed at random, each class has another's name."""
    mix = np.stack([np.linalg.qr(rng.normal(size=(64, 64)))[0] for rng in rngs])
    return x @ mix.astype(x.dtype), np.roll(y, 1, axis=-1)


# --8<-- [end:unrelated]
