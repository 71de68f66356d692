"""Labs: a claim, the experiment that could refute it, and a verdict that the run itself reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import Place, Record, nearest

from chapters.article import headings
from chapters.values import read_yaml

VERDICTS = ("holds", "holds when", "did not show")
PARTS = ("snippet", "claim", "verdict", "finding")


@dataclass(frozen=True)
class Lab:
    """What a lab's front matter says of it."""

    uri: str
    title: str
    snippet: str
    claim: str
    verdict: str
    finding: str
    also: tuple[str, ...] = ()  # further snippets of the lab


def read_lab(
    uri: str, name: str, text: str, records: Mapping[str, Record]
) -> Lab | None:
    """The lab that a chapter's front matter describes; None where it describes none.

    Args:
        uri: the page's path below the folder of its language.
        name: its file, for messages.
        text: the whole file.
        records: the records of all snippets.

    Raises:
        SourceError: a part is missing, or the run reached another verdict.
    """
    if not text.startswith("---\n"):
        return None
    head = text.split("---\n", 2)[1]
    lab: dict[str, Any] | None = (read_yaml(head) or {}).get("lab")
    if lab is None:
        return None
    lines = head.splitlines()
    place = Place(
        name, 2 + next(n for n, x in enumerate(lines) if x.startswith("lab:"))
    )
    missing = [part for part in PARTS if not lab.get(part)]
    if missing:
        place.fail(f"the lab has no {missing[0]}.", f"add it: {', '.join(PARTS)}.")
    snippet = lab["snippet"]
    if snippet not in records:
        place.fail(
            f"there is no snippet '{snippet}'.", nearest(snippet, records, "snippets")
        )
    if lab["verdict"] not in VERDICTS:
        place.fail(
            f"'{lab['verdict']}' is no verdict.",
            nearest(lab["verdict"], VERDICTS, "verdicts"),
        )
    reached = records[snippet].values.get("verdict")
    if reached != lab["verdict"]:
        place.fail(
            f"the page's verdict is '{lab['verdict']}', that of {snippet}.py is '{reached}'.",
            "change the page's words to what was measured.",
        )
    title = next(iter(headings(text).values()), uri)
    texts = {part: str(lab[part]) for part in PARTS}
    return Lab(uri, title, **texts, also=tuple(lab.get("also", ())))


class LabWriter:
    """Writes the Markdown about labs in one language.

    Args:
        labs: those of this language, by uri, in the order of the navigation.
        records: the records of all snippets.
        words: the page's words (`extra.words`).
    """

    def __init__(
        self,
        labs: Mapping[str, Lab],
        records: Mapping[str, Record],
        words: Mapping[str, str],
    ) -> None:
        self.labs = labs
        self.records = records
        self.words = words

    def box(self, argument: str, place: Place, uri: str) -> str:
        """The verdict of the lab on this page."""
        if uri not in self.labs:
            place.fail(
                "this page is no lab.", "describe one in its front matter under 'lab:'."
            )
        lab = self.labs[uri]
        title = f"{self.words['verdict']}{self.words['colon']}{self.words[lab.verdict]}"
        kind = lab.verdict.replace(" ", "-")
        return f'!!! verdict {kind} "{title}"\n    {lab.finding}'

    def link(self, argument: str, place: Place, uri: str) -> str:
        """Where a claim was made: the lab that tests it, and its verdict."""
        target = f"labs/{argument}.md"
        if target not in self.labs:
            names = [Path(known).stem for known in self.labs]
            place.fail(
                f"there is no lab '{argument}'.", nearest(argument, names, "labs")
            )
        lab = self.labs[target]
        words = self.words
        return (
            f"**{words['tested']}**{words['colon']}[{lab.title}]({target}) · "
            f"{words[lab.verdict]}\n{{ .to-lab }}"
        )

    def table(self, argument: str, place: Place, uri: str) -> str:
        """The overview of all labs."""
        words = self.words
        heads = (words["lab"], words["claim"], words["verdict"], words["finding"])
        rows = [
            f"| {' | '.join(heads)} | {words['seconds']} |",
            "| --- | --- | --- | --- | ---: |",
        ]
        folder = Path(uri).parent
        for lab in self.labs.values():
            link = Path(lab.uri).relative_to(folder)
            runs = [self.records[name] for name in (lab.snippet, *lab.also)]
            seconds = round(sum(run.provenance["seconds"] for run in runs), 1)
            rows.append(
                f"| [{lab.title}]({link}) | {lab.claim} | {words[lab.verdict]} "
                f"| {lab.finding} | {seconds} s |"
            )
        table = "\n".join(rows)
        return f'<div class="labs" markdown>\n\n{table}\n\n</div>'
