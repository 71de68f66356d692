"""A page's elements as plain Markdown, for those who read without a browser.

What is not prose, its parts, knows itself as Markdown; so nothing is read a second time, and code is never changed.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from chapters.page import Part
from markdown.extensions.footnotes import NBSP_PLACEHOLDER
from markdown.util import AMP_SUBSTITUTE, HTML_PLACEHOLDER_RE

ESCAPED = re.compile("\x02(\\d+)\x03")
POWERS = str.maketrans("−-+0123456789n", "⁻⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ")
AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~"}
BLOCKS = {"p", "ul", "ol", "dl", "div", "blockquote", "table", "pre", "hr", "figure", "details", "figcaption", *(f"h{n}" for n in range(1, 7))}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A block of Markdown; `first` stands before its first line, `rest` before the others.

    A block that is `tight` follows the one above it without an empty line.
    """

    text: str
    part: Part | None = None
    first: str = ""
    rest: str = ""
    tight: bool = False

    @property
    def lines(self) -> list[str]:
        first, *rest = self.text.split("\n")
        return [(self.first + first).rstrip(" ") if not first else self.first + first, *((self.rest + line if line else self.rest.rstrip()) for line in rest)]  # fmt: skip


def joined(blocks: Sequence[Block]) -> str:
    """The text of some blocks, one after the other."""
    lines: list[str] = []
    for number, block in enumerate(blocks):
        if number and not block.tight:
            pair = (blocks[number - 1].rest, block.rest)
            lines.append(posixpath.commonprefix(pair).rstrip())
        lines += block.lines
    return "\n".join(lines)


def inside(blocks: Iterator[Block], first: str, rest: str) -> Iterator[Block]:
    """Blocks that stand in a quote or an item of a list."""
    for number, block in enumerate(blocks):
        before = rest if number else first
        yield replace(block, first=before + block.first, rest=rest + block.rest)


class Writer:
    """Writes the elements of a page.

    Args:
        stash: what the placeholders in its texts stand for.
        words: of the page's language.
    """

    def __init__(self, stash: Sequence[str], words: Mapping[str, str]) -> None:
        self.stash, self.words = stash, words

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks of an element, in their order."""
        if element.get("aria-hidden"):
            return
        kind = element.get("class", "").split(" ")[0]
        if re.fullmatch("h[1-6]", element.tag):
            id_, level = element.get("id", ""), int(element.tag[1])
            yield Block(self.heading(level, self.inline(element), id_))
        elif element.tag in ("ul", "ol"):
            yield from self._list(element)
        elif element.tag == "dl":
            yield from self._definitions(element)
        elif element.tag == "table":
            yield Block(self._table(element))
        elif element.tag == "hr":
            yield Block("---")
        elif element.tag == "blockquote":
            yield from inside(self._children(element), "> ", "> ")
        elif element.tag == "details" or kind == "admonition":
            yield from inside(self._box(list(element)), "> ", "> ")
        elif kind == "tabbed-set":
            labels = [label for label in element.iter("label")]
            tabs = [d for d in element.iter("div") if d.get("class") == "tabbed-block"]
            for label, tab in zip(labels, tabs, strict=True):
                yield from inside(self._box([label, *tab]), "> ", "> ")
        elif kind == "footnote":
            yield from self._notes(element)
        elif element.tag == "p":
            yield from self._paragraph(element, kind)
        elif element.tag == "div" and element.get("id") and not len(element):
            if anchor := self.anchor(element.get("id", "")):
                yield Block(anchor)
        else:
            yield from self._children(element)

    def _children(self, element: Element) -> Iterator[Block]:
        """What stands in an element: paragraphs without a tag of their own, and blocks."""
        line = Element("p")
        line.text = element.text
        for child in element:
            if child.tag not in BLOCKS:
                line.append(child)
                continue
            yield from self._paragraph(line, "")
            yield from self.blocks(child)
            line = Element("p")
            line.text = child.tail
        yield from self._paragraph(line, "")

    def _paragraph(self, element: Element, kind: str) -> Iterator[Block]:
        found = HTML_PLACEHOLDER_RE.fullmatch((element.text or "").strip())
        piece = self.stash[int(found[1])] if found and not len(element) else None
        if isinstance(piece, Part):
            if piece.markdown:
                yield Block(piece.markdown, piece)
        elif text := re.sub(r"\n[ \t]+", "\n", self.inline(element)).strip():
            if kind in ("judgement", "forecast"):
                text += f"\n*{self.words[kind]}*"
            yield Block(text)

    def _box(self, elements: Sequence[Element]) -> Iterator[Block]:
        """A box, a folded answer or a tab: its title in bold, and what it holds."""
        title, *rest = elements
        if title.tag in ("summary", "label") or "title" in title.get("class", ""):
            yield Block(f"**{self.inline(title).strip()}**")
        else:
            rest = [title, *rest]
        for element in rest:
            yield from self.blocks(element)

    def _list(self, element: Element) -> Iterator[Block]:
        number = int(element.get("start", "1"))
        for position, item in enumerate(element):
            mark = f"{number + position}. " if element.tag == "ol" else "- "
            loose = any(child.tag == "p" for child in item)
            for count, block in enumerate(inside(self._children(item), mark, "    ")):
                tight = position > 0 if count == 0 else block.part is None
                yield replace(block, tight=block.tight or (tight and not loose))

    def _definitions(self, element: Element) -> Iterator[Block]:
        """Terms as items of a list, each with what it means."""
        term = ""
        for number, child in enumerate(element):
            if child.tag == "dt":
                term = self.inline(child).strip()
                continue
            meaning, *more = [*self._children(child)] or [Block("")]
            first = replace(meaning, text=f"{term}{self.words['colon']}{meaning.text}")
            blocks = [*inside(iter([first, *more]), "- ", "    ")]
            yield replace(blocks[0], tight=number > 1)
            yield from blocks[1:]

    def _table(self, element: Element) -> str:
        rows = [[self.inline(c).strip().replace("|", "\\|") for c in row] for row in element.iter("tr")]  # fmt: skip
        cells = [c for c in next(element.iter("tr"))]
        signs = {"left": ":---", "center": ":---:", "right": "---:"}
        styles = [cell.get("style", "") + cell.get("class", "") for cell in cells]
        line = [next((s for side, s in signs.items() if side in style), "---") for style in styles]  # fmt: skip
        return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], line, *rows[1:]))

    def _notes(self, element: Element) -> Iterator[Block]:
        for number, item in enumerate(element.iter("li")):
            key = item.get("id", "").partition(":")[2]
            for count, block in enumerate(self.noted(key, [*self._children(item)])):
                yield replace(block, tight=number > 0 and count == 0)

    # In a line

    def inline(self, element: Element) -> str:
        """The text of an element with what stands in it."""
        text = self.text(element.text or "")
        for child in element:
            tail = self.text(child.tail or "")
            if child.tag in AROUND:
                text += self._around(child, text[-1:], tail[:1]) + tail
            else:
                text += self._inline(child) + tail
        return text

    def _around(self, element: Element, before: str, after: str) -> str:
        """Emphasis; as HTML where CommonMark takes its marks for punctuation between letters."""
        text, marks = self.inline(element), AROUND[element.tag]
        inner = (before, text[:1]), (after, text[-1:])
        if any(out.isalnum() and not end.isalnum() for out, end in inner):
            return f"<{element.tag}>{text}</{element.tag}>"
        return f"{marks}{text}{marks}" if text else ""

    def _inline(self, element: Element) -> str:
        if element.tag == "code":
            return _code(html.unescape(element.text or ""))
        text, tag, get = self.inline(element), element.tag, element.get
        kind = get("class", "")
        title = f' "{get("title")}"' if get("title") else ""
        if kind == "footnote-backref" or get("aria-hidden"):
            return ""
        if kind == "footnote-ref":
            return self.note(get("href", "").partition(":")[2])
        if tag == "a" and get("href"):
            return self.link(text, get("href", ""), title)
        if tag == "img":
            return self.image(get("alt", ""), get("src", ""), title)
        if tag == "br":
            return "  \n"
        if tag == "sup" and element.find("a") is None and "[^" not in text:
            powers = text.translate(POWERS)
            return powers if not re.search(r"[ -~]", powers) else f"<sup>{text}</sup>"
        return f"<{tag}>{text}</{tag}>" if tag in ("sub", "kbd", "mark") else text

    def text(self, text: str) -> str:
        """A text as it was written, its placeholders filled."""
        text = ESCAPED.sub(lambda m: "\\" + chr(int(m[1])), text)
        text = text.replace(AMP_SUBSTITUTE, "&").replace(NBSP_PLACEHOLDER, "")
        text = self.plain(text)
        return HTML_PLACEHOLDER_RE.sub(lambda m: self._piece(int(m[1])), text)

    # What other readers of Markdown write in another way

    def plain(self, text: str) -> str:
        """Text as it was written, without what stands in it."""
        return text

    def heading(self, level: int, text: str, id_: str) -> str:
        """A heading with its id."""
        return f"{'#' * level} {text} {{#{id_}}}"

    def anchor(self, id_: str) -> str:
        """The place of an id that is no heading's."""
        return f'<div id="{id_}"></div>'

    def link(self, text: str, address: str, title: str) -> str:
        """A link; `title` is "" or ends it, quotation marks and all."""
        return f"<{address}>" if text == address else f"[{text}]({address}{title})"

    def image(self, text: str, address: str, title: str) -> str:
        """A picture with its alternative text."""
        return f"![{text}]({address}{title})"

    def note(self, key: str) -> str:
        """The mark of a note."""
        return f"[^{key}]"

    def noted(self, key: str, blocks: list[Block]) -> list[Block]:
        """What a note says."""
        return [*inside(iter(blocks), f"[^{key}]: ", "    ")]

    def _piece(self, number: int) -> str:
        piece = self.stash[number]
        if isinstance(piece, Part):
            return piece.markdown
        return "" if piece.startswith("<!--") else piece


def _code(text: str) -> str:
    """A code span, in more backticks than it holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, blank = "`" * (longest + 1), " " if text[:1] == "`" or text[-1:] == "`" else ""  # fmt: skip
    return f"{fence}{blank}{text}{blank}{fence}"
