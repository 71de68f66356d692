"""Reading, recognising and reciting: by another optimiser, by networks set by hand, and by what can be counted."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences
from scipy.optimize import minimize

from shared import perceptron, prompts


@pytest.fixture(scope="module")
def values(record):
    return record("in_context").values


@pytest.fixture(scope="module")
def look(record):
    return record("in_context_look").values


def by_hand(towards, sign):
    """A network that attends to the asked pair (or away from it), and says which value it sees most (or least)."""
    Q = K = np.eye(8) * 8
    upper = [np.eye(16)[:, 8:], np.zeros((1, 8)), sign * np.eye(8), np.zeros((1, 8))]
    return [np.array([w], float) for w in (towards * Q, K, *upper)]


def test_both_ways_of_reading_by_hand():
    """What the page derives: without repeats excluding is as good as looking, with them it is not."""
    mappings = np.array(list(permutations(range(8))))[::7][None]
    assert prompts.right(prompts.shown(mappings), mappings, by_hand(1, 1)) == 1
    assert prompts.right(prompts.shown(mappings), mappings, by_hand(-1, -1)) == 1
    repeats = np.random.default_rng(5).integers(8, size=(1, 2000, 8))
    assert prompts.right(prompts.shown(repeats), repeats, by_hand(1, 1)) == 1
    assert prompts.right(prompts.shown(repeats), repeats, by_hand(-1, -1)) < 0.25
    # An even look shows nothing: one answer for each key, whatever the prompt.
    even = prompts.answers(prompts.shown(mappings), by_hand(0, 1))
    assert all(len(set(column)) == 1 for column in even[0].T)


def test_an_exercise_excluding_answers_a_value_that_is_missing():
    prompt = np.array([[[3, 3, 0, 1, 2, 4, 5, 6]]])  # 7 is missing; 3 stands twice
    given = prompts.answers(prompts.shown(prompt), by_hand(-1, -1))[0, 0]
    assert given[0] == given[1] == 7


def test_the_layer_is_attention_over_pairs_in_any_order():
    """One prompt, its pairs shuffled, each asked key in a loop."""
    rng = np.random.default_rng(6)
    weights = prompts.first_weights(rng)
    mapping = rng.permutation(8)
    Q, K, W1, b1, W2, b2 = weights
    _, _, _, z2 = prompts.forward(
        prompts.shown(mapping)[None, None], [w[None] for w in weights]
    )
    for asked in range(8):
        pairs = rng.permutation(8)  # the order in which they stand
        powers = np.exp(K[pairs] @ Q[asked] / 8**0.5)
        mixture = (powers / powers.sum()) @ np.eye(8)[mapping[pairs]]
        hidden = np.maximum(np.concatenate([np.eye(8)[asked], mixture]) @ W1 + b1, 0)
        assert z2[0, asked] == pytest.approx((hidden @ W2 + b2)[0], abs=1e-6)


def test_gradients_are_those_of_the_loss():
    rng = np.random.default_rng(4)
    weights = [w[None] for w in prompts.first_weights(rng)]
    mixed = rng.permuted(np.tile(np.arange(8), (2, 3, 1)), axis=2)
    prompt, y = prompts.shown(mixed).astype(float)

    def loss(weights):
        z2 = prompts.forward(prompt[None], weights)[3]
        return perceptron.cross_entropy(z2, y.reshape(z2.shape))[0][0]

    found = prompts.gradients(prompt[None], y[None], weights)
    for ours, theirs in zip(found, finite_differences(loss, weights), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-6)


def tokens(rng, some, n):
    """n prompts as lists of pairs in random order: the asked key, keys, values, and the answer."""
    mappings, asked = some[rng.integers(len(some), size=n)], rng.integers(8, size=n)
    order = rng.permuted(np.tile(np.arange(8), (n, 1)), axis=1)
    values = np.take_along_axis(mappings, order, axis=1)
    answer = mappings[np.arange(n), asked]
    return np.eye(8)[asked], np.eye(8)[order], np.eye(8)[values], np.eye(8)[answer]


SHAPES = [(8, 8), (8, 8), (8, 8), (8, 24), (8, 24), (24,), (24, 8)]
ENDS = np.cumsum([np.prod(shape) for shape in SHAPES])


@tf.function
def scores(theta, asked, key, value):
    """Another layer: values have a projection, too, and the two inputs meet in the hidden units."""
    parts = tf.split(theta, np.diff([0, *ENDS]).tolist())
    Wq, Wk, Wv, from_asked, from_read, b1, W2 = [
        tf.reshape(part, shape) for part, shape in zip(parts, SHAPES, strict=True)
    ]
    look = tf.nn.softmax(tf.einsum("nk,ntk->nt", asked @ Wq, key @ Wk) / 8**0.5)
    read = tf.einsum("nt,ntk->nk", look, value @ Wv)
    return tf.nn.relu(asked @ from_asked + read @ from_read + b1) @ W2


@tf.function
def loss_and_slope(theta, asked, key, value, y):
    with tf.GradientTape() as tape:
        tape.watch(theta)
        z = scores(theta, asked, key, value)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, z))
        loss += 1e-5 * tf.reduce_sum(theta**2)
    return loss, tape.gradient(loss, theta)


def test_another_optimiser_recites_one_mapping_and_reads_from_many(values):
    """L-BFGS on all prompts at once, TensorFlow's derivatives, pairs in random order, other seeds."""
    found = {}
    for count in (1, 256):
        rng = np.random.default_rng([77, count])
        every = rng.permutation(np.array(list(permutations(range(8)))))
        train, test = tokens(rng, every[:count], 2000), tokens(rng, every[-500:], 1000)

        def objective(theta, train=train):
            loss, slope = loss_and_slope(tf.constant(theta), *train)
            return float(loss), slope.numpy()

        start = rng.normal(size=ENDS[-1]) / 3
        theta = minimize(
            objective, start, jac=True, options={"maxiter": 300}, method="L-BFGS-B"
        ).x

        def right(some, theta=theta):
            z = scores(tf.constant(theta), *some[:3]).numpy()
            return np.mean(z.argmax(axis=1) == some[3].argmax(axis=1))

        assert right(train) > values["learned_above"]
        found[count] = right(test)
    assert found[1] < 1 / 8 + values["margin"] / 2
    assert found[256] > 1 / 8 + 5 * values["margin"]


def test_guessing_and_reciting_are_right_in_one_of_eight(values):
    """What does not depend on the mapping: the mean over all of them, and how far a run may lie from it."""
    every = np.array(list(permutations(range(8))))
    fixed = (every == np.arange(8)).mean(axis=1)  # of one recited answer
    assert fixed.mean() == pytest.approx(1 / 8)
    scores = np.array(values["scores"])  # counts, (old, new, shuffled), seeds
    sure = fixed.std() / np.sqrt(200 * scores.shape[2])
    assert np.abs(scores[0, 1].mean() - 1 / 8) < 4 * sure
    assert np.all(np.abs(scores[:, 2].mean(axis=1) - 1 / 8) < 4 * sure)


def test_no_network_without_values_beats_the_commonest_answers(values):
    """By counting, on fresh draws; and the hidden networks keep below what was counted in their run."""
    rng = np.random.default_rng(12)
    for count, mean in zip(values["counts"], values["mean_blind"], strict=True):
        best = []
        for _ in range(20):
            old = np.array([rng.permutation(8) for _ in range(count)])
            top = [Counter(column.tolist()).most_common(1)[0][1] for column in old.T]
            best.append(np.mean(top) / count)
        assert mean == pytest.approx(np.mean(best), abs=0.05)
    assert np.all(np.array(values["hidden"])[0] <= np.array(values["blind"])[-1] + 1e-9)


def test_four_mappings_are_recognised(values):
    """By luck some of four old mappings has the value with the chance 1 - (7/8)^4."""
    recited, luck = np.array(values["recited"])[1]
    assert luck == pytest.approx(1 - (7 / 8) ** 4, abs=0.02)
    assert recited > 0.85
    assert np.array(values["recited"])[0, 0] == 1  # one mapping: recited throughout
    scores = np.array(values["scores"])
    assert (
        scores[1, 0].min() > 0.95 > values["mean_blind"][1] + 0.3
    )  # the prompt is used


def test_recognising_alone_beats_guessing(values):
    """Whoever answers by the most similar of four old mappings is right more often than the networks are."""
    rng = np.random.default_rng(9)
    old, new = (
        rng.permuted(np.tile(np.arange(8), (2000, n, 1)), axis=2) for n in (4, 1)
    )
    by_resemblance = (old == new).mean(axis=2).max(axis=1).mean()
    assert 1 / 8 < values["mean_scores"][1][1] < by_resemblance < 0.3


def test_the_more_mappings_the_more_is_read(values):
    assert np.all(np.diff(np.array(values["mean_scores"])[:, 1]) > -0.001)


def test_perfect_readers_differ_in_where_they_look(values, look):
    """They are the networks of the first program, and repeats go with the look."""
    new, repeating = np.array(look["scores"])
    assert new == pytest.approx(np.array(values["scores"])[-1, 1])
    own = np.array(look["own"])
    assert new.min() > 0.99
    assert np.corrcoef(own, repeating)[0, 1] > 0.9
    assert repeating[own > 0.7].min() > 0.99
    assert repeating[own < 0.02].max() < 0.25
