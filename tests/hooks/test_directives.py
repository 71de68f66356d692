"""A directive is one file: what it needs is there as soon as the file is."""

from __future__ import annotations

import re

from conftest import Project

HINT = '''"""`::: hint program:section`: how much the section prints."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ..page import Part
from . import Call

OPTIONS = {"unit"}


def write(call: Call) -> str | Element:
    """A line of Markdown, or the number alone."""
    record, section = call.section()
    count = len(record.text(section))
    if "unit" in call.options:
        return f"It prints **{count}** {call.options['unit']}, {{{{ small:total | .2f }}}} in all."
    return call.reading.block(Part(f"<b>{count}</b>", "output", f"*{count}*"))
'''
PAGE = """# Other { #other }

::: hint small:sum
    unit: letters

- ::: hint small:sum
"""
LAB = """---
lab:
  snippet: small
  question: sums
  claim: Sums are large.
  verdict: does not
  finding: The sum is small.
  unit: points
  format: "+.2f"
  conditions: [all]
  control: [none]
---
# Other { #other }

::: verdict

::: labs sums
"""


def test_a_new_directive_is_one_file(project: Project) -> None:
    project.write("overrides/hooks/chapters/directives/hint.py", HINT)
    project.write("docs/en/other.md", PAGE)
    result = project.build()
    assert result.returncode == 0, result.stderr
    page = project.page("other")
    assert "It prints <strong>16</strong> letters, <a class=" in page
    assert "<b>16</b>" in page
    copy = (project.folder / "site/other.md").read_text(encoding="utf-8")
    assert "It prints **16** letters, [−1.32](notebooks/small.md) in all." in copy
    assert re.search(r"^- +\*16\*$", copy, re.MULTILINE)


def test_its_options_are_its_own(project: Project) -> None:
    project.write("overrides/hooks/chapters/directives/hint.py", HINT)
    project.write("docs/en/other.md", PAGE.replace("unit", "units"))
    result = project.build()
    assert result.returncode != 0
    assert "docs/en/other.md:3: 'units' is no option of hint" in result.stderr
    assert "its options: unit." in result.stderr


def test_a_lab_shows_its_effects_beside_the_margin_with_its_control(
    project: Project,
) -> None:
    for language in ("en", "zh"):
        project.write(f"docs/{language}/other.md", LAB)
    result = project.build()
    assert result.returncode == 0, result.stderr
    page = project.page("other")
    for outcome in ("does-not", "holds"):  # of the condition, of the control
        assert page.count(f'<svg class="interval {outcome}"') == 2  # box and overview
    assert 'margin <a class="run"' in page
    copy = (project.folder / "site/other.md").read_text(encoding="utf-8")
    row = "| all |  | [−1.32](notebooks/small.md), [−1.82](notebooks/small.md) to [−0.82](notebooks/small.md) | does not hold here |"
    assert copy.count(row) == 2
    assert copy.count("| control: none |") == 2
