"""What a chapter can take from the records: outputs, figures, and values in sentences.

Before Markdown is converted, `expand` replaces each of them by something that survives the conversion; afterwards
`fill_in` puts the HTML in its place. Both languages go the same way.
"""

from __future__ import annotations

import difflib
import html
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import figures
import yaml
from diagrams import DiagramError, diagram_svg
from runner import Record, SourceError

DIRECTIVE = re.compile(
    r"^(?P<indent> *)::: +(?P<kind>\S+) +(?P<snippet>[\w-]+):(?P<section>[\w-]+) *$"
)
INCLUDE = re.compile(r"-+ *8 *< *-+")
GOOD_INCLUDE = re.compile(
    r'^ *--8<-- "(?P<snippet>[\w-]+)\.py(?::(?P<section>[a-z][\w-]*))?"\s*$'
)
FENCE = re.compile(r"^ *(```|~~~)")
MERMAID = re.compile(r"^ *(```+|~~~+) *mermaid *$")
VALUE = re.compile(r"\{\{ *(?P<reference>[^{}|]*?) *(?:\| *(?P<format>[^{}]*?) *)?\}\}")
REFERENCE = re.compile(r"(?P<snippet>[\w-]+):(?P<name>\w+)(?P<indices>(?:\[-?\d+\])*)$")
# Code spans stay as they are; mathematics gets its numbers as LaTeX.
SPANS = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>\$\$.+?\$\$|(?<![\\$])\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d))"
    rf"|(?P<value>{VALUE.pattern})",
    re.DOTALL,
)
NO_LINKS = (
    "#",
    "!!!",
    "???",
    "===",
)  # headings and titles: a number there is only a number


@dataclass(frozen=True)
class Embed:
    """One output, figure or diagram that a chapter shows."""

    kind: str  # "output", "figure" or "diagram"
    snippet: str  # "" for a diagram
    section: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Unique in a page; the ids inside a figure begin with it."""
        return f"{self.snippet or self.kind}-{self.section}"


@dataclass
class Chapter:
    """A page's Markdown on its way to HTML, with the embeds that wait for their place in it."""

    markdown: str
    embeds: list[Embed]


class Reader:
    """Reads chapters against the records.

    Args:
        records: the records of all snippets, by name.
        language: the language of the chapters, as in `theme.language`.
    """

    def __init__(self, records: Mapping[str, Record], language: str) -> None:
        self.records = records
        self.language = language

    def expand(
        self, markdown: str, path: str, src_uri: str, first_line: int = 1
    ) -> Chapter:
        """Replaces directives and values in `markdown`.

        Args:
            markdown: the chapter, without its front matter.
            path: its file, for messages.
            src_uri: its place among the pages of its language, from which links start.
            first_line: the file's line on which `markdown` begins.

        Raises:
            SourceError: an unknown snippet, section, value or figure; an impossible format; a missing option.
        """
        embeds: list[Embed] = []
        lines: list[str] = []
        for kind, start, block in _blocks(markdown.split("\n")):
            place = Place(path, first_line + start)
            if kind == "fence" and MERMAID.match(block[0]):
                embed = _diagram(block, len(embeds), place)
                embeds.append(embed)
                lines += [_indent(block[0]) + token(len(embeds) - 1), ""]
            elif kind == "fence":
                for offset, line in enumerate(block):
                    if INCLUDE.search(line):
                        self._check_include(line, place.at(offset))
                lines += block
            elif kind == "directive":
                embed, markup = self._directive(block, len(embeds), place, src_uri)
                embeds.append(embed)
                lines += markup
            else:
                lines += self._values("\n".join(block), place, src_uri).split("\n")
        return Chapter("\n".join(lines), embeds)

    def plain(self, text: str, path: str) -> str:
        """`text` with its values as bare numbers, for a page's description."""
        return self._plain(text, Place(path, 1))

    def _plain(self, text: str, place: Place) -> str:
        return VALUE.sub(lambda match: _typographic(self._value(match, place)), text)

    def _values(self, text: str, place: Place, src_uri: str) -> str:
        def replace(match: re.Match[str]) -> str:
            here = place.at(text.count("\n", 0, match.start()))
            if match["code"]:
                return match[0]
            if match["math"]:
                return VALUE.sub(lambda m: _latex(self._value(m, here)), match[0])
            number = _typographic(self._value(match, here))
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
            if line.lstrip().startswith(NO_LINKS):
                return number
            reference = REFERENCE.match(match["reference"])
            assert reference is not None
            page = posixpath.relpath(
                f"notebooks/{reference['snippet']}.md",
                posixpath.dirname(src_uri) or ".",
            )
            return f"[{number}]({page}){{ .run }}"

        return SPANS.sub(replace, text)

    def _value(self, match: re.Match[str], place: Place) -> str:
        """The number that `{{ snippet:name[0] | format }}` names, formatted by Python's rules."""
        reference = REFERENCE.match(match["reference"])
        if not reference:
            place.fail(
                f"'{match[0]}' names no value.",
                "write '{{ snippet:name | .4f }}' or '{{ snippet:name[0] }}'.",
            )
        record = self._record(reference["snippet"], place)
        name = reference["name"]
        if name not in record.values:
            place.fail(
                f"'{record.name}' leaves no value '{name}'.",
                _nearest(name, record.values, "its values"),
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

    def _check_include(self, line: str, place: Place) -> None:
        include = GOOD_INCLUDE.match(line)
        if not include:
            place.fail(
                f"'{line.strip()}' includes no code.",
                'write --8<-- "snippet.py:section" on a line of its own.',
            )
        if include["section"]:
            self._section(include["snippet"], include["section"], place)
        else:
            self._record(include["snippet"], place)

    def _directive(
        self, block: list[str], number: int, place: Place, src_uri: str
    ) -> tuple[Embed, list[str]]:
        """The embed that a directive asks for, and the Markdown that stands for it."""
        directive = DIRECTIVE.match(block[0])
        if not directive:
            place.fail(
                f"'{block[0].strip()}' cannot be read.",
                "write '::: output snippet:section' or '::: figure snippet:section'.",
            )
        kind, section, indent = (
            directive["kind"],
            directive["section"],
            directive["indent"],
        )
        if kind not in KINDS:
            place.fail(
                f"there is no directive '{kind}'.", _nearest(kind, KINDS, "directives")
            )
        record = self._section(directive["snippet"], section, place)
        options = _options(
            kind, [line.removeprefix(indent) for line in block[1:]], place
        )
        if kind == "output":
            if not record.text(section):
                place.fail(
                    f"section '{section}' of {record.name}.py prints nothing.",
                    "show its code or its figure instead.",
                )
        else:
            self._check_figure(record, section, options, place)
            options["alt"] = self._plain(str(options["alt"]), place)
            options["caption"] = self._values(
                str(options.get("caption", "")), place, src_uri
            )
        markup = [indent + token(number), ""]
        if caption := options.get("caption"):
            markup += [indent + line for line in caption.splitlines()]
            markup += [f"{indent}{{ .caption }}", ""]
        return Embed(kind, record.name, section, options), markup

    def _check_figure(
        self, record: Record, section: str, options: dict[str, Any], place: Place
    ) -> None:
        drawn = record.figures(section)
        if len(drawn) != 1:
            having = [name for name in record.sections if record.figures(name)]
            place.fail(
                f"section '{section}' of {record.name}.py draws {len(drawn) or 'no'} figures; a figure needs one.",
                _nearest(section, having, "sections with a figure"),
            )
        if not str(options.get("alt", "")).strip():
            place.fail(
                f"the figure '{record.name}:{section}' has no alternative text.",
                "add 'alt: …', what it shows to someone who cannot see it.",
            )
        labels = options.get("labels") or {}
        figures.check_labels(drawn[0], labels, self.language, place.fail)

    def _section(self, snippet: str, section: str, place: Place) -> Record:
        """The record of `snippet`, which has this section."""
        record = self._record(snippet, place)
        if section not in record.sections:
            place.fail(
                f"'{snippet}.py' has no section '{section}'.",
                _nearest(section, record.sections, "sections"),
            )
        return record

    def _record(self, name: str, place: Place) -> Record:
        if name not in self.records:
            place.fail(
                f"there is no snippet '{name}'.",
                _nearest(name, self.records, "snippets"),
            )
        return self.records[name]


KINDS: dict[str, set[str]] = {"output": set(), "figure": {"alt", "caption", "labels"}}


@dataclass(frozen=True)
class Place:
    """A line of a file, for messages."""

    path: str
    line: int

    def at(self, offset: int) -> Place:
        return Place(self.path, self.line + offset)

    def fail(self, problem: str, remedy: str) -> NoReturn:
        raise SourceError(self.path, self.line, problem, remedy)


def token(number: int) -> str:
    """What stands for embed `number` while Markdown is converted."""
    return f"⟦embed:{number}⟧"


def fill_in(
    content: str, embeds: list[Embed], render: Callable[[Embed, str], str]
) -> str:
    """Puts each embed's HTML into the converted page.

    Args:
        content: the page's HTML, with tokens.
        embeds: what the tokens stand for.
        render: gives the HTML of an embed and of its caption ('' where it has none).
    """
    for number, embed in enumerate(embeds):
        found = re.search(
            rf'<p>{token(number)}</p>(?:\s*<p class="caption">(.*?)</p>)?',
            content,
            re.DOTALL,
        )
        if not found:
            raise SourceError(
                f"{embed.snippet}:{embed.section}",
                None,
                "the embed lost its place in the page.",
                "leave an empty line before and after the directive.",
            )
        content = (
            content[: found.start()]
            + render(embed, found[1] or "")
            + content[found.end() :]
        )
    return content


def output_html(text: str) -> str:
    """What a section printed, as preformatted text that the keyboard can scroll."""
    return f'<pre class="output" tabindex="0"><samp>{html.escape(text.rstrip(), quote=False)}</samp></pre>'


def _blocks(lines: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Splits a chapter into fences, directives with their options, and prose.

    Yields:
        The kind ("fence", "directive" or "prose"), the index of the first line, and the
        lines. Prose stays in one piece, so that mathematics may run over several lines.
    """
    start = 0
    while start < len(lines):
        if FENCE.match(lines[start]):
            kind, end = "fence", _end_of_fence(lines, start)
        elif lines[start].lstrip().startswith(":::"):
            kind, end = "directive", _end_of_options(lines, start)
        else:
            kind, end = "prose", start + 1
            while end < len(lines) and not (
                FENCE.match(lines[end]) or lines[end].lstrip().startswith(":::")
            ):
                end += 1
        yield kind, start, lines[start:end]
        start = end


def _end_of_fence(lines: list[str], start: int) -> int:
    text = lines[start].strip()
    fence = text[: len(text) - len(text.lstrip(text[0]))]
    for number in range(start + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return number + 1
    return len(lines)


def _end_of_options(lines: list[str], start: int) -> int:
    indent = _indent(lines[start]) + "    "
    end = start + 1
    while end < len(lines) and (
        not lines[end].strip() or lines[end].startswith(indent)
    ):
        end += 1
    return end


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _diagram(block: list[str], number: int, place: Place) -> Embed:
    """The embed of a mermaid fence, drawn once here so that an error names its line."""
    indent = _indent(block[0])
    source = "\n".join(line.removeprefix(indent) for line in block[1:-1])
    embed = Embed("diagram", "", str(number), {"source": source})
    try:
        diagram_svg(source, embed.id)
    except DiagramError as error:
        place.fail(f"the diagram cannot be drawn: {error}.", "mend its Mermaid text.")
    return embed


def _options(kind: str, lines: list[str], place: Place) -> dict[str, Any]:
    """The options of a directive, written below it as YAML."""
    try:
        options = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        place.fail(
            f"the options of this {kind} are not YAML: {str(error).splitlines()[0]}.",
            "quote a text that holds ': '.",
        )
    unknown = set(options) - KINDS[kind] if isinstance(options, dict) else {options}
    if unknown:
        place.fail(
            f"'{unknown.pop()}' is no option of {kind}.",
            f"its options: {', '.join(sorted(KINDS[kind])) or 'none'}.",
        )
    return dict(options)


def _nearest(name: str, known: Iterable[str], what: str) -> str:
    near = (
        difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
        or sorted(known)[:8]
    )
    return (
        f"{what} nearest to it: {', '.join(near)}."
        if near
        else f"there are none among {what}."
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


def read_text(path: Path) -> tuple[str, int]:
    """A chapter's Markdown without its front matter, and the line of the file on which it begins."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n.*?\n---\n\s*", text, re.DOTALL)
    start = match.end() if match else 0
    return text[start:], text.count("\n", 0, start) + 1
