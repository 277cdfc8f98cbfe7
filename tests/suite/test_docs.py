"""The documentation is tested: what it names exists, and what must be named in it is."""

from __future__ import annotations

import ast
import csv
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("registry", "projects", "funds", "gateway")
RULES = ROOT / "docs" / "rules.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
SECTIONS = {"registry", "projects", "funds", "gateway", "The"}
FEWEST_RULES = {"registry": 50, "projects": 45, "funds": 50, "gateway": 25, "The": 15}
"""By the first word of a section's title."""
RULE = re.compile(
    r"\| (?P<sentence>.+?) \| (?P<source>.+?) \| \[(?P<name>[^\]]+)\]\(\.\./(?P<file>[^)]+)\)"
    r" \| `(?P<test>tests/[\w/]+\.py)::(?P<function>\w+)` \|"
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
UNSEEN = {"__pycache__", "build", "secrets", "node_modules"}
"""Folders that are made, not kept; so are those that begin with a dot, but for the one below."""
KEPT_DOT_FOLDERS = {".ci"}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pages() -> list[Path]:
    """Every page people read."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    found += sorted((ROOT / "docs").rglob("*.md"))
    found += [ROOT / "services" / service / "README.md" for service in SERVICES]
    return found + sorted((ROOT / "deploy").rglob("*.md"))


def files() -> Iterator[Path]:
    """Every file of the repository."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir():
                hidden = path.name.startswith(".") and path.name not in KEPT_DOT_FOLDERS
                if not (hidden or path.name in UNSEEN or path.name.endswith(".egg-info")):
                    folders.append(path)
            elif path.name != ".env":
                yield path


@cache
def names_in(path: Path) -> frozenset[str]:
    """Functions, methods, classes and assigned names of a Python file, at any depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


@cache
def code() -> str:
    """The sources and data a glossary's name may come from."""
    folders = [ROOT / "shared", ROOT / "services"]
    paths = [path for folder in folders for ending in ("*.py", "*.csv") for path in sorted(folder.rglob(ending))]
    return "\n".join([*(path.name for path in paths), *(read(path) for path in paths)])


def rules() -> Iterator[tuple[str, re.Match[str]]]:
    """The first word of the section and the row of every rule. A row of another form is a fault."""
    section = ""
    for line in read(RULES).splitlines():
        if line.startswith("## "):
            section = line.split()[1]
        elif section and line.startswith("| ") and not line.startswith("| sentence |"):
            row = RULE.fullmatch(line)
            assert row is not None, line
            yield section, row


def test_every_rule_names_the_file_and_the_name_that_decides_it() -> None:
    for _, row in rules():
        path = ROOT / row["file"]
        assert path.is_file(), row["file"]
        if path.suffix != ".py":
            assert row["name"] == path.name
            continue
        stem, *inner = row["name"].split(".")
        if path.stem == "__init__":  # a package passes names on
            assert stem == path.parent.name, row["name"]
            present = frozenset(re.findall(r"\w+", read(path)))
        else:
            assert stem == path.stem, row["name"]
            present = names_in(path)
        assert inner, row["name"]
        assert present.issuperset(inner), row["name"]


def test_every_rule_names_a_test_that_exists() -> None:
    for _, row in rules():
        path = ROOT / row["test"]
        assert path.is_file(), row["test"]
        assert row["function"].startswith("test_")
        assert row["function"] in names_in(path), f"{row['test']}::{row['function']}"


def test_the_rules_stand_once_each_under_every_service() -> None:
    found = list(rules())
    sentences = [row["sentence"] for _, row in found]
    assert len(set(sentences)) == len(sentences)
    assert {section for section, _ in found} == SECTIONS
    for section, fewest in FEWEST_RULES.items():
        assert sum(one == section for one, _ in found) >= fewest, section
    for sentence in sentences:
        assert sentence[0].isupper() or not sentence[0].isascii(), sentence
        assert sentence.endswith("."), sentence


@pytest.mark.parametrize("service", SERVICES)
def test_every_figure_of_the_policy_is_in_the_rules(service: str) -> None:
    shown = read(RULES)
    for row in rows(ROOT / "services" / service / "data" / "parameters.csv"):
        until = f" to {row['valid_to']}" if row["valid_to"] else ""
        where = f"{row['division_code']}, {row['valid_from']}{until}"
        line = f"| {service} | `{row['key']}` | {where} | {row['value']} | {row['unit']} | "
        assert line in shown, line


def test_every_make_target_named_exists_and_every_target_is_described() -> None:
    makefile = read(ROOT / "Makefile")
    targets = set(TARGET.findall(makefile))
    described = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())
    assert targets == described == phony
    named = {(page.name, target) for page in pages() for target in MAKE.findall(read(page))}
    assert {target for _, target in named} >= {"run", "test", "check"}
    assert [one for one in sorted(named) if one[1] not in targets] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(read(page)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        there = (page.parent / place).resolve() if place else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a reader of Markdown makes them."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_readme_names_everything_it_serves(service: str) -> None:
    readme = read(ROOT / "services" / service / "README.md")
    main = importlib.import_module(f"services.{service}.main")
    prefixes = sorted({router.prefix for router in main.ROUTERS if router.prefix})
    assert len(prefixes) > 5
    for prefix in prefixes:
        root, _, noun = prefix.rpartition("/")
        whole = re.search(re.escape(prefix) + r"\b", readme)
        by_noun = f"{root}/" in readme and re.search(rf"(?<![\w-]){re.escape(noun)}(?![\w-])", readme)
        assert whole or by_noun, prefix


def test_every_role_is_in_the_glossary() -> None:
    glossary = read(GLOSSARY)
    missing = [
        row["code"] for row in rows(ROOT / "services/gateway/data/roles.csv") if f"`{row['code']}`" not in glossary
    ]
    assert missing == []


def test_every_name_the_glossary_gives_is_in_the_code() -> None:
    """Names in backticks in the third column of every row; a call by its name."""
    checked = 0
    words = set(re.findall(r"\w+", code()))
    for line in read(GLOSSARY).splitlines():
        cells = line.strip("|").split(" | ")
        if not line.startswith("| ") or len(cells) != 3:
            continue
        for name in re.findall(r"`([^`]+)`", cells[2]):
            word = re.split(r"[(\"]", name)[0]
            if re.fullmatch(r"[0-9]+(-[a-z]+)?", word):
                continue
            whole = word in words  # what is no word by itself is looked for, which takes longer
            found = whole or re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", code())
            assert found, f"{name} in: {line}"
            checked += 1
    assert checked > 150


def test_every_term_of_the_glossary_stands_once() -> None:
    terms = [line.split(" | ")[0] for line in read(GLOSSARY).splitlines() if line.startswith("| ")]
    terms = [term for term in terms if term != "| 中文"]
    assert len(set(terms)) == len(terms) > 100


def test_every_variable_of_the_example_is_read_where_the_suite_is_run() -> None:
    named = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", read(ROOT / ".env.example"), re.MULTILINE))
    assert named
    compose = set(re.findall(r"\$\{([A-Z0-9_]+)", read(ROOT / "docker-compose.yml")))
    scripts = "\n".join(read(path) for path in sorted((ROOT / "deploy").rglob("*.py")))
    assert sorted(name for name in named - compose if f'"{name}"' not in scripts) == []


FORBIDDEN = [
    re.compile(
        "|".join(re.escape("/" + folder + "/") for folder in ("wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot"))
    ),
    re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(?:org|com)", "crates" + r"\.io"))),
]
"""Folders of somebody's machine, and hosts of package registries."""


def test_no_file_names_a_machines_folder_or_a_package_registry() -> None:
    found = []
    seen = 0
    for path in files():
        seen += 1
        text = path.read_bytes().decode("utf-8", "ignore")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for rule in FORBIDDEN for match in rule.finditer(text)]
    assert found == []
    assert seen > 400
