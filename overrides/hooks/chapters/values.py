"""Numbers in sentences: `{{ snippet:name[0] | .4f }}` becomes the number that the run left behind."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

import yaml
from runner import Place, Record, nearest

VALUE = re.compile(r"\{\{ *(?P<reference>[^{}|]*?) *(?:\| *(?P<format>[^{}]*?) *)?\}\}")
REFERENCE = re.compile(r"(?P<snippet>[\w-]+):(?P<name>\w+)(?P<indices>(?:\[-?\d+\])*)$")
# Code spans stay as they are; mathematics gets its numbers as LaTeX.
SPANS = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>\$\$.+?\$\$|(?<![\\$])\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d))"
    rf"|(?P<value>{VALUE.pattern})",
    re.DOTALL,
)
# Headings and titles: a number there is only a number.
NO_LINKS = ("#", "!!!", "???", "===")


# libyaml's loader where the wheel has it: ten times as fast, which every rebuild feels.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Any:
    """What a piece of YAML says. Raises yaml.YAMLError where it says nothing."""
    return yaml.load(text, Loader=Loader)


class Values:
    """Looks values up in the records of all snippets."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self.records = records

    def record(self, name: str, place: Place) -> Record:
        """The record of the snippet `name`."""
        if name not in self.records:
            place.fail(
                f"there is no snippet '{name}'.",
                nearest(name, self.records, "snippets"),
            )
        return self.records[name]

    def plain(self, text: str, place: Place) -> str:
        """`text` with its values as bare numbers."""
        return VALUE.sub(lambda match: _typographic(self._number(match, place)), text)

    def linked(self, text: str, place: Place, uri: str) -> str:
        """Markdown `text` with its values as links to their runs; in formulas, as LaTeX.

        Args:
            text: prose, without fences.
            place: where it begins.
            uri: the page's place among those of its language, from which links start.
        """

        def replace(match: re.Match[str]) -> str:
            here = place.at(text.count("\n", 0, match.start()))
            if match["code"]:
                return match[0]
            if match["math"]:
                return VALUE.sub(lambda m: _latex(self._number(m, here)), match[0])
            number = _typographic(self._number(match, here))
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if line.lstrip().startswith(NO_LINKS):
                return number
            snippet = match["reference"].partition(":")[0]
            folder = posixpath.dirname(uri) or "."
            page = posixpath.relpath(f"notebooks/{snippet}.md", folder)
            return f"[{number}]({page}){{ .run }}"

        return SPANS.sub(replace, text)

    def _number(self, match: re.Match[str], place: Place) -> str:
        """The number that `{{ snippet:name[0] | format }}` names, formatted by Python's rules."""
        reference = REFERENCE.match(match["reference"])
        if not reference:
            place.fail(
                f"'{match[0]}' names no value.",
                "write '{{ snippet:name | .4f }}' or '{{ snippet:name[0] }}'.",
            )
        record = self.record(reference["snippet"], place)
        name = reference["name"]
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
        value = record.values[name]
        for index in re.findall(r"-?\d+", reference["indices"]):
            try:
                value = value[int(index)]
            except (IndexError, TypeError):
                place.fail(
                    f"'{match['reference']}' picks what is not there.",
                    f"look at {name} in {record.name}.py.",
                )
        if isinstance(value, list):
            place.fail(
                f"'{name}' is an array of {len(value)}.",
                f"pick one of them: {name}[0], {name}[-1].",
            )
        try:
            return format(value, match["format"] or "")
        except ValueError as error:
            place.fail(
                f"'{match['format']}' is no format for {value!r} ({error}).",
                "use a format of Python: .4f  ,  .1%  .2e",
            )


def _latex(number: str) -> str:
    mantissa, exponent = _split_exponent(number)
    number = mantissa.replace(",", "{,}").replace("%", r"\%")
    return rf"{number} \times 10^{{{exponent}}}" if exponent else number


def _typographic(number: str) -> str:
    mantissa, exponent = _split_exponent(number)
    number = mantissa.replace("-", "−")
    return (
        f"{number} × 10<sup>{exponent.replace('-', '−')}</sup>" if exponent else number
    )


def _split_exponent(number: str) -> tuple[str, str]:
    """'1.5e-07' as ('1.5', '-7'); any other number as (itself, '')."""
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", number)
    return (match[1], str(int(match[2]))) if match else (number, "")
