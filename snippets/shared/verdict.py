"""How every lab reaches its verdict: an effect, its 95% interval and a margin that matters.

An effect is a difference (of errors, accuracies, bits, ...) whose sign says whether the
claim is right. Its margin, fixed beforehand, is the smallest effect worth naming.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv, stdtrit


# --8<-- [start:effect]
class Effect(NamedTuple):
    mean: float
    low: float  # the ends of the 95% interval
    high: float


def over_seeds(differences):
    """differences: (seeds,), from runs that share nothing. Student's t interval."""
    d = np.asarray(differences, dtype=float)
    mean, error = d.mean(), d.std(ddof=1) / len(d) ** 0.5
    reach = stdtrit(len(d) - 1, 0.975) * error
    return Effect(float(mean), float(mean - reach), float(mean + reach))


def over_seeds_and_items(differences, draws=1000):
    """differences: (seeds, items), when all seeds are tested on the same items.

    A paired bootstrap that draws seeds and items anew, each as a whole: the pigeonhole
    bootstrap of Owen (2007), https://doi.org/10.1214/07-AOAS122. Percentiles.
    """
    d = np.asarray(differences, dtype=float)
    (S, N), rng = d.shape, np.random.default_rng(0)
    seeds, items = np.empty((draws, S)), np.empty((draws, N))  # how often each is drawn
    for k in range(draws):
        seeds[k] = np.bincount(rng.integers(S, size=S), minlength=S)
        items[k] = np.bincount(rng.integers(N, size=N), minlength=N)
    means = (seeds @ d * items).sum(axis=1) / d.size
    return Effect(float(d.mean()), *np.percentile(means, [2.5, 97.5]).tolist())


def share(hits):
    """hits: (runs,) of True and False. The exact interval of Clopper and Pearson."""
    k, n = int(np.sum(hits)), len(hits)
    low = betaincinv(k, n - k + 1, 0.025) if k else 0
    high = betaincinv(k + 1, n - k, 0.975) if k < n else 1
    return Effect(k / n, float(low), float(high))


# --8<-- [end:effect]


# --8<-- [start:outcome]
def outcome(effect, margin):
    """Where the whole interval lies: beyond the margin, short of it, or on both sides."""
    if effect.low > margin:
        return "holds"
    return "does not" if effect.high < margin else "cannot tell"


# --8<-- [end:outcome]


# --8<-- [start:decide]
def decide(margin, effects):
    """effects: by condition. Prints each; the verdict, the intervals, the outcomes."""
    outcomes = [outcome(effect, margin) for effect in effects.values()]
    for (name, effect), word in zip(effects.items(), outcomes, strict=True):
        print(f"{name}: {word}")
        print(f"  {effect.mean:+.3f}, 95% {effect.low:+.3f} to {effect.high:+.3f}")
    if "holds" in outcomes:
        verdict = "holds" if set(outcomes) == {"holds"} else "holds when"
    else:
        verdict = "does not" if set(outcomes) == {"does not"} else "cannot tell"
    return verdict, np.array(list(effects.values())), outcomes


def confirm(expected, margin, effects):
    """A control, whose truth is known by construction: it must come out as expected."""
    _, intervals, outcomes = decide(margin, effects)
    assert set(outcomes) == {expected}, f"the control should say: {expected}"
    return intervals


# --8<-- [end:decide]
