"""A page as Markdown for another generator: prose stays Markdown; what a run, a formula or a diagram became is HTML in its place.

Python-Markdown makes the same page of it with extensions that everybody has (attr_list, footnotes, md_in_html); nothing of
this project is needed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from chapters.page import Part
from markdown.util import HTML_PLACEHOLDER_RE

from .writer import BLOCKS, EMPHASIS, HEADINGS, Block, Writer, joined, plain

# What Markdown would take for a mark of its own: in a text, in HTML that stands in a line, and where a paragraph begins.
IN_TEXT = re.compile(r"[\\`*\[\]{}]|(?<![^\W_])_|_(?![^\W_])")
IN_HTML = re.compile(r"[\\`*_\[\]{}]")
FIRST = re.compile(r"^(\d{0,9})([-+:#.)])(?=#*\s)")
# HTML that begins so is a block to Python-Markdown.
BLOCK = re.compile(r"<(?:div|dl|figure|form|pre|section|table|script|p)\b")
# md_in_html loses count of blocks in a block that do not begin a line.
INNER = re.compile(r"(?<=[^\n])<(?:details|div|dl|figure|form|ol|p|section|table|ul)\b")
PROSE = {"ul", "ol", "li", "p", "blockquote"}


class InPlace(Writer):
    """Writes a page from its finished elements, those of its terms included."""

    def finished(self, root: Element) -> str:
        """The Markdown of a page whose elements are `root`'s."""
        return joined(self._children(root))

    def blocks(self, element: Element) -> Iterator[Block]:
        """The blocks of an element: Markdown where that can say all of it, else a tag around Markdown."""
        tag, held = element.tag, self._held(element)
        if tag in HEADINGS:
            line = f"{'#' * int(tag[1])} {self._line(element)}"
            yield Block(f"{line} {_marks(element.attrib)}")
        elif tag == "p" and held is None:
            marks = f"\n{_marks(element.attrib)}" if element.attrib else ""
            yield Block(self._prose(element) + marks)
        elif (
            tag in ("p", "hr")
            or element.get("class") == "footnote"
            or (tag in PROSE - {"li"} and self._is_prose(element))
        ):
            yield from super().blocks(element)
        elif held is not None or any(child.tag in BLOCKS for child in element):
            yield Block(f'<{tag}{_attributes(element)} markdown="block">')
            yield from self._children(element)
            yield Block(f"</{tag}>")
        else:
            text = self.inline(element).strip()
            inside = ' markdown="span"' if text else ""
            yield Block(f"<{tag}{_attributes(element)}{inside}>{text}</{tag}>")

    def _paragraph(self, line: Element) -> Iterator[Block]:
        """A part of the page as it is, code as a fence; or a text, if there is one."""
        part = self._held(line)
        if part is None:
            if text := self._prose(line):
                yield Block(text)
        elif part.kind == "code":
            yield Block(part.markdown)
        else:
            text = INNER.sub(r"\n\g<0>", re.sub(r"\n\s*\n", "\n", part))
            yield Block(text if BLOCK.match(text) else f"<div>{text}</div>")

    def _held(self, line: Element) -> Part | None:
        """The part whose place begins an element, as a block of its own; None where there is none."""
        found = HTML_PLACEHOLDER_RE.fullmatch((line.text or "").strip())
        alone = all(child.tag in BLOCKS for child in line)
        part = self.page.stash[int(found[1])] if found and alone else None
        if not isinstance(part, Part) or part.kind == "plot":
            return None
        return None if part.startswith("<math") else part

    def _is_prose(self, element: Element) -> bool:
        """Whether a list or a quotation holds nothing that needs a tag or a fence of its own."""
        blocks = [one for one in element.iter() if one.tag in BLOCKS]
        return all(
            one.tag in PROSE and not one.attrib and self._held(one) is None
            for one in blocks
        )

    def _prose(self, line: Element) -> str:
        text = FIRST.sub(lambda m: f"{m[1]}&#{ord(m[2])};", self.inline(line).strip())
        # A formula where a line begins would be a block.
        return f"<span></span>{text}" if text.startswith("<math") else text

    # In a line

    def literal(self, text: str) -> str:
        """A text that shows as it is, with the pieces that its placeholders stand for."""
        text = html.escape(plain(text).replace("\n", " "), quote=False)
        text = IN_TEXT.sub(r"\\\g<0>", text)
        return HTML_PLACEHOLDER_RE.sub(lambda found: self.piece(int(found[1])), text)

    def piece(self, number: int) -> str:
        """A formula or a drawing in a line, in which Markdown finds no mark; raw HTML as it is."""
        piece = self.page.stash[number]
        return _quiet(piece) if isinstance(piece, Part) else super().piece(number)

    def child(self, element: Element, before: str, after: str) -> str:
        """An element in a line: Markdown with its attributes, else its tag."""
        tag, kind = element.tag, element.get("class", "")
        if kind in ("footnote-ref", "footnote-backref"):
            return super().child(element, before, after)
        if not element.attrib and (tag == "code" or tag in EMPHASIS):
            return super().child(element, before, after)
        if tag == "br":
            return "<br>"
        if tag == "img":
            return self._linked(element, "src", "", f"![{self.literal(element.get('alt', ''))}]")  # fmt: skip
        text = self.inline(element)
        if element.get("id", "").startswith("fnref"):
            return text
        if tag == "a" and element.get("href"):
            return self._linked(element, "href", text, f"[{text}]")
        return f"<{tag}{_quiet(_attributes(element))}>{text}</{tag}>"

    def _linked(self, element: Element, name: str, text: str, shown: str) -> str:
        address = plain(element.get(name, ""))
        if re.search(r"[\s()<>]", address):
            address = f"<{address.replace('<', '%3C').replace('>', '%3E')}>"
        more = dict(element.attrib)
        title = _quiet(html.escape(plain(more.pop("title", ""))))
        more.pop(name), more.pop("alt", None)
        marks = _marks(more) if more else ""
        return f'{shown}({address} "{title}"){marks}' if title else f"{shown}({address}){marks}"  # fmt: skip


def _quiet(piece: str) -> str:
    """HTML for a line of text, in which Markdown finds no mark."""
    return IN_HTML.sub(lambda mark: f"&#{ord(mark[0])};", piece.replace("\n", " "))


def _attributes(element: Element) -> str:
    """The attributes of an element as they stand in its tag."""
    items = element.attrib.items()
    return "".join(f' {name}="{html.escape(plain(value))}"' for name, value in items)


def _marks(attributes: dict[str, str]) -> str:
    """Attributes as attr_list reads them."""
    short = {"id": "#", "class": "."}
    said = (
        f"{short[name]}{word}" if name in short else f'{name}="{value}"'
        for name, value in attributes.items()
        for word in (value.split() if name in short else [value])
    )
    return f"{{ {' '.join(said)} }}"
