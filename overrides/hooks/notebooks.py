"""Each record as a page (rendered by mkdocs-jupyter, in Material's look) and as a notebook to download."""

from __future__ import annotations

import copy
import hashlib
import importlib.metadata
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from chapters import output_html
from mkdocs.utils import get_relative_url
from runner import Record, SourceError

TITLES = "snippets/titles.yml"


def read_titles(
    root: Path, names: list[str], languages: list[str]
) -> dict[str, dict[str, dict[str, str]]]:
    """Title and summary of each snippet, by snippet and language, from snippets/titles.yml.

    Raises:
        SourceError: a snippet, a language or a text is missing, or one too many is there.
    """
    titles: dict[str, Any] = (
        yaml.safe_load((root / TITLES).read_text(encoding="utf-8")) or {}
    )
    for name in names:
        for language in languages:
            entry = titles.get(name, {}).get(language, {})
            for part in ("title", "summary"):
                if not entry.get(part):
                    raise SourceError(
                        TITLES,
                        None,
                        f"'{name}' has no {part} in '{language}'.",
                        f"add {name}: {language}: {part}: …",
                    )
    for name in titles:
        if name not in names:
            raise SourceError(
                TITLES, None, f"'{name}' is no snippet.", "remove or rename the entry."
            )
    return titles


def download(record: Record, title: str, summary: str) -> str:
    """The executed notebook as .ipynb, opened by a cell with its title.

    It needs nothing of this project to run but its `data_files`, which the page offers too.
    """
    notebook = copy.deepcopy(record.notebook)
    heading = {
        "id": "title",
        "cell_type": "markdown",
        "metadata": {},
        "source": f"# {title}\n\n{summary}",
    }
    notebook["cells"].insert(0, heading)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def data_files(record: Record) -> list[str]:
    """The files that the notebook reads when it runs, relative to the project."""
    return sorted(set(record.inputs) - {"snippets/matplotlibrc"})


def cells_html(record: Record, cache: Path) -> str:
    """The cells and outputs of a record as HTML, the same for every language.

    A figure is left as the token `⟦figure:section⟧`, because its words and its alternative text are the page's. The
    result is kept in `cache`: nbconvert is loaded only when a record is new.
    """
    notebook = json.dumps(record.notebook, sort_keys=True)
    versions = importlib.metadata.version("mkdocs-jupyter") + Path(__file__).read_text(
        encoding="utf-8"
    )
    name = hashlib.sha256((notebook + versions).encode()).hexdigest()[:20]
    path = cache / f"{record.name}-{name}.html"
    if not path.exists():
        for old in cache.glob(f"{record.name}-*.html"):
            old.unlink(missing_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        temporary.write_text(_convert(record), encoding="utf-8")
        temporary.replace(path)
    return path.read_text(encoding="utf-8")


def _convert(record: Record) -> str:
    """mkdocs-jupyter's HTML, of which only what a reader reads is kept."""
    from bs4 import BeautifulSoup
    from mkdocs_jupyter.nbconvert2 import nb2html

    notebook = copy.deepcopy(record.notebook)
    for cell in notebook["cells"]:
        for output in cell["outputs"]:
            if "image/svg+xml" in output.get("data", {}):
                output["data"] = {
                    "text/html": f"⟦figure:{cell['metadata'].get('section')}⟧"
                }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{record.name}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
        rendered = nb2html(str(path))
    # The style sheet (575 kB), the script and JupyterLab's many wrappers go; Material styles code and output.
    page = BeautifulSoup(rendered, "html.parser")
    parts: list[str] = []
    for number, cell in enumerate(page.select("[id^='cell-id=']"), start=1):
        section = str(cell["id"]).removeprefix("cell-id=")
        code = cell.select_one(".highlight-ipynb pre")
        assert code is not None
        source = code.decode_contents().removeprefix("<span></span>").rstrip("\n")
        parts.append(
            f'<div class="cell" id="{section}"><span class="prompt" aria-hidden="true">[{number}]</span>'
            f'<div class="highlight"><pre id="__code_{number}"><code>{source}</code></pre></div>'
        )
        for output in cell.select(".jp-OutputArea-output"):
            text = output.get_text().strip("\n")
            parts.append(text if text.startswith("⟦figure:") else output_html(text))
        parts.append("</div>")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts))


def provenance_html(
    record: Record, words: dict[str, str], section: str, page_url: str
) -> str:
    """The discreet line under an output: where it comes from and, on opening it, how to repeat it.

    Args:
        record: the run.
        words: the page's words for seed, versions, …
        section: the section shown.
        page_url: the address of the page in the site, from which the link starts.
    """
    notebook = get_relative_url(f"notebooks/{record.name}/", page_url)
    return (
        '<div class="provenance">'
        f'<a href="{notebook}#{section}">{record.name}.py</a>'
        f"<details><summary>{words['how']}</summary>"
        f"{facts_html(record, words)}</details></div>"
    )


def facts_html(record: Record, words: dict[str, str]) -> str:
    """Seed, versions, processor, seconds and the command that repeats the run, as a list."""
    run = record.provenance
    packages = ", ".join(
        f"{name} {version}" for name, version in run["packages"].items()
    )
    facts = {
        words["seed"]: _seed(run["seed"]) or words["no_seed"],
        words["versions"]: ", ".join(
            filter(None, [f"Python {run['python']}", packages])
        ),
        words["processor"]: run["processor"],
        words["seconds"]: f"{run['seconds']} s",
        words["repeat"]: f"<code>python snippets/{record.name}.py</code>",
    }
    return (
        "<dl>"
        + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items())
        + "</dl>"
    )


def _seed(seed: Any) -> str:
    if seed is None:
        return ""
    if (
        isinstance(seed, list)
        and len(seed) > 3
        and seed == list(range(seed[0], seed[-1] + 1))
    ):
        return f"{seed[0]}–{seed[-1]}"
    return ", ".join(str(one) for one in seed) if isinstance(seed, list) else str(seed)
