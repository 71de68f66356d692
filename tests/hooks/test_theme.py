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

# Fonts of a third party: none is ever asked for, nor can be.
FONTS = """        <link rel="preconnect" href="https://fonts.gstatic.com" crossorigin>
        <link rel="stylesheet" href="https://fonts.googleapis.com/css?family={{
            text | replace(' ', '+') + ':300,300i,400,400i,700,700i%7C' +
            code | replace(' ', '+') + ':400,400i,700,700i'
          }}&display=fallback">
        <style>:root{--md-text-font:"{{ text }}";--md-code-font:"{{ code }}"}</style>
"""
# Words for a search and for versions, which are not Material's.
SEARCHED = """,
            "search.result.placeholder": lang.t("search.result.placeholder"),
            "search.result.none": lang.t("search.result.none"),
            "search.result.one": lang.t("search.result.one"),
            "search.result.other": lang.t("search.result.other"),
            "search.result.more.one": lang.t("search.result.more.one"),
            "search.result.more.other": lang.t("search.result.more.other"),
            "search.result.term.missing": lang.t("search.result.term.missing"),
            "select.version": lang.t("select.version")
"""
# By template: what Material says, what stands instead, and how often.
CHANGES = {
    "base.html": [
        (
            '<meta charset="utf-8">',
            '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{{ config.extra.policy }}">',
            1,
        ),
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
        (
            """      {% if page.previous_page %}
        <link rel="prev" href="{{ page.previous_page.url | url }}">
      {% endif %}
      {% if page.next_page %}
        <link rel="next" href="{{ page.next_page.url | url }}">
      {% endif %}
""",
            "",
            1,
        ),
        (
            """          "search": "assets/javascripts/workers/search.a7633da7.min.js" | url,
""",
            "",
            1,
        ),
        (SEARCHED, "\n", 1),
        ('{{ lang.t("action.skip") }}', "{{ config.extra.words.skip }}", 1),
        (FONTS, "", 1),
        ("{{ page.meta.description }}", "{{ page.meta.description | e }}", 1),
        ("{{ page.meta.title }}", "{{ page.meta.title | e }}", 1),
    ],
    "partials/javascripts/base.html": [
        (
            '<script>__md_scope=new URL("{{ config.extra.scope | d(base_url) }}",location)',
            '<script data-scope="{{ config.extra.scope | d(base_url) }}">__md_scope=new URL(document.currentScript.dataset.scope,location)',
            1,
        )
    ],
    "partials/nav-item.html": [
        (' tabindex="{{ tabindex }}">', ">", 2),
        (' aria-expanded="{{ nav_item.active | tojson }}"', "", 1),
    ],
}


def installed(name: str) -> str:
    """Material's template, without its first comment."""
    paths = [Path(folder, name) for folder in Theme("material").dirs]
    (path,) = [path for path in paths if path.exists()]
    return FIRST.sub("", path.read_text(encoding="utf-8"))


def own(name: str) -> str:
    """The site's template, likewise."""
    return FIRST.sub("", (ROOT / "overrides" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CHANGES)
def test_a_copy_differs_in_what_is_listed(name: str) -> None:
    text = installed(name)
    for old, new, count in CHANGES[name]:
        assert text.count(old) == count, old
        text = text.replace(old, new)
    assert own(name) == text


# What Zensical's templates (MiniJinja) know of what Jinja does: filters, and no methods of Python's values.
FILTERS = {"d", "e", "first", "items", "join", "length", "replace", "round", "script_tag", "striptags", "tojson", "url"}  # fmt: skip
METHODS = {"lang.t", "self.announce", "self.outdated"}  # macros and blocks


@pytest.mark.parametrize(
    "path", sorted((ROOT / "overrides").rglob("*.html")), ids=lambda path: path.name
)
def test_templates_ask_for_nothing_that_minijinja_lacks(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for code in re.findall(r"\{[{%](.*?)[}%]\}", text, re.DOTALL):
        told = re.sub(r'"[^"]*"|\'[^\']*\'', "''", code)
        assert {*re.findall(r"[\w.]+\.\w+(?=\()", told)} <= METHODS, code
        assert {*re.findall(r"\| *(\w+)", told)} <= FILTERS, code
