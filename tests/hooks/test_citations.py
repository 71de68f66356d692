"""The references as each language writes them, and what is said of an entry that cannot be written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from chapters.citations import Bibliography
from conftest import ROOT
from markdown import Markdown
from pybtex.database import parse_file
from runner import SourceError


class Lenient(yaml.SafeLoader):
    """Reads a configuration of MkDocs, tags and all."""


Lenient.add_multi_constructor("!", lambda loader, suffix, node: None)
EN, ZH = (
    yaml.load((ROOT / name).read_text("utf-8"), Lenient)["extra"]["words"]
    for name in ("mkdocs.yml", "mkdocs.zh.yml")
)
NAME = "docs/references.bib"
ARXIV = "[arXiv:2001.00001](https://arxiv.org/abs/2001.00001)"
PREPRINT = {
    "eprint": "2001.00001",
    "archivePrefix": "arXiv",
    "url": "https://arxiv.org/abs/2001.00001",
}
Reader = Callable[..., Bibliography]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Reads a text as the file of references."""

    def read(text: str | bytes, words: dict[str, str] = EN) -> Bibliography:
        path = tmp_path / "references.bib"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return Bibliography.read(path, NAME, words, tmp_path / "cache")

    return read


CHINESE = re.compile(r"[\u3400-\u9fff]")


def entry(kind: str, **fields: str) -> str:
    """An entry on a line; a field that is "" is left out."""
    given = {"author": "One, Ann", "title": "A {Small} Thing", "year": "2020"} | fields
    texts = ", ".join(f"{name} = {{{text}}}" for name, text in given.items() if text)
    return f"@{kind}{{key, {texts}}}"


def shown(markdown: str) -> Tag:
    """A reference as Python-Markdown shows it in a note."""
    extensions = ["footnotes", "attr_list", "tables", "pymdownx.arithmatex"]
    options = {"pymdownx.arithmatex": {"generic": True}}
    html = Markdown(extensions=extensions, extension_configs=options).convert(
        f"Text[^1].\n\n[^1]: {markdown}"
    )
    note = BeautifulSoup(html, "html.parser").select_one(".footnote li")
    assert note
    (back,) = note.select(".footnote-backref")
    back.extract()
    return note


KINDS = [
    (entry("article", journal="Nature", volume="6", number="8", pages="3-5"), "*Nature*, 6(8):3–5, 2020", "*Nature*，第 6 卷，第 8 期，第 3–5 页，2020 年"),
    (entry("article", journal="Nature", volume="6"), "*Nature*, 6, 2020", "*Nature*，第 6 卷，2020 年"),
    (entry("article", journal="Nature", pages="7"), "*Nature*, page 7, 2020", "*Nature*，第 7 页，2020 年"),
    (entry("inproceedings", booktitle="All", volume="3", pages="1--10"), "In *All*, volume 3, pages 1–10, 2020", "载于 *All*，第 3 卷，第 1–10 页，2020 年"),
    (entry("conference", booktitle="All"), "In *All*, 2020", "载于 *All*，2020 年"),
    (entry("incollection", booktitle="All", editor="Two, Bo", publisher="P"), "In *All*, edited by Bo Two. P, 2020", "载于 *All*，Bo Two 编，P，2020 年"),
    (entry("techreport", institution="MIT", number="7"), "Technical report 7, MIT, 2020", "技术报告 7，MIT，2020 年"),
    (entry("mastersthesis", school="MIT"), "Master's thesis, MIT, 2020", "硕士论文，MIT，2020 年"),
    (entry("misc"), "2020", "2020 年"),
    (entry("misc", howpublished="Course"), "Course, 2020", "Course，2020 年"),
    (entry("software", note="Old", year=""), "Old", "Old"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "english", "chinese"), KINDS)
def test_a_kind(read: Reader, text: str, english: str, chinese: str) -> None:
    assert read(text).reference("key") == f"Ann One. A Small thing. {english}."
    assert read(text, ZH).reference("key") == f"Ann One。A Small thing。{chinese}。"


BOOKS = [
    (entry("book", publisher="P", edition="second"), "Ann One. *A Small Thing*. P, second edition, 2020."),
    (entry("inbook", publisher="P", chapter="4"), "Ann One. *A Small Thing*, chapter 4. P, 2020."),
    (entry("phdthesis", school="MIT"), "Ann One. *A Small Thing*. PhD thesis, MIT, 2020."),
    (entry("proceedings", author="", editor="Two, Bo"), "Edited by Bo Two. *A Small Thing*. 2020."),
    (entry("manual", author="", organization="The Team"), "The Team. *A Small Thing*. 2020."),
    (entry("book", publisher="P", title="Why?"), "Ann One. *Why?* P, 2020."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BOOKS)
def test_the_title_of_a_book_is_as_it_is(
    read: Reader, text: str, expected: str
) -> None:
    assert read(text).reference("key") == expected


@pytest.mark.parametrize(
    ("author", "english", "chinese"),
    [
        ("One, Ann", "Ann One. ", "Ann One。"),
        ("One, Ann and Two, Bo", "Ann One and Bo Two. ", "Ann One、Bo Two。"),
        ("A, B and C, D and E, F", "B A, D C, and F E. ", "B A、D C、F E。"),
        ("A, B and C, D and others", "B A, D C et al. ", "B A、D C 等。"),
        ("A, B and others", "B A et al. ", "B A 等。"),
        ("{The Team, Inc.}", "The Team, Inc. ", "The Team, Inc. "),
        ("van den Oord, A{\\\"a}ron", "Aäron van den Oord. ", "Aäron van den Oord。"),
        ("King, Jr., Martin L.", "Martin L. King, Jr. ", "Martin L. King, Jr. "),
        ("{王小明}", "王小明. ", "王小明。"),
    ],
)  # fmt: skip
def test_names(read: Reader, author: str, english: str, chinese: str) -> None:
    text = entry("misc", author=author)
    assert read(text).reference("key") == f"{english}A Small thing. 2020."
    assert read(text, ZH).reference("key") == f"{chinese}A Small thing。2020 年。"


# What is published, and links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (entry("misc", **PREPRINT), f"2020. {ARXIV}."),
        (entry("inproceedings", booktitle="All", **PREPRINT), f"In *All*, 2020. {ARXIV}."),
        (entry("misc", journal="Nature", **PREPRINT), f"*Nature*, 2020. {ARXIV}."),
        (entry("misc", publisher="P", **PREPRINT), f"P, 2020. {ARXIV}."),
        (entry("article", journal="Nature", doi="10.1/a", **PREPRINT), f"*Nature*, 2020. [doi:10.1/a](https://doi.org/10.1/a), {ARXIV}."),
        (entry("misc", doi="https://doi.org/10.1/a", url="https://doi.org/10.1/a"), "2020. [doi:10.1/a](https://doi.org/10.1/a)."),
    ],
)  # fmt: skip
def test_what_is_published_says_so_and_an_address_stands_once(
    read: Reader, text: str, expected: str
) -> None:
    assert read(text).reference("key") == f"Ann One. A Small thing. {expected}"


def test_an_address_and_the_day_on_which_it_was_seen(read: Reader) -> None:
    text = entry("online", url="https://e.org/a", urldate="2024-05-01", isbn="1-2")
    link = "[https://e.org/a](https://e.org/a)"
    assert read(text).reference("key").endswith(f"2020. URL: {link} (visited on 2024-05-01), ISBN 1-2.")  # fmt: skip
    assert read(text, ZH).reference("key").endswith(f"2020 年。{link}（访问于 2024-05-01），ISBN 1-2。")  # fmt: skip


@pytest.mark.parametrize("date", ["2024", "2024-05", "2024-05-01", "2024/2025"])
def test_a_date_without_a_year(read: Reader, date: str) -> None:
    text = entry("misc", year="", date=date)
    assert read(text).reference("key") == "Ann One. A Small thing. 2024."


def test_a_month(read: Reader) -> None:
    text = entry("article", journal="Nature").replace("year", "month = may, year")
    assert read(text).reference("key").endswith("*Nature*, May 2020.")
    assert read(text, ZH).reference("key").endswith("*Nature*，2020 年。")


def test_a_field_in_the_words_of_a_language(read: Reader) -> None:
    text = entry("misc", note="Undated page", note_chinese="网页无日期")
    assert read(text).reference("key").endswith(" Undated page.")
    assert read(text, ZH).reference("key").endswith("。网页无日期。")


# What Markdown would take for its own

SPECIAL = [
    ("a * b * c", "A * b * c"),
    ("a b{c}_d_e", "A bc_d_e"),
    (r"x\_y and \_z\_", "X_y and _z_"),
    ("see [1] and [@key] and ![x](y)", "See [1] and [@key] and ![x](y)"),
    ("a < b > c & d", "A < b > c & d"),
    ("<script>alert()</script> &lt;", "<script>alert()</script> &lt;"),
    ("$5 and $6 and 7$", "$5 and $6 and 7$"),
    (r"\$5 and \$6", "$5 and $6"),
    (r"50\% of R\&D, \#1", "50% of r&d, #1"),
    (r"{\'E}cole, na{\"\i}ve, Stra{\ss}e, {\AA}ngstr{\"o}m", "École, naïve, straße, Ångström"),
    ("a~b -- c --- d", "A\xa0b – c — d"),
    ("深度学习：为什么？", "深度学习：为什么？"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "expected"), SPECIAL)
@pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh"])
def test_special_characters(
    read: Reader, title: str, expected: str, words: dict[str, str]
) -> None:
    note = shown(read(entry("misc", title=title), words).reference("key"))
    assert expected in note.get_text()
    assert [tag.name for tag in note.find_all()] == ["p"]


@pytest.mark.parametrize("author", ["1. Verein", "- One", "# One", "+ One", "> One"])
def test_a_name_begins_no_list(read: Reader, author: str) -> None:
    latex = author.replace("#", r"\#")
    note = shown(read(entry("misc", author=f"{{{latex}}}")).reference("key"))
    assert note.get_text().strip().startswith(f"{author}. A Small")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://e.org/a_(b)", "https://e.org/a_%28b%29"),
        (r"https://e.org/a\_b\%20c?d=1&e=*f*", "https://e.org/a_b%20c?d=1&e=%2Af%2A"),
        ("https://e.org/$x$/[y]/é", "https://e.org/%24x%24/%5By%5D/%C3%A9"),
    ],
)
def test_an_address_is_whole(read: Reader, url: str, address: str) -> None:
    note = shown(read(entry("misc", url=url)).reference("key"))
    (link,) = note.select("a")
    assert link["href"] == address
    assert link.get_text() == url.replace("\\", "")


# Errors

GOOD = "% of the field\n\n@misc{good, author = {A}, title = {T}, year = {2020}}\n\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (GOOD + "@misc{bad, author = {A}, title = {T}", 5, "premature end of file"),
        (GOOD + "@misc{bad,\n author = {A}\n title = {T}}", 5, "syntax error in line 7"),
        (GOOD + "@misc{bad,\n author = {A,\n title = {T}}\n\n" + GOOD, 5, "syntax error in line"),
        (GOOD + "@misc{bad, author = {A}, title = {T}, year = soon}", 5, "undefined string"),
        (GOOD + "@misc{Good, author = {B}, title = {T}, year = {2020}}", 5, "repeated bibliography entry: Good"),
        (GOOD + "@misc{bad, year = {1}, year = {2}}", 5, "duplicate year field"),
        (GOOD + "@misc{bad, author = {A, B, C, D}}", 5, "Too many commas"),
        (GOOD + entry("misc", title=r"\emph{T}"), 5, r"the LaTeX in '\emph T' is not known here"),
        (GOOD + entry("misc", title="T\\"), 5, "cannot be read"),
        (GOOD + entry("web"), 5, "'web' is no kind of entry"),
        (GOOD + entry("articles"), 5, "nearest to it: article"),
        (GOOD + entry("misc", title=""), 5, "'key' has no title"),
        (GOOD + entry("misc", author=""), 5, "give it author or editor or organization"),
        (GOOD + entry("misc", year=""), 5, "give it year or date or note"),
        (GOOD + entry("misc", year="", date="soon"), 5, "'key' has no year"),
        (GOOD + entry("article"), 5, "'key' has no journal"),
        (GOOD + entry("inproceedings"), 5, "'key' has no booktitle"),
        (GOOD + entry("book"), 5, "'key' has no publisher"),
        (GOOD + entry("phdthesis"), 5, "'key' has no school"),
        (GOOD + entry("techreport"), 5, "'key' has no institution"),
    ],
)  # fmt: skip
def test_an_error_has_its_line(read: Reader, text: str, line: int, said: str) -> None:
    with pytest.raises(SourceError) as error:
        read(text)
    assert str(error.value).startswith(f"{NAME}:{line}: ")
    assert said in str(error.value)
    assert "Remedy: " in str(error.value)


def test_a_file_that_is_not_utf_8(read: Reader) -> None:
    with pytest.raises(SourceError, match=f"^{NAME}:5: this is not UTF-8"):
        read(GOOD.encode() + "@misc{bad, author = {Bj\xf6rn}}".encode("latin-1"))


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"^{NAME}: .*cannot be read"):
        Bibliography.read(tmp_path / "none.bib", NAME, EN, tmp_path)


# The file


def test_keys_and_lines(read: Reader) -> None:
    text = '@string{p = "Press"}\n' + GOOD + "@comment{x}\n@book{Two,\n author = {B},\n title = {T}, year = 2020, publisher = p}"  # fmt: skip
    bibliography = read(text.replace("\n", "\r\n"))
    assert list(bibliography.keys) == ["good", "Two"]
    assert [bibliography.line(key) for key in bibliography.keys] == [4, 7]
    assert bibliography.reference("Two") == "B. *T*. Press, 2020."
    assert not read("").keys


def test_every_reference_of_this_site(tmp_path: Path) -> None:
    """In each language on one line, with a link, and no word of the other around it."""
    path = ROOT / NAME
    bibliography_fields = {
        key: [v for name, v in entry.fields.items() if not name.endswith("_chinese")]
        for key, entry in parse_file(str(path)).entries.items()
    }
    for words, foreign in (
        (EN, ["等", "载于", "，", "。"]),
        (ZH, [" et al.", "In *", "URL:", "Undated"]),
    ):
        bibliography = Bibliography.read(path, NAME, words, tmp_path / "cache")
        lines = path.read_text("utf-8").splitlines()
        for key in bibliography.keys:
            reference = bibliography.reference(key)
            assert lines[bibliography.line(key) - 1].endswith(f"{{{key},")
            assert "\n" not in reference and shown(reference).select("a"), key
            if not CHINESE.search("".join(bibliography_fields[key])):
                assert not [word for word in foreign if word in reference], key


def test_every_eprint_is_of_arxiv() -> None:
    """No other archive's address is known to the reader."""
    text = (ROOT / NAME).read_text("utf-8")
    assert text.count("eprint = ") == text.count("archivePrefix = {arXiv}")


def test_an_entry_is_read_once(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it changes: what is said of it, what stands beside it, and its line are right all the same."""
    first = "@misc{a, author = {One, Ann}, title = {A}, year = {2020}}"
    read(first)
    asked: list[str] = []

    def reference(entry: Any, *rest: Any) -> str:
        asked.append(entry.key)
        return "anew"

    monkeypatch.setattr("chapters.citations._reference", reference)
    assert read(f"\n{first}").reference("a").startswith("Ann One. A.")
    both = read(first + first.replace("{a,", "{b,"))
    assert (both.reference("b"), asked) == ("anew", ["b"])
    assert read(f"\n\n{first}").line("a") == 3
    assert read(first, ZH).reference("a") == "anew", "another language"
    macro = '@string{who = "One, Ann"}\n' + first.replace("{One, Ann}", "who")
    read(macro)
    assert asked == ["b", "a", "a"]
    read(macro.replace("Ann", "Anne"))
    assert asked == ["b", "a", "a", "a"], "what a macro says counts"
    with pytest.raises(SourceError, match="repeated bibliography entry: A"):
        read(first + "\n" + first.replace("{a,", "{A,"))
