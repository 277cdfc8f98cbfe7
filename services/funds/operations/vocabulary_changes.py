"""What offices do with the lists of kinds of money and forbidden uses: propose a change, decide on it, look it up.

A change is a new entry with its dates and its source, or the end of an open entry; nothing else of an entry is ever
touched. It holds from the approval on, for whoever asks next.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import vocabulary_changes as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.distribution import UseUnknown
from services.funds.domain.refusals.documents import FundKindUnknown
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.domain.refusals.vocabulary import EntryNotOpen
from services.funds.domain.uses import SPECIAL
from services.funds.storage import decisions, lists, uses
from services.funds.storage import vocabulary_changes as storage
from services.funds.storage.tables import ForbiddenUse, FundKindTerm, VocabularyChange
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_vocabulary as wire
from shared.schemas.wire import Page


async def propose(session: AsyncSession, actor: Actor, request: wire.NewVocabularyChange) -> wire.VocabularyChange:
    """Ask for a change of the lists of an area of one's own; nothing changes yet."""
    change = request.change
    require_in_scope(actor, change.division_code)
    await _check(session, change)
    row = VocabularyChange(
        what=change.what, division_code=change.division_code, fund_kind=change.fund_kind,
        change=change.model_dump(mode="json"), state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "vocabulary.propose", _name(row), what=row.what, division_code=row.division_code)
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, change_id: int, request: wire.NewVocabularyDecision
) -> wire.VocabularyChange:
    """Another person approves or refuses; an approval changes the list, if the change is still a right one."""
    row = await storage.visible(session, actor, change_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    entered_on = clock.office_day(row.entered_at)
    require_order(request.decided_on, today=clock.office_today(), not_before=entered_on, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    if request.outcome == "approve":
        await storage.hold(session)
        await _carry_out(session, _change_of(row))
    decisions.record(
        session, actor, row, ("vocabulary_change", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "vocabulary.decide", _name(row), outcome=request.outcome)
    return _answer(row)


async def _check(session: AsyncSession, change: wire.AnyChange) -> ForbiddenUse | FundKindTerm | None:
    """Refuse what the list cannot take now; the entry that would be ended, None for a new one."""
    ban = isinstance(change, wire.ForbidUse | wire.EndForbiddenUse)
    if not (ban and change.fund_kind == SPECIAL) and await lists.fund_kind(session, change.fund_kind) is None:
        raise FundKindUnknown(pointer="/change/fund_kind")
    if isinstance(change, wire.ForbidUse | wire.EndForbiddenUse):
        return await _check_ban(session, change)
    return await _check_term(session, change)


async def _check_ban(session: AsyncSession, change: wire.ForbidUse | wire.EndForbiddenUse) -> ForbiddenUse | None:
    if not await uses.known(session, change.use_code):
        raise UseUnknown(pointer="/change/use_code")
    present = await storage.bans_of(session, change.division_code, change.fund_kind, change.use_code)
    span, today = rules.days(change.valid_from, change.valid_to), clock.office_today().toordinal()
    if isinstance(change, wire.ForbidUse):
        rules.require_entry(span, today, [rules.days(row.valid_from, row.valid_to) for row in present])
        return None
    rules.require_end(span, today)
    for row in present:
        if row.valid_from == change.valid_from and row.valid_to is None:
            return row
    raise EntryNotOpen()


async def _check_term(
    session: AsyncSession, change: wire.EnterFundKindTerm | wire.EndFundKindTerm
) -> FundKindTerm | None:
    """A term begins with this fund year at the earliest, so the one before it may end with the year before.

    It is never wider than the terms of areas above.
    """
    present = await storage.terms_of(session, change.division_code, change.fund_kind)
    span, this_year = (change.from_year, change.to_year), clock.office_today().year
    if isinstance(change, wire.EnterFundKindTerm):
        rules.require_entry(span, this_year, [(row.from_year, row.to_year) for row in present])
        rules.require_stricter(rules.Term(change.directions, change.fee_excluded), await _above(session, change))
        return None
    rules.require_end(span, this_year - 1)
    for row in present:
        if row.from_year == change.from_year and row.to_year is None:
            return row
    raise EntryNotOpen()


async def _above(session: AsyncSession, change: wire.EnterFundKindTerm) -> list[rules.Term]:
    """What terms of areas above say of the kind in a fund year of the new one."""
    span = (change.from_year, change.to_year)
    return [
        lists.term_of(row)
        for row in await lists.fund_kind_terms(session, change.division_code)
        if row.fund_kind == change.fund_kind
        and row.division_code != change.division_code
        and rules.overlap(span, (row.from_year, row.to_year))
    ]


async def _carry_out(session: AsyncSession, change: wire.AnyChange) -> None:
    ended = await _check(session, change)
    if isinstance(change, wire.ForbidUse):
        await storage.add(session, ForbiddenUse(**change.model_dump(exclude={"what"})))
    elif isinstance(change, wire.EnterFundKindTerm):
        parts = {name: ";".join(getattr(change, name)) for name in ("directions", "fee_excluded")}
        await storage.add(session, FundKindTerm(**change.model_dump(exclude={"what", *parts}), **parts))
    elif isinstance(change, wire.EndForbiddenUse) and isinstance(ended, ForbiddenUse):
        ended.valid_to = change.valid_to
    elif isinstance(change, wire.EndFundKindTerm) and isinstance(ended, FundKindTerm):
        ended.to_year = change.to_year


async def list_changes(
    session: AsyncSession, actor: Actor, area: str, cursor: str | None, limit: int
) -> Page[wire.VocabularyChange]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].change_id) if len(found) > limit else None)


async def get(session: AsyncSession, actor: Actor, change_id: int) -> wire.VocabularyChange:
    row = await storage.visible(session, actor, change_id)
    if row is None:
        raise NotFound()
    return _answer(row)


def _name(row: VocabularyChange) -> str:
    return f"vocabulary_change:{row.id}"


def _change_of(row: VocabularyChange) -> wire.AnyChange:
    return wire.KINDS[row.what].model_validate(row.change)


def _answer(row: VocabularyChange) -> wire.VocabularyChange:
    names = ("state", "entered_at", "entered_by", "decided_on", "decided_by", "opinion")
    values = {name: getattr(row, name) for name in names}
    return wire.VocabularyChange(change_id=row.id, change=_change_of(row), **values)
