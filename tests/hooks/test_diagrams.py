"""The diagrams as they are drawn: small, legible on a phone, no title crossed by a line."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from chapter_files import LANGUAGES, file, pages
from drawing.diagram import DiagramError, diagram_svg

FENCE = re.compile(r"^```mermaid\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)
POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
PHONE = 358  # points, of the 390 of a common phone
TITLE = (2, 24)  # where the title stands below the upper edge of its frame
HALF_A_TITLE = 40  # no title is wider than twice this

DIAGRAMS = [
    pytest.param(match["source"], id=f"{language}-{page}-{number}")
    for language in LANGUAGES
    for page in pages(language)
    for number, match in enumerate(FENCE.finditer(file(language, page).read_text()))
]


def lines(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    """The points of each arrow."""
    return [
        [(float(x), float(y)) for x, y in POINT.findall(path.attrib["d"])]
        for path in root.iter("path")
        if "edge-thickness" in path.get("class", "")
    ]


@pytest.mark.parametrize("source", DIAGRAMS)
def test_its_words_are_legible_on_a_phone(source: str) -> None:
    root = ElementTree.fromstring(diagram_svg(source, "test"))
    scale = min(1, PHONE / float(root.attrib["width"]))
    sizes = [t.attrib["font-size"].removesuffix("px") for t in root.iter("text")]
    assert sizes
    assert scale * min(map(float, sizes)) >= 11


@pytest.mark.parametrize("source", DIAGRAMS)
def test_no_line_runs_through_the_title_of_a_frame(source: str) -> None:
    root = ElementTree.fromstring(diagram_svg(source, "test"))
    for frame in root.iterfind(".//g[@class='cluster']/rect"):
        x, y, width = (float(frame.attrib[name]) for name in ("x", "y", "width"))
        middle, top, bottom = x + width / 2, y + TITLE[0], y + TITLE[1]
        for line in lines(root):
            for (x1, y1), (x2, y2) in zip(line, line[1:], strict=False):
                beside = max(x1, x2) < middle - HALF_A_TITLE or (
                    min(x1, x2) > middle + HALF_A_TITLE
                )
                assert beside or max(y1, y2) < top or min(y1, y2) > bottom


def test_a_pill_is_one_rectangle() -> None:
    source = "flowchart TB\n  accTitle: A\n  accDescr: B\n  a([open]) --> b[shut]\n"
    pill, node = ElementTree.fromstring(diagram_svg(source, "test")).findall(
        ".//g[@class]//rect[@height]"
    )[-2:]
    assert float(pill.attrib["rx"]) == pytest.approx(float(pill.attrib["height"]) / 2)
    assert "rx" not in node.attrib
    assert len(diagram_svg(source, "test")) < 3000


@pytest.mark.parametrize(
    "kind", ["sequenceDiagram", "classDiagram", "pie", "%% a note\n\nmindmap", ""]
)
def test_a_kind_that_would_be_drawn_wrong_is_refused(kind: str) -> None:
    with pytest.raises(DiagramError, match="only these kinds can be: flowchart, graph"):
        diagram_svg(f"{kind}\n  accTitle: A\n  accDescr: B\n", "test")


@pytest.mark.parametrize("before", ["", "\n%% a note\n", "---\ntitle: pie\n---\n"])
def test_a_flowchart_may_begin_with_settings_and_comments(before: str) -> None:
    source = f"{before}graph LR\n  accTitle: A\n  accDescr: B\n  a --> b\n"
    assert diagram_svg(source, "test").startswith('<svg class="diagram"')


def test_two_drawings_of_a_page_share_no_id_and_each_refers_to_its_own() -> None:
    source = "graph LR\n  accTitle: A\n  accDescr: B\n  a --> b\n"
    ids = {}
    for prefix in ("one", "one-1"):
        drawn = diagram_svg(source, prefix)
        ids[prefix] = set(re.findall(r'\bid="(.*?)"', drawn))
        assert ids[prefix] == set(re.findall(r"url\(#(.*?)\)", drawn)) != set()
    assert not ids["one"] & {*ids, *ids["one-1"]}, "nor has it another's prefix"


def test_a_link_of_a_diagram_leads_where_its_author_wrote() -> None:
    source = "graph LR\n  accTitle: A\n  accDescr: B\n  a --> b\n  click a {}\n"
    link = "https://example.org/page#part"
    assert f'href="{link}"' in diagram_svg(source.format(f'"{link}"'), "test")
