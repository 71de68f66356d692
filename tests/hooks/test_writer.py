"""Copies say what their pages say: each construct by itself, and every chapter, read again by an independent reader."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import pytest
from chapters.page import Part, Text
from conftest import ROOT
from copies.chapter_notebook import chapter_notebook
from copies.markdown import Site, chapter_of, copy_of, whole
from copies.writer import BLOCKS, POWERS, Writer, plain
from markdown.util import HTML_PLACEHOLDER_RE
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from one_page import read, read_all
from runner import Record

RUN = {"seed": "Seed", "no_seed": "none", "versions": "Versions", "processor": "Processor", "seconds": "Seconds", "repeat": "Repeat"}  # fmt: skip
WORDS = {"judgement": "(our judgement)", "forecast": "(forecast)", "colon": ": "}


def written(markdown: str) -> str:
    """What the copy of a page says below its title."""
    page = read(f"# X {{ #x }}\n\n{markdown}\n")
    return Writer(page.text, WORDS).written().removeprefix("# X {#x}\n\n")


# Each as it is written in a chapter and in its copy; the same where the second is ""

FORMS = {
    "paragraphs": ("One\ngoes on.\n\nTwo.", ""),
    "heading": ("## A *b* `c` $d$ {#h}", ""),
    "tight list": ("- a\n- b\n    - c\n        1. d\n        2. e\n- f", ""),
    "loose list": ("- a\n\n- b\n\n    more of b\n\n- c", ""),
    "numbers": ("1. a\n2. b\n3. c", ""),
    "list first in an item": ("-   - a\n    - b\n- c", ""),
    "quote": ("> a\n>\n> > b\n>\n> c", ""),
    "two quotes": ("> a\n\n<!-- -->\n\n> b", "> a\n\n> b"),
    "boxes": (
        '!!! note "A"\n\n    a\n\n!!! note "B"\n\n    b',
        "> **A**\n>\n> a\n\n> **B**\n>\n> b",
    ),
    "folded": (
        '??? success "A"\n\n    - a\n\n    ```text\n    b\n\n    c\n    ```',
        "> **A**\n>\n> - a\n>\n> ```text\n> b\n>\n> c\n> ```",
    ),
    "box in an item": (
        '- a\n\n    !!! note ""\n\n        b\n\n- c',
        "- a\n\n    > b\n\n- c",
    ),
    "tabs": (
        '=== "A"\n\n    a\n\n=== "B"\n\n    === "C"\n\n        c',
        "> **A**\n>\n> a\n\n> **B**\n>\n> > **C**\n> >\n> > c",
    ),
    "table": (
        "a | b | c | d\n:-- | :-: | --: | ---\n`x|y` | 1 \\| 2 | *e* | $f$",
        "| a | b | c | d |\n| :--- | :---: | ---: | --- |\n| `x\\|y` | 1 \\| 2 | *e* | $f$ |",
    ),
    "definitions": (
        "One\nTwo\n:   what they mean\n\n    and more\n\nThree\n:   this\n:   that",
        "- One · Two: what they mean\n\n    and more\n- Three: this\n- Three: that",
    ),
    "notes": (
        "A[^a], b[^b].\n\n[^a]: One.\n\n    - two\n    - three\n\n[^b]: Four.",
        "A[^a], b[^b].\n\n[^a]: One.\n\n    - two\n    - three\n\n[^b]: Four.",
    ),
    "short notes": ("A[^a], b[^b].\n\n[^a]: One.\n[^b]: Two.", ""),
    "rule": ("a\n\n- - -\n\nb", "a\n\n***\n\nb"),
    "hard break": ("a  \nb", ""),
    "breaks": ("a<br>b", ""),
    "judgement": ("A.\n{ .judgement }", "A.\n*(our judgement)*"),
    "emphasis": ("*a* **b *c* d** ***e*** f*g*h", ""),
    "hidden emphasis": ("中**“文”**字", "中<strong>“文”</strong>字"),
    "bold punctuation": ("中文，**“文”**。", ""),
    "neighbours": ("*a*<!-- -->*b*", "*a*<em>b</em>"),
    "powers": ("10<sup>−8</sup> 2<sup>n</sup> 1<sup>st</sup>", "10⁻⁸ 2ⁿ 1<sup>st</sup>"),
    "code span": ("`` a`b `` and `` `c` `` and `*d* \\ <e> &amp; $f$`", "``a`b`` and `` `c` `` and `*d* \\ <e> &amp; $f$`"),
    "formulas": ("$a_1 * b_2 * c$ and \\(x\\)\n\n$$\n\\frac{a}{b}\n$$", "$a_1 * b_2 * c$ and $x$\n\n$$\n\\frac{a}{b}\n$$"),
    "link": ('[a *b*](index.md#small "It\'s c") <https://example.org> <a@example.org>', ""),
    "address with a blank": ("[a](<b c.md>) [d](https://example.org/e_(f))", "[a](<b c.md>) [d](<https://example.org/e_(f)>)"),
    "title with quotes": ("[a](index.md 'b \"c\" d')", '[a](index.md "b \\"c\\" d")'),
    "reference": ("[a][b]\n\n[b]: index.md", "[a](index.md)"),
    "image": ('![a \\[b\\] *c*](dot.svg "d")', '![a \\[b\\] \\*c\\*](dot.svg "d")'),
    "pictured link": ("[![a](dot.svg)](index.md)", ""),
    "escapes": ("\\*a\\* \\_b\\_ \\`c\\` \\[d\\](e) \\$f\\$ g\\\\h", ""),
    "no marks": ("2 * 3, a_b_c, x < y, R & D, C:\\new, #5, 50%, a - b", "2 * 3, a_b_c, x < y, R & D, C:\\\\new, #5, 50%, a - b"),
    "prices": ("US$3 to US$4", "US\\$3 to US\\$4"),
    "entities": ("&lt;a&gt; &amp; &copy; &amp;copy;", ""),
    "lines that begin like blocks": (
        "a\n- b\n+ c\n1) d\n2023. e\n+\n\\# f\n--\n==\ny",
        "a\n\\- b\n\\+ c\n1\\) d\n2023\\. e\n\\+\n\\# f\n\\--\n\\==\ny",
    ),
    "a paragraph that begins like a block": ("1986\\. A year.\n\n\\- no item", ""),
    "comment": ("<!-- a -->\n\nb <!-- c -->d", "b d"),
    "fence": ("`````text\n````\n- x {{ small:total }} [@a] $x$ \\*\n````\n`````", ""),
    "unnamed fence": ("```\nx\n```", ""),
    "wrapped": ("<div markdown>\n\na\n\n- b\n\n</div>", "a\n\n- b"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_copy_is_plain_markdown(name: str) -> None:
    source, copy = FORMS[name]
    assert written(source) == (copy or source)


@pytest.mark.parametrize("name", FORMS)
def test_it_says_the_same_to_another_reader(name: str) -> None:
    page = read(f"# X {{ #x }}\n\n{FORMS[name][0]}\n")
    copy = Writer(page.text, WORDS).written()
    assert [*lines_of_copy(copy)] == [*lines_of_page(page.text, WORDS)]


def test_code_that_begins_an_item_stands_as_far_in_as_its_fence() -> None:
    copy = written("1. ::: output small:sum\n\n2. b")
    assert copy.startswith(
        "1.  ```text\n    total -1.319425\n    ```\n\n    [small.py]("
    )
    fences = [t.content for t in READER.parse(copy) if t.type == "fence"]
    assert fences == ["total -1.319425\n"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chapter_is_the_same_in_its_copy(
    language: str, records: dict[str, Record]
) -> None:
    words, texts = read_all(ROOT, language, records)
    for page in texts:
        copy = Writer(page, words).written()
        # A reader of Markdown shows an address as a browser does, decoded.
        shown = [(*line[:-1], unquote(line[-1])) for line in lines_of_copy(copy)]
        said = [(*line[:-1], unquote(line[-1])) for line in lines_of_page(page, words)]
        assert shown == said, page.uri
        assert Writer(page, words).written() == copy, "a page can be written again"


# In one file


def test_pages_of_one_file_keep_their_own() -> None:
    """Ids, notes and links of the same name; files whose names differ by a stroke; ids that nobody writes."""
    source = (
        "# X {{ #x }}\n\n## Summary {{ #summary }}\n\nA[^n] [own](#summary) [home]({0}.md#summary) "
        "[top]({0}.md) [lost]({0}.md#fn:n) [else]({0}.svg#a) [far](https://example.org/#summary) "
        "`[a](#summary) [^n] {{#summary}}`\n\n```text\n[a](#summary) [^n]: {{#summary}}\n```\n\n[^n]: Note."
    )
    site = Site("Site", "About.", "", "en", "", WORDS, {})
    uris = {"a-b.md": "a/b", "a/b.md": "../a-b"}
    pages = []
    for uri, other in uris.items():
        page = read(source.format(other).replace("{{#", "{#"), uri).text
        pages.append(replace(page, uri=uri, title=uri, description="All."))
    text = whole({page.uri: chapter_of(page, site, uris) for page in pages})
    for name, other in (("a-b", "a.b"), ("a.b", "a-b")):
        links = f"[own](#{name}:summary) [home](#{other}:summary) [top](#{other}) [lost](#{other})"
        for own in (
            f'<div id="{name}"></div>',
            f"## Summary {{#{name}:summary}}",
            f"A[^{name}:n] {links} [else](",
            f"\n[^{name}:n]: Note.",
        ):
            assert text.count(own) == 1, own
    assert text.count("[a](#summary) [^n]: {#summary}\n") == 2
    assert "[else](a/b.svg#a) [far](https://example.org/#summary)" in text
    assert text.count("`[a](#summary) [^n] {#summary}`") == 2
    assert all(copy_of(page, site).count("{#summary}") == 3 for page in pages)


# A notebook


RESULTS = """```python
--8<-- "picture.py:line"
```

::: figure picture:line
    alt: A line.
    caption: It rises, for $5[^a].

- It says:

    ::: output small:sum

    and [more](index.md).

Again:

::: figure picture:line
    alt: A line.

[^a]: A note.
"""


@pytest.mark.parametrize("url", ["", "https://example.org/"])
def test_a_notebook_shows_a_result_once_below_its_cell(url: str) -> None:
    page = read(f"# X {{ #x }}\n\n{RESULTS}")
    site = Site(
        "Site",
        "",
        "Licence",
        "en",
        url,
        {**WORDS, **RUN, "sources": "Sources"},
        page.records,
    )
    urls = {"other.md": "other/", "index.md": "./"}
    cells = json.loads(chapter_notebook(page.text, site, urls))["cells"]
    prose = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    start, caption, other, after, closing = prose
    run = "[{0}.py](https://example.org/notebooks/{0}.md{1})" if url else "{0}.py"
    assert start.startswith(f"# X\n\n{run.format('picture', '')} · ")
    line, said = caption.split("\n\n")
    assert line == "It rises, for \\$5[1]."
    assert said == "- It says:"
    assert other.startswith(f"{run.format('small', '')} · ")
    more, again, picture, where = after.split("\n\n")
    assert more == ("and [more](https://example.org/)." if url else "and more.")
    assert again == "Again:"
    shown = "![A line.](https://example.org/other/picture-line--2.svg)"
    assert picture == (shown if url else "A line.")
    assert where.startswith(f"{run.format('picture', '#line')} · ")
    address = f" {url}other/" if url else ""
    assert closing == f"## Sources\n\n[1] A note.\n\n---\n\nSite. Licence.{address}"


# What a page says, line by line: what each stands in, what it is, its text with its marks


Line = tuple[tuple[str, ...], str, str]
READER = MarkdownIt("commonmark").enable("table")
READER.use(footnote_plugin).use(dollarmath_plugin)
JUDGED = ("judgement", "forecast")
HOLDERS = {"blockquote", "bullet_list", "ordered_list", "footnote"}


def lines_of_copy(markdown: str) -> Iterator[Line]:
    """What an independent reader of Markdown finds in a text."""
    holders: list[str] = []
    kind = "paragraph"
    for token in READER.parse(markdown):
        name, _, end = token.type.rpartition("_")
        if name in HOLDERS:
            key = f"{name} {token.meta.get('label', '')}".strip()
            holders = [*holders, key] if end == "open" else holders[:-1]
        elif token.type == "inline":
            text = squeezed("".join(map(said, token.children or [])))
            yield tuple(holders), kind, text
        elif end == "open":
            kind = token.tag if name == "heading" else name
        elif token.type in ("fence", "math_block", "hr", "html_block"):
            text = token.content if token.type == "fence" else token.content.strip()
            yield tuple(holders), token.type, text


def said(token: Token) -> str:
    """A token in a line."""
    if token.type == "text":
        return str(token.content)
    if token.type in ("softbreak", "hardbreak"):
        return {"softbreak": " ", "hardbreak": "⏎"}[token.type]
    if token.type in ("strong_open", "em_open", "strong_close", "em_close", "link_close"):  # fmt: skip
        return f"⟨{token.type.partition('_')[0]}⟩"
    if token.type == "link_open":
        return f"⟨link {token.attrs['href']} {token.attrs.get('title', '')}⟩"
    if token.type == "image":
        alt = "".join(str(child.content) for child in token.children or [])
        return f"⟨image {token.attrs['src']} {token.attrs.get('title', '')} {alt}⟩"
    if token.type == "footnote_ref":
        return f"⟨note {token.meta['label']}⟩"
    if token.type == "html_inline":
        tag = re.sub(r"</?(strong|em)>", r"⟨\1⟩", token.content)
        return "⏎" if tag.startswith("<br") else tag
    if token.type in ("code_inline", "math_inline"):
        return f"⟨{token.type} {token.content}⟩"
    return "" if token.type == "footnote_anchor" else f"⟨{token.type}⟩"


def squeezed(text: str) -> str:
    """Text without what makes no difference: blanks, and which of two marks is the outer one."""
    text = text.replace("⟨em⟩⟨strong⟩", "⟨strong⟩⟨em⟩")
    return re.sub(r"\s*⏎\s*", "⏎", " ".join(text.split()))


class _Page:
    """Reads the elements of a page."""

    def __init__(self, page: Text, words: dict[str, str]) -> None:
        self.stash, self.words = page.stash, words

    def lines(self, element: Element, holders: tuple[str, ...] = ()) -> Iterator[Line]:
        tag, kind = element.tag, element.get("class", "").split(" ")[0]
        if tag in ("blockquote", "details") or kind in ("admonition", "tabbed-block"):
            holders = (*holders, "blockquote")
        elif tag in ("ul", "ol", "dl"):
            holders = (*holders, "ordered_list" if tag == "ol" else "bullet_list")
        if element.get("aria-hidden"):
            return
        if re.fullmatch("h[1-6]", tag):
            yield holders, tag, f"{self.text(element)} {{#{element.get('id')}}}"
        elif tag in ("th", "td"):
            yield holders, "th" if tag == "th" else "td", self.text(element)
        elif tag == "hr":
            yield holders, "hr", ""
        elif tag in ("summary", "label") or kind == "admonition-title":
            yield holders, "paragraph", f"⟨strong⟩{self.text(element)}⟨strong⟩"
        elif kind == "tabbed-set":
            for label, tab in zip(element[-2], element[-1], strict=True):
                yield from self.lines(label, (*holders, "blockquote"))
                yield from self.lines(tab, holders)
        elif kind == "footnote":
            for item in element[-1]:
                key = item.get("id", "").removeprefix("fn:")
                yield from self.children(item, (*holders, f"footnote {key}"))
        elif tag == "dl":
            yield from self.definitions(element, holders)
        elif tag == "div" and element.get("id") and not len(element):
            yield holders, "html_block", f'<div id="{element.get("id")}"></div>'
        else:
            lines = self.children(element, holders)
            for holder, name, text in lines:
                word = f" ⟨em⟩{self.words[kind]}⟨em⟩" if kind in JUDGED else ""
                yield holder, name, text + word

    def children(self, element: Element, holders: tuple[str, ...]) -> Iterator[Line]:
        line = Element("p")
        line.text = element.text
        for child in [*element, Element("p")]:
            if child.tag in {*BLOCKS, "li", "tr", "thead", "tbody", "th", "td", "dd"}:
                yield from self.paragraph(line, holders)
                if child.tag != "p" or len(child) or child.text:
                    yield from self.lines(child, holders)
                line = Element("p")
                line.text = child.tail
            else:
                line.append(child)

    def paragraph(self, line: Element, holders: tuple[str, ...]) -> Iterator[Line]:
        found = HTML_PLACEHOLDER_RE.fullmatch((line.text or "").strip())
        part = self.stash[int(found[1])] if found and not len(line) else None
        if isinstance(part, Part):
            for _, name, text in lines_of_copy(part.markdown):
                yield holders, name, text
            if part.prose is not None:
                yield from self.lines(part.prose, holders)
        elif text := self.text(line):
            yield holders, "paragraph", text

    def definitions(self, element: Element, holders: tuple[str, ...]) -> Iterator[Line]:
        terms: list[str] = []
        for before, child in zip([None, *element], element, strict=False):
            if child.tag == "dt":
                more = before is not None and before.tag == "dt"
                terms = [*(terms if more else []), self.text(child)]
            else:
                (_, name, text), *rest = self.children(child, holders)
                said = f"{' · '.join(terms)}{self.words['colon']}{text}"
                yield holders, name, squeezed(said)
                yield from rest

    def text(self, element: Element) -> str:
        return squeezed(self.inline(element))

    def inline(self, element: Element) -> str:
        text = self.filled(element.text or "")
        for child in element:
            text += self.child(child) + self.filled(child.tail or "")
        return text

    def child(self, child: Element) -> str:
        tag, kind, title = child.tag, child.get("class"), plain(child.get("title", ""))
        text = self.inline(child) if tag != "code" else ""
        if tag == "code":
            code = html.unescape(child.text or "").replace("\n", " ")
            return f"⟨code_inline {code}⟩"
        if kind == "footnote-backref":
            return ""
        if kind == "footnote-ref":
            return f"⟨note {child.get('href', '').removeprefix('#fn:')}⟩"
        if tag == "br":
            return "⏎"
        if tag in ("strong", "em"):
            return f"⟨{tag}⟩{text}⟨{tag}⟩"
        if tag == "img":
            src, alt = child.get("src"), plain(child.get("alt", ""))
            return f"⟨image {src} {title} {alt}⟩"
        if tag == "a":
            href = READER.normalizeLink(plain(child.get("href", "")))
            return f"⟨link {href} {title}⟩{text}⟨link⟩"
        return text.translate(POWERS) if tag == "sup" and "note" not in text else text

    def filled(self, text: str) -> str:
        def piece(match: re.Match[str]) -> str:
            piece = self.stash[int(match[1])]
            if isinstance(piece, Part):
                said = piece.markdown.strip("$")
                return f"⟨math_inline {said}⟩" if said else ""  # "": only drawn
            if piece.startswith("<br"):
                return "⏎"
            return "" if piece.startswith("<!--") else html.unescape(piece)

        filled = HTML_PLACEHOLDER_RE.sub(piece, plain(text))
        return re.sub(r"<sup>([−\dn]+)</sup>", lambda m: m[1].translate(POWERS), filled)


def lines_of_page(page: Text, words: dict[str, str]) -> Iterator[Line]:
    """What the elements of a page say."""
    return _Page(page, words).lines(page.tree)
