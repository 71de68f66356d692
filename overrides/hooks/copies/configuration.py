"""What mkdocs.yml says, of every language, for whoever is not MkDocs."""

from __future__ import annotations

import copy
import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from runner import Place, is_source

OVERVIEW = "notebooks/index.md"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain data, and `!ENV [NAME, default]`."""


def _environment(loader: _Loader, node: yaml.SequenceNode) -> Any:
    *names, default = loader.construct_sequence(node)
    told = (os.environ[name] for name in names if name in os.environ)
    return next(map(yaml.safe_load, told), default)


_Loader.add_constructor("!ENV", _environment)


def read_configuration(path: Path) -> dict[str, Any]:
    """A configuration with all that it inherits. Raises SourceError where it says something twice."""
    own = copy.deepcopy(_read(path.name, path.read_text(encoding="utf-8")))
    parent = own.pop("INHERIT", None)
    return merged(read_configuration(path.parent / parent), own) if parent else own


@functools.lru_cache(16)  # every language, and every rebuild of `serve`, asks again
def _read(name: str, text: str) -> Any:
    for node in _mappings(yaml.compose(text, _Loader)):
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                here = Place(name, key.start_mark.line + 1)
                here.fail(f"'{key.value}' stands here twice.", "remove one.")
    return yaml.load(text, _Loader) or {}


def _mappings(node: Any) -> Iterator[yaml.MappingNode]:
    """All mappings of a YAML file."""
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mappings(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mappings(value)


def read_languages(root: Path) -> dict[str, dict[str, Any]]:
    """The configuration of each language, the first one first. Raises SourceError where one has no words."""
    languages = read_configuration(root / "mkdocs.yml")["extra"]["languages"].items()
    found = {n: read_configuration(root / one["config"]) for n, one in languages}
    for name, one in languages:
        if not isinstance(found[name].get("extra", {}).get("words"), dict):
            remedy = "write them below 'extra: words:'."
            Place(one["config"]).fail("it has no words.", remedy)
    return found


def letters_of(languages: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The letters of each language between which no blanks stand (`extra.joined`), as its configuration says."""
    return {n: str(one["extra"].get("joined", "")) for n, one in languages.items()}


def instead_of(languages: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The languages that may lack something, each with the one that is shown instead."""
    return {n: one["instead"] for n, one in languages.items() if one.get("instead")}


def lent_pages(
    root: Path, languages: Mapping[str, Mapping[str, str]], language: str
) -> dict[str, Path]:
    """The pages that a language lacks, by uri, and the files that are shown instead."""
    own, instead = languages[language], instead_of(languages)
    if language not in instead:
        return {}
    other = root / languages[instead[language]]["docs"]
    paths = filter(is_source, sorted(other.rglob("*.md")))
    found = {path.relative_to(other).as_posix(): path for path in paths}
    return {u: p for u, p in found.items() if not (root / own["docs"] / u).is_file()}


def lacking_words(path: Path) -> list[str]:
    """The words that a language's configuration does not give itself."""
    given = _read(path.name, path.read_text(encoding="utf-8"))["extra"].get("words", {})
    return sorted(read_configuration(path)["extra"]["words"].keys() - given.keys())


def write_styles(languages: Mapping[str, Any], folder: Path) -> list[Path]:
    """Writes what languages ask for in `extra.style`, faces and rules of their script, as style sheets."""
    asked = {name: one["extra"].get("style") for name, one in languages.items()}
    styles = {folder / f"{name}.css": rules for name, rules in asked.items() if rules}
    folder.mkdir(parents=True, exist_ok=True)
    for path, rules in styles.items():
        path.write_text(rules, encoding="utf-8")
    return list(styles)


def merged(first: Mapping[str, Any], then: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one; where both have a value, it is that of the second, unless both are mappings."""
    both = {
        name: merged(first[name], said)
        for name, said in then.items()
        if isinstance(said, Mapping) and isinstance(first.get(name), Mapping)
    }
    return {**first, **then, **both}


def place_programs(nav: list[Any], pages: list[str]) -> None:
    """Gives the programs' pages their place in the navigation, after their overview."""
    for item in nav:
        for entries in item.values() if isinstance(item, dict) else ():
            if OVERVIEW in entries:
                entries += [page for page in pages if page not in entries]


def flat(nav: Any) -> list[str]:
    """The files of a navigation, in their order."""
    if isinstance(nav, str):
        return [nav]
    items = nav.values() if isinstance(nav, dict) else nav
    return [name for item in items for name in flat(item)]
