"""Weights in few bits: round to the nearest level of a scale, and count what it costs.

Each group of weights has a scale of its own, a number of 16 bits. The weights are
drawn: once all alike, once with one column in 256 twenty times as large.
"""

import numpy as np

seed = 7
rows, columns = 256, 4096
groups = [4096, 128, 32]  # weights that share a scale
widths = [8, 4, 3, 2]  # bits


# --8<-- [start:round]
def quantise(W, bits, group):
    """What W becomes when only whole multiples of its groups' scales are kept."""
    parts = W.reshape(-1, group)
    top = 2 ** (bits - 1) - 1  # the integers from -top to top
    scale = np.abs(parts).max(axis=1, keepdims=True) / top
    scale = scale.astype(np.float16).astype(float)
    levels = np.clip(np.round(parts / scale), -top, top)
    return (levels * scale).reshape(W.shape)


def error(W, bits, group):
    """The size of the change, as a share of the size of the weights."""
    return float(np.linalg.norm(quantise(W, bits, group) - W) / np.linalg.norm(W))


# --8<-- [end:round]

# --8<-- [start:table]
rng = np.random.default_rng(seed)
plain = rng.normal(size=(rows, columns))
spiky = plain.copy()
spiky[:, ::256] *= 20
plain_error = [[error(plain, b, g) for g in groups] for b in widths]
# errors of the ordinary weights alone
ordinary = np.ones(columns, dtype=bool)
ordinary[::256] = False


def ordinary_error(bits, group):
    e = (quantise(spiky, bits, group) - spiky)[:, ordinary]
    return float(np.linalg.norm(e) / np.linalg.norm(spiky[:, ordinary]))


spiky_error = [[ordinary_error(b, g) for g in groups] for b in widths]
bits_a_weight = [[b + 16 / g for g in groups] for b in widths]
print("bits  group   kept    error    beside")
print("            weight   alike   outlier")
for i, b in enumerate(widths):
    for j, g in enumerate(groups):
        print(
            f"{b:4} {g:6} {bits_a_weight[i][j]:6.2f}"
            f" {plain_error[i][j]:7.1%} {spiky_error[i][j]:9.1%}"
        )
# --8<-- [end:table]

# --8<-- [start:memory]
parameters = 8030261248  # Llama 3 8B
gigabytes = [parameters * b / 8 / 1e9 for b in (16, *(r[1] for r in bits_a_weight))]
for b, size in zip([16, *widths], gigabytes, strict=True):
    print(f"8 billion weights, {b:2} bits {size:8.1f} GB")
# --8<-- [end:memory]
