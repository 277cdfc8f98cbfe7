"""Wire vocabulary of identification (认定) and its public notices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.registry import PlanYear
from shared.schemas.registry_households import RowId
from shared.schemas.wire import CodeLabel, Day, DivisionCode, Flag, LongText, PersonName, Sha256, Text, Wire

People = Annotated[int, Field(strict=True, ge=0, le=100_000)]
IdentificationState = Literal["proposed", "reviewed", "noticed", "township_approved", "registered", "returned"]


class NewIdentification(Wire):
    village_code: DivisionCode
    year: PlanYear
    household_ids: Annotated[list[RowId], Field(min_length=1, max_length=2_000)]


class MeetingHeld(Wire):
    held_on: Day
    place: Text
    present: People
    entitled: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    votes_for: People
    votes_against: People
    chair: PersonName
    paper_sha256: Sha256


class NoticePosted(Wire):
    posted_on: Day
    place: Text
    paper_sha256: Sha256


class ObjectionRaised(Wire):
    household_id: RowId
    raised_on: Day
    reason: LongText


class ObjectionFinding(Wire):
    finding: LongText
    upheld: Flag


class Exclusion(Wire):
    id: RowId
    reason: Text


class Decide(Wire):
    """A decision on a list: approve it, without the households named, or return all of it."""

    outcome: Literal["approve", "return"]
    opinion: LongText
    excluded_household_ids: Annotated[list[Exclusion], Field(max_length=2_000)] = []


class Meeting(MeetingHeld):
    quorum: str
    quorum_source: str
    recorded_at: str
    recorded_by: str


class Notice(NoticePosted):
    """`ends_on` is the first day on which the notice has run its full days. `recorded_late`: the paper hung before
    it was recorded here."""

    days: int
    days_source: str
    ends_on: Day
    recorded_late: bool
    recorded_on: Day
    recorded_at: str
    recorded_by: str


class ObjectionAnswer(ObjectionFinding):
    answered_on: Day
    answered_by: str


class Objection(ObjectionRaised):
    id: str
    recorded_at: str
    recorded_by: str
    answer: ObjectionAnswer | None


class Decision(Wire):
    step: str
    outcome: str
    opinion: str
    excluded_household_ids: list[Exclusion]
    decided_on: Day
    decided_at: str
    decided_by: str
    decided_office: str


class ListedHousehold(Wire):
    """A household on a list, in the version proposed. `taken_out_reason` is null while it is on."""

    household_id: str
    household_no: str
    version: int
    head_name: str
    member_count: int
    taken_out_reason: str | None
    taken_out_step: str | None


class IdentificationLine(Wire):
    id: str
    village_code: str
    year: int
    state: IdentificationState
    proposed_on: Day
    proposed_by: str
    household_count: int
    notice_ends_on: Day | None


class Identification(IdentificationLine):
    """A list with every step taken on it."""

    households: list[ListedHousehold]
    meeting: Meeting | None
    notice: Notice | None
    objections: list[Objection]
    decisions: list[Decision]


class NoticeHousehold(Wire):
    """What a notice shows of a household, and nothing else."""

    household_no: str
    head_name_masked: str
    member_count: int
    attribute: CodeLabel


class PublicNotice(Wire):
    id: str
    village_code: str
    village_name: str
    posted_on: Day
    ends_on: Day
    running: bool
    households: list[NoticeHousehold]
