"""A household's card: grants by year, programme and project, and every other kind of money it ever received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.operations.grants import SEEN, grant_of
from services.funds.storage import grant_batches as storage
from services.funds.storage import household_cards as money
from services.funds.storage import programmes, sessions
from shared.chassis import audit
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_grants as grants_wire
from shared.schemas import funds_households as wire

SHOWN = 500

Row = tuple[int, str, str, str, int, int]


async def card(session: AsyncSession, actor: Actor, trail: Database, household_id: str) -> wire.HouseholdGrants:
    """What a household received in the actor's area; absent when there is nothing. The reading is noted.

    Grants are always in it; money of another kind is for those who may read that kind.
    """
    parts = [part for part in money.PARTS if part == "grant.read" or actor.may(part)]
    sums = _sums(await storage.received(session, actor, household_id), await programmes.labels(session))
    found = await storage.grants_of(session, actor, household_id, None, None, SHOWN + 1)
    moved = await money.moved(session, actor, household_id, parts, SHOWN + 1)
    if not found and not moved:
        raise NotFound()
    items = [grant_of(line, batch, project) for line, batch, project in found[:SHOWN]]
    by_year: dict[str, int] = defaultdict(int)
    for one in sums:
        by_year[str(one.fund_year)] += one.paid_fen
    totals = [_money_sum(row) for row in await money.sums(session, actor, household_id, parts)]
    await sessions.let_go(session)
    subjects = [f"household:{household_id}", *_people(items, moved)]
    await audit.record_read(trail, actor, "household_grants.read", subjects, SEEN)
    return wire.HouseholdGrants(
        household_id=household_id,
        paid_fen=sum(one.paid_fen for one in sums),
        on_the_way_fen=sum(one.on_the_way_fen for one in sums),
        sums=sums,
        by_year=by_year,
        items=items,
        complete=len(found) <= SHOWN,
        money=[_money(one) for one in moved[:SHOWN]],
        money_sums=totals,
        money_complete=len(moved) <= SHOWN,
        not_shown=[part for part in money.PARTS if part not in parts],
    )


def _people(items: Iterable[grants_wire.Grant], moved: Iterable[money.Moved]) -> list[str]:
    """Whose money is shown."""
    shown = {one.person_id for one in items} | {one.person_id for one in moved}
    return sorted(person for person in shown if person is not None)


def _money(one: money.Moved) -> wire.HouseholdMoney:
    names = ("kind", "direction", "on", "amount_fen", "source_document", "paper")
    values = {name: getattr(one, name) for name in names}
    return wire.HouseholdMoney(**values, reference=f"{one.subject}:{one.subject_id}")


def _money_sum(row: tuple[str, str, int, int, int]) -> wire.HouseholdMoneySum:
    names = ("kind", "direction", "year", "amount_fen", "count")
    return wire.HouseholdMoneySum.model_validate(dict(zip(names, row, strict=True)))


def _sums(rows: Iterable[Row], names: Mapping[str, str]) -> list[wire.ReceivedSum]:
    """Rows of live lines by state, put together by year, programme and project."""
    paid: dict[tuple[int, str, str], tuple[int, int]] = {}
    coming: dict[tuple[int, str, str], int] = defaultdict(int)
    for year, programme, project, state, amount, count in rows:
        key = (year, programme, project)
        fen, number = paid.get(key, (0, 0))
        paid[key] = (fen + amount, number + count) if state == "paid" else (fen, number)
        coming[key] += 0 if state == "paid" else amount
    return [
        wire.ReceivedSum(
            fund_year=year, programme=programme, programme_name=names.get(programme, programme), project_code=project,
            paid_fen=fen, paid_count=number, on_the_way_fen=coming[year, programme, project],
        )
        for (year, programme, project), (fen, number) in paid.items()
    ]  # fmt: skip
