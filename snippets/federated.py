"""Training together without moving data: what a laboratory and a company gain by it.

Federated averaging on handwritten digits, beside training alone, beside pooled data, and
beside the other's model as it is, for which nobody has to train together.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.digits import held_out
from shared.federation import Plan, chosen, fit, ways
from shared.partners import as_seen, right
from shared.plots import dots
from shared.verdict import confirm, decide, over_seeds_and_items

seeds = range(1100, 1120)
plan = Plan(
    batches=(20, 20, 20),  # rounds, local steps in each, digits in each step
    own_rounds=5,  # the last of them, where own steps follow
    rates=(0.1, 0.2, 0.4),
    tuning_seeds=range(2100, 2103),
)

# --8<-- [start:rule]
# The effect: the share of test digits that a partner's model gets right if trained
# together and not if trained alone, less the reverse. For less than two in a hundred
# nobody would negotiate a contract. The claim: both partners gain, in each world.
margin = 0.02
worlds = ["alike", "gaps", "mirrored"]  # gaps: the company lacks two of the ten digits
# The controls: of two small partners both gain. From a partner whose labels are shuffled
# there is nothing to learn, so the laboratory cannot gain.
# Looked at as well, with the same margin: the remedy (equal weights, then own steps)
# against as many steps alone, and against own steps on the company's model.
# --8<-- [end:rule]


# --8<-- [start:result]
def tested(world, way):
    """Which test digits each partner's model gets right, (2, S, 797)."""
    return right(fit(plan, world, way, seeds), as_seen(held_out[None], world))


def gain(world, way, than):
    """Of the laboratory and of the company, over training in another way."""
    less = tested(world, way) - 1.0 * tested(world, than)
    return [over_seeds_and_items(each) for each in less]


def gains(way, than):
    found = {world: gain(world, way, than) for world in worlds}
    partners = ("laboratory", "company")
    return {
        f"{who}, {w}": found[w][k] for w in worlds for k, who in enumerate(partners)
    }


verdict, intervals, outcomes = decide(margin, gains("together", "alone"))
one, other = gain("two small", "equal weights", "alone")  # equal, as their sizes are
lab, _ = gain("shuffled labels", "together", "alone")
print("controls")
small = confirm("holds", margin, {"a small one": one, "another": other})
nothing = confirm("does not", margin, {"laboratory, shuffled labels": lab})
control = np.concatenate([small, nothing])
# --8<-- [end:result]

# --8<-- [start:remedy]
print("remedy, less as many steps alone")
remedied = decide(margin, gains("equal, own steps", "alone, own steps"))[1]
print("less own steps from released weights")
beyond = gains("equal, own steps", "other's, own steps")
beyond = {name: each for name, each in beyond.items() if "laboratory" in name}
released = decide(margin, beyond)[1]
# --8<-- [end:remedy]
arms = [*ways, "other's model"]
accuracy = [[tested(w, arm).mean(axis=(1, 2)) for w in worlds] for arm in arms]
accuracy = np.array(accuracy)  # (arms, worlds, 2)
choices = [[chosen(plan, world, way) for way in ways] for world in worlds]
choices = [np.broadcast_to(rate, 2).tolist() for some in choices for rate in some]
n_seeds, n_test = len(seeds), len(held_out)

# --8<-- [start:figure]
figure, panels = plt.subplots(1, 2, sharey=True)
looks = {"alone": "C1o", "other's model": "C5^", "together": "C0s", arms[-2]: "C2D"}
for k, (way, look) in enumerate(looks.items()):
    for at, world in enumerate(worlds):
        for axes, share in zip(panels, tested(world, way).mean(axis=2), strict=True):
            name = None if at else way
            dots(axes, at + 0.2 * k - 0.3, 100 * share, look[:2], look[2], name)
for axes, name in zip(panels, ["laboratory", "company"], strict=True):
    axes.set(title=name, ylim=(5, 100), xticks=range(3), xticklabels=worlds)
panels[0].set_ylabel("right (%)")
panels[0].legend(loc="lower left", fontsize=10)
figure.tight_layout(w_pad=0.5)
plt.show()
# --8<-- [end:figure]
