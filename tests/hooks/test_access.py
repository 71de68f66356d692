"""What the build does for those who use a keyboard or a screen reader."""

from __future__ import annotations

import pytest
from publish.access import accessible
from publish.assets import PROGRAMS, without_measuring
from runner import SourceError

WORDS = {
    "copy": "Copy",
    "code": "Program",
    "output": "Output",
    "formula": "Formula",
    "table": "Table",
}


def test_what_scrolls_has_a_name_and_a_stop() -> None:
    html = accessible(
        '<pre class="output">1</pre><div class="formula">x</div><table><tr><th></th><th>a</th></tr></table>',
        WORDS,
    )
    for part, name in (
        ('<pre class="output"', "Output"),
        ('<div class="formula"', "Formula"),
        ('<div class="table"', "Table"),
    ):
        assert f'{part} tabindex="0" role="group" aria-label="{name}">' in html
    assert "<tr><td></td><th>a</th></tr></table></div>" in html


def test_each_copy_button_has_its_program() -> None:
    block = '<div class="highlight"><pre><span></span><code>a = 1\n</code></pre></div>'
    html = accessible(block + block, WORDS)
    for id_ in ("code-1", "code-2"):
        assert f'data-clipboard-target="#{id_}"' in html
        assert (
            f'<code id="{id_}" tabindex="0" role="group" aria-label="Program">a = 1'
            in html
        )


def test_the_script_measures_no_program() -> None:
    script = f'M({PROGRAMS},e).map(Yn),M("a",e).map(Jn)'
    changed = without_measuring(script, "bundle.js")
    assert PROGRAMS not in changed and changed.endswith('M("a",e).map(Jn)')
    for other in ("", script + script):
        with pytest.raises(SourceError, match="still measures"):
            without_measuring(other, "bundle.js")
