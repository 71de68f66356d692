"""Runs the snippets and keeps a record of each run. Knows nothing of MkDocs.

`python -m overrides.hooks.runner numpy_network` runs one snippet (without a name: all) that has no valid record yet.
"""

from .record import Record
from .schedule import ensure_records
from .sections import Cell, Snippet, SourceError

__all__ = ["Cell", "Record", "Snippet", "SourceError", "ensure_records"]
