"""Files for the bank in the form wanted: csv as the domain writes it, or the same rows as text cells of a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal

from services.funds.domain.bank_files import ORDER_SHEET, Order, order_rows, render
from services.funds.storage.book_workbooks import BookWriter


def formed(number: str, orders: Sequence[Order], form: Literal["csv", "xlsx"]) -> bytes:
    """The file's bytes; no cell is ever a formula."""
    if form == "csv":
        return render(number, orders)
    target = io.BytesIO()
    book = BookWriter(target)
    book.sheet(ORDER_SHEET)
    for row in order_rows(number, orders):
        book.write(row)
    book.close()
    return target.getvalue()
