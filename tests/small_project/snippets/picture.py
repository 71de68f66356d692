"""Draws a line."""

import matplotlib.pyplot as plt

# --8<-- [start:line]
fig, ax = plt.subplots()
ax.plot([0, 1], [0, 1])
ax.set_xlabel("epoch")
fig.tight_layout()
# --8<-- [end:line]
