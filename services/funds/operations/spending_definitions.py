"""What offices do with spending definitions: state one, decide on another's, end one, ask which of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import spending_definitions as rules
from services.funds.domain import spending_rules as spending
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.questions import Question
from services.funds.domain.refusals.definitions import DefinitionLevelWrong, DefinitionNotInForce
from services.funds.domain.refusals.grants import AsOfTooEarly
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.domain.spending_thresholds import Threshold, require_all
from services.funds.operations import fund_kinds, spending_rules
from services.funds.operations.open_divisions import require_division
from services.funds.storage import decisions, parameters
from services.funds.storage import spending_definitions as storage
from services.funds.storage.tables import SpendingDefinition, SpendingThreshold
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import NATION, require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_definitions as wire
from shared.schemas.funds import NewDecision
from shared.schemas.wire import Page


async def state(
    session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewSpendingDefinition
) -> wire.SpendingDefinition:
    """State a definition for a place of one's own; it holds once another person approved it."""
    require_in_scope(actor, request.division_code)
    if request.division_code != NATION:
        await require_division(peer, actor, request.division_code, request.valid_from)
    row = _row_of(request)
    demands = [_threshold_of(item, place, request) for place, item in enumerate(request.thresholds)]
    require_all(demands)
    rules.require_sound(storage.definition_of(row), await _level_of(session, request.fund_kind))
    await _require_no_milder(session, storage.definition_of(row), demands)
    rules.require_alone(storage.definition_of(row), await storage.live_of(session, row.division_code))
    decisions.sign(actor, row)
    await storage.add(session, row, [_demand_row(item) for item in demands])
    audit.record(
        session, actor, "spending_definition.state", _name(row), division_code=row.division_code,
        valid_from=row.valid_from.isoformat(),
    )  # fmt: skip
    return await _answer(session, row)


def _row_of(request: wire.NewSpendingDefinition) -> SpendingDefinition:
    stated = request.model_dump(exclude={"thresholds"})
    for name in ("cut_off", "regular_from"):
        stated[name] = rules.month_day_of(stated[name], request.year_from, request.year_to, f"/{name}")
    return SpendingDefinition(**stated, state="proposed")


def _threshold_of(item: wire.NewSpendingThreshold, place: int, request: wire.NewSpendingDefinition) -> Threshold:
    stated = item.model_dump()
    pointer = f"/thresholds/{place}/due_on"
    stated["due_on"] = rules.month_day_of(item.due_on, request.year_from, request.year_to, pointer)
    stated["valid_from"] = item.valid_from or request.valid_from
    return Threshold(**stated)


def _demand_row(item: Threshold) -> SpendingThreshold:
    return SpendingThreshold(**{name: getattr(item, name) for name in storage.DEMANDED if name != "id"})


async def _require_no_milder(session: AsyncSession, new: rules.Definition, demands: Sequence[Threshold]) -> None:
    """Refuse what is milder on its first day than what holds above; what holds above later is joined to it then."""
    on = max(new.valid_from, date(new.year_from, 1, 1))
    question = Question(new.division_code, new.year_from, on, new.batch, new.fund_kind, source_level=new.source_level)
    candidates, thresholds = await storage.candidates(session, new.division_code, new.year_from)
    found = spending.choose(candidates, spending.asked_of(question, new.source_level))
    values = await parameters.load(session, new.division_code, on)
    above = spending.above_of(question, [new, *found], thresholds, values)
    if above is not None:
        spending.require_no_milder(new, demands, above)


async def _level_of(session: AsyncSession, fund_kind: str | None) -> str | None:
    """The level of finance a kind comes from. Raises FundKindUnknown."""
    kind = await fund_kinds.named(session, fund_kind)
    return None if kind is None else kind.source_level


async def decide(
    session: AsyncSession, actor: Actor, definition_id: int, request: NewDecision
) -> wire.SpendingDefinition:
    """Approve or refuse a definition: another person than stated it, of an office above if it reaches back."""
    row = await _locked(session, actor, definition_id)
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    today = clock.office_today()
    require_order(
        request.decided_on, today=today, not_before=clock.office_day(row.entered_at), pointer="/decided_on"
    )  # fmt: skip
    if request.outcome == "approve":
        rules.require_power(actor.scope, storage.definition_of(row), today)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("spending_definition", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "spending_definition.decide", _name(row), outcome=request.outcome)
    return await _answer(session, row)


async def end(
    session: AsyncSession, actor: Actor, definition_id: int, request: wire.SpendingDefinitionEnd
) -> wire.SpendingDefinition:
    """End an approved definition by a day: another person than stated it, of an office above if the day is gone.

    While its end lies ahead, another person yet than set that may set an earlier one; what was set stays on file.
    """
    row = await _locked(session, actor, definition_id)
    if row.state != "approved":
        raise DefinitionNotInForce()
    today = clock.office_today()
    rules.require_end(row.valid_from, row.valid_to, request.ends_on, today)
    require_other_person(actor.person, row.entered_person, row.ended_person)
    rules.require_power_to_end(actor.scope, row.division_code, request.ends_on, today)
    if row.valid_to is not None:
        row.earlier_ends = [*row.earlier_ends, storage.end_of(row)]
    row.valid_to, row.end_reason = request.ends_on, request.reason
    row.ended_at, row.ended_by = clock.now(), actor.account
    row.ended_person, row.ended_office = actor.person, actor.office
    await session.flush()
    audit.record(session, actor, "spending_definition.end", _name(row), ends_on=request.ends_on.isoformat())
    return await _answer(session, row)


async def withdraw(session: AsyncSession, actor: Actor, definition_id: int) -> wire.SpendingDefinition:
    """Who stated a definition takes it back while nobody decided on it; it stays on file."""
    row = await _locked(session, actor, definition_id)
    if row.state != "proposed":
        raise AlreadyDecided()
    rules.require_maker(actor.person, row.entered_person)
    row.state = "withdrawn"
    await session.flush()
    audit.record(session, actor, "spending_definition.withdraw", _name(row))
    return await _answer(session, row)


async def _locked(session: AsyncSession, actor: Actor, definition_id: int) -> SpendingDefinition:
    row = await storage.one(session, definition_id, lock=True)
    if row is None:
        raise NotFound()
    require_in_scope(actor, row.division_code)
    return row


async def get(session: AsyncSession, definition_id: int) -> wire.SpendingDefinition:
    """Definitions are public policy, as parameters are: anyone signed in sees those of every area."""
    row = await storage.one(session, definition_id)
    if row is None:
        raise NotFound()
    return await _answer(session, row)


async def list_definitions(
    session: AsyncSession, area: str, fund_year: int | None, state: str | None, cursor: str | None, limit: int
) -> Page[wire.SpendingDefinition]:
    after = paging.decode(cursor, int)
    found = await storage.list_all(session, area, fund_year, state, int(after[0]) if after else None, limit + 1)
    thresholds = await storage.thresholds(session, [row.id for row in found[:limit]])
    items = [_shown(row, thresholds[row.id]) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].definition_id) if len(found) > limit else None)


async def resolution(session: AsyncSession, actor: Actor, question: Question) -> wire.SpendingResolution:
    """Which definition holds for some money on a day, as known now or as it was known before a moment.

    Of one of the actor's areas: when the regular batch came, and how much is left out, is that area's money.
    """
    require_in_scope(actor, question.area)
    if question.as_of < date(question.fund_year - 1, 1, 1):
        raise AsOfTooEarly(not_before=date(question.fund_year - 1, 1, 1).isoformat())
    level = await _level_of(session, question.fund_kind)
    if level is not None and question.source_level not in (None, level):
        raise DefinitionLevelWrong()
    values = await parameters.load(session, question.area, question.as_of)
    applied = await spending_rules.load(session, question, values)
    return wire.SpendingResolution(
        division_code=question.area,
        fund_year=question.fund_year,
        as_of=question.as_of,
        definition=await spending_rules.used(session, applied),
        demands=spending_rules.demanded(applied),
        outranked=[item.id for item in applied.outranked],
    )


async def _answer(session: AsyncSession, row: SpendingDefinition) -> wire.SpendingDefinition:
    return _shown(row, (await storage.thresholds(session, [row.id]))[row.id])


def _shown(row: SpendingDefinition, thresholds: list[SpendingThreshold]) -> wire.SpendingDefinition:
    own = {"definition_id", "thresholds", "earlier_ends"}
    values = {name: getattr(row, name) for name in set(wire.SpendingDefinition.model_fields) - own}
    return wire.SpendingDefinition(
        **values, definition_id=row.id, thresholds=[_shown_threshold(item) for item in thresholds],
        earlier_ends=[_shown_end(item) for item in row.earlier_ends],
    )  # fmt: skip


def _shown_end(item: dict[str, Any]) -> wire.SpendingDefinitionEnded:
    """An end set before; which person set it is kept and not shown."""
    values = {name: item[name] for name in wire.SpendingDefinitionEnded.model_fields}
    return wire.SpendingDefinitionEnded.model_validate(values)


def _shown_threshold(item: SpendingThreshold) -> wire.SpendingThreshold:
    values = {name: getattr(item, name) for name in storage.DEMANDED if name != "id"}
    return wire.SpendingThreshold(**values, threshold_id=item.id)


def _name(row: SpendingDefinition) -> str:
    return f"spending_definition:{row.id}"
