"""The two languages say the same: same sections, embeds, values, citations, and neither is behind."""

from __future__ import annotations

import pytest
import yaml
from chapter_files import LANGUAGES, file, pages, sections
from conftest import ROOT
from twins import behind, current, recorded


def test_same_pages() -> None:
    assert pages("en") == pages("zh")


@pytest.mark.parametrize("page", pages())
def test_same_sections(page: str) -> None:
    en, zh = (
        [(s.level, s.id) for s in sections(file(language, page))]
        for language in LANGUAGES
    )
    assert en == zh
    assert len({id_ for _, id_ in en}) == len(en), "an id stands twice"


@pytest.mark.parametrize("page", pages())
@pytest.mark.parametrize("what", ["embeds", "code", "values", "citations"])
def test_same_content_in_each_section(page: str, what: str) -> None:
    en, zh = (
        {s.id: getattr(s, what) for s in sections(file(language, page))}
        for language in LANGUAGES
    )
    assert en == zh


def test_neither_language_is_behind() -> None:
    """First the sections of which only one language has changed, then all that is not recorded."""
    assert behind(current(), recorded()) == []
    assert recorded() == current(), "run: python tests/chapters/twins.py"


def test_a_section_that_changed_in_one_language_is_found() -> None:
    before = {"a.md#x": {"en": "1", "zh": "1"}, "a.md#y": {"en": "2", "zh": "2"}}
    one_side = {"a.md#x": {"en": "9", "zh": "1"}, "a.md#y": {"en": "8", "zh": "8"}}
    assert behind(one_side, before) == ["a.md#x: zh has not followed en"]


def test_the_two_configurations_have_the_same_words() -> None:
    en, zh = (
        yaml.load((ROOT / name).read_text(), Loader=Lenient)["extra"]["words"]
        for name in ("mkdocs.yml", "mkdocs.zh.yml")
    )
    assert en.keys() == zh.keys()


class Lenient(yaml.SafeLoader):
    """Reads a configuration of MkDocs, tags and all."""


Lenient.add_multi_constructor("!", lambda loader, suffix, node: None)
