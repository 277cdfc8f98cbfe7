"""Rules of claims: which papers, not before which step, how much is withheld."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.funds.domain.amounts import share_of, smaller_rate
from services.funds.domain.refusals.claim_checks import PaperNumberMissing
from services.funds.domain.refusals.spending import (
    ClaimsNotForGrants,
    NotAccepted,
    NotContracted,
    PaperMissing,
    PaperRepeated,
    PaperUnknown,
    RetentionByRelease,
)

CONTRACTED = ("contracted", "under_way", "completed", "accepted", "handed_over")
"""States of a project that has a contract."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper filed. `issuer` and `number` say which one it is, for kinds that are numbered."""

    kind: str
    sha256: str
    issuer: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """A claim's amount, what of it can be paid now, and what is held back."""

    payable_fen: int
    withheld_fen: int
    retention_rate: str


def require_papers(required: Iterable[str], papers: Sequence[Paper], numbered: Collection[str] = ()) -> None:
    """Refuse a claim without a paper its kind needs, with one it does not take, with one twice, or not numbered."""
    wanted = set(required)
    for index, paper in enumerate(papers):
        if paper.kind not in wanted:
            raise PaperUnknown(pointer=f"/papers/{index}/kind")
        if paper.sha256 in [other.sha256 for other in papers[:index]]:
            raise PaperRepeated(pointer=f"/papers/{index}/sha256")
        _require_number(paper, numbered, papers[:index], f"/papers/{index}/number")
    missing = sorted(wanted - {paper.kind for paper in papers})
    if missing:
        raise PaperMissing(missing=",".join(missing))


def _require_number(paper: Paper, numbered: Collection[str], before: Sequence[Paper], pointer: str) -> None:
    complete = paper.issuer is not None and paper.number is not None
    if not complete and (paper.kind in numbered or paper.issuer or paper.number):
        raise PaperNumberMissing(pointer=pointer)
    if complete and (paper.issuer, paper.number) in [(other.issuer, other.number) for other in before]:
        raise PaperRepeated(pointer=pointer)


def earliest_day(kind: str, purpose: str, contracted_on: date | None, accepted_on: date | None) -> date:
    """The first day a claim of this kind may carry: the contract's before the final one, then the acceptance's.

    Raises ClaimsNotForGrants, RetentionByRelease, NotContracted, NotAccepted.
    """
    if purpose != "works":
        raise ClaimsNotForGrants()
    if kind == "retention":
        raise RetentionByRelease()
    if contracted_on is None:
        raise NotContracted()
    if kind in ("advance", "progress"):
        return contracted_on
    if accepted_on is None:
        raise NotAccepted()
    return accepted_on


def parts_of(amount_fen: int, contract_rate: str | None, highest_rate: str) -> Parts:
    """Split a claim into what is payable and what is withheld: the contract's rate, never above the highest."""
    rate = smaller_rate(contract_rate or "0", highest_rate)
    withheld = share_of(amount_fen, rate)
    return Parts(amount_fen - withheld, withheld, rate)
