"""The templates that take the place of Material's: they differ from the installed ones in what is listed here, and in nothing else.

Where this fails, Material has changed: make the same changes in a copy of its new file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT
from mkdocs.theme import Theme

FIRST = re.compile(
    r"\A\{#-.*?-#\}\n", re.DOTALL
)  # the comment that says what a file is

# By template: what Material says, what stands instead, and how often.
CHANGES = {
    "base.html": [
        (
            '    <input class="md-toggle" data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off">',
            "    ",
            1,
        ),
        ('<label class="md-overlay" for="__drawer"></label>', "", 1),
        ('id="__search" autocomplete="off">', 'id="__search" form="__toggles">', 1),
        (
            """data-md-color-accent="{{ accent | replace(' ', '-') }}">""",
            """data-md-color-accent="{{ accent | replace(' ', '-') }}"><form id="__toggles" autocomplete="off"></form>""",
            1,
        ),
        ('{{ lang.t("action.skip") }}', "{{ config.extra.words.skip }}", 1),
    ],
    "partials/nav-item.html": [
        (' tabindex="{{ tabindex }}">', ">", 2),
        (' aria-expanded="{{ nav_item.active | tojson }}"', "", 1),
    ],
    "partials/search.html": [
        (
            ' role="dialog">',
            """ role="dialog" aria-label="{{ lang.t('search') }}">""",
            1,
        ),
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_copy_differs_in_what_is_listed(name: str) -> None:
    (theirs,) = [
        path
        for folder in Theme("material").dirs
        if (path := Path(folder, name)).exists()
    ]
    text = FIRST.sub("", theirs.read_text(encoding="utf-8"))
    for old, new, count in CHANGES[name]:
        assert text.count(old) == count, old
        text = text.replace(old, new)
    ours = (ROOT / "overrides" / name).read_text(encoding="utf-8")
    assert FIRST.sub("", ours) == text
