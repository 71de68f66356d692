"""What a page may run: the templates' own scripts, and nothing that came into the page in another way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT, Project
from publish.finishing import INLINE, RULES, digest, page_policy
from runner import SourceError

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
        '<script data-scope="{{ scope }}">one()</script>'
    )
    (templates / "partials/two.html").write_text("<p>\n<script>{\n  two()\n}</script>")
    scripts = [b"one()", b"{\n  two()\n}"]
    names = " ".join(sorted(map(digest, scripts)))
    assert f"script-src 'self' {names};" in page_policy(templates)
    assert all(f"{name} " in page_policy(templates) for name in RULES)
    (templates / "partials/two.html").write_text("<p>\n<script>{{ two }}</script>")
    with pytest.raises(
        SourceError, match=r"overrides/partials/two\.html:2: (.|\n)*dataset"
    ):
        page_policy(templates)
