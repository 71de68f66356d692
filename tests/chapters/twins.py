"""Which sections have changed in one language only.

`tests/chapters/twins.json` holds, for each section (and each shared text: front matter, correction, term), a digest of its text in each language, as they were when the two last
said the same. After a change in both, `python tests/chapters/twins.py` writes it anew. A section that has changed in one
language only is refused, until its twin follows or it is named as a change that needs none (a mended comma):
`python tests/chapters/twins.py --accept practice.md#results`. What a page lacks (missing.py) is named first.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).parents[1]),
    str(Path(__file__).parents[2] / "overrides/hooks"),
]

import yaml
from chapter_files import LANGUAGES, file, front, pages, sections
from conftest import ROOT
from missing import missing

RECORD = Path(__file__).with_suffix(".json")
Digests = dict[str, dict[str, str]]  # by page.md#id, then by language


def current() -> Digests:
    """The digests of all sections as they are now."""
    found: Digests = {}
    for language in LANGUAGES:
        for page in pages(language):
            for section in sections(file(language, page)):
                digest = hashlib.sha256(section.substance.encode()).hexdigest()[:12]
                found.setdefault(f"{page}#{section.id}", {})[language] = digest
    for place, texts in shared_texts().items():
        for language in LANGUAGES:
            substance = " ".join(str(texts.get(language)).split())
            digest = hashlib.sha256(substance.encode()).hexdigest()[:12]
            found.setdefault(place, {})[language] = digest
    return found


def shared_texts() -> dict[str, dict[str, object]]:
    """What stands in both languages outside the sections: front matter, corrections, glossary, titles."""
    found: dict[str, dict[str, object]] = {}
    for page in pages():
        found[f"{page}#"] = {lang: front(file(lang, page)) for lang in LANGUAGES}
    data = [*sorted((ROOT / "docs/corrections").glob("*.yml"))]
    for path in [*data, ROOT / "docs/glossary.yml", ROOT / "snippets/titles.yml"]:
        for id_, entry in (
            yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        ).items():
            found[f"{path.name}#{id_}"] = {lang: entry.get(lang) for lang in LANGUAGES}
    return found


def recorded() -> Digests:
    found: Digests = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return found


def behind(now: Digests, before: Digests) -> list[str]:
    """A line for each section of which one language has changed and the other has not."""
    lines = []
    for place, digests in now.items():
        old = before.get(place)
        if old is None:
            continue
        changed = [lang for lang in LANGUAGES if digests.get(lang) != old.get(lang)]
        if len(changed) == 1:
            other = next(lang for lang in LANGUAGES if lang not in changed)
            lines.append(f"{place}: {other} has not followed {changed[0]}")
    return lines


def main() -> int:
    if lines := missing():
        print("\n".join(lines))
        return 1
    accepted = (
        set(sys.argv[sys.argv.index("--accept") + 1 :])
        if "--accept" in sys.argv
        else set()
    )
    now, before = current(), recorded()
    for place in accepted:
        before.pop(place, None)
    if lines := behind(now, before):
        print("\n".join(lines))
        print(
            "Make the other language say the same, or accept: twins.py --accept page.md#id …"
        )
        return 1
    RECORD.write_text(json.dumps(now, indent=0, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
