"""The references of docs/references.bib, as a language writes them.

How it writes them is in `extra.words`: `reference_article` is the template of an article, and so on. Each line of it is a
sentence, `{journal}` a field of the entry; `[…]` goes where one of its fields is missing, and `[…|…]` is the first part
that has all of its fields. What stands outside of brackets every entry of the kind needs. `note_chinese` takes the place
of `note` in the language that `extra.words.babel` names so.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import KeysView, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from pybtex.backends.plaintext import Backend
from pybtex.database import Entry, Person
from pybtex.database.input.bibtex import LowLevelParser, Parser
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text
from pybtex.style.names.plain import NameStyle
from runner import Place, keep, nearest, read_text, recalled

FIELD, GROUP = re.compile(r"\{(\w+)\}"), re.compile(r"\[([^\[\]]*)\]")
NEEDED = (("author", "editor", "organization"), ("year", "date", "note"))
# Kinds that are written as others are.
LIKE = {
    **{"conference": "inproceedings", "incollection": "inproceedings"},
    **{"inbook": "book", "manual": "proceedings", "report": "techreport"},
    **dict.fromkeys(["booklet", "dataset", "online", "patent", "software"], "misc"),
    "unpublished": "misc",
}
# What the text of each begins with, and its address.
LINKS = {
    "doi": ("doi:", "https://doi.org/"),
    "eprint": ("arXiv:", "https://arxiv.org/abs/"),
    "url": ("", ""),
}


@dataclass(frozen=True)
class Bibliography:
    """The references in one language: the line of each entry and its Markdown, by key."""

    entries: Mapping[str, tuple[int, str]]

    @classmethod
    def read(
        cls, path: Path, name: str, words: Mapping[str, str], cache: Path
    ) -> Bibliography:
        """Reads a BibTeX file, unless it was read before.

        Args:
            path: the file.
            name: what messages call it.
            words: `extra.words` of the language.
            cache: the folder that keeps what was read.

        Raises:
            SourceError: the file or an entry cannot be read, or an entry lacks what its kind needs.
        """
        text, rules = read_text(path, name), Path(__file__).read_text(encoding="utf-8")
        told = {word: said for word, said in words.items() if isinstance(said, str)}
        key, file = (
            json.dumps([rules, version("pybtex"), told]),
            f"{words['babel']}.json",
        )
        kept = json.loads(recalled(cache / file, key) or '{"text": null, "known": {}}')
        if kept["text"] != text:
            entries, known = _read_entries(text, name, words, kept["known"])
            kept = {"text": text, "entries": entries, "known": known}
            keep(cache / file, key, json.dumps(kept).encode())
        return cls({key: (line, said) for key, (line, said) in kept["entries"].items()})

    @property
    def keys(self) -> KeysView[str]:
        """The keys of all entries, in the order of the file."""
        return self.entries.keys()

    def line(self, key: str) -> int:
        """The line of the file on which an entry begins."""
        return self.entries[key][0]

    def reference(self, key: str) -> str:
        """The Markdown of one reference, on one line."""
        return self.entries[key][1]


def _read_entries(
    text: str, name: str, words: Mapping[str, str], known: Mapping[str, str]
) -> tuple[dict[str, tuple[int, str]], dict[str, str]]:
    """Line and Markdown of each entry, by key; and the Markdown by what is written of it, of which `known` is what was read before."""
    entries: dict[str, tuple[int, str]] = {}
    seen: set[str] = set()
    read, parser, macros = {}, Parser(), ""
    commands = LowLevelParser(text, macros=parser.macros)
    try:
        for kind, body in commands:
            start, end = commands.command_start, commands.pos
            line = text.count("\n", 0, start) + 1
            if kind.lower() in ("string", "preamble"):
                macros += text[start:end]
                continue
            written = macros + text[start:end]
            if body[0].lower() in seen:
                raise PybtexError(f"repeated bibliography entry: {body[0]}")
            seen.add(body[0].lower())
            if written not in known:
                parser.process_entry(kind, *body)
                entry = parser.data.entries[body[0]]
                read[written] = _reference(entry, words, Place(name, line))
            else:
                read[written] = known[written]
            entries[body[0]] = line, read[written]
    except (PybtexError, UnicodeError) as error:
        line = text.count("\n", 0, commands.command_start) + 1
        problem = f"the entry that begins here cannot be read: {error}."
        Place(name, line).fail(problem, "mend its braces, its commas or its text.")
    return entries, read


def _reference(entry: Entry, words: Mapping[str, str], place: Place) -> str:
    kind = LIKE.get(entry.type, entry.type)
    if not (form := words.get(f"reference_{kind}")):
        kinds = [*LIKE, *(w[10:] for w in words if w.startswith("reference_"))]
        place.fail(f"'{kind}' is no kind of entry.", nearest(kind, kinds, "kinds"))
    template = "\n".join((words["cited_by"], form, words["cited_links"]))
    fields = _fields(entry, template, words)

    def chosen(group: re.Match[str]) -> str:
        parts = group[1].split("|")
        return next((p for p in parts if fields.keys() >= {*FIELD.findall(p)}), "")

    while GROUP.search(template):
        template = GROUP.sub(chosen, template)
    for some in (*NEEDED, *([name] for name in FIELD.findall(template))):
        if not fields.keys() & some:
            remedy = f"give it {' or '.join(some)}."
            place.fail(f"'{entry.key}' has no {some[0]}.", remedy)
    text = ""
    for line in filter(None, template.split("\n")):
        text += line.removeprefix(words["cited_comma"]).format_map(fields)
        end = unicodedata.normalize("NFKC", text.rstrip("*")[-1:])
        done = end in (*".?!", words["cited_stop"].strip())
        text += " " if done else words["cited_stop"]
    return re.sub(r"^(\d*)([-+#.)])", r"\1\\\2", text.strip())  # begins no list


def _fields(entry: Entry, template: str, words: Mapping[str, str]) -> dict[str, str]:
    """What the template names, and what every entry needs, as Markdown."""
    given, own = dict(entry.fields.lower()), f"_{words['babel']}"
    given |= {n.removesuffix(own): text for n, text in given.items() if n.endswith(own)}
    given.setdefault("year", (re.match(r"\d{4}", given.get("date", "")) or [""])[0])
    pages = re.sub("-+", "–", given.pop("pages", ""))
    given["pages" if re.search("[–,]", pages) else "page"] = pages
    fields = {}
    for name in {*FIELD.findall(template), "year"} - LINKS.keys():
        if given.get(name):
            text = _read_latex(given[name])
            in_sentence = name == "title" and "*{title}*" not in template
            fields[name] = _markdown(text.capitalize() if in_sentence else text)
    for name, (label, base) in LINKS.items():
        value = given.get(name, "").replace("\\", "").removeprefix(base)
        target = f"]({quote(base + value, safe='%/:?#@!&=+,;~')})"
        if value and target not in "".join(fields.values()):
            fields[name] = f"[{_markdown(label + value)}{target}"
    return fields | {r: _names(p, words) for r, p in entry.persons.lower().items()}


@functools.cache  # every language and every rebuild reads the same
def _read_latex(text: str) -> Text:
    return Text.from_latex(text)


def _names(persons: list[Person], words: Mapping[str, str]) -> str:
    style, plain = NameStyle().format, Backend()
    *names, last = [_markdown(style(p).format().render(plain)) for p in persons]
    if last == "others":
        return words["cited_names"].join(names) + words["cited_others"]
    before = words["cited_two" if len(names) == 1 else "cited_last"]
    return before.join(filter(None, [words["cited_names"].join(names), last]))


def _markdown(text: Text | str) -> str:
    plain = str(text).replace("\\$", "$")
    if "\\" in plain:
        raise PybtexError(f"the LaTeX in '{plain}' is not known here")
    return re.sub(r"[`*_{}\[\]$]", r"\\\g<0>", escape(plain))
