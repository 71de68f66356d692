"""What is done to a page once the templates have made it: one set of assets for all languages, links that say where they lead; what it may load and run."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from runner import Place, read_text

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
# Lines' ends and what they are indented by, outside of what is shown or read as it stands.
BLANK = re.compile(r"(?P<kept><!--.*?-->|<(pre|script)\b.*?</\2>)|\s*\n\s*", re.DOTALL)
# A script that stands in a page and runs.
INLINE = re.compile(r"<script(?![^>]* (?:src|type)=)[^>]*>(.*?)</script>", re.DOTALL)
RULES = {
    "default-src": "'none'",
    "script-src": "'self'",  # and the digests of the templates' own inline scripts
    "connect-src": "'self'",  # the page of an address that is none
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",  # the icons in the style sheet
    "form-action": "'self'",
    "base-uri": "'none'",
}


def finished_page(html: str, url: str | None, path: str, address: str) -> str:
    """A page as it is published.

    Args:
        html: what the template made, with assets below the root of its own language.
        url: the page's address in its language, or None for 404.html, whose links start from the host's root.
        path: where the language lies in the site, "" for the root.
        address: of the site, "" where it has none.
    """
    if url is None:
        shared = urlsplit(address or "/").path
        own = posixpath.join(shared, path, "")
    else:
        own = "../" * len(PurePosixPath(url).parts)
        shared = own + "../" * len(PurePosixPath(path).parts)
    html = BLANK.sub(lambda found: found["kept"] or "\n", finish_links(html, address))
    # A reader who switches the language loads a page, not a theme.
    return html.replace(f'="{own}assets/', f'="{shared}assets/')


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
        kind = TYPES.get(PurePosixPath(urlsplit(href).path).suffix)
        if not kind or " download" in rest or " type=" in rest:
            return match[0]
        return f'{match[0][:-1]} download type="{kind}">'

    return LINK.sub(finish, page)


def page_policy(templates: Path) -> str:
    """The Content-Security-Policy of every page; it stands in the head, since a static host sends no header.

    A browser runs an inline script only if its digest is in the policy. These are taken from the site's templates, not from
    pages: what a chapter, a run or another script brings into a page does not run.

    Args:
        templates: the folder of the site's templates.

    Raises:
        SourceError: a template writes into a script, which then has no digest that is known before.
    """
    digests = set()
    for path in sorted(templates.rglob("*.html")):
        text = read_text(path, str(path.relative_to(templates.parent)))
        for script in INLINE.finditer(text):
            if re.search(r"\{[{%#]", script[1]):
                line = text.count("\n", 0, script.start()) + 1
                Place(path.relative_to(templates.parent), line).fail(
                    "this script differs from page to page, so the policy cannot allow it.",
                    "have it read what differs from an attribute of its own tag, by document.currentScript.dataset.",
                )
            digests.add(digest(script[1].encode()))
    scripts = " ".join([RULES["script-src"], *sorted(digests)])
    rules = RULES | {"script-src": scripts}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def digest(script: bytes) -> str:
    """An inline script as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
