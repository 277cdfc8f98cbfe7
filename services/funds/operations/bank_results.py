"""The bank's answer to a file of orders: checked whole, entered whole or not at all, once however often it comes."""

from __future__ import annotations

import io
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import bank_files as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import ResultRowWrong, ResultUnreadable
from services.funds.operations import payments
from services.funds.operations.bank_files import Filed, require_holds, result_answer
from services.funds.storage import bank_files as storage
from services.funds.storage import claims as claim_storage
from services.funds.storage import decisions
from services.funds.storage import payments as payment_storage
from services.funds.storage.tables import BankFile, BankResult, Payment
from shared.chassis import audit, clock, csv_rows, xlsx_rows
from shared.chassis.identity import Actor
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import NotFound, TooLarge
from shared.schemas import funds_bank_files as wire

MAX_BYTES = 1024 * 1024
XLSX_MAGIC, UNPACKED = b"PK\x03\x04", 20
"""How an xlsx begins, and how many times its size it may unpack to."""


async def enter(session: AsyncSession, actor: Actor, file_id: int, content: bytes) -> wire.BankResult:
    """Enter the bank's answer. Orders it does not name, or names as taken only, stay with the bank."""
    row = await storage.visible(session, actor, file_id)
    if row is None:
        raise NotFound()
    await storage.lock_results(session, row.id)
    await require_holds(session, row)
    sha256 = rules.hash_of(content)
    known = await storage.results_of(session, row.id, sha256)
    if known:
        return result_answer(known[0], known=True)
    results = rules.read_results(row.number, rows_of(content, MAX_BYTES))
    counts = await _apply(session, actor, row, results)
    entered = BankResult(
        bank_file_id=row.id, content_sha256=sha256, line_count=len(results),
        total_fen=sum(result.amount_fen for result in results),
        **{name: counts[name] for name in ("paid", "refused", "returned", "accepted", "repeated")},
    )  # fmt: skip
    decisions.sign(actor, entered)
    await storage.add_result(session, entered)
    audit.record(session, actor, "bank_result.enter", f"bank_file:{row.id}", sha256=sha256, lines=len(results))
    return result_answer(entered)


def rows_of(content: bytes, most_bytes: int) -> list[tuple[int, list[str]]]:
    """The rows of a csv, or of the sheet 支付结果 of an xlsx. Raises TooLarge, ResultUnreadable, ResultRowWrong."""
    if len(content) > most_bytes:
        raise TooLarge()
    try:
        if content.startswith(XLSX_MAGIC):
            sheet = xlsx_rows.XlsxSheet(io.BytesIO(content), rules.RESULT_SHEET, UNPACKED * most_bytes)
            return [(number, [_text(number, cell) for cell in cells]) for number, cells in sheet.rows()]
        return list(csv_rows.rows(io.BytesIO(content)))
    except BadSheet as fault:
        raise ResultUnreadable() from fault


def _text(row: int, cell: object) -> str:
    """A cell as text. What a formula works out to, or an error stands for, nobody wrote down: ResultRowWrong."""
    if isinstance(cell, dict):
        if "day" not in cell:
            raise ResultRowWrong(row=row)
        return str(cell["day"])
    return "" if cell is None else str(cell)


async def _apply(session: AsyncSession, actor: Actor, row: BankFile, results: list[rules.Result]) -> Counter[str]:
    """Check every line against its order and move the money of those that say something new."""
    filed = {line.end_to_end_id: (line, payment, account) for line, payment, account in
             await storage.lines_of(session, row.id)}  # fmt: skip
    named = [filed[result.end_to_end_id][1].id for result in results if result.end_to_end_id in filed]
    await storage.lock_payments(session, named)
    returns = await payment_storage.returns_of(session, named)
    counts: Counter[str] = Counter()
    for result in results:
        known = filed.get(result.end_to_end_id)
        back = returns.get(known[1].id, []) if known else []
        new = rules.news_of(result, _ordered(known, frozenset(one.bank_reference for one in back)))
        counts[result.outcome if new or result.outcome == "accepted" else "repeated"] += 1
        if new and known:
            await _settle(session, actor, row, known[1], result)
    return counts


def _ordered(known: Filed | None, return_references: frozenset[str]) -> rules.Ordered | None:
    if known is None:
        return None
    line, payment, _ = known
    return rules.Ordered(line.amount_fen, payment.state, payment.bank_reference, return_references)


async def _settle(session: AsyncSession, actor: Actor, row: BankFile, payment: Payment, result: rules.Result) -> None:
    """Carry out what one line says. Money returned by an order nobody heard was paid, was paid first."""
    require_other_person(actor.person, payment.entered_person)
    not_before = max(row.made_on, payment.settled_on or row.made_on)
    require_order(result.on, today=clock.office_today(), not_before=not_before, pointer="/file")
    if payment.state == "ordered":
        claim = await claim_storage.visible(session, actor, payment.claim_id, lock=True)
        if claim is None:
            raise NotFound()
        outcome = "refused" if result.outcome == "refused" else "paid"
        await payments.settle_row(session, actor, payment, claim, outcome, result.on, result.reference)
    if result.outcome == "returned":
        reason = result.reason or "退汇"
        await payments.return_row(session, actor, payment, result.amount_fen, result.on, reason, result.reference)
