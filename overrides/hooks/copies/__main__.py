"""Writes the site as plain Markdown, for another generator: `python -m copies folder`, or `make markdown`.

Values, citations, terms, outputs, figures, diagrams and formulas are in place, by the functions that MkDocs' build uses. With the
chapters of each language go its assets, its downloads and what leads on from addresses that have moved; its configuration has
the navigation, and names extensions of Python-Markdown that everybody has.
"""

import shutil
import sys
from pathlib import Path

from records import ensure_records
from runner import Place, SourceError

from .configuration import read_languages
from .leaving import Leaving


def main(root: Path, target: Path) -> None:
    """Writes all languages into a folder of their own.

    Raises:
        SourceError: the folder holds something else; or as the build would.
    """
    languages = read_languages(root)
    if target.exists() and any(target.iterdir()):
        if not (target / "mkdocs.yml").is_file() or target.resolve() == root.resolve():
            Place(target).fail("it holds something else.", "name a new folder.")
        shutil.rmtree(target)
    records = ensure_records(root, root / ".cache/records")
    for language in languages:
        Leaving(root, records, language, target).write()


try:
    main(Path.cwd(), Path(sys.argv[1]))
except SourceError as error:
    sys.exit(str(error))
