"""A page's elements as plain Markdown (https://spec.commonmark.org), for those who read without a browser.

A page is parsed once, and nothing of it is read again. Its parts know themselves as Markdown, so code is never changed;
what Markdown would take for marks of its own in a text is escaped.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from chapters.page import Part, Text
from markdown.extensions.footnotes import NBSP_PLACEHOLDER
from markdown.util import AMP_SUBSTITUTE, HTML_PLACEHOLDER_RE

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TITLES = ("summary", "label")
BLOCKS = {*HEADINGS, *TITLES, "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "blockquote", "hr", "figure", "figcaption", "details", "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
ALIGNED = {"left": ":---", "center": ":---:", "right": "---:"}
EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~"}
POWERS = str.maketrans("−-+0123456789n", "⁻⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
POWER = re.compile(r"<sup>([−+\dn-]+)</sup>")
ESCAPED = re.compile("\x02(\\d+)\x03")
# What is a mark anywhere in a text, and what is one only where a line begins.
MARKS = re.compile(
    r"[\\`\[\]$]|\*(?=\S)|(?<=\S)\*|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/!?])|&(?=#?\w+;)"
)
LINE = re.compile(
    r"(?m)(?<=\n)(\d{1,9}(?=[.)](?:\s|$))|(?=(?:[-+*]|#{1,6})(?:\s|$)|[>|]|~~~|(?:=+|-+) *$))"
)


@dataclass(frozen=True, eq=False)
class Holder:
    """What blocks stand in, a quote, a note or an item of a list: what its first line begins with, and its others.

    Args:
        tight: the list, where no empty lines stand between its items.
    """

    first: str
    rest: str
    tight: Element | None = None


Holders = tuple[Holder, ...]


@dataclass(frozen=True)
class Block:
    """A block of Markdown, the part of the page that it is, if any, and what it stands in, the outermost first."""

    text: str
    part: Part | None = None
    within: Holders = ()


def inside(holder: Holder, blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks that stand in one more holder."""
    for block in blocks:
        yield replace(block, within=(holder, *block.within))


def joined(blocks: Iterable[Block]) -> str:
    """The text of some blocks, one after the other."""
    lines: list[str] = []
    opened: Holders = ()
    for block in blocks:
        depth = sum(a is b for a, b in zip(opened, block.within, strict=False))
        kept, new = block.within[:depth], block.within[depth:]
        before = "".join(holder.rest for holder in kept)
        if lines and not _is_close(opened[depth:], kept, new):
            lines.append(before.rstrip())
        first = before + "".join(holder.first for holder in new)
        rest = "".join(holder.rest for holder in block.within)
        for number, line in enumerate(block.text.split("\n")):
            start = rest if number else first
            lines.append(start + line if line else start.rstrip())
        opened = block.within
    return "\n".join(lines)


def _is_close(closed: Holders, kept: Holders, new: Holders) -> bool:
    """Whether a block begins an item of a tight list, below another one or the text of the item that the list is in."""
    if not new or new[0].tight is None:
        return False
    if closed:
        return closed[0].tight is new[0].tight
    return bool(kept) and kept[-1].tight is not None


def plain(text: str) -> str:
    """A text of a page without what Python-Markdown keeps in it for itself, but for its placeholders."""
    text = ESCAPED.sub(lambda match: chr(int(match[1])), text)
    text = text.replace(NBSP_PLACEHOLDER, "")
    if AMP_SUBSTITUTE in text:  # addresses of mail, one code for each letter
        text = html.unescape(text.replace(AMP_SUBSTITUTE, "&"))
    return text


class Writer:
    """Writes a page.

    Args:
        page: its elements and what the placeholders in them stand for.
        words: of its language.
    """

    def __init__(self, page: Text, words: Mapping[str, str]) -> None:
        self.page, self.words = page, words

    def written(self) -> str:
        """The Markdown of the page."""
        return joined(self.blocks(self.page.tree))

    # What each reader of Markdown is given in its own way

    def own(self, id_: str) -> str:
        """An id of this page, or the key of one of its notes; "" for none."""
        return id_

    def address(self, target: str) -> str:
        """Where a link leads to whose target the page writes so; "" for nowhere."""
        return target

    def mark(self, key: str) -> str:
        """The mark of a note."""
        return f"[^{self.own(key)}]"

    def note(self, key: str, blocks: list[Block], notes: Element) -> Iterator[Block]:
        """What a note says."""
        tight = notes if len(blocks) == 1 else None
        return inside(Holder(f"[^{self.own(key)}]: ", "    ", tight), blocks)

    def target(self, link: str) -> tuple[str, str]:
        """The file, below the folder of the language, and the id that a link of this page names."""
        path, _, id_ = link.partition("#")
        here = posixpath.join(posixpath.dirname(self.page.uri), path)
        return posixpath.normpath(here) if path else self.page.uri, id_

    # Blocks

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks of an element, in their order."""
        tag, kind = element.tag, element.get("class", "").split(" ")[0]
        if element.get("aria-hidden"):
            return
        if tag in HEADINGS:
            id_ = self.own(element.get("id", ""))
            text = self._line(element) + (f" {{#{id_}}}" if id_ else "")
            yield Block(f"{'#' * int(tag[1])} {text}")
        elif tag in TITLES or kind == "admonition-title":
            yield Block(f"**{self._line(element)}**")
        elif tag in ("ul", "ol"):
            yield from self._list(element)
        elif tag == "dl":
            yield from self._definitions(element)
        elif tag == "table":
            yield Block(self._table(element))
        elif tag == "hr":
            yield Block("***")
        elif tag in ("blockquote", "details") or kind == "admonition":
            yield from inside(Holder("> ", "> "), self._children(element))
        elif kind == "tabbed-set":
            *_, labels, tabs = element
            for label, tab in zip(labels, tabs, strict=True):
                both = [*self.blocks(label), *self._children(tab)]
                yield from inside(Holder("> ", "> "), both)
        elif kind == "footnote":
            for item in element.findall("ol/li"):
                key = item.get("id", "").partition(":")[2]
                yield from self.note(key, [*self._children(item)], element)
        elif is_anchor(element):
            id_ = self.own(element.get("id", ""))
            yield from [Block(f'<div id="{id_}"></div>')] if id_ else []
        else:
            said = f"\n*{self.words[kind]}*" if kind in ("judgement", "forecast") else ""  # fmt: skip
            for block in self._children(element):
                yield replace(block, text=block.text + said)

    def _children(self, element: Element) -> Iterator[Block]:
        """What stands in an element: blocks, and the paragraphs between them."""
        line = Element("p")
        line.text = f"\n{element.text or ''}"
        for child in element:
            if child.tag not in BLOCKS:
                line.append(child)
                continue
            yield from self._paragraph(line)
            yield from self.blocks(child)
            line = Element("p")
            line.text = f"\n{child.tail or ''}"
        yield from self._paragraph(line)

    def _paragraph(self, line: Element) -> Iterator[Block]:
        """A part of the page, or a text, if there is one."""
        found = HTML_PLACEHOLDER_RE.fullmatch((line.text or "").strip())
        part = self.page.stash[int(found[1])] if found and not len(line) else None
        if not isinstance(part, Part):
            if text := self.inline(line).strip():
                yield Block(text)
            return
        if part.markdown:
            yield Block(part.markdown, part)
        if part.prose is not None:
            for block in self.blocks(part.prose):
                yield replace(block, part=part)

    def _list(self, element: Element) -> Iterator[Block]:
        loose = any(child.tag == "p" for item in element for child in item)
        for number, item in enumerate(element, int(element.get("start", "1"))):
            mark = f"{number}. " if element.tag == "ol" else "- "
            blocks = [*self._children(item)] or [Block("")]
            if blocks[0].part or blocks[0].within:  # it stands as far in as its rest
                mark = mark.ljust(4)
            rest = " " * max(4, len(mark))
            yield from inside(Holder(mark, rest, None if loose else element), blocks)

    def _definitions(self, element: Element) -> Iterator[Block]:
        """Terms as items of a list, each with what it means."""
        terms: list[str] = []
        above = ""
        for child in element:
            if child.tag == "dt":
                terms = [*(terms if above == "dt" else []), self._line(child)]
            else:
                first, *more = [*self._children(child)] or [Block("")]
                if first.part or first.within:
                    first, more = Block(""), [first, *more]
                text = f"{' · '.join(terms)}{self.words['colon']}{first.text}"
                blocks = [Block(text.rstrip()), *more]
                yield from inside(Holder("- ", "    ", element), blocks)
            above = child.tag

    def _table(self, element: Element) -> str:
        head, *rows = element.iter("tr")
        looks = [cell.get("style", "") + cell.get("class", "") for cell in head]
        line = [next((s for side, s in ALIGNED.items() if side in look), "---") for look in looks]  # fmt: skip
        texts = [[self._cell(cell) for cell in row] for row in (head, *rows)]
        return "\n".join(f"| {' | '.join(row)} |" for row in [texts[0], line, *texts[1:]])  # fmt: skip

    def _cell(self, cell: Element) -> str:
        text = self.inline(cell).strip().replace("  \n", "<br>")
        return text.replace("\n", " ").replace("|", "\\|")

    # In a line

    def inline(self, element: Element) -> str:
        """The text of an element with what stands in it."""
        text = self.literal(element.text or "")
        for child in element:
            tail = self.literal(child.tail or "")
            if child.tag == "br":
                tail = tail.removeprefix("\n")
            text += self.child(child, text[-1:], tail[:1]) + tail
        return text

    def _line(self, element: Element) -> str:
        return " ".join(self.inline(element).split("\n")).strip()

    def literal(self, text: str) -> str:
        """A text that shows as it is, with the pieces that its placeholders stand for."""
        text = MARKS.sub(r"\\\g<0>", re.sub(r"\n[ \t]+", "\n", plain(text)))
        text = LINE.sub(r"\1\\", text)
        text = HTML_PLACEHOLDER_RE.sub(lambda match: self.piece(int(match[1])), text)
        return POWER.sub(lambda match: match[1].translate(POWERS), text)

    def piece(self, number: int) -> str:
        """A formula, or raw HTML without its comments."""
        piece = self.page.stash[number]
        if isinstance(piece, Part):
            return piece.markdown
        return "" if piece.startswith("<!--") else piece

    def child(self, element: Element, before: str, after: str) -> str:
        """An element in a line, between these letters."""
        tag, kind = element.tag, element.get("class", "")
        if tag == "code":
            return _code(html.unescape("".join(element.itertext())))
        if tag == "br":
            return "  \n"
        if kind == "footnote-backref" or element.get("aria-hidden"):
            return ""
        if kind == "footnote-ref":
            return self.mark(element.get("href", "").partition(":")[2])
        if tag == "img":
            alt = self.literal(element.get("alt", "")).replace("\n", " ")
            return self._linked(element, "src", alt, f"![{alt}]")
        text = self.inline(element)
        if tag == "a" and element.get("href"):
            return self._linked(element, "href", text, f"[{text}]")
        if tag in EMPHASIS:
            return _emphasis(tag, text, before, after)
        if tag == "sup" and element.find("a") is None:
            return POWER.sub(lambda m: m[1].translate(POWERS), f"<sup>{text}</sup>")
        return f"<{tag}>{text}</{tag}>" if tag in ("sub", "kbd", "mark") else text

    def _linked(self, element: Element, name: str, text: str, shown: str) -> str:
        """A link or a picture, or only its text where it leads nowhere."""
        link = plain(element.get(name, ""))
        address = self.address(link)
        if not address:
            return text
        if link.removeprefix("mailto:") == plain("".join(element.itertext())):
            return f"<{address.removeprefix('mailto:')}>"
        if re.search(r"[\s()<>]", address):
            address = f"<{address.replace('<', '%3C').replace('>', '%3E')}>"
        title = re.sub(r'["\\]', r"\\\g<0>", plain(element.get("title", "")))
        return f'{shown}({address} "{title}")' if title else f"{shown}({address})"


def is_anchor(element: Element) -> bool:
    """Whether an element is only there to be linked to."""
    return element.tag == "div" and bool(element.get("id")) and not len(element)


def _emphasis(tag: str, text: str, before: str, after: str) -> str:
    """Emphasis; as HTML where CommonMark does not see its marks, between letters and beside each other."""
    if not text:
        return ""
    sides = (before, text[0]), (after, text[-1])
    hidden = any(out.isalnum() and not end.isalnum() for out, end in sides)
    if hidden or before == "*":
        return f"<{tag}>{text}</{tag}>"
    return f"{EMPHASIS[tag]}{text}{EMPHASIS[tag]}"


def _code(text: str) -> str:
    """A code span, in more backticks than it holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    blank = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return ticks + blank + text.replace("\n", " ") + blank + ticks
