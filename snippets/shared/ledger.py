"""A ledger of what data served for: what tests a model may neither train nor choose it."""

import numpy as np


# --8<-- [start:ledger]
class Ledger:
    """Notes each row that is used, by its content, and for what."""

    def __init__(self):
        self.rows = {"train": set(), "choose": set(), "test": set()}

    def __call__(self, purpose, *arrays):
        """arrays: (N, ...) each, row k of all belonging together, or numbers of items."""
        rows = [np.ascontiguousarray(a).reshape(len(a), -1) for a in arrays]
        rows = np.hstack([row.view(np.uint8) for row in rows])  # (N, bytes)
        new = set(rows.view(f"V{rows.shape[1]}").ravel().tolist())
        self.rows[purpose] |= new
        for other in self.rows.keys() - {purpose}:
            if new & self.rows[other]:
                raise ValueError(f"what served to {other} was used to {purpose}")


# --8<-- [end:ledger]


def note(ledgers, purpose, rows):
    """rows: (S, N, ...), those of each seed in its own ledger. Returns them."""
    for used, mine in zip(ledgers, rows, strict=True):
        used(purpose, mine)
    return rows
