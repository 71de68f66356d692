"""What is done to a drawing before it stands in a page: piece by piece, with the right result written out."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

import pytest
from conftest import ROOT
from drawing import svg
from drawing.interval import EDGE, HEIGHT, WIDTH, ends_of, interval_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">{}</svg>'


def tidied(inside: str, prefix: str = "p") -> str:
    """What stands inside of the root once it is tidy."""
    root = svg.parse(SVG.format(inside))
    svg.tidy(root, prefix)
    return re.sub("^<svg[^>]*>|</svg>$", "", svg.to_html(root)).replace(" />", "/>")


def test_names_are_freed_of_their_namespaces() -> None:
    root = svg.parse(SVG.format('<use xlink:href="#a" id="b"/>'))
    assert [one.tag for one in root.iter()] == ["svg", "use"]
    assert root[0].attrib == {"href": "#a", "id": "b"}


def test_what_is_not_well_formed_is_an_error() -> None:
    with pytest.raises(ParseError):
        svg.parse("<svg><g></svg>")


def test_elements_are_removed_wherever_they_stand() -> None:
    root = svg.parse(SVG.format("<style/><g><style/><rect/><metadata/></g>"))
    svg.remove(root, "style", "metadata")
    assert [one.tag for one in root.iter()] == ["svg", "g", "rect"]


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        # Style becomes attributes, but for what a page sets better.
        ('<g style="fill: red; stroke-width: 2"/>', '<g fill="red" stroke-width="2"/>'),
        ('<g style="font-family: x; line-height: 1; fill: red"/>', '<g fill="red"/>'),
        ('<g style="font: 12.5px sans"/>', '<g font-size="12.5"/>'),
        ('<g style="font: large sans"/>', "<g/>"),
        ('<g style="max-width: 80px"/>', '<g width="80"/>'),
        # Colours of the palette follow the page; others stay.
        ('<g fill="#2F6FB0" stroke="#123456"/>', '<g fill="var(--plot-blue)" stroke="#123456"/>'),
        ('<g style="stroke: #000000"/>', '<g stroke="currentColor"/>'),
        # Lengths have one decimal, factors all that they had.
        ('<path d="M 1.26 -0.04 L 10.0499 3"/>', '<path d="M 1.3 0 L 10 3"/>'),
        ('<path d="M 1.5 2"/>', '<path d="M 1.5 2"/>'),
        ('<g transform="translate(1.26 2.04)"/>', '<g transform="translate(1.3 2)"/>'),
        ('<g transform="scale(0.123 0.987)"/>', '<g transform="scale(0.123 0.987)"/>'),
        ('<g transform="matrix(0.123 0 0 1 2.345 0)"/>', '<g transform="matrix(0.123 0 0 1 2.345 0)"/>'),
        ('<rect x="1.26" y1="2.26" opacity="0.123"/>', '<rect x="1.3" y1="2.3" opacity="0.123"/>'),
        # Ids that something refers to become the drawing's own; others go.
        ('<g id="a"/><use href="#a"/>', '<g id="p.1"/><use href="#p.1"/>'),
        ('<g id="b"/><g id="a"/><path clip-path="url(#b)" mask="url(#a)"/>', '<g id="p.2"/><g id="p.1"/><path clip-path="url(#p.2)" mask="url(#p.1)"/>'),
        ('<g id="a"/>', "<g/>"),
    ],
)  # fmt: skip
def test_a_drawing_is_tidied(written: str, tidy: str) -> None:
    assert tidied(written) == tidy


def test_only_the_blanks_of_words_stay() -> None:
    written = "<g>\n  <rect/>\n  <text> a <tspan> b </tspan> </text>\n</g>"
    shown = tidied(written)
    assert shown == "<g><rect/><text> a <tspan> b </tspan></text></g>"


def test_an_image_says_its_size_and_what_it_shows() -> None:
    root = svg.parse(SVG.format("<g/>"))
    root.set("height", "1in")
    svg.as_image(root, "plot", "A line.", 1.5)
    assert root.attrib == {
        "class": "plot",
        "viewBox": "0 0 100 50",
        "width": "150",
        "height": "75",
        "role": "img",
        "aria-label": "A line.",
    }
    svg.as_image(root, "diagram", "A box.")
    assert (root.get("width"), root.get("height")) == ("100", "50")


def test_as_a_file_a_drawing_has_paper_and_colours_of_its_own() -> None:
    page = '<svg class="plot"><g fill="var(--plot-blue)" stroke="currentColor" /></svg>'
    alone = svg.parse(svg.standalone(page))
    assert alone.get("font-family") == "sans-serif"
    paper, group = alone
    assert paper.tag == "rect"
    assert paper.attrib == {"width": "100%", "height": "100%", "fill": "#ffffff"}
    assert group.attrib == {"fill": "#2f6fb0", "stroke": "#000000"}
    assert 'xmlns="http://www.w3.org/2000/svg"' in svg.standalone(page)


def test_every_colour_of_programs_has_its_variants() -> None:
    """The style of figures names it, the style sheet gives it for light and for dark."""
    style = (ROOT / "snippets/matplotlibrc").read_text(encoding="utf-8").lower()
    sheet = (ROOT / "overrides/assets/style/colours.css").read_text(encoding="utf-8")
    plotted = {c: v for c, v in svg.PALETTE.items() if "plot" in v}
    assert len(plotted) == 6
    for colour, variant in plotted.items():
        assert colour.removeprefix("#") in style, colour
        name = re.fullmatch(r"var\((--plot-\w+)\)", variant)
        assert name and sheet.count(f"{name[1]}:") >= 2, variant


# An effect with its interval


def parts(drawn: str) -> dict[str, Element]:
    """Its lines by their class, and its point."""
    return {one.get("class", one.tag): one for one in svg.parse(drawn)}


def test_one_scale_holds_zero_the_margin_and_every_interval() -> None:
    assert ends_of([(0.2, 0.1, 0.3)], 0.05) == (0.0, 0.3)
    assert ends_of([(-0.2, -0.4, 0.1), (0.1, 0.0, 0.2)], 0.5) == (-0.4, 0.5)
    assert ends_of([], -0.5) == (-0.5, 0.0)


def test_an_effect_is_drawn_to_scale() -> None:
    drawn = interval_svg((0.5, 0.0, 2.0), 1.0, (-1.0, 3.0), "does not")
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in drawn
    assert 'class="interval does-not"' in drawn and 'aria-hidden="true"' in drawn
    found, room = parts(drawn), WIDTH - 2 * EDGE

    def across(name: str, *sides: str) -> list[float]:
        return [float(found[name].attrib[side]) for side in sides]

    assert across("zero", "x1", "x2") == [EDGE + 0.25 * room] * 2
    assert across("zero", "y1", "y2") == [0, HEIGHT]
    assert across("margin", "x1", "x2") == [EDGE + 0.5 * room] * 2
    assert across("margin", "y1", "y2") == [0, HEIGHT]
    assert across("reach", "x1", "x2") == [EDGE + 0.25 * room, EDGE + 0.75 * room]
    assert across("reach", "y1", "y2") == [HEIGHT / 2] * 2
    assert across("circle", "cx", "cy") == [EDGE + 0.375 * room, HEIGHT / 2]


def test_where_nothing_differs_all_stands_at_the_edge() -> None:
    found = parts(interval_svg((0.0, 0.0, 0.0), 0.0, (0.0, 0.0), "holds"))
    assert found["circle"].get("cx") == f"{EDGE:.1f}"
