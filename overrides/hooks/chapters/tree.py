"""What is done to the elements of a page once Markdown has read it, and what Markdown has left over is refused."""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import NoReturn
from xml.etree.ElementTree import Element, SubElement

from drawing.output import stops
from markdown.extensions.footnotes import FootnoteExtension
from markdown.util import HTML_PLACEHOLDER_RE
from runner import Place

from .page import TOKEN, Marks, Part

# What a text becomes; it is told in which of QUOTED the text stands.
Replaced = Callable[[str, str], Iterator[str | Element]]

# Where a number is only a number, not a link: headings, titles, other links.
TITLES = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "label"}
ALIGNED = re.compile(r"text-align: (left|center|right);")
# In pixels: what a table may take of the narrowest phone, what a letter takes, what stands around a cell; and how many
# letters a line of the widest column needs.
NARROW, LETTER, AROUND, WRAPPED = 284, 7.5, 27, 18
# Kinds of letters, as Unicode names them: what belongs to the thing behind it, and to the thing before it.
OPENING, CLOSING = {"Ps", "Pi"}, {"Pe", "Pf", "Po"}
# Where the first language is named or quoted, by tag or class, and how many words make a quotation.
QUOTED = {"dt": 1, "gloss": 1, "footnote": 5}
# What may keep marks as they were written.
KEEPING = re.compile(r"<!--.*?-->|<(code|pre)\b.*?</\1>", re.DOTALL)
RAW_LINK = re.compile(r"""<(?:a|img)\b[^>]*\s(?:href|src)=["']?(?![a-z]+:|//|#)""")

# What the policy of every page forbids, or nobody could use; and where links may not lead.
FORBIDDEN = re.compile(
    "applet|audio|base|embed|form|frame|iframe|link|meta|object|script|source|style|track|video"
)
ELSEWHERE = re.compile(r"\s*(?!(?:https?|mailto|tel):)[a-z][a-z0-9+.-]*:", re.I)

REMEDIES = {
    "directive": "let it stand on lines of its own, with an empty line before and after it.",
    "stray": "let a directive stand on lines of its own, and an include inside a fence.",
    "include": 'write --8<-- "snippet.py:section" on a line of its own, inside a fence.',
    "value": "write a value in text or in a formula, not in HTML or in an address.",
    "citation": "write a citation in text, not in HTML or in a title.",
    "private": "this character is one of those that the site keeps for itself; leave it out.",
}
LEFT = (
    (r"\{\{|\}\}", "write {{ snippet:name }}, or set it as code."),
    (r"\[\^[^\]\s]+\]", "write the note: '[^name]: …', or set it as code."),
    (r"\{ ?[:.#][^}\n]*\}", "write attributes at the end of a heading or a paragraph."),
    (r"(?m)^\s*(?:```|~~~)", "close the fence."),
    (r"\[[^\]\n]+\]\[[^\]\n]*\]", "write the link's target: '[name]: page.md'."),
    (r":::|⟦|--8<--", "set it as code."),
    (
        r"\$(?:[ ]+[^$\s\d](?:[^$\n]*[\\^_=][^$\n]*)?[ ]*|[^$\s\d](?:[^$\n]*[\\^_=][^$\n]*)?[ ]+)\$(?!\w)",
        "a formula begins and ends without a blank: $x$.",
    ),
)


def dissolve(element: Element, parent: Element) -> None:
    """Leaves what is in an element, and takes away the element itself."""
    position = list(parent).index(element)
    parent.remove(element)
    last = parent[position - 1] if position else None

    def add(text: str | None) -> None:
        if text and last is None:
            parent.text = (parent.text or "") + text
        elif text and last is not None:
            last.tail = (last.tail or "") + text

    add(element.text)
    for offset, child in enumerate(list(element)):
        parent.insert(position + offset, child)
        last = child
    add(element.tail)


def unlink_numbers(parent: Element, title: bool = False) -> None:
    """Numbers in titles and in links are no links."""
    title = title or parent.tag in TITLES or "title" in parent.get("class", "")
    for child in list(parent):
        if child.get("class") == "run":
            if title:
                dissolve(child, parent)
        else:
            unlink_numbers(child, title)


def order_notes(
    root: Element, notes: FootnoteExtension, cited: Collection[str]
) -> None:
    """Takes away the references that only code cites, and counts the others."""
    for div in list(root.iter("div")):
        listed = div.find("ol") if div.get("class") == "footnote" else None
        if listed is None:
            continue
        for item in list(listed):
            key = item.get("id", "").removeprefix(notes.makeFootnoteId(""))
            if key in cited and key not in notes.footnote_order:
                listed.remove(item)
        if not len(listed) and div in list(root):
            root.remove(div)
        order = [f"#{item.get('id')}" for item in listed]
        for mark in root.iter("a"):
            if mark.get("class") == "footnote-ref":
                mark.text = str(order.index(mark.get("href", "")) + 1)


def headed(table: Element, plain: Callable[[Element], str], colon: str) -> bool:
    """Gives each row of a table its header, and each other cell the name of its column, which a phone shows.

    A row that has only its first cell heads those below it.

    Args:
        table: as Markdown made it.
        plain: makes plain text of a cell.
        colon: what stands behind the name of a column.

    Returns:
        Whether it is wider than the narrowest phone, where each of its rows then becomes a paragraph.
    """
    columns = [plain(th).strip() for th in table.iterfind("thead/tr/*")]
    widest = list(map(_width, columns))
    for th in table.iterfind("thead/tr/th"):
        th.set("scope", "col")
    for body in table.findall("tbody"):
        rows, group = list(body), body
        body[:] = []
        for row in rows:
            first, *others = row
            texts = [plain(cell).strip() for cell in row]
            if texts[0]:
                first.tag = "th"
                first.set("scope", "row")
            for n, (cell, text) in enumerate(zip(row, texts, strict=True)):
                widest[n] = max(widest[n], _width(text))
                if cell.tag == "td" and text and columns[n]:
                    asks = unicodedata.category(columns[n][-1]) == "Po"
                    cell.set("data-head", columns[n] + (" " if asks else colon))
            if texts[0] and others and not any(texts[1:]):
                row[1:] = []
                first.set("scope", "rowgroup")
                first.set("colspan", str(len(texts)))
                if len(group):
                    group = SubElement(table, "tbody")
            group.append(row)
    wrapped = sum(widest) - max(0, max(widest) - WRAPPED)
    return LETTER * wrapped + AROUND * len(widest) > NARROW


def _width(text: str) -> int:
    """In letters of Latin, of which two are as wide as one of Chinese."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def dressed(
    root: Element,
    words: Mapping[str, str],
    unspaced: str,
    plain: Callable[[Element], str],
) -> None:
    """Gives notes, tables and emphasis the form that readers need.

    No line begins with the mark of a note; between two stands a comma, so that 2 and 4 do not read as 24. A table can be
    scrolled by the keyboard; classes align its columns; an empty corner heads nothing. Letters between which no blank
    stands are not slanted: their emphasis has a class.
    """
    letters = f"[{unspaced}]" if unspaced else "(?!)"
    for parent in list(root.iter()):
        before = None
        for position, child in enumerate(list(parent)):
            if child.tag == "sup" and child.get("id", "").startswith("fnref"):
                text = (parent.text if before is None else before.tail) or ""
                joined = text if text == text.rstrip() else text.rstrip() + "\u202f"
                if before is None:
                    parent.text = joined
                else:
                    before.tail = joined
                    if not text and before.get("id", "").startswith("fnref"):
                        SubElement(before, "sup").text = ","
                        parent.insert(list(parent).index(child), before[-1])
                        before.remove(before[-1])
            elif child.tag == "table":
                kind = (
                    "table stacks" if headed(child, plain, words["colon"]) else "table"
                )
                box = Element("div", {"class": kind, **stops(words["table"])})
                box.tail, child.tail = child.tail, None
                parent[position] = box
                box.append(child)
            elif child.tag in ("th", "td"):
                if child.tag == "th" and not len(child) and not child.text:
                    child.tag = "td"
                    child.attrib.pop("scope", None)
                if aligned := ALIGNED.fullmatch(child.attrib.pop("style", "")):
                    child.set("class", aligned[1])
            elif child.tag == "em" and re.search(letters, "".join(child.itertext())):
                child.set("class", "marked")
            before = child


def unbroken(is_formula: Callable[[int], bool]) -> Replaced:
    """Puts a formula and the marks beside it into one element, in which no line begins or ends.

    Args:
        is_formula: whether what the stash holds there is one.
    """

    def wholes(text: str, _: str) -> Iterator[str | Element]:
        end = 0
        for found in HTML_PLACEHOLDER_RE.finditer(text):
            start, stop = found.span()
            while start > end and unicodedata.category(text[start - 1]) in OPENING:
                start -= 1
            while stop < len(text) and unicodedata.category(text[stop]) in CLOSING:
                stop += 1
            if stop - start > len(found[0]) and is_formula(int(found[1])):
                whole = Element("span", {"class": "whole"})
                whole.text = text[start:stop]
                yield from (text[end:start], whole)
                end = stop
        yield text[end:]

    return wholes


def told_lent(root: Element, language: str, said: str) -> None:
    """Says below the title of a page that it is in another language, and of what follows in which."""
    for block in root:
        if language and not HTML_PLACEHOLDER_RE.fullmatch((block.text or "").strip()):
            block.set("lang", language)
    note = Element("p", {"class": "lent"})
    note.text = said
    root.insert(1, note)


def spoken(own: str, letters: Mapping[str, str]) -> Replaced:
    """Says of words in another language which it is, for voices and faces.

    These are words in the letters of another language. On a page whose language has its own, they are also those of the first
    language where it is named or quoted: as a term, or with at least five words in a note.

    Args:
        own: the language of the page.
        letters: by language, the first one first, as a set of a regular expression; "" where others have them, too.
    """
    first, mine = next(iter(letters)), letters[own]
    strange = f"(?![{mine}])" if mine else ""  # what this language has, too, is its own
    found = {n: re.compile(f"(?:{strange}[{s}])+") for n, s in letters.items() if s and n != own}  # fmt: skip
    if mine and own != first:
        other = rf"[^{mine}\x02\x03]"
        found[first] = re.compile(rf"(?={other})[^\W\d_](?:{other}*(?<=\w))?")

    def told(text: str, where: str) -> Iterator[str | Element]:
        end, least = 0, QUOTED.get(where, 0)
        matches = [(m, n) for n, one in found.items() for m in one.finditer(text)]
        # Of languages that share letters it is the one that has more of them in a row, else the first.
        for match, name in sorted(matches, key=lambda one: (one[0].start(), -len(one[0][0]))):  # fmt: skip
            said = name != first or 0 < least <= len(match[0].split())
            if said and match.start() >= end and any(map(str.isalpha, match[0])):
                span = Element("span", {"lang": name})
                span.text = match[0]
                yield from (text[end : match.start()], span)
                end = match.end()
        yield text[end:]

    return told


def replace_texts(
    element: Element,
    replaced: Replaced,
    closed: Collection[str] = (),
    where: str = "",
) -> None:
    """Puts what `replaced` makes of each text of a page in its place, in the order of the page.

    Args:
        element: the page's elements, or one of them.
        replaced: gives a text's pieces.
        closed: tags and classes of elements whose texts stay as they are.
        where: of `QUOTED`, around the element.
    """
    names = (element.tag, element.get("class", ""))
    if any(name in closed for name in names):
        return
    where = next((name for name in names if name in QUOTED), where)
    children = list(element)
    text, element.text = element.text or "", None
    for child in children:
        element.remove(child)
    _fill(element, replaced(text, where))
    for child in children:
        tail, child.tail = child.tail or "", None
        element.append(child)
        replace_texts(child, replaced, closed, where)
        _fill(element, replaced(tail, where))


def _fill(element: Element, pieces: Iterator[str | Element]) -> None:
    for piece in pieces:
        if isinstance(piece, Element):
            element.append(piece)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + piece
        else:
            element.text = (element.text or "") + piece


class _Tags(HTMLParser):
    """The tags of some raw HTML, each with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@dataclass(frozen=True)
class Check:
    """Looks for what could do nothing in a page.

    Args:
        source: its numbered text.
        place: where that begins.
        marks: those of the page.
    """

    source: str
    place: Place
    marks: Marks

    def elements(self, root: Element) -> None:
        """Checks the elements of a page. Raises SourceError at the first thing that Markdown has left."""
        if root.find(".//h1") is None:
            self.place.fail(
                "the page has no title.", "begin it with '# Title { #id }'."
            )
        for element in root.iter():
            self._refuse(TOKEN.findall(" ".join(element.attrib.values())))
            self._allowed(element.tag, element.attrib)
            if re.fullmatch("h[1-6]", element.tag) and not element.get("id"):
                words = "".join(element.itertext())
                self._line_of(words).fail(
                    f"the heading '{words}' has no id.", "write '{ #id }' behind it."
                )
        for text in _texts(root):
            self._refuse(TOKEN.findall(text))
            for pattern, remedy in LEFT:
                if found := re.search(pattern, text):
                    lines = text[: found.start()].count("\n")
                    line = text.split("\n")[lines]
                    near = max(re.split(r"[\x02\x03]", line), key=lambda s: found[0].strip() in s)  # fmt: skip
                    problem = f"'{found[0].strip()}' can do nothing here."
                    self.place_of(near).fail(problem, remedy)

    def raw(self, piece: object) -> str:
        """A piece of the stash: a part as it is, raw HTML as it was written.

        Raises:
            SourceError: a mark, or a link of this site, stands in raw HTML.
        """
        if isinstance(piece, Part) or not isinstance(piece, str):
            return piece if isinstance(piece, Part) else ""

        def keep(match: re.Match[str]) -> str:
            plain = re.sub(
                rf'<span class="err">({TOKEN.pattern})</span>', r"\1", match[0]
            )
            if plain.startswith("<!--"):
                return self.marks.restored(plain)
            return TOKEN.sub(
                lambda t: html.escape(self.marks.restored(t[0]), False), plain
            )

        kept, rest = KEEPING.sub(keep, piece), KEEPING.sub("", piece)
        self._refuse(TOKEN.findall(rest))
        tags = _Tags()
        tags.feed(rest)
        for tag, attributes in tags.found:
            self._allowed(tag, attributes)
        if link := RAW_LINK.search(piece):
            self.place_of(link[0]).fail(
                f"'{link[0]}' is not followed.",
                "write the link as Markdown: [words](page.md).",
            )
        return kept

    def unclosed(self) -> NoReturn:
        """Raises SourceError: something of raw HTML does not end."""
        opened = re.search(r"<[a-z][^>\n]*\bmarkdown\b", self.source)
        self._at(opened.start() if opened else self.source.rfind("<")).fail(
            "what begins here, or below it, is not closed.",
            "end each element of HTML on a line of its own: </div>.",
        )

    def _allowed(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Raises SourceError where the policy of the page forbids an element, or a link runs something."""
        remedy = "leave it out: pages run and load nothing but the site's own."
        if FORBIDDEN.fullmatch(tag):
            self._at(self.source.find(f"<{tag}")).fail(f"<{tag}> can do nothing here.", remedy)  # fmt: skip
        for name, value in attributes.items():
            if (name == "style" and not ALIGNED.fullmatch(value)) or name.startswith(
                "on"
            ):
                near = self.source.find(f"{name}=")
                self._at(near).fail(f"'{name}=' can do nothing here.", remedy)
            loaded = tag == "img" and name in ("src", "srcset")
            if name in ("href", "src", "srcset", "xlink:href", "action", "formaction"):
                target = html.unescape(value)
                if ELSEWHERE.match(target) or (loaded and re.match("(https?:)?//", target)):  # fmt: skip
                    scheme = value.partition(":")[0] + ":"
                    self._shown(target, scheme).fail(f"'{value}' can do nothing here.", remedy)  # fmt: skip

    def place_of(self, text: str) -> Place:
        """Where a piece of the numbered text was written; where the text begins if it cannot be found."""
        lines = text.strip().splitlines()
        return self._at(self.source.find(lines[0]) if lines else -1)

    def _shown(self, text: str, near: str) -> Place:
        """The line that says this, however HTML escapes it; else the one that has what is near to it."""
        lines = self.source.splitlines(keepends=True)
        before = itertools.takewhile(lambda line: text not in html.unescape(line), lines)  # fmt: skip
        start = sum(map(len, before))
        return self._at(start if start < len(self.source) else self.source.find(near))

    def _line_of(self, text: str) -> Place:
        """The line that ends with these words."""
        found = re.search(rf"(?m)^.*{re.escape(text.strip())}\W*$", self.source)
        return self._at(found.start() if found else -1)

    def _at(self, position: int) -> Place:
        if position < 0:
            return self.place
        before = self.source[:position]
        hidden = sum(self.marks.of(t).source.count("\n") for t in TOKEN.findall(before))
        return self.place.at(before.count("\n") + hidden)

    def _refuse(self, tokens: list[str]) -> None:
        for mark in map(self.marks.of, tokens):
            if mark.kind in REMEDIES:
                first = mark.source.splitlines()[0]
                mark.place.fail(f"'{first}' can do nothing here.", REMEDIES[mark.kind])


def _texts(element: Element) -> Iterator[str]:
    """All texts of an element that are no code."""
    if element.tag not in ("code", "pre"):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""
