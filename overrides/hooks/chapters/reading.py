"""The one parse: Python-Markdown reads a page, and decides what in it is a mark (page.py) and what is code.

The same parse gives the page's HTML, which Python-Markdown writes, and its elements and parts, from which the copies are
written. Nothing is looked for in finished HTML but marks that stand where none can be.
"""

from __future__ import annotations

import copy
import html
import posixpath
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from drawing.formula import FormulaError, mathml
from drawing.output import stop
from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE, AtomicString
from runner import Place

from .directives import written
from .fences import code, code_options, diagram
from .page import TOKEN, Mark, Part, Text
from .tree import (
    Check,
    dissolve,
    dressed,
    order_notes,
    replace_texts,
    spoken,
    told_lent,
    unbroken,
    unlink_numbers,
)
from .values import NotRunError, number

if TYPE_CHECKING:
    from .edition import Edition

# A dollar sign behind which a digit stands closes no formula: US$3 to US$4.
DOLLARS = rf"(?<![\\$])\$(?![\s$])((?:\\.|[^\\$])+?)(?<!\s)\$(?![\d$]|{TOKEN.pattern})"
END = "\U0010fffb"  # a last paragraph: where it does not come out as one, something swallows what follows
CITED = re.compile(r"@([^;\s\]]+)")


class Reading(Extension):
    """Python-Markdown's extension for the marks of a page.

    Args:
        edition: gives them their meaning.
    """

    def __init__(self, edition: Edition) -> None:
        super().__init__()
        self.edition = edition
        self.text: Text | None = None

    def begin(self, text: Text) -> str:
        """The numbered text of the page that Python-Markdown reads next."""
        self.text = text
        return f"{text.source}\n\n{END}\n"

    @property
    def page(self) -> Text:
        assert self.text is not None, "begin() comes before the parse"
        return self.text

    def extendMarkdown(self, md: Markdown) -> None:
        """Registers what this extension does, each step at its place among those of others."""
        self.md = md
        md.inlinePatterns.register(_Dollars(DOLLARS, md), "dollars", 189.95)
        md.inlinePatterns.register(_Inline(self), "marks", 85)  # after links and HTML
        md.parser.blockprocessors.register(_Block(self), "marks", 76)
        for name, step, priority in (
            ("references", self._cite, 51),  # before the notes
            ("indented", self._show_indented_code, 31),  # before it is highlighted
            ("parts", self._finish, 6),  # before the contents
        ):
            md.treeprocessors.register(_Step(md, step), name, priority)

    @property
    def notes(self) -> FootnoteExtension:
        """Python-Markdown's footnotes, which citations become."""
        found = self.md.registeredExtensions
        return next(one for one in found if isinstance(one, FootnoteExtension))

    def fences(self) -> list[dict[str, Any]]:
        """What pymdownx.superfences is to do with fences."""

        def one(name: str, write: Any, **more: Any) -> dict[str, Any]:
            def formatted(source: str, language: str, _: str, options: Any, md: Markdown, **rest: Any) -> Part:  # fmt: skip
                try:
                    part: Part = write(self, source, language, options, md, **rest)
                except Exception as error:  # superfences would take it for no fence
                    self.page.failed = self.page.failed or error
                    return Part("", "code", "")
                return part

            return {"name": name, "class": name, "format": formatted, **more}

        return [one("mermaid", diagram), one("*", code, validator=code_options)]

    # What directives, fences and processors call

    def store(self, part: Part) -> str:
        """A placeholder for a part, to be put into the text of an element."""
        return str(self.md.htmlStash.store(part))

    def block(self, part: Part) -> Element:
        """A part as an element of its own."""
        element = Element("p")
        element.text = self.store(part)
        return element

    def waiting(self, error: NotRunError) -> Element:
        """What stands where a program that has not run yet will show something."""
        element = Element("p", {"class": "waiting"})
        word = self.edition.words["failed" if error.failed else "waiting"]
        element.text = AtomicString(word.format(program=error.program))
        return element

    def parse(self, parent: Element, markdown: str, place: Place) -> None:
        """Reads more Markdown, from data, into an element."""
        self.md.parser.parseChunk(parent, self.numbered(markdown, place))

    def count(self, name: str) -> int:
        """How many of these the page has, this one included."""
        self.page.counts[name] = self.page.counts.get(name, 0) + 1
        return self.page.counts[name]

    def new_id(self, name: str) -> str:
        """An id that no other element of the page has."""
        count = self.count(name)
        return name if count == 1 else f"{name}--{count}"

    def numbered(self, markdown: str, place: Place) -> str:
        """More Markdown, from data, for the text of an element."""
        return self.page.marks.number(markdown, place)

    @property
    def check(self) -> Check:
        """What looks for marks that could do nothing."""
        return Check(self.page.source, self.page.place, self.page.marks)

    # What happens to the elements of a page, in this order

    def _cite(self, root: Element) -> None:
        """The references that the page cites become notes, in the order in which they are first written."""
        if self.page.failed:
            raise self.page.failed
        texts = [*root.itertext(), *self.notes.footnotes.values()]
        for token in TOKEN.findall("".join(texts)):
            mark = self.page.marks.of(token)
            for key in CITED.findall(mark.source if mark.kind == "citation" else ""):
                if key in self.edition.bibliography.keys:
                    self.notes.setFootnote(
                        key, self.edition.bibliography.reference(key)
                    )

    def _show_indented_code(self, root: Element) -> None:
        """Indented code is code like that of a fence."""
        for pre in list(root.iter("pre")):
            if len(pre) == 1 and pre[0].tag == "code":
                source = html.unescape(pre[0].text or "").rstrip("\n")
                part, tail = code(self, source, "", {}, self.md), pre.tail
                pre.clear()
                pre.tag, pre.text, pre.tail = "p", self.store(part), tail

    def _finish(self, root: Element) -> None:
        """Formulas, notes, tables and terms get their form; the tree is remembered for the copies."""
        page, stash = self.page, self.md.htmlStash.rawHtmlBlocks
        if not (last := [p for p in root if p.tag == "p" and p.text == END]):
            self.check.unclosed()
        root.remove(last[-1])
        for element in root.iter():
            self._restore(element)
        for child, parent in [(c, p) for p in root.iter() for c in p]:
            if child.get("class") == "arithmatex":
                self._draw_formula(child, parent)
            elif child.get("class") == "notes":
                dissolve(child, parent)
        unlink_numbers(root)
        order_notes(root, self.notes, self.edition.bibliography.keys)
        self.check.elements(root)
        page.stash = [self.check.raw(one) for one in stash]
        if lent := self.edition.told_lent(page.uri):
            told_lent(root, *lent)
        stash[:], page.tree = page.stash, copy.deepcopy(root)
        dressed(root, self.edition.words, self.edition.joined, self._said)
        formula = unbroken(lambda n: getattr(page.stash[n], "kind", "") == "formula")
        replace_texts(root, formula)
        if page.uri in self.edition.sources and page.uri != "glossary.md":
            folder = posixpath.dirname(page.uri) or "."
            here = posixpath.relpath("glossary.md", folder)
            self.edition.glossary.link(root, here)
        if self.edition.letters:
            told = spoken(self.edition.language, self.edition.letters)
            replace_texts(root, told, ("code", "pre"))
        self.md.set_output_format("html")

    def _said(self, element: Element) -> str:
        """The words of an element, those of its formulas included, without its notes."""
        inside = "".join(self._said(one) + (one.tail or "") for one in element)
        text = "" if element.tag == "sup" else (element.text or "") + inside

        def words(found: re.Match[str]) -> str:
            drawn = self.page.stash[int(found[1])]
            return html.unescape(re.sub("<[^>]*>", "", drawn))

        return HTML_PLACEHOLDER_RE.sub(words, text)

    def _restore(self, element: Element) -> None:
        """Code gets its marks back; an attribute holds numbers as plain text."""
        if element.tag == "code" and TOKEN.search(element.text or ""):
            source = self.page.marks.restored(html.unescape(element.text or ""))
            element.text = AtomicString(html.escape(source, quote=False))
        for name, value in element.attrib.items():
            if TOKEN.search(value) and name not in ("href", "src"):
                element.set(name, self.page.marks.replaced(value, self._plain))

    def _plain(self, mark: Mark) -> str:
        return self.edition.number(mark).plain

    def _draw_formula(self, element: Element, parent: Element) -> None:
        text, marks = html.unescape(element.text or ""), self.page.marks
        display, written = text.startswith("\\["), text[2:-2].strip()
        numbers = marks.replaced(written, lambda mark: self.edition.number(mark).latex)
        tex = marks.restored(numbers)
        try:
            drawn = mathml(tex, display)
        except FormulaError as error:
            self.check.place_of(written).fail(
                f"the formula '{error.tex}' cannot be read: {error}.", "mend the LaTeX."
            )
        markdown = f"${tex}$"
        if display:
            name, markdown = stop(self.edition.words["formula"]), f"$$\n{tex}\n$$"
            drawn = f'<div class="formula" {name}>{drawn}</div>'
        element.text = AtomicString(self.store(Part(drawn, "formula", markdown)))
        if display:
            element.tag, element.attrib = "p", {}
        else:
            dissolve(element, parent)


class _Block(BlockProcessor):
    """A directive that is a block of its own."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.md.parser)
        self.reading = reading

    def test(self, parent: Element, block: str) -> bool:
        token = TOKEN.fullmatch(block.strip())
        return bool(token) and self._mark(block).kind == "directive"

    def run(self, parent: Element, blocks: list[str]) -> None:
        mark = self._mark(blocks.pop(0))
        reading = self.reading
        try:
            result = written(mark, reading.page.uri, reading.edition, reading)
        except NotRunError as error:
            result = reading.waiting(error)
        if isinstance(result, str):
            reading.parse(parent, result, mark.place)
        else:
            parent.extend(result if result.tag == "parts" else [result])

    def _mark(self, block: str) -> Mark:
        return self.reading.page.marks.of(block.strip())


class _Dollars(InlineProcessor):
    """`$x$`, where Python-Markdown and the rule about prices agree that it is a formula."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]
        element = Element("span", {"class": "arithmatex"})
        element.text = AtomicString(rf"\({m[1]}\)")
        return element, m.start(0), m.end(0)


class _Inline(InlineProcessor):
    """A value, a citation or a gap in a line of text."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(TOKEN.pattern, reading.md)
        self.reading = reading

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element | str | None, int | None, int | None]:  # type: ignore[override]  # fmt: skip
        reading, end = self.reading, m.end(0)
        mark = reading.page.marks.of(m[0])
        if mark.kind == "gap":
            end += len(data[end:]) - len(data[end:].lstrip())
            return "", m.start(0), end
        if mark.kind not in ("value", "citation"):
            return None, None, None
        inline: Any = self.md.treeprocessors["inline"]
        if mark.kind == "citation" and "a" in inline.ancestors:
            mark.place.fail(
                f"'{mark.source}' is a link inside a link.", "write it behind the link."
            )
        if mark.kind == "citation":
            return self._note(mark), m.start(0), end
        found = number(mark.source, reading.edition.records, mark.place)
        link = reading.edition.run_of(found.snippet, reading.page.uri)
        return found.element(link), m.start(0), end

    def _note(self, mark: Mark) -> Element:
        notes, group = self.reading.notes, Element("span", {"class": "notes"})
        for key in self.reading.edition.cited(mark):
            notes.addFootnoteRef(key)
            id_ = notes.makeFootnoteRefId(key, found=True)
            sup = SubElement(group, "sup", {"id": id_})
            href = "#" + notes.makeFootnoteId(key)
            a = SubElement(sup, "a", {"class": "footnote-ref", "href": href})
            a.text = key  # until all notes are counted
        return group


class _Step(Treeprocessor):
    """Something that a reading does to the elements of a page."""

    def __init__(self, md: Markdown, run: Callable[[Element], None]) -> None:
        super().__init__(md)
        self.run = run  # type: ignore[assignment,method-assign]
