"""The sheets of a county's books: their columns, and the lines that stand in them.

接收 holds one row per receipt, 分配 one per approved allocation, 支付 one per payment, return or release of retention.
Rows name each other by the office's own numbers. Each sheet is closed by a row 合计.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, NamedTuple, Protocol

from services.funds.domain import book_cells as cells
from services.funds.domain.book_faults import Fault
from services.funds.domain.refusals.books import BookHeaderRepeated, BookHeadersWrong, BookUnitMissing
from shared.texts import half_width

PARTS = {"receipts": "接收", "allocations": "分配", "payments": "支付"}
"""Part of the books -> its sheet."""
TOTAL = "合计"
RESULT = "导入结果"
BATCHES = {"提前下达": "advance", "正式下达": "regular"}
PAYMENT_KINDS = {"支付": "pay", "退回": "return", "质保金支付": "retention"}
CLAIM_KINDS = {"": "progress", "预付": "advance", "进度": "progress", "竣工": "final"}
_MONEY = re.compile(r"(.+)\((元|万元|分)\)")


class Line(Protocol):
    @property
    def row(self) -> int: ...

    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Money a document gave the county, as it was registered."""

    row: int
    key: str
    number: str
    title: str
    issued_on: date
    issuer: str
    fund_kind: str
    batch: str
    tranche: int
    direction: str
    received_on: date
    amount_fen: int
    project_code: str = ""
    """The project the document names; empty for a block grant (切块下达)."""


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """Money of a receipt given to a project."""

    row: int
    key: str
    receipt: str
    project_code: str
    proposed_on: date
    decided_on: date
    amount_fen: int
    use: str = ""
    """What the money is for, as the sheet names it; empty for the project's purpose."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """`pay`: paid from an allocation, with what was withheld beside it; `return`: what came back of a payment;
    `retention`: what was released of a payment's retention. `original` is the voucher the latter two belong to;
    retention the bank sent back is paid anew from its allocation and has none."""

    row: int
    key: str
    kind: str
    allocation: str
    original: str
    claim_kind: str
    claimed_on: date
    reviewed_on: date
    ordered_on: date
    settled_on: date
    payee: str
    uscc: str
    reference: str
    reason: str
    amount_fen: int
    withheld_fen: int

    @property
    def from_allocation(self) -> bool:
        """Whether its money is an allocation's, and not what a payment withheld."""
        return self.kind == "pay" or (self.kind == "retention" and not self.original)


@dataclass(frozen=True, slots=True)
class Books:
    """A county's books of one year."""

    receipts: tuple[ReceiptLine, ...] = ()
    allocations: tuple[AllocationLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()

    def lines(self) -> Iterable[tuple[str, ReceiptLine | AllocationLine | PaymentLine]]:
        """Every line with the part it stands in."""
        for part in PARTS:
            for line in getattr(self, part):
                yield part, line

    def came_back_whole(self) -> dict[str, date]:
        """Vouchers of payments all of which came back, by which day: they may be claimed again."""
        back: dict[str, int] = {}
        last: dict[str, date] = {}
        for line in self.payments:
            if line.kind == "return":
                back[line.original] = back.get(line.original, 0) + line.amount_fen
                last[line.original] = max(line.settled_on, last.get(line.original, line.settled_on))
        whole = (one for one in self.payments if one.kind != "return" and back.get(one.key) == one.amount_fen)
        return {line.key: last[line.key] for line in whole}

    def made_again(self) -> dict[str, str]:
        """By voucher the payment that came back whole and was made again by it, which no sheet says: of the same
        project, payee and amount, with nothing withheld, claimed from the day on which it was back. Once each."""
        lines, project = {line.key: line for line in self.payments}, self._projects_paid_for()
        alike: dict[tuple[str | None, int], list[PaymentLine]] = {}
        for line in self.payments:
            if line.from_allocation and not line.withheld_fen:
                alike.setdefault((project[line.key], line.amount_fen), []).append(line)
        found: dict[str, str] = {}
        for key, day in sorted(self.came_back_whole().items(), key=lambda one: one[1]):
            first = lines[key]
            for line in alike.get((project.get(key), first.amount_fen), ()):
                free = line.key not in found and line.key != key and line.claimed_on >= day
                if free and (line.uscc == first.uscc or not line.uscc or not first.uscc):
                    found[line.key] = key
                    break
        return found

    def _projects_paid_for(self) -> dict[str, str]:
        """By voucher of a payment its project; empty when nothing says."""
        projects = {line.key: line.project_code for line in self.allocations}
        return {key: projects.get(allocation, "") for key, allocation in self.paid_from().items()}

    def paid_from(self) -> dict[str, str]:
        """By voucher of a payment, also of retention: the allocation whose money it is; empty when nothing says."""
        found = {line.key: line.allocation for line in self.payments if line.from_allocation}
        released = [line for line in self.payments if line.kind == "retention" and not line.from_allocation]
        return found | {line.key: found.get(line.original, "") for line in released}


class Column(NamedTuple):
    """A column: its header, the field it fills, how its cells are read, whether each row needs it."""

    header: str
    name: str
    kind: str
    needed: bool


COLUMNS: dict[str, tuple[Column, ...]] = {
    "receipts": (
        Column("接收编号", "key", "text", True), Column("文号", "number", "text", True),
        Column("文件标题", "title", "text", True), Column("发文日期", "issued_on", "day", True),
        Column("发文单位区划", "issuer", "place", True), Column("资金类别", "fund_kind", "text", True),
        Column("批次", "batch", "batch", True), Column("第几批", "tranche", "count", False),
        Column("支出方向", "direction", "text", False), Column("指定项目", "project_code", "text", False),
        Column("接收日期", "received_on", "day", True), Column("金额", "amount_fen", "money", True),
    ),
    "allocations": (
        Column("分配编号", "key", "text", True), Column("接收编号", "receipt", "text", True),
        Column("项目编码", "project_code", "text", True), Column("提出日期", "proposed_on", "day", False),
        Column("批准日期", "decided_on", "day", True), Column("用途", "use", "text", False),
        Column("金额", "amount_fen", "money", True),
    ),
    "payments": (
        Column("凭证号", "key", "number", True), Column("类型", "kind", "kind", True),
        Column("分配编号", "allocation", "text", False), Column("原凭证号", "original", "text", False),
        Column("报账类别", "claim_kind", "claim_kind", False), Column("报账日期", "claimed_on", "day", False),
        Column("审核日期", "reviewed_on", "day", False), Column("支付令日期", "ordered_on", "day", False),
        Column("到账日期", "settled_on", "day", True), Column("收款人", "payee", "text", False),
        Column("统一社会信用代码", "uscc", "text", False), Column("银行流水号", "reference", "number", True),
        Column("说明", "reason", "text", False), Column("金额", "amount_fen", "money", True),
        Column("扣留质保金", "withheld_fen", "money", False),
    ),
}  # fmt: skip
CLASSES: dict[str, type[Any]] = {"receipts": ReceiptLine, "allocations": AllocationLine, "payments": PaymentLine}


def header_of(column: Column, unit: str = "元") -> str:
    """A column's header as it is written in templates and exports."""
    return f"{column.header}({unit})" if column.kind == "money" else column.header


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a part stand in a sheet, and the unit of its amounts."""

    part: str
    places: Mapping[str, int]
    units: Mapping[str, str]


def layout_of(part: str, headers: Sequence[str]) -> Layout:
    """Raises BookHeadersWrong for a missing column, BookHeaderRepeated for one that stands twice (金额 in yuan and in
    万元), BookUnitMissing for an amount without its unit. Other columns are let be."""
    wanted = {column.header for column in COLUMNS[part]}
    places: dict[str, int] = {}
    units: dict[str, str] = {}
    for place, header in enumerate(headers):
        name = half_width(header).replace(" ", "")
        money = _MONEY.fullmatch(name)
        own = money[1] if money else name
        if own in wanted and own in places:
            raise BookHeaderRepeated(sheet=PARTS[part], column=own)
        places.setdefault(own, place)
        if money:
            units[money[1]] = money[2]
    for column in COLUMNS[part]:
        if column.header not in places:
            if column.needed:
                raise BookHeadersWrong(sheet=PARTS[part], column=column.header)
        elif column.kind == "money" and column.header not in units:
            raise BookUnitMissing(sheet=PARTS[part], column=column.header)
    return Layout(part, places, units)


@dataclass(slots=True)
class Sheet:
    """The lines of one sheet and what is wrong with its rows."""

    lines: list[Any]
    faults: list[Fault]


def read(layout: Layout, rows: Sequence[tuple[int, Sequence[Any]]], merged: Iterable[int]) -> Sheet:
    """Read the rows below the headers, in their order, and prove the totals against them."""
    sheet = Sheet([], [])
    joined = set(merged)
    *body, last = rows or [(1, ())]
    totals = last if _is_total(last[1]) else None
    if totals is None and rows:
        sheet.faults.append(Fault(layout.part, last[0], "", "total_missing"))
        body = [*body, last]
    sums: dict[str, int] = {}
    for number, row in body:
        if number in joined:
            sheet.faults.append(Fault(layout.part, number, "", "merged"))
            continue
        line = _line(layout, number, row, sums, sheet.faults)
        if line is not None:
            sheet.lines.append(line)
    if totals is not None and not sheet.faults:
        sheet.faults += _totals_wrong(layout, totals, sums)
    return sheet


def _is_total(row: Sequence[Any]) -> bool:
    return any(isinstance(cell, str) and half_width(cell).replace(" ", "") == TOTAL for cell in row)


def _totals_wrong(layout: Layout, totals: tuple[int, Sequence[Any]], sums: Mapping[str, int]) -> list[Fault]:
    found = []
    for column in COLUMNS[layout.part]:
        if column.kind != "money" or column.header not in layout.places:
            continue
        try:
            stated = cells.fen_of(_cell(layout, column, totals[1]), layout.units[column.header])
        except cells.BadCell as bad:
            found.append(Fault(layout.part, totals[0], column.header, bad.code))
            continue
        if stated != sums.get(column.name, 0):
            found.append(Fault(layout.part, totals[0], column.header, "total_differs"))
    return found


def _cell(layout: Layout, column: Column, row: Sequence[Any]) -> Any:
    place = layout.places.get(column.header)
    return row[place] if place is not None and place < len(row) else None


def _line(
    layout: Layout, number: int, row: Sequence[Any], sums: dict[str, int], faults: list[Fault]
) -> ReceiptLine | AllocationLine | PaymentLine | None:
    """One line; None, with the faults of its cells noted, if any cannot be read."""
    values: dict[str, Any] = {"row": number}
    good = True
    for column in COLUMNS[layout.part]:
        try:
            values[column.name] = _value(layout, column, row)
        except cells.BadCell as bad:
            faults.append(Fault(layout.part, number, column.header, bad.code))
            good = False
            continue
        if column.kind == "money":
            sums[column.name] = sums.get(column.name, 0) + values[column.name]
    if not good:
        return None
    faults += _lacking(layout.part, number, values)
    line: ReceiptLine | AllocationLine | PaymentLine = CLASSES[layout.part](**_completed(values))
    return line


def _value(layout: Layout, column: Column, row: Sequence[Any]) -> Any:
    cell = _cell(layout, column, row)
    if column.kind == "money":
        fen = cells.fen_of(cell, layout.units.get(column.header, "元"))
        if column.needed and fen < 1:
            raise cells.BadCell("amount_zero")
        return fen
    text = cells.text_of(cell)
    if column.needed:
        cells.needed(text)
    return _READERS[column.kind](text)


def _day(text: str) -> date | None:
    return cells.day_of(text) if text else None


def _count(text: str) -> int:
    plain = half_width(text) or "1"
    if not (plain.isascii() and plain.isdigit() and 0 < int(plain) < 100):
        raise cells.BadCell("number")
    return int(plain)


def _batch(text: str) -> str:
    if text not in BATCHES:
        raise cells.BadCell("batch_unknown")
    return BATCHES[text]


def _kind(text: str) -> str:
    if text not in PAYMENT_KINDS:
        raise cells.BadCell("kind_unknown")
    return PAYMENT_KINDS[text]


def _claim_kind(text: str) -> str:
    if text not in CLAIM_KINDS:
        raise cells.BadCell("claim_kind_unknown")
    return CLAIM_KINDS[text]


_READERS: dict[str, Any] = {
    "text": lambda text: text, "number": cells.number_of, "place": cells.place_of, "day": _day, "count": _count,
    "batch": _batch, "kind": _kind, "claim_kind": _claim_kind,
}  # fmt: skip


def _lacking(part: str, row: int, values: Mapping[str, Any]) -> list[Fault]:
    """What a payment of its kind needs beyond the columns every row needs."""
    if part != "payments":
        return []
    anew = values["kind"] == "retention" and values["allocation"] and not values["original"]
    drawn = values["kind"] == "pay" or anew
    needed = (("allocation", "分配编号"), ("payee", "收款人")) if drawn else (("original", "原凭证号"),)
    return [Fault(part, row, header, "needed") for name, header in needed if not values[name]]


def _completed(values: dict[str, Any]) -> dict[str, Any]:
    """Days an office does not keep are the day of the step after."""
    later = None
    for name in ("settled_on", "ordered_on", "reviewed_on", "claimed_on", "decided_on", "proposed_on"):
        if name in values:
            values[name] = values[name] or later
            later = values[name]
    return values


def facts_of(line: Any) -> dict[str, Any]:
    """A line as JSON."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(line).items()}


def line_of(part: str, facts: Mapping[str, Any]) -> Any:
    """The line kept as JSON."""
    days = {field.name for field in fields(CLASSES[part]) if field.name.endswith("_on")}
    return CLASSES[part](
        **{name: date.fromisoformat(value) if name in days else value for name, value in facts.items()}
    )
