"""What a page tells machines about itself: for search engines, for link previews, and as a BibTeX entry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from runner import Place, read_text

YEAR = re.compile(r"^Copyright \(c\) (?:\d{4}-)?(\d{4}) ", re.MULTILINE)
FEED = "changes.xml"
TITLE = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
# What a plain text leaves out: the sign behind a heading, the marks of footnotes and what stands between them.
DROPPED = re.compile(
    r'\s*(?:<a class="headerlink".*?</a>|<sup id="fnref.*?</sup>(?:<sup>.*?</sup>(?=<sup id="fnref))?)',
    re.DOTALL,
)
# A heading with the paragraph below it.
QUESTION = re.compile(
    r"<h2 id=[^>]*>((?:(?!</h2>).)*)</h2>\s*<p\b[^>]*>(.*?)</p>", re.DOTALL
)
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


def read_citation(root: Path) -> dict[str, str]:
    """What the BibTeX entries of all pages share: name and version from pyproject.toml, the year from LICENSE.

    Raises:
        SourceError: one of them does not tell it.
    """
    name = "pyproject.toml"
    try:
        project = tomllib.loads(read_text(root / name, name)).get("project", {})
    except tomllib.TOMLDecodeError as error:
        Place(name).fail(f"this is not TOML: {error}.", "mend it there.")
    if not {"name", "version"} <= {*project}:
        Place(name).fail("it tells no version.", "write 'name' and 'version' below '[project]'.")  # fmt: skip
    year = YEAR.search(read_text(root / "LICENSE", "LICENSE"))
    if not year:
        Place("LICENSE").fail(
            "no line tells the year of the copyright.",
            "write 'Copyright (c) 2026 the maintainers of this site'.",
        )
    return {"name": project["name"], "version": project["version"], "year": year[1]}


@dataclass(frozen=True)
class About:
    """A page, or for the home page the whole site, as machines meet it."""

    kind: str  # Schema.org's name for what it is
    title: str  # without that of the site
    description: str  # one sentence
    language: str
    folder: str  # where its language stands, "" for the first, of which the others are translations
    site: str  # the title of the site in this language
    path: str  # its address below that folder, "" for the home page
    urls: Mapping[str, str]  # in each language; none where the site has no address
    picture: str  # of a link preview, an address; "" where there is none
    alt: str  # what that picture shows
    questions: list[dict[str, Any]]  # what `faq_questions` found

    @property
    def url(self) -> str:
        return self.urls.get(self.language, "")

    @property
    def data(self) -> dict[str, Any]:
        """The page in the words of Schema.org, without what is not known. The licences are those of LICENSE."""
        code = self.kind == "SoftwareSourceCode"
        others = [
            {"@id": url, "inLanguage": language}
            for language, url in self.urls.items()
            if language != self.language
        ]
        home = {"url": self.url.removesuffix(self.path)} if self.url else {}
        data = {
            "@context": "https://schema.org",
            "@type": self.kind,
            "@id": self.url,
            "url": self.url,
            "headline" if self.kind == "TechArticle" else "name": self.title,
            "description": self.description,
            "inLanguage": self.language,
            "license": "https://opensource.org/license/mit"
            if code
            else "https://creativecommons.org/licenses/by/4.0/",
            "image": self.picture,
            "mainEntity": self.questions,
            "translationOfWork": others[:1] if self.folder else [],
            "workTranslation": [] if self.folder else others,
            "programmingLanguage": "Python" if code else "",
            "isPartOf": {"@type": "WebSite", "name": self.site, **home}
            if self.path
            else {},
        }
        return {name: value for name, value in data.items() if value}

    def bibtex(self, shared: Mapping[str, str], words: Mapping[str, str]) -> str:
        """The page as a BibTeX entry; the site has no other authors than its maintainers."""
        signs = str.maketrans(LATEX)
        title, site = self.title.translate(signs), self.site.translate(signs)
        fields = {
            "author": f"{{{words['maintainers'].format(site=site)}}}",
            "title": f"{{{title}}}",  # twice in braces: styles leave its capitals alone
            "howpublished": site if self.path else "",
            "year": shared["year"],
            "url": self.url,
            "language": words["babel"],
            "note": words["edition"].format(version=shared["version"]),
        }
        key = "-".join([shared["name"], *PurePosixPath(self.folder, self.path).parts])
        lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
        return ",\n".join([f"@misc{{{key}", *lines]) + "\n}"


def written(day: str, words: Mapping[str, str]) -> str:
    """A day, YYYY-MM-DD, as a language writes it."""
    year, month, date = map(int, day.split("-"))
    return words["date"].format(day=date, month=words["months"].split()[month - 1], year=year)  # fmt: skip


def changes_of(html: str, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """The changes that a finished page tells of below its heading `changes`: day and text of each paragraph that opens with a day."""
    section = html.partition('<h2 id="changes"')[2].partition("<h2")[0]
    form = words["date"].format(day="(?P<d>[0-9]+)", month=r"(?P<m>\w+)", year="(?P<y>[0-9]{4})")  # fmt: skip
    months, found = words["months"].split(), []
    for paragraph in re.findall(r"<p>(.*?)</p>", section, re.DOTALL):
        text = plain_text(paragraph)
        if (day := re.match(form, text)) and day["m"] in months:
            when = f"{day['y']}-{months.index(day['m']) + 1:02}-{int(day['d']):02}"
            found.append(
                (when, text[day.end() + 1 :].strip())
            )  # after a stop or a colon
    return found


def feed_of(pages: Mapping[str, str], name: str, config: Any) -> bytes:
    """What the pages of a language say has changed, the latest first, as an Atom feed (RFC 4287).

    Args:
        pages: the HTML of each, by its address in the language.
        name: of the project, for ids that hold wherever the site is published.
        config: of the language: its name, its address, its words.
    """
    words, language = config.extra["words"], config.theme["language"]
    address, who = config.site_url or "", words["maintainers"]
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": language})  # fmt: skip

    def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
        child = SubElement(parent, tag, attributes)
        child.text = text
        return child

    def begin(parent: Element, title: str, path: str, key: str, day: str) -> None:
        add(parent, "title", title)
        add(parent, "id", uuid5(NAMESPACE_URL, f"{name} {language} {key}").urn)
        add(parent, "updated", f"{day}T00:00:00Z")
        add(parent, "link", href=(address + path) or "./")

    told = [
        (day, path, text, number)
        for path, html in pages.items()
        for number, (day, text) in enumerate(reversed(changes_of(html, words)))
    ]
    told.sort(key=lambda one: one[0], reverse=True)
    latest = told[0][0] if told else "1970-01-01"  # there is no feed without a day
    begin(feed, f"{config.site_name}{words['colon']}{words['feed']}", "", "", latest)
    if address:
        add(feed, "link", rel="self", href=address + FEED)
    add(add(feed, "author"), "name", who.format(site=config.site_name))
    for day, path, text, number in told:
        title = TITLE.search(pages[path])
        entry = add(feed, "entry")
        begin(entry, plain_text(title[1] if title else path), f"{path}#changes", f"{path} {number}", day)  # fmt: skip
        add(entry, "content", text, type="text")
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def plain_text(content: str) -> str:
    """The words of a piece of Python-Markdown's HTML, which has no '>' in a tag but its end."""
    words = re.sub("<[^>]*>", "", DROPPED.sub("", content))
    return " ".join(unescape(words).split())


def faq_questions(content: str) -> list[dict[str, Any]]:
    """The questions of Schema.org's FAQPage in the HTML of a page whose headings are questions.

    The answer is the first paragraph below each: the page is written so that it stands alone.
    """
    return [
        {
            "@type": "Question",
            "name": plain_text(question),
            "acceptedAnswer": {"@type": "Answer", "text": plain_text(answer)},
        }
        for question, answer in QUESTION.findall(content)
    ]
