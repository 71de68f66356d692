"""The search index, loaded only by a reader who searches.

Material's script loads `search/search_index.json` with every page, some 200 kB. What it finds there is the index without
its documents; the whole one lies beside it, and assets/javascripts/workers/patient-search.js loads it when needed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

INDEX = "search/search_index.json"
WHOLE = "search/documents.json"
WORKER = re.compile(r'(?<="search": ")([^"]*/)(search\.\w+\.min\.js)(?=")')
PATIENT = re.compile(r"patient-search\.js\?engine=([^\"&]*)&[^\"]*")


def split_index(folder: Path) -> None:
    """Sets the documents of the index aside that a build has written to the folder of a language."""
    index = read_index(folder)
    if index["docs"]:  # else it comes from the published site, split already
        (folder / INDEX).rename(folder / WHOLE)
        empty = json.dumps(index | {"docs": []}, ensure_ascii=False)
        (folder / INDEX).write_text(empty, encoding="utf-8")


def read_index(folder: Path) -> dict[str, Any]:
    """The whole index of the language that is published in `folder`."""
    path = folder / WHOLE
    path = path if path.exists() else folder / INDEX
    return dict(json.loads(path.read_text(encoding="utf-8")))


def with_patient_search(page: str, path: str) -> str:
    """The HTML of a page whose search waits until a reader types.

    Args:
        page: as Material's template made it.
        path: where its language lies in the site, "" for the root.
    """
    # The address of the index starts from the worker's own folder, three below the root.
    index = "../../../" + (f"{path}/" if path else "") + WHOLE
    return WORKER.sub(rf"\1patient-search.js?engine=\2&index={index}", page)


def with_whole_search(page: str) -> str:
    """The HTML of a published page with Material's own worker, which can read from a file."""
    return PATIENT.sub(r"\1", page)
