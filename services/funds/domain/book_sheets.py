"""The sheets of an export of all books: name, headers, and how a stored row is written into cells.

The first three are the sheets of opening books, so that an export can be sent in where a county begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from services.funds.domain.book_lines import BATCHES, CLAIM_KINDS, COLUMNS, PAYMENT_KINDS, header_of

BATCH_LABELS = {code: label for label, code in BATCHES.items()}
KIND_LABELS = {code: label for label, code in PAYMENT_KINDS.items()}
CLAIM_LABELS = {code: label for label, code in CLAIM_KINDS.items() if label}
BOOKS = {part: [header_of(column) for column in columns] for part, columns in COLUMNS.items()}
"""Headers of the sheets of opening books, amounts in yuan."""


def yuan(fen: int | None) -> str:
    """Fen as yuan with two decimals; empty for none."""
    if fen is None:
        return ""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def cell(name: str, value: Any) -> Any:
    """A stored value as a cell: amounts in yuan, days and instants in ISO form, hashes in hexadecimal digits."""
    if value is None:
        return ""
    if name.endswith("_fen"):
        return yuan(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "是" if value else "否"
    return value


def total_row(headers: Sequence[str], totals: Iterable[tuple[str, int]]) -> list[str]:
    """The row 合计 that closes a sheet: by header, fen."""
    sums = dict(totals)
    return ["合计", *(yuan(sums[header]) if header in sums else "" for header in headers[1:])]
