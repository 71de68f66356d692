"""What stands in fences: code, with the sections of programs that it includes, and Mermaid diagrams."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from drawing.diagram import DiagramError, diagram_svg
from drawing.output import fenced, stop
from markdown import Markdown
from pymdownx.superfences import highlight_validator as code_options
from runner import Place, Snippet, nearest

from .page import TOKEN, Part
from .values import VALUE, check_section, the_record

if TYPE_CHECKING:
    from .reading import Reading

__all__ = ["code", "code_options", "diagram", "included"]

INCLUDE = re.compile(
    r'--8<-- "(?P<name>(?:shared/)?[\w-]+)\.py(?::(?P<section>[a-z][\w-]*))?"\s*'
)
CODE = re.compile(r"<pre(?: id=\"[^\"]*\")?>(<span></span>)?<code>")


def code(reading: Reading, source: str, language: str, options: dict[str, Any], md: Markdown, **rest: Any) -> Part:  # fmt: skip
    """A fence, or indented code, with the sections that it includes.

    Args:
        reading: the page's parse.
        source: the numbered text between the fences.
        language: after the opening fence, "" where it has none.
        options: title, line numbers, lines to mark.
        md: what reads the page.
        rest: further attributes of the fence.
    """
    lines, sections, marks = [], [], reading.page.marks
    for line in source.split("\n"):
        mark = marks.of(line.strip()) if TOKEN.fullmatch(line.strip()) else None
        if mark and mark.kind == "include" and rest:
            indent = line[: len(line) - len(line.lstrip())]
            text, section = included(mark.source, reading, mark.place)
            lines.append(textwrap.indent(text, indent))
            sections.append(section)
        else:
            lines.append(marks.restored(line))
    text = "\n".join(lines)
    fences: Any = md.preprocessors["fenced_code_block"]
    fences.get_hl_settings()
    rest = {"classes": None, "id_value": "", "attrs": {}, **rest}
    drawn = fences.highlight(
        src=text, language=language, options=options, md=md, **rest
    )
    only = sections if len(sections) == source.count("\n") + 1 else []
    markdown = fenced(text, language or "")
    return Part(reachable(drawn, reading), "code", markdown, tuple(only))


def reachable(html: str, reading: Reading) -> str:
    """Highlighted code with a button that copies it, and a stop of the Tab key where it can be scrolled."""
    words = reading.edition.words
    id_ = f"code-{reading.count('code')}"
    return CODE.sub(
        '<pre><span class="md-code__nav"><button class="md-code__button" type="button" '
        f'title="{words["copy"]}" data-md-type="copy" data-clipboard-target="#{id_}"></button></span>'
        f'<code id="{id_}" {stop(words["code"])}>',
        html,
    )


def included(line: str, reading: Reading, place: Place) -> tuple[str, tuple[str, str]]:
    """The code that a line `--8<-- "program.py:section"` asks for, and (program, section).

    Raises:
        SourceError: the line cannot be read; no such program, module or section.
    """
    match = INCLUDE.fullmatch(line)
    if not match:
        place.fail(
            f"'{line.strip()}' includes no code.",
            'write --8<-- "snippet.py:section" on a line of its own, inside a fence.',
        )
    name, section = match["name"], match["section"] or ""
    modules, records = reading.edition.modules, reading.edition.records
    if name.startswith("shared/") and name not in modules:
        place.fail(f"there is no module '{name}'.", nearest(name, modules, "modules"))
    shown = modules.get(name) or the_record(name, records, place)
    if section:
        check_section(shown, section, place)
    if isinstance(shown, Snippet):
        text = shown.code(section) if section else shown.text
    elif section:
        text = str(shown.cell(section)["source"])
    else:
        text = shown.files[f"{name}.py"].decode("utf-8-sig")
    lines = [one for one in text.split("\n") if section or "--8<--" not in one]
    return "\n".join(lines).rstrip("\n"), (name, section)


def diagram(reading: Reading, source: str, language: str, options: dict[str, Any], md: Markdown, **rest: Any) -> Part:  # fmt: skip
    """A Mermaid fence as the figure that it describes."""
    text = reading.page.marks.restored(source)
    for token in TOKEN.findall(source):
        mark = reading.page.marks.of(token)
        if mark.kind == "citation" or VALUE.fullmatch(mark.source):
            mark.place.fail(f"'{mark.source}' is not read in a diagram.", "write it below the diagram.")  # fmt: skip
    try:
        drawn = diagram_svg(text, reading.new_id("diagram"))
    except DiagramError as error:
        reading.check.place_of(source).at(-1).fail(
            f"the diagram cannot be drawn: {error}.", "mend its Mermaid text."
        )
    return Part(f"<figure>{drawn}</figure>", "diagram", fenced(text, "mermaid"))
