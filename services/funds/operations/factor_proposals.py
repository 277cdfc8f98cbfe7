"""What offices do with factor proposals (因素法分配): compute one, adjust it, decide on it, make it a document."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import factor_proposals as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.distribution import AdjustedMeanwhile
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.operations import documents
from services.funds.storage import decisions, sessions
from services.funds.storage import factor_proposals as storage
from services.funds.storage.tables import FactorAdjustment, FactorProposal
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as funds_wire
from shared.schemas import funds_distribution as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewFactorProposal
) -> wire.FactorProposal:
    """Divide a total by weighted indicators. Refused by the same rules as the document it is to become."""
    indicators = [
        rules.Indicator(one.weight, [(row.division_code, row.value) for row in one.values])
        for one in request.indicators
    ]
    unit_fen = rules.UNITS[request.unit]
    amounts = rules.divide(request.total_fen, unit_fen, indicators)
    await documents.check_proposed(session, actor, peer, _trial(request, amounts))
    row = FactorProposal(
        **request.model_dump(exclude={"unit", "direction", "indicators"}), unit_fen=unit_fen,
        direction=request.direction or "", indicators=[one.model_dump() for one in request.indicators],
        lines=[{"division_code": code, "computed_fen": fen, "amount_fen": fen} for code, fen in amounts.items()],
        adjustments=0, state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "factor_proposal.propose", f"factor_proposal:{row.id}", total_fen=row.total_fen,
        places=len(amounts),
    )  # fmt: skip
    return await _answer(session, row)


def _trial(request: wire.NewFactorProposal, amounts: dict[str, int]) -> funds_wire.NewDocument:
    """The document a proposal would be if it were issued today."""
    return funds_wire.NewDocument(
        number="-", title="-", issued_on=clock.office_today(), issuing_division=request.division_code,
        fund_year=request.fund_year, fund_kind=request.fund_kind, batch=request.batch, total_fen=request.total_fen,
        drawn_on_receipt_id=request.drawn_on_receipt_id,
        lines=[
            funds_wire.NewDocumentLine(division_code=code, amount_fen=fen, direction=request.direction)
            for code, fen in amounts.items()
            if fen
        ],
    )  # fmt: skip


async def adjust(
    session: AsyncSession, actor: Actor, proposal_id: int, request: wire.NewFactorAdjustment
) -> wire.FactorProposal:
    """Set some places' amounts by hand, with a reason; the sum stays. The proposer may, until it is decided."""
    row = await _open(session, actor, proposal_id)
    if request.adjustments != row.adjustments:
        raise AdjustedMeanwhile(adjustments=row.adjustments)
    before = {line["division_code"]: line["amount_fen"] for line in row.lines}
    changes = [(change.division_code, change.amount_fen) for change in request.changes]
    after = rules.adjusted(before, changes, row.unit_fen)
    row.lines = [line | {"amount_fen": after[line["division_code"]]} for line in row.lines]
    row.adjustments += 1
    step = FactorAdjustment(
        proposal_id=row.id, number=row.adjustments, reason=request.reason,
        changes=[
            {"division_code": code, "before_fen": before[code], "amount_fen": amount_fen}
            for code, amount_fen in changes
        ],
    )  # fmt: skip
    decisions.sign(actor, step)
    await storage.add(session, step)
    audit.record(session, actor, "factor_proposal.adjust", f"factor_proposal:{row.id}", places=len(changes))
    return await _answer(session, row)


async def _open(session: AsyncSession, actor: Actor, proposal_id: int) -> FactorProposal:
    row = await storage.visible(session, actor, proposal_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    return row


async def decide(
    session: AsyncSession, actor: Actor, proposal_id: int, request: wire.NewFactorDecision
) -> wire.FactorProposal:
    """Approve or refuse a proposal as it was seen: another person than the proposer and than who adjusted it."""
    row = await _open(session, actor, proposal_id)
    steps = await storage.adjustments(session, row.id)
    require_other_person(actor.person, row.entered_person, *(step.entered_person for step in steps))
    if request.adjustments != row.adjustments:
        raise AdjustedMeanwhile(adjustments=row.adjustments)
    made_on = max(clock.office_day(at) for at in (row.entered_at, *(step.entered_at for step in steps)))
    require_order(request.decided_on, today=clock.office_today(), not_before=made_on, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("factor_proposal", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "factor_proposal.decide", f"factor_proposal:{row.id}", outcome=row.state)
    return await _answer(session, row)


async def issue(
    session: AsyncSession, actor: Actor, peer: Peer, proposal_id: int, request: wire.NewFactorDocument
) -> wire.FactorProposal:
    """Issue the approved proposal's document: places that were given nothing have no line."""
    seen = await storage.visible(session, actor, proposal_id)
    if seen is None:
        raise NotFound()
    body = _document(seen, request)
    await sessions.let_go(session)
    known = await documents.check_divisions(actor, peer, body)
    row = await storage.visible(session, actor, proposal_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    document = await documents.enter(session, actor, body, known)
    row.state, row.document_id = "issued", document.document_id
    await session.flush()
    audit.record(session, actor, "factor_proposal.issue", f"factor_proposal:{row.id}", document_id=row.document_id)
    return await _answer(session, row)


def _document(row: FactorProposal, request: wire.NewFactorDocument) -> funds_wire.NewDocument:
    return funds_wire.NewDocument(
        **request.model_dump(), issuing_division=row.division_code, fund_year=row.fund_year, fund_kind=row.fund_kind,
        batch="advance" if row.batch == "advance" else "regular", total_fen=row.total_fen,
        drawn_on_receipt_id=row.drawn_on_receipt_id,
        lines=[
            funds_wire.NewDocumentLine(
                division_code=line["division_code"], amount_fen=line["amount_fen"], direction=row.direction or None
            )
            for line in row.lines
            if line["amount_fen"]
        ],
    )  # fmt: skip


async def get(session: AsyncSession, actor: Actor, proposal_id: int) -> wire.FactorProposal:
    row = await storage.visible(session, actor, proposal_id)
    if row is None:
        raise NotFound()
    return await _answer(session, row)


async def list_proposals(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[wire.FactorProposal]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [await _answer(session, row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].proposal_id) if len(found) > limit else None)


async def _answer(session: AsyncSession, row: FactorProposal) -> wire.FactorProposal:
    unit: Literal["fen", "wan"] = "fen" if row.unit_fen == 1 else "wan"
    copied = set(wire.FactorProposal.model_fields) - {"proposal_id", "unit", "adjustments", "proposed_by"}
    steps = [wire.FactorAdjustment.model_validate(step) for step in await storage.adjustments(session, row.id)]
    return wire.FactorProposal(
        **{name: getattr(row, name) for name in copied},
        proposal_id=row.id,
        unit=unit,
        adjustments=steps,
        proposed_by=row.entered_by,
    )
