"""`::: program name`: the page of a program: what it is, how it ran, and its cells with what they printed and drew.

mkdocs-jupyter renders the cells; a chapter never writes this one itself.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import logging
import tempfile
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from drawing.output import facts_html, fenced, output_html, provenance_line
from runner import Place, Record, printed, remembered

from ..data import other_files
from ..fences import reachable
from ..page import Part
from ..values import NotRunError, the_record
from . import Call
from .figure import drawn


def write(call: Call) -> Element:
    """The page below its title."""
    reading, parts = call.reading, Element("parts")
    try:
        record = the_record(call.argument, call.edition.records, call.place)
    except NotRunError as error:
        parts.append(reading.waiting(error))
        reading.parse(parts, _unrun(call), call.place)
        return parts
    reading.parse(parts, _head(call, record), call.place)
    facts = (
        f'<div class="notebook-facts">{facts_html(record, call.edition.words)}</div>'
    )
    line = provenance_line(record, call.edition.words)
    parts.append(reading.block(Part(facts, "provenance", "", (), line)))
    cells = record.notebook["cells"]
    folder = call.edition.project.root / ".cache" / "notebooks"
    page = SubElement(parts, "div", {"class": "notebook"})
    for number, (cell, code) in enumerate(
        zip(cells, rendered(record, folder), strict=True), start=1
    ):
        section = cell["metadata"].get("section") or ""
        if section:
            heading = SubElement(page, "h2", {"id": section})
            heading.text = section
        anchor = {} if section else {"id": cell["id"]}
        box = SubElement(page, "div", {"class": "cell", **anchor})
        prompt = SubElement(box, "span", {"class": "prompt", "aria-hidden": "true"})
        prompt.text = f"[{number}]"
        sections = ((record.name, section),) if section else ()
        source = fenced(cell["source"], "python")
        drawing = f'<div class="highlight"><pre><code>{code}</code></pre></div>'
        shown = Part(reachable(drawing, reading), "code", source, sections)
        box.append(reading.block(shown))
        if text := printed(cell):
            output = output_html(text, call.word("output"))
            box.append(reading.block(Part(output, "output", fenced(text, "text"))))
        if any("image/svg+xml" in one.get("data", {}) for one in cell["outputs"]):
            box.append(_figure(call, record, section))
    return parts


def _unrun(call: Call) -> str:
    """The sections of a program that has not run yet."""
    name = call.argument
    return "\n".join(
        f'## {section} {{ #{section} }}\n\n```python\n--8<-- "{name}.py:{section}"\n```\n'
        for section in call.edition.modules[name].sections
    )


def _head(call: Call, record: Record) -> str:
    """Its summary, and the ways to take it along and to where it is shown."""
    edition, name = call.edition, record.name
    links = [f"[{call.word('download')}]({name}.ipynb)"]
    if edition.colab:
        address = f"{edition.colab}/notebooks/{name}.ipynb"
        links.append(f"[{call.word('colab')}]({address})")
    links.append(f"[{call.word('program')}]({name}.zip)")
    if others := other_files(record):
        paths = ", ".join(f"`{path}`" for path in others)
        links.append(f"{call.word('reads')} {paths}")
    if chapters := edition.chapters_with(name):
        shown = ", ".join(f"[{one.title}](../{one.uri})" for one in chapters)
        links.append(f"{call.word('used_in')} {shown}")
    return f"{edition.titles[name]['summary']}\n\n{' · '.join(links)}"


def _figure(call: Call, record: Record, section: str) -> Element:
    """A figure as the first chapter that has it shows it, without its caption."""
    shown = call.edition.figures(record.name)
    if section not in shown:
        Place(f"snippets/{record.name}.py").fail(
            f"the figure of section '{section}' is in no chapter, so it has no alternative text.",
            f"show it in a chapter with '::: figure {record.name}:{section}'.",
        )
    options = {k: v for k, v in shown[section].items() if k != "caption"}
    argument = f"{record.name}:{section}"
    return drawn(
        dataclasses.replace(call, argument=argument, options=options), record, section
    )


def rendered(record: Record, cache: Path) -> list[str]:
    """The code of each cell as mkdocs-jupyter highlights it.

    Args:
        record: the run.
        cache: a folder where the result is kept: nbconvert is loaded only when a record is new.
    """
    notebook = json.dumps(record.notebook, sort_keys=True)
    own = Path(__file__).read_text(encoding="utf-8")
    key = f"{importlib.metadata.version('mkdocs-jupyter')}\n{own}\n{notebook}"
    made = remembered(cache, f"{record.name}.json", key, lambda: _render(record))
    code: list[str] = json.loads(made)
    return code


def _render(record: Record) -> bytes:
    """One `pre` of its page for each cell, since the cells are given without their outputs."""
    from bs4 import BeautifulSoup
    from mkdocs_jupyter.nbconvert2 import nb2html

    # It tells of each file that it converts, and an author has never seen these.
    logging.getLogger("mkdocs.mkdocs-jupyter").setLevel(logging.WARNING)
    cells = [{**cell, "outputs": []} for cell in record.notebook["cells"]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record.name}.ipynb"
        notebook = {**record.notebook, "cells": cells}
        path.write_text(json.dumps(notebook), encoding="utf-8")
        page = BeautifulSoup(nb2html(str(path)), "html.parser")
    code = [
        pre.decode_contents().removeprefix("<span></span>").rstrip("\n")
        for pre in page.find_all("pre")
    ]
    if len(code) != len(cells):
        raise ValueError(f"mkdocs-jupyter made {len(code)} cells of {len(cells)}")
    return json.dumps(code).encode()
