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
