"""Multi-head attention by hand against Keras, and where trained weights really look.

First the same numbers twice: NumPy and Keras' layer, plain and causal. Then two ways
in which a weight can say little: another pattern with the same output, and a layer
that mixes the tokens before the weights that one would read are formed.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from scipy.optimize import linprog

seed = 7
seeds = range(10)


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
output_size = float(np.abs(hand["plain"]).mean())
assert max(agreement.values()) < 1e-5 < mask_effect, "Keras disagrees"
print("largest difference over all outputs")
print(f"by hand and Keras, plain     {plain_error:.1e}")
print(f"by hand and Keras, causal    {causal_error:.1e}")
print(f"plain and causal             {mask_effect:.1e}")
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
print("             strongest weight, median       can be      largest change")
print("positions       found     the least        left out    of an output")
for length in lengths:
    part = x[:, :length]
    weights = attend(part, layer.get_weights(), False)[1]
    v = np.einsum("btD,Dhd->bhtd", part, Wv) + bv[:, None]  # (B, H, length, d)
    places = np.ndindex(weights.shape[:3])
    found = np.array([least_weight(weights[p], v[p[:2]]) for p in places])
    emptied.append(float(np.mean(found[:, 1] < 0.01)))
    median_strongest.append(float(np.median(found[:, 0])))
    largest_changes.append(float(found[:, 2].max()))
    print(
        f"{length:9} {median_strongest[-1]:11.3f} {np.median(found[:, 1]):13.3f}"
        f" {emptied[-1]:15.0%} {largest_changes[-1]:15.0e}"
    )
# --8<-- [end:same_output]

# --8<-- [start:rule]
# Fixed before the first run. A task with one important token among eight: y is the
# number that stands on the marked one. "Looks" means: more than half of the weight.
tokens, size = 8, 8
solved_below, looks_above = 0.1, 0.5  # loss / variance of y; mean weight


def rule(direct_loss, direct_look, mixed_loss, mixed_look):
    """Per seed: losses of the two models, weights on the marked token."""
    direct = np.all(direct_loss < solved_below) and np.all(direct_look > looks_above)
    mixed = np.all(mixed_loss < solved_below) and np.all(mixed_look > looks_above)
    return "holds" if direct and mixed else "holds when" if direct else "did not show"


# --8<-- [end:rule]


# --8<-- [start:task]
def batch(rng, B):
    number = rng.normal(size=(B, tokens))
    marked = rng.integers(tokens, size=B)
    mark = np.eye(tokens)[marked]  # (B, tokens)
    x = np.stack([number, mark], axis=-1) @ embedding  # (B, tokens, size)
    return [a.astype("float32") for a in (x, (number * mark).sum(axis=1), mark)]


embedding = np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0][:2]
# --8<-- [end:task]


# --8<-- [start:model]
def predict(x, weights, mixed):
    """x: (S, B, tokens, size), every seed with a model of its own."""
    Wq, Wk, Wv, query, out = weights
    below = tf.eye(tokens, batch_shape=x.shape[:2])
    if mixed:  # one layer of self-attention, added to its input
        scores = (x @ Wq[:, None]) @ tf.linalg.matrix_transpose(x @ Wk[:, None])
        below = tf.nn.softmax(scores / size**0.5)  # (S, B, tokens, tokens)
        x = x + below @ (x @ Wv[:, None])
    look = tf.nn.softmax(tf.einsum("sbtd,sd->sbt", x, query))  # the weights we read
    return tf.einsum("sbt,sbtd,sd->sb", look, x, out), look, below


# --8<-- [end:model]


# --8<-- [start:train]
def train(mixed, steps=1500, B=64):
    rngs = [np.random.default_rng(s) for s in seeds]
    shapes = [(size, size)] * 3 + [(size,)] * 2
    starts = [[r.normal(size=s) / size**0.5 for s in shapes] for r in rngs]
    weights = [
        tf.Variable(np.stack(part), dtype="float32")
        for part in zip(*starts, strict=True)
    ]
    optimiser = keras.optimizers.Adam(0.01)
    optimiser.build(weights)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(
                tf.reduce_mean((predict(x, weights, mixed)[0] - y) ** 2, axis=1)
            )
        gradients = tape.gradient(
            loss, weights, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        optimiser.apply(gradients)

    for _ in range(steps):
        xs, ys, _ = zip(*(batch(r, B) for r in rngs), strict=True)
        step(tf.constant(np.stack(xs)), tf.constant(np.stack(ys)))
    x, y, mark = batch(np.random.default_rng(1000), 1000)  # held out
    y_hat, look, below = predict(np.stack([x] * len(seeds)), weights, mixed)
    losses = np.mean((y_hat.numpy() - y) ** 2, axis=1) / y.var()
    on_mark = (look.numpy() * mark).sum(axis=-1).mean(axis=1)
    return losses, on_mark, (below.numpy() * mark[:, None]).sum(-1).mean(axis=(1, 2))


# --8<-- [end:train]

# --8<-- [start:runs]
direct_loss, direct_look, _ = train(mixed=False)
mixed_loss, mixed_look, below_look = train(mixed=True)
print("                        loss /    weight on the marked token")
print("                      variance   lowest  highest   above half")
for name, loss, look in (
    ("tokens as they are", direct_loss, direct_look),
    ("tokens mixed first", mixed_loss, mixed_look),
):
    print(
        f"{name}   {loss.max():9.4f} {look.min():8.2f} {look.max():8.2f}"
        f"   {np.sum(look > looks_above):2} of {len(seeds)}"
    )
# --8<-- [end:runs]
verdict = rule(direct_loss, direct_look, mixed_loss, mixed_look)
lowest_direct = float(direct_look.min())
lowest_mixed, highest_mixed = float(mixed_look.min()), float(mixed_look.max())
n_seeds = len(seeds)
n_mixed_below = int(np.sum(mixed_look <= looks_above))
uniform_weight = 1 / tokens
# looked at afterwards: what the layer below gives the marked token
points = mixed_look > looks_above
below_elsewhere = float(below_look[~points].min(initial=1))
below_pointing = float(below_look[points].max(initial=0))
highest_loss = float(max(direct_loss.max(), mixed_loss.max()))

# --8<-- [start:looks]
figure, axes = plt.subplots()
axes.plot(direct_look, np.zeros(n_seeds), "o", markersize=9, alpha=0.6)
axes.plot(mixed_look, np.ones(n_seeds), "s", markersize=9, alpha=0.6)
axes.axvline(uniform_weight, color="black", linewidth=0.7, linestyle=":")
axes.text(uniform_weight + 0.01, 1.62, "uniform", va="center")
axes.axvline(looks_above, color="black", linewidth=0.7, linestyle=":")
axes.text(looks_above + 0.01, 1.62, "half", va="center")
axes.set(xlim=(0, 1.03), ylim=(1.8, -0.6), xlabel="weight on the marked token")
axes.set_yticks([0, 1], ["as they are", "mixed first"])
plt.show()
# --8<-- [end:looks]
