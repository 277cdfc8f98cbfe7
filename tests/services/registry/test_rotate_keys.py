"""The command `python -m services.registry.rotate_keys`: what it says, and when it says that a key may go."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.registry import rotate_keys
from shared.chassis.seal_keys import fingerprint, key_name
from tests.services.registry.operations.keys import new_key, present_keys, write_keys
from tests.services.registry.people import household, open_household
from tests.support import server
from tests.support.harness import Harness


async def run(registry: Harness, monkeypatch: pytest.MonkeyPatch, seal_file: Path, *arguments: str, **more: str) -> int:
    """The command's exit code, run as an operator would."""
    environment = server.settings_environment("registry") | {
        "LIKA_REGISTRY_DATABASE_URL": server.dsn("registry", "app", registry.database),
        "LIKA_REGISTRY_OWNER_DATABASE_URL": server.dsn("registry", "owner", registry.database),
        "LIKA_REGISTRY_SEAL_KEY_FILE": str(seal_file),
    }
    for name, value in (environment | more).items():
        monkeypatch.setenv(name, value)
    return await asyncio.to_thread(rotate_keys.main, list(arguments))


async def test_an_old_key_is_called_removable_only_when_no_value_needs_it(
    county: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old, new = present_keys()[0], new_key()
    body = household()
    await open_household(county, **body)
    file = write_keys(tmp_path / "seal", new, old)
    assert await run(county, monkeypatch, file, "--status") == 1
    before = capsys.readouterr().out
    assert f"key {fingerprint(old)}, line 2 of seal: 10 values need it: keep" in before
    assert "may be removed" not in before
    assert await run(county, monkeypatch, file) == 0
    after = capsys.readouterr()
    assert f"moved to {key_name(new, 'aes-256-gcm')}, opened and compared" in after.out
    assert f"key {fingerprint(old)}, line 2 of seal: no value needs it: it may be removed" in after.out
    assert "households: [" in after.err
    assert await run(county, monkeypatch, write_keys(tmp_path / "seal", new), "--status") == 0
    for secret in (body["phone"], body["bank_account"], *(member["identity_number"] for member in body["members"])):
        assert secret not in before + after.out + after.err


async def test_values_under_a_key_missing_from_the_file_are_shown_and_are_a_failure(
    county: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    await open_household(county)
    assert await run(county, monkeypatch, write_keys(tmp_path / "seal", new_key())) == 1
    shown = capsys.readouterr()
    assert "NOT IN THE KEY FILE" in shown.out
    assert "cannot be opened" in shown.err


async def test_it_does_not_run_without_the_owner_role_and_not_over_a_running_service(
    county: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, owner: Any
) -> None:
    await open_household(county)
    before = await owner.fetch("select id, identity_index from household_members order by id")
    file = write_keys(tmp_path / "seal", *present_keys())
    assert await run(county, monkeypatch, file, LIKA_REGISTRY_OWNER_DATABASE_URL="") == 1
    index = write_keys(tmp_path / "index", new_key())
    assert await run(county, monkeypatch, file, "--index", LIKA_REGISTRY_INDEX_KEY_FILE=str(index)) == 1
    shown = capsys.readouterr().err
    assert "OWNER_DATABASE_URL is needed" in shown
    assert "stop the registry first" in shown
    assert await owner.fetch("select id, identity_index from household_members order by id") == before


async def test_the_cipher_of_the_setting_is_the_one_values_move_to(
    county: Harness, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    line = present_keys()[0]
    await open_household(county)
    file = write_keys(tmp_path / "seal", line)
    assert await run(county, monkeypatch, file, LIKA_REGISTRY_SEAL_CIPHER="sm4-gcm") == 0
    assert "sm4-gcm" in capsys.readouterr().out
    assert await run(county, monkeypatch, file, LIKA_REGISTRY_SEAL_CIPHER="aes-256-gcm") == 0
    assert key_name(line, "aes-256-gcm") in capsys.readouterr().out
