"""What a page tells machines about itself, without a page around it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from publish.cards import card_path
from publish.metadata import About, faq_questions, plain_text, read_citation
from runner import SourceError

HOME = "https://example.org/book/"
URLS = {"en": f"{HOME}a/b/", "zh": f"{HOME}zh/a/b/"}
PAGE = About(
    kind="TechArticle",
    title="A page",
    description="What it is.",
    language="en",
    folder="",
    site="A site",
    path="a/b/",
    urls=URLS,
    picture="card.png",
    alt="A line.",
    questions=[],
)
CC = "https://creativecommons.org/licenses/by/4.0/"


def test_a_chapter_says_what_it_is() -> None:
    assert PAGE.data == {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "@id": URLS["en"],
        "url": URLS["en"],
        "headline": "A page",
        "description": "What it is.",
        "inLanguage": "en",
        "license": CC,
        "image": "card.png",
        "workTranslation": [{"@id": URLS["zh"], "inLanguage": "zh"}],
        "isPartOf": {"@type": "WebSite", "name": "A site", "url": HOME},
    }


def test_a_translation_says_of_what() -> None:
    data = replace(PAGE, language="zh", folder="zh").data
    assert data["translationOfWork"] == [{"@id": URLS["en"], "inLanguage": "en"}]
    assert "workTranslation" not in data
    assert (data["url"], data["isPartOf"]["url"]) == (URLS["zh"], f"{HOME}zh/")


def test_a_program_says_its_language_and_its_licence() -> None:
    data = replace(PAGE, kind="SoftwareSourceCode").data
    assert data["programmingLanguage"] == "Python"
    assert data["license"] == "https://opensource.org/license/mit"
    assert data["name"] == "A page" and "headline" not in data
    assert "programmingLanguage" not in PAGE.data


def test_what_is_not_known_is_not_said() -> None:
    data = replace(PAGE, urls={}, picture="", description="").data
    assert data.keys() == {"@context", "@type", "headline", "inLanguage", "license", "isPartOf"}  # fmt: skip
    assert data["isPartOf"] == {"@type": "WebSite", "name": "A site"}
    home = replace(PAGE, path="", kind="WebSite", questions=[{"name": "Why?"}]).data
    assert "isPartOf" not in home and home["mainEntity"] == [{"name": "Why?"}]


SHARED = {"name": "models", "version": "1.2", "year": "2026"}
SAID = {"maintainers": "The maintainers of {site}", "babel": "english", "edition": "Version {version}"}  # fmt: skip


def test_a_page_is_cited() -> None:
    assert PAGE.bibtex(SHARED, SAID) == (
        "@misc{models-a-b,\n  author = {{The maintainers of A site}},\n  title = {{A page}},\n"
        "  howpublished = {A site},\n  year = {2026},\n"
        f"  url = {{{URLS['en']}}},\n  language = {{english}},\n  note = {{Version 1.2}}\n}}"
    )
    home = replace(
        PAGE, path="", folder="zh", urls={}, title="R&D: 50%, a_b #1 $2 {~^\\}"
    )
    assert home.bibtex(SHARED, SAID) == (
        "@misc{models-zh,\n  author = {{The maintainers of A site}},\n"
        r"  title = {{R\&D: 50\%, a\_b \#1 \$2 \textbraceleft{}\textasciitilde{}\textasciicircum{}\textbackslash{}\textbraceright{}}},"
        "\n  year = {2026},\n  language = {english},\n  note = {Version 1.2}\n}"
    )


@pytest.mark.parametrize(
    ("licence", "year"),
    [
        ("MIT\n\nCopyright (c) 2026 the maintainers\n", "2026"),
        ("Copyright (c) 2024-2026 the maintainers\n", "2026"),
        ("Copyright (c) the maintainers\n", ""),
        ("See Copyright (c) 2026 the maintainers\n", ""),
    ],
)
def test_the_year_is_that_of_the_licence(
    tmp_path: Path, licence: str, year: str
) -> None:
    (tmp_path / "LICENSE").write_text(licence)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "n"\nversion = "1"\n')
    if year:
        assert read_citation(tmp_path) == {"name": "n", "version": "1", "year": year}
        return
    with pytest.raises(SourceError, match="LICENSE: no line tells the year"):
        read_citation(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a\n  b ", "a b"),
        ("R &amp; <b>D</b>", "R & D"),
        ('A title<a class="headerlink" href="#a">¶</a>', "A title"),
        (
            'Cited<sup id="fnref:a">1</sup><sup>,</sup><sup id="fnref:b">2</sup>.',
            "Cited.",
        ),
        ("x<sup>2</sup>", "x2"),
    ],
)
def test_the_words_of_html(content: str, words: str) -> None:
    assert plain_text(content) == words


def test_questions_are_headings_with_the_paragraph_below() -> None:
    html = (
        '<h2 id="a">What <b>is</b> it?<a class="headerlink" href="#a">¶</a></h2><p>A model.</p><p>More.</p>'
        '<h2 id="b">How?</h2><ul><li>So</li></ul><h2>Why?</h2><p>Because.</p><h2 id="c">When?</h2><p>Now.</p>'
    )
    assert faq_questions(html) == [
        {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": text}}
        for name, text in (("What is it?", "A model."), ("When?", "Now."))
    ]  # fmt: skip


def test_each_figure_has_a_picture_of_its_own() -> None:
    assert card_path("a", "b-c") != card_path("a-b", "c")
