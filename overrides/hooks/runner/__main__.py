"""A closed run in a process of its own, for whoever sends it from elsewhere: `python -m runner FOLDER`.

The folder holds this package and the pickled snippet; the record, or the error for its author, goes to standard output,
pickled. Where the folder is removed, or the process that started this one ends, so does the run.
"""

import os
import pickle
import socket
import sys
import threading
import time
from pathlib import Path

from .errors import SourceError
from .run import run

INTERVAL = 0.2  # seconds between two looks at whether the run is still wanted


def main(folder: Path) -> None:
    """Runs the snippet in `folder`."""
    snippet = pickle.loads((folder / "snippet").read_bytes())
    ends, parent = socket.socketpair(), os.getppid()

    def look() -> None:
        while folder.exists() and os.getppid() == parent:
            time.sleep(INTERVAL)
        ends[0].close()

    threading.Thread(target=look, daemon=True).start()
    try:
        # What matplotlib finds out about fonts is shared by all runs of a session.
        result: object = run(snippet, folder / "project", folder.parents[1], ends)
    except SourceError as error:
        result = error
    sys.stdout.buffer.write(pickle.dumps(result))


main(Path(sys.argv[1]))
