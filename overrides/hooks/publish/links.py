"""Links that leave the site, and links to files, say so."""

from __future__ import annotations

import re

LINK = re.compile(r'<a\b(?P<before>[^>]*?)\shref="(?P<href>[^"]*)"(?P<after>[^>]*)>')
OTHER_SITE = re.compile(r"(https?:)?//")
# What a reader takes away, by the name's end: a browser would show some of these as text.
TYPES = {
    ".bib": "application/x-bibtex",
    ".csv": "text/csv",
    ".epub": "application/epub+zip",
    ".ipynb": "application/x-ipynb+json",
    ".txt": "text/plain",
    ".zip": "application/zip",
}


def finish_links(page: str, own: str) -> str:
    """A page's HTML, each link with the attributes that its target asks for.

    Args:
        page: the HTML.
        own: the address of the site, "" where it has none; what begins with it is no other site.
    """

    def finish(match: re.Match[str]) -> str:
        href, rest = match["href"], match["before"] + match["after"]
        if OTHER_SITE.match(href):
            if " rel=" in rest or (own and href.startswith(own)):
                return match[0]
            # noopener: whatever opens the link in a window of its own, that window has no hold on this one
            return match[0][:-1] + ' rel="external noopener">'
        file = href.partition("#")[0].partition("?")[0]
        kind = next((kind for end, kind in TYPES.items() if file.endswith(end)), None)
        if not kind or " download" in rest or " type=" in rest:
            return match[0]
        return f'{match[0][:-1]} download type="{kind}">'

    return LINK.sub(finish, page)
