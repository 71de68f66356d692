"""The site as files: what a browser opens without any server, search included.

A server finds index.html behind the address of a folder; a file system does not. So each link names its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from publish.staging import below

# Each begins with what is rare: a page is looked through in no time.
LINKS = [re.compile(rf'({at})([^"#?:]+)(?=[#?"])') for at in (' href="', '"0; url=')]
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
ONLINE_ONLY = re.compile(r'<a class="online-only".*?</a>', re.DOTALL)
# What only a server or a search engine asks for.
LEFT_OUT = {"404.html", "sitemap.xml"}


def offline_files(site: Path, paths: list[str]) -> Iterator[tuple[str, bytes]]:
    """The files of the offline edition, by their path.

    Args:
        site: the finished site.
        paths: where its languages lie in it, "" for the root.
    """
    left_out = {str(PurePosixPath(path) / name) for path in paths for name in LEFT_OUT}
    for name in sorted({*below(site)} - left_out):
        data = (site / name).read_bytes()
        if name.endswith(".html"):
            data = offline_page(data.decode()).encode()
        yield name, data


def offline_page(page: str) -> str:
    """The HTML of a published page as a file."""
    page = ONLINE_ONLY.sub("", POLICY.sub("", page, count=1))
    for links in LINKS:
        page = links.sub(lambda link: link[1] + _named(link[2]), page)
    return page


def _named(path: str) -> str:
    """A path with the name of its file, where it is a folder's."""
    if path.rpartition("/")[2] in {".", ".."}:
        path += "/"
    return f"{path}index.html" if path.endswith("/") or not path else path
