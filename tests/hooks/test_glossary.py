"""Terms on a page: the first use is a link, and on a page of another language it says what the first language calls it."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring, tostring

import pytest
import yaml
from chapters.data import read_glossary
from chapters.directives.glossary import Glossary
from conftest import ROOT
from one_page import read
from runner import Place

TERMS = """weight:
  en: {term: weight (of a network), definition: A number.}
  zh: {term: 权重, also: [权值], definition: 一个数。}
academia:
  en: {term: academia, definition: Universities.}
  zh: {term: 学术界, definition: 大学。, plain: true}
token:
  en: {term: token, also: [tokens], definition: A piece of text.}
  zh: {term: 词元, definition: 一段文字。}
"""


def glossary(tmp_path: Path, language: str) -> Glossary:
    path = tmp_path / "glossary.yml"
    path.write_text(TERMS, encoding="utf-8")
    terms = read_glossary(path, ["en", "zh"])[language]
    words = {
        "en": {"collation": "ascii", "gloss": ""},
        "zh": {"collation": "gb18030", "gloss": "（{term}）"},
    }[language]

    def plain(text: str, place: Place) -> str:
        return text

    return Glossary(terms, plain, words)


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>词元和权重，词元。</p>", "词元（token）和权重（weight），词元。"),
        ("<p>权值。</p><p>权重。</p>", "权值（weight）。权重。"),
        ("<p>词元（token）。</p>", "词元（token）。"),
        ("<p><strong>词元</strong>（Token）是片段。</p>", "词元（Token）是片段。"),
        ("<p><b>词元</b>（TK）是片段，词元。</p>", "词元（TK）是片段，词元。"),
        ("<p>学术界。</p>", "学术界。"),
        ("<h2>词元</h2><p>词元。</p>", "词元词元（token）。"),
        ("<p><code>词元</code>，<a>词元</a>。</p>", "词元，词元。"),
    ],
)
def test_a_chinese_page_gives_the_english_of_a_term_once(
    tmp_path: Path, page: str, shown: str
) -> None:
    root = fromstring(f"<div>{page}</div>")
    glossary(tmp_path, "zh").link(root, "glossary.md")
    assert "".join(root.itertext()) == shown


def test_an_english_page_does_not(tmp_path: Path) -> None:
    root = fromstring("<div><p>A token and a weight (of a network).</p></div>")
    glossary(tmp_path, "en").link(root, "glossary.md")
    assert "".join(root.itertext()) == "A token and a weight (of a network)."
    assert "glossary.md#token" in tostring(root, encoding="unicode")


def test_terms_stand_in_the_order_of_their_language(tmp_path: Path) -> None:
    for language, order in (
        ("en", ["academia", "token", "weight (of a network)"]),
        ("zh", ["词元", "权重", "学术界"]),  # cíyuán, quánzhòng, xuéshùjiè
    ):
        terms = glossary(tmp_path, language).terms
        assert [term.term for term in terms] == order


def test_the_collations_know_every_term() -> None:
    """What an encoding lacks would be sorted as a question mark."""
    terms = yaml.safe_load((ROOT / "docs/glossary.yml").read_text("utf-8"))
    for entry in terms.values():
        assert entry["en"]["term"].isascii()
        entry["zh"]["term"].encode("gb2312")


def test_emphasis_in_chinese_has_a_class_and_in_latin_is_slanted() -> None:
    page = read("# 页 { #page }\n\n这是*重点*，那是 *Nature*。\n", language="zh").soup
    assert [(em.text, em.get("class")) for em in page.find_all("em")] == [
        ("重点", ["marked"]),
        ("Nature", None),
    ]
    page = read("# A { #a }\n\nThis is a *point*.\n").soup
    assert [em.get("class") for em in page.find_all("em")] == [None]


def test_only_the_first_occurrence_of_a_term_is_a_link(tmp_path: Path) -> None:
    """In whatever form; every term has its own."""
    page = (
        "<div><p>Tokens and <b>token</b>.</p><p>Academia: a token, academia.</p></div>"
    )
    root = fromstring(page)
    glossary(tmp_path, "en").link(root, "../glossary.md")
    links = [(a.text, a.get("href"), a.get("title")) for a in root.iter("a")]
    assert links == [
        ("Tokens", "../glossary.md#token", "A piece of text."),
        ("Academia", "../glossary.md#academia", "Universities."),
    ]
    assert "".join(root.itertext()) == "Tokens and token.Academia: a token, academia."
