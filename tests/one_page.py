"""A page of the small project, read as the build reads it, without a build around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import yaml
from bs4 import BeautifulSoup
from chapters.data import Source, read_titles
from chapters.edition import Edition, Project
from chapters.page import Text
from chapters.reading import Reading
from conftest import ROOT, SMALL
from markdown import Markdown
from runner import ensure_records, read_modules


class _Loader(yaml.SafeLoader):
    """mkdocs.yml reads the environment; here it is empty."""


_Loader.add_constructor("!ENV", lambda loader, node: None)


@dataclass(frozen=True)
class OnePage:
    """What the build makes of a page.

    Args:
        html: its content.
        text: its elements and parts.
    """

    html: str
    text: Text

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html.parser")


def read(markdown: str, uri: str = "other.md", language: str = "en") -> OnePage:
    """Reads a page of the small project.

    Raises:
        SourceError: as the build would.
    """
    configuration = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _Loader)
    other = yaml.load((ROOT / f"mkdocs.{language}.yml").read_text("utf-8"), _Loader) if language != "en" else {}  # fmt: skip
    extra = configuration["extra"] | other.get("extra", {})
    words = configuration["extra"]["words"] | extra["words"]
    records = ensure_records(SMALL, ROOT / ".cache" / "small-records")
    languages = ["en", "zh"]
    titles = read_titles(SMALL, list(records), languages)
    project = Project(SMALL, records, read_modules(SMALL), titles, languages)
    source = Source(uri, f"docs/{language}/{uri}", {}, markdown)
    edition = Edition(project, language, words, extra["joined"], [source])
    reading = Reading(edition)
    names = configuration["markdown_extensions"]
    options = {name: values or {} for name, values in names.items()}
    options["pymdownx.superfences"] = {"custom_fences": reading.fences()}
    md = Markdown(extensions=[*names, reading], extension_configs=options)
    text = edition.texts[uri]
    return OnePage(md.convert(reading.begin(text)), text)
