"""What Python-Markdown, math-core and Material write, as HTML allows it and a Content-Security-Policy without inline styles."""

from __future__ import annotations

import re

# A class can do all that these styles do; assets/style/type.css says how.
CLASSES = {
    ' style="text-align: right;"': ' class="right"',
    ' style="text-align: right;justify-items: end;padding-right: 0;"': ' class="right"',
    ' style="text-align: left;justify-items: start;padding-left: 0;"': ' class="left"',
}
STYLE = re.compile(r' style="[^"]*"')
VOID = re.compile(r"<(br|hr) />")
TOGGLE = re.compile(r'(<input [^>]*type="checkbox" [^>]*)autocomplete="off"')
FORM = '<form id="__toggles" autocomplete="off"></form>'


def valid_content(html: str) -> str:
    """A page's own HTML with classes for the styles that are known here."""
    html = VOID.sub(r"<\1>", html)
    return STYLE.sub(lambda style: CLASSES.get(style[0], style[0]), html)


def valid_page(html: str) -> str:
    """The HTML of a whole page, menu and all.

    Material forbids Firefox to keep its menu and its search open over a reload. HTML lets a form forbid that, not a checkbox.
    """
    html = TOGGLE.sub(r'\1form="__toggles"', html)
    return re.sub(r"<body[^>]*>", rf"\g<0>{FORM}", html, count=1)
