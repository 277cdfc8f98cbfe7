"""Departments' lists held against the register: what a row must look like, and how a doubt goes its way.

A hit is a suspicion. Nothing here changes a household file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.registry.domain import refusals
from services.registry.domain.comparison_sheets import Lot
from services.registry.domain.identity_numbers import fault_of, faulty_among
from services.registry.domain.tables_of_facts import rows_of
from shared.refusals import Refusal

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
OUTCOMES = ("confirmed", "refuted")
REPLIES = (*OUTCOMES, "unclear")
FACT_LENGTH = 200
FAULTS_KEPT = 100
_DIGITS = {ord("０") + digit: str(digit) for digit in range(10)}
_FULL_WIDTH = _DIGITS | {ord("Ｘ"): "X", ord("ｘ"): "X", ord("x"): "X"}

KINDS = {row["code"]: row for row in rows_of("comparison_kinds")}


@dataclass(slots=True)
class Read:
    """The rows of a list that can be compared: places, blind indexes and facts beside each other; faults counted."""

    places: list[int] = field(default_factory=list)
    indexes: list[bytes] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    rows: int = 0
    faulty: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def first(self) -> dict[bytes, int]:
        """By blind index, which of these rows names the person first."""
        last_to_first = range(len(self.indexes) - 1, -1, -1)
        return dict(zip(reversed(self.indexes), last_to_first, strict=True))


def require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise refusals.ComparisonKindUnknown()


def canonical(number: str) -> str:
    """A number in its one spelling: no blanks, ASCII digits, X in upper case."""
    number = number.strip()
    return number.translate(_FULL_WIDTH) if "x" in number or not number.isascii() else number


def read(
    lots: Iterable[Lot], index: Callable[[Sequence[str]], list[bytes]], clean: Callable[[str], str], on: date
) -> Read:
    """Check every row; what is no identity number, or says what nobody can read, is counted and named by its place."""
    found = Read()
    for lot in lots:
        found.rows += len(lot.numbers)
        told, unfit = _told(lot.facts, clean)
        doubtful = faulty_among(lot.numbers, on)
        if unfit:
            doubtful = sorted({*doubtful, *(at for at, said in enumerate(lot.facts) if said in unfit)})
        if doubtful:
            lot = _without_faulty(lot, doubtful, unfit, on, found)
        found.places += lot.places
        found.indexes += index(lot.numbers)
        found.facts += [told[said] for said in lot.facts]
    return found


def _told(facts: Iterable[str], clean: Callable[[str], str]) -> tuple[dict[str, str], dict[str, type[Refusal]]]:
    """What is said, by how it is written, and what nobody can read: a list says the same of very many."""
    told: dict[str, str] = {}
    unfit: dict[str, type[Refusal]] = {}
    for said in set(facts):
        try:
            told[said] = clean(said.translate(_DIGITS)) if said else ""
        except ValueError:
            unfit[said] = refusals.ComparisonFactUnfit
        else:
            if len(told[said]) > FACT_LENGTH:
                unfit[said] = refusals.ComparisonFactTooLong
    return told, unfit


def _without_faulty(lot: Lot, doubtful: list[int], unfit: dict[str, type[Refusal]], on: date, found: Read) -> Lot:
    """The lot without the rows that have a fault, which are noted in `found`; numbers in another spelling in theirs."""
    numbers, faulty = list(lot.numbers), set()
    for at in doubtful:
        numbers[at] = canonical(numbers[at])
        fault = fault_of(numbers[at], on) or unfit.get(lot.facts[at])
        if fault is not None:
            faulty.add(at)
            if len(found.faults) < FAULTS_KEPT:
                found.faults.append((lot.places[at], fault.code))
    found.faulty += len(faulty)
    kept = [at for at in range(len(numbers)) if at not in faulty]
    return Lot([lot.places[at] for at in kept], [numbers[at] for at in kept], [lot.facts[at] for at in kept])
