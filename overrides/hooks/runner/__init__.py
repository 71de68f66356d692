"""Runs the snippets and keeps a record of each run. Knows nothing of MkDocs.

`python -m overrides.hooks.runner numpy_network` runs one snippet (without a name: all) that has no valid record yet.
"""

from .errors import Place, SourceError, nearest, read_text, read_yaml
from .folder import is_source, packed
from .record import Record, printed, remembered
from .run import ensure_records, read_modules
from .sections import Cell, Snippet

__all__ = ["Cell", "Place", "Record", "Snippet", "SourceError", "ensure_records"]
__all__ += ["is_source", "nearest", "packed", "printed", "read_modules"]
__all__ += ["read_text", "read_yaml", "remembered"]
