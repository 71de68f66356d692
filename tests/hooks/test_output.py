"""What a section printed, as pages and copies show it, and what is said of its run."""

from __future__ import annotations

from typing import Any

import pytest
from drawing.output import (
    facts_html,
    fenced,
    output_html,
    provenance_html,
    provenance_line,
    relative,
    stop,
    stops,
)
from runner import Record

WORDS = {
    **{"seed": "Seed", "no_seed": "none", "versions": "Versions", "colon": ": "},
    **{"processor": "Processor", "seconds": "Time", "repeat": "Again", "how": "How"},
    **{"taken": "From", "here": " (here: {versions})", "absent": "no {name}"},
    "cited_names": ", ",
}
RUN = {
    "seed": 7,
    "python": "3.13",
    "packages": {"numpy": "2.3"},
    "processor": 'x86 <fast> "new"',
    "seconds": 1.5,
}


def record(**changed: Any) -> Record:
    """A record of which only the provenance is asked; the rest says nothing."""
    one = Record.__new__(Record)
    run = {**RUN, **changed.pop("run", {})}
    facts = {"name": "small", "provenance": run, "here": {}, "taken": ""} | changed
    for name, fact in facts.items():
        object.__setattr__(one, name, fact)
    return one


def test_an_output_is_text_with_a_name_and_a_stop() -> None:
    assert output_html("a < b & 'c'\n\n", 'The "output"') == (
        '<pre class="output" tabindex="0" role="group" aria-label="The &quot;output&quot;">'
        "<samp>a &lt; b &amp; 'c'</samp></pre>"
    )
    assert stops("x") == {"tabindex": "0", "role": "group", "aria-label": "x"}
    assert stop("x") == 'tabindex="0" role="group" aria-label="x"'


@pytest.mark.parametrize(
    ("text", "fence"),
    [("a", "```"), ("a `b`", "```"), ("```", "````"), ("a\n`````\nb", "``````")],
)
def test_a_fence_is_longer_than_those_within(text: str, fence: str) -> None:
    assert fenced(f"{text}\n", "text") == f"{fence}text\n{text}\n{fence}"


@pytest.mark.parametrize(
    ("target", "page", "link"),
    [
        ("notebooks/a/", "", "notebooks/a/"),
        ("notebooks/a/", "faq/", "../notebooks/a/"),
        ("notebooks/a/", "notebooks/b/", "../a/"),
        ("a.zip", "labs/b/", "../../a.zip"),
    ],
)
def test_a_link_starts_at_its_page(target: str, page: str, link: str) -> None:
    assert relative(target, page) == link


@pytest.mark.parametrize(
    ("seed", "said"),
    [
        (None, "none"),
        (0, "0"),
        ([1, 2, 3], "1, 2, 3"),
        ([1, 2, 3, 4], "1–4"),
        ([1, 2, 3, 5], "1, 2, 3, 5"),
        ([4, 3, 2, 1], "4, 3, 2, 1"),
    ],
)
def test_seeds_are_told_and_a_row_of_them_by_its_ends(seed: Any, said: str) -> None:
    assert f"<dt>Seed</dt><dd>{said}</dd>" in facts_html(record(run={"seed": seed}), WORDS)  # fmt: skip


def test_the_facts_of_a_run() -> None:
    assert facts_html(record(), WORDS) == (
        "<dl><dt>Seed</dt><dd>7</dd><dt>Versions</dt><dd>Python 3.13, numpy 2.3</dd>"
        '<dt>Processor</dt><dd>x86 &lt;fast&gt; "new"</dd><dt>Time</dt><dd>1.5 s</dd>'
        "<dt>Again</dt><dd><code>python snippets/small.py</code></dd></dl>"
    )


def test_of_a_record_from_elsewhere_is_told_what_differs_here() -> None:
    taken = record(here={"numpy": "2.4", "tensorflow": ""}, taken="a site")
    said = "<dt>From</dt><dd>a site (here: numpy 2.4, no tensorflow)</dd>"
    assert said in facts_html(taken, WORDS)


@pytest.mark.parametrize(("again", "kind"), [(False, "provenance"), (True, "provenance again")])  # fmt: skip
def test_the_line_below_an_output_leads_to_its_section(again: bool, kind: str) -> None:
    html = provenance_html(record(), WORDS, "sum", "labs/one/", again)
    start = f'<div class="{kind}"><a href="../../notebooks/small/#sum">small.py</a>'
    assert html.startswith(f"{start}<details><summary>How</summary><dl>")
    assert html.endswith("</dl></details></div>")


def test_as_a_line_of_text_it_says_less_where_it_leads_to_the_rest() -> None:
    line = provenance_line(record(), WORDS, "notebooks/small.md")
    assert (line[0].tag, line[0].get("href")) == ("a", "notebooks/small.md")
    assert "".join(line.itertext()) == "small.py · Seed: 7 · Versions: Python 3.13, numpy 2.3"  # fmt: skip
    whole = provenance_line(record(), WORDS)
    assert whole[0].tag == "code"
    assert "".join(whole.itertext()).endswith("Time: 1.5 s · Again: python snippets/small.py")  # fmt: skip
