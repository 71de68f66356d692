"""One style sheet from Material's and the site's own, without the rules that no page of the site can need.

Material dresses everything that anybody may write; three quarters of its rules meet nothing here.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from runner import Place, read_text, remembered

from publish.finishing import INLINE

TAG = re.compile(r'<[a-zA-Z][^>"]*(?:"[^"]*"[^>"]*)*>')
PROSE = re.compile(r' (?:alt|aria-label|content|href|title)="[^"]*"')  # of a tag
NAME = re.compile(r"-{0,2}[a-zA-Z_][\w-]*")
# What of a selector names nothing that a page must have: states, and attributes of which only a part is given.
OPEN = re.compile(r":+[\w-]+|\[[\w-]+[~|^$*]=[^\]]*\]")
VALUE = re.compile(r":([^;{}]*)")
# As JSON has it: a rule has `selectors`, each with the names that a page must have for it, and a `body` of declarations, each
# with its property and the names that it reads; `@media` has a `head` and `rules`; what else begins with @ has its `text`,
# the names that it reads and, of keyframes, its own `name`.
Rule = dict[str, Any]


def sheets(folders: list[Path], styles: list[Path]) -> list[Path]:
    """The files of Material's style sheets, and the site's own `styles` after them.

    Args:
        folders: of the theme, ours before Material's.
        styles: what they refer to does not depend on their folder.
    """
    names = ("stylesheets/main.*.min.css", "stylesheets/palette.*.min.css")
    found = (
        next(path for folder in folders for path in folder.glob(f"assets/{name}"))
        for name in names
    )
    return [*found, *styles]


def vocabulary(scripts: Iterable[str]) -> set[str]:
    """Every word of these scripts, each of which may become a name in a page."""
    return {name for script in scripts for name in NAME.findall(script)}


def names_in(page: str) -> set[str]:
    """What a rule can meet in a page: every name in a tag of its HTML, and any word of a script in it."""
    return set().union(*map(_named, {*TAG.findall(page), *INLINE.findall(page)}))


@functools.lru_cache(65536)  # most tags stand on every page
def _named(text: str) -> frozenset[str]:
    return frozenset(NAME.findall(PROSE.sub("", text)))


def read_sheet(path: Path, cache: Path) -> list[Rule]:
    """The rules of a style sheet; it is read once, until it changes.

    Args:
        path: its file.
        cache: the folder that keeps what was read.

    Raises:
        SourceError: it is broken.
    """
    name = re.sub(r"^.*(?=overrides/)", "", path.as_posix(), flags=re.DOTALL)
    text, own = read_text(path, name), Path(__file__).read_text(encoding="utf-8")

    def make() -> bytes:
        return json.dumps(parsed(text, name)).encode()

    found = remembered(cache, f"{path.name}.json", f"{own}\n{text}", make)
    rules: list[Rule] = json.loads(found)
    return rules


def parsed(sheet: str, name: str) -> list[Rule]:
    """The rules of the text of a style sheet that messages call `name`. Raises SourceError where it is broken."""
    import tinycss2  # a build in which no style has changed needs none

    sheet = re.sub(r"/\*# sourceMappingURL=.*?\*/|@charset \"UTF-8\";", "", sheet)

    def fail(line: int, problem: str) -> None:
        Place(name, line).fail(f"this style sheet is broken: {problem}.", "mend it.")

    def rules(nodes: list[Any]) -> Iterator[Rule]:
        for node in nodes:
            if node.type == "error":
                fail(node.source_line, node.message)
            elif node.type == "qualified-rule":
                groups = itertools.groupby(node.prelude, lambda token: token == ",")
                selectors = [
                    (tinycss2.serialize(tokens).strip(), met_by(tokens))
                    for comma, group in groups
                    if not comma and (tokens := list(group))
                ]
                yield {"selectors": selectors, "body": list(body(node.content))}
            elif node.type == "at-rule":
                keyword, prelude = node.at_keyword, tinycss2.serialize(node.prelude)
                if keyword.lower() in {"media", "supports"}:
                    inner = tinycss2.parse_rule_list(node.content, True, True)
                    head = f"@{keyword} {prelude.strip()}"
                    yield {"head": head, "rules": list(rules(inner))}
                else:
                    text = node.serialize()
                    reads = NAME.findall(" ".join(VALUE.findall(text)))
                    own = prelude.strip() if "keyframes" in keyword else ""
                    yield {"text": text, "reads": reads, "name": own}

    def body(content: list[Any]) -> Iterator[tuple[str, str, list[str]]]:
        for one in tinycss2.parse_blocks_contents(content, True, True):
            if one.type != "declaration":
                fail(one.source_line, "this is no declaration")
            value = " ".join(tinycss2.serialize(one.value).split())
            text = f"{one.name}:{value}{'!important' * one.important}"
            yield one.name, text, NAME.findall(value)

    def met_by(selector: list[Any]) -> list[str]:
        """The elements, classes and attributes that it names; what stands in round brackets is not looked at."""
        outside = [token for token in selector if token.type != "function"]
        return sorted(set(NAME.findall(OPEN.sub("", tinycss2.serialize(outside)))))

    return list(rules(tinycss2.parse_stylesheet(sheet, True, True)))


def trimmed(rules: list[Rule], words: set[str]) -> str:
    """The text of a style sheet without rules that meet nothing and without variables and keyframes that nothing reads.

    Args:
        rules: what `read_sheet` found, of one sheet or of several.
        words: what `names_in` found in the pages, and `vocabulary` in their scripts.
    """
    rules = list(_met(rules, words))
    used: set[str] = set()
    while used != (used := {name for rule in rules for name in _reads(rule)}):
        rules = list(_read(rules, used))
    return "".join(map(_text, rules))


def _met(rules: list[Rule], words: set[str]) -> Iterator[Rule]:
    """The rules that can meet something in a page that has these words."""
    for rule in rules:
        if "selectors" in rule:
            met = [one for one in rule["selectors"] if words.issuperset(one[1])]
            if met:
                yield {**rule, "selectors": met}
        elif "rules" in rule:
            yield {**rule, "rules": list(_met(rule["rules"], words))}
        else:
            yield rule


def _reads(rule: Rule) -> Iterator[str]:
    """The names that a rule reads."""
    for _, _, reads in rule.get("body", ()):
        yield from reads
    for inner in rule.get("rules", ()):
        yield from _reads(inner)
    yield from rule.get("reads", ())


def _read(rules: list[Rule], used: set[str]) -> Iterator[Rule]:
    """The rules without variables and keyframes that are not among the names used."""
    for rule in rules:
        if "body" in rule:
            kept = [
                d for d in rule["body"] if not d[0].startswith("--") or d[0] in used
            ]
            if kept:
                yield {**rule, "body": kept}
        elif "rules" in rule:
            if inner := list(_read(rule["rules"], used)):
                yield {**rule, "rules": inner}
        elif not rule["name"] or rule["name"] in used:
            yield rule


def _text(rule: Rule) -> str:
    if "body" in rule:
        selectors = ",".join(text for text, _ in rule["selectors"])
        return f"{selectors}{{{';'.join(text for _, text, _ in rule['body'])}}}"
    if "rules" in rule:
        return f"{rule['head']}{{{''.join(map(_text, rule['rules']))}}}"
    return str(rule["text"])
