"""What a page needs for those who use a keyboard or a screen reader."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

CODE = re.compile(r'<div class="highlight"><pre(?: id="\w+")?>(?:<span></span>)?<code>')
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
# The corner of a table heads no column.
NO_HEADER = re.compile(r"<th([^>]*)></th>")


def accessible(html: str, words: Mapping[str, str]) -> str:
    """A page's HTML in which everything that scrolls sideways has a name and can be scrolled by the keyboard.

    Code gets its button here, too: Material's script would put each into a navigation without a name. What fits needs no
    stop of the Tab key; partials/stops.html takes it away.
    """
    number = itertools.count(1)

    def code(match: re.Match[str]) -> str:
        id_ = f"code-{next(number)}"
        return (
            '<div class="highlight"><pre><span class="md-code__nav"><button class="md-code__button" type="button" '
            f'title="{words["copy"]}" data-md-type="copy" data-clipboard-target="#{id_}"></button></span>'
            f'<code id="{id_}" {stop(words["code"])}>'
        )

    def stop(name: str) -> str:
        return f'tabindex="0" role="group" aria-label="{name}"'

    html = CODE.sub(code, html)
    html = html.replace(
        '<pre class="output">', f'<pre class="output" {stop(words["output"])}>'
    )
    html = html.replace(
        '<div class="formula">', f'<div class="formula" {stop(words["formula"])}>'
    )
    html = TABLE.sub(rf'<div class="table" {stop(words["table"])}>\g<0></div>', html)
    return NO_HEADER.sub(r"<td\1></td>", html)
