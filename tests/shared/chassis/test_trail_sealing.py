"""The sealer passes over no row, whatever order transactions end in, and its checkpoints stand outside too."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from deploy import verify_trail
from shared.chassis import audit, trail_chain
from shared.chassis.trail_sources import EVERYWHERE
from tests.support import server
from tests.support.harness import Harness, actor, running

WHO = actor("project.read")


async def note(harness: Harness, *subjects: str) -> None:
    await audit.record_read(harness.fastapi.state.database, WHO, "project.read", list(subjects), "masked", "核对")


async def sealed(harness: Harness) -> list[tuple[str, int]]:
    async with harness.fastapi.state.database.session() as session:
        rows = await session.execute(text("select kind, row_id from trail_seals order by sequence"))
        return [(kind, row_id) for kind, row_id in rows]


async def test_a_row_that_commits_late_is_sealed_in_its_place_and_none_is_passed_over() -> None:
    async with running("projects", trail_seal_pause_s=3600.0) as harness:
        sealer = harness.fastapi.state.sealer
        await note(harness, "one")
        while await sealer.turn():
            pass
        async with harness.fastapi.state.database.session() as session:
            await session.execute(text(LATE))
            await note(harness, "three")
            assert await sealer.turn() == 0
            assert await sealer.turn() == 0
            assert await sealed(harness) == [("read", 1)]
        await note(harness, "four")
        assert await sealer.turn() == 3
        assert await sealed(harness) == [("read", 1), ("read", 2), ("read", 3), ("read", 4)]
        assert sealer.lag_s() < 60


async def test_requests_that_never_pause_do_not_keep_the_sealer_from_its_work() -> None:
    async with running("projects", trail_seal_pause_s=3600.0) as harness:
        sealer, database = harness.fastapi.state.sealer, harness.fastapi.state.database
        async with database.session() as first:
            await first.execute(text(LATE))
            await sealer.turn()
            async with database.session() as second:
                await second.execute(text(LATE))
                await first.commit()
                assert await sealer.turn() == 1  # the second still writes, and waits for nobody


LATE = (
    "insert into read_trail (at, actor, office, action, subjects, fields, purpose, trace_id)"
    " values (now(), 'late', '', '', '{\"ids\": [\"two\"]}', '', '', '')"
)


async def test_every_column_of_a_trail_is_in_what_is_sealed() -> None:
    from services.gateway.storage.trail_sources import SOURCES

    async with (
        running("gateway", trail_seal_pause_s=3600.0) as harness,
        harness.fastapi.state.database.session() as session,
    ):
        for source in SOURCES:
            rows = await session.scalars(
                text("select column_name from information_schema.columns where table_name = :table"),
                {"table": source.table},
            )
            assert set(rows) == set(source.columns), source.table
    assert {one.table for one in EVERYWHERE} < {one.table for one in SOURCES}


async def test_checkpoints_are_signed_kept_and_appended_to_the_anchor_file(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    async with running(
        "projects", trail_seal_pause_s=3600.0, trail_checkpoint_s=0.0, trail_anchor_file=anchors
    ) as harness:
        sealer = harness.fastapi.state.sealer
        await note(harness, "one")
        while await sealer.turn():
            pass
        await sealer.check()
        assert await sealer.check() is None
        lines = anchors.read_text().splitlines()
        assert trail_chain.claims_of(lines[-1])["sequence"] == len(await sealed(harness))
        async with harness.as_(actor("audit.read")) as client:
            page = (await client.get("/api/v1/projects/trail/checkpoints")).json()
        assert [item["signed"] for item in reversed(page["items"])] == lines
        connection = await asyncpg.connect(server.dsn("projects", "app", harness.database))
        for table in ("trail_seals", "trail_checkpoints"):
            for statement in (f"update {table} set sequence = 1", f"delete from {table}", f"truncate {table}"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        await connection.close()


async def test_of_offices_elsewhere_an_export_gives_the_links_and_not_the_rows() -> None:
    async with running("projects", trail_seal_pause_s=3600.0) as harness:
        await note(harness, "somebody-of-one-county")
        while await harness.fastapi.state.sealer.turn():
            pass
        own, other = (actor("audit.export", scope=(area,), office=f"{area}-audit") for area in ("341622", "341623"))
        async with harness.as_(own) as mine, harness.as_(other) as its:
            address = "/api/v1/projects/trail/export"
            whole, part = (await mine.get(address)).text, (await its.get(address)).text
            assert "somebody-of-one-county" in whole
            assert "somebody-of-one-county" not in part
            assert verify_trail.verify(part.splitlines(), {}).withheld == 1
            owner = await asyncpg.connect(server.dsn("projects", "owner", harness.database))
            await owner.execute("update read_trail set purpose = 'another' where id = 1")
            await owner.close()
            changed = (await its.get(address)).text
            assert "another" not in changed
            with pytest.raises(verify_trail.Difference, match="the row was changed"):
                verify_trail.verify(changed.splitlines(), {})
