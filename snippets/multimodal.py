"""Images and captions in one space: learn from noisy pairs, classify by names.

Two encoders learn which caption belongs to which handwritten digit. Then each class is
a sentence, and an image goes to the sentence that lies nearest.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # quiet start-up
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # same rounding on every machine of one kind

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits

seeds = range(5)
steps, batch_size, temperature = 300, 128, 0.1
wrong_shares = [0.0, 0.25, 0.5, 0.75]  # captions that name another digit
unnamed_share = 0.2  # captions that name none
chance = 0.1

# --8<-- [start:captions]
names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
others = "a the of by small large blurry scan picture digit number written hand"
vocabulary = names + others.split()
images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32")  # (1797, 64)


def caption(rng, label, wrong_share):
    words = list(rng.choice(others.split(), size=4, replace=False))
    if rng.random() < wrong_share:
        label = (label + rng.integers(1, 10)) % 10
    if rng.random() > unnamed_share:
        words.insert(rng.integers(5), names[label])
    return words


def bag(words):
    return np.array([word in words for word in vocabulary], "float32")  # (23,)


rng = np.random.default_rng(0)
for label in labels[:4]:
    print(label, "|", " ".join(caption(rng, label, wrong_share=0.25)))
# --8<-- [end:captions]

# --8<-- [start:encoders]
image_encoder = tf.keras.Sequential(
    [
        tf.keras.layers.Input((64,)),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(32),
    ]
)
text_encoder = tf.keras.Sequential(
    [
        tf.keras.layers.Input((len(vocabulary),)),
        tf.keras.layers.Dense(32, use_bias=False),  # a vector for each word
    ]
)
weights = image_encoder.trainable_variables + text_encoder.trainable_variables
optimizer = tf.keras.optimizers.Adam(0.003)
optimizer.build(weights)
fresh = [variable.numpy() for variable in optimizer.variables]


@tf.function
def learn(x, captions):
    """One step: in each batch, every image must find its caption, and back."""
    with tf.GradientTape() as tape:
        i = tf.math.l2_normalize(image_encoder(x), axis=1)  # (batch, 32)
        t = tf.math.l2_normalize(text_encoder(captions), axis=1)  # (batch, 32)
        scores = i @ tf.transpose(t) / temperature  # (batch, batch)
        pairs = tf.range(len(x))  # caption k belongs to image k
        loss = tf.add_n(
            tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(pairs, s))
            for s in (scores, tf.transpose(scores))
        )
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))


# --8<-- [end:encoders]


# --8<-- [start:zero-shot]
def train(rng, x, captions):
    for weight in weights:
        scale = (2 / weight.shape[0]) ** 0.5 if len(weight.shape) == 2 else 0.0
        weight.assign(scale * rng.normal(size=weight.shape))
    for variable, value in zip(optimizer.variables, fresh, strict=True):
        variable.assign(value)
    for _ in range(steps):
        some = rng.choice(len(x), size=batch_size, replace=False)
        learn(tf.constant(x[some]), tf.constant(captions[some]))


def zero_shot(x):
    prompts = np.stack(
        [bag(f"a picture of the digit {name}".split()) for name in names]
    )
    t = tf.math.l2_normalize(text_encoder(prompts), axis=1)  # (10, 32)
    return np.argmax(image_encoder(x) @ tf.transpose(t), axis=1)


# --8<-- [end:zero-shot]

# --8<-- [start:compare]
judged_at, control = wrong_shares.index(0.25), len(wrong_shares)
accuracies = np.zeros((len(wrong_shares) + 1, len(seeds)))  # the last: shuffled pairs
for run in seeds:
    for c, wrong_share in enumerate([*wrong_shares, wrong_shares[judged_at]]):
        rng = np.random.default_rng([run, c])
        order = rng.permutation(len(images))
        train_part, test_part = order[:1297], order[1297:]
        captions = [caption(rng, label, wrong_share) for label in labels[train_part]]
        captions = np.stack([bag(words) for words in captions])
        if c == control:
            captions = rng.permutation(captions)  # any caption for any image
        train(rng, images[train_part], captions)
        hits = zero_shot(images[test_part]) == labels[test_part]
        accuracies[c, run] = hits.mean()

conditions = [f"{share:.0%} wrong" for share in wrong_shares] + ["shuffled"]
print("captions      mean   lowest   highest")
for name, row in zip(conditions, accuracies, strict=True):
    print(f"{name:10} {row.mean():7.3f} {row.min():8.3f} {row.max():9.3f}")
# --8<-- [end:compare]


# --8<-- [start:verdict]
def standard_error(row):
    return float(row.std(ddof=1) / len(row) ** 0.5)


judged, shuffled = accuracies[judged_at], accuracies[control]
gain = judged - shuffled
works = (gain > 0).all() and gain.mean() > 2 * standard_error(gain)
far_above_chance = bool(works and judged.mean() > 0.5)
control_at_chance = bool(abs(shuffled.mean() - chance) < 3 * standard_error(shuffled))
verdict = "holds" if far_above_chance and control_at_chance else "did not show"
print(f"with {wrong_shares[judged_at]:.0%} wrong captions")
print("far above chance, each seed above its control:", far_above_chance)
print("shuffled pairs at chance:", control_at_chance)
print("verdict:", verdict)
# --8<-- [end:verdict]
mean_accuracies = accuracies.mean(axis=1)
n_seeds = len(seeds)

# --8<-- [start:figure]
figure, axes = plt.subplots()
for c, name in enumerate(conditions):
    color = "C1" if c == control else "C0"
    axes.plot([name] * len(seeds), accuracies[c], "o", markersize=5, color=color)
axes.axhline(chance, color="black", linewidth=0.7, linestyle=":")
axes.text(-0.3, chance + 0.02, "chance", fontsize=10)
axes.set(xlabel="captions", ylabel="accuracy without labels", ylim=(0, 1))
plt.show()
# --8<-- [end:figure]
