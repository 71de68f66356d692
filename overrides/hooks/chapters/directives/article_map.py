"""`::: article-map`: where each section of the article is on this site, from docs/article-map.yml."""

from __future__ import annotations

from . import Call


def write(call: Call) -> str:
    """A table. Raises SourceError where a section is sent to a heading that is not there."""
    rows = [
        f"| {call.word('article_section')} | {call.word('place_here')} |",
        "| --- | --- |",
    ]
    for section, target in call.edition.places.items():
        page, _, id_ = target.partition("#")
        source = call.edition.sources.get(page)
        if not source or id_ not in source.headings:
            call.place.fail(
                f"docs/article-map.yml sends section {section} to '{target}', which is not there.",
                "name a page and the id of one of its headings.",
            )
        rows.append(f"| {section} | [{source.headings[id_]}]({target}) |")
    return "\n".join(rows)
