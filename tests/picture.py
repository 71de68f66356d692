"""The picture of the first page in README.md, light and dark: `.venv/bin/python tests/picture.py`, with Chromium.

Builds the site, opens its first page and writes .github/page-light.webp and .github/page-dark.webp.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / part) for part in ("overrides/hooks", "tests", "tests/chapters")
]

from browser.conftest import BUILD, FLAGS, MISSING, Quiet, find_browser, served
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

SCHEMES = ("light", "dark")
SIZE = WIDTH, HEIGHT = 1200, 680
DESCRIPTION = 0x010E  # of EXIF: the measured numbers that the picture shows


def path_of(scheme: str) -> Path:
    return ROOT / f".github/page-{scheme}.webp"


def taken(browser: Browser, address: str, scheme: str) -> tuple[Image.Image, str]:
    """The first page as it is seen in a light or a dark browser, and the numbers of its first paragraph."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    numbers = " ".join(page.locator(".hero p a.run").all_inner_texts())
    context.close()
    return picture, numbers


def main() -> None:
    found = find_browser() or sys.exit(MISSING)
    with tempfile.TemporaryDirectory() as site, sync_playwright() as playwright:
        subprocess.run([*BUILD, site], cwd=ROOT, check=True)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        with served(partial(Quiet, directory=site)) as address:
            for scheme in SCHEMES:
                picture, numbers = taken(browser, address, scheme)
                about = Image.Exif()
                about[DESCRIPTION] = numbers
                picture.save(path_of(scheme), quality=80, method=6, exif=about)
        browser.close()


if __name__ == "__main__":
    main()
