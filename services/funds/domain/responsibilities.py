"""Who answers for money that waits: the step's rule, until the superior decides otherwise on it.

(河南: 财政部门资金拨付不及时、不到位造成的由财政部门负责;因项目组织实施不力、项目前期准备工作不充分造成的由项目主管部门
或实施单位负责。) Every unspent fen answers to finance, to the project's side or to a third cause, or is retention not
due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.funds.domain.delays import RESPONSIBLE, Responsible, Waiting
from services.funds.domain.divisions import aid_office, finance_office
from services.funds.domain.personal_numbers import holds_number
from services.funds.domain.refusals.responsibility import (
    CaseTextPersonal,
    CauseNotFitting,
    EvidenceMissing,
    NotConcerned,
    NotWaiting,
    OwnCase,
    StepUnknown,
    SuperiorDecides,
    UntilBeforeFrom,
)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a decision says of the money at one step of one thing. The newest one that has begun holds."""

    decision_id: int
    reference: str
    step: str
    side: Responsible
    cause: str
    office: str
    office_name: str
    effective_from: date
    effective_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class Split:
    """All unspent money by who answers for it, in fen."""

    finance_fen: int
    project_fen: int
    third_fen: int
    retention_not_due_fen: int

    @property
    def unspent_fen(self) -> int:
        return self.finance_fen + self.project_fen + self.third_fen + self.retention_not_due_fen


def in_force(rulings: Iterable[Ruling], on: date) -> dict[tuple[str, str], Ruling]:
    """By thing and step the ruling that holds on a day. A later one ends the earlier for good."""
    newest: dict[tuple[str, str], Ruling] = {}
    for ruling in sorted(rulings, key=lambda item: item.decision_id):
        if ruling.effective_from <= on:
            newest[ruling.reference, ruling.step] = ruling
    return {key: ruling for key, ruling in newest.items() if ruling.holds_on(on)}


def answering(waiting: Iterable[Waiting], rulings: Mapping[tuple[str, str], Ruling]) -> list[Waiting]:
    """The same money at the same steps, with the side and office that answer for it by decision."""
    if not rulings:
        return list(waiting)
    return [_by(item, rulings.get((item.reference, item.step))) for item in waiting]


def _by(item: Waiting, ruling: Ruling | None) -> Waiting:
    if ruling is None:
        return item
    return item._replace(
        responsible=ruling.side,
        office=ruling.office,
        office_name=ruling.office_name,
        decision_id=ruling.decision_id,
        third_cause=ruling.cause,
    )


def split_of(waiting: Iterable[Waiting], retention_not_due_fen: int) -> Split:
    """Received money that is not spent, by side. Money still on its way to the area is not the area's."""
    sums: dict[Responsible, int] = {"finance": 0, "project": 0, "third": 0}
    for item in waiting:
        if item.received:
            sums[item.responsible] += item.amount_fen
    return Split(sums["finance"], sums["project"], sums["third"], retention_not_due_fen)


def found(waiting: Iterable[Waiting], reference: str, step: str) -> Waiting:
    """The money that waits there. Raises StepUnknown, NotWaiting."""
    if step not in RESPONSIBLE:
        raise StepUnknown()
    items = [item for item in waiting if item.reference == reference and item.step == step]
    if not items:
        raise NotWaiting()
    return items[0]._replace(amount_fen=sum(item.amount_fen for item in items))


def office_of(side: Responsible, item: Waiting) -> str:
    """The office a side stands for; for a third cause the one that has the money in hand."""
    if side == "finance":
        return finance_office(item.division_code[:6])
    return item.project_office if side == "project" else item.office


def require_concerned(office: str, above: bool, item: Waiting) -> None:
    """Only the offices of the two sides, or one above, open a case. Raises NotConcerned."""
    place = item.division_code[:6]
    if not above and office not in (item.office, item.project_office, finance_office(place), aid_office(place)):
        raise NotConcerned()


def require_cause(side: Responsible, cause: str, known: Iterable[str], papers: int, pointer: str = "/cause") -> None:
    """A third cause is one of the list and has evidence; the two sides need none. Raises CauseNotFitting,
    EvidenceMissing."""
    if (side == "third") != bool(cause) or (cause and cause not in set(known)):
        raise CauseNotFitting(pointer=pointer)
    if side == "third" and not papers:
        raise EvidenceMissing()


def require_days(entered_on: date, effective_from: date, effective_to: date | None, decided_on: date) -> None:
    """A decision counts from a day of its case on, and never for days before the case was entered, whatever day its
    paper bears. Raises UntilBeforeFrom."""
    if effective_from < entered_on or effective_from > decided_on:
        raise UntilBeforeFrom(pointer="/effective_from", not_before=entered_on.isoformat())
    if effective_to is not None and effective_to < effective_from:
        raise UntilBeforeFrom(pointer="/effective_to", not_before=effective_from.isoformat())


def require_judge(office: str, above: bool, *concerned: str) -> None:
    """An office above decides, and none on what it answers for itself. Raises OwnCase, SuperiorDecides."""
    if office in concerned:
        raise OwnCase()
    if not above:
        raise SuperiorDecides()


def require_impersonal(pointer: str, words: str, papers: Iterable[str]) -> None:
    """Refuse words, or names of papers, that hold a person's number. Raises CaseTextPersonal."""
    if holds_number(words):
        raise CaseTextPersonal(pointer=pointer)
    for number, name in enumerate(papers):
        if holds_number(name):
            raise CaseTextPersonal(pointer=f"/papers/{number}/name")
