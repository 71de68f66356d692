"""What a page tells machines about itself: for search engines, for link previews, and as a BibTeX entry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from runner import Place, read_text

YEAR = re.compile(r"^Copyright \(c\) (?:\d{4}-)?(\d{4}) ", re.MULTILINE)
# What a plain text leaves out: the sign behind a heading, the marks of footnotes and what stands between them.
DROPPED = 'a.headerlink, sup[id^="fnref"], sup[id^="fnref"] + sup'
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


def plain_text(content: str) -> str:
    """The words of a piece of HTML."""
    if not re.search("[<&]", content):
        return " ".join(content.split())
    from bs4 import BeautifulSoup  # most pages need none

    return _words(BeautifulSoup(f"<p>{content}</p>", "html.parser"))


def faq_questions(content: str) -> list[dict[str, Any]]:
    """The questions of Schema.org's FAQPage in the HTML of a page whose headings are questions.

    The answer is the first paragraph below each: the page is written so that it stands alone.
    """
    from bs4 import BeautifulSoup

    questions = BeautifulSoup(content, "html.parser").find_all("h2", id=True)
    answers = [question.find_next_sibling() for question in questions]
    return [
        {
            "@type": "Question",
            "name": _words(question),
            "acceptedAnswer": {"@type": "Answer", "text": _words(answer)},
        }
        for question, answer in zip(questions, answers, strict=True)
        if answer and answer.name == "p"
    ]


def _words(element: Any) -> str:
    for dropped in element.select(DROPPED):
        dropped.replace_with("\0")
    return " ".join(re.sub(r"\s*\0", "", element.get_text()).split())
