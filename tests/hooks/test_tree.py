"""What is done to the elements of a page, piece by piece, with the right result written out."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from chapters.tree import (
    dissolve,
    dressed,
    headed,
    order_notes,
    replace_texts,
    spoken,
    told_lent,
    unbroken,
    unlink_numbers,
)

WORDS = {"table": "Table", "colon": ": "}


def read(html: str) -> Element:
    """The elements of a piece of a page, in an <article>."""
    return ElementTree.fromstring(f"<article>{html}</article>")


def written(root: Element) -> str:
    text = ElementTree.tostring(root, encoding="unicode")
    return text.removeprefix("<article>").removesuffix("</article>").replace(" />", "/>")  # fmt: skip


def plain(cell: Element) -> str:
    return "".join(cell.itertext())


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("a<b>c</b>d", "acd"),
        ("<b>c</b>", "c"),
        ("<i/><b>c</b>d", "<i/>cd"),
        ("<i/>x<b>c<u/>e</b>d", "<i/>xc<u/>ed"),
        ("a<b><u/>e<s/></b>d<i/>", "a<u/>e<s/>d<i/>"),
        ("a<b/><i/>", "a<i/>"),
    ],
)
def test_what_is_in_an_element_stays_where_it_was(html: str, left: str) -> None:
    root = read(html)
    (element,) = root.iter("b")
    dissolve(element, root)
    assert written(root) == left


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ('<p><a class="run">1</a></p>', '<p><a class="run">1</a></p>'),
        ('<h2>a <a class="run">1</a> b</h2>', "<h2>a 1 b</h2>"),
        ('<h2><em><a class="run">1</a></em></h2>', "<h2><em>1</em></h2>"),
        ('<a><a class="run">1</a></a>', "<a>1</a>"),
        ('<p class="box title"><a class="run">1</a></p>', '<p class="box title">1</p>'),
        ('<details><summary><a class="run">1</a></summary><a class="run">2</a></details>', '<details><summary>1</summary><a class="run">2</a></details>'),
        ('<h2><a class="term">t</a></h2>', '<h2><a class="term">t</a></h2>'),
    ],
)  # fmt: skip
def test_numbers_are_links_only_in_text(html: str, left: str) -> None:
    root = read(html)
    unlink_numbers(root)
    assert written(root) == left


def notes(*order: str) -> Any:
    """As Python-Markdown keeps them: those that the text refers to, in order."""
    return SimpleNamespace(footnote_order=list(order), makeFootnoteId=lambda key: f"fn:{key}")  # fmt: skip


LIST = '<div class="footnote"><ol>{}</ol></div>'


def test_notes_that_only_code_cites_go_and_the_others_are_counted() -> None:
    items = "".join(f'<li id="fn:{key}"/>' for key in ("one", "two", "own"))
    marks = "".join(f'<a class="footnote-ref" href="#fn:{key}">x</a>' for key in ("own", "one", "own"))  # fmt: skip
    root = read(marks + LIST.format(items))
    order_notes(root, notes("one", "own"), {"one", "two"})
    assert [li.get("id") for li in root.iter("li")] == ["fn:one", "fn:own"]
    assert [a.text for a in root.iter("a")] == ["2", "1", "2"]


def test_a_list_of_notes_that_is_empty_goes() -> None:
    root = read("<p/>" + LIST.format('<li id="fn:two"/>') + '<div class="other"/>')
    order_notes(root, notes(), {"two"})
    assert written(root) == '<p/><div class="other"/>'


# Tables

TABLE = "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"


def table(head: list[str], *rows: list[str]) -> Element:
    """A table as Markdown makes it."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)  # fmt: skip
    (found,) = read(TABLE.format(top, body))
    return found


def test_a_row_has_its_header_and_a_cell_the_name_of_its_column() -> None:
    found = table(["A", "B", "Which?"], ["x", "y", ""], ["", "v", "w"])
    headed(found, plain, ": ")
    assert [th.get("scope") for th in found.iterfind("thead/tr/th")] == ["col"] * 3
    first, second = found.findall("tbody/tr")
    assert [(c.tag, c.get("scope"), c.get("data-head")) for c in first] == [
        ("th", "row", None),
        ("td", None, "B: "),
        ("td", None, None),  # nothing is in it
    ]
    assert [(c.tag, c.get("data-head")) for c in second] == [
        ("td", None),
        ("td", "B: "),
        ("td", "Which? "),  # a question needs no colon
    ]


def test_a_row_with_its_first_cell_alone_heads_those_below_it() -> None:
    found = table(["A", "B"], ["Group", ""], ["x", "y"], ["Next", ""], ["z", "w"])
    headed(found, plain, ": ")
    bodies = found.findall("tbody")
    assert [[plain(cell) for row in body for cell in row] for body in bodies] == [
        ["Group", "x", "y"],
        ["Next", "z", "w"],
    ]
    heads = [body[0][0] for body in bodies]
    assert [(h.tag, h.get("scope"), h.get("colspan")) for h in heads] == [("th", "rowgroup", "2")] * 2  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "wide"),
    [
        (["a" * 10, "b" * 10], False),  # 20 letters and two edges: 204 px
        (["a" * 17, "b" * 13], False),  # 279 px
        (["a" * 18, "b" * 13], True),  # 286.5 px
        (["模" * 9, "型" * 7], True),  # 32 letters: 294 px
        (["模" * 9, "型" * 5], False),  # 28 letters: 264 px
        (["a" * 90, "b" * 10], False),  # the widest column breaks its lines at 18
        (["a" * 90, "b" * 13], True),
    ],
)
def test_a_table_is_stacked_where_a_phone_is_too_narrow(cells: list[str], wide: bool) -> None:  # fmt: skip
    """7.5 px a letter, 27 around a cell, of 284."""
    assert headed(table(["A", "B"], cells), plain, ": ") is wide


def test_a_table_can_be_scrolled_by_the_keyboard() -> None:
    root = read(TABLE.format('<th/><th style="text-align: right;">B</th>', "<tr><td>x</td><td>y</td></tr>") + "after")  # fmt: skip
    dressed(root, WORDS, "", plain)
    (box,) = root
    assert box.attrib == {"class": "table", "tabindex": "0", "role": "group", "aria-label": "Table"}  # fmt: skip
    assert box.tail == "after" and box[0].tail is None
    corner, second = box[0].findall("thead/tr/*")
    assert (corner.tag, corner.get("scope")) == ("td", None), "it heads nothing"
    assert [cell.tag for cell in box[0].iterfind("tbody/tr/*")] == ["th", "td"]
    assert (second.tag, second.get("class")) == ("th", "right")
    assert second.get("style") is None


def test_a_wide_table_says_that_it_stacks() -> None:
    root = read(TABLE.format("<th>A</th><th>B</th>", f"<tr><td>{'a' * 30}</td><td>{'b' * 30}</td></tr>"))  # fmt: skip
    dressed(root, WORDS, "", plain)
    assert root[0].get("class") == "table stacks"


# Marks of notes, and emphasis

NOTE = '<sup id="fnref:{0}"><a>{0}</a></sup>'


def test_no_line_begins_with_the_mark_of_a_note() -> None:
    root = read(f"<p>word {NOTE.format('a')} more</p><p>{NOTE.format('b')}</p>")
    dressed(root, WORDS, "", plain)
    assert root[0].text == "word\u202f"
    assert not root[1].text


def test_between_two_notes_stands_a_comma() -> None:
    root = read(f"<p>word{NOTE.format('a')}{NOTE.format('b')} and{NOTE.format('c')}</p>")  # fmt: skip
    dressed(root, WORDS, "", plain)
    assert ["".join(one.itertext()) for one in root[0]] == ["a", ",", "b", "c"]
    assert [one.tail or "" for one in root[0]] == ["", "", " and", ""]


def test_other_raised_letters_are_no_notes() -> None:
    root = read("<p>10 <sup>2</sup><sup>3</sup></p>")
    dressed(root, WORDS, "", plain)
    assert written(root) == "<p>10 <sup>2</sup><sup>3</sup></p>"


@pytest.mark.parametrize(
    ("letters", "text", "kind"),
    [("一-鿿", "强调", "marked"), ("一-鿿", "GPU", None), ("", "word", None), ("一-鿿", "a<b>强</b>", "marked")],
)  # fmt: skip
def test_letters_without_blanks_are_not_slanted(letters: str, text: str, kind: str | None) -> None:  # fmt: skip
    root = read(f"<em>{text}</em>")
    dressed(root, WORDS, letters, plain)
    assert root[0].get("class") == kind


# Texts


def shout(text: str, where: str) -> Iterator[str | Element]:
    """Puts each word in an element that says where it stands."""
    for word in text.split():
        one = Element("w", {"in": where} if where else {})
        one.text = word.upper()
        yield one


def test_each_text_is_replaced_in_its_place() -> None:
    root = read("a<p>b<i>c</i>d</p>e<code>f<b>g</b></code>h")
    replace_texts(root, shout, ("code",))
    assert written(root) == (
        "<w>A</w><p><w>B</w><i><w>C</w></i><w>D</w></p><w>E</w>"
        "<code>f<b>g</b></code><w>H</w>"
    )


def test_a_text_knows_in_what_it_stands() -> None:
    root = read('<dt>a<b>b</b></dt><span class="gloss">c</span>d')
    replace_texts(root, shout)
    assert [one.get("in") for one in root.iter("w")] == ["dt", "dt", "gloss", None]


def test_pieces_of_text_are_joined() -> None:
    root = read("a<p>b</p>c")
    replace_texts(root, lambda text, _: iter([text, "+", text]))
    assert written(root) == "a+a<p>b+b</p>c+c"


STASHED = "\x02wzxhzdk:{}\x03"  # as Python-Markdown holds a place


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("see ({0}).", ["see ", "[({0}).]", ""]),
        ("so {0}, and", ["so ", "[{0},]", " and"]),
        ("{0} alone", ["{0} alone"]),
        ("“{0}” {0}; {0}", ["", "[“{0}”]", " ", "[{0};]", " {0}"]),
        ("a {1}. b", ["a {1}. b"]),  # no formula
        ("){0}(", ["){0}("]),
    ],
)
def test_a_formula_and_the_marks_beside_it_are_whole(text: str, pieces: list[str]) -> None:  # fmt: skip
    def stashed(one: str) -> str:
        return one.replace("{0}", STASHED.format(0)).replace("{1}", STASHED.format(1))

    found = unbroken(lambda n: n == 0)(stashed(text), "")
    told = [one if isinstance(one, str) else f"[{one.text}]" for one in found]
    assert told == [stashed(one) for one in pieces]


def test_what_is_whole_is_a_span() -> None:
    *_, whole, _ = unbroken(lambda n: True)(f"({STASHED.format(0)})", "")
    assert isinstance(whole, Element)
    assert (whole.tag, whole.attrib) == ("span", {"class": "whole"})


LETTERS = {"en": "", "zh": "一-鿿", "ja": "一-鿿ぁ-ヿ"}


def said(own: str, text: str, where: str = "") -> list[tuple[str | None, str | None]]:
    """What is said of a text to be in another language, and in which."""
    found = spoken(own, LETTERS)(text, where)
    return [(one.get("lang"), one.text) for one in found if isinstance(one, Element)]


@pytest.mark.parametrize(
    ("own", "text", "where", "told"),
    [
        ("en", "the word 模型 is", "", [("zh", "模型")]),
        ("en", "かな and 漢字", "", [("ja", "かな"), ("zh", "漢字")]),
        ("en", "漢字かな", "", [("ja", "漢字かな")]),  # more of them in a row
        ("en", "no other", "", []),
        ("zh", "模型 model", "", []),  # neither named nor quoted
        ("zh", "模型", "dt", []),
        ("zh", "learning rate", "dt", [("en", "learning rate")]),
        ("zh", "（learning rate）", "gloss", [("en", "learning rate")]),
        ("zh", "四 one two three four", "footnote", []),
        ("zh", "五 one two three four five", "footnote", [("en", "one two three four five")]),
        ("zh", "かな", "", [("ja", "かな")]),
        ("zh", "12, 13", "dt", []),
    ],
)  # fmt: skip
def test_words_in_another_language_say_which(
    own: str, text: str, where: str, told: list[tuple[str, str]]
) -> None:
    assert said(own, text, where) == told


def test_nothing_of_a_text_is_lost() -> None:
    pieces = spoken("en", LETTERS)("a 模型 b 数据", "")
    texts = [one if isinstance(one, str) else str(one.text) for one in pieces]
    assert "".join(texts) == "a 模型 b 数据"


def test_a_page_says_below_its_title_that_it_is_lent() -> None:
    root = read("<h1>T</h1><p/><p>Text.</p>")
    root[1].text = STASHED.format(0)
    told_lent(root, "en", "Not translated.")
    assert [(one.tag, one.get("lang"), one.get("class")) for one in root] == [
        ("h1", "en", None),
        ("p", None, "lent"),
        ("p", None, None),  # a part says itself what it is
        ("p", "en", None),
    ]
    assert root[1].text == "Not translated."
