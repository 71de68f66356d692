"""`::: corrections`: all of them, in the order of the article, each with its verdict and its chapter."""

from __future__ import annotations

from ..data import JUDGEMENTS
from . import Call
from .correction import verdict


def write(call: Call) -> str:
    """How many of each kind there are, and a section for each."""
    corrections, counts = call.edition.corrections.values(), []
    for judgement in JUDGEMENTS:
        count = sum(one.verdict == judgement for one in corrections)
        counts.append(f"{call.word(judgement)}{call.word('colon')}{count}")
    sections = [" · ".join(counts)]
    for one in corrections:
        link = f"[{call.word('in_chapter')}]({one.page}.md#correction-{one.id})"
        sections.append(
            f"## {one.title} {{ #{one.id} }}\n\n*{verdict(call, one)} · {link}*"
            f"\n\n{one.claim}\n\n{one.holds}"
        )
    return "\n\n".join(sections)
