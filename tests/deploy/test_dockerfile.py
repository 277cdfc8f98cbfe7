"""The images are built of files that are there and that the build is shown."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def copied() -> list[str]:
    """What the Dockerfile takes from the checkout, a service's name put in."""
    found = []
    for line in (ROOT / "deploy" / "Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            found += [part.replace("${SERVICE}", "registry") for part in line.split()[1:-1]]
    return found


def admitted() -> set[str]:
    """What .dockerignore shows of a checkout whose first line hides everything."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert lines[0] == "*"
    return {line[1:] for line in lines if line.startswith("!")}


def test_everything_an_image_is_built_of_is_there_and_shown_to_the_build() -> None:
    shown = admitted()
    assert len(copied()) > 5
    for path in copied():
        assert (ROOT / path).exists(), path
        assert any(path == one or path.startswith(f"{one}/") for one in shown), path


def test_every_command_that_runs_in_a_container_stands_in_an_image() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8") + (ROOT / "deploy" / "README.md").read_text("utf-8")
    modules = set(re.findall(r"(?:exec|run)\b.*?python -m (deploy\.\w+)", compose))
    modules |= set(re.findall(r"command: \[python, -m, (deploy\.\w+)", compose))
    assert modules
    for module in modules:
        assert module.replace(".", "/") + ".py" in copied(), module
