"""Rotation of the seal key: everything moves, nothing is lost, and it goes on where it stopped."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from services.registry.operations import key_rotation
from services.registry.storage.ids import new_id
from services.registry.storage.key_rotation import alone, owner_engine
from services.registry.storage.sealing import Seals, upload_of
from shared.chassis.seal_keys import CipherName, fingerprint
from tests.services.registry.operations.keys import (
    keys_in_use,
    new_key,
    present_keys,
    rotate,
    seals,
    versions,
    without_sealed,
)
from tests.services.registry.people import county_officer, household, open_household, person, recorder
from tests.support import server
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"


async def clear_values(registry: Harness, household_id: str) -> dict[str, Any]:
    async with registry.as_(county_officer()) as client:
        answer = await client.post(f"{HOUSEHOLDS}/{household_id}/unmask", json={"purpose": "核对发放账户"})
    assert answer.status_code == 200, answer.text
    clear: dict[str, Any] = answer.json()
    return clear


def as_changed(opened: dict[str, Any], body: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The body of a change that keeps everybody."""
    members = [sent | {"id": known["id"]} for sent, known in zip(body["members"], opened["members"], strict=True)]
    return body | {"members": members} | other


async def add_upload(owner: Any, seals_: Seals, content: bytes) -> Any:
    """A sealed upload as an import leaves it."""
    import_id = new_id()
    foreign_key = "fk_household_import_files_import_id"
    await owner.execute(f"alter table household_import_files drop constraint {foreign_key}")
    sealed = seals_.seal_bytes(content, upload_of(import_id))
    await owner.execute(
        "insert into household_import_files (id, import_id, number, content) values ($1, $1, 0, $2)", import_id, sealed
    )
    return import_id


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
async def test_after_a_rotation_every_value_is_under_the_new_key_and_says_what_it_said(
    county: Harness, owner: Any, cipher: CipherName
) -> None:
    old, new = present_keys()[0], new_key()
    body = household()
    opened = await open_household(county, **body)
    async with county.as_(recorder()) as client:
        await client.put(
            f"{HOUSEHOLDS}/{opened['id']}",
            json=as_changed(opened, body, phone="13900001111"),
            headers={"if-match": '"1"'},
        )
    upload = await add_upload(owner, seals(old), b"workbook")
    clear, before = await clear_values(county, opened["id"]), await versions(owner)
    assert len(before) == 2
    county.fastapi.state.seals = seals(new, old, cipher=cipher)
    outcome = await rotate(county, seals(new, old, cipher=cipher))
    assert (outcome.left, outcome.unreadable) == ([], set())
    assert await keys_in_use(county) == {seals(new, cipher=cipher).present}
    county.fastapi.state.seals = seals(new)
    assert await clear_values(county, opened["id"]) == clear
    after = await versions(owner)
    assert [without_sealed(row) for row in after] == [without_sealed(row) for row in before]
    sealed = await owner.fetchval("select content from household_import_files where import_id = $1", upload)
    assert seals(new).open_bytes(sealed, upload_of(upload)) == b"workbook"


async def test_after_a_rotation_an_unchanged_file_is_still_unchanged(county: Harness, owner: Any) -> None:
    old, new = present_keys()[0], new_key()
    body = household()
    opened = await open_household(county, **body)
    county.fastapi.state.seals = seals(new, old)
    await rotate(county, seals(new, old))
    async with county.as_(recorder()) as client:
        same = await client.put(
            f"{HOUSEHOLDS}/{opened['id']}", json=as_changed(opened, body), headers={"if-match": '"1"'}
        )
        changed = await client.put(
            f"{HOUSEHOLDS}/{opened['id']}", json=as_changed(opened, body, group="二组"), headers={"if-match": '"1"'}
        )
    assert same.json()["version"] == 1, same.text
    assert changed.json()["version"] == 2, changed.text
    facts = await owner.fetchval("select facts from household_events where version = 2")
    assert "sealed" not in facts
    assert all(name not in facts for name in ("phone", "bank_account", "identity"))


async def test_values_move_to_the_other_cipher_and_back_under_the_same_line(county: Harness) -> None:
    line = present_keys()[0]
    opened = await open_household(county)
    clear = await clear_values(county, opened["id"])
    for cipher, letter in (("sm4-gcm", "S"), ("aes-256-gcm", "A")):
        outcome = await rotate(county, seals(line, cipher=cipher))  # type: ignore[arg-type]
        assert outcome.left == []
        assert await keys_in_use(county) == {letter + fingerprint(line)}
        assert await clear_values(county, opened["id"]) == clear


async def test_a_rotation_broken_off_goes_on_where_it_stopped(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = present_keys()[0], new_key()
    opened = [await open_household(county, members=[person()]) for _ in range(5)]
    county.fastapi.state.seals = seals(new, old)
    monkeypatch.setattr(key_rotation, "ROWS_AT_ONCE", 1)

    class Killed(BaseException):
        pass

    def killed(table: str, done: int, total: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        await rotate(county, seals(new, old), killed)
    progress = await owner.fetchrow("select * from key_rotations where table_name = 'households'")
    assert (progress["state"], progress["rows_done"]) == ("running", 2)
    assert await keys_in_use(county) == {seals(old).present, seals(new).present}
    texts = await owner.fetch("select phone_sealed from households order by id limit 2")
    told: list[tuple[str, int, int]] = []
    outcome = await rotate(county, seals(new, old), lambda *step: told.append(step))
    assert (outcome.left, outcome.rows) == ([], 3)
    assert told[0] == ("households", 0, 3)
    assert await owner.fetch("select phone_sealed from households order by id limit 2") == texts
    assert await owner.fetchval("select state from key_rotations where table_name = 'households'") == "done"
    for row in opened:
        assert (await clear_values(county, row["id"]))["phone"] == "13812340000"


async def test_a_batch_that_was_not_committed_moved_nothing(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_household(county)
    before = await versions(owner)

    async def broken(*_: Any) -> None:
        raise ConnectionResetError

    monkeypatch.setattr("services.registry.storage.key_rotation.advance", broken)
    with pytest.raises(ConnectionResetError):
        await rotate(county, seals(new_key(), *present_keys()))
    assert await versions(owner) == before
    assert await keys_in_use(county) == {seals(*present_keys()).present}


async def test_what_is_changed_while_a_rotation_runs_is_never_lost(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = present_keys()[0], new_key()
    bodies = [household(person()) for _ in range(6)]
    opened = [await open_household(county, **body) for body in bodies]
    county.fastapi.state.seals = seals(new, old)
    monkeypatch.setattr(key_rotation, "ROWS_AT_ONCE", 1)

    async def change(number: int) -> None:
        async with county.as_(recorder()) as client:
            for version in range(1, 4):
                answer = await client.put(
                    f"{HOUSEHOLDS}/{opened[number]['id']}",
                    json=as_changed(opened[number], bodies[number], phone=f"1390000{version}00{number}"),
                    headers={"if-match": f'"{version}"'},
                )
                assert answer.status_code == 200, answer.text

    await asyncio.gather(rotate(county, seals(new, old)), *(change(number) for number in range(6)))
    assert (await rotate(county, seals(new, old))).left == []
    county.fastapi.state.seals = seals(new)
    for number, row in enumerate(opened):
        assert (await clear_values(county, row["id"]))["phone"] == f"139000030{0}{number}"
    assert await owner.fetchval("select count(*) from household_versions") == 24


async def test_a_file_somebody_works_on_is_left_out_and_never_called_done(county: Harness, owner: Any) -> None:
    old, new = present_keys()[0], new_key()
    await open_household(county)
    county.fastapi.state.seals = seals(new, old)
    async with owner.transaction():
        await owner.execute("select 1 from households for update")
        outcome = await rotate(county, seals(new, old))
        assert {row.key for row in outcome.left} == {seals(old).present}
    assert (await rotate(county, seals(new, old))).left == []
    assert await keys_in_use(county) == {seals(new).present}


async def test_a_value_no_key_opens_is_named_left_alone_and_does_not_stop_the_others(
    county: Harness, owner: Any
) -> None:
    old, new = present_keys()[0], new_key()
    first, second = [await open_household(county, members=[person()]) for _ in range(2)]
    lost = await owner.fetchval("select phone_sealed from households where id::text = $1", second["id"])
    await owner.execute("update households set phone_sealed = $1 where id::text = $2", lost, first["id"])
    county.fastapi.state.seals = seals(new, old)
    outcome = await rotate(county, seals(new, old))
    assert {(place.table, str(place.row), place.column) for place in outcome.unreadable} == {
        ("households", first["id"], "phone")
    }
    assert [(row.table, row.column, row.key, row.values) for row in outcome.left] == [
        ("households", "phone_sealed", seals(old).present, 1)
    ]
    assert await owner.fetchval("select phone_sealed from households where id::text = $1", first["id"]) == lost
    assert (await clear_values(county, second["id"]))["phone"] == "13812340000"


async def test_a_rotation_to_another_key_supersedes_one_broken_off(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, newest = present_keys()[0], new_key(), new_key()
    for _ in range(3):
        await open_household(county, members=[person()])
    monkeypatch.setattr(key_rotation, "ROWS_AT_ONCE", 1)

    def killed(table: str, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rotate(county, seals(new, old), killed)
    assert (await rotate(county, seals(newest, new, old))).left == []
    assert await keys_in_use(county) == {seals(newest).present}
    states = await owner.fetch("select key_name, state from key_rotations where table_name = 'households' order by id")
    assert [tuple(row) for row in states] == [(seals(new).present, "superseded"), (seals(newest).present, "done")]


async def test_one_change_of_keys_runs_at_a_time(county: Harness) -> None:
    engine = owner_engine(server.dsn("registry", "owner", county.database))
    async with alone(engine) as taken:
        assert taken
        with pytest.raises(key_rotation.AlreadyRunning):
            await rotate(county, seals(*present_keys()))
    await engine.dispose()


async def test_a_rotation_is_on_the_audit_without_any_value(county: Harness, owner: Any) -> None:
    new = new_key()
    await open_household(county)
    await rotate(county, seals(new, *present_keys()))
    entry = await owner.fetchrow("select * from audit_entries where action = 'keys.rotate'")
    assert (entry["actor"], entry["subject"]) == ("service:registry", seals(new).present)


async def test_the_service_itself_may_not_rewrite_a_version(county: Harness) -> None:
    await open_household(county)
    with pytest.raises(ProgrammingError):
        async with county.fastapi.state.database.session() as session:
            await session.execute(text("update household_versions set content = '{}'"))
