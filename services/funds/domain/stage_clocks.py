"""The hops of the money and the clocks of its stays: how long, by when, and how late.

received → registered → allocated → passed down → project ready → claim → reviewed → paid. Each step money can wait at
is on the way to one hop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.funds.domain.delays import Delay, Due, Responsible, Waiting
from services.funds.domain.divisions import level_of
from services.funds.domain.refusals.responsibility import HopUnknown

HOPS = {
    "receipt_registration": "registered",
    "allocation": "allocated",
    "allocation_decision": "allocated",
    "recall_decision": "recalled",
    "tender": "project_ready",
    "contract": "project_ready",
    "works": "project_ready",
    "acceptance": "project_ready",
    "stopped": "project_ready",
    "claim": "claim",
    "claim_review": "reviewed",
    "payment": "paid",
    "bank": "paid",
    "retention_release": "paid",
}
"""The hop a step is on the way to; above the county money waits at `allocation` to be passed down."""

PASSED_DOWN = "passed_down"


def hop_of(step: str, division_code: str) -> str:
    """The hop money at a step is on the way to."""
    if step == "allocation" and level_of(division_code) in ("province", "city"):
        return PASSED_DOWN
    return HOPS[step]


def require_hop(hop: str | None) -> None:
    """Refuse a hop there is none of. Raises HopUnknown."""
    if hop is not None and hop != PASSED_DOWN and hop not in HOPS.values():
        raise HopUnknown()


def steps_of(hop: str | None) -> set[str]:
    """The steps on the way to a hop; all of them without one."""
    if hop == PASSED_DOWN:
        return {"allocation"}
    return {step for step, reached in HOPS.items() if hop in (None, reached)}


@dataclass(frozen=True, slots=True)
class Stay:
    """Some money of one thing at one step: since when, and until when if it has left."""

    reference: str
    part: str
    """What it left by, or empty: `receipt:3` leaves the step `allocation` by `allocation:12` and `document:7`."""
    step: str
    division_code: str
    fund_kind: str
    batch: str
    project_code: str
    amount_fen: int
    entered_on: date
    left_on: date | None
    issued_on: date | None = None
    waiting: Waiting | None = None
    """While it has not left: who has it."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """The order of stays: by the day they began, then by what they are."""
        return (self.entered_on.isoformat(), self.reference, self.step, self.part)


@dataclass(frozen=True, slots=True)
class Clock:
    """A stay measured: days in the state, the last day in time, how late."""

    stay: Stay
    hop: str
    days: int
    working_days: int
    due: Due
    days_late: int


def running(item: Waiting) -> Stay:
    """The stay of money that has not left its step."""
    names = ("reference", "step", "division_code", "fund_kind", "batch", "project_code", "amount_fen")
    return Stay(
        **{name: getattr(item, name) for name in names},
        part="",
        entered_on=item.since,
        left_on=None,
        waiting=item,
    )


def clock_of(stay: Stay, as_of: date, due: Due, working_days: int) -> Clock:
    """What the clock of a stay shows on a day."""
    end = as_of if stay.left_on is None else stay.left_on
    return Clock(
        stay,
        hop_of(stay.step, stay.division_code),
        max((end - stay.entered_on).days, 0),
        working_days,
        due,
        max((end - due.on).days, 0),
    )


@dataclass(frozen=True, slots=True)
class Band:
    """A band of days, with what a hop that took so long is marked, if it is."""

    from_days: int
    to_days: int | None
    points_from: int | None
    points_to: int | None
    label_zh: str
    label_en: str
    source: str

    def holds(self, days: int) -> bool:
        return self.from_days <= days and (self.to_days is None or days <= self.to_days)


def band_of(bands: Iterable[Band], days: int) -> Band | None:
    """The band a number of days falls into; None below the first."""
    return next((band for band in bands if band.holds(days)), None)


class LateGroup(NamedTuple):
    """Which late money is told apart from which."""

    hop: str
    step: str
    responsible: Responsible
    office: str
    office_name: str
    received: bool
    from_days: int
    """Where its band of days late begins; 0 when the list of bands has none for it."""


@dataclass(frozen=True, slots=True)
class LateSum:
    """Late money of one group."""

    late_fen: int
    items: int
    longest_days_late: int


def late_sums(delays: Iterable[Delay], bands: Sequence[Band]) -> dict[LateGroup, LateSum]:
    """All late money, each fen in one group, by hop, step, side, office and how late it is."""
    found: dict[LateGroup, list[tuple[int, int]]] = defaultdict(list)
    for delay in delays:
        if delay.days_late:
            found[_group(delay.waiting, band_of(bands, delay.days_late))].append(
                (delay.waiting.amount_fen, delay.days_late)
            )
    return {
        group: LateSum(sum(fen for fen, _ in late), len(late), max(days for _, days in late))
        for group, late in found.items()
    }


def _group(item: Waiting, band: Band | None) -> LateGroup:
    return LateGroup(
        hop_of(item.step, item.division_code),
        item.step,
        item.responsible,
        item.office,
        item.office_name,
        item.received,
        band.from_days if band else 0,
    )
