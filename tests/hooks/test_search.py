"""What the search reads of a finished site, and Material's script as it is published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from publish.assets import INSTEAD, MEASURED, STYLE, bent, finish_assets
from publish.search import TEXTS, TITLES, Entry, read_page, write_search
from runner import SourceError

PAGE = """<!doctype html><html><head><meta name="description" content="What it is &amp; does.">
<meta name="keywords" content="one name, 另一个"></head><body><nav><a href="#a">Not this</a></nav>
<article class="md-content__inner md-typeset"><h1 id="top">A <em>title</em><a class="headerlink" href="#top">¶</a></h1>
<p>Be<b>fore</b> all<sup id="f"><a class="footnote-ref" href="#1">1</a></sup>, <math><msub><mi>W</mi><mn>1</mn></msub><annotation>W_1</annotation></math>.</p>
<p>Then<br>more</p><svg><text>drawn</text></svg><script>let code = 1</script>
<h2 id="part">A part</h2><pre><code><span>{{ a:b }}  [@c]</span>
x = 1</code><button><span>Copy</span></button></pre>
<h3>Without an anchor</h3><dl><dt><span id="word" data-names="words, wörd"></span><strong>word</strong> · 词</dt><dd>A meaning.</dd></dl>
</article><footer>Nor this</footer></body></html>"""


def test_a_page_is_read_place_by_place() -> None:
    assert read_page(PAGE) == [
        Entry("top", 1, "A title", "one name\n另一个", "What it is & does. Before all, W1. Then more"),
        Entry("part", 2, "A part", "", "{{ a:b }} [@c] x = 1 Without an anchor"),
        Entry("word", 0, "word", "words\nwörd\n词", "A meaning."),
    ]  # fmt: skip


def test_a_page_without_an_article_has_no_place() -> None:
    assert read_page("<html><head></head><body><h1 id='a'>A</h1></body></html>") == []


def article(title: str, *sections: str) -> str:
    parts = "".join(f'<h2 id="{s}">{title} {s}</h2><p>{s}</p>' for s in sections)
    return (
        f'<article class="md-content__inner"><h1 id="t">{title}</h1>{parts}</article>'
    )


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8").partition(" = ")[2])


def test_each_language_has_its_own_places_and_the_names_of_the_other(
    tmp_path: Path,
) -> None:
    pages = {
        "cases/": article("Cases", "choice"),
        "cases/models/": article("Models", "bloom"),
        "corrections/": article("Corrections", "wrong"),
        "": article("Home"),
        "labs/": article("Labs", "all"),
        "labs/one/": article("Lab", "claim"),
        "zh/": article("首页"),
        "zh/labs/one/": article("实验", "claim"),
    }
    site = tmp_path
    write_search(site, {a: read_page(html) for a, html in pages.items()}, ["", "zh"])
    titles, texts = read(site / TITLES), read(site / TEXTS)
    assert titles["pages"] == ["cases/", "cases/models/", "corrections/", "", "labs/", "labs/one/"]  # fmt: skip
    assert titles["places"] == [
        [0, "page", "t", "Cases", ""],
        [0, "section", "choice", "Cases choice", ""],
        [1, "page", "t", "Models", ""],
        [1, "case", "bloom", "Models bloom", ""],
        [2, "page", "t", "Corrections", ""],
        [2, "correction", "wrong", "Corrections wrong", ""],
        [3, "page", "t", "Home", "首页"],
        [4, "page", "t", "Labs", ""],
        [4, "section", "all", "Labs all", ""],
        [5, "lab", "t", "Lab", "实验"],
        [5, "section", "claim", "Lab claim", "实验 claim"],
    ]
    assert texts == ["", "choice", "", "bloom", "", "wrong", "", "", "all", "", "claim"]  # fmt: skip
    assert read(site / "zh" / TITLES)["pages"] == ["", "labs/one/"]


def test_a_page_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    site, cache, sheet = tmp_path / "site", tmp_path / "cache", tmp_path / "own.css"
    for folder in ("assets", "old"):
        (site / folder).mkdir(parents=True)
    sheet.write_text(".home{top:0}.house{top:1px}.hole{top:2px}", encoding="utf-8")
    (site / "old/index.html").write_text("<p>It has moved.</p>", encoding="utf-8")
    (site / "404.html").write_text(f"<p class='hole'>{article('Nowhere')}", "utf-8")

    def finish(title: str) -> tuple[Any, str]:
        html = f"<p class='{title.lower()}'>{article(title)}"
        (site / "index.html").write_text(html, encoding="utf-8")
        finish_assets(site, cache, [""], [material(tmp_path)], [sheet])
        return read(site / TITLES), (site / STYLE).read_text(encoding="utf-8")

    for _ in range(2):  # anew, and from what was kept
        titles, style = finish("Home")
        assert titles == {"pages": [""], "places": [[0, "page", "t", "Home", ""]]}
        assert style == ".home{top:0}.hole{top:2px}"
    titles, style = finish("House")
    assert titles["places"][0][3] == "House"
    assert style == ".house{top:1px}.hole{top:2px}"


def material(folder: Path) -> Path:
    """A theme with two style sheets that are empty."""
    for name in ("main", "palette"):
        sheet = folder / f"theme/assets/stylesheets/{name}.1.min.css"
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text("", encoding="utf-8")
    return folder / "theme"


def test_material_measures_no_program() -> None:
    script = f"let a=x({MEASURED})"
    assert bent(script, "bundle.js") == f"let a=x({INSTEAD})"
    mapped = f"{script}\n//# sourceMappingURL=bundle.js.map\n"
    assert bent(mapped, "bundle.js") == f"let a=x({INSTEAD})\n"
    assert bent(bent(script, "bundle.js"), "bundle.js") == f"let a=x({INSTEAD})"


@pytest.mark.parametrize("script", ["", MEASURED + MEASURED])
def test_a_script_of_another_kind_is_refused(script: str) -> None:
    with pytest.raises(SourceError, match="still needs to be bent"):
        bent(script, "bundle.js")
