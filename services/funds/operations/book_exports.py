"""All books of an area and a year as one workbook. Taking them is written down before the first byte leaves."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.book_sheets import BATCH_LABELS, BOOKS, CLAIM_LABELS, KIND_LABELS, cell, total_row, yuan
from services.funds.domain.refusals.books import ExportTooLong
from services.funds.storage import book_exports as storage
from services.funds.storage import ledger_views
from services.funds.storage.book_workbooks import BookWriter
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_books as wire

MAX_TRANSFERS = 1_000_000
"""What one sheet holds."""
PIECE = 256 * 1024
Cells = Callable[[Sequence[Any]], list[Any]]


class Plain(NamedTuple):
    """A sheet whose rows are stored columns: its name, its query, header and kind of every column."""

    name: str
    query: Callable[[str, int], storage.Query]
    columns: tuple[str, ...]
    """Headers; one that ends in (元) is an amount."""


PLAIN = (
    Plain("资金文件", storage.documents, (
        "文件ID", "文号", "标题", "发文日期", "发文单位区划", "资金类别", "批次", "文件总额(元)", "行号", "区划代码",
        "下达金额(元)", "接收ID", "接收日期",
    )),
    Plain("报账", storage.claims, (
        "报账ID", "分配ID", "项目编码", "类别", "金额(元)", "应付(元)", "扣留质保金(元)", "报账日期", "状态",
        "审核日期", "报账账号", "审核账号",
    )),
    Plain("质保金", storage.retentions, ("报账ID", "项目编码", "扣留(元)", "尚未支付(元)")),
    Plain("发放批次", storage.batches, (
        "批次ID", "补助项目", "期间", "分配ID", "总额(元)", "状态", "编制日期", "审定日期", "支付令日期",
    )),
    Plain("发放明细", storage.grants, (
        "批次ID", "行号", "补助项目", "期间", "乡镇区划", "金额(元)", "状态", "到账日期",
    )),
    Plain("转账", storage.transfers, (
        "转账ID", "账簿", "类型", "借方户类", "借方户主", "贷方户类", "贷方户主", "金额(元)", "生效日期", "入账时间",
        "缘由", "缘由ID", "经办账号", "冲销转账ID", "借方上一哈希", "贷方上一哈希", "哈希",
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Export:
    """What is exported, for whom, and the words printed on every page."""

    area: str
    fund_year: int
    mark: str


async def take(session: AsyncSession, actor: Actor, request: wire.NewBookExport) -> Export:
    """Write down who takes which books and what for. Raises NotFound outside the scope, ExportTooLong."""
    require_in_scope(actor, request.division_code)
    found = await storage.rows_of(session, request.division_code, request.fund_year, MAX_TRANSFERS)
    if found > MAX_TRANSFERS:
        raise ExportTooLong(at_most=MAX_TRANSFERS)
    audit.record(
        session, actor, "book_export.take", f"division:{request.division_code}", fund_year=request.fund_year,
        purpose=request.purpose, transfers=found,
    )  # fmt: skip
    moment = clock.now().isoformat(timespec="seconds")
    mark = f"Lika · {request.division_code} · {request.fund_year} · {actor.office_name} · {actor.account} · {moment}"
    return Export(request.division_code, request.fund_year, mark)


async def pieces(database: Database, export: Export) -> AsyncGenerator[bytes]:
    """The workbook, written to disk from one moment's state and then sent."""
    with tempfile.TemporaryFile() as file:
        writer = BookWriter(file, export.mark)
        async with database.session(read_only=True) as session:
            await storage.freeze(session)
            await _opening_books(session, writer, export)
            for sheet in PLAIN:
                await _plain(session, writer, export, sheet)
            await _trial_balance(session, writer, export)
        await asyncio.to_thread(writer.close)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


async def _opening_books(session: AsyncSession, writer: BookWriter, export: Export) -> None:
    """The three sheets a county can send in where it begins anew, each closed by 合计."""
    area, year = export.area, export.fund_year
    await _closed(session, writer, "receipts", "接收", [(storage.receipts(area, year), _receipt)])
    await _closed(session, writer, "allocations", "分配", [(storage.allocations(area, year), _allocation)])
    paid = [
        (storage.payments(area, year), _payment), (storage.paid_grants(area, year), _grants),
        (storage.returns(area, year), _return), (storage.got_back(area, year), _got_back),
        (storage.given_back(area, year), _given_back),
    ]  # fmt: skip
    await _closed(session, writer, "payments", "支付", paid)


async def _closed(
    session: AsyncSession, writer: BookWriter, part: str, name: str, queries: Sequence[tuple[storage.Query, Cells]]
) -> None:
    headers = BOOKS[part]
    amounts = [place for place, header in enumerate(headers) if header.endswith("(元)")]
    sums = dict.fromkeys(amounts, 0)
    writer.sheet(name)
    writer.write(headers)
    for query, cells_of in queries:
        async for rows in storage.stream(session, query):
            lines = [cells_of(row) for row in rows]
            for place in amounts:
                sums[place] += sum(line[place] for line in lines)
            shown = [[yuan(value) if place in sums else value for place, value in enumerate(line)] for line in lines]
            await asyncio.to_thread(_write, writer, shown)
    writer.write(total_row(headers, [(headers[place], fen) for place, fen in sums.items()]))


def _write(writer: BookWriter, rows: list[list[Any]]) -> None:
    for row in rows:
        writer.write(row)


def _receipt(row: Sequence[Any]) -> list[Any]:
    own, number, title, issued_on, issuer, kind, batch, tranche, direction, project, received_on, fen = row
    words = [f"R{own}", number, title, issued_on.isoformat(), issuer, kind, BATCH_LABELS[batch], str(tranche)]
    return [*words, direction, project, received_on.isoformat(), fen]


def _allocation(row: Sequence[Any]) -> list[Any]:
    own, receipt_id, project_code, proposed_on, decided_on, use, fen = row
    return [f"A{own}", f"R{receipt_id}", project_code, proposed_on.isoformat(), decided_on.isoformat(), use, fen]


def _payment(row: Sequence[Any]) -> list[Any]:
    """Retention the bank sent back is paid anew from its allocation: such a payment names no original voucher."""
    number, kind, allocation_id, releases, original, *rest = row
    claimed, reviewed, ordered, settled, payee, uscc, reference, fen, kept = rest
    released, kept_before = releases is not None, kind == "retention"
    days = [day.isoformat() if day else "" for day in (claimed, reviewed, ordered, settled)]
    return [
        number, KIND_LABELS["retention" if kept_before else "pay"], "" if released else f"A{allocation_id}",
        original or "", CLAIM_LABELS.get(kind, ""), *days, payee, uscc, reference or "", "",
        fen, kept,
    ]  # fmt: skip


def _grants(row: Sequence[Any]) -> list[Any]:
    batch_id, programme, order_no, allocation_id, prepared, decided, ordered, settled, fen = row
    number, days = _voucher(batch_id, settled), [day.isoformat() for day in (prepared, decided, ordered, settled)]
    return [
        number, KIND_LABELS["pay"], f"A{allocation_id}", "", "", *days, f"到户补助代发 {programme}", "", number,
        f"发放批次 {order_no}", fen, 0,
    ]  # fmt: skip


def _voucher(batch_id: int, paid_on: date) -> str:
    """What a list paid on one day, as one payment of opening books."""
    return f"grants-{batch_id}-{paid_on:%Y%m%d}"


def _got_back(row: Sequence[Any]) -> list[Any]:
    own, batch_id, paid_on, recovered_on, reference, fen = row
    return _grant_return(f"claw-back-{own}", batch_id, paid_on, recovered_on, reference, "死亡后发放追回", fen)


def _given_back(row: Sequence[Any]) -> list[Any]:
    """The reason is left out: somebody may be named in it."""
    own, batch_id, paid_on, returned_on, reference, fen = row
    return _grant_return(f"grant-return-{own}", batch_id, paid_on, returned_on, reference, "到户补助退回", fen)


def _grant_return(
    number: str, batch_id: int, paid_on: date, on: date, reference: str | None, reason: str, fen: int
) -> list[Any]:
    days = ["", "", "", on.isoformat()]
    return [
        number, KIND_LABELS["return"], "", _voucher(batch_id, paid_on), "", *days, "", "", reference, reason, fen, 0,
    ]  # fmt: skip


def _return(row: Sequence[Any]) -> list[Any]:
    own, number, returned_on, reference, reason, fen = row
    days = ["", "", "", returned_on.isoformat()]
    return [f"return-{own}", KIND_LABELS["return"], "", number, "", *days, "", "", reference, reason, fen, 0]


async def _plain(session: AsyncSession, writer: BookWriter, export: Export, sheet: Plain) -> None:
    writer.sheet(sheet.name)
    writer.write(sheet.columns)
    kinds = ["_fen" if header.endswith("(元)") else "" for header in sheet.columns]
    async for rows in storage.stream(session, sheet.query(export.area, export.fund_year)):
        shown = [[cell(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in rows]
        await asyncio.to_thread(_write, writer, shown)


async def _trial_balance(session: AsyncSession, writer: BookWriter, export: Export) -> None:
    writer.sheet("试算平衡")
    writer.write(["户类", "借方(元)", "贷方(元)", "余额(元)"])
    balance = await ledger_views.trial_balance(session, export.area, export.fund_year)
    for kind, debit, credit in balance:
        writer.write([kind, yuan(debit), yuan(credit), yuan(credit - debit)])
    total = sum(credit - debit for _, debit, credit in balance)
    writer.write(["合计", yuan(sum(row[1] for row in balance)), yuan(sum(row[2] for row in balance)), yuan(total)])
