"""A decoder block as it is built today: its weights counted, then one forward pass.

The shapes are those of Llama 3 8B (its report, table 3, and the model card). The pass
runs on a small block with the same parts and shows what a causal mask guarantees.
"""

import numpy as np

seed = 7

# --8<-- [start:count]
layers, D, heads, kv_heads, hidden, V = 32, 4096, 32, 8, 14336, 128256
d = D // heads  # components of a query, a key and a value
attention = 2 * D * heads * d  # queries, output
attention += 2 * D * kv_heads * d  # keys, values
mlp = 3 * D * hidden  # gate, up, down
block = attention + mlp + 2 * D  # two norms
tables = 2 * V * D + D  # tokens in, scores out, the last norm
total = layers * block + tables
mlp_share = mlp / block
print(f"attention      {attention:15,}")
print(f"MLP            {mlp:15,}")
print(f"one block      {block:15,}")
print(f"{layers} blocks      {layers * block:15,}")
print(f"token tables   {tables:15,}")
print(f"model          {total:15,}")
# --8<-- [end:count]


# --8<-- [start:parts]
def norm(x, g):  # by the root of the mean square
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-6) * g


def rotate(x):
    """Turn pairs of components by angles that grow with the position."""
    T, _, d = x.shape
    angle = np.arange(T)[:, None] * 10000.0 ** (-np.arange(0, d, 2) / d)  # (T, d/2)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    a, b = x[..., 0::2], x[..., 1::2]
    return np.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)


def attend(x, Wq, Wk, Wv, Wo):
    q = rotate(np.einsum("tD,Dhd->thd", x, Wq))  # (T, H, d)
    k = rotate(np.einsum("tD,Dkd->tkd", x, Wk))  # (T, K, d), K <= H
    v = np.einsum("tD,Dkd->tkd", x, Wv)
    share = q.shape[1] // k.shape[1]  # queries that look at one key
    k, v = k.repeat(share, axis=1), v.repeat(share, axis=1)
    scores = np.einsum("thd,shd->hts", q, k) / q.shape[-1] ** 0.5
    scores = np.where(np.tri(len(x)), scores, -np.inf)  # t sees s only where s <= t
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return np.einsum("hts,shd,hdD->tD", weights, v, Wo)


def decoder_block(x, g1, Wq, Wk, Wv, Wo, g2, gate, up, down):
    x = x + attend(norm(x, g1), Wq, Wk, Wv, Wo)  # residual: added, not replaced
    n = norm(x, g2)
    z = n @ gate
    return x + (z / (1 + np.exp(-z)) * (n @ up)) @ down


# --8<-- [end:parts]

# --8<-- [start:pass]
rng = np.random.default_rng(seed)
T, changed_at = 6, 3
shapes = [(16,), (16, 4, 4), (16, 2, 4), (16, 2, 4), (4, 4, 16)]
shapes += [(16,), (16, 40), (16, 40), (40, 16)]
weights = [rng.normal(size=s) / 4 for s in shapes]
x = rng.normal(size=(T, 16))
other = x.copy()
other[changed_at] += 1
move = np.abs(decoder_block(other, *weights) - decoder_block(x, *weights)).max(axis=1)
assert np.all(move[:changed_at] == 0) and np.all(move[changed_at:] > 0)
print("position   largest change of output")
print(*(f"{t:8}   {move[t]:24.4f}" for t in range(T)), sep="\n")
# --8<-- [end:pass]
