"""A service's whole trail as lines an outsider can verify, whatever its length (docs/decisions/0029).

The chain is one for everybody; what offices outside the exporter's area did is withheld. Its links stay, and whether
its rows are still as sealed is said of them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.scope import NATION
from shared.chassis.trail_chain import FORM
from shared.chassis.trail_search import within
from shared.chassis.trail_sources import Source

PAGE = 1_000
LOWEST = -(2**63)
"""No id is as low: a row put in below the first is found as well."""
MEDIA_TYPE = "application/x-ndjson"


async def lines(
    database: Database, service: str, sources: Sequence[Source], areas: Sequence[str], after: int
) -> AsyncIterator[bytes]:
    """The head, every link behind sequence `after` with its row, the rows without a link, the end."""
    async with database.session(read_only=True) as session:
        last = int(await session.scalar(text("select coalesce(max(sequence), 0) from trail_seals")) or 0)
        rows = await session.execute(
            text("select kind, max(row_id) from trail_seals where sequence <= :after group by kind"), {"after": after}
        )
        begun = {str(kind): int(row_id) for kind, row_id in rows} if after else {}
    at = clock.now().isoformat()
    yield _line({"export": FORM, "service": service, "at": at, "after": after, "rows": begun})
    async for link in _links(database, sources, areas, after, last):
        yield link
    for source in sources:
        async for loose in _loose(database, source, areas, begun.get(source.kind, LOWEST)):
            yield loose
    yield _line({"end": last})


async def _links(
    database: Database, sources: Sequence[Source], areas: Sequence[str], after: int, last: int
) -> AsyncIterator[bytes]:
    values: dict[str, Any] = {"last": last, "page": PAGE}
    rows = " union all ".join(
        f"select '{one.kind}' as kind, t.id, {one.text} as text, {_seen(one, areas, values)} as seen"  # noqa: S608
        f" from {one.table} t where s.kind = '{one.kind}' and t.id = s.row_id"
        for one in sources
    )
    query = text(
        "select s.sequence, s.kind, s.row_id, encode(s.row_hash, 'hex') as row_hash,"  # noqa: S608 - tables of ours
        " encode(s.chain_hash, 'hex') as chain_hash, r.text as row, r.seen,"
        " sha256(convert_to(r.text, 'UTF8')) = s.row_hash as matches"
        f" from trail_seals s left join lateral ({rows}) r on true"
        " where s.sequence > :after and s.sequence <= :last order by s.sequence limit :page"
    )
    while after < last:
        async with database.session(read_only=True) as session:
            found = (await session.execute(query, values | {"after": after})).mappings().all()
        if not found:
            return
        yield b"".join(_link(dict(row)) for row in found)
        after = found[-1]["sequence"]


def _link(row: dict[str, Any]) -> bytes:
    """One link with its row, or with no more than whether the row is as it was sealed."""
    seen, matches = row.pop("seen"), row.pop("matches")
    return _line(row | {"row": None, "withheld": True, "matches": matches} if seen is False else row)


async def _loose(database: Database, source: Source, areas: Sequence[str], after: int) -> AsyncIterator[bytes]:
    """Rows no link stands for: those too new, and those put in below the last link."""
    values: dict[str, Any] = {"page": PAGE, "kind": source.kind}
    seen = _seen(source, areas, values)
    query = text(
        f"select t.id, case when s.row_id is null then case when {seen} then {source.text}"  # noqa: S608 - of ours
        " else jsonb_build_object('id', t.id, 'at', t.at)::text end end as row"
        f" from (select * from {source.table} where id > :after and id <= :newest order by id limit :page) t"
        " left join trail_seals s on s.kind = :kind and s.row_id = t.id order by t.id"
    )
    async with database.session(read_only=True) as session:
        newest = await _newest(session, source)
    while after < newest:
        async with database.session(read_only=True) as session:
            found = (await session.execute(query, values | {"after": after, "newest": newest})).all()
        if not found:
            return
        if loose := [row for row in found if row.row is not None]:
            yield b"".join(_line({"unsealed": source.kind, "row_id": one.id, "row": one.row}) for one in loose)
        after = found[-1].id


def _seen(source: Source, areas: Sequence[str], values: dict[str, Any]) -> str:
    """SQL: who exports may read the row."""
    return "true" if NATION in areas else within(source, areas, values)


async def _newest(session: AsyncSession, source: Source) -> int:
    return int(await session.scalar(text(f"select coalesce(max(id), 0) from {source.table}")) or 0)  # noqa: S608


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
