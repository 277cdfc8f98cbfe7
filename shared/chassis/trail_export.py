"""A service's whole trail as lines an outsider can verify, whatever its length (docs/decisions/0029)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.trail_chain import FORM
from shared.chassis.trail_sources import Source

PAGE = 1_000
LOWEST = -(2**63)
"""No id is as low: a row put in below the first is found as well."""
MEDIA_TYPE = "application/x-ndjson"


async def lines(database: Database, service: str, sources: Sequence[Source], after: int) -> AsyncIterator[bytes]:
    """The head, every link behind sequence `after` with its row, the rows without a link, the end."""
    async with database.session(read_only=True) as session:
        last = int(await session.scalar(text("select coalesce(max(sequence), 0) from trail_seals")) or 0)
        rows = await session.execute(
            text("select kind, max(row_id) from trail_seals where sequence <= :after group by kind"), {"after": after}
        )
        begun = {str(kind): int(row_id) for kind, row_id in rows} if after else {}
    at = clock.now().isoformat()
    yield _line({"export": FORM, "service": service, "at": at, "after": after, "rows": begun})
    async for link in _links(database, sources, after, last):
        yield link
    for source in sources:
        async for loose in _loose(database, source, begun.get(source.kind, LOWEST)):
            yield loose
    yield _line({"end": last})


async def _links(database: Database, sources: Sequence[Source], after: int, last: int) -> AsyncIterator[bytes]:
    cases = " ".join(
        f"when '{one.kind}' then (select {one.text} from {one.table} t where t.id = s.row_id)"  # noqa: S608
        for one in sources
    )
    query = text(
        "select s.sequence, s.kind, s.row_id, encode(s.row_hash, 'hex') as row_hash,"  # noqa: S608 - tables of ours
        f" encode(s.chain_hash, 'hex') as chain_hash, case s.kind {cases} end as row"
        " from trail_seals s where s.sequence > :after and s.sequence <= :last order by s.sequence limit :page"
    )
    while after < last:
        async with database.session(read_only=True) as session:
            found = (await session.execute(query, {"after": after, "last": last, "page": PAGE})).mappings().all()
        if not found:
            return
        yield b"".join(_line(dict(row)) for row in found)
        after = found[-1]["sequence"]


async def _loose(database: Database, source: Source, after: int) -> AsyncIterator[bytes]:
    """Rows no link stands for: those too new, and those put in below the last link."""
    query = text(
        f"select t.id, case when s.row_id is null then {source.text} end as row"  # noqa: S608 - tables of ours
        f" from (select * from {source.table} where id > :after and id <= :newest order by id limit :page) t"
        " left join trail_seals s on s.kind = :kind and s.row_id = t.id order by t.id"
    )
    async with database.session(read_only=True) as session:
        newest = await _newest(session, source)
    while after < newest:
        values = {"after": after, "newest": newest, "page": PAGE, "kind": source.kind}
        async with database.session(read_only=True) as session:
            found = (await session.execute(query, values)).all()
        if not found:
            return
        if loose := [row for row in found if row.row is not None]:
            yield b"".join(_line({"unsealed": source.kind, "row_id": one.id, "row": one.row}) for one in loose)
        after = found[-1].id


async def _newest(session: AsyncSession, source: Source) -> int:
    return int(await session.scalar(text(f"select coalesce(max(id), 0) from {source.table}")) or 0)  # noqa: S608


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
