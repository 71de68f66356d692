"""What a page may load and run: the templates' own scripts, and nothing that came into the page in another way; and what its
links say of where they lead."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import partial
from pathlib import Path

import pytest
from conftest import ROOT, Project
from publish.finishing import (
    INLINE,
    LINK,
    digest,
    finish_link,
    finished_page,
    page_policy,
)
from runner import SourceError

# Written out once more: whoever takes a line away there must take it away here, too.
POLICY_SAYS = (
    "default-src 'none'; script-src 'self' {}; connect-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'"
)
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


def test_every_page_has_the_policy_of_the_templates(built: Project) -> None:
    expected = page_policy(ROOT / "overrides")
    pages = sorted((built.folder / "site").rglob("*.html"))
    assert len(pages) > 6
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert POLICY.findall(text) == [expected], path
        scripts = [script[1] for script in INLINE.finditer(text)]
        assert scripts, path
        for script in scripts:
            assert digest(script.encode()) in expected, script


@pytest.mark.parametrize(
    "attributes", ["", ' data-scope=".."', ' type="module" data-own', " async"]
)
def test_a_script_in_a_chapter_is_not_allowed(
    project: Project, attributes: str
) -> None:
    script = "window.intruder = true"
    project.replace(
        "docs/en/other.md", "Text.", f"<script{attributes}>{script}</script>\n\nText."
    )
    result = project.build()
    if result.returncode:  # refused altogether
        assert "docs/en/other.md" in result.stderr
        return
    page = project.page("other")
    assert digest(script.encode()) not in page
    assert "unsafe-inline" not in page and "strict-dynamic" not in page


def test_the_policy_is_made_of_the_templates(tmp_path: Path) -> None:
    templates = tmp_path / "overrides"
    (templates / "partials").mkdir(parents=True)
    (templates / "main.html").write_text(
        '<script src="a.js"></script><script type="application/json">{{ data }}</script>\n'
        '<script data-scope="{{ scope }}">one("é")</script>',
        encoding="utf-8",
    )
    (templates / "partials/two.html").write_text("<p>\n<script>{\n  two()\n}</script>")
    (templates / "three.js").write_text("<script>three()</script>")
    scripts = ['one("é")'.encode(), b"{\n  two()\n}"]
    hashes = [base64.b64encode(hashlib.sha256(s).digest()).decode() for s in scripts]
    names = " ".join(sorted(f"'sha256-{one}'" for one in hashes))
    assert page_policy(templates) == POLICY_SAYS.format(names)


@pytest.mark.parametrize("mark", ["{{ two }}", "{% if two %}", "{# two #}"])
def test_a_script_that_differs_from_page_to_page_is_refused(
    tmp_path: Path, mark: str
) -> None:
    templates = tmp_path / "overrides"
    (templates / "partials").mkdir(parents=True)
    (templates / "partials/two.html").write_text(f"<p>\n<script>\n{mark}</script>")
    with pytest.raises(SourceError) as caught:
        page_policy(templates)
    assert str(caught.value.path) == "overrides/partials/two.html"
    assert caught.value.line == 2
    assert "dataset" in caught.value.remedy


def test_the_policy_of_this_site_forbids_what_nothing_needs() -> None:
    """Whatever stands in the templates: nothing but scripts, and those by their digests."""
    rules = dict(rule.split(" ", 1) for rule in page_policy(ROOT / "overrides").split("; "))  # fmt: skip
    scripts = rules.pop("script-src").split()
    assert rules == dict(
        rule.split(" ", 1) for rule in POLICY_SAYS.split("; ") if "{}" not in rule
    )
    assert scripts[0] == "'self'" and len(scripts) > 1
    assert all(re.fullmatch(r"'sha256-[\w+/]{43}='", one) for one in scripts[1:])
    assert len({*scripts}) == len(scripts)


OWN = "https://example.org/book/"
OUT = ' rel="external noopener"'


def finished(page: str, own: str) -> str:
    """A page with its links finished, for the address `own`."""
    return LINK.sub(partial(finish_link, own), page)


@pytest.mark.parametrize(
    ("link", "more"),
    [
        ('<a href="https://example.com/">', OUT),
        ('<a class="x" href="http://example.com/a.csv" id="y">', OUT),
        ('<a href="//example.com/">', OUT),
        (f'<a href="{OWN}zh/">', ""),
        ('<a href="https://example.org/other/">', OUT),
        ('<a rel="me" href="https://example.com/">', ""),
        ('<a href="https://example.com/" rel="me">', ""),
        ('<a href="../other/">', ""),
        ('<a href="#part">', ""),
        ('<a href="page.md">', ""),
        ('<a href="mailto:a@example.com">', ""),
        ('<a href="a.bib">', ' download type="application/x-bibtex"'),
        ('<a href="a.csv#row">', ' download type="text/csv"'),
        ('<a href="a.epub">', ' download type="application/epub+zip"'),
        ('<a href="../a.ipynb?x=1">', ' download type="application/x-ipynb+json"'),
        ('<a href="llms.txt">', ' download type="text/plain"'),
        ('<a href="/a.b.zip">', ' download type="application/zip"'),
        ('<a href="a.zip" download>', ""),
        ('<a download="b" href="a.zip">', ""),
        ('<a type="x" href="a.zip">', ""),
        ('<link href="https://example.com/">', ""),
        ('<abbr href="https://example.com/">', ""),
    ],
)
def test_a_link_says_where_it_leads(link: str, more: str) -> None:
    """To another site, or to a file that a reader takes along; a link of the site itself says nothing."""
    whole = f"<p>{link}One</a> and <b>two</b></p>"
    assert finished(whole, OWN) == whole.replace(link, f"{link[:-1]}{more}>")


def test_without_an_address_every_address_is_another_site() -> None:
    assert finished(f'<a href="{OWN}">', "") == f'<a href="{OWN}"{OUT}>'
    assert finished('<a href="https://example.org/bo">', OWN).endswith(f"{OUT}>")


@pytest.mark.parametrize(
    ("url", "path", "address", "own", "shared"),
    [
        ("", "", OWN, "", ""),
        ("labs/speech/", "", OWN, "../../", "../../"),
        ("", "zh", "", "", "../"),
        ("labs/", "zh", OWN, "../", "../../"),
        ("labs/speech/", "a/b", "", "../../", "../../../../"),
        (None, "", "", "/", "/"),
        (None, "", OWN, "/book/", "/book/"),
        (None, "zh", OWN, "/book/zh/", "/book/"),
        (None, "zh", "", "/zh/", "/"),
    ],
)
def test_all_languages_have_their_assets_from_one_place(
    url: str | None, path: str, address: str, own: str, shared: str
) -> None:
    page = f'<script src="{own}assets/a.js"></script><a href="other/assets/a.js">'
    expected = page.replace(f'="{own}assets/', f'="{shared}assets/')
    assert finished_page(page, url, path, address) == expected


def test_a_page_leaves_out_what_its_templates_are_indented_by() -> None:
    page = "<p>\n\n   a  b\n </p>  \n<pre>\n  x\n\n</pre>\n\n<script>\n  y\n</script>\n  <!--\n  z -->"
    assert finished_page(page, "", "", "") == (
        "<p>\na  b\n</p>\n<pre>\n  x\n\n</pre>\n<script>\n  y\n</script>\n<!--\n  z -->"
    )


def test_the_links_of_a_page_are_finished() -> None:
    page = finished_page(f'<a href="{OWN}a"><a href="https://b.org">', "", "", OWN)
    assert page == f'<a href="{OWN}a"><a href="https://b.org"{OUT}>'
