"""What a page may not say: told with its line and what to do, as the page is read; test_mistakes.py has what only a build can know."""

from __future__ import annotations

import pytest
from one_page import read
from runner import SourceError

DIAGRAM = "```mermaid\nflowchart TB\naccTitle: T\naccDescr: D\n{}\n```"
BEYOND = "leave it out: pages run and load nothing but the site's own."
# By kind: a paragraph that begins on line 5, the line that is told, how the message begins, and what its remedy says.
REFUSED: dict[str, tuple[str, int, str, str]] = {
    # Marks
    "a template's braces": ("A }} brace.", 5, "'}}' can do nothing", "write {{ snippet:name }}, or set it as code."),
    "braces on the next line": ("A line\nand {{ a brace.", 6, "'{{' can do nothing", "write {{ snippet:name }}"),
    "a formula with blanks": ("It is $ x $ here.", 5, "'$ x $' can do nothing", "$x$"),
    "a formula with a blank": ("It is $x_1 $ here.", 5, "'$x_1 $' can do nothing", "without a blank"),
    "a note that is none": ("Text.[^none]", 5, "'[^none]' can do nothing", "write the note"),
    "attributes that nothing has": ("Text { .kind } more.", 5, "'{ .kind }' can do nothing", "at the end of a heading"),
    "a fence that does not end": ("```text\nx", 5, "'```' can do nothing", "close the fence."),
    "a link to no target": ("A [link][target] here.", 5, "'[link][target]' can do nothing", "write the link's target"),
    "colons": ("A ::: here.", 5, "':::' can do nothing", "on lines of its own"),
    "a bracket of ours": ("A ⟦ here.", 5, "'⟦' can do nothing", "set it as code."),
    "a directive in a line": ("See ::: output small:sum here.", 5, "':::' can do nothing", "on lines of its own"),
    "an include in a line": ("See --8<-- here.", 5, "'--8<--' can do nothing", "inside a fence"),
    "a value in an address": ("[a]({{ small:total }})", 5, "'{{ small:total }}' can do nothing", "not in HTML or in an address"),
    "a citation in HTML": ("<p>[@someone2020small]</p>", 5, "'[@someone2020small]' can do nothing", "not in HTML or in a title"),
    "a value in HTML": ("<p>{{ small:total }}</p>", 5, "'{{ small:total }}' can do nothing", "not in HTML"),
    "a character of ours": ("A \U000f0007 here.", 5, "'\U000f0007' can do nothing", "leave it out."),
    "a directive in HTML": ("<p>\n::: output small:sum\n</p>", 6, "'::: output small:sum' can do nothing", "on lines of its own"),
    "HTML that does not end": ("<div markdown>\n\nText.", 5, "what begins here, or below it, is not closed", "</div>"),
    "a heading without an id": ("## Second", 5, "the heading 'Second' has no id", "{ #id }"),
    # Directives
    "options that are a list": ("::: figure picture:line\n    - alt", 5, "'['alt']' is no option", "alt, caption, labels"),
    "an option that is a list": ("::: figure picture:line\n    alt: [a]", 5, "'alt' says", ""),
    # What the policy of every page forbids
    "a link that runs": ("[a](javascript:alert(1))", 5, "'javascript:alert(1)'", BEYOND),
    "a link that is data": ("[a](data:text/html,hi)", 5, "'data:text/html,hi'", BEYOND),
    "a link that hides it": ('<a href="&#106;avascript:x">a</a>', 5, "'javascript:x' can do nothing", BEYOND),
    "a script": ("<script>alert(1)</script>", 5, "<script> can do nothing", BEYOND),
    "a style": ('<p style="color:red">x</p>', 5, "'style=' can do nothing", BEYOND),
    "a style by Markdown": ('Text.\n{ style="color:red" }', 6, "'style=' can do nothing", BEYOND),
    "an event": ('A <b onclick="x()">b</b>.', 5, "'onclick=' can do nothing", BEYOND),
    "a frame": ('<iframe src="https://example.org"></iframe>', 5, "<iframe> can do nothing", BEYOND),
    "a sound": ('<audio src="a.mp3"></audio>', 5, "<audio> can do nothing", BEYOND),
    "a form": ('<form action="https://example.org"></form>', 5, "<form> can do nothing", BEYOND),
    "a picture from elsewhere": ("![a](https://example.org/a.png)", 5, "'https://example.org/a.png' can do nothing", BEYOND),
    "a picture from elsewhere, without saying how": ("![a](//example.org/a.png)", 5, "'//example.org/a.png' can do nothing", BEYOND),
    "a set of pictures": ('<img alt="a" src="a.png" srcset="https://example.org/b.png 2x">', 5, "'https://example.org/b.png 2x' can do nothing", BEYOND),
    "a link in raw HTML": ('<p><a href="index.md">a</a></p>', 5, "'<a href=\"' is not followed", "[words](page.md)"),
    # Formulas and diagrams
    "a colour in a formula": (r"$\color{red}x$", 5, r"the formula '\color{red}x'", ""),
    "a numbered formula": (r"$$x \tag{1}$$", 5, r"the formula 'x \tag{1}'", ""),
    "another kind of diagram": ("```mermaid\nsequenceDiagram\nA->>B: hi\n```", 5, "the diagram cannot be drawn: only these kinds", "mend its Mermaid text."),
    "a coloured diagram": (DIAGRAM.format("A --> B\nstyle B fill:#0f0"), 5, "the diagram cannot be drawn: 'style B fill:#0f0'", ""),
    "a formula in a diagram": (DIAGRAM.format('A["$$x^2$$"] --> B'), 5, "the diagram cannot be drawn: '$$x^2$$", ""),
    "a value in a diagram": (DIAGRAM.format('A["{{ small:total }}"] --> B'), 9, "'{{ small:total }}' is not read", "write it below the diagram."),
}  # fmt: skip
ALLOWED = {
    "a link elsewhere": "[a](https://example.org) and [b](mailto:a@example.org)",
    "a table's alignment": "| a | b |\n| :-- | --: |\n| c | d |",
    "marks in a comment": "Text.\n\n<!-- {{ small:total }} and [@nobody] -->",
    "marks in code": "`{{ x }}`, `[^n]`, `:::` and `$ x $`",
    "marks in HTML's code": "<p><code>{{ small:total }}</code></p>",
    "prices": "From US$3 to US$4, and $5.",
    "a picture of the site": "![a](a.png)",
    "a word that begins like an event": '<p title="on" lang="en">one</p>',
}


def page(paragraph: str) -> str:
    return f"# Other {{ #other }}\n\nText.\n\n{paragraph}\n"


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_told_where_it_stands_and_what_to_do(name: str) -> None:
    paragraph, line, problem, remedy = REFUSED[name]
    with pytest.raises(SourceError) as caught:
        read(page(paragraph))
    told = caught.value
    assert str(told).startswith(f"docs/en/other.md:{line}: {problem}"), told
    assert remedy in told.remedy and told.remedy


@pytest.mark.parametrize("name", ALLOWED)
def test_what_only_looks_like_it_may_stand(name: str) -> None:
    assert read(page(ALLOWED[name])).html


def test_what_may_stand_stands_as_it_was_written() -> None:
    """A comment, and code in raw HTML: letter by letter."""
    comment = "<!-- {{ small:total }} 'and' <b> -->"
    assert comment in read(page(comment)).html
    code = read(page("<p><code>{{ small:total }} 'x' ::: y</code></p>")).html
    assert "<code>{{ small:total }} 'x' ::: y</code>" in code


@pytest.mark.parametrize("text", ["Text.", "## Second { #second }"])
def test_a_page_has_a_title(text: str) -> None:
    with pytest.raises(SourceError, match="the page has no title"):
        read(text)
