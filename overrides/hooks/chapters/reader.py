"""What a chapter can write beyond Markdown: outputs, figures, diagrams, values, and texts kept as data.

Before Markdown is converted, `Reader.expand` replaces each of them by something that survives the conversion;
afterwards `fill_in` puts the HTML in its place. Both languages go the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from drawing import figure as figures
from drawing.diagram import DiagramError, diagram_svg
from drawing.steps import read_run
from runner import Place, Record, Snippet, SourceError, nearest

from chapters.values import Values, read_yaml

DIRECTIVE = re.compile(r"^ *::: +(?P<kind>[\w-]+)(?: +(?P<argument>\S+))? *$")
INCLUDE = re.compile(r"-+ *8 *< *-+")
GOOD_INCLUDE = re.compile(
    r'^ *--8<-- "(?P<snippet>(?:shared/)?[\w-]+)\.py(?::(?P<section>[a-z][\w-]*))?"\s*$'
)
FENCE = re.compile(r"^ *(```|~~~)")
MERMAID = re.compile(r"^ *(```+|~~~+) *mermaid *$")
# Between two Chinese characters a line break or a space is only there for the author;
# so is a line break between a Chinese character and a link.
CHINESE = r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef“”]"
GAP = re.compile(
    rf"(?<={CHINESE})(?: *\n *| )(?={CHINESE})"
    rf"|(?<={CHINESE}) *\n *(?=\[[^@])|(?<=\)) *\n *(?={CHINESE})"
)
OPTIONS: dict[str, set[str]] = {
    "output": set(),
    "figure": {"alt", "caption", "labels"},
    "steps": {"alt", "caption", "every"},
}


@dataclass(frozen=True)
class Embed:
    """One output, figure, diagram or run to step through that a chapter shows."""

    kind: str  # "output", "figure", "steps" or "diagram"
    snippet: str  # "" for a diagram
    section: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Unique in a page; the ids inside a figure begin with it."""
        return f"{self.snippet or self.kind}-{self.section}"


@dataclass
class Chapter:
    """A page's Markdown on its way to HTML, with the embeds that wait for their place."""

    markdown: str
    embeds: list[Embed]


class Reader:
    """Reads chapters against the records.

    Args:
        values: the records of all snippets.
        translated: whether the chapters' language is another than that of the figures.
        texts: by a directive's name, what writes its Markdown from data; it is given the
            directive's argument, its place, and the page's uri.
        modules: what programs share, by the name under which chapters include it.
    """

    def __init__(
        self,
        values: Values,
        translated: bool,
        texts: Mapping[str, Callable[[str, Place, str], str]],
        modules: Mapping[str, Snippet],
    ) -> None:
        self.values = values
        self.translated = translated
        self.texts = texts
        self.modules = modules

    def expand(
        self, markdown: str, path: str, uri: str, first_line: int = 1
    ) -> Chapter:
        """Replaces directives and values in `markdown`.

        Args:
            markdown: the chapter, without its front matter.
            path: its file, for messages.
            uri: its place among the pages of its language, from which links start.
            first_line: the file's line on which `markdown` begins.

        Raises:
            SourceError: an unknown snippet, section, value or figure; an impossible format; a missing option.
        """
        embeds: list[Embed] = []
        lines: list[str] = []
        for kind, start, block in blocks(markdown.split("\n")):
            place = Place(path, first_line + start)
            self._check_includes(block, place)
            if kind == "prose":
                prose = self.values.linked("\n".join(block), place, uri)
                lines += close_up(prose).split("\n")
            elif kind == "fence" and not MERMAID.match(block[0]):
                lines += block
            elif text := kind == "directive" and self._text(block, place, uri):
                lines += text.split("\n")
            else:
                embed = _diagram if kind == "fence" else self._embed
                embeds.append(embed(block, place, uri, len(embeds)))
                indent = _indent(block[0])
                lines += [indent + token(len(embeds) - 1), ""]
                if caption := embeds[-1].options.get("caption"):
                    lines += [indent + line for line in caption.splitlines()]
                    lines += [f"{indent}{{ .caption }}", ""]
        return Chapter("\n".join(lines), embeds)

    def _check_includes(self, block: list[str], place: Place) -> None:
        for offset, line in enumerate(block):
            if not INCLUDE.search(line):
                continue
            include = GOOD_INCLUDE.match(line)
            if not include:
                place.at(offset).fail(
                    f"'{line.strip()}' includes no code.",
                    'write --8<-- "snippet.py:section" on a line of its own, inside a fence.',
                )
            name, here = include["snippet"], place.at(offset)
            if name.startswith("shared/") and name not in self.modules:
                here.fail(
                    f"there is no module '{name}'.",
                    nearest(name, self.modules, "modules"),
                )
            shown = self.modules.get(name) or self.values.record(name, here)
            if include["section"]:
                _check_section(shown, include["section"], here)

    def _text(self, block: list[str], place: Place, uri: str) -> str:
        """The Markdown that a directive writes from data; '' where it is an embed."""
        directive = DIRECTIVE.match(block[0])
        if not directive:
            place.fail(
                f"'{block[0].strip()}' cannot be read.",
                "write '::: output snippet:section', '::: figure snippet:section' or '::: correction id'.",
            )
        kind = directive["kind"]
        if kind not in {*OPTIONS, *self.texts}:
            place.fail(
                f"there is no directive '{kind}'.",
                nearest(kind, [*OPTIONS, *self.texts], "directives"),
            )
        if kind in OPTIONS:
            return ""
        text = self.texts[kind](directive["argument"] or "", place, uri)
        return close_up(self.values.linked(text, place, uri)) + "\n"

    def _embed(self, block: list[str], place: Place, uri: str, number: int) -> Embed:
        """The output, the figure or the steps that a directive asks for."""
        directive = DIRECTIVE.match(block[0])
        assert directive is not None
        kind = directive["kind"]
        snippet, _, section = (directive["argument"] or "").partition(":")
        record = self.values.record(snippet, place)
        _check_section(record, section, place)
        options = _options(kind, block, place)
        if kind == "output":
            if not record.text(section):
                place.fail(
                    f"section '{section}' of {record.name}.py prints nothing.",
                    "show its code or its figure instead.",
                )
        else:
            if kind == "figure":
                self._check_figure(record, section, options, place)
            else:
                _check_steps(record, options, place)
            if not str(options.get("alt", "")).strip():
                place.fail(
                    f"{kind} '{record.name}:{section}' has no alternative text.",
                    "add 'alt: …', what it shows to someone who cannot see it.",
                )
            options["alt"] = self.values.plain(str(options["alt"]), place)
            caption = str(options.get("caption", ""))
            options["caption"] = self.values.linked(caption, place, uri)
        return Embed(kind, record.name, section, options)

    def _check_figure(
        self, record: Record, section: str, options: dict[str, Any], place: Place
    ) -> None:
        drawn = record.figures(section)
        if len(drawn) != 1:
            having = [name for name in record.sections if record.figures(name)]
            place.fail(
                f"section '{section}' of {record.name}.py draws {len(drawn) or 'no'} figures; a figure needs one.",
                nearest(section, having, "sections with a figure"),
            )
        labels = options.get("labels") or {}
        figures.check_labels(drawn[0], labels, self.translated, place.fail)


def close_up(text: str) -> str:
    """Chinese text without the gaps that wrapped lines would leave in it."""
    return GAP.sub("", text)


def _check_section(record: Record | Snippet, section: str, place: Place) -> None:
    if section not in record.sections:
        place.fail(
            f"'{record.name}.py' has no section '{section}'.",
            nearest(section, record.sections, "sections"),
        )


def _check_steps(record: Record, options: dict[str, Any], place: Place) -> None:
    read_run(record, place.fail)
    every = options.setdefault("every", 1)
    if not (isinstance(every, int) and every > 0):
        place.fail(
            f"'every: {every}' picks no examples.",
            "give a whole number: every 5th example is 'every: 5'.",
        )


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


def blocks(lines: list[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Splits a chapter into fences, directives with their options, and prose.

    Yields:
        The kind ("fence", "directive" or "prose"), the index of the first line, and the
        lines. Prose stays in one piece, so that mathematics may run over several lines.
    """
    start = 0
    while start < len(lines):
        if FENCE.match(lines[start]):
            kind, end = "fence", end_of_fence(lines, start)
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


def end_of_fence(lines: list[str], start: int) -> int:
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


def _diagram(block: list[str], place: Place, uri: str, number: int) -> Embed:
    """The embed of a mermaid fence, drawn once here so that an error names its line."""
    indent = _indent(block[0])
    source = "\n".join(line.removeprefix(indent) for line in block[1:-1])
    embed = Embed("diagram", "", str(number), {"source": source})
    try:
        diagram_svg(source, embed.id)
    except DiagramError as error:
        place.fail(f"the diagram cannot be drawn: {error}.", "mend its Mermaid text.")
    return embed


def _options(kind: str, block: list[str], place: Place) -> dict[str, Any]:
    """The options of a directive, written below it as YAML."""
    indent = _indent(block[0])
    lines = [line.removeprefix(indent) for line in block[1:]]
    try:
        options = read_yaml("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        place.fail(
            f"the options of this {kind} are not YAML: {str(error).splitlines()[0]}.",
            "quote a text that holds ': '.",
        )
    unknown = set(options) - OPTIONS[kind] if isinstance(options, dict) else {options}
    if unknown:
        place.fail(
            f"'{unknown.pop()}' is no option of {kind}.",
            f"its options: {', '.join(sorted(OPTIONS[kind])) or 'none'}.",
        )
    return dict(options)


def read_text(path: Path) -> tuple[str, int]:
    """A chapter's Markdown without its front matter, and the line of the file on which it begins."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n.*?\n---\n\s*", text, re.DOTALL)
    start = match.end() if match else 0
    return text[start:], text.count("\n", 0, start) + 1
