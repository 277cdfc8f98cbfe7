"""`make secrets`: every file docker compose names, never one replaced, DSNs that follow their passwords."""

from __future__ import annotations

import re
from pathlib import Path

from deploy import secret_files

ROOT = Path(__file__).resolve().parents[2]


def make(folder: Path) -> list[str]:
    return [*secret_files.ensure(folder), *secret_files.ensure_compose(folder)]


def test_what_is_made_is_what_compose_mounts(tmp_path: Path) -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"file: deploy/secrets/([\w.]+)", compose))
    assert set(make(tmp_path / "secrets")) == named


def test_a_second_run_replaces_nothing(tmp_path: Path) -> None:
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert make(tmp_path) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_new_password_reaches_its_dsn_and_no_other(tmp_path: Path) -> None:
    make(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "lika_funds_app_password").unlink()
    assert make(tmp_path) == ["lika_funds_app_password"]
    changed = {path.name for path in tmp_path.iterdir() if path.read_bytes() != before[path.name]}
    assert changed == {"lika_funds_app_password", "lika_funds_database_url"}
    assert (tmp_path / "lika_funds_app_password").read_text() in (tmp_path / "lika_funds_database_url").read_text()


def test_only_the_gateway_is_published() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    services = re.split(r"^  (?=[a-z-]+:$)", compose.split("\nservices:\n")[1].split("\nnetworks:\n")[0], flags=re.M)
    assert [service.split(":")[0] for service in services if "ports:" in service] == ["gateway"]
