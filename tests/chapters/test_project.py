"""The files around the project: how it is cited, published, updated, opened in an editor, and told what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from datetime import datetime
from typing import Any

import pytest
import yaml
from conftest import ROOT
from test_twins import Lenient

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]  # fmt: skip
SITE = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=Lenient)
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def plain(name: str) -> Any:
    """A file of YAML in which everything is text."""
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


# Citing

# Of the schema of the Citation File Format 1.2.0.
REQUIRED = {"cff-version", "message", "title", "authors"}
OPTIONAL = {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
    "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "type", "url", "version",
}  # fmt: skip
DATE = r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])"
VERSION = re.compile(r"^## (\d+\.\d+\.\d+)\n\n(\d+ \w+ \d{4}), commit `([0-9a-f]{40})`$", re.MULTILINE)  # fmt: skip


def versions() -> list[tuple[str, str, str]]:
    """Version, day and commit of each entry of the changelog, the newest first."""
    return VERSION.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))


def test_the_citation_is_what_the_format_asks_for() -> None:
    said = plain("CITATION.cff")
    assert said.keys() >= REQUIRED
    assert said.keys() <= REQUIRED | OPTIONAL
    assert said["cff-version"] == "1.2.0"
    assert all(isinstance(said[key], str) and said[key] for key in ("message", "title", "version", "commit"))  # fmt: skip
    assert re.fullmatch(DATE, said["date-released"])
    assert said["authors"] and all(one.keys() == {"name"} for one in said["authors"])
    assert len(set(said["keywords"])) == len(said["keywords"]) > 1


def test_the_citation_says_what_a_page_says() -> None:
    said = plain("CITATION.cff")
    assert said["version"] == PROJECT["version"]
    assert said["title"] == SITE["site_name"]
    name = SITE["extra"]["words"]["maintainers"].format(site=SITE["site_name"])
    assert said["authors"] == [{"name": name}]
    assert said["abstract"] == SITE["site_description"]
    newest = versions()[0]
    assert (said["version"], said["commit"]) == (newest[0], newest[2])
    day = datetime.strptime(newest[1], "%d %B %Y").date()
    assert said["date-released"] == day.isoformat()


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)


def test_each_version_names_its_commit() -> None:
    """One before this, in which pyproject.toml says that version."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d\S*)", text, re.MULTILINE) == [v for v, *_ in versions()]
    if _git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("the history is not here: git fetch --unshallow")
    for version, _, commit in versions():
        assert _git("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0
        then = tomllib.loads(_git("show", f"{commit}:pyproject.toml").stdout)
        assert then["project"]["version"] == version


def test_what_has_changed_since_stands_in_the_changelog() -> None:
    newest = versions()[0]
    if _git("cat-file", "-e", newest[2]).returncode:
        pytest.skip("the history is not here: git fetch --unshallow")
    changed = _git("diff", "--name-only", newest[2], "--", "docs", "snippets").stdout
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    since = text.partition(f"## Since {newest[0]}\n")[2].partition("\n## ")[0]
    assert ("nothing yet" in since) == (not changed), (
        f"say what has changed:\n{changed}"
    )


# Publishing and updating


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_pinned_by_its_digest(path: Any) -> None:
    used = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_step_after_a_checkout_can_write_to_the_repository(path: Any) -> None:
    """A package that is installed would otherwise find the token in `.git/config`."""
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    checkouts = [s for s in steps if "actions/checkout@" in s.get("uses", "")]
    assert checkouts
    assert all(s["with"]["persist-credentials"] is False for s in checkouts)


def test_an_action_has_one_digest() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    used = set(re.findall(r"uses: (\S+)@(\S+ # \S+)", text))
    assert len(used) == len({name for name, _ in used})


def test_what_lands_is_published_on_the_branch_that_is_named() -> None:
    site = plain(".github/workflows/site.yml")
    assert site["on"]["push"]["branches"] == ["main"]
    publish = site["jobs"]["publish"]
    assert publish["needs"] == "test"
    assert publish["steps"][-1]["run"].rstrip().endswith("gh-pages")
    test = [step.get("run") for step in site["jobs"]["test"]["steps"]]
    assert test.index("bash .ci/run") < test.index("make build")
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_everything_that_is_pinned_is_updated() -> None:
    updates = {(one["package-ecosystem"], one["directory"]) for one in plain(".github/dependabot.yml")["updates"]}  # fmt: skip
    assert updates == {("pip", "/"), ("github-actions", "/"), ("docker", "/.devcontainer")}  # fmt: skip


def test_the_locks_agree() -> None:
    """An update of one lock alone does not: `make lock` writes them all."""
    found: dict[str, set[str]] = {}
    locks = sorted(ROOT.glob("requirements*.txt"))
    assert len(locks) == 4
    for path in locks:
        text = path.read_text(encoding="utf-8")
        for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)(?= |$)", text, re.MULTILINE):  # fmt: skip
            found.setdefault(name.removesuffix("-cpu"), set()).add(version)
            block = text.partition(f"{name}=={version}")[2].split("\n    # via")[0]
            assert "--hash=sha256:" in block, name
    # Of some packages the newest is not for every Python: then a lock names several, the same in each.
    several = {name: versions for name, versions in found.items() if len(versions) > 1}
    for name, versions in several.items():
        for path in locks:
            text = path.read_text(encoding="utf-8")
            here = set(re.findall(rf"^{re.escape(name)}==([\w.+!-]+)(?= |$)", text, re.MULTILINE))  # fmt: skip
            assert here in (set(), versions), f"{path.name}: {name}; run: make lock"


# Editors and readers


def test_the_container_has_what_the_readme_asks_for() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))  # fmt: skip
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert container["postAttachCommand"] == "make serve"
    assert "\nserve:" in makefile and "\n.venv/installed:" in makefile
    assert container["updateContentCommand"] == "make .venv/installed"
    assert [f"PORT ?= {port}\n" in makefile for port in container["forwardPorts"]] == [True]  # fmt: skip
    file = (ROOT / ".devcontainer" / container["build"]["dockerfile"]).read_text("utf-8")  # fmt: skip
    for package in ("git", "make", "python3-venv", "chromium", "npm"):
        assert re.search(rf"\s{package}\s", file)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "git make python3-venv" in " ".join(readme.split())


def test_the_form_is_in_both_languages() -> None:
    form = plain(".github/ISSUE_TEMPLATE/wrong.yml")
    texts = [form["name"], form["description"]]
    for field in form["body"]:
        assert field["id"] and field["validations"]["required"] == "true"
        attributes = field["attributes"]
        texts += [attributes["label"], *attributes.get("options", [])]
        texts += [attributes["description"]] if "description" in attributes else []
    assert len(texts) > 10
    for text in texts:
        assert re.search(r"[A-Za-z].* · .*[\u4e00-\u9fff]", text), text
    kinds = {field["type"] for field in form["body"]}
    assert kinds <= {"input", "textarea", "dropdown"}
