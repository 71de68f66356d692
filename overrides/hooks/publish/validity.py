"""What Python-Markdown, math-core and Material write, as HTML allows it and a Content-Security-Policy without inline styles."""

from __future__ import annotations

import re

TOGGLE = re.compile(r'(<input [^>]*type="checkbox" [^>]*)autocomplete="off"')
FORM = '<form id="__toggles" autocomplete="off"></form>'


def valid_page(html: str) -> str:
    """The HTML of a whole page, menu and all.

    Material forbids Firefox to keep its menu and its search open over a reload. HTML lets a form forbid that, not a checkbox.
    """
    html = TOGGLE.sub(r'\1form="__toggles"', html)
    return re.sub(r"<body[^>]*>", rf"\g<0>{FORM}", html, count=1)
