"""What a page tells machines about itself: its questions and answers as structured data."""

from __future__ import annotations

import html
import re
from typing import Any

QUESTION = re.compile(
    r'<h2 id="[^"]*">(?P<question>.*?)</h2>\s*<p[^>]*>(?P<answer>.*?)</p>', re.DOTALL
)
# What a plain text leaves out: the sign behind a heading, the marks of footnotes.
DROPPED = re.compile(
    r'<a class="headerlink".*?</a>|\s*<sup id="fnref.*?</sup>|<sup>, </sup>', re.DOTALL
)
TAG = re.compile(r"<[^>]+>")


def plain_text(content: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(html.unescape(TAG.sub("", DROPPED.sub("", content))).split())


def faq_data(content: str) -> dict[str, Any]:
    """Schema.org's FAQPage for a page whose headings are questions.

    The answer is the first paragraph below each: the page is written so that it stands alone.
    """
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": plain_text(match["question"]),
                "acceptedAnswer": {
                    "@type": "Answer",
                    "text": plain_text(match["answer"]),
                },
            }
            for match in QUESTION.finditer(content)
        ],
    }
