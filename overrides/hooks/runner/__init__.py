"""From a program to its record: whatever changes a result is in this folder. Knows nothing of MkDocs.

An edit of a file here runs every program again. What only keeps, schedules, fetches or splits is in the room `records`.
"""

from .errors import Place, SourceError, nearest, read_text, read_yaml
from .folder import is_source, packed
from .record import Record, keep, printed, recalled, remembered
from .sections import Cell, Snippet

__all__ = ["Cell", "Place", "Record", "Snippet", "SourceError"]
__all__ += ["is_source", "keep", "nearest", "packed", "printed", "read_text"]
__all__ += ["read_yaml", "recalled", "remembered"]
