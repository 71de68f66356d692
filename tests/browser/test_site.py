"""The site as a reader meets it, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from chapter_files import file, pages
from conftest import ROOT
from nbclient import NotebookClient
from playwright.sync_api import Browser, Page
from runner import Record


def open_page(
    browser: Browser, url: str, **settings: object
) -> tuple[Page, list[str], list[str]]:
    """A page, what it complained of, and the addresses that it asked for."""
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on(
        "console",
        lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return page, complaints, asked


@pytest.mark.parametrize("path", ["", "mathematics/", "notebooks/numpy_network/"])
def test_the_switch_stays_on_the_page(
    browser: Browser, address: str, path: str
) -> None:
    page, _, _ = open_page(browser, address + path)
    page.click(".language-switch")
    page.wait_for_url(f"{address}zh/{path}")
    assert page.evaluate("document.documentElement.lang") == "zh"
    page.click(".language-switch")
    page.wait_for_url(address + path)
    page.context.close()


@pytest.mark.parametrize("language", ["", "zh/"])
def test_all_is_there_with_scripts_off(
    browser: Browser, address: str, language: str, records: dict[str, Record]
) -> None:
    page, _, asked = open_page(
        browser, f"{address}{language}core-concepts/", java_script_enabled=False
    )
    assert page.locator("svg.diagram").count() == 2
    assert page.locator("svg.diagram text").first.is_visible()
    box = page.locator("svg.diagram").first.bounding_box()
    assert box and box["width"] > 200 and box["height"] > 200
    assert not [url for url in asked if "mermaid" in url or "mathjax" in url.lower()]

    page.goto(f"{address}{language}mathematics/")
    assert page.locator("math").count() > 20
    fraction = page.locator("math mfrac").first.bounding_box()
    assert fraction and fraction["height"] > 15, "drawn, not only there"
    printed = records["numpy_network"].text("train").splitlines()[0]
    assert page.locator("pre.output", has_text=printed).is_visible()
    assert page.locator("svg.plot").first.is_visible()
    details = page.locator(".provenance details").first
    details.locator("summary").click()
    assert details.locator("dl").is_visible()

    page.goto(f"{address}{language}")
    assert page.locator("nav.md-nav--primary a").count() > 10
    page.context.close()


def test_figures_speak_the_language_of_the_page(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, f"{address}zh/")
    words = page.locator("svg.plot text").all_text_contents()
    assert "训练损失" in words
    assert "training loss" not in words
    assert "训练损失" in (page.locator("svg.plot").get_attribute("aria-label") or "")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_and_diagrams_follow_the_scheme(
    browser: Browser, address: str, scheme: str
) -> None:
    """Words in figures and diagrams stand out from the background, in light and dark alike."""
    page, _, _ = open_page(browser, f"{address}core-concepts/", color_scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    text = page.evaluate(
        "getComputedStyle(document.querySelector('svg.diagram text')).fill"
    )
    page.goto(address)
    label = page.evaluate(
        "getComputedStyle(document.querySelector('svg.plot text')).fill"
    )
    assert contrast(text, background) > 4.5
    assert contrast(label, background) > 4.5
    page.context.close()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two CSS colours by WCAG 2; a translucent one is mixed with the other."""

    def channels(colour: str) -> list[float]:
        numbers = [float(n) for n in re.findall(r"[\d.]+", colour)]
        return [*numbers[:3], numbers[3] if len(numbers) > 3 else 1.0]

    back = channels(other)
    front = channels(one)
    mixed = [
        f * front[3] + b * (1 - front[3])
        for f, b in zip(front[:3], back[:3], strict=True)
    ]

    def luminance(rgb: list[float]) -> float:
        linear = [
            c / 3294.6 if c <= 10.31 else ((c / 255 + 0.055) / 1.055) ** 2.4
            for c in rgb
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(mixed), luminance(back[:3])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_small_notebook_page_is_small(site: Path) -> None:
    """JupyterLab's style sheet alone would be 575 kB."""
    for name in ("defect_scope", "defect_dtype"):
        page = (site / "notebooks" / name / "index.html").read_text(encoding="utf-8")
        figures = "".join(re.findall(r"<svg class=\"plot\".*?</svg>", page, re.DOTALL))
        assert len(page.encode()) - len(figures.encode()) < 45_000
        assert "jp-" not in page


@pytest.mark.parametrize("language", ["", "zh/"])
def test_a_downloaded_notebook_runs_anywhere_with_the_same_output(
    site: Path, tmp_path: Path, records: dict[str, Record], language: str
) -> None:
    name = "gradient_check"
    source = site / language / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    nbformat.validate(notebook)
    ours = [  # the others write what it imports
        cell for cell in notebook.cells if not cell.source.startswith("%%writefile")
    ]
    shown = [cell.get("outputs", []) for cell in ours]
    NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    again = [cell.get("outputs", []) for cell in ours]

    def text(cells: list[list[dict[str, str]]]) -> list[str]:
        return [
            "".join(o["text"] for o in outputs if o["output_type"] == "stream")
            for outputs in cells
        ]

    assert text(again) == text(shown)
    assert "".join(text(shown)) != ""


@pytest.mark.parametrize("language", ["", "zh/"])
def test_terms_have_tooltips_that_lead_to_the_glossary(
    browser: Browser, address: str, language: str
) -> None:
    page, _, _ = open_page(browser, f"{address}{language}mathematics/")
    terms = page.locator("article a.term")
    assert terms.count() > 5
    assert len(terms.first.get_attribute("title") or "") > 10
    terms.first.click()
    page.wait_for_url("**/glossary/#*")
    assert page.evaluate("document.querySelector(location.hash) !== null")
    page.context.close()


def test_each_record_is_a_page_and_a_download_in_both_languages(
    site: Path, records: dict[str, Record]
) -> None:
    for language in ("", "zh/"):
        for name in records:
            page = (site / language / "notebooks" / name / "index.html").read_text(
                encoding="utf-8"
            )
            assert f'href="../{name}.ipynb"' in page
            notebook = json.loads(
                (site / language / "notebooks" / f"{name}.ipynb").read_text()
            )
            assert notebook["cells"][0]["cell_type"] == "markdown"


def test_the_chapters_are_all_in_the_navigation() -> None:
    """A page that nobody can find is no page; notebooks are found by their overview."""
    navigation = (
        (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    )
    for page in pages():
        assert page in navigation, page
    assert file("en", "index.md").exists()


@pytest.mark.parametrize("language", ["", "zh/"])
def test_questions_are_structured_data(
    browser: Browser, address: str, language: str
) -> None:
    """Each question of the page, with the first paragraph of its answer, free of notes and markup."""
    page, _, _ = open_page(browser, f"{address}{language}faq/")
    data = json.loads(page.locator("script[type='application/ld+json']").inner_text())
    assert data["@type"] == "FAQPage"
    headings = page.locator("article h2").count()
    assert len(data["mainEntity"]) == headings >= 5
    for entry in data["mainEntity"]:
        assert entry["name"].endswith(("?", "？")), entry["name"]
        answer = entry["acceptedAnswer"]["text"]
        assert len(answer) > 20
        assert "<" not in answer and "¶" not in answer
    page.context.close()
