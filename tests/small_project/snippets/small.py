"""Adds up a few numbers."""

import numpy as np

seed = 7

# --8<-- [start:draw]
rng = np.random.default_rng(seed)
numbers = rng.normal(size=5)  # (5,)
# --8<-- [end:draw]

# --8<-- [start:sum]
total = float(numbers.sum())
verdict = "holds" if total > 1000 else "does not"
margin, intervals, control = 1.0, [[total, total - 0.5, total + 0.5]], [[3.0, 2.0, 4.0]]
print(f"total {total:.6f}")
# --8<-- [end:sum]
