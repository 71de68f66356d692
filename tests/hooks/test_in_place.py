"""A page as Markdown for another generator: Python-Markdown makes the same page of it, with extensions that everybody has."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag
from chapters.data import Source
from conftest import ROOT, SMALL
from copies.configuration import read_languages
from copies.in_place import InPlace
from copies.leaving import DRAWN, read_pages
from markdown import Markdown
from one_page import edition_of, small_records

EXTENSIONS = read_languages(ROOT)["en"]["markdown_extensions"]
THEIRS = {name: said or {} for name, said in EXTENSIONS.items() if name != DRAWN}
# What each generator makes in its own way: the lines of highlighted code.
CODE = re.compile(r"code-\d|__")


def both(markdown: str) -> tuple[str, str, str]:
    """A page as the build makes it, its Markdown for others, and what they make of that."""
    text = f"# Other {{ #other }}\n\n{markdown}\n"
    source = Source("other.md", "docs/en/other.md", {}, text)
    edition = edition_of(SMALL, "en", small_records(), [source])
    (page,) = read_pages(edition, edition.texts.values(), EXTENSIONS)
    written = InPlace(page.text, edition.words).finished(page.root)
    theirs = Markdown(extensions=list(THEIRS), extension_configs=THEIRS)
    return page.html, written, theirs.convert(written)


def seen(html: str) -> list[str]:
    """What a reader gets of it, in order: tags with their attributes, and words."""
    return list(_seen(BeautifulSoup(html, "html.parser")))


def _seen(tag: Tag) -> Iterator[str]:
    for one in tag.children:
        if isinstance(one, NavigableString):
            yield from str(one).split()
        elif isinstance(one, Tag) and "highlight" in one.get("class", []):
            yield one.get_text()
        elif isinstance(one, Tag):
            known = {n: v for n, v in sorted(one.attrs.items()) if n != "markdown"}
            bare = one.name in ("span", "div") and not known
            bare |= one.name == "p" and tag.name == "li"  # by blank lines between items
            if not bare:
                yield f"<{one.name} {known}>"
            yield from _seen(one)
            if not bare:
                yield f"</{one.name}>"


NOTE = "A claim [@someone2020small]."
PAGES = {
    "words": "Plain *slanted* **bold** `code` and a [link](index.md#small 'title').",
    "marks of Markdown": r"Two \* stars \* and \_lines\_ and \[brackets\] \{ braces \} \` and a back\\slash; snake_case_name.",
    "what begins a line": "1\\. is no list\n\n\\- nor is this\n\n\\# nor a heading\n\n2026\\) neither\n\n\\+ plus",
    "signs of HTML": "a < b & c > d, &amp;amp; and `<b>&amp;</b>`.",
    "a number": "The sum is {{ small:total | .4f }}, and **{{ small:total | .2e }}**.",
    "a number in a title": "## It is {{ small:total | .1f }} { #it }",
    "a citation": NOTE,
    "two citations": f"{NOTE} Another [@someone2020small], and so on.",
    "a note": "Text[^own].\n\n[^own]: A note with `code`\n\n    and a second paragraph.",
    "a formula": "Let $x_1 < y^2$ hold (with $\\alpha$), so\n\n$$\\frac{a}{b}$$\n\nand on.",
    "a formula that begins a line": "$x$ is first.",
    "a list": "- one\n- two *b*\n\n    more of two\n\n    1. first\n    2. second",
    "a list of which one item is code": "1. ```text\n    a\n    ```\n2. *two* $x$\n3. three\n\n    ```text\n    b\n    ```",
    "a list in a list with code": "- one\n    - in it\n\n        ```text\n        a\n        ```\n\n    - also\n- two",
    "a quotation with code": "> one\n>\n> ```text\n> a\n> ```\n>\n> two",
    "a list with a formula of its own": "- one\n\n    $$x^2$$\n\n- two",
    "a list in a box": "!!! note \"T\"\n\n    - a\n    - b\n\n        ```text\n        c\n        ```",
    "definitions": "<dl markdown>\n<dt>A</dt>\n<dd markdown=\"block\">\n\nText *b*.\n\n- c\n\n</dd>\n</dl>",
    "a list with code": "- one\n\n    ```python\n    x = [1]\n    ```\n\n- two",
    "a quotation": "> Said {{ small:total | .1f }}.\n>\n> And more.",
    "a table": "| a | b |\n| --- | ---: |\n| *x* | $y$ |\n| {{ small:total | .1f }} | `z|` |",
    "a box": "!!! note \"Title *b*\"\n\n    Text $x$ with {{ small:total | .1f }}.\n\n    - a list",
    "code": "```python\nx = {'a': [1, 2]}  # {{ no:value }}\n```",
    "code with fences": "````text\n```\na\n```\n````",
    "code of a program": "```python\n--8<-- \"small.py:sum\"\n```",
    "an output": "::: output small:sum",
    "a figure": "::: figure picture:line\n    alt: A line, with *stars* [and] more.\n    caption: It rises by $1$.",
    "a diagram": "```mermaid\nflowchart TB\naccTitle: T\naccDescr: D\nA[One] --> B[Two]\n```",
    "a heading with attributes": "## Second { #second .kind }\n\n### Third { #third }",
    "a paragraph with attributes": "Text.\n{ #place .kind title=\"A word\" }",
    "HTML in a line": "A <kbd>Ctrl</kbd> key, <abbr title=\"a *b*\">x</abbr>, <br> and so.",
    "HTML around Markdown": "<div class=\"kind\" markdown>\n\nText *b*.\n\n- a\n\n</div>",
    "details": "<details markdown>\n<summary>More *b*</summary>\n\nText {{ small:total | .1f }}.\n\n</details>",
    "addresses": "[a](https://example.org/a_(b) \"t\") and [b](<index.md>) and <https://example.org/*x*>.",
    "a place without an address": '<a id="here"></a>Text and <a id="there" class="kind">words</a>.',
    "an address with a title of signs": "[a](https://example.org 'say *b* [c]\nand d').",
    "a picture": "![a *b* picture](a.png 'its *title*') and ![ ](b.png)",
    "a picture with attributes": "![a](a.png){ .kind width=20 }",
    "a list with attributes": "- one\n- two\n{ .kind }",
    "an ordered list in a quotation": "> 1. one\n> 2. two",
    "lines that end": "One  \ntwo<br>three",
    "words that begin like marks": "!!!no\n\n???no\n\n: no\n\n+no\n\n1.no",
    "a line": "Above.\n\n---\n\nBelow.",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_others_make_the_same_page_of_it(name: str) -> None:
    ours, written, theirs = both(PAGES[name])
    assert seen(theirs) == seen(ours), written
    assert len(seen(ours)) > 3
    assert "{{" not in re.sub(r"(?s)`.*`", "", written) and ":::" not in written


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("- one\n- *two*", "- *two*"),
        ("1. one\n2. `two`", "2. `two`"),
        ("> said", "> said"),
        ("> - said", "> - said"),
        ("![a](a.png)", "![a](a.png)"),
        ("[a](index.md)", "[a](index.md)"),
        ('[a](index.md "T")', '[a](index.md "T")'),
        ("**a** and *b*", "**a** and *b*"),
        ("one<br>two", "one<br>two"),
        ("The {{ small:total | .1f }}.", "(notebooks/small.md){ .run }."),
        ("```python\nx = 1\n```", "```python"),
    ],
)
def test_what_markdown_can_say_is_said_in_it(markdown: str, line: str) -> None:
    """Nobody wants to go on writing in HTML."""
    _, written, _ = both(markdown)
    assert any(one.endswith(line) for one in written.split("\n")), written
