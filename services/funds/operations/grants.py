"""Looking at grants: a batch with its lines, the batches of an area, what a household ever received."""

from __future__ import annotations

from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import decisions, sessions
from services.funds.storage import grant_batches as storage
from services.funds.storage.tables import GrantBatch, GrantLine
from shared.chassis import audit, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_grants as wire
from shared.schemas.wire import Page

SEEN = "name_masked,amount_fen,facts"
"""What of a person a reader of grants saw."""


async def get(session: AsyncSession, actor: Actor, trail: Database, batch_id: int) -> wire.GrantBatch:
    """A batch with its lines; the reading is noted before the answer leaves."""
    row = await storage.visible(session, actor, batch_id)
    if row is None:
        raise NotFound()
    found = await answer(session, row)
    persons = [line.person_id for line in found.lines if line.person_id is not None]
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "grant_batch.read", persons, SEEN)
    return found


async def list_batches(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    programme: str | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.GrantBatchHead]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(
        session, actor, area, fund_year=fund_year, programme=programme, state=state,
        before_id=int(after[0]) if after else None, limit=limit + 1,
    )  # fmt: skip
    counts = await storage.line_counts(session, [row.id for row in found])
    items = [wire.GrantBatchHead(**_head(row, counts.get(row.id, (0, 0)))) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].batch_id) if len(found) > limit else None)


async def list_grants(
    session: AsyncSession,
    actor: Actor,
    trail: Database,
    household_id: str | None,
    person_id: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Grant]:
    """Every grant of a household or person, whatever became of it; the reading is noted."""
    after = paging.decode(cursor, int)
    before_id = int(after[0]) if after else None
    found = await storage.grants_of(session, actor, household_id, person_id, before_id, limit + 1)
    items = [grant_of(line, batch, code) for line, batch, code in found[:limit]]
    subjects = sorted({item.person_id for item in items if item.person_id is not None})
    await sessions.let_go(session)
    await audit.record_read(trail, actor, "grants.read", subjects, SEEN)
    return Page(items=items, next_cursor=paging.encode(items[-1].line_id) if len(found) > limit else None)


async def answer(session: AsyncSession, row: GrantBatch) -> wire.GrantBatch:
    lines = [_line(line) for line in await storage.lines_of(session, row.id)]
    counts = (await storage.line_counts(session, [row.id])).get(row.id, (0, 0))
    refusals = await decisions.turns(session, ("grant_batch", row.id), "refusal") if row.state == "refused" else ()
    refusal = next((wire.GrantRefusal.model_validate(one) for one in refusals), None)
    return wire.GrantBatch(**_head(row, counts), refusal=refusal, lines=lines)


def _head(row: GrantBatch, counts: tuple[int, int]) -> dict[str, object]:
    own = {"batch_id", "accepted_lines", "refused_lines", "prepared_by"}
    values: dict[str, object] = {name: getattr(row, name) for name in set(wire.GrantBatchHead.model_fields) - own}
    accepted, refused = counts
    return values | {
        "batch_id": row.id,
        "accepted_lines": accepted,
        "refused_lines": refused,
        "prepared_by": row.entered_by,
    }


_OF_LINE = tuple(sorted(set(wire.GrantLine.model_fields) - {"line_id"}))
_read = attrgetter(*_OF_LINE)


def _values(line: GrantLine) -> dict[str, object]:
    return {"line_id": line.id, **dict(zip(_OF_LINE, _read(line), strict=True))}


def _line(line: GrantLine) -> wire.GrantLine:
    return wire.GrantLine.model_validate(_values(line))


def grant_of(line: GrantLine, batch: GrantBatch, project_code: str) -> wire.Grant:
    return wire.Grant.model_validate(
        _values(line)
        | {
            "batch_id": batch.id,
            "programme": batch.programme,
            "period": batch.period,
            "fund_year": batch.fund_year,
            "project_code": project_code,
        }
    )
