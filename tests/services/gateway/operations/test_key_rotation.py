"""A change of the gateway's seal key: beside the running gateway, to the last value, and not one of them lost."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from services.gateway import rotate_seal_key
from services.gateway.domain import sealed_places
from services.gateway.operations import key_rotation
from services.gateway.operations.sealing import Seals
from services.gateway.storage.key_rotation import SEALED, owner_engine
from services.gateway.storage.tables import Account, ComplaintEntry, SecondFactor, WebhookEndpoint
from services.gateway.storage.tables.metadata import Base
from shared.chassis import clock, seal_keys
from tests.services.gateway.people import Town
from tests.support import server

NEW = os.urandom(32)
WORDS, NAME, TELEPHONE, ABOUT = "补助款三个月没有发", "孟金秋", "13955580173", "赵某"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"
NOT_BY_THIS_KEY = {("complaints", "code_wrapped")}
"""Under a key drawn from what only the complainant has."""


def owner(town: Town) -> AsyncEngine:
    return owner_engine(server.dsn("gateway", "owner", town.harness.database))


def keys(folder: Path, *lines: bytes) -> Path:
    path = folder / "gateway_seal_key"
    path.write_bytes(b"".join(base64.b64encode(line) + b"\n" for line in lines))
    return path


def present() -> list[bytes]:
    return seal_keys.keys_of(server.key_file("seal"))


async def kept(town: Town) -> None:
    """Something sealed in every column, by the running gateway or as it would."""
    form = {
        "submission_token": "t" * 32, "kind": "funds", "area_code": "341622101", "text": WORDS, "name": NAME,
        "telephone": TELEPHONE, "about_level": "village", "about_person": ABOUT,
    }  # fmt: skip
    sent: list[Any] = [(name, (None, value)) for name, value in form.items()]
    async with town.client() as client:
        made = await client.post("/api/v1/public/complaints", files=[*sent, ("files", ("p.png", PNG, "image/png"))])
        assert made.status_code == 201, made.text
        said = {"tracking_code": made.json()["tracking_code"], "text": "补充:还有两户"}
        assert (await client.post("/api/v1/public/complaints/messages", json=said)).status_code == 200
    seals = Seals(server.key_file("seal"))
    async with AsyncSession(owner(town)) as session, session.begin():
        account = (await session.scalars(select(Account.id).limit(1))).one()
        secret = seals.seal("JBSWY3DPEHPK3PXP", sealed_places.second_factor(account))
        await session.execute(sa.delete(SecondFactor))
        session.add(SecondFactor(account_id=account, secret=secret, last_step=0, created_at=clock.now()))
        session.add(
            WebhookEndpoint(
                id="hook", client_id=account, url="https://hook.example/", items=["x"], secret_number=2,
                secret_sealed=seals.seal("whsec_new", sealed_places.webhook_secret("hook", 2)),
                old_secret_sealed=seals.seal("whsec_old", sealed_places.webhook_secret("hook", 1)),
                old_until=clock.now(), state="active", state_reason="", failures=0, created_at=clock.now(),
                created_by=account,
            )
        )  # fmt: skip


async def clear_of(town: Town, seals: Seals) -> dict[tuple[str, str], list[bytes]]:
    """Everything sealed, opened in its place, by table and column."""
    found: dict[tuple[str, str], list[bytes]] = {}
    async with AsyncSession(owner(town)) as session:
        for table in SEALED:
            rows = (await session.scalars(select(table.rows).order_by(table.key))).all()
            for column in table.columns:
                sealed = [(getattr(row, column.name), column.place(row)) for row in rows]
                opened = [seals.open_bytes(value, place) for value, place in sealed if value is not None]
                found[table.name, column.name] = opened
    return found


def test_every_column_of_sealed_bytes_is_moved() -> None:
    bytes_kept = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.LargeBinary)
    }
    assert bytes_kept - NOT_BY_THIS_KEY == {(table.name, column.name) for table in SEALED for column in table.columns}


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
async def test_after_a_rotation_everything_is_under_the_new_key_and_says_what_it_said(
    town: Town, cipher: seal_keys.CipherName, tmp_path: Path
) -> None:
    await kept(town)
    before = await clear_of(town, Seals(server.key_file("seal")))
    assert all(before.values())
    assert before["complaints", "telephone_sealed"] == [TELEPHONE.encode()]
    file = keys(tmp_path, NEW, *present())
    both = Seals(file, cipher)
    outcome = await key_rotation.rotate(owner(town), both)
    assert (outcome.moved, outcome.unreadable, outcome.left) == (sum(map(len, before.values())), set(), 0)
    assert await clear_of(town, Seals(keys(tmp_path, NEW), cipher)) == before
    assert (await key_rotation.rotate(owner(town), both)).moved == 0
    said = rotate_seal_key.told(await key_rotation.status(owner(town)), both, keys(tmp_path, NEW, *present()))
    assert said[-1] == "everything is under the key in use"
    assert said[-2].endswith("no value needs it: it may be removed")
    async with AsyncSession(owner(town)) as session:
        query = "select sum((details ->> 'values')::int) from audit_entries where action = 'seal_key.rotate'"
        assert await session.scalar(text(query)) == outcome.moved


async def test_what_somebody_holds_or_cannot_be_opened_stays_and_is_told(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_rotation, "PASSES", 1)
    await kept(town)
    both = Seals(keys(tmp_path, NEW, *present()))
    async with AsyncSession(owner(town)) as session, session.begin():
        await session.execute(text("update complaint_files set content_sealed = content_sealed || '\\x00'::bytea"))
    async with AsyncSession(owner(town)) as session, session.begin():
        await session.scalar(select(WebhookEndpoint.id).with_for_update())
        outcome = await key_rotation.rotate(owner(town), both)
        assert [(table, column) for table, _, column in outcome.unreadable] == [("complaint_files", "content_sealed")]
        assert outcome.left == 3, "both secrets of the endpoint that is held, and the file"
    outcome = await key_rotation.rotate(owner(town), both)
    assert (outcome.moved, outcome.left) == (2, 1)
    said = rotate_seal_key.told(await key_rotation.status(owner(town)), both, tmp_path / "gateway_seal_key")
    assert said[-1].startswith("1 values are not under the key")
    assert said[-2].endswith("1 values need it: keep")


async def test_the_gateway_itself_may_not_touch_what_was_said(town: Town) -> None:
    await kept(town)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with town.harness.fastapi.state.database.session() as session:
            await session.execute(sa.update(ComplaintEntry).values(text_sealed=b""))
