"""A ledger of what data served for: what tests a model may neither train nor choose it."""

import numpy as np


# --8<-- [start:ledger]
class Ledger:
    """Notes each row that is used, by its content, and for what."""

    def __init__(self):
        self.rows = {"train": set(), "choose": set(), "test": set()}

    def __call__(self, purpose, *arrays):
        """arrays: (N, ...) each, row k of all belonging together, or numbers of items."""
        for row in zip(*arrays, strict=True):
            self.rows[purpose].add(b"".join(np.asarray(a).tobytes() for a in row))
        for other in self.rows.keys() - {purpose}:
            if self.rows[purpose] & self.rows[other]:
                raise ValueError(f"what served to {other} was used to {purpose}")


# --8<-- [end:ledger]
