"""What a chapter writes comes out right wherever Markdown has text, stays as it is in code, and is refused elsewhere.

Each construct is looked at in all the forms in which somebody may read it: page, Markdown copy, notebook, search, llms.txt.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Comment
from conftest import Project
from markdown_it import MarkdownIt
from markdown_it.token import Token
from publish.search import TEXTS
from publish.search import TITLES as NAMED

VALUE, NUMBER = "{{ small:total | .2f }}", "−1.32"
CITED = "[@someone2020small]"
LANGUAGES = ("en", "zh")
DOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
# Nothing of this stands in the text of a finished page, nor in that of a copy.
RAW = re.compile(
    r"\{\{|\}\}|^\s*:::|⟦|\[@|\[\^|--8<--|\{ [.#]|\{\.|^\s*(?:===|!!!|\?\?\?) |[\ue000-\uf8ff]",
    re.MULTILINE,
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Forms:
    """A page, in each form in which somebody may read it; `language` is "en" or "zh"."""

    project: Project
    language: str
    name: str

    @property
    def folder(self) -> Path:
        site = self.project.folder / "site"
        return site if self.language == "en" else site / self.language

    @cached_property
    def page(self) -> Any:
        text = (self.folder / self.name / "index.html").read_text(encoding="utf-8")
        return BeautifulSoup(text, "html.parser")

    @cached_property
    def article(self) -> Any:
        """The text of the page, without what the theme adds below it."""
        article = self.page.article
        for more in article.select("details.cite, .take, a.headerlink"):
            more.decompose()
        return article

    @cached_property
    def copy(self) -> str:
        """The Markdown copy, without its front matter."""
        text = (self.folder / f"{self.name}.md").read_text(encoding="utf-8")
        return text.split("---\n", 2)[2]

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        path = self.folder / f"{self.name}.ipynb"
        return list(json.loads(path.read_text(encoding="utf-8"))["cells"])

    @cached_property
    def notebook(self) -> str:
        """The prose of the notebook."""
        texts = [c["source"] for c in self.cells if c["cell_type"] == "markdown"]
        return "\n\n".join(texts)

    @cached_property
    def search(self) -> str:
        """What the search reads of the page: titles, names and texts."""
        titles, texts = (
            json.loads((self.folder / name).read_text().partition(" = ")[2])
            for name in (NAMED, TEXTS)
        )
        here = titles["pages"].index(f"{self.name}/")
        found = zip(titles["places"], texts, strict=True)
        return "\n".join(f"{p[3]}\n{p[4]}\n{t}" for p, t in found if p[0] == here)


Make = Callable[[dict[str, str]], Project]


@pytest.fixture(scope="module")
def make(built: Project, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Builds the small project with these files written into it."""

    def make(files: dict[str, str]) -> Project:
        folder = tmp_path_factory.mktemp("markdown") / "project"
        shutil.copytree(built.folder, folder)
        project = Project(folder)
        for name, text in files.items():
            project.write(name, text)
        result = project.build()
        assert result.returncode == 0, result.stderr
        return project

    return make


def both(name: str, text: str) -> dict[str, str]:
    """The same chapter in each language."""
    files = {
        f"docs/{lang}/{name}.md": f"# X {{ #x }}\n\n{text}\n" for lang in LANGUAGES
    }
    dots = {f"docs/{lang}/dot.svg": DOT for lang in LANGUAGES if "dot.svg" in text}
    return files | dots


def tokens(text: str) -> list[Token]:
    """What an independent reader of CommonMark finds in a text, blocks and what is in them."""
    return [
        t for block in MARKDOWN.parse(text) for t in [block, *(block.children or [])]
    ]


def words(text: str) -> str:
    """The text of some Markdown, without code; a soft line break is one of the text."""
    kinds = {
        "softbreak": "\n",
        "hardbreak": "\n",
        "paragraph_close": "\n",
        "td_close": "\n",
    }
    return "".join(
        t.content if t.type == "text" else kinds.get(t.type, "") for t in tokens(text)
    )


def outside_code(soup: Any) -> str:
    """The text and the attributes of some HTML, without code and formulas."""
    soup = BeautifulSoup(str(soup), "html.parser")
    for code in soup.select("pre, code, math, script, style"):
        code.decompose()
    attributes = [str(v) for tag in soup.find_all(True) for v in tag.attrs.values()]
    return "\n".join([soup.get_text(), *attributes])


def section_of(text: str, heading: str) -> str:
    """What stands below a heading of some Markdown, up to the next one."""
    return text.partition(heading)[2].partition("\n#")[0]


# Values, wherever Markdown has text: each with the word that stands before it

LINKED = {
    "paragraph": "paragraph {}.",
    "strong": "**strong {}**, *emphasised*",
    "item": "- item {}\n- another",
    "numbered": "1. numbered {}",
    "nested": "- one\n\n    > nested {}",
    "quote": "> quote {}",
    "cell": "| a | b |\n| --- | --- |\n| cell {} | c |",
    "column": "| a | column {} |\n| --- | --- |\n| b | c |",
    "definition": "Term\n:   definition {}",
    "note": "Noted[^one].\n\n[^one]: note {}",
    "boxed": '!!! note "Box"\n\n    boxed {}',
    "hidden": '??? note "Box"\n\n    hidden {}',
    "tabbed": '=== "Tab"\n\n    tabbed {}',
    "wrapped": "<div markdown>\n\nwrapped {}\n\n</div>",
    "ticks": "A lone ` tick.\n\nticks {}\n\nOne more ` tick.",
    "dollars": "A $ sign, dollars {}, a $ sign.\n\nA lone $ sign.",
    "prices": "From US$3, prices {}, to US$4.",
    "two": "one {0}{0} two {0}",
}
PLAIN = {
    "heading": ("## heading {} {{ #heading }}", "h2#heading"),
    "title": ('!!! note "title {}"\n\n    Text.', ".admonition-title"),
    "folded": ('??? note "folded {}"\n\n    Text.', "summary"),
    "tab": ('=== "tab {}"\n\n    Text.', ".tabbed-labels label"),
    "link": ("[link {}](index.md)", 'a[href="../"]'),
    "bold-link": ("[**bold-link {}**](index.md)", 'a[href="../"]'),
    "reference": ("[reference {}][r]\n\n[r]: index.md#small", 'a[href="../#small"]'),
}
ATTRIBUTES = {
    "titled": ('[a](index.md "titled {}")', 'a[title="titled −1.32"]'),
    "image": ("![image {}](dot.svg)", 'img[alt="image −1.32"]'),
    "image-title": ('![b](dot.svg "image-title {}")', 'img[title="image-title −1.32"]'),
    "abbreviation": (
        "The SUM.\n\n*[SUM]: abbreviation {}",
        'abbr[title="abbreviation −1.32"]',
    ),
    "figure": (
        "::: figure picture:line\n    alt: figure {}\n    labels: {{epoch: 轮次}}",
        'svg.plot[aria-label="figure −1.32"]',
    ),
}
FORMULA = r"$a_{{ij}} = {{ small:total | .3f }}$ and $x[@1]$"


@pytest.fixture(scope="module")
def values(make: Make) -> Project:
    texts = [*LINKED.values(), *(t for t, _ in [*PLAIN.values(), *ATTRIBUTES.values()])]
    blocks = [text.format(VALUE) for text in texts] + [f"Formula {FORMULA}."]
    return make(both("values", "\n\nAnd now:\n\n".join(blocks)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", LINKED)
def test_a_value_leads_to_its_run(values: Project, word: str, language: str) -> None:
    forms = Forms(values, language, "values")
    runs = [run for run in forms.article.select("a.run") if run.get_text() == NUMBER]
    before = [str(run.previous_sibling or "").rstrip().split(" ")[-1] for run in runs]
    assert word in before
    assert all(run["href"].startswith("../notebooks/small/") for run in runs)
    assert re.search(rf"\b{word} \[{NUMBER}\]\(notebooks/small\.md", forms.copy)
    assert re.search(rf"\b{word} \[?{NUMBER}", forms.notebook)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", PLAIN)
def test_a_value_is_only_a_number_in_a_title_or_a_link(
    values: Project, word: str, language: str
) -> None:
    forms = Forms(values, language, "values")
    found = [
        element
        for element in forms.article.select(PLAIN[word][1])
        if f"{word} {NUMBER}" in element.get_text().replace(f"bold-{word}", "")
    ]
    assert len(found) == 1
    assert not found[0].select("a a, a.run"), "no link in a link"
    for text in (forms.copy, forms.notebook):
        assert f"{word} {NUMBER}" in words(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ATTRIBUTES)
def test_a_value_in_an_attribute(values: Project, word: str, language: str) -> None:
    forms = Forms(values, language, "values")
    assert forms.article.select(ATTRIBUTES[word][1])
    if word in {"image", "figure"}:
        assert f"![{word} {NUMBER}](" in forms.copy


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_in_a_formula(values: Project, language: str) -> None:
    """Braces and brackets of LaTeX are no values and no citations."""
    forms = Forms(values, language, "values")
    formula, other = forms.article("math")[-2:]
    assert re.fullmatch(r"aij=−1\.319", re.sub(r"\s", "", formula.get_text()))
    assert re.sub(r"\s", "", other.get_text()) == "x[@1]"
    for text in (forms.copy, forms.notebook):
        assert "$a_{{ij}} = -1.319$ and $x[@1]$" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_raw_is_left(values: Project, language: str) -> None:
    forms = Forms(values, language, "values")
    found = forms.search.replace("x[@1]", "")
    for code in sorted(forms.article("code"), key=lambda one: -len(one.get_text())):
        found = found.replace(" ".join(code.get_text().split()), "")
    for text in (outside_code(forms.page.body), found):
        assert not RAW.search(text), RAW.search(text)
    formulas = forms.notebook.replace("a_{{ij}}", "").replace("$x[@1]$", "")
    assert not RAW.search(words(formulas))
    contents = forms.page.select_one('.md-nav--secondary a[href="#heading"]')
    assert contents.get_text(strip=True) == f"heading {NUMBER}"


# Citations

CITING = {
    "paragraph": "paragraph {}.",
    "strong": "**strong {}**",
    "item": "- item {}",
    "quote": "> quote {}",
    "cell": "| a | b |\n| --- | --- |\n| cell {} | c |",
    "definition": "Term\n:   definition {}",
    "note": "Noted[^one].\n\n[^one]: note {}",
    "boxed": '!!! note "Box"\n\n    boxed {}',
    "tabbed": '=== "Tab"\n\n    tabbed {}',
    "ticks": "A lone ` tick.\n\nticks {}\n\nOne more ` tick.",
}


@pytest.fixture(scope="module")
def cited(make: Make) -> Project:
    blocks = [text.format(CITED) for text in CITING.values()]
    return make(both("cited", "\n\nAnd now:\n\n".join([*blocks, f"`{CITED}`"])))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", CITING)
def test_a_citation_leads_to_its_source(
    cited: Project, word: str, language: str
) -> None:
    forms = Forms(cited, language, "cited")
    marks = forms.article.select('a.footnote-ref[href="#fn:someone2020small"]')
    before = [
        str(mark.parent.previous_sibling).rstrip().split(" ")[-1] for mark in marks
    ]
    assert before.count(word) == 1
    source = forms.article.find(id="fn:someone2020small")
    assert "Someone" in source.get_text()
    assert re.search(rf"\b{word} ?\[\^someone2020small\]", forms.copy)
    assert re.search(rf"\b{word} ?\[\d\]", forms.notebook)


# Every directive in everything that can hold blocks

CONTENT = """Here is {{ small:total | .2f }} [@someone2020small].

::: output small:sum

::: figure picture:line
    alt: A line.
    caption: It *rises* to {{ small:total | .1f }}.
    labels: {epoch: 轮次}

::: contents

```mermaid
flowchart TB
accTitle: Two letters
accDescr: A leads to B
A --> B
```

```python
--8<-- "small.py:draw"
```"""
# What begins it, what its further lines begin with, and where it is in the page.
CONTAINERS = {
    "quote": ("> ", "> ", "blockquote"),
    "item": ("- ", "    ", "article > ul > li"),
    "numbered": ("1. ", "    ", "article > ol > li"),
    "inner": ("- An item\n\n    > ", "    > ", "li blockquote"),
    "deep": ("- One\n\n    - ", "        ", "article > ul > li > ul > li"),
    "box": ('!!! note "Box"\n\n    ', "    ", "div.admonition"),
    "folded": ('??? note "Box"\n\n    ', "    ", "details.note"),
    "tab": ('=== "One"\n\n    ', "    ", ".tabbed-block"),
    "definition": ("Term\n:   ", "    ", "article > dl > dd"),
    "note": ("Text[^n].\n\n[^n]: ", "    ", '[id="fn:n"]'),
    "wrapper": ('<div class="wrapper" markdown>\n\n', "", "div.wrapper"),
}


def contained(name: str, content: str) -> str:
    begin, prefix, _ = CONTAINERS[name]
    first, *lines = content.split("\n")
    more = [(prefix + line).rstrip() for line in lines]
    return "\n".join([begin + first, *more, *(["", "</div>"] if not prefix else [])])


@pytest.fixture(scope="module")
def held(make: Make) -> Project:
    files: dict[str, str] = {}
    for name in CONTAINERS:
        files |= both(f"in-{name}", contained(name, CONTENT))
        files |= both(f"first-{name}", contained(name, "::: output small:sum"))
    return make(files)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTAINERS)
def test_every_directive_works_in(held: Project, name: str, language: str) -> None:
    forms = Forms(held, language, f"in-{name}")
    (holder,) = forms.article.select(CONTAINERS[name][2])
    assert holder.select_one("pre.output samp").get_text() == "total -1.319425"
    assert holder.select_one("svg.plot")["aria-label"] == "A line."
    assert holder.select_one("figcaption em").get_text() == "rises"
    assert holder.select_one("figcaption a.run").get_text() == "−1.3"
    assert holder.select_one("svg.diagram")["aria-label"] == "Two letters. A leads to B"
    assert "rng = np.random" in holder.select_one("div.highlight code").get_text()
    assert holder.select_one("a.run").get_text() == NUMBER
    assert holder.select_one('a.footnote-ref[href="#fn:someone2020small"]')
    assert holder.select_one('a[href="../other/"]'), "an entry of the contents"
    assert not RAW.search(outside_code(forms.page.body))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTAINERS)
def test_every_directive_is_copied_in(held: Project, name: str, language: str) -> None:
    forms = Forms(held, language, f"in-{name}")
    for part in (
        "total -1.319425",
        "rises",
        "accTitle: Two letters",
        "rng = np.random.default_rng(seed)",
        f"Here is [{NUMBER}](notebooks/small.md",
    ):
        assert forms.copy.count(part) == 1, part
    (picture,) = re.findall(r"!\[A line\.\]\(([^)]+)\)", forms.copy)
    assert (forms.folder / picture).is_file()
    text = words(re.sub(r"\[\^\w+\]", "", forms.copy))
    assert not RAW.search(text), RAW.search(text)
    programs = [c["source"] for c in forms.cells if c["cell_type"] == "code"]
    texts = [forms.notebook] if name == "note" else programs  # a source is no cell
    assert any("rng = np.random" in text for text in texts)
    assert not RAW.search(words(forms.notebook))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTAINERS)
def test_a_directive_on_the_first_line_of(
    held: Project, name: str, language: str
) -> None:
    forms = Forms(held, language, f"first-{name}")
    holders = forms.article.select(CONTAINERS[name][2])
    (output,) = holders[-1].select("pre.output samp")
    assert output.get_text() == "total -1.319425"
    assert forms.copy.count("total -1.319425") == 1
    assert not RAW.search(outside_code(forms.page.body))


# Code

MARKS = r"""a value {{ small:total }} and {{ nothing:here | .2f }}
{{ small:total }}
see [@someone2020small] and [@nobody]
[^n]: no note, and a mark[^n]
::: output small:sum
::: figure picture:line
    alt: no figure
write --8<-- "small.py:sum" on a line
print(1)  { .run } { #id .class }
[a](b.md) ![c](d.svg "e") [f][g] <https://example.org> [h](i.md#j)
[g]: b.md
$x$ and $$y$$ and \(z\) and US$3 to US$4 and \[w\]
**b** __b__ *i* _i_ ~~s~~ ^p^ == m ==
<i>i</i> <br> <script>s</script> &amp; &lt; &#8722; & < >
<!-- {{ small:total }} -->
\* \` \\ \$ \[ \{ C:\path\n 'straight' "quotes" ... --
# no heading { #none }
> no quote
- no item
1. no item
!!! note "no box"
=== "no tab"
| no | table |
| --- | --- |
*[HTML]: no abbreviation of HTML
Term
:   no definition
中文
换行，
“引号”——
㐀𠀀
---

after an empty line 10<sup>8</sup>"""
MARKS += "\nprivate \ue000 ⟦embed:0⟧ \U000f0000 \U000ffffd."
TICKS = "\n`one` and ``two`` and {{ small:total }}\n```\n::: output small:sum\n```"
SPANS = [line for line in MARKS.split("\n") if line and "`" not in line]
FENCES = {
    "fence": "```text\n{}\n```",
    "titled": '```text title="A title"\n{}\n```',
    "tildes": "~~~text\n{}\n~~~",
    "unnamed": "```\n{}\n```",
    "highlighted": "```python\n{}\n```",
    "numbered": '```python linenums="1"\n{}\n```',
    "longer": "`````text\n{}\n`````",
}
HOLDERS = ("quote", "item", "inner", "box", "folded", "tab", "wrapper")


def code_page() -> str:
    blocks = [fence.format(MARKS) for fence in FENCES.values()]
    blocks.append(FENCES["longer"].format(MARKS + TICKS))
    blocks.append("\n".join(f"    {line}".rstrip() for line in MARKS.split("\n")))
    blocks.append('    --8<-- "small.py:sum"')
    blocks += [
        contained(name, f"A:\n\n{FENCES['fence'].format(MARKS)}") for name in HOLDERS
    ]
    blocks += [f"- Span `{span}` here." for span in SPANS]
    blocks += ['Span ``a ` tick {{ small:total }}`` and `--8<-- "small.py:sum"`.']
    return "\n\nAnd now:\n\n".join(blocks)


COMMENTS = [
    " {{ small:total }} [@nobody] ::: output small:nothing ",
    '\n::: output small:nothing\n\n--8<-- "nothing.py:nothing"\n\n{{ nothing:here }}\n',
]
# Each block of MARKS on the page, the fences in FENCES, the indented one, those in HOLDERS.
BLOCKS = len(FENCES) + 1 + len(HOLDERS)


@pytest.fixture(scope="module")
def code(make: Make) -> Project:
    comments = "\n\n".join(f"<!--{comment}-->" for comment in COMMENTS)
    text = f"{code_page()}\n\nBetween.\n\n{comments}\n\nA <!-- {VALUE} --> comment."
    return make(both("code", text))


def assert_blocks(blocks: list[str]) -> None:
    texts = Counter(text.strip("\n") for text in blocks)
    assert texts[MARKS] == BLOCKS, nearest_to(MARKS, texts)
    assert texts[MARKS + TICKS] == 1, nearest_to(MARKS + TICKS, texts)
    assert texts['--8<-- "small.py:sum"'] == 1


def nearest_to(
    text: str, texts: Counter[str]
) -> list[tuple[int, list[tuple[str, str]]]]:
    """How often each other text stands there, and the lines in which it differs."""
    right = text.split("\n")
    return [
        (n, [(a, b) for a, b in zip(right, t.split("\n"), strict=False) if a != b][:5])
        for t, n in texts.items()
        if t != text
    ]


def assert_spans(spans: list[str]) -> None:
    expected = [*SPANS, "a ` tick {{ small:total }}", '--8<-- "small.py:sum"']
    missing = [span.strip() for span in expected if span.strip() not in set(spans)]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_does_not_change_code(code: Project, language: str) -> None:
    article = Forms(code, language, "code").article
    assert_blocks([block.get_text() for block in article.select("pre code")])
    assert_spans(
        [span.get_text().strip() for span in article.select(":not(pre) > code")]
    )
    assert not article.select("pre a, pre math, pre svg, pre sup, pre abbr")
    assert not article.select("a.run, .run-output, figure, .footnote"), "all is code"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_does_not_change_comments(code: Project, language: str) -> None:
    article = Forms(code, language, "code").article
    comments = article.find_all(string=lambda text: isinstance(text, Comment))
    assert [str(c) for c in comments] == [*COMMENTS, f" {VALUE} "]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["copy", "notebook", "llms-full.txt"])
def test_no_copy_changes_code(code: Project, form: str, language: str) -> None:
    forms = Forms(code, language, "code")
    if form == "llms-full.txt":
        text = (forms.folder / form).read_text(encoding="utf-8")
    else:
        text = getattr(forms, form)
    found = tokens(text)
    assert_blocks([t.content for t in found if t.type in {"fence", "code_block"}])
    assert_spans([t.content.strip() for t in found if t.type == "code_inline"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_does_not_change_code(code: Project, language: str) -> None:
    """But for its blanks: a reader looks for words."""
    search = Forms(code, language, "code").search
    assert search.count(" ".join(MARKS.split())) == BLOCKS + 1
    for text in [MARKS + TICKS, *SPANS, '--8<-- "small.py:sum"']:
        assert " ".join(text.split()) in search


# Links

LINKS = """[titled](index.md "A title") and [single](index.md#small 'One title').

[by reference][small], [small], [short][], [other case][SMALL]

<https://example.org/auto>, [angles](<index.md#small>), [own](#below), [run](notebooks/small.md#sum)

[![pictured](dot.svg "A dot")](index.md), ![picture](dot.svg), ![by name][dot]

[with `code`](index.md), [with **bold**](index.md), [with [brackets] inside](index.md), [with $x$](index.md)

[round](https://example.org/a_(b)), [query](https://example.org/?a=1&b=2#c_d_e), [other page](folder/deep.md#deep)

> [quoted](index.md "A title")

| a |
| --- |
| [cell](index.md#small) |

[wrapped
link](index.md)

## Below { #below }

[small]: index.md#small "By reference"
[short]: index.md
[dot]: dot.svg
"""
DEEP = """[up](../index.md#small), [sideways](../links.md#below), [run](../notebooks/small.md#sum), ![dot](../dot.svg)"""
# The text of each link, and where it leads: a page of this site (by its Markdown and its address), or elsewhere.
HOME, SMALL = ("index.md", ""), ("index.md#small", "#small")
TARGETS = {
    "titled": HOME,
    "single": SMALL,
    "by reference": SMALL,
    "small": SMALL,
    "short": HOME,
    "other case": SMALL,
    "angles": SMALL,
    "own": ("#below", "links/#below"),
    "run": ("notebooks/small.md#sum", "notebooks/small/#sum"),
    "with code": HOME,
    "with bold": HOME,
    "with [brackets] inside": HOME,
    "quoted": HOME,
    "cell": SMALL,
    "wrapped link": HOME,
    "other page": ("folder/deep.md#deep", "folder/deep/#deep"),
}
ELSEWHERE = {
    "https://example.org/auto": "https://example.org/auto",
    "round": "https://example.org/a_(b)",
    "query": "https://example.org/?a=1&b=2#c_d_e",
}


@pytest.fixture(scope="module")
def linked(make: Make) -> Project:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_URL", "https://example.org/site/")
        pages = both("links", LINKS)
        deep = {
            f"docs/{language}/folder/deep.md": f"# Deep {{ #deep }}\n\n{DEEP}\n"
            for language in LANGUAGES
        }
        return make(pages | deep)


def links(text: str) -> dict[str, str]:
    """Where each link of some Markdown leads, by its text."""
    found: dict[str, str] = {}
    for block in MARKDOWN.parse(text):
        target, name = "", ""
        for token in block.children or []:
            if token.type == "link_open":
                target, name = str(token.attrs["href"]), ""
            elif token.type == "link_close":
                found[name] = target
            elif token.type in {"softbreak", "hardbreak"}:
                name += " "
            else:
                name += token.content
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_every_form_lead_there_in_the_page(
    linked: Project, language: str
) -> None:
    forms = Forms(linked, language, "links")
    found = {
        " ".join(a.get_text().split()): a["href"]
        for a in forms.article.select("a[href]")
    }
    for text, (_, address) in TARGETS.items():
        own = text == "own"
        assert found[text] == ("#below" if own else f"../{address}"), text
    for text, address in ELSEWHERE.items():
        assert found[text] == address
    (formula,) = forms.article.select("a math")
    assert formula.parent["href"] == "../"
    picture = forms.article.select_one('a[href="../"] > img')
    assert (picture["src"], picture["alt"]) == ("../dot.svg", "pictured")
    assert forms.article.select_one('a[href="../#small"]')["title"] == "One title"
    deep = Forms(linked, language, "folder/deep").article
    assert [a["href"] for a in deep.select("a[href]:not(.report a)")] == [
        "../../#small",
        "../../links/#below",
        "../../notebooks/small/#sum",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_every_form_lead_there_in_the_copy(
    linked: Project, language: str
) -> None:
    forms = Forms(linked, language, "links")
    found = links(forms.copy)
    for text, (path, _) in TARGETS.items():
        assert found[text] == path, text
    for text, address in ELSEWHERE.items():
        assert found[text] == address
    assert found["pictured"] == "index.md", "a picture in a link"
    pictures = [t for t in tokens(forms.copy) if t.type == "image"]
    assert [p.content for p in pictures] == ["pictured", "picture", "by name"]
    assert {p.attrs["src"] for p in pictures} == {"dot.svg"}
    assert [t.attrs["title"] for t in tokens(forms.copy) if t.attrs.get("title")] == [
        "A title",
        "One title",
        *["By reference"] * 3,
        "A dot",
        "A title",
    ]
    deep = links(Forms(linked, language, "folder/deep").copy)
    assert deep["up"] == "../index.md#small"
    assert deep["run"] == "../notebooks/small.md#sum"


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_every_form_lead_there_in_the_notebook(
    linked: Project, language: str
) -> None:
    forms = Forms(linked, language, "links")
    found = links(forms.notebook)
    site = "https://example.org/site/" + ("" if language == "en" else "zh/")
    for text, (_, address) in TARGETS.items():
        assert found[text] == site + address, text
    for text, address in ELSEWHERE.items():
        assert found[text] == address
    assert found["pictured"] == site
    pictures = [t.attrs["src"] for t in tokens(forms.notebook) if t.type == "image"]
    assert pictures == [f"{site}dot.svg"] * 3
    deep = Forms(linked, language, "folder/deep")
    assert links(deep.notebook)["sideways"] == f"{site}links/#below"
    images = [t.attrs["src"] for t in tokens(deep.notebook) if t.type == "image"]
    assert images == [f"{site}dot.svg"]


def test_links_without_an_address_of_the_site_are_text_in_the_notebook(
    make: Make,
) -> None:
    forms = Forms(
        make(both("links", LINKS.replace("folder/deep.md#deep", "index.md"))),
        "en",
        "links",
    )
    assert set(links(forms.notebook).values()) == set(ELSEWHERE.values())
    for text in TARGETS:
        assert text.partition(" ")[0] in forms.notebook


# Notes, twins on one page, prices

NOTES = """A mark[^long], another[^short], the first again[^long].

[^long]: The first line
    goes on.

    A second paragraph with {{ small:total | .2f }} and **bold**.

    ```text
    code of a note
    ```

    - an item of a note

[^short]: A short one
over two lines.

Text after the notes.
"""
TWICE = """Again.

::: output small:sum

::: figure picture:line
    alt: The first line.
    caption: First caption.
    labels: {epoch: 轮次}

```mermaid
flowchart TB
accTitle: Two letters
accDescr: A leads to B
A --> B
```

```python
--8<-- "small.py:sum"
```
"""
PRICES = [
    "From US$3 to US$4.",
    "HK$30，每年HK$300。",
    "（US$3）到4美元（US$4）",
    "$5 a month, or US$3",
    "It is $5, $6 or $7.",
    "US$3/US$4",
    "A$1,A$2,A$3",
]


@pytest.fixture(scope="module")
def mixed(make: Make) -> Project:
    """Notes of several lines; everything twice; prices; two chapters with the same notes, ids and links."""
    prices = "\n\n".join([*PRICES, f"US${VALUE} or US${VALUE}"])
    summary = (
        "A mark[^n] {0}, [down](#summary), [across](other-{1}.md#summary), XYZ.\n\n"
        "## Summary of {0} {{ #summary }}\n\nText {0}.\n\n[^n]: The note of {0}.\n\n*[XYZ]: letters of {0}"
    )
    second = TWICE.replace("first line", "second line").replace("First", "Second")
    return make(
        both("notes", NOTES)
        | both("twice", f"{TWICE}\n{second}")
        | both("prices", prices)
        | both("other-one", summary.format("one", "two"))
        | both("other-two", summary.format("two", "one"))
    )


NOTE = (
    "The first line goes on.",
    f"A second paragraph with {NUMBER} and bold.",
    "code of a note",
    "an item of a note",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_of_several_lines_stays_whole(mixed: Project, language: str) -> None:
    forms = Forms(mixed, language, "notes")
    note, short = forms.article.select(".footnote > ol > li")
    for part in NOTE:
        assert part in " ".join(note.get_text().split())
    assert note.select_one("pre code")
    assert note.select_one("li")
    assert "A short one over two lines." in " ".join(short.get_text().split())

    _, _, rest = forms.copy.partition("[^long]: ")
    whole = re.split(r"\n(?=\S)", rest)[0]
    plain = re.sub(r"\]\([^)]*\)|[\[*]", "", " ".join(whole.split()))
    for part in NOTE:
        assert part in plain, "all of it is indented below its mark"
    assert "Text after the notes." not in plain

    closing = re.sub(
        r"\]\([^)]*\)|[\[*]", "", " ".join(forms.cells[-1]["source"].split())
    )
    for part in [*NOTE, "A short one over two lines."]:
        assert part in closing
    text = "\n".join(c["source"] for c in forms.cells[:-1])
    assert "A mark[1], another[2], the first again[1]." in text
    assert "second paragraph" not in text
    assert "Text after the notes." in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_of_anything_on_one_page(mixed: Project, language: str) -> None:
    forms = Forms(mixed, language, "twice")
    ids = Counter(tag["id"] for tag in forms.page.find_all(id=True))
    assert [name for name, count in ids.items() if count > 1] == []
    plots = forms.article.select("svg.plot")
    assert len(plots) == 2
    for picture in [*plots, *forms.article.select("svg.diagram")]:
        own = {tag["id"] for tag in picture.find_all(id=True)}
        used = re.findall(r'(?:href="#|url\(#)([^")]+)', str(picture))
        assert used
        assert set(used) <= own, "what a figure uses is its own"
    captions = [c.get_text() for c in forms.article.select("figcaption")]
    assert captions == ["First caption.", "Second caption."]
    assert len(forms.article.select("pre.output")) == 2
    for caption in ("First caption.", "Second caption."):
        assert forms.copy.count(caption) == 1
    assert forms.copy.count("total -1.319425") == 2
    assert forms.copy.count("print(f") == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("price", [*PRICES, f"US${NUMBER} or US${NUMBER}"])
def test_a_price_is_no_formula(mixed: Project, price: str, language: str) -> None:
    forms = Forms(mixed, language, "prices")
    assert not forms.article.select("math")
    texts = [p.get_text() for p in forms.article.select("p")]
    assert price in texts
    assert price in words(forms.copy)
    assert price in words(forms.notebook)
    assert not re.search(r"(?<!\\)\$", forms.notebook), "Jupyter reads $…$ as a formula"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_a_page_is_left_in_the_next(mixed: Project, language: str) -> None:
    for here, there in (("one", "two"), ("two", "one")):
        forms = Forms(mixed, language, f"other-{here}")
        assert f"The note of {here}." in forms.article.get_text()
        assert f"of {there}" not in forms.article.get_text()
        assert forms.article.abbr["title"] == f"letters of {here}"
        assert forms.article.select_one("a.footnote-ref").get_text() == "1"
        assert f"The note of {there}" not in forms.copy + forms.notebook


@pytest.mark.parametrize("language", LANGUAGES)
def test_chapters_in_one_file_do_not_meddle(mixed: Project, language: str) -> None:
    """In llms-full.txt each mark, id and link is that of its own chapter."""
    folder = Forms(mixed, language, "").folder
    text = (folder / "llms-full.txt").read_text(encoding="utf-8")
    ids = re.findall(r"\{#([\w:.-]+)\}|<\w+ id=\"([^\"]+)\"", text)
    names = Counter(a or b for a, b in ids)
    assert [name for name, count in names.items() if count > 1] == []
    defined = re.findall(r"^\[\^([^\]]+)\]: ", text, re.MULTILINE)
    assert len(set(defined)) == len(defined)
    assert set(re.findall(r"\[\^([^\]]+)\](?!: )", text)) == set(defined)
    for token in tokens(text):
        target = str(token.attrs.get("href", ""))
        path, _, fragment = target.partition("#")
        if token.type != "link_open" or "://" in target:
            continue
        assert not path or (folder / path).is_file(), target
        assert not fragment or path or fragment in names, target
    for here, there in (("one", "two"), ("two", "one")):
        line = next(t for t in text.split("\n") if f"{here}, [down](" in t)
        for word, chapter in (("down", here), ("across", there)):
            target = re.findall(rf"\[{word}\]\(([^)]+)\)", line)[0]
            path, _, fragment = target.partition("#")
            held = (folder / path).read_text(encoding="utf-8") if path else text
            assert f"## Summary of {chapter} {{#{fragment}}}" in held
        mark = re.findall(r"\[\^([^\]]+)\]", line)[0]
        assert f"[^{mark}]: The note of {here}." in text


# Chinese text is written in lines, and read without them; § is where its number stands

GAPS = {
    "plain": ("§甲乙\n丙丁", "§甲乙丙丁"),
    "three lines": ("§甲乙\n丙丁\n戊己", "§甲乙丙丁戊己"),
    "before bold": ("§甲乙\n**丙丁**", "§甲乙丙丁"),
    "after bold": ("§甲**乙**\n丙丁", "§甲乙丙丁"),
    "in bold": ("§**甲乙\n丙丁**", "§甲乙丙丁"),
    "italic": ("§甲乙\n*丙丁*\n戊己", "§甲乙丙丁戊己"),
    "bold and italic": ("§甲乙\n***丙丁***\n*戊己*", "§甲乙丙丁戊己"),
    "quotation": ("> §甲乙\n> 丙丁", "§甲乙丙丁"),
    "bold in a quotation": ("> §甲乙\n> **丙丁**\n> 戊己", "§甲乙丙丁戊己"),
    "item": ("- §甲乙\n    丙丁", "§甲乙丙丁"),
    "box": ('!!! note "标题"\n\n    §甲乙\n    丙丁', "§甲乙丙丁"),
    "dash": ("§甲乙——\n丙丁", "§甲乙——丙丁"),
    "before a dash": ("§甲乙\n——丙丁", "§甲乙——丙丁"),
    "ellipsis": ("§甲乙……\n丙丁", "§甲乙……丙丁"),
    "dot": ("§甲乙·\n丙丁", "§甲乙·丙丁"),
    "single quotes": ("§甲‘乙’\n丙丁", "§甲‘乙’丙丁"),
    "before quotes": ("§甲乙\n‘丙’“丁”\n戊", "§甲乙‘丙’“丁”戊"),
    "comma and bold": ("§甲乙，\n**丙丁**", "§甲乙，丙丁"),
    "comma and code": ("§甲乙，\n`code`", "§甲乙，code"),
    "dash and code": ("§甲乙——\n`code`\n——丙", "§甲乙——code——丙"),
    "Chinese code": ("§甲乙\n`丙丁`\n戊己", "§甲乙丙丁戊己"),
    "link": ("§甲乙\n[丙丁](index.md)\n戊己", "§甲乙丙丁戊己"),
    "in a link": ("§[甲乙\n丙丁](index.md)", "§甲乙丙丁"),
    "bold link": ("§甲乙\n**[丙丁](index.md)**\n戊己", "§甲乙丙丁戊己"),
    "extension A": ("§甲㐀\n㐁乙", "§甲㐀㐁乙"),
    "extension B": ("§甲𠀀\n𠀁乙", "§甲𠀀𠀁乙"),
    "extension G": ("§甲\n𰀀乙", "§甲𰀀乙"),
    "compatibility": ("§甲\n豈\n乙", "§甲豈乙"),
    "Latin words keep theirs": ("§甲乙\nNumPy\n丙丁", "§甲乙 NumPy 丙丁"),
    "code": ("§甲乙\n`fit`\n丙丁", "§甲乙fit丙丁"),
}
FOLDED = """---
description: >-
  描述的
  第二行——
  第三行
---
# 页面 { #x }

::: figure picture:line
    alt: >-
      替代的
      第二行
    caption: >-
      图注的
      **第二行**
      用 {{ small:total | .2f }}
    labels:
      epoch: 轮次

这里有术语。
"""
GLOSSARY = """term:
  en: {term: ordinary term, definition: "It is explained."}
  zh:
    term: 术语
    definition: >-
      定义的
      第二行——
      第三行
"""


@pytest.fixture(scope="module")
def chinese(make: Make) -> Project:
    blocks = [
        source.replace("§", f"条目{number}：")
        for number, (source, _) in enumerate(GAPS.values())
    ]
    files = both("gaps", "\n\n间隔。\n\n".join(blocks)) | both("folded", "Text.")
    files["docs/zh/folded.md"] = FOLDED
    files["docs/glossary.yml"] = GLOSSARY
    files |= both("glossary", "::: glossary")
    return make(files)


@pytest.mark.parametrize("name", GAPS)
def test_no_gap_is_left_between_chinese_characters(chinese: Project, name: str) -> None:
    number = list(GAPS).index(name)
    right = GAPS[name][1].replace("§", f"条目{number}：")
    forms = Forms(chinese, "zh", "gaps")
    assert right in spaced(forms.article.get_text())
    assert right in spaced(forms.search)
    for text in (forms.copy, forms.notebook):
        inline = [t for t in MARKDOWN.parse(text) if t.type == "inline"]
        found = [
            "".join(
                c.content or "\n" * (c.type == "softbreak")
                for c in t.children or []
                if c.type != "html_inline"  # emphasis, where CommonMark's marks fail
            )
            for t in inline
        ]
        assert right in [spaced(one) for one in found]


def spaced(text: str) -> str:
    """A line break is a blank for who reads it."""
    return re.sub(r"\s*\n\s*", " ", text)


def test_no_gap_is_left_in_data(chinese: Project) -> None:
    """Captions, alternative texts, descriptions, and the definitions of terms."""
    forms = Forms(chinese, "zh", "folded")
    assert forms.article.select_one("svg.plot")["aria-label"] == "替代的第二行"
    caption = forms.article.figcaption.get_text()
    assert caption.startswith("图注的第二行")
    description = forms.page.select_one('meta[name="description"]')["content"]
    assert description == "描述的第二行——第三行"
    assert "![替代的第二行](" in forms.copy
    assert "图注的**第二行**" in forms.copy
    term = forms.article.select_one("a.term")
    assert term["title"] == "定义的第二行——第三行"
    glossary = Forms(chinese, "zh", "glossary")
    assert "定义的第二行——第三行" in glossary.article.get_text()
    assert "定义的第二行——第三行" in glossary.copy


# Code with a title or numbers; LaTeX in headings; front matter; quotes

BUTTONS = {
    "plain": "```python",
    "titled": '```python title="A title"',
    "numbered": '```python linenums="1"',
    "marked": '```python hl_lines="1"',
    "all": '```python title="A <b>title</b>" linenums="3" hl_lines="1"',
    "unnamed": "```",
    "attributes": '``` { .python title="A title" #own }',
}
HEADS = {
    "bom": "\ufeff---\ndescription: A mark before it.\n---\n# Marked { #x }\n",
    "blanks": "--- \ndescription: A mark before it.\n--- \n# Marked { #x }\n",
    "quotes": '---\ndescription: \'The "sum" & <b> is {{ small:total | .2f }}, \\"x\\".\'\n---\n# "Quoted" & <i>so</i> { #x }\n',
    "dots": "---\ndescription: A mark before it.\n...\n# Marked { #x }\n",
}
HEADINGS = "## The loss $L_i$ { #loss }\n\nText.\n\n## Half a $\\frac{1}{2}$ **bold** `code` { #half }\n"
TITLES = """
small:
  en: {title: 'A "sum": of ''few''', summary: 'It says "total": # 3, \\ "x".'}
  zh: {title: '一个"和"：', summary: '它说"总和"：3'}
picture:
  en: {title: A line & more, summary: Draws a line.}
  zh: {title: 一条直线, summary: 画一条直线。}
"""


@pytest.fixture(scope="module")
def headed(make: Make) -> Project:
    fences = "\n\nAnd:\n\n".join(
        f"{head}\nx = 1\ny = 2\n```" for head in BUTTONS.values()
    )
    files = both("buttons", fences) | both("headings", HEADINGS)
    for name, text in HEADS.items():
        files |= {f"docs/{language}/{name}.md": text for language in LANGUAGES}
    return make(files | {"snippets/titles.yml": TITLES})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BUTTONS)
def test_code_of_any_kind_has_a_button_and_a_tab_stop(
    headed: Project, name: str, language: str
) -> None:
    article = Forms(headed, language, "buttons").article
    blocks = article.select("div.highlight")
    assert len(blocks) == len(BUTTONS)
    block = blocks[list(BUTTONS).index(name)]
    (button,) = block.select('button[data-md-type="copy"]')
    (code,) = article.select(button["data-clipboard-target"])
    assert code.get_text() == "x = 1\ny = 2\n"
    assert (code["tabindex"], code["role"]) == ("0", "group")
    assert code["aria-label"]
    assert not block.select("div.table"), "line numbers are no table of data"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_formula_in_a_heading_is_one_in_the_contents(
    headed: Project, language: str
) -> None:
    forms = Forms(headed, language, "headings")
    for id_, formula in (("loss", "Li"), ("half", "12")):
        entries = forms.page.select(f'.md-nav--secondary a[href="#{id_}"]')
        assert entries
        for entry in entries:
            text = "".join(entry.get_text().split())
            assert formula in text
            assert not re.search(r"[\\$_{}\x02]", text)
        assert forms.article.select_one(f"#{id_} math")
    assert not re.search(r"[\\$\x02]", forms.search)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["bom", "blanks", "dots"])
def test_front_matter_is_read_once(headed: Project, name: str, language: str) -> None:
    """A byte order mark before it, blanks or dots where it ends."""
    forms = Forms(headed, language, name)
    description = forms.page.select_one('meta[name="description"]')["content"]
    assert description == "A mark before it."
    assert "A mark before it" not in forms.article.get_text()
    assert forms.article.h1["id"] == "x"
    assert "A mark before it" not in forms.copy + forms.notebook


@pytest.mark.parametrize("language", LANGUAGES)
def test_quotes_stay_in_their_place(headed: Project, language: str) -> None:
    forms = Forms(headed, language, "quotes")
    said = f'The "sum" & <b> is {NUMBER}, \\"x\\".'
    for name in ('meta[name="description"]', 'meta[property="og:description"]'):
        for found in forms.page.select(name):
            assert found["content"] == said
    assert len(forms.page.find_all("h1")) == 1
    assert [meta.attrs for meta in forms.page("meta") if len(meta.attrs) > 2] == []
    small = Forms(headed, language, "notebooks/small")
    title, summary = {
        "en": ("A \"sum\": of 'few'", 'It says "total": # 3, \\ "x".'),
        "zh": ('一个"和"：', '它说"总和"：3'),
    }[language]
    assert small.article.h1.get_text() == title
    assert small.page.select_one('meta[name="description"]')["content"] == summary
    assert summary in small.article.get_text()
    assert "description:" not in small.article.get_text()
    assert title in small.page.title.get_text()


# What cannot be shown is refused, with its file and its line

INSIDE = "# Other {{ #other }}\n\n{}\n"
OUTPUT = "::: output small:sum"
REFUSED: dict[str, tuple[str, str]] = {
    "a value in raw HTML": (f"<div>{VALUE}</div>", ":3"),
    "a value in an attribute of raw HTML": (f'Text <b title="{VALUE}">b</b>.', ":3"),
    "a value in the address of a link": (f"[a]({VALUE})", ":3"),
    "a citation in raw HTML": (f"<div>\n<p>A claim {CITED}.</p>\n</div>", ":4"),
    "a citation in a link": (f"[text {CITED}](index.md)", ":3"),
    "a citation in a title": (f'[text](index.md "title {CITED}")', ":3"),
    "a citation in an alternative text": (f"![text {CITED}](index.md)", ":3"),
    "an unknown citation": ("Text.\n\nA claim [@nobody1999].", ":5"),
    "an unknown value": ("Text.\n\n- One\n- The {{ small:totl }}.", ":6"),
    "no value at all": ("The {{ total }}.", ":3"),
    "a directive in raw HTML": (f"<div>\n{OUTPUT}\n</div>", ":4"),
    "a directive in a line": (f"A line with {OUTPUT} in it.", ":3"),
    "a directive in a cell": (f"| a | b |\n| --- | --- |\n| {OUTPUT} | c |", ":5"),
    "a directive below a line": (f"A line.\n{OUTPUT}", ":4"),
    "a line below a directive": (f"{OUTPUT}\nA line.", ":[34]"),
    "two directives": (f"{OUTPUT}\n{OUTPUT}", ":[34]"),
    "a directive in a heading": (f"## {OUTPUT} {{ #a }}", ":3"),
    "half a directive": ("::: output", ":3"),
    "a fence that is not closed": ("Text.\n\n```python\nx = 1\n\nText.", ":5"),
    "a note that is not there": ("A mark[^none].", ":3"),
    "a link of raw HTML": ('A <a href="nowhere.md">link</a>.', ":3"),
    "a picture of raw HTML": ('<img src="nowhere.svg" alt="x">', ":3"),
    "an include in text": ('Text.\n\n--8<-- "titles.yml"', ":5"),
    "an include in a quote": ('> --8<-- "small.py:sum"', ":3"),
    "an include in an item": ('- Text\n\n    --8<-- "small.py:sum"', ":5"),
    "an include in raw HTML": ('<div>\n--8<-- "small.py:sum"\n</div>', ":4"),
    "a heading without an id": ("Text.\n\n## Below", ":5"),
    "a Chinese heading without an id": ("## 标题 { #one }\n\n## 标题", ":5"),
    "an underlined heading without an id": ("Below\n-----", ":[34]"),
    "a heading without an id in a box": ('!!! note "Box"\n\n    ## Below', ":5"),
    "an attribute on nothing": ("Text { .nothing } goes on.", ":3"),
    "a formula that cannot be read": ("Text.\n\n- One\n- Two $\\frac{a$.", ":6"),
}
REFUSED_WHOLE: dict[str, tuple[str, str]] = {
    "front matter that is a list": ("---\n- a\n- b\n---\n# O { #o }\n", "(:[12])?"),
    "front matter that is a word": ("---\nword\n---\n# O { #o }\n", "(:[12])?"),
    "front matter that is not YAML": ("---\na: b: c\n---\n# O { #o }\n", ":2"),
    "a lab that is a word": ("---\nlab: word\n---\n# O { #o }\n", ":2"),
    "a title with a value": (f'---\ntitle: "{VALUE}"\n---\n# O {{ #o }}\n', ":2"),
    "a description with a citation": (f'---\ndescription: "{CITED}"\n---\n# O {{ #o }}\n', ":2"),
    "a description with an unknown value": (
        '---\nsearch: {boost: 1}\ndescription: "The {{ small:totl }}"\n---\n# O { #o }\n',
        ":3",
    ),
    "a first heading without an id": ("# Other\n\nText.\n", ":1"),
}  # fmt: skip
ALL = {name: (INSIDE.format(text), line) for name, (text, line) in REFUSED.items()}
ALL |= REFUSED_WHOLE


@pytest.mark.parametrize("name", ALL)
def test_what_cannot_be_shown_is_refused(project: Project, name: str) -> None:
    text, line = ALL[name]
    published = project.published()
    project.write("docs/en/other.md", text)
    result = project.build()
    assert result.returncode == 1
    assert re.search(rf"docs/en/other\.md{line}: \S", result.stderr), result.stderr
    assert "  Remedy: " in result.stderr
    assert "Traceback" not in result.stderr
    assert project.published() == published


def test_terms_need_their_page(project: Project) -> None:
    published = project.published()
    project.write("docs/glossary.yml", GLOSSARY)
    result = project.build()
    assert result.returncode == 1
    assert "docs/glossary.yml" in result.stderr
    assert "glossary.md" in result.stderr
    assert "  Remedy: " in result.stderr
    assert project.published() == published
