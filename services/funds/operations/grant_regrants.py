"""Granting anew: lines the bank returned or that wait for their account, in a batch with all its checks of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.days import require_order
from services.funds.domain.programmes import Programme
from services.funds.domain.refusals.grants import (
    AllocationOfAnotherCounty,
    AlreadyRegranted,
    GrantLineUnknown,
    NothingToRegrant,
)
from services.funds.operations.grant_batches import Head, enter
from services.funds.operations.grant_checks import Wanted, cooled_on, standing_of
from services.funds.storage import allocations, grant_returns
from services.funds.storage import grant_batches as storage
from services.funds.storage.tables import GrantBatch, GrantLine
from services.funds.upstream import registry
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_grants as wire
from shared.schemas.registry_eligibility import EligibilityAnswer


async def regrant(
    session: AsyncSession, actor: Actor, peer: Peer, batch_id: int, request: wire.NewRegrant
) -> wire.GrantBatch:
    """Prepare a new batch of the same programme and period for lines that came back or wait.

    The people are asked for again by the registry's id. An account changed after approval is paid into only after
    the days of the parameter `account_cool_down`; changed once more, the days begin anew, today. Whom the register
    or the programme refuses by now waits no more, with accept_good: others of the household are barred no longer.
    """
    row = await storage.visible(session, actor, batch_id)
    if row is None:
        raise NotFound()
    prepared_on = request.prepared_on or clock.office_today()
    lines = _wanted_lines(request, await storage.lines_of(session, row.id))
    await _require_not_yet(session, lines)
    earliest = await _earliest(session, row, lines)
    require_order(prepared_on, today=clock.office_today(), not_before=earliest, pointer="/prepared_on")
    allocation_id, fund_year = await _money(session, actor, row, request)
    cooled = await cooled_on(session, row.county_code, prepared_on)
    head = Head(
        row.programme, allocation_id, fund_year, row.period, request.mode, prepared_on,
        row.entitled_year,
    )  # fmt: skip
    kept = [_kept(line) for line in lines]

    async def ask(programme: Programme) -> Sequence[Wanted]:
        people = {one: one for line in kept for one in (line.person_id, line.payee_person_id) if one}
        told = await registry.eligibility_of_persons(peer, actor, prepared_on, people, programme.asked())
        return [_anew(index + 1, line, told, prepared_on, cooled) for index, line in enumerate(kept)]

    return await enter(session, actor, head, ask)


async def _money(session: AsyncSession, actor: Actor, row: GrantBatch, request: wire.NewRegrant) -> tuple[int, int]:
    """The allocation the money is taken from, where it came back to or another that is named, and its fund year."""
    if request.allocation_id is None:
        return row.allocation_id, row.fund_year
    allocation = await allocations.visible(session, actor, request.allocation_id)
    if allocation is None:
        raise NotFound()
    if allocation.county_code != row.county_code:
        raise AllocationOfAnotherCounty()
    return allocation.id, allocation.fund_year


async def _earliest(session: AsyncSession, row: GrantBatch, lines: Sequence[GrantLine]) -> date | None:
    """The day on which the last of these lines came back or began to wait."""
    returned_on = await grant_returns.newest_day(session, [line.id for line in lines])
    days = [returned_on, row.ordered_on, *(line.settled_on for line in lines)]
    return max((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is needed of a line after its session let go."""

    line_id: int
    ref: str
    amount_fen: int
    person_id: str
    payee_person_id: str | None
    basis: str | None
    mark: str | None
    cool_until: date | None
    waits: bool


def _kept(line: GrantLine) -> _Kept:
    return _Kept(
        line.id, line.ref, line.amount_fen, line.person_id or "", line.payee_person_id, line.payee_basis,
        line.account_mark, line.cool_until, line.state == "waiting",
    )  # fmt: skip


def _wanted_lines(request: wire.NewRegrant, lines: Sequence[GrantLine]) -> list[GrantLine]:
    by_id = {line.id: line for line in lines}
    found = []
    for index, line_id in enumerate(dict.fromkeys(request.lines)):
        line = by_id.get(line_id)
        if line is None:
            raise GrantLineUnknown(pointer=f"/lines/{index}")
        if line.state not in ("returned", "waiting") or line.reason == "dead":
            raise NothingToRegrant(pointer=f"/lines/{index}")
        found.append(line)
    return found


async def _require_not_yet(session: AsyncSession, lines: Sequence[GrantLine]) -> None:
    if await storage.regranted(session, [line.id for line in lines]):
        raise AlreadyRegranted()


def _anew(number: int, line: _Kept, told: Mapping[str, EligibilityAnswer], on: date, cooled: date) -> Wanted:
    """The line asked for anew. A waiting one whose days are not over is refused and goes on waiting."""
    person = told[line.person_id]
    named = told.get(line.payee_person_id or "") if line.basis in ("guardian", "mandate") else None
    cool_until, refused = None, None
    if line.waits:
        same = rules.mark_of(standing_of(person)) == line.mark
        cool_until = line.cool_until if same else cooled
        if same and line.cool_until is not None and on < line.cool_until:
            refused = rules.Reason("account_cooling")
    return Wanted(number, line.ref, line.amount_fen, person, named, line.line_id, cool_until, refused)
