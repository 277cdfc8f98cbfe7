"""How an alert is handled: reply, reviews, conclusion, each by its office and its person, each with its deadline.

处理: 单位反馈 → 主管部门初审/复审 → 财政初审/复审 → 疑点信息/认定违规/认定正常/已整改. The chain is data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.funds.domain.alerts import PAPER_NEEDED
from services.funds.domain.divisions import level_of
from services.funds.domain.personal_numbers import holds_number
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.alerts import (
    AlertAcceptedTooLow,
    AlertClosed,
    AlertNotReviewed,
    AlertNotYours,
    AlertOwnReply,
    AlertPaperMissing,
    AlertReviewNotYours,
    AlertStands,
    AlertStepNotDue,
    AlertTextPersonal,
)

RANK = {"nation": 0, "province": 1, "city": 2, "county": 3, "township": 4, "village": 5}
LIFTING = frozenset({"normal", "corrected"})


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a chain; `other_than` are steps of the round whose persons may not take it."""

    number: int
    code: str
    kind: str
    sector: str
    level: str
    deadline_days: int
    other_than: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A step somebody took."""

    round: int
    step: str
    person: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an alert stands."""

    state: str
    colour: str
    round: int
    step: str
    office: str
    book_code: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Who takes a step."""

    person: str
    office: str
    sector: str
    level: str


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a step: the step due then and its round, or the reason the alert is closed for."""

    round: int
    step: str
    closed_why: str | None = None


def step_of(chain: Sequence[Step], code: str) -> Step:
    return next(step for step in chain if step.code == code)


def first_of(chain: Sequence[Step]) -> Step:
    return min(chain, key=lambda step: step.number)


def reply(chain: Sequence[Step], at: Standing, hand: Hand, *, with_paper: bool) -> Next:
    """The office concerned replies. Raises AlertClosed, AlertStepNotDue, AlertNotYours, AlertPaperMissing."""
    _require_due(chain, at, "reply")
    if hand.office != at.office:
        raise AlertNotYours()
    if at.colour in PAPER_NEEDED and not with_paper:
        raise AlertPaperMissing()
    return _forward(chain, at)


def review(chain: Sequence[Step], at: Standing, done: Iterable[Done], hand: Hand, outcome: str) -> Next:
    """A first or second review: passed on, or sent back to the unit, whose reply begins a new round.

    Raises AlertClosed, AlertStepNotDue, AlertOwnReply, AlertReviewNotYours, SamePerson.
    """
    step = _require_due(chain, at, "review")
    _require_hand(step, at, done, hand)
    return _forward(chain, at) if outcome == "passed" else Next(at.round + 1, first_of(chain).code)


def conclude(chain: Sequence[Step], at: Standing, done: Iterable[Done], hand: Hand, outcome: str) -> Next:
    """The conclusion after all reviews. Doubt and violation begin a new round; the alert stays open meanwhile.

    Raises AlertClosed, AlertNotReviewed, AlertOwnReply, AlertReviewNotYours, SamePerson, AlertStands.
    """
    if at.state == "open" and step_of(chain, at.step).kind != "conclusion":
        raise AlertNotReviewed(step=at.step)
    step = _require_due(chain, at, "conclusion")
    _require_hand(step, at, done, hand)
    if outcome in LIFTING and at.colour == "grey":
        raise AlertStands()
    if outcome in LIFTING:
        return Next(at.round, at.step, outcome)
    return Next(at.round + 1, first_of(chain).code)


def _require_due(chain: Sequence[Step], at: Standing, kind: str) -> Step:
    if at.state != "open":
        raise AlertClosed()
    step = step_of(chain, at.step)
    if step.kind != kind:
        raise AlertStepNotDue(step=at.step)
    return step


def _require_hand(step: Step, at: Standing, done: Iterable[Done], hand: Hand) -> None:
    require_other_person(
        hand.person, *(item.person for item in done if item.round == at.round and item.step in step.other_than)
    )
    if hand.office == at.office and _has_above(at.book_code):
        raise AlertOwnReply()
    if step.sector != hand.sector or not _level_fits(step.level, at.book_code, hand.level):
        raise AlertReviewNotYours(step=step.code)


def _level_fits(level: str, book_code: str, held: str) -> bool:
    """The area's own level or one above it; `above` is strictly above, save where nobody above takes part."""
    own = RANK[level_of(book_code)]
    if level == "above" and _has_above(book_code):
        return RANK.get(held, 9) < own
    return RANK.get(held, 9) <= own


def _has_above(book_code: str) -> bool:
    """Whether an office above the area's own takes part: none does above a province's."""
    return RANK[level_of(book_code)] > RANK["province"]


def _forward(chain: Sequence[Step], at: Standing) -> Next:
    later = sorted(chain, key=lambda step: step.number)
    index = [step.code for step in later].index(at.step)
    return Next(at.round, later[index + 1].code)


def require_accepted(outcome: str, now: tuple[int, int], accepted: tuple[int | None, int | None]) -> None:
    """Refuse to judge normal less than stands: (fen, days). Raises AlertAcceptedTooLow."""
    for pointer, present, given in zip(("/accepted_fen", "/accepted_days"), now, accepted, strict=True):
        if given is not None and (outcome != "normal" or given < present):
            raise AlertAcceptedTooLow(pointer=pointer)


def require_impersonal(pointer: str, text: str) -> None:
    """Refuse words that hold a person's number. Raises AlertTextPersonal."""
    if holds_number(text):
        raise AlertTextPersonal(pointer=pointer)
