"""Records, each a name of six letters and a code of three digits: most follow a rule, some are secret."""

import numpy as np

# --8<-- [start:records]
copies = np.array([0, 1, 4, 16])  # how often a canary stands in the data
canaries, ordinary, new = 12, 3000, 500  # canaries for each number of copies
letters = 6  # in the alphabet, and in a name


def world(seed):
    """Canaries, ordinary and new records (n, 9): the letters of a name, then its code."""
    rng = np.random.default_rng(seed)
    n_secret = len(copies) * canaries
    names = rng.permutation(letters**letters)[: n_secret + ordinary + new]  # none twice
    name = np.stack(np.unravel_index(names, [letters] * letters), axis=1)
    rule = rng.integers(10, size=(letters, letters, 3))
    code = rule[name[:, 0], name[:, 1]]  # follows from the first two letters,
    code[:n_secret] = rng.integers(10, size=(n_secret, 3))  # but for the canaries
    return np.split(np.hstack([name, code]), [n_secret, n_secret + ordinary])


def one_hot(records):
    """Names (..., 36) and codes (..., 3, 10)."""
    name, code = np.split(records, [letters], axis=-1)
    x = np.eye(letters, dtype="float32")[name].reshape(*name.shape[:-1], -1)
    return x, np.eye(10, dtype="float32")[code]


# --8<-- [end:records]


# --8<-- [start:treated]
def treated(seed, treatment):
    """The records of a world to train on (N, 9): as they stand, or changed."""
    secret, usual, _ = world(seed)
    repeated = np.repeat(secret, np.repeat(copies, canaries), axis=0)
    if treatment == "redrawn":  # as many records of each name, each with a fresh code
        rng = np.random.default_rng([seed, 1])
        repeated[:, letters:] = rng.integers(10, size=(len(repeated), 3))
    records = np.vstack([repeated, usual])
    return np.unique(records, axis=0) if treatment == "once" else records


# --8<-- [end:treated]


# --8<-- [start:exposure]
def exposure(log_p, records):
    """Bits by which the right code stands ahead in a list of all 1000, likeliest first.

    log_p: (..., 3, 10), for each digit. log2(1000) if it stands first, 0 if last.
    """
    a, b, c = np.moveaxis(log_p, -2, 0)  # (..., 10) each
    every = a[..., :, None, None] + b[..., None, :, None] + c[..., None, None, :]
    every = every.reshape(*a.shape[:-1], 1000)
    number = records[..., letters:] @ [100, 10, 1]
    right = np.take_along_axis(every, number[..., None], axis=-1)
    return np.log2(1000) - np.log2(np.sum(every >= right, axis=-1))


# --8<-- [end:exposure]
