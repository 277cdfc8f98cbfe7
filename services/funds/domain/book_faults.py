"""What can be wrong with a row of a county's books, in words, and what helps: data/book_faults.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data" / "book_faults.csv"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and its remedy, Chinese and English."""

    code: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


def _read() -> dict[str, Reason]:
    with DATA.open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: Reason(row["code"], row["zh"], row["en"], row["remedy_zh"], row["remedy_en"])
            for row in csv.DictReader(lines)
        }


REASONS: dict[str, Reason] = _read()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row (1 is the header) of a part of the books; `column` is its header, empty for the row."""

    part: str
    row: int
    column: str
    code: str
    project_code: str | None = None
    left_fen: int | None = None

    @property
    def reason(self) -> Reason:
        return REASONS[self.code]

    @property
    def words(self) -> str:
        """The fault as it is written beside its row."""
        place = f"{self.column}:" if self.column else ""
        left = "" if self.left_fen is None else f"(可用 {self.left_fen // 100}.{self.left_fen % 100:02d} 元)"
        code = "" if self.project_code is None else f"({self.project_code})"
        return f"{place}{self.reason.zh}{code}{left}→{self.reason.remedy_zh}"
