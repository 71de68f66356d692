"""Makes the pages of one language from its chapters, the data in docs/ and the records."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drawing.diagram import diagram_svg
from drawing.figure import figure_svg
from drawing.formula import FormulaError, formulas_to_mathml
from drawing.output import (
    facts_html,
    fenced,
    output_html,
    provenance_html,
    provenance_text,
    relative,
    valid_content,
)
from drawing.steps import read_run, steps_html
from runner import Place, Record, Snippet, SourceError, is_source, printed

from chapters.article import HEADING, ArticleMap, read_map
from chapters.corrections import CorrectionWriter, read_corrections
from chapters.glossary import Glossary, read_glossary
from chapters.labs import Lab, LabWriter, read_lab
from chapters.notebooks import cells_html, other_files
from chapters.overview import Overview
from chapters.reader import (
    Chapter,
    Embed,
    Reader,
    fill_in,
    read_text,
    token,
)
from chapters.values import Values

# Two citations beside each other: without a comma 2 and 4 read as 24.
NEIGHBOURS = ('</sup><sup id="fnref', '</sup><sup>,</sup><sup id="fnref')
# No line begins with the mark of a note: a narrow space holds it to its word.
BEFORE_NOTE = re.compile(r'\s+(?=<sup id="fnref)')
FIGURE = re.compile(r"⟦figure:([^⟧]*)⟧")
FACTS = re.compile(r'<div class="notebook-facts">.*?</div>', re.DOTALL)


@dataclass(frozen=True)
class Source:
    """A chapter's file: `uri` is its path below the folder of its language."""

    uri: str
    path: Path


def check_twins(root: Path, folders: list[str]) -> None:
    """Every page stands in each of these folders, one for each language.

    Raises:
        SourceError: naming the first page that has no twin.
    """
    pages = {
        folder: {
            path.relative_to(root / folder)
            for path in (root / folder).rglob("*.md")
            if is_source(path)
        }
        for folder in folders
    }
    for folder in folders:
        for page in sorted(set().union(*pages.values()) - pages[folder]):
            other = next(f for f in folders if page in pages[f])
            raise SourceError(
                f"{other}/{page}",
                None,
                f"this page has no twin {folder}/{page}.",
                "write it in the other language too, or remove it from this one.",
            )


class Pages:
    """The pages of one language.

    Args:
        root: the project's folder.
        records: the records of all snippets, by name.
        titles: what `notebooks.read_titles` gives.
        language: as in `theme.language`.
        languages: all of them; the figures are drawn in the first.
        words: the page's words for seed, versions, … (`extra.words`).
        sources: the chapters, in the order of the navigation.
        modules: what programs share, by the name under which chapters include it.

    Raises:
        SourceError: a chapter asks for what no record has; the data in docs/ is incomplete.
    """

    def __init__(
        self,
        root: Path,
        records: Mapping[str, Record],
        titles: Mapping[str, Any],
        language: str,
        languages: list[str],
        words: dict[str, str],
        sources: Iterable[Source],
        modules: Mapping[str, Snippet],
    ) -> None:
        self.root = root
        self.records = records
        self.modules = modules
        self.words = words
        self.titles = {name: entry[language] for name, entry in titles.items()}
        self.sources = {source.uri: source for source in sources}
        self.values = Values(records)
        texts = {u: s.path.read_text(encoding="utf-8") for u, s in self.sources.items()}
        docs = root / "docs"
        self.glossary = Glossary(
            read_glossary(docs / "glossary.yml", languages)[language]
        )
        corrections = read_corrections(docs / "corrections", languages)[language]
        writer = CorrectionWriter(corrections, words)
        article = ArticleMap(read_map(docs / "article-map.yml"), texts, words)
        labs = LabWriter(self._labs(texts), records, words)
        overview = Overview(texts, records, corrections, labs.labs, words)
        directives = {
            "correction": writer.box,
            "corrections": writer.listing,
            "glossary": self.glossary.page,
            "article-map": article.page,
            "contents": overview.contents,
            "lab": labs.link,
            "labs": labs.table,
            "notebooks": self._notebook_list,
            "tally": overview.tally,
            "verdict": labs.box,
        }
        translated = language != languages[0]
        self.reader = Reader(self.values, translated, directives, modules)
        self.chapters = {uri: self._read(s) for uri, s in self.sources.items()}

    def _read(self, source: Source) -> Chapter:
        text, first_line = read_text(source.path)
        return self.reader.expand(text, self._name(source), source.uri, first_line)

    def _labs(self, texts: Mapping[str, str]) -> dict[str, Lab]:
        labs = {
            uri: read_lab(uri, self._name(self.sources[uri]), text, self.records)
            for uri, text in texts.items()
        }
        return {uri: lab for uri, lab in labs.items() if lab}

    def _name(self, source: Source) -> str:
        return str(source.path.relative_to(self.root))

    # Chapters

    def description(self, uri: str, text: str) -> str:
        """A page's description with its values as numbers."""
        return self.values.plain(text, Place(self._name(self.sources[uri]), 1))

    def content(self, uri: str, page_url: str, html: str) -> str:
        """A converted page with its outputs, figures, formulas and terms in their places.

        Args:
            uri: the page's path below the folder of its language.
            page_url: its address in the site, from which links start.
            html: what Markdown made of it.
        """
        if chapter := self.chapters.get(uri):
            html = fill_in(
                html,
                chapter.embeds,
                lambda embed, caption: self._embed_html(embed, caption, page_url),
            )
        try:
            html = formulas_to_mathml(html)
        except FormulaError as error:
            raise self._blame(uri, error) from None
        html = BEFORE_NOTE.sub("\u202f", html.replace(*NEIGHBOURS))
        html = valid_content(html)
        if uri in self.chapters and uri != "glossary.md":
            html = self.glossary.link_terms(html, relative("glossary/", page_url))
        return html

    def _embed_html(self, embed: Embed, caption: str, page_url: str) -> str:
        if embed.kind == "diagram":
            return f"<figure>{diagram_svg(embed.options['source'], embed.id)}</figure>"
        record = self.records[embed.snippet]
        provenance = provenance_html(record, self.words, embed.section, page_url)
        if embed.kind == "figure":
            return self._figure_html(embed, caption, provenance)
        if embed.kind == "steps":
            return self._steps_html(embed, caption, page_url) + provenance
        output = output_html(record.text(embed.section))
        return f'<div class="run-output">{output}{provenance}</div>'

    def _figure_html(self, embed: Embed, caption: str, provenance: str) -> str:
        source = self.records[embed.snippet].figures(embed.section)[0]
        labels = embed.options.get("labels") or {}
        picture = figure_svg(source, embed.options["alt"], labels, embed.id)
        if caption:
            caption = f"<figcaption>{caption}</figcaption>"
        return f"<figure>{picture}{caption}</figure>{provenance}"

    def _steps_html(self, embed: Embed, caption: str, page_url: str) -> str:
        run = read_run(self.records[embed.snippet], Place(embed.id, 0).fail)
        drawn, table = steps_html(run, f"steps-{embed.id}", embed.options, self.words)
        script = relative("assets/steps.js", page_url)
        return (
            f'<figure class="steps">{drawn}\n<figcaption>{caption}</figcaption></figure>'
            f'{table}<script src="{script}" defer></script>'
        )

    def _blame(self, uri: str, error: FormulaError) -> SourceError:
        """The error of a formula, with the file and line where the page says it."""
        problem = f"the formula '{error.tex}' cannot be read: {error}."
        source = self.sources.get(uri)
        if not source:
            return SourceError(uri, None, problem, "mend the LaTeX.")
        text = source.path.read_text(encoding="utf-8")
        position = text.find(error.tex)
        line = text.count("\n", 0, position) + 1 if position >= 0 else None
        return SourceError(self._name(source), line, problem, "mend the LaTeX.")

    def picture(self, uri: str) -> Embed | None:
        """The figure that stands for a page elsewhere: its first one, or the first of the home page."""
        if chapter := self.chapters.get(uri):
            figures = [embed for embed in chapter.embeds if embed.kind == "figure"]
        else:
            name = posixpath.basename(uri).removesuffix(".md")
            shown = self._shown_figures(name)
            sections = self.records[name].sections
            figures = [shown[section] for section in sections if section in shown]
        if figures or uri == "index.md":
            return next(iter(figures), None)
        return self.picture("index.md")

    # Notebooks

    def notebook_markdown(self, name: str, colab: str) -> str:
        """The head of a notebook page; `notebook_html` is the rest. `colab` is where it runs online, if anywhere."""
        text = self.titles[name]
        links = [f"[{self.words['download']}]({name}.ipynb)"]
        if colab:
            links.append(f"[{self.words['colab']}]({colab})")
        links.append(f"[{self.words['program']}]({name}.zip)")
        if others := other_files(self.records[name]):
            paths = ", ".join(f"`{path}`" for path in others)
            links.append(f"{self.words['reads']} {paths}")
        if chapters := self._chapters_with(name):
            links.append(f"{self.words['used_in']} {', '.join(chapters)}")
        facts = facts_html(self.records[name], self.words)
        return (
            f'---\ntitle: "{text["title"]}"\ndescription: "{text["summary"]}"\n'
            "search:\n  boost: 0.1\n---\n"  # what explains a program stands before it
            f"# {text['title']} {{ #{name} }}\n\n{text['summary']}\n\n"
            f"{' · '.join(links)}\n\n"
            f'<div class="notebook-facts">{facts}</div>\n'
        )

    def notebook_html(self, name: str) -> str:
        """The cells of a record; its figures as the chapter shows them."""
        shown = self._shown_figures(name)

        def figure(match: re.Match[str]) -> str:
            if match[1] not in shown:
                raise SourceError(
                    f"snippets/{name}.py",
                    None,
                    f"the figure of section '{match[1]}' is in no chapter, so it has no alternative text.",
                    f"show it in a chapter with '::: figure {name}:{match[1]}'.",
                )
            return self._figure_html(shown[match[1]], "", "")

        cells = cells_html(self.records[name], self.root / ".cache" / "notebooks")
        return f'<div class="notebook">{FIGURE.sub(figure, cells)}</div>'

    def notebook_chapter(self, name: str, head: str) -> Chapter:
        """A notebook's page as Markdown throughout, for its copy; `head` is what `notebook_markdown` gave."""
        record, shown = self.records[name], self._shown_figures(name)
        facts = provenance_text(record, self.words)
        lines = [FACTS.sub(lambda _: facts, head).rstrip()]
        embeds: list[Embed] = []
        for cell in record.notebook["cells"]:
            section = cell["metadata"].get("section")
            if section:
                lines.append(f"## {section} {{ #{section} }}")
            lines.append(fenced(cell["source"], "python"))
            if text := printed(cell):
                lines.append(fenced(text, "text"))
            if section in shown:
                lines.append(token(len(embeds)))
                embeds.append(shown[section])
        return Chapter("\n\n".join(lines) + "\n", embeds)

    def _shown_figures(self, name: str) -> dict[str, Embed]:
        """The figures of a record, by section, as the first chapter that has them shows them."""
        return {
            embed.section: embed
            for chapter in reversed(self.chapters.values())
            for embed in chapter.embeds
            if embed.kind == "figure" and embed.snippet == name
        }

    def _notebook_list(self, argument: str, place: Place, uri: str) -> str:
        """A table of all notebooks: title, summary, seconds."""
        words = self.words
        rows = [
            f"| {words['notebook']} | {words['shows']} | {words['seconds']} |",
            "| --- | --- | ---: |",
        ]
        for name, record in self.records.items():
            text = self.titles[name]
            seconds = f"{record.provenance['seconds']} s"
            rows.append(
                f"| [{text['title']}]({name}.md) | {text['summary']} | {seconds} |"
            )
        return "\n".join(rows)

    def _chapters_with(self, name: str) -> list[str]:
        """Markdown links to the chapters that show something of a snippet."""
        links = []
        pattern = rf'(--8<-- "{name}\.py|::: +\w+ +{name}:|\{{\{{ *{name}:)'
        for source in self.sources.values():
            text = source.path.read_text(encoding="utf-8")
            title = HEADING.search(text)
            if title and re.search(pattern, text):
                uri = posixpath.relpath(source.uri, "notebooks")
                links.append(f"[{title['text']}]({uri})")
        return links
