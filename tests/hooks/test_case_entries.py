"""What is said of a case of collaboration that cannot be printed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from chapters.cases import read_cases, read_words
from conftest import ROOT
from runner import SourceError

CASE = """here:
  group: models
  begun: 2021
  flows: {laboratory: {gave: [people], got: [compute]}}
  decided: laboratory
  use: anyone
  terms: [{date: 2022-01-01, way: opened}]
  lost: [data]
  outsiders: []
  en:
    name: Here
    who: a [@k]
    flows: b [@k]
    decides: nothing documented found
    use: c [@k]
    size: d [@k]
    wrong: e [@k]
"""


def read(tmp_path: Path, text: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/cases.yml").write_text(text, encoding="utf-8")
    (tmp_path / "docs/finder.yml").write_bytes((ROOT / "docs/finder.yml").read_bytes())
    words = read_words(tmp_path, "en", "")
    (case,) = read_cases(tmp_path, "en", "", words).values()
    assert case.flows["laboratory"]["got"] == ("compute",)


def test_a_case_is_read(tmp_path: Path) -> None:
    read(tmp_path, CASE)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("models", "model", "'here' has 'model', which is of no known kind"),
        ("[compute]", "[computer]", "'computer'"),
        ("{laboratory:", "{lab:", "'lab'"),
        ("way: opened", "way: open", "'open'"),
        ("decided: laboratory", "decided: me", "'me'"),
        ("[data]", "[hope]", "'hope'"),
        ("size: d [@k]", "size: d", "tells 'size' without a source in 'en'"),
        ("    size: d [@k]\n", "", "'here' has no size in 'en'"),
        ("begun: 2021", "begun: soon", "'soon'"),
        ("terms: [{date: 2022-01-01, way: opened}]", "terms: [opened]", "'opened'"),
        ("flows: {laboratory: {gave: [people], got: [compute]}}", "flows: people", "'people'"),
        ("lost: [data]", "lost: data", "'data'"),
        ("outsiders: []", "outsiders: k", "'k'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in CASE
    with pytest.raises(SourceError) as error:
        read(tmp_path, CASE.replace(old, new, 1))
    assert said in str(error.value)
    assert "docs/cases.yml:1" in str(error.value)
    assert error.value.remedy


def test_a_language_without_words_is_named(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    text = yaml.safe_dump({"group": {"en": {"models": "Models"}}})
    (tmp_path / "docs/finder.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="'group' has no words in 'ja'"):
        read_words(tmp_path, "ja", "")
