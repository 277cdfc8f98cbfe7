"""A county's books as movements of money in the order of the days, and whether every account could pay what it paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from services.funds.domain.book_faults import Fault
from services.funds.domain.book_lines import AllocationLine, Books, PaymentLine, ReceiptLine

Account = tuple[str, str]
"""Kind of account and the office's own number of what owns it."""
RANK = {
    "issue": 0, "register": 1, "reserve": 2, "allocate": 3, "claim": 4, "withhold": 5, "release": 6, "order": 7,
    "pay": 8, "return": 9,
}  # fmt: skip
"""The order of steps within one day, as a desk would enter them."""
SHORT = {
    "receipt": "receipt_exhausted", "allocation": "allocation_exhausted", "withheld": "withheld_exhausted",
    "paid": "paid_exhausted", "claim": "claim_exhausted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of a line: from `debit` to `credit`, effective on a day. The source is (`source`, receipt)."""

    part: str
    row: int
    kind: str
    debit: Account
    credit: Account
    amount_fen: int
    on: date


def steps_of(books: Books) -> list[Step]:
    """Every movement the books stand for, as if entered day by day."""
    found: list[Step] = []
    for receipt in books.receipts:
        found += _of_receipt(receipt)
    for allocation in books.allocations:
        found += _of_allocation(allocation)
    paid_from = books.paid_from()
    for payment in books.payments:
        found += _of_payment(payment, paid_from)
    return sorted(found, key=lambda step: (step.on, RANK[step.kind]))


def _of_receipt(line: ReceiptLine) -> Iterable[Step]:
    way, place = ("transit", line.key), ("receipt", line.key)
    yield Step("receipts", line.row, "issue", ("source", line.key), way, line.amount_fen, line.issued_on)
    yield Step("receipts", line.row, "register", way, place, line.amount_fen, line.received_on)


def _of_allocation(line: AllocationLine) -> Iterable[Step]:
    proposed, given = ("reserved", line.key), ("allocation", line.key)
    origin = ("receipt", line.receipt)
    yield Step("allocations", line.row, "reserve", origin, proposed, line.amount_fen, line.proposed_on)
    yield Step("allocations", line.row, "allocate", proposed, given, line.amount_fen, line.decided_on)


def _of_payment(line: PaymentLine, paid_from: dict[str, str]) -> Iterable[Step]:
    part, row = "payments", line.row
    if line.kind == "return":
        back = ("allocation", paid_from.get(line.original, ""))
        yield Step(part, row, "return", ("paid", line.original), back, line.amount_fen, line.settled_on)
        return
    claimed, flying = ("claim", line.key), ("in_flight", line.key)
    whole = line.amount_fen + line.withheld_fen
    if line.from_allocation:
        yield Step(part, row, "claim", ("allocation", line.allocation), claimed, whole, line.claimed_on)
    else:
        yield Step(part, row, "release", ("withheld", line.original), claimed, whole, line.claimed_on)
    if line.withheld_fen:
        kept = ("withheld", line.key)
        yield Step(part, row, "withhold", claimed, kept, line.withheld_fen, line.reviewed_on)
    yield Step(part, row, "order", claimed, flying, line.amount_fen, line.ordered_on)
    yield Step(part, row, "pay", flying, ("paid", line.key), line.amount_fen, line.settled_on)


def settle(steps: Iterable[Step]) -> tuple[list[Step], list[Fault]]:
    """The steps in an order in which every account holds what it gives, and the steps for which there is none.

    Within a day a step waits for the steps that bring it its money: what came back in the morning may be claimed
    again in the afternoon.
    """
    held: dict[Account, int] = defaultdict(int)
    done: list[Step] = []
    faults: list[Fault] = []
    told: set[tuple[str, int]] = set()
    for _, of_day in groupby(steps, key=lambda step: step.on):
        waiting = list(of_day)
        while waiting:
            left = []
            for step in waiting:
                if step.debit[0] != "source" and held[step.debit] < step.amount_fen:
                    left.append(step)
                    continue
                held[step.debit] -= step.amount_fen
                held[step.credit] += step.amount_fen
                done.append(step)
            if len(left) == len(waiting):
                for step in left:
                    if (step.part, step.row) not in told:  # one fault a line: its later steps only follow from it
                        told.add((step.part, step.row))
                        faults.append(_short(step, held[step.debit]))
                break
            waiting = left
    return done, faults


def _short(step: Step, held_fen: int) -> Fault:
    return Fault(step.part, step.row, "金额", SHORT.get(step.debit[0], "claim_exhausted"), left_fen=held_fen)
