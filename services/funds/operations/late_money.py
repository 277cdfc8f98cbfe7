"""Late money of an area: at which hop and step, who answers for it, and how late it is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.delays import Responsible, measure
from services.funds.domain.questions import Question
from services.funds.domain.responsibilities import Split, split_of
from services.funds.domain.stage_clocks import LateGroup, LateSum, late_sums
from services.funds.operations import deadlines, fund_kinds, spending, waits
from services.funds.storage import duration_bands, parameters, sessions
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import TryAgain
from shared.schemas import funds_stage_clocks as wire


async def get(session: AsyncSession, actor: Actor, question: Question) -> wire.LateMoney:
    """Every late fen once; and all unspent money by who answers for it. Raises TryAgain when money moved meanwhile."""
    require_in_scope(actor, question.area)
    await sessions.one_moment(session)
    await fund_kinds.named(session, question.fund_kind)
    values = await parameters.load(session, question.area, question.as_of)
    total = await spending.total(session, question)
    waiting = await waits.load(session, question, values)
    released = sum(item.amount_fen for item in waiting if item.step == "retention_release")
    split = split_of(waiting, total.withheld_fen - released)
    unspent = total.received_fen - total.numerator_fen
    if split.unspent_fen != unspent:
        raise TryAgain()
    known = await deadlines.load(session, question, values, waiting)
    bands = await duration_bands.load(session, "late_age")
    sums = late_sums(measure(waiting, question.as_of, known.due), bands)
    late = sum(one.late_fen for one in sums.values())
    return wire.LateMoney(
        division_code=question.area,
        fund_year=question.fund_year,
        as_of=question.as_of,
        received_fen=total.received_fen,
        unspent_fen=unspent,
        sides=_sides(split),
        retention_not_due_fen=split.retention_not_due_fen,
        on_the_way_fen=sum(item.amount_fen for item in waiting if not item.received),
        late_fen=late,
        late_sides=wire.SideSums(
            finance_fen=_side(sums, "finance"), project_fen=_side(sums, "project"), third_fen=_side(sums, "third")
        ),
        bands=[wire.LateBand.model_validate(band) for band in bands],
        rows=[_row(group, sums[group]) for group in _ordered(sums)],
    )


def _sides(split: Split) -> wire.SideSums:
    return wire.SideSums(finance_fen=split.finance_fen, project_fen=split.project_fen, third_fen=split.third_fen)


def _side(sums: dict[LateGroup, LateSum], side: Responsible) -> int:
    return sum(one.late_fen for group, one in sums.items() if group.responsible == side)


def _ordered(sums: dict[LateGroup, LateSum]) -> Iterable[LateGroup]:
    """Largest first; then by what they are."""
    return sorted(
        sums, key=lambda group: (-sums[group].late_fen, group.step, group.office, group.from_days, group.received)
    )


def _row(group: LateGroup, found: LateSum) -> wire.LateMoneyRow:
    names = set(wire.LateMoneyRow.model_fields)
    known = {name: getattr(group, name) for name in names & set(LateGroup._fields)}
    return wire.LateMoneyRow(**known, **{name: getattr(found, name) for name in LateSum.__slots__})
