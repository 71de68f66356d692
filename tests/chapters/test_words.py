"""Words: British spelling in English, spaces and punctuation in Chinese.

`make check` looks for misspelt English (codespell); what is American is not misspelt.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterator

import autocorrect_py
import pytest
import yaml
from chapter_files import file, pages
from conftest import ROOT
from test_numbers import strings
from test_twins import Lenient

DATA = [
    *sorted((ROOT / "docs/corrections").glob("*.yml")),
    ROOT / "docs/glossary.yml",
    ROOT / "docs/cases.yml",
    ROOT / "docs/finder.yml",
    ROOT / "snippets/titles.yml",
]
# What a reader sees of Markdown: a value, a formula or code is a word; a link, a title or an emphasis is its text.
SHOWN = [
    (r"^( *)(```+|~~~+).*?^\1\2 *$", ""),
    (r"\{\{.*?\}\}", "X"),
    (r"\$\$.+?\$\$|(?<![\\$])\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d)", "X"),
    (r" ?\[@[^\]]*\]", ""),
    (r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "X"),
    (r"\]\([^)]*\)", ""),
    (r"(?<!!)\[(?!\^)", ""),
    (r"\{ *[#.:][^}]*\}", ""),
    (r"</?[a-z]+( [^>]*)?>", ""),
    # A title at the start of a paragraph: without the blank, CommonMark would not see where it ends.
    (r"\*\*([^*]+?[。：？！])\*\* ", r"\1"),
    (r"\*\*?([^*\s][^*]*)\*\*?", r"\1"),
]
# What is right in British English, too, and why.
BRITISH = {
    "program": "of a computer",
    "practice": "the noun",
    "story": "that is told",
    "center": "the name of an institute",
    "specialization": "the title of a course",
    "modeling": "the title of a course",
    "license": "the name of a file",
    "licenses": "the verb",
    "math": "the name of a file, and of a table in a font",
    "flavor": "an option of a command",
}


# What a native does not write, and what to write instead.
UNCHINESE = {
    "(?<!打)印(?:出|成|的)": "打印、输出",
    "公共计算机": "公共算力平台",
    "没有看到|没看到": "未观察到",
    "公共财产": "转由社区共有",
    "孪生网络": "结构相同的另一个网络",
    "没有证明什么": "局限",
    "响亮": "方差最大、最突出",
    "访问职位": "访问学者岗位",
    "数据进门": "数据进入函数",
    "上蹿下跳": "忽高忽低",
    "模型的一生": "生命周期",
    "未决": "尚不清楚",
    "悬于一线": "相当勉强",
    "带走这一页": "下载本页",
    "损失函数坚持": "损失函数要求",
    "去除每个梯度": "把每个梯度除以……",
    "工具和尺子": "工具与评测标准",
    "成了笼子": "反成束缚",
}


def unchinese(text: str) -> Iterator[tuple[int, str, str]]:
    """What a native would write in another way: line, what is written, what to write."""
    for number, line in enumerate(shown(text).splitlines()):
        for pattern, better in UNCHINESE.items():
            if found := re.search(pattern, line):
                yield number, found[0], better


def shown(text: str) -> str:
    """A piece of Markdown as its reader sees it, line for line."""
    for pattern, new in SHOWN:
        replace = functools.partial(_keep_lines, new)
        text = re.sub(pattern, replace, text, flags=re.DOTALL | re.MULTILINE)
    return text


def _keep_lines(new: str, found: re.Match[str]) -> str:
    return found.expand(new) + "\n" * found[0].count("\n")


def texts(language: str) -> Iterator[tuple[str, int, str]]:
    """All that is written in a language: file, first line, text."""
    for page in pages(language):
        path = file(language, page)
        # What a reader may look for is spelt in every way (keywords), and has the commas of YAML.
        text = re.sub(r"^keywords:.*", "", path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)  # fmt: skip
        yield str(path.relative_to(ROOT)), 1, text
    for path in DATA:
        source = path.read_text(encoding="utf-8")
        for id_, entry in (yaml.safe_load(source) or {}).items():
            line = source[: source.index(f"{id_}:")].count("\n") + 1
            for text in strings(entry[language]):
                yield str(path.relative_to(ROOT)), line, text


def american() -> dict[str, str]:
    """American spellings, each with the British one."""
    data = importlib.resources.files("codespell_lib") / "data"
    lines = (data / "dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    pairs = [line.split("->") for line in lines.splitlines() if "->" in line]
    return {
        us: british for british, them in pairs for us in them.strip(" ,").split(", ")
    }


def spelt_american(text: str) -> Iterator[tuple[int, str, str]]:
    """The American words of a text: line, word, what to write instead."""
    words = american()
    for number, line in enumerate(shown(text).splitlines()):
        for word in re.findall(r"[A-Za-z]+", line):
            if british := words.get(word.lower()):
                yield number, word.lower(), british


def misspaced(text: str) -> Iterator[tuple[int, str, str]]:
    """What Chinese typesetting would have otherwise: line, what is written, what to write."""
    for one in autocorrect_py.lint_for(shown(text), "text.md").lines:
        same = next(
            i for i, (a, b) in enumerate(zip(one.old, one.new, strict=False)) if a != b
        )
        part = slice(max(0, same - 8), same + 8)
        yield one.line - 1, one.old[part], one.new[part]


def test_english_is_british() -> None:
    written = list(texts("en"))
    for name in ("README.md", "CONTRIBUTING.md"):
        written.append((name, 1, (ROOT / name).read_text(encoding="utf-8")))
    found = [
        (f"{name}:{first + line}: {word}, in British English {british}", word)
        for name, first, text in written
        for line, word, british in spelt_american(text)
    ]
    assert [message for message, word in found if word not in BRITISH] == []
    assert {word for _, word in found} == set(BRITISH), "an exception nobody needs"


def test_chinese_and_latin_stand_apart_and_punctuation_is_chinese() -> None:
    written = list(texts("zh"))
    configuration = yaml.load((ROOT / "mkdocs.zh.yml").read_text(), Loader=Lenient)
    for part in ("site_name", "site_description", "copyright", "theme", "extra"):
        for text in strings(configuration[part]):
            written.append(("mkdocs.zh.yml", 1, text))
    assert len(written) > 300
    found = [
        f"{name}:{first + line}: write '{new}' instead of '{old}'"
        for name, first, text in written
        for line, old, new in misspaced(text)
    ]
    assert found == []


def test_chinese_is_written_as_a_native_writes_it() -> None:
    configuration = yaml.load((ROOT / "mkdocs.zh.yml").read_text(), Loader=Lenient)
    written = list(texts("zh"))
    written += [("mkdocs.zh.yml", 1, t) for t in strings(configuration["extra"])]
    found = [
        f"{name}:{first + line}: write '{better}' instead of '{part}'"
        for name, first, text in written
        for line, part, better in unchinese(text)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["程序印出损失", "公共计算机上", "这里没有看到"])
def test_what_no_native_writes_is_found(text: str) -> None:
    assert len(list(unchinese(f"第一行\n{text}。"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "用Python写",
        "损失是 0.0103,方差是 0.0100。",
        "损失是{{ numpy_network:test_loss | .4f }}。",
        "权重$W_1$不变。",
        "名字`x`不变。",
        "见[Adam](labs/optimisers.md)的实验。",
        "见 **Adam**的实验。",
        "第 1 行\n\n- 第2行",
        "::: figure a:b\n    caption: 图3的值\n",
        "是 。对",
    ],
)
def test_what_is_misspaced_is_found(text: str) -> None:
    lines = [line for line, _, _ in misspaced(text)]
    assert lines == [max(n for n, line in enumerate(text.split("\n")) if line)]


@pytest.mark.parametrize(
    "text",
    [
        "损失是 {{ numpy_network:test_loss | .4f }}，方差是 $\\sigma^2$。",
        "它是基准 [@hestness2017deep]，见 [Adam](labs/optimisers.md) 的[实验](labs/index.md)。",
        "**读。** 先看 `x`，再看 **Adam** 的*实验*。",
        "```python\nprint('损失a')  # 损失a\n```\n",
        "## 用 Adam 训练 { #adam }",
        '    --8<-- "numpy_network.py:train"',
    ],
)
def test_what_is_right_is_no_false_alarm(text: str) -> None:
    assert list(misspaced(text)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The behavior was analyzed.", ["behavior", "analyzed"]),
        ("The behaviour of `color` in\n\n```\ninitialize\n```\n", []),
        ("[optimise](optimize.md)", []),
    ],
)
def test_what_is_american_is_found(text: str, words: list[str]) -> None:
    assert [word for _, word, _ in spelt_american(text)] == words
