"""The page for integrators is true: its commands run against the suite and answer what it shows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.suite import RunningSuite

PAGE = Path(__file__).resolve().parents[2] / "docs" / "integrating.md"
BLOCK = re.compile(r"```(sh|json|python)\n(.*?)```", re.DOTALL)
NAME = "xutuan.officer"
MARK = "=====block====="


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def test_every_command_of_the_page_runs_and_answers_what_is_shown(suite: RunningSuite, tmp_path: Path) -> None:
    programs = [("bash", "the shell"), ("curl", "curl"), ("python3", "Python")]
    assert [name for program, name in programs if shutil.which(program) is None] == [], "needed to run the page"
    password = next(row["password"] for row in suite.accounts() if row.get("username") == NAME)
    script = "\n".join(f"{text}\necho '{MARK}'" for kind, text in blocks() if kind == "sh")
    known = {"LIKA": suite.address, "NAME": NAME, "PASSWORD": password, "NO_PROXY": "*", "no_proxy": "*"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=os.environ | known, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout[-1500:], done.stderr[-1500:])
    printed = iter(done.stdout.split(MARK))
    shown = 0
    for kind, text in blocks():
        if kind == "sh":
            answer = next(printed).strip()
        elif kind == "json":
            assert_holds(json.loads(answer), json.loads(text), "")
            shown += 1
    assert shown >= 6


def assert_holds(answer: Any, shown: Any, place: str) -> None:
    """What is shown is in the answer; `...` stands for any text, a shown list for its first rows."""
    if isinstance(shown, dict):
        assert isinstance(answer, dict), place
        for key, value in shown.items():
            assert key in answer, f"{place}/{key}"
            assert_holds(answer[key], value, f"{place}/{key}")
    elif isinstance(shown, list):
        assert isinstance(answer, list), place
        for index, value in enumerate(shown):
            assert_holds(answer[index], value, f"{place}/{index}")
    elif shown == "...":
        assert isinstance(answer, str), place
        assert answer, place
    elif shown is not None:
        assert answer == shown, place


def test_the_pages_check_of_a_webhook_is_right() -> None:
    space: dict[str, Any] = {}
    exec(next(text for kind, text in blocks() if kind == "python"), space)
    secret, body = "whsec_" + base64.b64encode(b"k" * 32).decode(), b'{"type":"x"}'
    signed = base64.b64encode(hmac.digest(b"k" * 32, b"id.12." + body, hashlib.sha256)).decode()
    headers = {"webhook-id": "id", "webhook-timestamp": "12", "webhook-signature": f"v1,other v1,{signed}"}
    assert space["genuine"](secret, headers, body)
    assert not space["genuine"](secret, headers, body + b" ")


def test_a_shown_answer_that_is_not_given_is_noticed() -> None:
    with pytest.raises(AssertionError):
        assert_holds({"a": 1}, {"a": 2}, "")
    with pytest.raises(AssertionError):
        assert_holds({"a": [1]}, {"a": [1], "b": "..."}, "")
