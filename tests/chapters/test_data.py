"""The data that both languages share: the map of the article, the corrections, the glossary, the references."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
import yaml
from chapter_files import LANGUAGES, body, file, front, labs, pages, sections
from chapters.data import entries, read_corrections, read_glossary, read_map
from conftest import ROOT
from missing import missing
from runner import Record, SourceError

ARTICLE = {
    "1": 3, "2": 3, "3": 4, "4": 3, "5": 4, "6": 4, "7": 3, "8": 4, "9": 5,
}  # fmt: skip  # its chapters, and how many sections each has


def chinese(text: str) -> list[str]:
    """The runs of Chinese characters in a text, across commas and spaces."""
    return re.findall(r"[\u4e00-\u9fff]+", re.sub(r"[\s，、]", "", text))


def test_every_section_of_the_article_has_its_place() -> None:
    places = read_map(ROOT / "docs/article-map.yml")
    expected = {f"{c}.{s}" for c, count in ARTICLE.items() for s in range(1, count + 1)}
    assert places.keys() == expected | {"0"}
    for language in LANGUAGES:
        for section, place in places.items():
            page, _, id_ = place.partition("#")
            assert id_ in {s.id for s in sections(file(language, page))}, section


def test_the_chapters_keep_the_order_of_the_article() -> None:
    places = [
        place.partition("#")
        for place in read_map(ROOT / "docs/article-map.yml").values()
    ]
    by_page: dict[str, list[str]] = {}
    for page, _, id_ in places:
        by_page.setdefault(page, []).append(id_)
    for page, ids in by_page.items():
        order = [s.id for s in sections(file("en", page)) if s.id in ids]
        assert order == ids, page


def test_each_correction_is_shown_once_in_its_chapter() -> None:
    corrections = read_corrections(ROOT / "docs/corrections", list(LANGUAGES))
    for language in LANGUAGES:
        shown: dict[str, list[str]] = {}
        for page in pages(language):
            for section in sections(file(language, page)):
                for embed in section.embeds:
                    kind, _, id_ = embed.partition(" ")
                    if kind == "correction":
                        shown.setdefault(id_, []).append(page.removesuffix(".md"))
        expected = {id_: [one.page] for id_, one in corrections[language].items()}
        assert shown == expected


def test_a_correction_names_its_evidence() -> None:
    """What holds rests on a citation, a run, or another page that shows it."""
    for language, corrections in read_corrections(
        ROOT / "docs/corrections", list(LANGUAGES)
    ).items():
        for one in corrections.values():
            assert re.search(r"\[@|\{\{|\]\([\w/-]+\.md", one.holds), (
                f"{language}: {one.id}"
            )


def test_corrections_say_the_same_in_both_languages() -> None:
    en, zh = read_corrections(ROOT / "docs/corrections", list(LANGUAGES)).values()
    for id_ in en:
        for pattern in (r"@([\w-]+)", r"\{\{ *([\w:\[\]-]+)"):
            assert set(re.findall(pattern, en[id_].holds)) == set(
                re.findall(pattern, zh[id_].holds)
            ), id_


def cited() -> set[str]:
    texts = [
        file(language, page).read_text()
        for language in LANGUAGES
        for page in pages(language)
    ]
    texts += [path.read_text() for path in (ROOT / "docs/corrections").glob("*.yml")]
    texts.append((ROOT / "docs/cases.yml").read_text())
    blocks = re.findall(r"\[(@[^\]]+)\]", "\n".join(texts))
    return {key for block in blocks for key in re.findall(r"@([\w-]+)", block)}


def test_every_reference_has_a_link_and_every_citation_a_reference() -> None:
    from pybtex.database import parse_file

    entries = parse_file(str(ROOT / "docs/references.bib")).entries
    assert cited() <= set(entries)
    for key, entry in entries.items():
        fields = entry.fields
        assert "doi" in fields or "url" in fields, key
        if entry.type in ("article", "inproceedings"):
            # USENIX gives its papers no DOI.
            assert {"doi", "eprint"} & set(fields) or "usenix.org" in fields["url"], (
                f"{key}: a paper has a DOI or an arXiv id"
            )
        undated = "ndated" in entry.fields.get("note", "")
        assert entry.fields.get("year") or undated, key


def test_no_citation_is_taken_for_a_footnote() -> None:
    """A line that begins with a citation and a colon would be a footnote's text, and disappear."""
    for language in LANGUAGES:
        for page in pages(language):
            text = file(language, page).read_text()
            assert not re.search(r"^\s*\[@[\w-]+\]:", text, re.MULTILINE), (
                f"{language}/{page}"
            )


def test_no_reference_is_left_over() -> None:
    from pybtex.database import parse_file

    assert set(parse_file(str(ROOT / "docs/references.bib")).entries) <= cited()


# Cited as preprints once, though they had appeared: where, their entries say.
APPEARED = (
    "khandelwal2024", "bommasani2024foundation", "hoffmann2022", "radford2022robust", "chowdhery2022", "luccioni2022",
    "liang2022holistic", "li2023starcoder", "groeneveld2024", "mattson2019", "longpre2024consent",
)  # fmt: skip


def test_what_has_appeared_is_cited_where_it_did() -> None:
    from pybtex.database import parse_file

    entries = parse_file(str(ROOT / "docs/references.bib")).entries
    published = {
        key: entry
        for key, entry in entries.items()
        if entry.type in ("article", "inproceedings")
    }
    for begin in APPEARED:
        cited_so = [key for key in entries if key.startswith(begin)]
        assert all(key in published for key in cited_so), begin
    for key, entry in published.items():
        venue = entry.fields.get("journal", "") + entry.fields.get("booktitle", "")
        assert venue, key
        assert "arxiv" not in venue.lower(), f"{key}: arXiv is no journal"


def test_a_term_has_one_translation() -> None:
    """No rival translation stands in a Chinese page."""
    terms = read_glossary(ROOT / "docs/glossary.yml", list(LANGUAGES))["zh"]
    texts = {page: body(file("zh", page))[0] for page in pages("zh")}
    texts |= {p.name: p.read_text() for p in (ROOT / "docs/corrections").glob("*.yml")}
    texts["cases.yml"] = (ROOT / "docs/cases.yml").read_text()
    found = [
        f"{page}: {word} (use {term.term})"
        for term in terms
        for word in term.refused
        for page, text in texts.items()
        if word in text
    ]
    assert found == []


def test_the_glossary_is_of_this_site() -> None:
    """Each term occurs in both languages."""
    for language, terms in read_glossary(
        ROOT / "docs/glossary.yml", list(LANGUAGES)
    ).items():
        text = "\n".join(
            body(file(language, page))[0] for page in pages(language)
        ).lower()
        missing = [
            term.term
            for term in terms
            if not any(f.lower() in text for f in (term.term, *term.also))
        ]
        assert missing == []


RUN = 14  # Chinese characters: longer than the article's headings


def test_no_sentence_of_the_article_carries_over() -> None:
    """article-runs.txt holds a digest of every run of fourteen Chinese characters in the article."""
    article = set((ROOT / "tests/chapters/article-runs.txt").read_text().split())
    assert len(article) > 1000
    texts = {page: file("zh", page).read_text() for page in pages("zh")}
    texts |= {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in ("docs", "snippets")
        for path in (ROOT / folder).rglob("*.yml")
    }
    found = []
    for page, text in texts.items():
        for run in chinese(text):
            for start in range(len(run) - RUN + 1):
                piece = run[start : start + RUN]
                if hashlib.sha256(piece.encode()).hexdigest()[:8] in article:
                    found.append(f"{page}: {piece}")
    assert found == []


def test_every_page_has_what_a_page_must_have() -> None:
    assert missing() == []


def test_every_description_is_its_own() -> None:
    for language in LANGUAGES:
        heads = [front(file(language, page)) for page in pages(language)]
        descriptions = [yaml.safe_load(head)["description"] for head in heads]
        assert len(set(descriptions)) == len(descriptions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labs_and_chapters_lead_to_each_other(language: str) -> None:
    """A lab names the chapter that makes its claim, and that chapter shows the lab."""
    shown: dict[str, set[str]] = {}
    for page in pages(language):
        for section in sections(file(language, page)):
            for embed in section.embeds:
                if embed.startswith("lab "):
                    shown.setdefault(embed.removeprefix("lab "), set()).add(page)
    described = {page.removeprefix("labs/").removesuffix(".md") for page in labs()}
    assert shown.keys() == described
    for lab, chapters in shown.items():
        claim = next(
            s for s in sections(file(language, f"labs/{lab}.md")) if s.id == "claim"
        )
        back = set(re.findall(r"\]\(\.\./([\w-]+\.md)", claim.text))
        assert back & chapters, lab


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", labs())
def test_a_lab_has_the_parts_of_a_lab(language: str, page: str) -> None:
    found = {section.id: section for section in sections(file(language, page))}
    parts = [
        "claim",
        "prediction",
        "experiment",
        "result",
        "limits",
        "scale",
        "exercises",
    ]
    assert [id_ for id_ in found if id_ in parts] == parts
    assert "verdict" in found["result"].embeds
    assert any(embed.startswith("figure ") for embed in found["result"].embeds)
    assert found["scale"].citations, "what is known at scale is cited"


def test_all_programs_together_stay_in_their_budget(
    records: dict[str, Record],
) -> None:
    """600 s of processor time on an idle machine; on a busy one the same work counts up to twice as many."""
    assert sum(record.provenance["seconds"] for record in records.values()) < 2 * 600


@pytest.mark.parametrize(
    "path", sorted((ROOT / "snippets").rglob("*.py")), ids=lambda path: path.stem
)
def test_a_program_can_be_read_in_one_go(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120


def test_a_phone_shows_printed_lines_whole(records: dict[str, Record]) -> None:
    """38 columns; a traceback, which Python writes, may be longer."""
    for record in records.values():
        for cell in record.notebook["cells"]:
            for output in cell["outputs"]:
                lines = "".join(output.get("text", "")).splitlines()
                assert max(map(len, lines), default=0) <= 38, record.name


@pytest.mark.parametrize("text", ["- one\n- two\n", "one: 1\n", "words\n", "one: {a: b}\ntwo: []\n"])  # fmt: skip
def test_a_file_of_entries_holds_nothing_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "entries.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="it does not hold entries"):
        list(entries(path, "docs/entries.yml", ""))


def test_entries_have_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "entries.yml"
    assert list(entries(path, "docs/entries.yml", "")) == []
    path.write_text("# Some\none: {en: {a: b}}\n\ntwo:\n  zh: {a: c}\n'three': {}\n", "utf-8")  # fmt: skip
    found = list(entries(path, "docs/entries.yml", "", {"zh": "en"}))
    assert [(id_, entry, place.line) for id_, entry, place in found] == [
        ("one", {"en": {"a": "b"}, "zh": {"a": "b"}}, 2),
        ("two", {"zh": {"a": "c"}}, 4),
        ("three", {}, 1),
    ]
