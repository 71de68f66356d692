"""The edition of the site in one language: its chapters, the data in docs/, and what gives the marks in them their meaning."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runner import Place, Snippet, is_source, nearest

from . import directives
from .cases import read_cases, read_words
from .citations import Bibliography
from .data import (
    Correction,
    Instead,
    Lab,
    Source,
    Term,
    read_corrections,
    read_glossary,
    read_lab,
    read_map,
)
from .directives import figure
from .directives.glossary import Glossary
from .page import Mark, Marks, Text
from .values import VALUE, Number, Records, number


@dataclass(frozen=True)
class Project:
    """What the editions of all languages share.

    Args:
        root: the project's folder.
        records: of all programs, by name.
        modules: what programs share, by the name under which chapters include it.
        titles: title and summary of each program, by its name and the language.
        languages: all of them, the original first.
        instead: those that may lack something, and what is shown then.
    """

    root: Path
    records: Records
    modules: Mapping[str, Snippet]
    titles: Mapping[str, Mapping[str, Mapping[str, str]]]
    languages: list[str]
    instead: Instead = field(default_factory=dict)


class Edition:
    """The pages of one language.

    Args:
        project: what all languages share.
        language: its name.
        words: the site's own words in it (`extra.words`).
        joined: the letters between which it has no blanks (`extra.joined`).
        sources: its chapters, in the order of the navigation.

    Raises:
        SourceError: the data in docs/ is incomplete, or says what a run does not.
    """

    def __init__(
        self,
        project: Project,
        language: str,
        words: Mapping[str, str],
        joined: str,
        sources: Iterable[Source],
    ) -> None:
        self.project, self.language = project, language
        self.words, self.joined = words, joined
        self.records, self.modules = project.records, project.modules
        self.original = language == project.languages[0]
        self.instead = project.instead.get(language, "")
        self.titles = {name: each[language] for name, each in project.titles.items()}
        self.sources = {source.uri: source for source in sources}
        self.texts = {uri: self._numbered(s) for uri, s in self.sources.items()}
        docs = project.root / "docs"
        shared = (project.languages, joined, project.instead)
        corrections = read_corrections(docs / "corrections", *shared)
        self.corrections = corrections[language]
        self._check_corrections()
        self.places = read_map(docs / "article-map.yml")
        references, cache = docs / "references.bib", project.root / ".cache/references"
        self.bibliography = Bibliography.read(
            references, "docs/references.bib", words, cache
        )
        glossaries = read_glossary(docs / "glossary.yml", *shared)
        terms = glossaries[language]
        self.glossary = Glossary(terms, self.plain, words)
        if terms and "glossary.md" not in self.sources:
            Place("docs/glossary.yml").fail(
                "there is no page glossary.md to which terms could lead.",
                "write one with '::: glossary' in each language, or remove the file.",
            )
        own = (project.root, language, joined)
        self.case_words = read_words(*own, project.instead)
        self.cases = read_cases(*own, self.case_words, project.instead)
        self.letters: dict[str, str] = {}  # `extra.joined` by language
        self.colab = ""  # where programs run online: an address that their paths follow
        labs = (read_lab(source, self.records) for source in self.sources.values())
        self.labs: dict[str, Lab] = {lab.uri: lab for lab in labs if lab}
        self.lent = self._lent(corrections, glossaries) if self.instead else {}

    def _lent(
        self,
        corrections: Mapping[str, Mapping[str, Correction]],
        glossaries: Mapping[str, list[Term]],
    ) -> dict[str, list[str]]:
        """What this language has from another one: names by kind."""
        other, titles = self.instead, self.project.titles
        claims = ((c.id, c.claim, corrections[other][c.id].claim) for c in self.corrections.values())  # fmt: skip
        terms = zip(glossaries[self.language], glossaries[other], strict=True)
        return {
            "pages": [uri for uri, source in self.sources.items() if source.lent],
            "programs": [
                n for n, own in self.titles.items() if own == titles[n][other]
            ],
            "corrections": [id_ for id_, own, its in claims if own == its],
            "terms": [own.id for own, its in terms if own.term == its.term],
        }

    def _numbered(self, source: Source) -> Text:
        marks, place = Marks(self.joined), source.place()
        numbered = marks.number(source.text, place)
        return Text(source.uri, numbered, place, marks)

    def told_lent(self, uri: str) -> tuple[str, str] | None:
        """The language of a page that this one lacks, and what is said of it there; a program's page only lacks its title."""
        if uri in self.lent.get("pages", ()):
            return self.sources[uri].lent, self.words["lent_page"]
        if uri in (f"notebooks/{name}.md" for name in self.lent.get("programs", ())):
            return "", self.words["lent_part"]
        return None

    def _check_corrections(self) -> None:
        """Raises SourceError at a correction that its chapter does not show."""
        for one in self.corrections.values():
            text = self.texts.get(f"{one.page}.md")
            shown = [directives.asked(mark) for mark in text.own] if text else []
            if text and ("correction", one.id) not in shown:
                problem = f"{one.page}.md does not show the correction '{one.id}'."
                one.place.fail(
                    problem, f"write '::: correction {one.id}' where it belongs."
                )
            if not text:
                problem = f"there is no chapter {one.page}.md to show '{one.id}'."
                one.place.fail(problem, "give the file the name of its chapter.")

    # What gives marks their meaning

    def number(self, mark: Mark) -> Number:
        """The number that a value names."""
        return number(mark.source, self.records, mark.place)

    def cited(self, mark: Mark) -> list[str]:
        """The keys that a citation `[@one; @other]` names.

        Raises:
            SourceError: it cannot be read, or names what docs/references.bib does not have.
        """
        keys = [part.strip().removeprefix("@") for part in mark.source[1:-1].split(";")]
        for key in keys:
            if key not in self.bibliography.keys:
                mark.place.fail(
                    f"docs/references.bib has no entry '{key}'.",
                    nearest(key, self.bibliography.keys, "entries"),
                )
        return keys

    def plain(self, text: str, place: Place) -> str:
        """A text of the data as plain text: values as numbers, lines joined."""
        marks = Marks(self.joined)
        numbered = marks.number(" ".join(str(text).split("\n")).strip(), place)
        for mark in marks.all:
            if mark.kind not in ("value", "gap"):
                place.fail(
                    f"'{mark.source}' can do nothing here.",
                    "only values can stand in a plain text.",
                )
        return marks.replaced(numbered, lambda mark: self.number(mark).plain)

    def run_of(self, program: str, uri: str) -> str:
        """The file of a program's page, as a link from the file of this one."""
        folder = posixpath.dirname(uri) or "."
        return posixpath.relpath(f"notebooks/{program}.md", folder)

    # What pages say of each other

    def meta(self, uri: str) -> dict[str, Any]:
        """What the front matter of a page says, its description as plain text; of a program, title and summary.

        Raises:
            SourceError: the title asks for a value, which stands in the first heading only.
        """
        source = self.sources.get(uri)
        if source is None:
            text = self.titles[posixpath.basename(uri).removesuffix(".md")]
            about = {"title": text["title"], "description": text["summary"]}
            return {**about, "keywords": [f"{posixpath.basename(uri)[:-3]}.py"]}
        meta = dict(source.meta)
        if "{{" in str(meta.get("title", "")):
            source.place("title:").fail(
                "a title holds no value.", "write it in the first heading."
            )
        if said := meta.get("description"):
            meta["description"] = self.plain(said, source.place("description:"))
        return meta

    def figures(self, snippet: str) -> dict[str, Mapping[str, Any]]:
        """How chapters show the figures of a program: by section, the options of the first directive that does."""
        shown: dict[str, Mapping[str, Any]] = {}
        for mark in self._marks("directive"):
            name, argument = directives.asked(mark)
            program, _, section = argument.partition(":")
            if name == "figure" and program == snippet:
                options = directives.options_of(mark, figure.OPTIONS, self.joined)
                shown.setdefault(section, options)
        return shown

    def picture(self, uri: str) -> tuple[str, str, str] | None:
        """The figure that stands for a page elsewhere, as program, section and alternative text.

        It is the first one of the page, or of the home page; None where that has none, either.
        """
        if uri in self.texts:
            marks = [m for m in self.texts[uri].own if m.kind == "directive"]
            named = [directives.asked(mark) for mark in marks]
            wanted = [argument for name, argument in named if name == "figure"]
        else:
            name = posixpath.basename(uri).removesuffix(".md")
            shown = self.figures(name)
            wanted = [f"{name}:{s}" for s in self.records[name].sections if s in shown]
        if not wanted:
            return None if uri == "index.md" else self.picture("index.md")
        program, _, section = wanted[0].partition(":")
        alt = self.figures(program)[section].get("alt", "")
        return program, section, self.plain(alt, Place(uri))

    def chapters_with(self, snippet: str) -> list[Source]:
        """The chapters that show something of a program."""
        return [
            source
            for uri, source in self.sources.items()
            if any(mark.program == snippet for mark in self.texts[uri].own)
        ]

    @property
    def values(self) -> set[str]:
        """The values of runs that chapters and corrections name, each once."""
        texts = [one.holds for one in self.corrections.values()]
        texts += [source.head for source in self.sources.values()]
        sources = [*self._marks("value"), *self._marks("directive")]
        texts += [mark.source for mark in sources]
        return {
            f"{match['snippet']}:{match['name']}{match['indices']}"
            for text in texts
            for match in VALUE.finditer(text)
        }

    def _marks(self, kind: str) -> Iterator[Mark]:
        for text in self.texts.values():
            yield from (mark for mark in text.own if mark.kind == kind)

    def program_page(self, name: str) -> Text:
        """The text of a program's page."""
        place, marks = Place(f"snippets/{name}.py"), Marks(self.joined)
        source = f"# {self.titles[name]['title']} {{ #{name} }}\n\n::: program {name}\n"
        numbered = marks.number(source, place)
        return Text(f"notebooks/{name}.md", numbered, place, marks)


def check_twins(root: Path, folders: list[str], lacking: Collection[str] = ()) -> None:
    """Every page stands in each of these folders, one for each language, but for those in which some may be lacking.

    Raises:
        SourceError: naming the first page that has no twin.
    """
    pages = {
        folder: {
            path.relative_to(root / folder)
            for path in (root / folder).rglob("*.md")
            if is_source(path) and "/." not in str(path.relative_to(root))
        }
        for folder in folders
    }
    for folder in (one for one in folders if one not in lacking):
        for page in sorted(set().union(*pages.values()) - pages[folder]):
            other = next(f for f in folders if page in pages[f])
            Place(f"{other}/{page}").fail(
                f"this page has no twin {folder}/{page}.",
                "write it in the other language too, or remove it from this one.",
            )
