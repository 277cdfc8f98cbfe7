"""A change of the seal key of funds: beside the running service, to the last value, and not one of them lost."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from sqlalchemy import select, text

from services.funds import rotate_keys
from services.funds.operations import key_rotation
from services.funds.storage import payee_accounts
from services.funds.storage.sealing import Seals
from services.funds.storage.tables import PayeeAccount
from shared.chassis import seal_keys
from tests.services.funds.api.bank import account, built, ordered
from tests.services.funds.world import COUNTY, World
from tests.support.server import key_file

OLD, NEW = os.urandom(32), os.urandom(32)
ACCOUNTS = [f"62284804025648{number:05d}" for number in range(7)]


async def kept(world: World, seals: Seals) -> None:
    """Accounts of seven payees under the given keys."""
    sample = await one(world)
    names = [column.name for column in PayeeAccount.__table__.columns if column.name != "id"]
    async with world.funds.fastapi.state.database.session() as session:
        for number, clear in enumerate(ACCOUNTS):
            seal_row, sealed = payee_accounts.sealed(seals, clear)
            values = {name: getattr(sample, name) for name in names}
            other = {"payee_uscc": f"9134162{number}MA2N0000", "seal_row": seal_row, "account_sealed": sealed}
            session.add(PayeeAccount(**values | other))
        await session.execute(text("delete from payee_accounts where id = :id"), {"id": sample.id})


async def one(world: World) -> PayeeAccount:
    await account(world)
    async with world.funds.fastapi.state.database.session() as session:
        found: PayeeAccount = (await session.scalars(select(PayeeAccount))).one()
        return found


async def clear_of(world: World, seals: Seals) -> list[str]:
    async with world.funds.fastapi.state.database.session() as session:
        rows = await session.scalars(select(PayeeAccount).order_by(PayeeAccount.id))
        return [payee_accounts.opened(seals, row) for row in rows]


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
async def test_after_a_rotation_every_account_is_under_the_new_key_and_says_what_it_said(
    world: World, cipher: seal_keys.CipherName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    database = world.funds.fastapi.state.database
    await kept(world, Seals([OLD]))
    both = Seals([NEW, OLD], cipher)
    told: list[int] = []
    outcome = await key_rotation.rotate(database, both, told.append)
    assert (outcome.moved, outcome.unreadable, outcome.left) == (7, set(), 0)
    assert told == [2, 4, 6, 7, 7]
    assert await clear_of(world, Seals([NEW], cipher)) == ACCOUNTS
    assert await key_rotation.status(database) == {both.present: 7}
    assert (await key_rotation.rotate(database, both)).moved == 0
    async with database.session() as session:
        details = await session.scalars(text("select details from audit_entries where action = 'seal_key.rotate'"))
        assert sum(row["rows"] for row in details) == 7


async def test_broken_off_it_goes_on_and_what_somebody_holds_comes_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "BATCH", 2)
    monkeypatch.setattr(key_rotation, "PASSES", 1)
    database, both = world.funds.fastapi.state.database, Seals([NEW, OLD])
    await kept(world, Seals([OLD]))

    def stop(moved: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await key_rotation.rotate(database, both, stop)
    assert await clear_of(world, both) == ACCOUNTS
    async with database.session() as session:
        held = select(PayeeAccount.id).order_by(PayeeAccount.id.desc()).limit(1).with_for_update()
        await session.scalar(held)
        outcome = await key_rotation.rotate(database, both)
        assert (outcome.moved, outcome.left) == (4, 1)
    outcome = await key_rotation.rotate(database, both)
    assert (outcome.moved, outcome.left) == (1, 0)
    assert await clear_of(world, Seals([NEW])) == ACCOUNTS


async def test_what_cannot_be_opened_stays_and_is_named(world: World) -> None:
    database = world.funds.fastapi.state.database
    await kept(world, Seals([OLD]))
    async with database.session() as session:
        copy = "(select account_sealed from payee_accounts order by id desc limit 1)"
        lowest = "(select min(id) from payee_accounts)"
        await session.execute(text(f"update payee_accounts set account_sealed = {copy} where id = {lowest}"))
    outcome = await key_rotation.rotate(database, Seals([NEW, OLD]))
    assert (outcome.moved, outcome.left, len(outcome.unreadable)) == (6, 1, 1)


async def test_the_bank_is_paid_from_an_account_resealed_meanwhile(world: World, tmp_path: Path) -> None:
    payment = (await ordered(world, [10_000]))[0]
    await account(world)
    state = world.funds.fastapi.state
    file = tmp_path / "funds_seal_key"
    lines = [NEW, *seal_keys.keys_of(key_file("seal"))]
    file.write_bytes(b"".join(base64.b64encode(line) + b"\n" for line in lines))
    state.seals = Seals.from_file(file)
    await key_rotation.rotate(state.database, state.seals)
    assert (await built(world, [payment]))["county_code"] == COUNTY
    counted = await key_rotation.status(state.database)
    said = rotate_keys.told(counted, state.seals, file)
    assert said[-1] == "everything is under the key in use"
    assert said[-2].endswith("no value needs it: it may be removed")
