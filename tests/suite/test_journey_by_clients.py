"""Clients generated from the running suite's own /openapi.json carry the journey's first steps, over real HTTP."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.clients import generate
from tests.suite.test_journey import RUN, VILLAGE, entry, household
from tests.support.identity import identity_number
from tests.support.suite import RunningSuite

PROGRAMS = Path(__file__).parent / "clients"
USERNAME = "xutuan.officer"
BORN = date(1966, 1, 1) + timedelta(days=int(RUN[:4], 16) % 5_000)
ORDER = int(RUN[4:], 16) % 400 * 2 + 101
"""Another day and number in every run: the same suite may be asked again."""


@pytest.fixture
def document(suite: RunningSuite, tmp_path: Path) -> Path:
    """The public document, as anybody downloads it."""
    with suite.anonymous() as client:
        answer = client.get("/openapi.json")
    path = tmp_path / "openapi.json"
    path.write_bytes(answer.content)
    return path


def facts(suite: RunningSuite, folder: Path, born: date) -> Path:
    """What both programs are told: a sign-in, a household, a project that lacks its targets."""
    row = next(row for row in suite.accounts() if row.get("username") == USERNAME)
    opened = household(identity_number(born, order=ORDER), village_code=VILLAGE)
    told: dict[str, Any] = {
        "username": USERNAME,
        "password": row["password"],
        "household": opened,
        "change": opened | {"group": "4组", "reason": "更正组别"},
        "project": entry(f"钟庙村机耕路 {born}", performance_targets=[]),
    }
    path = folder / "facts.json"
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_generated_python_client_makes_the_first_steps(suite: RunningSuite, document: Path, tmp_path: Path) -> None:
    generate.python_client(document, tmp_path)
    told = facts(suite, tmp_path, BORN)
    program = [sys.executable, str(PROGRAMS / "journey.py"), suite.address, str(told)]
    assert generate.run(program, tmp_path, PYTHONPATH=str(tmp_path)) == "10 steps\n"


def test_the_generated_typescript_client_is_typed_and_makes_the_first_steps(
    suite: RunningSuite, document: Path, tmp_path: Path
) -> None:
    folder = generate.typescript_client(document, tmp_path / "typescript")
    shutil.copyfile(PROGRAMS / "journey.ts", folder / "journey.ts")
    generate.compile_typescript(folder)
    told = facts(suite, tmp_path, BORN + timedelta(days=1))
    assert generate.run([*generate.node(), "journey.js", suite.address, str(told)], folder) == "10 steps\n"
