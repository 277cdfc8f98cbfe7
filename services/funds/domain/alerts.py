"""Alerts: one open alert per cause, updated while the cause stands, closed when it is gone; what an open one bars.

Colours (某省资金动态监控前端): 红=拦截, 橙=预警需上传附件, 黄=预警无需附件, 蓝=记录, 灰=禁止.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.funds.domain.refusals.alerts import AlertBlocks, AlertForbids, AlertPaperNeeded

SEVERITY = {"blue": 0, "yellow": 1, "orange": 2, "red": 3, "grey": 4}
PAPER_NEEDED = frozenset({"red", "orange"})
BARRING = ("grey", "red", "orange")
"""Colours that bar a step, the hardest first."""

Key = tuple[str, str]
"""Rule and reference: what makes a cause one cause."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What a rule finds on a day. References only: no person is in it."""

    rule: str
    reference: str
    colour: str
    chain: str
    division_code: str
    office: str
    side: str
    since: date
    threshold: str
    amount_fen: int = 0
    days: int = 0
    occurrences: int = 1
    fund_year: int | None = None
    fund_kind: str = ""
    project_code: str = ""

    @property
    def key(self) -> Key:
        return self.rule, self.reference

    def joined(self, other: Cause) -> Cause:
        """Two findings of one cause: the amounts together, the longer wait."""
        return replace(
            self,
            amount_fen=self.amount_fen + other.amount_fen,
            occurrences=self.occurrences + other.occurrences,
            days=max(self.days, other.days),
            since=min(self.since, other.since),
        )


@dataclass(frozen=True, slots=True)
class Open:
    """An open alert as far as the next evaluation needs it."""

    alert_id: int
    rule: str
    reference: str
    conclusion: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How far a cause was judged normal."""

    amount_fen: int
    days: int
    occurrences: int

    def covers(self, cause: Cause) -> bool:
        """Whether the cause has not grown beyond what was judged."""
        within_money = cause.amount_fen <= self.amount_fen
        return within_money and cause.days <= self.days and cause.occurrences <= self.occurrences


@dataclass(frozen=True, slots=True)
class Plan:
    """What an evaluation changes."""

    opened: list[Cause] = field(default_factory=list)
    updated: list[tuple[int, Cause]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def plan(opens: Iterable[Open], judged: Mapping[Key, Judged], causes: Iterable[Cause]) -> Plan:
    """Compare what stands open with what was found now.

    A violation stands although its cause is gone: it waits to be corrected.
    """
    found: dict[Key, Cause] = {}
    for cause in causes:
        found[cause.key] = found[cause.key].joined(cause) if cause.key in found else cause
    result = Plan()
    known = set()
    for item in opens:
        key = (item.rule, item.reference)
        known.add(key)
        if key in found:
            result.updated.append((item.alert_id, found[key]))
        elif item.conclusion != "violation":
            result.gone.append(item.alert_id)
    for key, cause in sorted(found.items()):
        if key not in known and not (key in judged and judged[key].covers(cause)):
            result.opened.append(cause)
    return result


@dataclass(frozen=True, slots=True)
class Barrier:
    """An open alert on something a step is about."""

    alert_id: int
    rule: str
    reference: str
    colour: str
    papered: bool


def require_clear(barriers: Iterable[Barrier]) -> None:
    """Refuse the step that an open alert bars, naming the hardest.

    Raises AlertForbids (grey), AlertBlocks (red), AlertPaperNeeded (orange without a paper).
    """
    standing = [item for item in barriers if item.colour != "orange" or not item.papered]
    refusals = {"grey": AlertForbids, "red": AlertBlocks, "orange": AlertPaperNeeded}
    for item in sorted(standing, key=lambda one: (BARRING.index(one.colour), one.alert_id)):
        raise refusals[item.colour](alert_id=item.alert_id, rule=item.rule, reference=item.reference)
