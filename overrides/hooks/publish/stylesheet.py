"""One style sheet from Material's and the site's own, without the rules that no page of the site can need.

Material dresses everything that anybody may write; three quarters of its rules meet nothing here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tinycss2

from publish.finishing import INLINE

TAG = re.compile(r"<[a-zA-Z][^>]*>")
PROSE = re.compile(r' (?:alt|aria-label|content|href|title)="[^"]*"')  # of a tag
NAME = re.compile(r"-{0,2}[a-zA-Z_][\w-]*")
# What of a selector names nothing that a page must have: states, and attributes of which only a part is given.
OPEN = re.compile(r":+[\w-]+|\[[\w-]+[~|^$*]=[^\]]*\]")
VALUE = re.compile(r":([^;{}]*)")


def whole_sheet(folders: list[Path], styles: list[Path]) -> str:
    """Material's style sheets and the site's own `styles` in one, with all their rules.

    Args:
        folders: of the theme, ours before Material's.
        styles: what they refer to does not depend on their folder.
    """
    names = ("stylesheets/main.*.min.css", "stylesheets/palette.*.min.css")
    found = [
        next(path for folder in folders for path in folder.glob(f"assets/{name}"))
        for name in names
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*found, *styles])
    return re.sub(r"/\*# sourceMappingURL=.*?\*/|@charset \"UTF-8\";", "", text)


def vocabulary(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """What a rule can meet: every name in a tag of the HTML of `pages`, and any word of a script, in them or not."""
    code = [*scripts]
    tags: set[str] = set()
    for page in pages:
        tags.update(TAG.findall(PROSE.sub("", page)))
        code += INLINE.findall(page)
    return {name for text in {*tags, *code} for name in NAME.findall(text)}


def trimmed(sheet: str, words: set[str]) -> str:
    """The style sheet without rules that meet nothing and without variables and keyframes that nothing reads.

    Args:
        sheet: CSS.
        words: what `vocabulary` found.

    Raises:
        ValueError: the sheet is broken; the message names its line.
    """
    while True:
        used = set(NAME.findall(" ".join(VALUE.findall(sheet))))
        shorter = "".join(
            _rules(tinycss2.parse_stylesheet(sheet, True, True), words, used)
        )
        if shorter == sheet:
            return sheet
        sheet = shorter


def _rules(rules: list[Any], words: set[str], used: set[str]) -> Iterator[str]:
    """The text of each rule that is worth keeping."""
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"style sheet, line {rule.source_line}: {rule.message}")
        if rule.type == "qualified-rule":
            selectors = [
                tinycss2.serialize(tokens).strip()
                for comma, group in itertools.groupby(
                    rule.prelude, lambda token: token == ","
                )
                if not comma and _named(tokens := list(group)) <= words
            ]
            body = ";".join(_declarations(rule.content, used))
            if selectors and body:
                yield f"{','.join(selectors)}{{{body}}}"
        elif rule.type == "at-rule":
            prelude = tinycss2.serialize(rule.prelude).strip()
            if rule.lower_at_keyword in {"media", "supports"}:
                inner = tinycss2.parse_rule_list(rule.content, True, True)
                if text := "".join(_rules(inner, words, used)):
                    yield f"@{rule.at_keyword} {prelude}{{{text}}}"
            elif "keyframes" not in rule.lower_at_keyword or prelude in used:
                yield rule.serialize()


def _named(selector: list[Any]) -> set[str]:
    """The elements, classes and attributes that a selector names; what stands in round brackets is not looked at."""
    outside = [token for token in selector if token.type != "function"]
    return set(NAME.findall(OPEN.sub("", tinycss2.serialize(outside))))


def _declarations(content: list[Any], used: set[str]) -> Iterator[str]:
    """The declarations with no more blanks than they need."""
    for one in tinycss2.parse_blocks_contents(content, True, True):
        if one.type != "declaration":
            raise ValueError(f"style sheet, line {one.source_line}: not a declaration")
        if not one.name.startswith("--") or one.name in used:
            value = " ".join(tinycss2.serialize(one.value).split())
            yield f"{one.name}:{value}{'!important' * one.important}"
