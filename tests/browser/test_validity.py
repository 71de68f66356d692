"""Valid HTML, by the Nu checker; it is a Java program that npm installs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from .conftest import from_npm, is_missing

VERSION = "26.9.27"  # of vnu-jar

# What the checker gets wrong: a pattern of its message and what it shows of the page, and why that is no error.
EXCEPTIONS = {
    r"Attribute “(displaystyle|scriptlevel)” not allowed on element “m[a-z]+”": "MathML Core lets every element have both",
    r"Resource violates Content Security Policy .* external (stylesheet|script) “[./]*/?assets/": "a file has no origin, which 'self' would mean",
    r"(?s)Inline script violates Content Security Policy .*<script( id=\"__config\")? type=\"application/(ld\+)?json\">": "data are not run",
}
INLINE = re.compile(r"<[a-z][^>]* (?:style|on[a-z]+)=[^>]*>")


@pytest.fixture(scope="session")
def checker() -> list[str]:
    """The command of the Nu checker."""
    demanded = os.environ.get("REQUIRE_JAVA") == "1"
    if not shutil.which("java"):
        is_missing("no java here; on Debian: apt-get install default-jre-headless", demanded)  # fmt: skip
    jar = from_npm("vnu-jar", VERSION, demanded) / "build/dist/vnu.jar"
    return ["java", "-Xss1m", "-jar", str(jar), "--format", "json"]


def complaints(checker: list[str], *places: Path) -> list[dict[str, Any]]:
    """What the checker says, errors, warnings and remarks alike."""
    command = [*checker, "--skip-non-html", "--exit-zero-always", *map(str, places)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    messages: list[dict[str, Any]] = json.loads(result.stderr)["messages"]
    return messages


def test_every_page_is_valid_html(checker: list[str], site: Path) -> None:
    excepted: Counter[str] = Counter()
    lines = []
    for one in complaints(checker, site):
        text = one["message"]
        shown = f"{text} {one.get('extract', '')}"
        pattern = next((p for p in EXCEPTIONS if re.match(p, shown)), None)
        if pattern:
            excepted[pattern] += 1
        else:
            page = Path(one["url"].removeprefix("file:")).relative_to(site)
            lines.append(f"{page}:{one.get('lastLine')}: {one['type']}: {text}")
    assert lines == []
    assert excepted.keys() == EXCEPTIONS.keys(), "an exception that nothing needs"


def test_an_error_is_found(checker: list[str], tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        '<!doctype html><html lang="en"><title>x</title><p id="a"><p id="a"><center>x'
    )
    found = " ".join(one["message"] for one in complaints(checker, tmp_path))
    assert "Duplicate ID" in found
    assert "center" in found


def test_no_element_has_a_style_or_a_handler_of_its_own(site: Path) -> None:
    """A Content-Security-Policy without 'unsafe-inline' would ignore it."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 100
    for page in pages:
        found = INLINE.findall(page.read_text(encoding="utf-8"))
        assert found == [], page.relative_to(site)


def test_the_search_for_styles_and_handlers() -> None:
    html = '<p style="x"><a onclick="x"><b data-style="x" title="on=1"><td class="style">style="x"'
    assert len(INLINE.findall(html)) == 2
