"""Which approvals above finance's review a claim needs, by what its payee claims altogether within a window of days."""

from __future__ import annotations

from collections.abc import Collection

from services.funds.domain.refusals.claim_checks import ApprovalMissing, ApprovalNotYours

LEVELS = ("county", "superior")
SUPERIORS = ("city", "province", "nation")


def needed(window_fen: int, county_above_fen: int, superior_above_fen: int) -> list[str]:
    """The approvals needed for claims of one payee that add up to `window_fen`. Splitting them changes nothing."""
    limits = zip(LEVELS, (county_above_fen, superior_above_fen), strict=True)
    return [level for level, above in limits if window_fen > above]


def require_given(window_fen: int, wanted: Collection[str], given: Collection[str]) -> None:
    """Refuse an order before its approvals. Raises ApprovalMissing with the levels and the sum."""
    missing = [level for level in LEVELS if level in wanted and level not in given]
    if missing:
        raise ApprovalMissing(missing=",".join(missing), window_fen=window_fen)


def level_of_approver(office_level: str) -> str:
    """The approval an office gives. Raises ApprovalNotYours below the county."""
    if office_level == "county":
        return "county"
    if office_level in SUPERIORS:
        return "superior"
    raise ApprovalNotYours()
