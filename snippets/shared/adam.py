"""Adam, one step at a time, for NumPy arrays and for TensorFlow's tensors alike."""


# --8<-- [start:adam]
def start(weights):
    """The memory before the first step: two running means for each weight."""
    return [0 * w for w in weights], [0 * w for w in weights]


def adam(weights, gradients, memory, step, rate, beta2=0.999):
    """One step of Algorithm 1 of Kingma and Ba, https://arxiv.org/abs/1412.6980.

    step counts from 1. Returns the new weights and the new memory.
    """
    first, second = memory
    first = [0.9 * m + 0.1 * g for m, g in zip(first, gradients, strict=True)]
    second = [
        beta2 * v + (1 - beta2) * g * g for v, g in zip(second, gradients, strict=True)
    ]
    scale = rate * (1 - beta2**step) ** 0.5 / (1 - 0.9**step)
    weights = [
        w - scale * m / (v**0.5 + 1e-8)
        for w, m, v in zip(weights, first, second, strict=True)
    ]
    return weights, (first, second)


# --8<-- [end:adam]
