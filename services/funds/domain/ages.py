"""How long unspent money has been carried over (结转), in whole years since its fund year ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

IN_YEAR = "in_year"


@dataclass(frozen=True, slots=True)
class Years:
    """The buckets: carried over up to `first`, up to `reclaim`, and over it."""

    first: int
    reclaim: int

    def bucket_of(self, carried: int | None) -> str:
        """`carried` counts begun years of carrying over: 1 in the first year after the fund year; None within it."""
        if carried is None:
            return IN_YEAR
        if carried > self.reclaim:
            return f"over_{self.reclaim}"
        return f"up_to_{self.first if carried <= self.first else self.reclaim}"

    @property
    def buckets(self) -> list[str]:
        names = [IN_YEAR, f"up_to_{self.first}", f"up_to_{self.reclaim}", f"over_{self.reclaim}"]
        return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Unspent:
    """Unspent money of one receipt: free to be called back, or bound by a claim or at the bank."""

    receipt_id: int
    division_code: str
    fund_year: int
    fund_kind: str
    batch: str
    free_fen: int
    bound_fen: int
    allocation_ids: tuple[int, ...] = ()

    @property
    def unspent_fen(self) -> int:
        return self.free_fen + self.bound_fen


def carried_since(fund_year: int, year_end: tuple[int, int]) -> date:
    """The first day money of a fund year is carried over: the day after the year's last."""
    return date(fund_year, *year_end) + timedelta(days=1)


def carried_years(since: date, as_of: date) -> int | None:
    """Begun years of carrying over on a day; None before it begins."""
    if as_of < since:
        return None
    years = as_of.year - since.year
    if (as_of.month, as_of.day) < (since.month, since.day):
        years -= 1
    return years + 1


def sums_of(money: Iterable[tuple[Unspent, str]], years: Years) -> dict[str, tuple[list[int], int]]:
    """By bucket, in order: the fund years in it and their unspent fen."""
    sums: dict[str, tuple[set[int], int]] = {name: (set(), 0) for name in years.buckets}
    for item, bucket in money:
        held, fen = sums[bucket]
        sums[bucket] = (held | {item.fund_year}, fen + item.unspent_fen)
    return {name: (sorted(held), fen) for name, (held, fen) in sums.items()}
