"""The 404 page: one page for every unknown address, whatever the language and the depth."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mkdocs.utils.yaml import yaml_load


def not_found_context(
    root: Path, languages: dict[str, dict[str, str]], own: str, root_url: str
) -> dict[str, Any]:
    """What its template is given, beside what all templates are.

    Args:
        root: the project's folder.
        languages: `extra.languages`.
        own: the language of this page.
        root_url: the address of the site; without one it is taken to stand at the root of its host.
    """
    base = urlsplit(root_url or "/").path
    homes = {
        name: posixpath.join(base, other["path"], "")
        for name, other in languages.items()
    }
    order = sorted(languages, key=lambda name: name != own)
    return {
        "base_url": homes[own],  # a relative link would start from the unknown address
        "twins": homes,
        "editions": [
            {
                "language": name,
                "home": homes[name],
                "words": _words(root / languages[name]["config"]),
            }
            for name in order
        ],
    }


def _words(config: Path) -> dict[str, str]:
    """The words of a language, from its configuration."""
    with config.open(encoding="utf-8") as file:
        words: dict[str, str] = yaml_load(file)["extra"]["words"]
    return words
