"""`::: glossary`: every term with its definition, and what it is called in the other languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from runner import Place

from ..data import Term
from ..tree import replace_texts
from . import Call

# Where no term is linked: code, links, headings, figures, formulas, notes, and what is hidden.
CLOSED = {"a", "code", "dl", "pre", "samp", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "sup", "summary", "thead", "button", "label", "footnote"}  # fmt: skip


def write(call: Call) -> Element:
    """A list of definitions, each with the anchor that pages link to."""
    listed = Element("dl")
    for term in call.edition.glossary.terms:
        name, definition = SubElement(listed, "dt"), SubElement(listed, "dd")
        SubElement(name, "span", {"id": term.id, "data-names": ", ".join(term.also)})
        said = SubElement(name, "strong")
        said.text, said.tail = term.term, f" · {term.other}"
        definition.text = call.reading.numbered(term.definition, term.place)
    return listed


class Glossary:
    """The glossary of one language.

    Args:
        terms: all of them.
        plain: makes plain text of a definition.
        words: `extra.words` of the language; `collation` names the encoding whose order is that of its dictionaries,
            `gloss` is how a text adds the term of the first language, as in "词元（token）".
    """

    def __init__(
        self,
        terms: list[Term],
        plain: Callable[[str, Place], str],
        words: Mapping[str, str],
    ) -> None:
        order = words["collation"]
        self.terms = sorted(
            terms, key=lambda t: t.term.casefold().encode(order, "replace")
        )
        self.gloss = words["gloss"]
        self.by_form = {f.lower(): t for t in terms for f in (t.term, *t.also)}
        self.titles = {term.id: plain(term.definition, term.place) for term in terms}
        # A single character of a script without blanks is part of too many other words.
        forms = sorted((f for f in self.by_form if len(f) > 1), key=len, reverse=True)
        # Words that blanks divide end where their letters end; others have no such end.
        either = "|".join(
            rf"(?<![\w-]){f}(?![\w-])" if f.isascii() else f
            for f in map(re.escape, forms)
        )
        self.pattern = re.compile(either or r"(?!)", re.IGNORECASE)

    def link(self, root: Element, page: str) -> None:
        """Links the first occurrence of each term in a page to its definition, and adds what the first language calls it.

        Args:
            root: the page's elements.
            page: the glossary's page, as a link from this one.
        """
        linked: set[str] = set()
        whole = "".join(root.itertext()).casefold()
        unsaid = {
            term.id: term.original
            for term in self.terms
            if term.original and not self._explained(term, whole)
        }

        def links(text: str, _: str) -> Iterator[str | Element]:
            position = 0
            for match in self.pattern.finditer(text):
                term = self.by_form[match[0].lower()]
                if term.id not in linked:
                    linked.add(term.id)
                    yield text[position : match.start()]
                    link = {"class": "term", "href": f"{page}#{term.id}"}
                    element = Element("a", {**link, "title": self.titles[term.id]})
                    element.text = match[0]
                    yield element
                    position = match.end()
                    if term.id in unsaid:
                        gloss = Element("span", {"class": "gloss"})
                        gloss.text = self.gloss.format(term=unsaid[term.id])
                        yield gloss
            yield text[position:]

        replace_texts(root, links, CLOSED)

    def _explained(self, term: Term, text: str) -> bool:
        """Whether a text in small letters has the term of the first language, or says something in brackets behind its own."""
        said = [f"{form}{self.gloss[:1]}" for form in (term.term, *term.also)]
        return any(one.casefold() in text for one in (term.original, *said))
