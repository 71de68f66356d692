"""The site as files: what a browser opens without any server, search included.

A server finds index.html behind the address of a folder, and gives a script what it fetches; a file system does neither.
So each link names its file, the search index is a script, and Material's worker runs in a frame (assets/javascripts/iframe-worker.js).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from publish.search import INDEX, WHOLE, read_index, with_whole_search

LINK = re.compile(r'(?:(?<= href=")|(?<="0; url=))([^"#?:]+)(?=[#?"])')
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
BUNDLE = re.compile(r'<script src="([^"]*assets/javascripts/)bundle\.')
ONLINE_ONLY = re.compile(r'<a class="online-only".*?</a>', re.DOTALL)
# What only a server or a search engine asks for.
LEFT_OUT = {"404.html", "sitemap.xml", "sitemap.xml.gz", INDEX, WHOLE}


def offline_files(
    site: Path, paths: list[str], shim: Path
) -> Iterator[tuple[str, bytes]]:
    """The files of the offline edition, by their path.

    Args:
        site: the finished site.
        paths: where its languages lie in it, "" for the root.
        shim: the worker for pages that are files.
    """
    left_out = {str(PurePosixPath(path) / name) for path in paths for name in LEFT_OUT}
    for file in sorted(site.rglob("*")):
        name = file.relative_to(site).as_posix()
        if file.is_dir() or name in left_out:
            continue
        if file.suffix == ".html":
            yield name, offline_page(file.read_text(encoding="utf-8")).encode()
        else:
            yield name, file.read_bytes()
    yield "assets/javascripts/iframe-worker.js", shim.read_bytes()
    for path in paths:
        index = read_index(site / path)
        for document in index["docs"]:
            page, mark, heading = document["location"].partition("#")
            document["location"] = _named(page) + mark + heading
        script = f"var __index = {json.dumps(index, ensure_ascii=False)}"
        yield str(PurePosixPath(path) / "search/search_index.js"), script.encode()


def offline_page(page: str) -> str:
    """The HTML of a published page as a file."""
    page = LINK.sub(lambda link: _named(link[1]), POLICY.sub("", page))
    page = ONLINE_ONLY.sub("", with_whole_search(page))
    return BUNDLE.sub(
        r'<script src="\1iframe-worker.js"></script><script src="\1bundle.', page
    )


def _named(path: str) -> str:
    """A path with the name of its file, where it is a folder's."""
    if path.rpartition("/")[2] in {".", ".."}:
        path += "/"
    return f"{path}index.html" if path.endswith("/") or not path else path
