"""What names the token that matters: other software, a construction by hand, and exact answers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from parts import finite_differences

from shared import marked, pooling

rng = np.random.default_rng(9)


@pytest.fixture(scope="module")
def values(record):
    return record("explanations").values


def network(shifts, learned=1, seeds=2, hidden=5):
    """Networks of float64, with biases and scores of both kinds."""
    each = [
        pooling.start(rng, marked.size * len(shifts), hidden, learned)
        for _ in range(seeds)
    ]
    *weights, u = (np.stack(part).astype(float) for part in zip(*each, strict=True))
    weights[1], weights[4] = (rng.normal(size=weights[k].shape) for k in (1, 4))
    return weights, u + 0.1 * rng.normal(size=u.shape), shifts


def one_by_one(x, weights, u, shifts):
    """The answer to one sequence, (tokens, size), token by token."""
    W, b, q, v, c = weights
    units, scores = [], []
    for t in range(len(x)):
        seen = [x[(t + shift) % len(x)] for shift in shifts]
        units.append(np.tanh(np.hstack(seen) @ W + b[0]))
        scores.append(units[-1] @ q[:, 0] + x[t] @ u[:, 0])
    attention = tf.nn.softmax(np.array(scores)).numpy()
    read = sum(a * h for a, h in zip(attention, units, strict=True))
    return float(read @ v[:, 0] + c[0, 0]), attention


SHIFTS = pytest.mark.parametrize("shifts", [[0], [-1, 0, 1]])


@SHIFTS
def test_the_gradients_by_weights_and_by_tokens(shifts):
    weights, u, _ = network(shifts)
    x = rng.normal(size=(2, marked.tokens, 3, marked.size))
    d_answer = rng.normal(size=(2, 3, 1))

    def total(parts):
        *w, tokens = parts
        return np.sum(d_answer * pooling.forward(tokens, w, u, shifts)[-1])

    *inner, _ = pooling.forward(x, weights, u, shifts)
    by_weights, by_x = pooling.backward(d_answer, inner, weights, u, shifts)
    expected = finite_differences(total, [*weights, x])
    for ours, theirs in zip([*by_weights, by_x], expected, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-6)


@SHIFTS
def test_each_method_token_by_token(shifts):
    """The four numbers of a token, for one network and one sequence at a time."""
    weights, u, _ = network(shifts)
    x, spare = rng.normal(size=(2, 2, marked.tokens, 3, marked.size))
    answers, found = pooling.explanations(x, spare, weights, u, shifts)
    for s, n in np.ndindex(2, 3):
        mine, sequence = ([w[s] for w in weights], u[s], shifts), x[s, :, n]
        answer, attention = one_by_one(sequence, *mine)
        assert answers[s, n] == pytest.approx(answer)
        slope = finite_differences(lambda x: one_by_one(x[0], *mine)[0], [sequence])[0]  # noqa: B023
        occluded = []
        for t in range(marked.tokens):
            other = sequence.copy()
            other[t] = spare[s, t, n]
            occluded.append(abs(one_by_one(other, *mine)[0] - answer))
        product = np.abs(np.sum(slope * sequence, axis=1))
        expected = attention, np.linalg.norm(slope, axis=1), product, occluded
        for ours, theirs in zip(found[:, s, :, n], expected, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-5)


def test_an_exercise_gradients_along_the_way_add_up_to_occlusion():
    """Integrated gradients from the token in its place to the token itself."""
    weights, u, shifts = network([-1, 0, 1])
    x, spare = rng.normal(size=(2, 2, marked.tokens, 3, marked.size))
    _, found = pooling.explanations(x, spare, weights, u, shifts)
    for t in (0, 4):
        step, total = np.zeros_like(x), 0
        step[:, t] = x[:, t] - spare[:, t]
        for share in (np.arange(200) + 0.5) / 200:
            *inner, out = pooling.forward(x - share * step, weights, u, shifts)
            _, slope = pooling.backward(np.ones_like(out), inner, weights, u, shifts)
            total = total + np.sum(slope * step, axis=(1, 3)) / 200
        assert np.abs(total) == pytest.approx(found[3][:, t], abs=1e-4)


def test_the_mark_decides_and_the_decoy_does_not():
    N = 4000
    x, y, mark, decoy = marked.sequences(np.random.default_rng(2), N)
    row = np.arange(N)
    assert np.all(x[mark, row, 2] == y) and np.all(mark != decoy)
    assert np.all(np.abs(x) == 1), "no token is longer than another"
    assert np.all((x[..., 0] == 1).sum(axis=0) == 1)
    assert np.all((x[..., 1] == 1).sum(axis=0) == 1)
    others = x[..., 2:].copy()  # values and noise, but for the value that decides
    others[mark, row, 0] = 0
    away = (
        np.arange(marked.tokens)[:, None] + mark
    ) % marked.tokens  # from the mark on
    seen = np.abs((others[away, row] * y[:, None]).mean(axis=1))
    assert seen.max() < 5 / N**0.5


def test_a_solution_by_hand_whose_attention_lies_beside():
    """Attention on the right neighbour of the mark, and every answer right."""
    x, y, mark, _ = (
        part[None] for part in marked.sequences(np.random.default_rng(4), 500)
    )
    W = np.zeros((1, 3 * marked.size, 3))  # units: left has the mark, its value, not
    W[0, 0, 0] = 5.0  # the mark of the left neighbour
    W[0, [0, 2], 1] = 5.0  # mark and value +1
    W[0, 0, 2], W[0, 2, 2] = 5.0, -5.0  # mark and value -1
    b = np.array([[[0.0, -5.0, -5.0]]])
    q, v = np.zeros((2, 1, 3, 1))
    q[0, 0], v[0, 1], v[0, 2] = 20.0, 1.0, -1.0
    weights, u = [W, b, q, v, np.zeros((1, 1, 1))], np.zeros((1, marked.size, 1))
    spare = np.stack([marked.ordinary(np.random.default_rng(5), 500)])
    answer, found = pooling.explanations(x, spare, weights, u, [-1, 0, 1])
    assert np.all(answer * y > 0)
    attention, _, _, occlusion = found.argmax(axis=2)
    assert np.all(attention == (mark + 1) % marked.tokens)
    assert np.mean(occlusion == mark) > 0.95


def test_fixed_scores_and_untrained_networks_know_nothing(values):
    """Scores from noise alone: each token is the largest in one sequence of ten."""
    hits = np.array(values["hits"])  # worlds, mark or decoy, methods
    runs = values["n_seeds"] * values["n_test"]
    assert np.abs(hits[2, :, 0] - 0.1).max() < 4 * (0.09 / runs) ** 0.5
    # In a network without training nothing tells the two marks apart.
    untrained = np.array(values["control"])[3:]
    assert np.all(untrained[:, 1] < 0.02) and np.all(untrained[:, 2] > -0.02)
    assert (
        values["luckiest"] > 0.9
    )  # though a single one may name the mark, or the decoy


def test_keras_looks_beside_and_occlusion_does_not(values):
    """Keras' own layers, optimiser and start, fresh sequences; the neighbours read along."""
    named = []
    for seed in (1, 2, 3):
        keras.utils.set_random_seed(seed)
        draw = np.random.default_rng([77, seed])
        given = keras.Input((marked.tokens + 2, marked.size))  # the ring, closed
        h = keras.layers.Conv1D(16, 3, activation="tanh")(given)
        look = keras.layers.Softmax(axis=1)(keras.layers.Dense(1, use_bias=False)(h))
        read = keras.layers.Dot(1)([look, h])
        answer = keras.layers.Dense(1)(read)
        model = keras.Model(given, [answer, look])
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.03), loss=[loss, None])

        def ring(x):  # (tokens, N, size)
            x = np.concatenate([x[-1:], x, x[:1]])
            return x.swapaxes(0, 1)

        x, y, _, _ = marked.sequences(draw, 64 * 250)
        model.fit(ring(x), (y > 0).astype(float)[:, None, None], 64, verbose=0)
        x, y, mark, _ = marked.sequences(draw, 200)
        spare, every = marked.ordinary(draw, 200), [x]
        for t in range(marked.tokens):
            every.append(x.copy())
            every[-1][t] = spare[t]
        answers, look = model(ring(np.concatenate(every, axis=1)))
        answers = answers.numpy().reshape(-1, 200)  # as it is, then without each token
        assert np.mean(answers[0] * y > 0) > values["solved_above"]
        changed, look = np.abs(answers[1:] - answers[0]), look.numpy()[:200]
        look = look[..., 0].argmax(axis=1)
        named.append([np.mean(look == mark), np.mean(np.argmax(changed, 0) == mark)])
    attention, occlusion = np.mean(named, axis=0)
    assert attention < values["margin"] < occlusion


def test_what_the_page_says_in_words(values):
    """Occlusion is first where it counts; one network in a few speaks for one answer only."""
    hits = np.array(values["hits"])
    assert np.argmax(hits[1, 0]) == np.argmax(hits[2, 0]) == 3
    assert set(values["gradient_outcomes"]) == {"holds"}
    assert 0 < values["one_answer"] < values["n_seeds"] / 2
    assert values["beside"] > values["n_seeds"] / 2
    assert values["largest"][1] >= values["largest"][0] - 0.05  # as sure of itself
    assert values["verdict"] == "holds when"
    assert values["outcomes"] == ["holds", "does not", "does not"]


def test_the_figure_has_a_panel_for_each_method_and_world(record, values):
    (svg,) = record("explanations").figures("figure")
    for name in ("alone", "neighbours", "fixed", "attention", "gradient", "occlusion"):
        assert f">{name}<" in svg
    assert svg.count("<use ") >= 12 * 10
