"""What the first page says of the whole site: counted and listed from its data, so that nothing there is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from runner import Place

from chapters.article import headings
from chapters.corrections import Correction
from chapters.labs import VERDICTS, Lab
from chapters.values import VALUE


class Overview:
    """Writes the Markdown about the site as a whole in one language.

    Args:
        texts: the files of all chapters of this language, by uri, in the order of the navigation.
        snippets: the names of all snippets.
        corrections: those of this language, by id.
        labs: those of this language, by uri.
        words: the page's words (`extra.words`).
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        snippets: Collection[str],
        corrections: Mapping[str, Correction],
        labs: Mapping[str, Lab],
        words: Mapping[str, str],
    ) -> None:
        self.texts = texts
        self.snippets = snippets
        self.corrections = corrections
        self.labs = labs
        self.words = words

    def tally(self, argument: str, place: Place, uri: str) -> str:
        """How many programs, measured values, corrections and labs there are, each with the way to them."""
        verdicts = [lab.verdict for lab in self.labs.values()]
        outcome = {verdict: verdicts.count(verdict) for verdict in VERDICTS}
        counts = [
            ("programs", "notebooks/index.md", len(self.snippets)),
            ("values", "#statements", len(self._values())),
            ("corrections", "corrections.md", len(self.corrections)),
            ("labs", "labs/index.md", len(self.labs)),
        ]
        items = [
            f"- [**{count:,}** {self.words[f'tally_{what}']}]({target})"
            for what, target, count in counts
        ]
        items[-1] += f" {self.words['tally_verdicts'].format_map(outcome)}"
        return _block("tally", items)

    def contents(self, argument: str, place: Place, uri: str) -> str:
        """All chapters but this one; of a folder of pages, its overview."""
        items = [
            f"- [{next(iter(headings(text).values()), page)}]({page})"
            for page, text in self.texts.items()
            if page != uri and ("/" not in page or page.endswith("/index.md"))
        ]
        return _block("contents", items)

    def _values(self) -> set[str]:
        """The values of runs that chapters and corrections name, each once."""
        texts = [*self.texts.values(), *(c.holds for c in self.corrections.values())]
        return {match["reference"] for text in texts for match in VALUE.finditer(text)}


def _block(name: str, items: list[str]) -> str:
    """A list that the style sheet finds by its name."""
    return f'<div class="{name}" markdown>\n\n' + "\n".join(items) + "\n\n</div>"
