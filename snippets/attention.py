"""Multi-head attention by hand against Keras, and other weights with the same output.

First the same numbers twice: NumPy and Keras' layer, plain and causal. Then how far the
weights can move while the output stays. The layer is untrained: its weights are random.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import keras
import numpy as np
from scipy.optimize import linprog

seed = 7


# --8<-- [start:by_hand]
def softmax(scores):
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def attend(x, layer, causal):
    """x: (B, T, D); layer: weights and biases for query, key, value and output."""
    Wq, bq, Wk, bk, Wv, bv, Wo, bo = layer  # Wq: (D, H, d), Wo: (H, d, D)
    q, k, v = (
        np.einsum("btD,Dhd->bhtd", x, W) + b[:, None]  # (B, H, T, d)
        for W, b in ((Wq, bq), (Wk, bk), (Wv, bv))
    )
    scores = q @ k.swapaxes(-1, -2) / q.shape[-1] ** 0.5  # (B, H, T, T)
    if causal:  # no position sees a later one
        scores = np.where(np.tri(x.shape[1], dtype=bool), scores, -np.inf)
    weights = softmax(scores)
    return np.einsum("bhtd,hdD->btD", weights @ v, Wo) + bo, weights


# --8<-- [end:by_hand]


# --8<-- [start:keras]
heads, key_dim, width, T = 4, 8, 32, 32
rng = np.random.default_rng(seed)
x = rng.normal(size=(2, T, width)).astype("float32")
layer = keras.layers.MultiHeadAttention(heads, key_dim)
layer.build(x.shape, x.shape)
layer.set_weights([rng.normal(size=w.shape) / width**0.5 for w in layer.weights])
hand, theirs = {}, {}
for name in ("plain", "causal"):
    causal = name == "causal"
    hand[name], _ = attend(x, layer.get_weights(), causal)
    theirs[name] = layer(x, x, use_causal_mask=causal).numpy()
agreement = {name: float(np.abs(hand[name] - theirs[name]).max()) for name in hand}
plain_error, causal_error = agreement["plain"], agreement["causal"]
mask_effect = float(np.abs(hand["plain"] - hand["causal"]).max())
assert max(agreement.values()) < 1e-5 < mask_effect, "Keras disagrees"
print("largest difference of an output")
print(f"by hand and Keras, plain   {plain_error:.1e}")
print(f"by hand and Keras, causal  {causal_error:.1e}")
print(f"plain and causal           {mask_effect:.1e}")
# --8<-- [end:keras]


# --8<-- [start:same_output]
# One query: as many weights as positions, but an output of only key_dim numbers. How
# little weight can its strongest position get while the output and the sum stay?
def least_weight(w, V):
    """w: (positions,); V: (positions, d). The least weight, the change of the output."""
    w, V, top = w.astype(float), V.astype(float), int(w.argmax())
    keeps = np.vstack([V.T, np.ones(len(w))])
    other = linprog(np.eye(len(w))[top], A_eq=keeps, b_eq=keeps @ w).x
    return w[top], other[top], np.abs(other @ V - w @ V).max()


Wv, bv = layer.get_weights()[4:6]
lengths = [12, T]
emptied, median_strongest, largest_changes = [], [], []
print("           strongest weight    can be")
print("positions  found  the least  left out")
for length in lengths:
    part = x[:, :length]
    weights = attend(part, layer.get_weights(), False)[1]
    v = np.einsum("btD,Dhd->bhtd", part, Wv) + bv[:, None]  # (B, H, length, d)
    places = np.ndindex(weights.shape[:3])
    found = np.array([least_weight(weights[p], v[p[:2]]) for p in places])
    emptied.append(float(np.mean(found[:, 1] < 0.01)))
    median_strongest.append(float(np.median(found[:, 0])))
    largest_changes.append(float(found[:, 2].max()))
    least = np.median(found[:, 1])
    print(f"{length:9}  {median_strongest[-1]:5.3f}  {least:9.3f}  {emptied[-1]:8.0%}")
print(f"largest change of an output: {max(largest_changes):.0e}")
# --8<-- [end:same_output]
