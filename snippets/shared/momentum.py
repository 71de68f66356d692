"""Steps that divide by nothing: gradient descent, momentum, and Adam without its division.

Each is called as adam() of shared/adam.py is.
"""


# --8<-- [start:momentum]
def descent(weights, gradients, memory, step, rate):
    return [w - rate * g for w, g in zip(weights, gradients, strict=True)], memory


def momentum(weights, gradients, memory, step, rate):
    """The step is a sum of all gradients so far, the older the fainter."""
    total = [0.9 * m + g for m, g in zip(memory[0], gradients, strict=True)]
    weights = [w - rate * m for w, m in zip(weights, total, strict=True)]
    return weights, (total, memory[1])


def undivided(weights, gradients, memory, step, rate):
    """Adam's running mean of the gradient, but no division by the gradient's size."""
    first = [0.9 * m + 0.1 * g for m, g in zip(memory[0], gradients, strict=True)]
    scale = rate / (1 - 0.9**step)
    weights = [w - scale * m for w, m in zip(weights, first, strict=True)]
    return weights, (first, memory[1])


# --8<-- [end:momentum]
