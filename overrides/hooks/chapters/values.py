"""Numbers in sentences: `{{ snippet:name[0] | .4f }}` becomes the number that the run left behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from runner import Place, Record, Snippet, nearest

VALUE = re.compile(
    r"\{\{\s*(?P<snippet>[\w-]+):(?P<name>\w+)(?P<indices>(?:\[-?\d+\])*)"
    r"\s*(?:\|\s*(?P<format>[^{}]*?)\s*)?\}\}"
)
LATER = "…"  # stands for what a program that has not run yet will say
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Number:
    """A number as Python formats it, and the run that it comes from."""

    mantissa: str
    power: str  # of ten, "" where Python writes none
    snippet: str

    @property
    def plain(self) -> str:
        """For plain text: '1.5 × 10⁻⁷'."""
        mantissa = self.mantissa.replace("-", "−")
        power = self.power.translate(POWERS)
        return f"{mantissa} × 10{power}" if power else mantissa

    @property
    def latex(self) -> str:
        """For formulas: '1.5 \\times 10^{-7}'."""
        mantissa = self.mantissa.replace(",", "{,}").replace("%", r"\%")
        return rf"{mantissa} \times 10^{{{self.power}}}" if self.power else mantissa

    def element(self, link: str) -> Element:
        """For prose: a link to its run."""
        element = Element("a", {"class": "run", "href": link})
        element.text = self.mantissa.replace("-", "−")
        if self.power:
            element.text += " × 10"
            SubElement(element, "sup").text = self.power.replace("-", "−")
        return element


class NotRunError(KeyError):
    """A program has no record yet; `program` is its name, `failed` says whether it ran and failed."""

    def __init__(self, program: str, failed: bool) -> None:
        super().__init__(program)
        self.program, self.failed = program, failed


class Records(Mapping[str, Record]):
    """The records of all programs by name, some of which `serve` may still wait for.

    Args:
        found: those that are there.
        waiting: the programs that have none yet, and whether each ran and failed.
        asked: is told the name that somebody asks for, "" where it is that of each.
    """

    def __init__(
        self,
        found: Mapping[str, Record],
        waiting: Mapping[str, bool] | None = None,
        asked: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.found, self.waiting, self.asked = found, waiting or {}, asked

    def __getitem__(self, name: str) -> Record:
        self.asked(name)
        if name in self.waiting:
            raise NotRunError(name, self.waiting[name])
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        self.asked("")
        return iter(sorted([*self.found, *self.waiting]))

    def __len__(self) -> int:
        self.asked("")
        return len(self.found) + len(self.waiting)


def number(text: str, records: Mapping[str, Record], place: Place) -> Number:
    """The number that `{{ snippet:name[0] | format }}` names, formatted by Python's rules.

    Args:
        text: the whole mark, braces and all.
        records: of all programs.
        place: where it stands.

    Returns:
        The number; `LATER` of a program that has not run yet.

    Raises:
        SourceError: an unknown program, value, index or format.
    """
    match = VALUE.fullmatch(text)
    if not match:
        place.fail(
            f"'{text}' names no value.",
            "write '{{ snippet:name | .4f }}' or '{{ snippet:name[0] }}'.",
        )
    try:
        record = the_record(match["snippet"], records, place)
    except NotRunError as error:
        return Number(LATER, "", error.program)
    name = match["name"]
    if name in record.too_large:
        place.fail(
            f"'{name}' of {record.name}.py holds more than one value may.",
            f"leave the number itself under a name of its own, or allow more with a line '# value limit: 5000 numbers' in {record.name}.py.",
        )
    if name not in record.values:
        place.fail(
            f"'{record.name}' leaves no value '{name}'.",
            nearest(name, record.values, "its values"),
        )
    value: Any = record.values[name]
    for index in re.findall(r"-?\d+", match["indices"]):
        try:
            value = value[int(index)]
        except (IndexError, TypeError):
            place.fail(
                f"'{match['snippet']}:{name}{match['indices']}' picks what is not there.",
                f"look at {name} in {record.name}.py.",
            )
    if isinstance(value, list):
        place.fail(
            f"'{name}' is an array of {len(value)}.",
            f"pick one of them: {name}[0], {name}[-1].",
        )
    return _formatted(value, match["format"] or "", record.name, place)


def _formatted(value: Any, form: str, snippet: str, place: Place) -> Number:
    try:
        text = format(value, form)
    except (ValueError, OverflowError) as error:
        place.fail(
            f"'{form}' is no format for {value!r} ({error}).",
            "use a format of Python: .4f  ,  .1%  .2e",
        )
    if parts := re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text):
        return Number(parts[1], str(int(parts[2])), snippet)
    return Number(text, "", snippet)


def the_record(name: str, records: Mapping[str, Record], place: Place) -> Record:
    """The record of a program.

    Raises:
        SourceError: there is no program of this name.
        NotRunError: it has not run yet.
    """
    try:
        return records[name]
    except NotRunError:
        raise
    except KeyError:
        place.fail(f"there is no snippet '{name}'.", nearest(name, records, "snippets"))


def check_section(shown: Record | Snippet, section: str, place: Place) -> None:
    """Raises SourceError where a program or a module has no such section."""
    if section not in shown.sections:
        place.fail(
            f"'{shown.name}.py' has no section '{section}'.",
            nearest(section, shown.sections, "sections"),
        )
