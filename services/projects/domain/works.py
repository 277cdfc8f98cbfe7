"""Rules of works: who may record them, what may follow what, and what a contract and an acceptance must keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from services.projects.domain import code_lists
from services.projects.domain.chain import sector_of
from services.projects.domain.refusals import WrongOffice
from services.projects.domain.refusals_works import (
    AccepterRecordedWorks,
    ContractorNotWinner,
    ContractOverPlan,
    FinalAccountOverContract,
    GrantsHaveNoTender,
    ModeUnknown,
    ParticipantTwice,
    ProgressFalls,
    RetentionTooHigh,
    UsccInvalid,
    WinnerCodeMissing,
    WorksStateWrong,
)

WORKS = "works"
GRANTS = "grants"
MAY_STOP = frozenset({"planned", "tendered", "contracted", "under_way", "completed"})
_STARTS_FROM = {WORKS: "contracted", GRANTS: "planned"}


def require_own_office(purpose: str, level: str, sector: str, responsible_office: str) -> None:
    """Works are recorded by the township or by a county office of the responsible sector.

    Grants have no site: whichever county office runs the programme records them, the finance bureau's own included.
    """
    if purpose == WORKS and level == "county" and sector != sector_of(responsible_office):
        raise WrongOffice()


def require_state(state: str, *allowed: str) -> None:
    if state not in allowed:
        raise WorksStateWrong(state=state)


def require_contracting(purpose: str) -> None:
    if purpose == GRANTS:
        raise GrantsHaveNoTender()


def starts_from(purpose: str) -> str:
    """The state works start from: grants need no contract."""
    return _STARTS_FROM[purpose]


def require_uscc(code: str, pointer: str) -> None:
    """A unified social credit code: 18 characters with the right check digit (GB 32100)."""
    try:
        valid = uscc.validate(code) == code
    except ValidationError:
        valid = False
    if not valid:
        raise UsccInvalid(pointer=pointer)


def check_tender(mode: str, winner_uscc: str | None) -> None:
    known = code_lists.procurement_modes().get(mode)
    if known is None:
        raise ModeUnknown()
    if winner_uscc is not None:
        require_uscc(winner_uscc, "/winner_uscc")
    elif known.group == "yes":
        raise WinnerCodeMissing()


def check_contract(
    amount_fen: int, plan_line_fen: int, retention_rate: str, highest_rate: str, contractor: str, winner: str | None
) -> None:
    """Refuse a contract above the plan line, with too much held back, or with another than the winner."""
    require_uscc(contractor, "/contractor_uscc")
    if winner is not None and contractor != winner:
        raise ContractorNotWinner()
    if amount_fen > plan_line_fen:
        raise ContractOverPlan(plan_line_fen=plan_line_fen)
    if Decimal(retention_rate) > Decimal(highest_rate):
        raise RetentionTooHigh(highest=highest_rate)


def check_progress(percent: int, last: int) -> None:
    if percent < last:
        raise ProgressFalls(last=last)


def check_acceptance(
    person: str, recorders: Iterable[str], participants: Sequence[str], final_fen: int, limit_fen: int
) -> None:
    """Refuse an acceptance by whoever recorded the works, or an account above the contract (grants: the plan line)."""
    if person in set(recorders):
        raise AccepterRecordedWorks()
    if len(set(participants)) != len(participants):
        raise ParticipantTwice()
    if final_fen > limit_fen:
        raise FinalAccountOverContract(limit_fen=limit_fen)
