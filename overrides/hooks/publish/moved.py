"""Addresses stay alive: what docs/moved.yml says has moved is still found at its old address."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import yaml
from runner import Place, read_text, read_yaml

ADDRESS = re.compile(r"(?P<page>(?:[\w.-]+/)*)(?:#(?P<anchor>[\w:.-]+))?")
REMEDY = "write 'old/#anchor: new/#anchor', each as it stands below the folder of a language; the anchor may be left out."


class Moved(NamedTuple):
    """An address that was published, and the one at which its content stands; the first page and no anchor are ""."""

    page: str
    anchor: str
    to_page: str
    to_anchor: str
    place: Place


class Link(NamedTuple):
    """A link from an old address to the new one, with the title of its page."""

    anchor: str
    href: str
    title: str


def check_sources(
    sources: Iterable[tuple[Path, str, str]], docs: Path, made: Collection[str]
) -> None:
    """What lies in docs/ is the author's, and nothing takes another's address.

    Args:
        sources: of each file its path, what messages call it, and its address.
        docs: the folder that no link may lead out of.
        made: the addresses at which the build itself writes; those of folders end in "/".

    Raises:
        SourceError: at the first file of which that is not so.
    """
    seen: dict[str, str] = {}
    for path, name, address in sources:
        place, key = Place(name), address.casefold()  # some systems take A for a
        links = [one for one in path.parents if one.is_symlink()]
        if any(one.resolve() in one.parents for one in links):
            place.fail("a link leads round in a circle.", "remove it.")
        if not path.is_file() or not path.resolve().is_relative_to(docs):
            place.fail(
                "this is no file of the project, or a link to one outside of docs/.",
                "put the file itself there, or remove it.",
            )
        if key in seen:
            problem = f"its address '{address}' is that of {seen[key]}, too."
            place.fail(problem, "rename one of them.")
        if any(key == one or (one.endswith("/") and key.startswith(one)) for one in made):  # fmt: skip
            place.fail(
                f"its address '{address}' is one at which the build writes.",
                "rename it, or put it into another folder.",
            )
        seen[key] = name


def read_moved(path: Path, name: str) -> list[Moved]:
    """What the file says, by page; nothing where there is none.

    Args:
        path: the file.
        name: what messages call it.

    Raises:
        SourceError: it says something else, or something twice.
    """
    text = read_text(path, name) if path.exists() else ""
    read_yaml(text, Place(name))  # it is YAML
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as `read_yaml` does
    tree = yaml.compose(text, Loader=loader)
    if tree and not isinstance(tree, yaml.MappingNode):
        Place(name, tree.start_mark.line + 1).fail("this names no addresses.", REMEDY)
    moved: dict[str, Moved] = {}
    for old, new in tree.value if tree else ():
        place = Place(name, old.start_mark.line + 1)
        here, there = (ADDRESS.fullmatch(str(one.value)) for one in (old, new))
        if not here or not there or here[0] in moved or here[0] == there[0]:
            place.fail(f"'{old.value}' does not say once where it is now.", REMEDY)
        moved[here[0]] = Moved(here[1], here[2] or "", there[1], there[2] or "", place)
    return sorted(moved.values(), key=lambda one: one[:2])


def keep_addresses(
    folder: Path, moved: list[Moved], words: str, render: Callable[..., str]
) -> None:
    """Writes a page that leads on for each page that has moved, and gives other pages the anchors that they had.

    Args:
        folder: the finished pages of a language.
        moved: what `read_moved` found, the same for all languages.
        words: those before a link to where something is now.
        render: makes the page that leads on of `up`, the way to the first page, and `links`, that of the page itself first.

    Raises:
        SourceError: an old address is in use, or a new one is not there.
    """
    made: dict[Path, str] = {}
    for page, group in itertools.groupby(moved, key=lambda one: one.page):
        own, path = list(group), folder / page / "index.html"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if own[0].anchor and not text:
            own[0].place.fail(
                f"there is no page '{page}'.", "say where it is now, too."
            )
        links = [_link(folder, one, text) for one in own]
        if text:
            for one, link in zip(own, links, strict=True):
                text = _with_anchor(text, one, link, words)
        else:
            text = render(up="../" * len(PurePosixPath(page).parts), links=links)
        made[path] = text
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _link(folder: Path, one: Moved, text: str) -> Link:
    """The link from an old address, where the HTML `text` stands, to the new one."""
    if text and (not one.anchor or _tag(text, one.anchor)):
        one.place.fail("the old address is in use.", "remove this line.")
    path = folder / one.to_page / "index.html"
    there = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not there or (one.to_anchor and not _tag(there, one.to_anchor)):
        one.place.fail("the new address is not there.", "name one that is.")
    title = there.partition("<title>")[2].partition("</title>")[0]
    up = "../" * len(PurePosixPath(one.page).parts) + one.to_page or "./"
    return Link(one.anchor, up + (one.to_anchor and f"#{one.to_anchor}"), title)


def _tag(text: str, anchor: str) -> re.Match[str] | None:
    """The tag that has this id."""
    sign = f' id="{anchor}"'
    if (near := text.find(sign)) < 0:
        return None
    tag = re.compile(rf"<\w[^<>]*{re.escape(sign)}[^<>]*>")
    return tag.search(text, max(0, text.rfind("<", 0, near)))


def _with_anchor(text: str, one: Moved, link: Link, words: str) -> str:
    """A page's HTML with an anchor that it had: where its content is, or at its end, with a link to it."""
    if one.page == one.to_page and (tag := _tag(text, one.to_anchor)):
        anchor = f'<span id="{one.anchor}"></span>'
        return text[: tag.end()] + anchor + text[tag.end() :]
    before, end, after = text.rpartition("</article>")
    line = f'<p id="{link.anchor}">{words} <a href="{link.href}">{link.title}</a></p>'
    return f"{before}{line}{end}{after}"
