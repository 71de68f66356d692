"""What a chapter can ask for with `::: name argument`: one file for each, of the directive's name.

Such a file has a function `write`, which gives Markdown, to be read where the directive stands, or an element of the page;
and `OPTIONS`, the names of what may be indented below the directive, where it has any.
"""

from __future__ import annotations

import importlib
import pkgutil
import posixpath
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from drawing.output import provenance_html, provenance_line
from runner import Place, Record, nearest

from ..data import Lab, is_text, read_joined
from ..page import Mark, Part
from ..values import check_section, the_record

if TYPE_CHECKING:
    from ..edition import Edition
    from ..reading import Reading

FORM = re.compile(r"::: +(?P<name>[\w-]+)(?: +(?P<argument>\S+))? *")


@dataclass(frozen=True)
class Call:
    """A directive as a page writes it.

    Args:
        argument: what follows its name, "" where nothing does.
        options: what is indented below it, by name.
        place: where it stands.
        uri: the page's path below the folder of its language.
        edition: all pages of that language.
        reading: the page's parse.
    """

    argument: str
    options: Mapping[str, Any]
    place: Place
    uri: str
    edition: Edition
    reading: Reading

    def word(self, name: str) -> str:
        """One of the site's own words in the page's language."""
        return self.edition.words[name]

    def link(self, lab: Lab) -> str:
        """A link to the page of a lab, in Markdown."""
        here = posixpath.dirname(self.uri) or "."
        return f"[{lab.title}]({posixpath.relpath(lab.uri, here)})"

    def section(self) -> tuple[Record, str]:
        """The record and the section that the argument `program:section` names.

        Raises:
            SourceError: there is no such program or section.
        """
        name, _, section = self.argument.partition(":")
        record = the_record(name, self.edition.records, self.place)
        check_section(record, section, self.place)
        return record, section

    def entry(self, entries: Mapping[str, Any], what: str) -> Any:
        """The entry that the argument names. Raises SourceError where there is none."""
        if self.argument not in entries:
            self.place.fail(
                f"there is no {what} '{self.argument}'.",
                nearest(self.argument, entries, f"{what}s"),
            )
        return entries[self.argument]

    def provenance(self, record: Record, section: str) -> Element:
        """The line that says where a result comes from."""
        words, run = self.edition.words, self.edition.run_of(record.name, self.uri)
        page = self.reading.page
        again = self.reading.count(f"run of {record.name}") > 1
        html = provenance_html(record, words, section, page.url, again)
        line = provenance_line(record, words, f"{run}#{section}")
        sections = ((record.name, section),)
        return self.reading.block(Part(html, "provenance", "", sections, line))

    def wrapped(self, kind: str, markdown: str) -> Element:
        """Markdown in an element that the style sheet finds by its class."""
        element = Element("div", {"class": kind})
        self.reading.parse(element, markdown, self.place)
        return element

    def alternative(self, what: str) -> str:
        """The option `alt` as plain text. Raises SourceError where it says nothing."""
        text = self.edition.plain(self.options.get("alt") or "", self.place)
        if not text:
            self.place.fail(
                f"{what} '{self.argument}' has no alternative text.",
                "add 'alt: …', what it shows to someone who cannot see it.",
            )
        return text


def asked(mark: Mark) -> tuple[str, str]:
    """The name and the argument of a directive; "" and "" where it cannot be read."""
    match = FORM.fullmatch(mark.lines[0])
    return (match["name"], match["argument"] or "") if match else ("", "")


def written(mark: Mark, uri: str, edition: Edition, reading: Reading) -> str | Element:
    """What a directive says: Markdown, to be read in its place, or an element.

    Raises:
        SourceError: there is no such directive or option; what it asks for is not there.
    """
    name, argument = asked(mark)
    if not name:
        mark.place.fail(
            f"'{mark.lines[0].strip()}' cannot be read.",
            "write '::: name' or '::: name argument', as in '::: output snippet:section'; an argument has no blanks, longer text is an option below it.",
        )
    module = _module(name, mark.place)
    options = options_of(mark, getattr(module, "OPTIONS", set()), edition.joined)
    call = Call(argument, options, mark.place, uri, edition, reading)
    result: str | Element = module.write(call)
    return result


def options_of(mark: Mark, known: set[str], joined: str) -> dict[str, Any]:
    """What is indented below a directive, read as YAML.

    Raises:
        SourceError: it is no YAML, or not among the `known`.
    """
    text = textwrap.dedent("\n".join(mark.lines[1:]))
    options = read_joined(text, mark.place.at(1), joined) or {}
    told = options if isinstance(options, dict) else {str(options): None}
    if unknown := [name for name in told if name not in known]:
        mark.place.fail(
            f"'{unknown[0]}' is no option of {mark.lines[0].split()[1]}.",
            f"its options: {', '.join(sorted(known)) or 'none'}.",
        )
    for name, said in told.items():
        texts = [said] if name != "labels" else said or {}
        if isinstance(texts, dict):
            texts = [*texts, *texts.values()]
        if not all(one is None or is_text(one) for one in texts):
            mark.place.fail(f"'{name}' says what it cannot say.", "write it as one text; labels as 'labels: {one: other}'.")  # fmt: skip
    return dict(told)


def _module(name: str, place: Place) -> ModuleType:
    names = [one.name.replace("_", "-") for one in pkgutil.iter_modules(__path__)]
    if name not in names:
        place.fail(
            f"there is no directive '{name}'.", nearest(name, names, "directives")
        )
    return importlib.import_module(f".{name.replace('-', '_')}", __name__)
