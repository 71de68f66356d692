"""A project of any size, whose text, values and figures are generated and all distinct, to see how costs grow with it.

At size 1 it has as many chapters and programs as this site.
"""

from __future__ import annotations

import random
from pathlib import Path

from conftest import Project, assemble

CHAPTERS, PROGRAMS, PARAGRAPHS = 48, 45, 12
LANGUAGES = {
    "en": [
        "model",
        "data",
        "loss",
        "layer",
        "weight",
        "gradient",
        "token",
        "sample",
        "batch",
        "norm",
        "rate",
        "error",
        "test",
        "label",
        "score",
        "width",
    ],
    "zh": [
        "模型",
        "数据",
        "损失",
        "层",
        "权重",
        "梯度",
        "词元",
        "样本",
        "批次",
        "范数",
        "速率",
        "误差",
        "测试",
        "标签",
        "分数",
        "宽度",
    ],
}
PROGRAM = '''"""Draws walk {n}."""

import matplotlib.pyplot as plt

# --8<-- [start:walk]
state, walk = {seed}, []
for _ in range(60):
    state = state * 1103515245 + 12345 & 0x7FFFFFFF
    walk.append(round(state / 0x7FFFFFFF, 6))
print("first", walk[0], "last", walk[-1])
# --8<-- [end:walk]

# --8<-- [start:drawn]
fig, ax = plt.subplots()
ax.plot(walk)
ax.set_xlabel("step {n}")
fig.tight_layout()
# --8<-- [end:drawn]
'''
CHAPTER = """---
description: {about}
---
# {title} {{ #chapter-{n} }}

{first}

```python
--8<-- "walk_{p}.py:walk"
```

::: output walk_{p}:walk

::: figure walk_{p}:drawn
    alt: {alt}
    caption: {caption}
    labels:
      step {p}: {label}

{rest}
"""


def grow(folder: Path, size: int) -> Project:
    """Writes the project of this size into a new folder."""
    project = assemble(folder)
    titles = (folder / "snippets/titles.yml").read_text(encoding="utf-8")
    for n in range(PROGRAMS * size):
        program = PROGRAM.format(n=n, seed=7 * n + 1)
        project.write(f"snippets/walk_{n}.py", program)
        told = f"en: {{title: Walk {n}, summary: Draws walk {n}.}}\n  zh: {{title: 第 {n} 次游走, summary: 画出第 {n} 次游走。}}"
        titles += f"walk_{n}:\n  {told}\n"
    project.write("snippets/titles.yml", titles)
    for language, words in LANGUAGES.items():
        draw = random.Random(language)
        for n in range(CHAPTERS * size):
            project.write(f"docs/{language}/part{n % 9}/chapter-{n}.md", _chapter(n, language, words, draw, size))  # fmt: skip
    return project


def _chapter(n: int, language: str, words: list[str], draw: random.Random, size: int) -> str:  # fmt: skip
    program = n % (PROGRAMS * size)
    blank, stop = (" ", ". ") if language == "en" else ("", "。")

    def sentence() -> str:
        return blank.join(draw.choices(words, k=9)).capitalize() + stop

    def paragraph() -> str:
        named = f"{blank}{{{{ walk_{program}:walk[{draw.randrange(60)}] | .4f }}}}{stop}"  # fmt: skip
        return "".join(sentence() for _ in range(6)) + words[0].capitalize() + named

    first = f"{sentence()}[@someone2020small]"
    return CHAPTER.format(
        n=n,
        p=program,
        title=f"{words[n % 16].capitalize()} {n}",
        about=sentence().strip(),
        first=first,
        alt=sentence().strip(),
        caption=sentence().strip(),
        label=words[n % 16],
        rest="\n\n".join(paragraph() for _ in range(PARAGRAPHS)),
    )
