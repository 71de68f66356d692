"""What a page tells machines about itself: for search engines, for link previews, and as a BibTeX entry."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner import SourceError

QUESTION = re.compile(
    r'<h2 id="[^"]*">(?P<question>.*?)</h2>\s*<p[^>]*>(?P<answer>.*?)</p>', re.DOTALL
)
# What a plain text leaves out: the sign behind a heading, the marks of footnotes.
DROPPED = re.compile(
    r'<a class="headerlink".*?</a>|\s*<sup id="fnref.*?</sup>|<sup>, </sup>', re.DOTALL
)
TAG = re.compile(r"<[^>]+>")
YEAR = re.compile(r"^Copyright \(c\) (?:\d{4}-)?(\d{4}) ", re.MULTILINE)
# As LICENSE says.
TEXT_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CODE_LICENCE = "https://opensource.org/license/mit"
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}


@dataclass(frozen=True)
class Edition:
    """What the citations of all pages share."""

    project: str
    version: str
    year: str


def read_edition(root: Path) -> Edition:
    """Name and version from pyproject.toml, the year from the copyright in LICENSE.

    Raises:
        SourceError: LICENSE tells no year.
    """
    with (root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    year = YEAR.search((root / "LICENSE").read_text(encoding="utf-8"))
    if not year:
        raise SourceError(
            "LICENSE",
            None,
            "no line tells the year of the copyright.",
            "write 'Copyright (c) 2026 the maintainers of this site'.",
        )
    return Edition(project["name"], project["version"], year[1])


@dataclass(frozen=True)
class About:
    """A page, or for the home page the whole site, as machines meet it.

    Args:
        kind: Schema.org's name for what it is.
        title: without that of the site.
        description: one sentence.
        language: as in `theme.language`.
        folder: where this language stands in the site, "" for the first one.
        site: the title of the site in this language.
        path: the page's address below the folder of its language, "" for the home page.
        homes: the address of each language's home page; none where the site has no address.
        picture: of a link preview, an address; "" where there is none.
        alt: what that picture shows.
        questions: what `faq_questions` found in it.
    """

    kind: str
    title: str
    description: str
    language: str
    folder: str
    site: str
    path: str
    homes: Mapping[str, str]
    picture: str
    alt: str
    questions: list[dict[str, Any]]

    @property
    def urls(self) -> dict[str, str]:
        """This page in each language."""
        return {language: home + self.path for language, home in self.homes.items()}

    @property
    def url(self) -> str:
        return self.urls.get(self.language, "")

    @property
    def data(self) -> dict[str, Any]:
        """The page in the words of Schema.org, without what is not known."""
        licence = CODE_LICENCE if self.kind == "SoftwareSourceCode" else TEXT_LICENCE
        whole = {"@type": "WebSite", "name": self.site}
        if self.homes:
            whole["url"] = self.homes[self.language]
        data = {
            "@context": "https://schema.org",
            "@type": self.kind,
            "@id": self.url,
            "url": self.url,
            "name": self.title,
            "description": self.description,
            "inLanguage": self.language,
            "license": licence,
            "image": self.picture,
            "mainEntity": self.questions,
            **self._translations(),
        }
        if self.kind == "TechArticle":
            data["headline"] = data.pop("name")
        if self.kind == "SoftwareSourceCode":
            data["programmingLanguage"] = "Python"
        if self.path:
            data["isPartOf"] = whole
        return {name: value for name, value in data.items() if value}

    def _translations(self) -> dict[str, Any]:
        """The first language is the original, the others are its translations."""
        others = [
            {"@id": url, "inLanguage": language}
            for language, url in self.urls.items()
            if language != self.language
        ]
        if self.folder:
            return {"translationOfWork": others[:1]}
        return {"workTranslation": others}

    def bibtex(self, edition: Edition, words: Mapping[str, str]) -> str:
        """The page as a BibTeX entry; the site has no other authors than its maintainers."""
        parts = [edition.project, self.folder, *self.path.split("/")]
        key = "-".join(filter(None, parts))
        title, site = _latex(self.title), _latex(self.site)
        fields = {
            "author": f"{{{words['maintainers'].format(site=site)}}}",
            "title": f"{{{title}}}",  # twice in braces: styles leave its capitals alone
            "howpublished": site if self.path else "",
            "year": edition.year,
            "url": self.url,
            "language": words["babel"],
            "note": words["edition"].format(version=edition.version),
        }
        lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
        return ",\n".join([f"@misc{{{key}", *lines]) + "\n}"


def plain_text(content: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(html.unescape(TAG.sub("", DROPPED.sub("", content))).split())


def faq_questions(content: str) -> list[dict[str, Any]]:
    """The questions of Schema.org's FAQPage, for a page whose headings are questions.

    The answer is the first paragraph below each: the page is written so that it stands alone.
    """
    return [
        {
            "@type": "Question",
            "name": plain_text(match["question"]),
            "acceptedAnswer": {
                "@type": "Answer",
                "text": plain_text(match["answer"]),
            },
        }
        for match in QUESTION.finditer(content)
    ]


def _latex(text: str) -> str:
    """`text` with the signs that LaTeX would take for its own."""
    return "".join(LATEX.get(sign, sign) for sign in text)
