"""What is done to a page once the templates have made it: one set of assets for all languages, links that say where they lead, a policy."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from publish.search import with_patient_search

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
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
START = '<meta charset="utf-8">'
RULES = {
    "default-src": "'none'",
    "script-src": "'self'",  # and the hashes of the page's own inline scripts
    "worker-src": "'self'",  # the search
    "connect-src": "'self'",  # its index
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",  # the icons in the style sheet
    "form-action": "'self'",
    "base-uri": "'none'",
}


def finished_page(
    html: str, url: str | None, path: str, address: str, policed: bool
) -> str:
    """A page as it is published.

    Args:
        html: what the template made, with assets below the root of its own language.
        url: the page's address in its language, or None for 404.html, whose links start from the host's root.
        path: where the language lies in the site, "" for the root.
        address: of the site, "" where it has none.
        policed: whether it has a policy; the script of `serve` that reloads pages would break it.
    """
    if url is None:
        shared = urlsplit(address or "/").path
        own = posixpath.join(shared, path, "")
    else:
        own = "../" * len(PurePosixPath(url).parts)
        shared = own + "../" * len(PurePosixPath(path).parts)
    html = finish_links(html, address)
    # A reader who switches the language loads a page, not a theme.
    for before in ('="', '"search": "'):
        html = html.replace(f"{before}{own}assets/", f"{before}{shared}assets/")
    html = with_patient_search(html, path)
    return with_policy(html) if policed else html


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


def with_policy(page: str) -> str:
    """The HTML of a page with the policy that it obeys; in its head, since a static host sends no header.

    A browser runs an inline script only if its digest stands in the policy, so nothing that comes into the page later runs.
    """
    digests = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in INLINE.findall(page)
    }
    scripts = "".join(f" 'sha256-{digest}'" for digest in sorted(digests))
    rules = RULES | {"script-src": RULES["script-src"] + scripts}
    content = "; ".join(f"{name} {value}" for name, value in rules.items())
    policy = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    if page.count(START) != 1:
        raise ValueError(f"a page needs {START} once, to which its policy is added")
    return page.replace(START, START + policy)
