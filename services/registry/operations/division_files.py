"""All that is recorded of a division, as of a day: names, kinds, changes, who came before and who followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.code_lists import label_of
from services.registry.domain.division_kinds import LIST
from services.registry.domain.division_names import PlaceName, read_name
from services.registry.storage import division_carries, division_changes, division_kinds, divisions
from services.registry.storage.tables import Division, DivisionCarry, DivisionChange, DivisionFormerName, DivisionKind
from shared.chassis import clock
from shared.refusals import NotFound
from shared.schemas import registry_divisions as wire


async def get(session: AsyncSession, code: str, as_of: date | None) -> wire.DivisionFile:
    """The division as on a day, today unless another is asked for; what happened later is left out."""
    row = await divisions.get(session, code)
    if row is None:
        raise NotFound()
    day = as_of or clock.office_today()
    former = await division_changes.former_names(session, [code])
    name = _name_on(row, former, day)
    kinds = [period for period in await division_kinds.of_division(session, code) if period.valid_from <= day]
    return wire.DivisionFile(
        code=row.code,
        level=row.level,
        name=name.name,
        name_pinyin=name.pinyin,
        name_initials=name.initials,
        parent_code=row.parent_code,
        valid_from=row.valid_from,
        valid_to=_past(row.valid_to, day),
        source=row.source,
        kinds=[period.kind for period in kinds if _past(period.valid_to, day) is None],
        as_of=day,
        state=_state(row, day),
        former_names=[wire.FormerName.model_validate(one) for one in former if one.valid_to < day],
        kind_periods=[_period(period, day) for period in kinds],
        changes=await _changes(session, code, day),
        predecessors=[
            wire.RelatedDivision.model_validate(one) for one in await division_changes.predecessors(session, code, day)
        ],
        successors=[
            wire.RelatedDivision.model_validate(one) for one in await division_changes.successors(session, code, day)
        ],
    )


def _past(last_day: date | None, day: date) -> date | None:
    """A last day that lies behind; one still to come was not known to be one."""
    return last_day if last_day is not None and last_day < day else None


def _state(row: Division, day: date) -> Literal["not_yet", "in_force", "closed"]:
    if day < row.valid_from:
        return "not_yet"
    return "in_force" if _past(row.valid_to, day) is None else "closed"


def _name_on(row: Division, former: Sequence[DivisionFormerName], day: date) -> PlaceName:
    """The name of the day; before the first known day the oldest one."""
    for one in former:
        if day <= one.valid_to:
            return read_name(one.name)
    return PlaceName(row.name, row.name_pinyin, row.name_initials)


def _period(period: DivisionKind, day: date) -> wire.DivisionKindPeriod:
    ended = _past(period.valid_to, day)
    return wire.DivisionKindPeriod(
        kind=period.kind,
        label=label_of(LIST, period.kind),
        valid_from=period.valid_from,
        valid_to=ended,
        source=period.source,
        end_source=None if ended is None else period.end_source,
    )


async def _changes(session: AsyncSession, code: str, day: date) -> list[wire.DivisionChange]:
    rows = await division_changes.changes_of(session, code, day)
    carries = await division_carries.of_changes(session, [one.id for one in rows])
    return [change_view(one, carries.get(one.id)) for one in rows]


def change_view(row: DivisionChange, carry: DivisionCarry | None) -> wire.DivisionChange:
    return wire.DivisionChange.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "on": row.on,
            "source": row.source,
            "reason": row.reason,
            "office": row.recorded_office,
            "recorded_on": clock.office_day(row.recorded_at),
            "files": 0 if carry is None else carry.files,
            "files_carried": 0 if carry is None else carry.carried,
        }
    )


async def kinds(session: AsyncSession, code: str, on: date) -> wire.DivisionKinds:
    """The kinds of a division on a day; of one the register does not know, none."""
    return wire.DivisionKinds(kinds=(await division_kinds.on_day(session, [code], on)).get(code, []))
