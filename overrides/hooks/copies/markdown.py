"""Every page once more as plain Markdown, for those who read without a browser: `mathematics/` is `mathematics.md`, too.

A copy has the path that its chapter has below docs/<language>, so that links between chapters hold as they are. It is made
from the text that Markdown is about to convert: values, corrections and citations are in their places by then. `llms.txt`
lists the copies (https://llmstxt.org), `llms-full.txt` holds them all.
"""

from __future__ import annotations

import json
import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chapters.reader import FENCE, GOOD_INCLUDE, Embed, blocks, end_of_fence
from drawing import svg
from drawing.output import fenced, provenance_text
from rebuilds import remember_content
from runner import Record, Snippet

# A token that stands for an embed, and the caption below it.
EMBED = re.compile(
    r"^(?P<indent> *)⟦embed:(?P<number>\d+)⟧ *$"
    r"(?:\n\n(?P<caption>(?: *\S.*\n)+?) *\{ \.caption \} *$)?",
    re.MULTILINE,
)
HEADING = re.compile(r"^( *#+ .*?) *\{ *(#[\w-]+)[^}\n]*\} *$", re.MULTILINE)
KIND = re.compile(r"\n *\{ *\.(judgement|forecast) *\} *$", re.MULTILINE)
ATTRIBUTES = re.compile(r"\s*\{ ?\.[a-z][\w-]* ?\}")
WRAPPER = re.compile(
    r"^ *(?:<div[^>\n]*\bmarkdown\b[^>\n]*>|</div>) *\n?", re.MULTILINE
)
TERM = re.compile(r'^<span id="[^"]*"></span>(.*)\n: +(.*)$', re.MULTILINE)
POWER = re.compile(r"<sup>([−\d]+)</sup>")
SUPERSCRIPT = str.maketrans("−0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
BOX = re.compile(r'^(?P<indent> *)(?:!!!|\?\?\?\+?) +[\w -]*?(?:"(?P<title>.*)")? *$')
PLOT = re.compile(r'<svg class="plot".*?</svg>', re.DOTALL)


@dataclass(frozen=True)
class Original:
    """A page of one language, as it is before it is converted."""

    uri: str  # its path below the folder of its language
    url: str  # its address below that of its language
    title: str
    description: str
    section: str  # of the list of all pages
    markdown: str  # with tokens for the embeds
    embeds: Sequence[Embed]
    figures: Sequence[str]  # the SVG of each figure, in the order of the page

    def figure(self, embed: Embed) -> str:
        """Where a figure of this page lies as a file of its own."""
        return posixpath.normpath(f"{self.url}{embed.id}.svg")


@dataclass(frozen=True)
class Part:
    """A piece of a page, as plain Markdown, and the sections of snippets whose code or result it shows."""

    text: str
    kind: str = "text"  # or "code", "output", "figure"
    sections: Sequence[tuple[str, str]] = ()
    indent: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Site:
    """What all copies of one language share."""

    name: str
    description: str
    licence: str
    language: str
    url: str  # "" where it is not configured
    words: dict[str, str]
    records: Mapping[str, Record]
    modules: Mapping[str, Snippet]  # what programs share
    context: str  # a digest of all this


def plots(content: str) -> list[str]:
    """The figures in a page's HTML."""
    return PLOT.findall(content)


def figure_files(page: Original) -> dict[str, str]:
    """The figures of a page as files of their own: their text, by their place below the folder of the language."""
    figures = [embed for embed in page.embeds if embed.kind == "figure"]
    return {
        page.figure(embed): svg.standalone(figure)
        for embed, figure in zip(figures, page.figures, strict=True)
    }


# A page


def copy_of(page: Original, site: Site) -> str:
    """The Markdown copy of a page, from an earlier build where nothing has changed."""
    key = f"copy\n{site.context}\n{page}"
    return remember_content(key, lambda: _copy(page, site))


def _copy(page: Original, site: Site) -> str:
    """The text of a page, with the facts about it in front."""
    facts = {
        "title": page.title,
        "description": page.description,
        "language": site.language,
        "address": site.url and site.url + page.url.removeprefix("./"),
        "licence": site.licence,
    }
    front = "".join(
        f"{name}: {json.dumps(fact, ensure_ascii=False)}\n"
        for name, fact in facts.items()
        if fact
    )
    text = quoted("\n".join(part.text for part in parts(page, site)))
    return f"---\n{front}---\n\n{text.strip()}\n"


def parts(page: Original, site: Site) -> Iterator[Part]:
    """The pieces of a page, in their order; joined by line breaks they are its copy."""
    for kind, _, block in blocks(page.markdown.split("\n")):
        if kind == "fence":
            yield _fence(block, site)
            continue
        text, position = "\n".join(block), 0
        for token in EMBED.finditer(text):
            yield Part(plain(text[position : token.start()], site.words))
            caption = plain(textwrap.dedent(token["caption"] or ""), site.words)
            embed = page.embeds[int(token["number"])]
            yield _embed(embed, token["indent"], caption.strip(), page, site)
            position = token.end()
        yield Part(plain(text[position:], site.words))


def plain(text: str, words: Mapping[str, str]) -> str:
    """Prose without what only this site's converter understands."""
    text = HEADING.sub(r"\1 {\2}", text)
    text = KIND.sub(lambda match: f"\n*{words[match[1]]}*", text)
    text = ATTRIBUTES.sub("", text)
    text = WRAPPER.sub("", text)
    text = TERM.sub(rf"- \1{words['colon']}\2", text)
    return POWER.sub(lambda match: match[1].translate(SUPERSCRIPT), text)


def quoted(text: str) -> str:
    """Boxes and folded answers as quotes, with their titles in bold; one empty line where there are several."""
    lines, here = text.split("\n"), 0
    result: list[str] = []
    while here < len(lines):
        box = BOX.match(lines[here])
        if FENCE.match(lines[here]):
            end = end_of_fence(lines, here)
            result += lines[here:end]
        elif box:
            indent = box["indent"] + "    "
            end = _end_of_box(lines, here, indent)
            body = [line.removeprefix(indent) for line in lines[here + 1 : end]]
            title = [f"**{box['title']}**", ""] if box["title"] else []
            for line in quoted("\n".join(title + body)).strip("\n").split("\n"):
                result.append(f"{box['indent']}> {line}".rstrip())
            result.append("")
        else:
            end = here + 1
            if lines[here].strip() or (result and result[-1].strip()):
                result.append(lines[here].rstrip())
        here = end
    return "\n".join(result)


def _end_of_box(lines: list[str], start: int, indent: str) -> int:
    end = start + 1
    while end < len(lines) and (
        not lines[end].strip() or lines[end].startswith(indent)
    ):
        end += 1
    return end


def _fence(block: list[str], site: Site) -> Part:
    """A fence with the code that it includes."""
    lines: list[str] = []
    sections: list[tuple[str, str]] = []
    for line in block:
        include = GOOD_INCLUDE.match(line)
        if not include:
            lines.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        name, section = include["snippet"], include["section"] or ""
        code = _code(name, section, site)
        lines += textwrap.indent(code, indent).split("\n")
        sections.append((name, section if name in site.records else ""))
    indent = block[0][: len(block[0]) - len(block[0].lstrip())]
    if len(sections) < len(block) - 2 or not all(name for _, name in sections):
        return Part("\n".join(lines))  # not only sections: no cell of a notebook
    return Part("\n".join(lines), "code", sections, indent)


def _code(name: str, section: str, site: Site) -> str:
    """The code of a section of a program or a module, or all of it."""
    if section and name in site.modules:
        return site.modules[name].code(section)
    if section:
        return str(site.records[name].cell(section)["source"])
    if name in site.modules:
        text = site.modules[name].text
    else:
        text = site.records[name].files[f"{name}.py"].decode("utf-8-sig")
    return "\n".join(line for line in text.split("\n") if "--8<--" not in line)


def _embed(embed: Embed, indent: str, caption: str, page: Original, site: Site) -> Part:
    if embed.kind == "diagram":
        text = fenced(embed.options["source"], "mermaid")
        return Part(textwrap.indent(text, indent) + "\n")
    record = site.records[embed.snippet]
    folder = posixpath.dirname(page.uri) or "."
    run = posixpath.relpath(f"notebooks/{record.name}.md#{embed.section}", folder)
    lines = [provenance_text(record, site.words, run)]
    if embed.kind == "figure":
        lines = [_image(embed, page), caption, *lines]
    else:
        # Of a run to step through: what its drawing says, and what its program printed.
        said = " ".join(embed.options.get("alt", "").split())
        lines = [said, fenced(record.text(embed.section), "text"), *lines]
    text = textwrap.indent("\n\n".join(filter(None, lines)), indent)
    section = [(embed.snippet, embed.section)]
    return Part(text + "\n", embed.kind, section, indent, caption)


def _image(embed: Embed, page: Original) -> str:
    alt = re.sub(r"([\[\]])", r"\\\1", " ".join(embed.options["alt"].split()))
    link = posixpath.relpath(page.figure(embed), posixpath.dirname(page.uri) or ".")
    return f"![{alt}]({link})"


# The lists of copies


def index_of(
    pages: Sequence[Original], site: Site, languages: Mapping[str, str]
) -> str:
    """The language's llms.txt.

    Args:
        pages: all pages, in the order of the navigation.
        site: what they share.
        languages: the other languages' names, and where their lists are.
    """
    lines = [f"# {site.name}", f"> {site.description}"]
    sections: dict[str, list[str]] = {}
    for page in pages:
        item = f"- [{page.title}]({site.url}{page.uri}): {page.description}"
        sections.setdefault(page.section, []).append(item)
    sections[site.words["languages"]] = [
        f"- [{name}]({link})" for name, link in languages.items()
    ]
    for title, items in sections.items():
        lines += [f"## {title}", "\n".join(items)]
    return "\n\n".join(lines) + "\n"
