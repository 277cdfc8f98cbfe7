"""The rules of opening books beyond single cells: what rows say of each other, of projects and of what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Protocol

from services.funds.domain.allocations import ENDED
from services.funds.domain.book_faults import Fault
from services.funds.domain.book_lines import PARTS, AllocationLine, Books, PaymentLine, ReceiptLine
from services.funds.domain.book_steps import Step, settle, steps_of
from services.funds.domain.divisions import lies_in
from services.funds.domain.documents import is_above_source, number_key
from services.funds.domain.refusals.books import BookAfterLiveWork
from services.funds.domain.uses import Ban, ban_on

HEAD = ("number", "title", "issued_on", "issuer", "fund_kind", "batch", "tranche")
"""What rows of one document have in common."""


class Grant(Protocol):
    """What projects say of a project, as far as opening books read it."""

    @property
    def county_code(self) -> str: ...

    @property
    def purpose(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def state_since(self) -> date: ...

    @property
    def plan_year(self) -> int | None: ...

    @property
    def plan_line_fen(self) -> int: ...

    @property
    def contract_fen(self) -> int | None: ...

    @property
    def accepted_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What is known outside the sheets on the day the books are checked."""

    division_code: str
    fund_year: int
    today: date
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Label or code of a kind of money of the year -> its code."""
    directions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Code of a kind of money -> the level whose budget it is of."""
    special: frozenset[str] = frozenset()
    """Codes of special money."""
    uses: Mapping[str, str] = field(default_factory=dict)
    """Label or code of a use of money -> its code."""
    bans: tuple[Ban, ...] = ()
    """What is forbidden in the county on some day."""
    divisions: frozenset[str] = frozenset()
    grants: Mapping[str, Grant] = field(default_factory=dict)
    allocated: Mapping[str, int] = field(default_factory=dict)
    """By project: fen of its plan line given before."""
    claimed: Mapping[str, int] = field(default_factory=dict)
    """By project: fen of its contract claimed before."""
    retention_rates: Mapping[date, str] = field(default_factory=dict)
    """By day of a claim: the highest rate of it that may be withheld."""
    documents: frozenset[str] = frozenset()
    """Document numbers of the sheet that are in the books."""
    vouchers: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    """The books with kinds of money and uses by code, their movements in order, and what is wrong."""

    books: Books
    steps: list[Step]
    faults: list[Fault]


def check(books: Books, known: Known) -> Checked:
    """Every rule; the order of days and the balances only once every row can be understood."""
    faults = [
        *_repeated(books), *_documents(books, known), *_allocations(books, known), *_payments(books, known),
        *_days(books, known), *_projects(books, known), *_contracts(books, known), *_withheld(books, known),
        *_ended(books, known), *_forbidden(books, known),
    ]  # fmt: skip
    named = replace(
        books,
        receipts=tuple(_by_code(line, known) for line in books.receipts),
        allocations=tuple(replace(line, use=known.uses.get(line.use, "")) for line in books.allocations),
    )
    steps: list[Step] = []
    if not faults:
        steps, faults = settle(steps_of(named))
    return Checked(named, steps, sorted(faults, key=lambda fault: (fault.part, fault.row)))


def _by_code(line: ReceiptLine, known: Known) -> ReceiptLine:
    return replace(line, fund_kind=known.kinds.get(line.fund_kind, line.fund_kind))


def _twice(lines: Iterable[tuple[int, str]]) -> list[int]:
    """Rows whose value stands in a row before."""
    seen: set[str] = set()
    found = []
    for row, value in lines:
        if value in seen:
            found.append(row)
        seen.add(value)
    return found


def _repeated(books: Books) -> Iterator[Fault]:
    headers = {"receipts": "接收编号", "allocations": "分配编号", "payments": "凭证号"}
    for part, header in headers.items():
        for row in _twice((line.row, line.key) for line in getattr(books, part)):
            yield Fault(part, row, header, "repeated")
    for row in _twice((line.row, line.reference) for line in books.payments):
        yield Fault("payments", row, "银行流水号", "repeated")


def _documents(books: Books, known: Known) -> Iterator[Fault]:
    """A document's head, its issuer, its kind of money; none is in the books yet."""
    heads: dict[str, ReceiptLine] = {}
    directions: set[tuple[str, str, str]] = set()
    for line in books.receipts:
        part = "receipts"
        number = number_key(line.number)
        first = heads.setdefault(number, line)
        if any(getattr(first, name) != getattr(line, name) for name in HEAD):
            yield Fault(part, line.row, "文号", "document_differs")
        parted = (number, line.direction, line.project_code)
        if parted in directions:
            yield Fault(part, line.row, "支出方向", "repeated")
        directions.add(parted)
        grant = known.grants.get(line.project_code)
        if line.project_code and (grant is None or grant.county_code != known.division_code):
            code = "project_unknown" if grant is None else "project_elsewhere"
            yield Fault(part, line.row, "指定项目", code, project_code=line.project_code[:64])
        if line.issuer not in known.divisions:
            yield Fault(part, line.row, "发文单位区划", "division_unknown")
        elif not lies_in(known.division_code, line.issuer):
            yield Fault(part, line.row, "发文单位区划", "issuer_not_above")
        kind = known.kinds.get(line.fund_kind)
        if kind is None:
            yield Fault(part, line.row, "资金类别", "fund_kind_unknown")
        elif is_above_source(known.sources.get(kind, "central"), line.issuer):
            yield Fault(part, line.row, "资金类别", "kind_of_lower_level")
        elif line.direction and line.direction not in known.directions.get(kind, frozenset()):
            yield Fault(part, line.row, "支出方向", "direction_unknown")
        if line.number in known.documents:
            yield Fault(part, line.row, "文号", "document_taken")


def _allocations(books: Books, known: Known) -> Iterator[Fault]:
    """An allocation names a receipt of the books and a project of the county's plan, within its plan line."""
    receipts = {line.key: line.project_code for line in books.receipts}
    given: dict[str, int] = defaultdict(int, known.allocated)
    for line in books.allocations:
        if line.receipt not in receipts:
            yield Fault("allocations", line.row, "接收编号", "receipt_unknown")
        named = receipts.get(line.receipt, "")
        if named and named != line.project_code:
            yield Fault("allocations", line.row, "项目编码", "project_not_named", project_code=line.project_code[:64])
        if line.use and line.use not in known.uses:
            yield Fault("allocations", line.row, "用途", "use_unknown")
        given[line.project_code] += line.amount_fen
        code = _project_fault(known.grants.get(line.project_code), known, given[line.project_code])
        if code is not None:
            yield Fault("allocations", line.row, "项目编码", code, project_code=line.project_code[:64])


def _project_fault(grant: Grant | None, known: Known, given_fen: int) -> str | None:
    if grant is None:
        return "project_unknown"
    if grant.county_code != known.division_code:
        return "project_elsewhere"
    if grant.plan_year != known.fund_year or grant.plan_line_fen < 1:
        return "project_not_in_plan"
    return "over_plan_line" if given_fen > grant.plan_line_fen else None


def _payments(books: Books, known: Known) -> Iterator[Fault]:
    """A payment names an allocation, what follows it names its voucher; vouchers and bank references are new."""
    allocations = {line.key for line in books.allocations}
    paid = {line.key for line in books.payments if line.kind == "pay"}
    settled = {line.key for line in books.payments if line.kind != "return"}
    for line in books.payments:
        if line.from_allocation and line.allocation and line.allocation not in allocations:
            yield Fault("payments", line.row, "分配编号", "allocation_unknown")
        known_there = settled if line.kind == "return" else paid
        if line.kind != "pay" and line.original and line.original not in known_there:
            yield Fault("payments", line.row, "原凭证号", "payment_unknown")
        if line.key in known.vouchers:
            yield Fault("payments", line.row, "凭证号", "voucher_taken")
        if line.reference in known.references:
            yield Fault("payments", line.row, "银行流水号", "reference_taken")


def _days(books: Books, known: Known) -> Iterator[Fault]:
    """No day in the future or long before the fund year; none before the step it follows."""
    receipts = {line.key: line for line in books.receipts}
    allocations = {line.key: line for line in books.allocations}
    paid = {line.key: line for line in books.payments if line.kind != "return"}
    for part, line in books.lines():
        header, first, last = _ends(line, receipts, allocations, paid)
        days = [day for day in (first, *_own_days(line)) if day is not None]
        if last > known.today:
            yield Fault(part, line.row, header, "day_in_future")
        elif min(days) < date(known.fund_year - 1, 1, 1):
            yield Fault(part, line.row, header, "day_of_other_year")
        elif days != sorted(days):
            yield Fault(part, line.row, header, "day_before_step")


def _own_days(line: ReceiptLine | AllocationLine | PaymentLine) -> tuple[date, ...]:
    if isinstance(line, ReceiptLine):
        return (line.issued_on, line.received_on)
    if isinstance(line, AllocationLine):
        return (line.proposed_on, line.decided_on)
    if line.kind == "return":
        return (line.settled_on,)
    return (line.claimed_on, line.reviewed_on, line.ordered_on, line.settled_on)


def _ends(
    line: ReceiptLine | AllocationLine | PaymentLine,
    receipts: Mapping[str, ReceiptLine],
    allocations: Mapping[str, AllocationLine],
    paid: Mapping[str, PaymentLine],
) -> tuple[str, date | None, date]:
    """The column a fault of days is told at, the day of the step before, the line's last day."""
    if isinstance(line, ReceiptLine):
        return "接收日期", None, max(line.issued_on, line.received_on)
    if isinstance(line, AllocationLine):
        receipt = receipts.get(line.receipt)
        return "批准日期", receipt.received_on if receipt else None, max(line.proposed_on, line.decided_on)
    if line.from_allocation:
        allocation = allocations.get(line.allocation)
        before = allocation.decided_on if allocation else None
    else:
        original = paid.get(line.original)
        before = (original.settled_on if line.kind == "return" else original.reviewed_on) if original else None
    return "到账日期", before, max(_own_days(line))


def _projects(books: Books, known: Known) -> Iterator[Fault]:
    """A final claim is not older than the project's acceptance."""
    codes = {line.key: line.project_code for line in books.allocations}
    for line in books.payments:
        grant = known.grants.get(codes.get(line.allocation, ""))
        if line.kind != "pay" or line.claim_kind != "final" or grant is None:
            continue
        if grant.accepted_on is None or line.claimed_on < grant.accepted_on:
            code = codes[line.allocation]
            yield Fault("payments", line.row, "报账类别", "not_accepted", project_code=code[:64])


def _drawn_on(books: Books) -> Iterator[tuple[PaymentLine, AllocationLine]]:
    """Every payment, also of retention, with the allocation whose money it is."""
    allocations = {line.key: line for line in books.allocations}
    origin = books.paid_from()
    for line in books.payments:
        key = origin.get(line.key, "")
        if line.kind != "return" and key in allocations:
            yield line, allocations[key]


def _ended(books: Books, known: Known) -> Iterator[Fault]:
    """A project that was stopped or removed is given nothing from that day on, and nothing is claimed for it; what was
    claimed before goes its way."""
    days = [("allocations", line.row, "批准日期", line.decided_on, line.project_code) for line in books.allocations]
    days += [
        ("payments", line.row, "报账日期", line.claimed_on, given.project_code) for line, given in _drawn_on(books)
    ]
    for part, row, header, on, code in days:
        grant = known.grants.get(code)
        if grant is not None and grant.state in ENDED and on >= grant.state_since:
            yield Fault(part, row, header, "project_stopped", project_code=code[:64])


def _forbidden(books: Books, known: Known) -> Iterator[Fault]:
    """No money goes to a use that was forbidden to its kind when it was given, claimed or paid."""
    kinds = {line.key: known.kinds.get(line.fund_kind, line.fund_kind) for line in books.receipts}

    def banned(given: AllocationLine, *days: date) -> bool:
        grant, kind = known.grants.get(given.project_code), kinds.get(given.receipt, "")
        if grant is None:
            return False
        use = known.uses.get(given.use, grant.purpose)
        return any(ban_on(known.bans, kind, kind in known.special, use, on) for on in days)

    for line in books.allocations:
        if banned(line, line.proposed_on):
            yield Fault("allocations", line.row, "项目编码", "use_forbidden", project_code=line.project_code[:64])
    for paid, given in _drawn_on(books):
        if banned(given, paid.claimed_on, paid.ordered_on):
            yield Fault("payments", paid.row, "分配编号", "use_forbidden", project_code=given.project_code[:64])


def require_before(books: Books, live_from: date | None) -> None:
    """Refuse books with allocations or payments of days on which the county already worked live.

    `live_from`: the first day of money given, claimed or paid that came by no books; receipts may be of any day.
    Raises BookAfterLiveWork with that day and the first of the rows.
    """
    late = [
        f"{PARTS[part]} {line.row}"
        for part, line in books.lines()
        if live_from is not None and part != "receipts" and max(_own_days(line)) >= live_from
    ]
    if live_from is not None and late:
        raise BookAfterLiveWork(live_from=live_from.isoformat(), first_row=late[0], rows=len(late))


def _contracts(books: Books, known: Known) -> Iterator[Fault]:
    """Claims less what came back stay within the project's contract, where there is one."""
    codes = {line.key: line.project_code for line in books.allocations}
    project = {key: codes.get(allocation, "") for key, allocation in books.paid_from().items()}
    claimed: dict[str, int] = defaultdict(int, known.claimed)
    for line in books.payments:
        if line.kind == "return":
            claimed[project.get(line.original, "")] -= line.amount_fen
    for line in books.payments:
        code = project.get(line.key, "")
        if not line.from_allocation or not code:
            continue
        claimed[code] += line.amount_fen + line.withheld_fen
        grant = known.grants.get(code)
        if grant is not None and grant.contract_fen is not None and claimed[code] > grant.contract_fen:
            yield Fault("payments", line.row, "金额", "over_contract", project_code=code[:64])


def _withheld(books: Books, known: Known) -> Iterator[Fault]:
    """What was withheld of a claim is at most the rate that held on its day; offices round it up or down."""
    for line in books.payments:
        rate = known.retention_rates.get(line.claimed_on)
        if line.kind != "pay" or not line.withheld_fen or rate is None:
            continue
        exact = Fraction(rate) * (line.amount_fen + line.withheld_fen)
        most_fen = -(-exact.numerator // exact.denominator)
        if line.withheld_fen > most_fen:
            yield Fault("payments", line.row, "扣留质保金", "retention_over_rate", left_fen=most_fen)
