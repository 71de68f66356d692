"""An update of few numbers: W + B A, where B is tall and A is wide.

First the count for GPT-3, as the paper on LoRA made it. Then a change that truly has
rank 4, and one that has none: what a product of rank r can give back of each.
"""

import numpy as np

seed = 7

# --8<-- [start:count]
layers, D, rank, matrices = 96, 12288, 4, 2  # GPT-3; queries and values get an update
trained = layers * matrices * 2 * D * rank
replaced = layers * matrices * D * D
model = 175e9
times_fewer = model / trained
megabytes = trained * 2 / 1e6  # 16 bits each
print(f"weights of the model  {model:15,.0f}")
print(f"in these matrices     {replaced:15,}")
print(f"in their updates      {trained:15,}")
print(f"fewer by a factor of  {times_fewer:15,.0f}")
print(f"megabytes to store    {megabytes:15.1f}")
# --8<-- [end:count]


# --8<-- [start:best]
def best(change, r):
    """The B and A of rank r whose product comes closest to the change."""
    U, s, V = np.linalg.svd(change)
    return U[:, :r] * s[:r], V[:r]  # (n, r), (r, m)


def left_over(change, r):
    B, A = best(change, r)
    return float(np.linalg.norm(change - B @ A) / np.linalg.norm(change))


rng = np.random.default_rng(seed)
n, true_rank = 64, 4
simple = rng.normal(size=(n, true_rank)) @ rng.normal(size=(true_rank, n))
general = rng.normal(size=(n, n))
ranks = [1, 2, 4, 8, 16, 32, 64]
simple_left = [left_over(simple, r) for r in ranks]
general_left = [left_over(general, r) for r in ranks]
assert max(simple_left[2:]) < 1e-12 < min(simple_left[:2])
print("rank  numbers  left over of a change")
print("      trained   of rank 4   of rank 64")
for i, r in enumerate(ranks):
    print(f"{r:4} {2 * n * r:8} {simple_left[i]:11.1%} {general_left[i]:12.1%}")
# --8<-- [end:best]

# --8<-- [start:merge]
W, x = rng.normal(size=(n, n)), rng.normal(size=(10, n))
B, A = best(simple, true_rank)
beside = x @ W + (x @ B) @ A  # while it is trained: two paths
merged = x @ (W + B @ A)  # in use: one matrix again
merge_error = float(np.abs(beside - merged).max())
assert merge_error < 1e-10
print(f"two paths or one: differ by {merge_error:.0e}")
# --8<-- [end:merge]
