"""What is done to a page once the templates have made it: one set of assets for all languages, links that say where they lead; what it may load and run."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from functools import partial
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

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
# What was meant for the build; and what may show it: code, and what nobody sees.
RAW = re.compile(r"\{\{|:::|⟦|\[\^|--8<--|\{ ?\.[a-z][^{}\n]*\}")
CODE = re.compile(r"<!--.*?-->|<(pre|code|samp|math|script|style|template)\b.*?</\1>", re.DOTALL)  # fmt: skip
NOT_SEEN = re.compile(r"<!--.*?-->|<script\b[^>]*>.*?</script>", re.DOTALL)
TAG, ID = re.compile(r"<[a-z][^<>]*>"), re.compile(r' id="([^"]*)"')
TARGET = re.compile(r' (?:href|src)="([^"]*)"')
# The same in the copies; a mark of a note is right there.
CODE_OF_COPY = re.compile(
    r"(?ms)^[ >]*(?:[-*+] |\d+\. )*(?P<f>`{3,}|~{3,}).*?^[ >]*(?P=f)`*$|(?P<t>`+)(?!`).+?(?<!`)(?P=t)(?!`)"
    r"|\$\$.*?\$\$|(?<![\\$])\$(?=\S).+?(?<![\s\\])\$|<!--.*?-->|\[\^"
)
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
    html = BLANK.sub(
        lambda found: found["kept"] or "\n",
        LINK.sub(partial(finish_link, address), html),
    )
    # A reader who switches the language loads a page, not a theme.
    return html.replace(f'="{own}assets/', f'="{shared}assets/')


def finish_link(own: str, link: re.Match[str]) -> str:
    """The tag of a link, with the attributes that its target asks for.

    Args:
        own: the address of the site, "" where it has none; what begins with it is no other site.
        link: as LINK finds it.
    """
    href, rest = link["href"], link["before"] + link["after"]
    if OTHER_SITE.match(href):
        if " rel=" in rest or (own and href.startswith(own)):
            return link[0]
        # noopener: whatever opens the link in a window of its own, that window has no hold on this one
        return link[0][:-1] + ' rel="external noopener">'
    kind = TYPES.get(PurePosixPath(urlsplit(href).path).suffix)
    if not kind or " download" in rest or " type=" in rest:
        return link[0]
    return f'{link[0][:-1]} download type="{kind}">'


def look_at(tags: list[str], url: str, path: str, place: Place) -> dict[str, list[str]]:
    """Looks whether a finished page leads nowhere in itself, or has an id twice.

    Args:
        tags: those of the page, as TAG finds them in what NOT_SEEN leaves.
        url: its address in its language.
        path: where the language lies in the site, "" for the root.
        place: its file.

    Returns:
        Its "ids", what it links to with an anchor on another page ("leads"), and what files it "uses".

    Raises:
        SourceError: it does.
    """
    elements = "".join(tags)
    ids = [unescape(one) for one in ID.findall(elements)]
    if len(known := set(ids)) < len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        place.fail(f"the id '{twice}' stands twice on the page.", "rename one of them.")
    here, leads, uses = posixpath.join("/", path, url), set(), set()
    for target in map(unescape, TARGET.findall(elements)):
        where, _, anchor = target.partition("#")
        if re.match("[a-z][a-z+.-]*:|//", where):
            continue
        address = posixpath.normpath(posixpath.join(here, unquote(where.partition("?")[0])))  # fmt: skip
        if not where or address == posixpath.normpath(here):
            if anchor and unquote(anchor) not in known:
                place.fail(f"'#{anchor}' leads to no anchor of the page.", "name one that is there.")  # fmt: skip
        elif anchor:
            leads.add(f"{address.strip('/')}#{unquote(anchor)}")
        elif PurePosixPath(address).suffix:
            uses.add(address.strip("/"))
    return {"ids": sorted(known), "leads": sorted(leads), "uses": sorted(uses)}


def refuse_raw(text: str, code: re.Pattern[str], place: Place) -> None:
    """Raises SourceError where a text, in which RAW has found something, shows it outside of what `code` finds and what quotes that.

    Of a page, its head and its article count.
    """
    told, _, body = text.partition("</head>")
    if body:
        text = told + body[body.find("<article") : body.rfind("</article>")]
    shown = [unescape(re.sub("<[^>]*>", "", one[0])).strip(" `") for one in code.finditer(text) if RAW.search(one[0])]  # fmt: skip
    rest = unescape(code.sub("", text))
    for one in sorted(set(shown), key=len, reverse=True):
        rest = rest.replace(one, "")  # a title, a contents
    if found := RAW.search(rest):
        near = " ".join(rest[max(0, found.start() - 20) : found.end() + 20].split())
        place.fail(
            f"the finished page shows '{found[0]}' (…{near}…).",
            "mend it there, or set it as code.",
        )


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
