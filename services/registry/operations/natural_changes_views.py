"""Natural change as readers see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.registry.domain import masking
from services.registry.domain.natural_changes import state_of
from services.registry.operations.household_views import coded, coded_or_none
from services.registry.storage.tables import Household, HouseholdMember, NaturalChange, NaturalChangeDecision
from shared.schemas import registry_changes as wire


def line(row: NaturalChange, decision: NaturalChangeDecision | None) -> wire.NaturalChangeLine:
    """An event in a list."""
    return wire.NaturalChangeLine(**_line(row, decision))


def _line(row: NaturalChange, decision: NaturalChangeDecision | None) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": coded("natural_change", row.kind),
        "state": state_of(row.requested, None if decision is None else decision.outcome),
        "household_id": str(row.household_id),
        "other_household_id": None if row.other_household_id is None else str(row.other_household_id),
        "village_code": row.village_code,
        "other_village_code": row.other_village_code,
        "member_ids": [str(member) for member in row.member_ids],
        "on": row.on,
        "reason": row.reason,
        "flags": row.flags,
        "recorded_on": row.recorded_on,
        "recorded_by": row.recorded_by,
        "recorded_office": row.recorded_office,
    }


def whole(
    row: NaturalChange, decision: NaturalChangeDecision | None, preview: wire.MovePreview | None = None
) -> wire.NaturalChange:
    """An event with its paper and its decision."""
    written = row.versions if decision is None else row.versions | decision.versions
    return wire.NaturalChange(
        **_line(row, decision),
        paper=wire.ChangePaper(sha256=row.paper_sha256, title=row.paper_title),
        relations=[wire.MemberRelation(**one) for one in row.payload.get("relations", [])],
        versions=[wire.FileVersion(household_id=key, version=version) for key, version in written.items()],
        recorded_at=row.recorded_at.isoformat(),
        decision=None if decision is None else _decision(decision),
        preview=preview,
    )


def _decision(row: NaturalChangeDecision) -> wire.ChangeDecision:
    return wire.ChangeDecision(
        outcome=row.outcome,
        opinion=row.opinion,
        decided_on=row.decided_on,
        decided_at=row.decided_at.isoformat(),
        decided_by=row.decided_by,
        decided_office=row.decided_office,
    )


def preview(household: Household, people: Sequence[HouseholdMember]) -> wire.MovePreview:
    """What the receiving side may know of a household that asks to come."""
    return wire.MovePreview(
        household_no=str(household.household_no),
        head_name_masked=masking.name(household.head_name),
        member_count=household.member_count,
        attribute=coded_or_none("household_attribute", household.attribute),
        people=[
            wire.PreviewPerson(name_masked=masking.name(one.name), relation=coded("relation_to_head", one.relation))
            for one in people
        ],
    )
