"""Periods of reports and the days they are due, ranks of places, and figures as bulletins show them.

重庆市财政局2019-07-12: 每月5日前(节假日顺延); 《财政扶贫资金管理监测信息系统管理暂行办法》: 每月1日、16日上报,
上报后的更正须经上级同意. Ranks compare exact fractions; what is shown is rounded half-up, once, at the end.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from services.funds.domain.amounts import FEN_PER_WAN
from services.funds.domain.divisions import NATION, rank_of
from services.funds.domain.progress import STRICT, Counted, Totals, progress_of
from services.funds.domain.refusals.progress_reports import (
    BelowCountyReports,
    ReportDayOutside,
    ReportPeriodNotEnded,
    ReportPeriodWrong,
    ReportSuperiorOnly,
)
from services.funds.domain.working_days import Calendar

FORMS = {
    "half_month": r"20\d\d-(0[1-9]|1[0-2])-[12]",
    "month": r"20\d\d-(0[1-9]|1[0-2])",
    "quarter": r"20\d\d-Q[1-4]",
    "half_year": r"20\d\d-H[12]",
    "year": r"20\d\d",
}
"""How a period of each span is written."""
MONTHS_OF = {"quarter": 3, "half_year": 6}
FIRST_YEAR, LAST_YEAR = 2000, 2099
"""Years a period can be written of."""
COUNTY_RANK = 3


@dataclass(frozen=True, slots=True)
class Period:
    """A period of reports by its name, with its first and last day."""

    name: str
    first_on: date
    last_on: date

    def due_on(self, days: int, offices: Calendar) -> date:
        """So many days after the end; the next working day when offices are closed on it (节假日顺延)."""
        return offices.next_working(self.last_on + timedelta(days=days))


def period_of(span: str, name: str) -> Period:
    """The days of a period. Raises ReportPeriodWrong for a name of another span."""
    if not re.fullmatch(FORMS[span], name, re.ASCII):
        raise ReportPeriodWrong()
    year = int(name[:4])
    if span == "year":
        return Period(name, date(year, 1, 1), date(year, 12, 31))
    if span in MONTHS_OF:
        months = MONTHS_OF[span]
        last = int(name[-1]) * months
        return Period(name, date(year, last - months + 1, 1), _end(year, last))
    month = int(name[5:7])
    if span == "month":
        return Period(name, date(year, month, 1), _end(year, month))
    if name.endswith("-1"):
        return Period(name, date(year, month, 1), date(year, month, 15))
    return Period(name, date(year, month, 16), _end(year, month))


def _end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def periods_of(span: str, year: int) -> list[Period]:
    """All periods of a span in a year, in order."""
    if span == "year":
        names = [f"{year}"]
    elif span == "quarter":
        names = [f"{year}-Q{part}" for part in range(1, 5)]
    elif span == "half_year":
        names = [f"{year}-H{part}" for part in (1, 2)]
    else:
        months = [f"{year}-{month:02d}" for month in range(1, 13)]
        names = months if span == "month" else [f"{month}-{half}" for month in months for half in (1, 2)]
    return [period_of(span, name) for name in names]


def newest_due(span: str, due_days: int, offices: Calendar, on: date) -> Period | None:
    """The newest period whose report was due by a day."""
    due = [
        period
        for year in range(max(on.year - 2, FIRST_YEAR), min(on.year, LAST_YEAR) + 1)
        for period in periods_of(span, year)
        if period.due_on(due_days, offices) <= on
    ]
    return due[-1] if due else None


def require_reportable(period: Period, as_of: date, today: date) -> None:
    """Refuse a period that has not ended and a day outside it. Raises ReportPeriodNotEnded, ReportDayOutside.

    The last day itself is no longer before the end: half-year reports are due on it.
    """
    if not period.first_on <= as_of <= period.last_on:
        raise ReportDayOutside(first_on=period.first_on.isoformat(), last_on=period.last_on.isoformat())
    if today < period.last_on:
        raise ReportPeriodNotEnded(last_on=period.last_on.isoformat())


def require_reporting_level(division_code: str) -> None:
    """Refuse places below a county. Raises BelowCountyReports."""
    if rank_of(division_code) > COUNTY_RANK:
        raise BelowCountyReports()


def require_superior(scope: tuple[str, ...], level_rank: int, division_code: str) -> None:
    """Refuse whoever is no office of a level above the place, with the place in its area. Raises ReportSuperiorOnly."""
    above = any(area == NATION or (division_code.startswith(area) and area != division_code) for area in scope)
    if not above or level_rank >= rank_of(division_code):
        raise ReportSuperiorOnly()


def money_of(batch: str | None, fund_kind: str | None, special: bool | None) -> str:
    """Which money a report speaks of, as one word to compare."""
    return f"{batch or 'all'}/{fund_kind or 'all'}/{'all' if special is None else str(special).lower()}"


def ranks_of(places: Mapping[str, Totals], counted: Counted = STRICT) -> dict[str, int | None]:
    """Rank by progress, best first; equals share a rank and the next is passed over; none for places without money."""
    found = {key: progress_of(totals, counted) for key, totals in places.items()}
    measured = {key: progress for key, progress in found.items() if progress is not None}
    better: dict[Fraction, int] = {}
    for number, progress in enumerate(sorted(measured.values(), reverse=True), start=1):
        better.setdefault(progress, number)
    return {key: better[measured[key]] if key in measured else None for key in found}


def wan_text(fen: int, places: int = 2) -> str:
    """Fen in 万元, half-up: for showing, after all sums and differences."""
    return format(wan(fen, places), "f")


def wan(fen: int, places: int = 2) -> Decimal:
    """Fen in 万元 as a number, half-up."""
    return (Decimal(fen) / FEN_PER_WAN).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def days_late(due_on: date, sent_on: date | None, on: date) -> int:
    """Days after the due day until it was sent, or until `on` while it is not; 0 in time."""
    return max(((sent_on or on) - due_on).days, 0)
