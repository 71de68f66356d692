"""What is looked for on a finished page: ids, where its links lead, and what was meant for the build."""

from __future__ import annotations

import re

import pytest
from publish.finishing import (
    CODE,
    CODE_OF_COPY,
    NOT_SEEN,
    RAW,
    TAG,
    look_at,
    refuse_raw,
)
from runner import Place, SourceError

HERE = Place("docs/en/labs/one.md")


def looked(html: str, url: str = "labs/one/", path: str = "") -> dict[str, list[str]]:
    return look_at(TAG.findall(NOT_SEEN.sub("", html)), url, path, HERE)


def test_ids_links_and_files_of_a_page_are_told() -> None:
    html = (
        '<h1 id="one">1</h1><p id="a&amp;b">2</p><a href="#one">3</a><a href="">4</a><a href="../one/#a&amp;b">5</a>'
        '<a href="../two/#part">6</a><a href="../../#top">7</a><a href="../two/">8</a><img src="../../drawn.svg">'
        '<link href="../../assets/a.css?x=1"><a href="%C3%BC.csv">9</a><a href="../../f.txt#line">10</a>'
        '<a href="https://example.org/a.csv#b">11</a><a href="//example.org/c.csv">12</a><a href="mailto:a@b.c">13</a>'
    )
    assert looked(html) == {
        "ids": ["a&b", "one"],
        "leads": ["#top", "f.txt#line", "labs/two#part"],
        "uses": ["assets/a.css", "drawn.svg", "labs/one/ü.csv"],
    }


def test_what_a_page_leads_to_lies_in_its_language() -> None:
    html = '<a href="../two/#part">1</a><a href="../../../#top">2</a><img src="a.svg">'
    assert looked(html, path="zh") == {
        "ids": [],
        "leads": ["#top", "zh/labs/two#part"],
        "uses": ["zh/labs/one/a.svg"],
    }


def test_a_page_at_the_root_leads_to_itself() -> None:
    assert looked('<b id="a"></b><a href="#a">1</a><a href="./#a">2</a>', "") == {
        "ids": ["a"],
        "leads": [],
        "uses": [],
    }


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a id="x"></a><b id="y"></b><b id="x"></b>', "the id 'x' stands twice on the page."),
        ('<a href="#none">', "'#none' leads to no anchor of the page."),
        ('<a href="../one/#none">', "'#none' leads to no anchor of the page."),
        ('<b id="é"></b><a href="#%C3%A9"></a><a href="#%C3%A8">', "'#%C3%A8' leads to no anchor of the page."),
    ],
)  # fmt: skip
def test_what_leads_nowhere_is_refused(html: str, problem: str) -> None:
    with pytest.raises(SourceError) as error:
        looked(html)
    assert error.value.problem == problem
    assert error.value.path == "docs/en/labs/one.md"


def test_what_nobody_sees_is_not_looked_at() -> None:
    html = '<!-- <a href="#none"> --><script>"<a href=\'#none\' id=\'a\'>"</script><b id="a">'
    assert looked(html)["ids"] == ["a"]


ARTICLE = "<head><title>{}</title></head><nav>{}</nav><article>{}</article><footer>{}</footer>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>So {{ program:value }} it is</p>", "{{"),
        ("<p>::: figure</p>", ":::"),
        ("<p>a &#123;&#123; b</p>", "{{"),
        ("<p>[^note]</p>", "[^"),
        ("<p>⟦7⟧</p>", "⟦"),
        ("<p>--8&lt;-- file</p>", "--8<--"),
        ("<p>{ .run }</p>", "{ .run }"),
        ("<code>{{ a }}</code><p>{{ b }}</p>", "{{"),
    ],
)
def test_what_was_meant_for_the_build_is_refused(text: str, shown: str) -> None:
    for html in (text, ARTICLE.format("x", "y", text, "z")):
        with pytest.raises(SourceError) as error:
            refuse_raw(html, CODE, HERE)
        assert error.value.problem.startswith(f"the finished page shows '{shown}' (…")
        assert error.value.remedy == "mend it there, or set it as code."


def test_the_words_around_it_are_told() -> None:
    with pytest.raises(SourceError) as error:
        refuse_raw(f"<p>{'a' * 30}\n\nnear {{{{ value }} by{'b' * 30}</p>", CODE, HERE)
    near = re.search(r"\(…(.*)…\)", error.value.problem)
    assert near and near[1] == f"{'a' * 13} near {{{{ value }} by{'b' * 9}"


@pytest.mark.parametrize(
    "html",
    [
        "<p>Nothing of the kind</p>",
        "<pre>{{ a }} ::: b</pre>",
        "<code>[^a]</code>",
        "<p>It says <code>{{ a }}</code></p><h2>On {{ a }}</h2>",  # a title quotes its code
        "<!-- ::: later --><math>{ .a }</math><style>{ .a }</style><template>{{ a }}</template>",
        ARTICLE.format("x", "{{ y }}", "z", "::: w"),  # neither head nor article
    ],
)
def test_code_and_what_quotes_it_stay(html: str) -> None:
    refuse_raw(html, CODE, HERE)


def test_the_head_of_a_page_counts() -> None:
    with pytest.raises(SourceError):
        refuse_raw(ARTICLE.format("{{ x }}", "y", "z", "w"), CODE, HERE)


@pytest.mark.parametrize(
    ("copy", "refused"),
    [
        ("```\n{{ a }}\n```\nText", False),
        ("> - ~~~python\n>   {{ a }}\n>   ~~~\n", False),
        ("It says `{{ a }}` and ``{ .b } ` ::: ``.", False),
        ("A formula $x_{{a}}$ and $${{a}}$$.", False),
        ("A note[^1].\n\n[^1]: What it says.", False),
        ("<!-- ::: later -->", False),
        ("It costs $5 {{ a }} or $6.", True),
        ("Text {{ a }}", True),
        ("```\ncode\n```\n::: figure", True),
    ],
)
def test_a_copy_is_looked_at_as_markdown(copy: str, refused: bool) -> None:
    assert RAW.search(copy)
    if not refused:
        refuse_raw(copy, CODE_OF_COPY, HERE)
        return
    with pytest.raises(SourceError):
        refuse_raw(copy, CODE_OF_COPY, HERE)
