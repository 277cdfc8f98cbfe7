"""The folder list is the architecture: every service has the same rooms, and no file grows past one noun."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("registry", "projects", "funds", "gateway")
ROOMS = {"api", "operations", "upstream", "storage", "domain", "migrations", "data"}
FILES = {"README.md", "__init__.py", "main.py", "settings.py"}
MOST_LINES = 400


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    folder = ROOT / "services" / service
    present = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    assert present >= FILES
    assert ROOMS - {"upstream"} <= present
    assert present <= ROOMS | FILES | {"bootstrap.py", "rotate_keys.py", "rotate_seal_key.py", "verify.py"}


def test_import_contracts_hold() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_holds_more_than_one_noun() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in python_files("services", "shared", "deploy")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_nobody_but_the_chassis_commits() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files("services", "shared")
        if ".commit()" in path.read_text(encoding="utf-8") and path.name != "database.py"
    ]
    assert offenders == []


def test_no_folder_is_called_by_a_name_that_says_nothing() -> None:
    bad = {"utils", "helpers", "common", "misc", "core", "base"}
    offenders = [str(path) for path in python_files("services", "shared", "deploy") if path.stem in bad]
    assert offenders == []


def test_the_product_stands_alone() -> None:
    """Neither code nor tests reach for anything outside the checkout."""
    outside = "../" + "shared"
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files("services", "shared", "deploy", "tests")
        if outside in path.read_text(encoding="utf-8")
    ]
    assert offenders == []
