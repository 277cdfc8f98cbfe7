"""Opening books tie out on every day, whatever the order of their rows."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.book_lines import AllocationLine, Books, PaymentLine, ReceiptLine
from services.funds.domain.book_steps import settle, steps_of


def on(day: int) -> date:
    return date(2025, 6, day)


def receipt(fen: int, day: int = 1) -> ReceiptLine:
    return ReceiptLine(2, "R", "1号", "通知", on(day), "34", "central_special", "advance", 1, "", on(day), fen)


def allocation(fen: int, day: int = 2) -> AllocationLine:
    return AllocationLine(2, "A", "R", "P1", on(day), on(day), fen)


def payment(row: int, fen: int, day: int, kept: int = 0, kind: str = "pay", original: str = "") -> PaymentLine:
    at = on(day)
    origin = "A" if kind == "pay" else ""
    return PaymentLine(
        row, f"V{row}", kind, origin, original, "progress", at, at, at, at, "乙方", "", f"r{row}", "", fen, kept
    )


def faults(*payments: PaymentLine, received: int = 100, given_fen: int = 100) -> list[tuple[int, str, int | None]]:
    books = Books((receipt(received),), (allocation(given_fen),), payments)
    return [(fault.row, fault.code, fault.left_fen) for fault in settle(steps_of(books))[1]]


def test_no_account_gives_more_than_it_holds_on_the_day() -> None:
    assert faults(payment(2, 60, 3), payment(3, 41, 4)) == [(3, "allocation_exhausted", 40)]
    assert faults(given_fen=101) == [(2, "receipt_exhausted", 100)]
    assert faults(payment(2, 50, 5, 5), payment(3, 6, 6, kind="retention", original="V2")) == [
        (3, "withheld_exhausted", 5)
    ]
    assert faults(payment(2, 50, 5), payment(3, 51, 6, kind="return", original="V2")) == [(3, "paid_exhausted", 50)]


def test_money_is_not_spent_before_it_came() -> None:
    early = Books((receipt(100, day=5),), (allocation(100, day=4),))
    assert [fault.code for fault in settle(steps_of(early))[1]] == ["receipt_exhausted"]


def test_what_came_back_may_be_claimed_again_on_the_same_day() -> None:
    again = (payment(2, 100, 3), payment(3, 100, 4, kind="return", original="V2"), payment(4, 100, 4))
    assert faults(*again) == []
    assert faults(*again[:1], again[2]) == [(4, "allocation_exhausted", 0)]


@given(
    amounts=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(3, 9)), max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_the_order_of_rows_changes_nothing(amounts: list[tuple[int, int, int]], order: object) -> None:
    lines = [payment(row, fen, day, kept) for row, (fen, kept, day) in enumerate(amounts, start=2)]
    shuffled = list(lines)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    total = sum(fen + kept for fen, kept, _ in amounts)
    for books in (lines, shuffled):
        assert (faults(*books, received=200, given_fen=200) == []) == (total <= 200)
