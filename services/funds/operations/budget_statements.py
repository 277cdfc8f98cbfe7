"""What offices do with budget statements: state a year's figures, read them with their verdicts."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import budget_statements as rules
from services.funds.domain.divisions import level_of
from services.funds.domain.refusals.documents import ReceivingOfficeWrong
from services.funds.storage import budget_statements as storage
from services.funds.storage import decisions, parameters
from services.funds.storage.tables import BudgetStatement
from services.funds.upstream import registry
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_distribution as wire


async def state(
    session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewBudgetStatement
) -> wire.BudgetStatement:
    """Keep a place's figures of a year as a new version, judged by the rates of that year's last day.

    A county is of the class the register has it of on that day; where it has none the county says its own.
    """
    require_in_scope(actor, request.division_code)
    rules.require_class(request.place_class, request.division_code)
    rules.require_stock(request.stock_fen, request.stock_used_fen)
    if actor.level != level_of(request.division_code):
        raise ReceivingOfficeWrong()
    on = min(date(request.fund_year, 12, 31), clock.office_today())
    kinds = await registry.kinds_of(peer, actor, request.division_code, on)
    rules.require_class_of_register(request.place_class, kinds)
    version = await storage.next_version(session, request.division_code, request.fund_year)
    row = BudgetStatement(**request.model_dump(), version=version)
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(
        session, actor, "budget_statement.state", f"budget_statement:{row.id}", division_code=row.division_code,
        fund_year=row.fund_year, version=row.version,
    )  # fmt: skip
    return await _answer(session, row)


async def list_statements(
    session: AsyncSession, actor: Actor, division_code: str, fund_year: int
) -> wire.BudgetStatements:
    """The newest statements of an area's places, each with its verdicts."""
    require_in_scope(actor, division_code)
    rows = await storage.newest(session, actor, division_code, fund_year)
    return wire.BudgetStatements(items=[await _answer(session, row) for row in rows])


async def _answer(session: AsyncSession, row: BudgetStatement) -> wire.BudgetStatement:
    values = await parameters.load(session, row.division_code, date(row.fund_year, 12, 31))
    growth, reuse = values.get(f"budget_growth_{row.place_class}"), values.get("stock_reuse")
    increment = rules.increment_of(row.revenue_before_fen, row.revenue_fen)
    verdicts = [
        rules.Verdict("budget_growth", growth.value, growth.source, increment, row.added_fen),
        rules.Verdict("stock_reuse", reuse.value, reuse.source, row.stock_fen, row.stock_used_fen),
    ]
    stated = {name: getattr(row, name) for name in wire.NewBudgetStatement.model_fields}
    return wire.BudgetStatement(
        **stated,
        statement_id=row.id,
        version=row.version,
        entered_by=row.entered_by,
        verdicts=[_verdict(verdict) for verdict in verdicts],
    )


def _verdict(verdict: rules.Verdict) -> wire.BudgetVerdict:
    zh, en = rules.words_of(verdict)
    copied = set(wire.BudgetVerdict.model_fields) - {"explanation_zh", "explanation_en"}
    values = {name: getattr(verdict, name) for name in copied}
    return wire.BudgetVerdict(**values, explanation_zh=zh, explanation_en=en)
