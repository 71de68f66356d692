"""One batch, two workers: the same losses as one worker, for an exchange a step.

The workers are processes of their own that talk over the loopback interface. On
a cluster the same program runs on each machine; only TF_CONFIG differs.
"""

import matplotlib.pyplot as plt
import numpy as np

from shared.cluster import run_again_if_need_be as run
from shared.verdict import confirm, decide, over_seeds

seeds = range(1000, 1020)
# time limit: 180 s

# --8<-- [start:rule]
# The effect: to how many decimal digits the losses of two workers are those of one,
# in the step where they differ most. 32 bits hold 7 digits; fifty steps may cost three.
margin = 4
digits_held = 7  # no difference at all counts as one in the last digit
# --8<-- [end:rule]

# --8<-- [start:result]
(one,), two = run(1, seeds), run(2, seeds)


reference = np.array(one["exchanged"]["losses"])  # (50, seeds)
off, digits, weight_gap = {}, {}, {}
for kind in ("exchanged", "apart"):
    off[kind] = np.abs(two[0][kind]["losses"] - reference)
    digits[kind] = -np.log10(np.maximum(off[kind].max(axis=0), 10.0**-digits_held))
    first, second = (np.array(worker[kind]["weights"]) for worker in two)
    weight_gap[kind] = float(np.abs(first - second).max())
print("digits that agree with one worker")
verdict, intervals, outcomes = decide(
    margin, {"gradients exchanged": over_seeds(digits["exchanged"])}
)
control = confirm("does not", margin, {"not exchanged": over_seeds(digits["apart"])})
# --8<-- [end:result]
largest_off = float(off["exchanged"].max())
largest_apart = off["apart"].max(axis=0)  # (seeds,)
smallest_apart = float(largest_apart.min())
gap_exchanged, gap_apart = weight_gap["exchanged"], weight_gap["apart"]

# --8<-- [start:cost]
n_parameters = len(one["exchanged"]["weights"][0])
gradient_bytes = 4 * n_parameters  # 32 bits each
batch = one["share"]
print(f"{n_parameters:,} parameters of 4 bytes")
print("        examples    bytes   operations")
print("workers     each     sent     per byte")
ratios = []
for n in (1, 2, 4, 8):
    sent = 2 * (n - 1) / n * gradient_bytes  # ring all-reduce
    operations = 6 * n_parameters * batch / n
    ratios.append(operations / sent if sent else 0.0)
    ratio = f"{ratios[-1]:.0f}" if sent else "-"
    print(f"{n:7} {batch // n:8} {sent:8,.0f} {ratio:>12}")
# --8<-- [end:cost]

# --8<-- [start:figure]
figure, axes = plt.subplots()
n_steps, n_seeds = reference.shape
for kind, colour in (("exchanged", "C0"), ("apart", "C1")):
    differences = np.maximum(off[kind], 1e-8)  # (50, seeds)
    axes.plot(range(1, n_steps + 1), differences, colour, linewidth=1, alpha=0.5)
axes.text(25, 3e-4, "without exchange", color="C1")
axes.text(25, 1e-6, "with exchange", color="C0")
axes.set(yscale="log", ylim=(7e-9, 1), xlabel="step", ylabel="difference of losses")
plt.show()
# --8<-- [end:figure]
