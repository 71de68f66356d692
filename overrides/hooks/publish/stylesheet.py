"""One style sheet from Material's and the site's own, without the rules that no page of the site can need.

Material dresses everything that anybody may write; three quarters of its rules meet nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tinycss2

from publish.finishing import INLINE

TAG = re.compile(r"<([a-zA-Z][\w-]*)([^>]*)>")
EQUALS = re.compile(r"""([\w-]+)=["']?([^"']*)["']?""")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
WORD = re.compile(r"[a-zA-Z_][\w-]*")
PROPERTY = re.compile(r"--[\w-]+")


@dataclass
class Vocabulary:
    """What a rule can meet: the elements, classes and attributes of pages, and any word of a script."""

    tags: set[str]
    classes: set[str]
    attributes: set[tuple[str, str]]
    words: set[str]

    @classmethod
    def of(cls, pages: list[str], scripts: Iterable[str]) -> Vocabulary:
        """Reads the HTML of all pages, with the scripts in them, and the text of all other scripts."""
        inline = {script for page in pages for script in INLINE.findall(page)}
        scripts = [*scripts, *sorted(inline)]
        words = {word for script in scripts for word in WORD.findall(script)}
        found = {tag for page in pages for tag in TAG.findall(page)}
        attributes = {pair for _, text in found for pair in ATTRIBUTE.findall(text)}
        classes = {c for name, v in attributes if name == "class" for c in v.split()}
        return cls({name for name, _ in found}, classes, attributes, words)

    def sorted(self) -> list[str]:
        """All of it in one order, the same in every process."""
        pairs = [f"{name}={value}" for name, value in self.attributes]
        return [
            name for kind in (self.tags, pairs, self.words) for name in sorted(kind)
        ]

    def knows(self, selector: list[Any]) -> bool:
        """Whether all that the selector names can occur; what stands in round brackets is not looked at."""
        before = ""
        for token in selector:
            if token.type == "[] block":
                equals = EQUALS.fullmatch(tinycss2.serialize(token.content))
                if equals and not self._has(
                    equals.groups(), self.attributes, *equals.groups()
                ):
                    return False
            elif token.type == "ident" and before == ".":
                if not self._has(token.value, self.classes, token.value):
                    return False
            elif (
                token.type == "ident"
                and before != ":"
                and not self._has(token.value, self.tags, token.value)
            ):
                return False
            before = token.value if token.type == "literal" else ""
        return True

    def _has(self, name: object, known: set[Any], *words: str) -> bool:
        return name in known or self.words.issuperset(words)


def joined(sheets: Iterable[Path]) -> str:
    """The style sheets one after the other; what they refer to must not depend on their folder."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sheets)
    return re.sub(r"/\*# sourceMappingURL=.*?\*/|@charset \"UTF-8\";", "", text)


def trimmed(sheet: str, vocabulary: Vocabulary) -> str:
    """The style sheet without rules that meet nothing and without variables that nothing reads."""
    text = "".join(_rules(tinycss2.parse_stylesheet(sheet, True, True), vocabulary))
    while True:
        used = set(re.findall(r"var\(\s*(--[\w-]+)", text)) | _animations(text)
        shorter = _without_unused(text, used)
        if shorter == text:
            return text
        text = shorter


def _rules(rules: list[Any], vocabulary: Vocabulary) -> Iterable[str]:
    """The text of each rule that is worth keeping."""
    for rule in rules:
        if rule.type == "error":
            raise ValueError(f"style sheet, line {rule.source_line}: {rule.message}")
        if rule.type == "qualified-rule":
            selectors = [
                tinycss2.serialize(one).strip()
                for one in _split(rule.prelude)
                if vocabulary.knows(one)
            ]
            body = _compact(rule.content)
            if selectors and body:
                yield f"{','.join(selectors)}{{{body}}}"
        elif rule.lower_at_keyword in {"media", "supports"}:
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            if text := "".join(_rules(inner, vocabulary)):
                prelude = tinycss2.serialize(rule.prelude).strip()
                yield f"@{rule.at_keyword} {prelude}{{{text}}}"
        else:
            yield rule.serialize()


def _compact(content: list[Any]) -> str:
    """The declarations with no more blanks than they need."""
    declarations = tinycss2.parse_blocks_contents(content, True, True)
    for one in declarations:
        if one.type != "declaration":
            raise ValueError(f"style sheet, line {one.source_line}: not a declaration")
    return ";".join(
        f"{one.name}:{' '.join(tinycss2.serialize(one.value).split())}"
        + ("!important" if one.important else "")
        for one in declarations
    )


def _split(prelude: list[Any]) -> list[list[Any]]:
    """The selectors of a list, split at its commas."""
    selectors: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _animations(text: str) -> set[str]:
    """The names of the keyframes that a declaration starts."""
    return {
        word
        for value in re.findall(r"animation(?:-name)?:([^;}]*)", text)
        for word in WORD.findall(value)
    }


def _without_unused(text: str, used: set[str]) -> str:
    """Drops declarations of variables and keyframes that are not `used`."""
    kept = []
    for rule in tinycss2.parse_stylesheet(text, True, True):
        if rule.type == "at-rule" and "keyframes" in rule.lower_at_keyword:
            if tinycss2.serialize(rule.prelude).strip() not in used:
                continue
        elif rule.type == "qualified-rule":
            body = ";".join(
                declaration.serialize()
                for declaration in tinycss2.parse_blocks_contents(
                    rule.content, True, True
                )
                if not PROPERTY.fullmatch(declaration.name) or declaration.name in used
            )
            if not body:
                continue
            kept.append(f"{tinycss2.serialize(rule.prelude)}{{{body}}}")
            continue
        kept.append(rule.serialize())
    return "".join(kept)
