"""Departments' lists held against the register: what a row must look like, and how a doubt goes its way.

A hit is a suspicion. Nothing here changes a household file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from services.registry.domain import refusals
from services.registry.domain.identity_numbers import fault_of
from services.registry.domain.tables_of_facts import rows_of
from shared.refusals import Refusal

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
OUTCOMES = ("confirmed", "refuted")
REPLIES = (*OUTCOMES, "unclear")
FACT_LENGTH = 200
FAULTS_KEPT = 100
HEADS = ("identity_number", "身份证号", "公民身份号码", "证件号码")
FACT_HEADS = ("fact", "事实", "说明")
_DIGITS = {ord("０") + digit: str(digit) for digit in range(10)}
_FULL_WIDTH = _DIGITS | {ord("Ｘ"): "X", ord("ｘ"): "X", ord("x"): "X"}

KINDS = {row["code"]: row for row in rows_of("comparison_kinds")}


@dataclass
class Read:
    """The rows of a list that can be compared: places, blind indexes and facts beside each other; faults counted."""

    places: list[int] = field(default_factory=list)
    indexes: list[bytes] = field(default_factory=list)
    facts: dict[int, str] = field(default_factory=dict)
    rows: int = 0
    faulty: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)


def require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise refusals.ComparisonKindUnknown()


def canonical(number: str) -> str:
    """A number in its one spelling: no blanks, ASCII digits, X in upper case."""
    number = number.strip()
    return number.translate(_FULL_WIDTH) if "x" in number or not number.isascii() else number


def read(
    rows: Iterable[tuple[int, str, str]], index: Callable[[str], bytes], clean: Callable[[str], str], on: date
) -> Read:
    """Check every row; what is no identity number, or says what nobody can read, is counted and named by its place."""
    found = Read()
    # A list says the same of very many.
    told = lru_cache(maxsize=4_096)(lambda said: clean(said.translate(_DIGITS)))
    for place, raw, said in rows:
        found.rows += 1
        number = canonical(raw)
        fault: type[Refusal] | None = fault_of(number, on)
        fact = ""
        if said and fault is None:
            try:
                fact = told(said)
            except ValueError:
                fault = refusals.ComparisonFactUnfit
            else:
                fault = refusals.ComparisonFactTooLong if len(fact) > FACT_LENGTH else None
        if fault is None:
            found.places.append(place)
            found.indexes.append(index(number))
            if fact:
                found.facts[place] = fact
            continue
        found.faulty += 1
        if len(found.faults) < FAULTS_KEPT:
            found.faults.append((place, fault.code))
    return found


def columns(head: Iterable[str]) -> tuple[int, int | None]:
    """Where the identity number and the fact stand in a sheet, by its first line."""
    names = [name.strip().lstrip("\ufeff").strip() for name in head]
    number = next((place for place, name in enumerate(names) if name in HEADS), None)
    if number is None:
        raise refusals.ComparisonColumnMissing()
    return number, next((place for place, name in enumerate(names) if name in FACT_HEADS), None)


def rows_of_sheet(lines: Iterator[list[str]]) -> Iterator[tuple[int, str, str]]:
    """The rows of a sheet with their line numbers; the first line is the head."""
    head = next(lines, None)
    if head is None:
        raise refusals.ComparisonColumnMissing()
    number, fact = columns(head)
    for place, cells in enumerate(lines, start=2):
        if cells:
            has_fact = fact is not None and fact < len(cells)
            yield place, cells[number] if number < len(cells) else "", cells[fact].strip() if has_fact else ""  # type: ignore[index]
