"""Links and anchors of the built site, checked by lychee without the network."""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

LYCHEE = Path(sysconfig.get_path("scripts")) / "lychee"
BASE = re.compile(r'id="__config".*?"base": "(?P<base>[^"]*)"', re.DOTALL)


def lychee(site: Path, base: str = "/") -> dict[str, Any]:
    """What lychee says of all pages below a folder.

    Args:
        site: the folder.
        base: the path at which it will be served; links of 404.html begin with it.
    """
    pages = sorted(map(str, site.rglob("*.html")))
    options = f"--offline --include-fragments --index-files index.html --root-dir {site} --format json --no-progress"
    served = re.escape(f"{site}{base.rstrip('/')}")
    remap = f"^file://{served}(/|$) file://{site}/"
    result = subprocess.run(
        [LYCHEE, *options.split(), "--remap", remap, "--", *pages],
        capture_output=True,
        text=True,
    )
    assert result.returncode in (0, 2), result.stderr  # 2: it found something
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def broken(report: dict[str, Any]) -> list[str]:
    """A line for each link that leads nowhere: where it stands, its target, what is wrong."""
    return [
        f"{page}:{error['span']['line']}: {error['url']} ({error['status'].get('details') or error['status']['text']})"
        for page, errors in report["error_map"].items()
        for error in errors
    ]


def test_every_link_and_anchor_leads_somewhere(site: Path) -> None:
    base = BASE.search((site / "404.html").read_text(encoding="utf-8"))
    assert base, "404.html names its base"
    report = lychee(site, base["base"])
    assert broken(report) == []
    assert report["total"] - report["excludes"] > 10_000, "of this site, not others'"


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/index.html").write_text('<h1 id="there">Other</h1>')
    good = ["other/", "other/#there", "/other/", "#here", "https://example.org/absent"]
    bad = ["absent/", "other/#absent", "/other/absent.html", "#absent"]
    links = "".join(f'<a href="{link}">x</a>\n' for link in good + bad)
    (tmp_path / "index.html").write_text(
        f'<link rel="stylesheet" href="absent.css"><h1 id="here">Here</h1>\n{links}'
    )
    errors = lychee(tmp_path)["error_map"][str(tmp_path / "index.html")]
    found = [error["url"].removeprefix(f"file://{tmp_path}/") for error in errors]
    assert sorted(found) == [
        "absent",
        "absent.css",
        "index.html#absent",
        "other#absent",
        "other/absent.html",
    ]
