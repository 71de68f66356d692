"""What a section printed, and the line below it that says where it comes from: as HTML and as Markdown."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from runner import Record


def output_html(text: str, name: str) -> str:
    """What a section printed, as preformatted text; `name` is what a screen reader calls it."""
    printed = html.escape(text.rstrip(), quote=False)
    return f'<pre class="output" {stop(name)}><samp>{printed}</samp></pre>'


def stops(name: str) -> dict[str, str]:
    """The attributes of what scrolls sideways: a name, and a stop of the Tab key.

    What fits needs no stop; partials/stops.html takes it away.
    """
    return {"tabindex": "0", "role": "group", "aria-label": name}


def stop(name: str) -> str:
    """The same as they stand in a tag."""
    return " ".join(
        f'{key}="{html.escape(value)}"' for key, value in stops(name).items()
    )


def fenced(text: str, language: str) -> str:
    """Code or output as a fenced block of Markdown, whatever fences it holds itself."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def provenance_html(
    record: Record, words: Mapping[str, str], section: str, page_url: str, again: bool
) -> str:
    """The discreet line under an output: where it comes from and, on opening it, how to repeat it.

    Args:
        record: the run.
        words: the page's words for seed, versions, … (`extra.words`).
        section: the section shown.
        page_url: the address of the page in the site, from which the link starts.
        again: whether the page has said it of this program before.
    """
    kind = "provenance again" if again else "provenance"
    notebook = relative(f"notebooks/{record.name}/", page_url)
    return (
        f'<div class="{kind}">'
        f'<a href="{notebook}#{section}">{record.name}.py</a>'
        f"<details><summary>{words['how']}</summary>"
        f"{facts_html(record, words)}</details></div>"
    )


def facts_html(record: Record, words: Mapping[str, str]) -> str:
    """Seed, versions, processor, seconds and the command that repeats the run, as a list."""
    facts = _facts(record, words)
    facts = {name: html.escape(fact, quote=False) for name, fact in facts.items()}
    facts[words["repeat"]] = f"<code>{facts[words['repeat']]}</code>"
    terms = (f"<dt>{name}</dt><dd>{fact}</dd>" for name, fact in facts.items())
    return f"<dl>{''.join(terms)}</dl>"


def provenance_line(
    record: Record, words: Mapping[str, str], link: str = ""
) -> Element:
    """Where a result comes from, as a line of text; without a link to its run, all that is known of the run."""
    facts = [f"{k}{words['colon']}{v}" for k, v in _facts(record, words).items()]
    line = Element("p")
    program = SubElement(line, "a", {"href": link}) if link else SubElement(line, "code")  # fmt: skip
    program.text = f"{record.name}.py"
    program.tail = "".join(f" · {fact}" for fact in (facts[:2] if link else facts))
    return line


def relative(target: str, page_url: str) -> str:
    """The link to an address of the site from a page; a folder's address ends in a slash."""
    link = posixpath.relpath(target, page_url or ".")
    return f"{link}/" if target.endswith("/") else link


def _facts(record: Record, words: Mapping[str, str]) -> dict[str, str]:
    """What is known of a run, each fact by its word; the processor's time is in seconds."""
    run = record.provenance
    versions = {"Python": run["python"], **run["packages"]}
    facts = {
        words["seed"]: _seed(run["seed"]) or words["no_seed"],
        words["versions"]: ", ".join(f"{name} {v}" for name, v in versions.items()),
        words["processor"]: run["processor"],
        words["seconds"]: f"{run['seconds']} s",
        words["repeat"]: f"python snippets/{record.name}.py",
    }
    if record.here:
        here = [
            f"{name} {version}" if version else words["absent"].format(name=name)
            for name, version in record.here.items()
        ]
        text = words["here"].format(versions=words["cited_names"].join(here))
        facts[words["taken"]] = f"{record.taken}{text}"
    return facts


def _seed(seed: Any) -> str:
    """A seed, none, or several; more than three in a row are shown by their ends."""
    if seed is None:
        return ""
    seeds = seed if isinstance(seed, list) else [seed]
    if len(seeds) > 3 and seeds == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]}–{seeds[-1]}"
    return ", ".join(map(str, seeds))
