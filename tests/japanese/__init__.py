"""A third language, Japanese, in a copy of the project: a folder of chapters, a file of words, an entry in mkdocs.yml."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml
from conftest import ROOT

HERE = Path(__file__).parent
PARTS = ("docs", "overrides", "snippets", "LICENSE", "pyproject.toml", "requirements.txt")  # fmt: skip
BEFORE = "  words:\n    how:"
ENTRY = """\
    ja:
      name: 日本語
      locale: ja_JP
      config: mkdocs.ja.yml
      docs: docs/ja
      path: ja
      instead: en
"""


def copied(folder: Path) -> Path:
    """A copy of the project, its records included."""
    folder.mkdir(parents=True)
    for path in [*map(ROOT.joinpath, PARTS), *ROOT.glob("mkdocs*.yml")]:
        if path.is_dir():
            skip = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, folder / path.name, ignore=skip)
        else:
            shutil.copy(path, folder)
    shutil.copytree(ROOT / ".cache/records", folder / ".cache/records")
    return folder


def added(folder: Path) -> Path:
    """Adds Japanese to a copy, as CONTRIBUTING.md says under "A further language"."""
    shutil.copytree(HERE / "docs", folder / "docs", dirs_exist_ok=True)
    shutil.copy(HERE / "mkdocs.ja.yml", folder)
    configuration = folder / "mkdocs.yml"
    text = configuration.read_text(encoding="utf-8")
    assert text.count(BEFORE) == 1
    configuration.write_text(text.replace(BEFORE, ENTRY + BEFORE), encoding="utf-8")
    shared = yaml.safe_load((HERE / "shared.yml").read_text(encoding="utf-8"))
    for name, entries in shared.items():
        path = folder / name
        text = path.read_text(encoding="utf-8")
        for id_, said in entries.items():
            assert f"\n{id_}:\n" in f"\n{text}"
            line = f"{id_}:\n  ja: {json.dumps(said, ensure_ascii=False)}\n"
            text = f"\n{text}".replace(f"\n{id_}:\n", f"\n{line}", 1)[1:]
        path.write_text(text, encoding="utf-8")
    return folder
