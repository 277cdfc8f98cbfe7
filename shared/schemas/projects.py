"""Wire vocabulary of projects: the grant funds decides on, entries of the library and the chain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shared.schemas.wire import (
    Code,
    Count,
    Day,
    DivisionCode,
    Fen,
    Flag,
    FundYear,
    LongText,
    Sha256,
    Text,
    Wire,
    clean_text,
)

Purpose = Literal["works", "grants"]
"""works: something is built or bought under a contract; grants: money goes to households or people."""

ProjectState = Literal[
    "draft",
    "submitted",
    "village_noticed",
    "township_reviewed",
    "township_noticed",
    "department_reviewed",
    "county_decided",
    "in_library",
    "planned",
    "tendered",
    "contracted",
    "under_way",
    "completed",
    "accepted",
    "handed_over",
    "returned",
    "refused",
    "removed",
    "stopped",
]


class ProjectGrant(Wire):
    """What funds must know of a project before any money goes to it. `version` grows with every change."""

    project_code: str
    version: int
    name: str
    division_code: str = Field(description="the first site")
    county_code: str
    category: str
    nature: str
    purpose: Purpose
    office: str = Field(description="code of the responsible office, e.g. 341622-transport; empty when not known")
    office_name: str
    state: ProjectState
    in_library: bool
    plan_year: int | None
    plan_line_fen: int = Field(description="sum of the approved plan lines of plan_year, 0 if none")
    state_since: date = Field(
        description="the day the state holds from; once submitted never earlier than in the version before"
    )
    contractor_name: str | None
    contractor_uscc: str | None
    contract_fen: int | None
    retention_rate: str | None = Field(description="decimal string between 0 and 1")
    contracted_on: date | None = Field(
        default=None, description="the day the contract was signed; not told by versions of before"
    )
    accepted_on: date | None
    final_account_fen: int | None = Field(
        default=None, description="what accepted works cost in the end; not told by versions of before"
    )
    planned_end_on: date | None


class ResponsibleOffice(Wire):
    code: Annotated[
        str, BeforeValidator(lambda value: value), StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.:-]{0,64}$")
    ]
    name: Text


class FundingLine(Wire):
    """Where a part of the estimate is to come from; `source` is a code of the funding sources."""

    source: Code
    amount_fen: Fen


class Beneficiaries(Wire):
    households: Count
    people: Count
    poor_people: Count = Field(description="people of registered poor households among `people`")


class PerformanceTarget(Wire):
    """One performance target: levels of the official table, and what is to be reached."""

    level1: Text
    level2: Text
    level3: Text
    operator: Literal[">=", "<=", "="]
    value: Annotated[str, StringConstraints(strict=True, pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
    unit: Annotated[str, StringConstraints(strict=True, max_length=20), AfterValidator(clean_text)]


class ProjectEntry(Wire):
    """What the library holds of a project. A draft may leave out what is null; a submission may not."""

    year: FundYear = Field(description="the year the project is meant for")
    name: Text
    purpose: Purpose
    division_codes: Annotated[list[DivisionCode], Field(min_length=1, max_length=50)] = Field(
        description="the sites, all in one county; the first is the main one"
    )
    place: Text | None = Field(default=None, description="the sites as a notice writes them")
    category: Code | None = None
    nature: Code | None = None
    planned_start_on: Day | None = None
    planned_end_on: Day | None = None
    responsible_office: ResponsibleOffice | None = None
    tasks: LongText | None = None
    amount_fen: Fen | None = Field(default=None, description="the estimate; the funding lines add up to it")
    funding: Annotated[list[FundingLine], Field(max_length=20)] = []
    beneficiaries: Beneficiaries | None = None
    performance_targets: Annotated[list[PerformanceTarget], Field(max_length=100)] = []
    participation_mechanism: LongText | None = Field(
        default=None, description="how the people take part and how the project lifts poor households"
    )


class Project(Wire):
    """A project of the library with where it stands."""

    project_code: str
    version: int
    state: ProjectState
    state_since: date
    county_code: str
    division_code: str
    proposer_office: str
    proposer_level: str
    in_library: bool
    plan_year: int | None
    plan_line_fen: int
    next_step: str | None = Field(description="the step of the chain that is due, null when none is")
    next_step_from: date | None = Field(description="the first day the due step may be taken, while a notice runs")
    entry: ProjectEntry


class ProjectRow(Wire):
    """A project in a list."""

    project_code: str
    name: str
    year: int
    category: str | None
    nature: str | None
    purpose: Purpose
    division_code: str
    county_code: str
    office_name: str
    amount_fen: int | None
    state: ProjectState
    state_since: date
    in_library: bool
    plan_year: int | None
    plan_line_fen: int


class Submission(Wire):
    """Handing a draft in. `submitted_on` is the day on the paper when it is recorded afterwards."""

    submitted_on: Day | None = None


class NewNotice(Wire):
    """A notice put up. The last day is counted by the server."""

    level: Literal["village", "township", "county"]
    posted_on: Day
    place: Text
    paper_sha256: Sha256 | None = Field(default=None, description="required when recorded after the day it was put up")


class Notice(Wire):
    """A notice; the step after it may be taken from `ends_on` on."""

    id: int
    subject: str
    step: str
    level: str
    round: int
    posted_on: date
    days: int
    ends_on: date
    place: str
    paper_sha256: str | None
    recorded_late: bool
    recorded_at: datetime
    office: str


class NewDecision(Wire):
    """A step of the chain decided. `checklist` names the points of the step's checklist found in order."""

    step: Literal["township_review", "department_review", "county_decision"]
    outcome: Literal["approve", "return", "refuse"]
    opinion: LongText
    reasons: Annotated[list[Text], Field(max_length=20)] = []
    checklist: Annotated[dict[Code, Flag], Field(max_length=100)] = {}
    decided_on: Day | None = Field(default=None, description="the day on the paper when it is recorded afterwards")


class Decision(Wire):
    """A step decided, by which office and account."""

    id: int
    project_code: str
    round: int
    step: str
    outcome: str
    opinion: str
    reasons: list[str]
    checklist: dict[str, bool]
    decided_on: date
    recorded_late: bool
    recorded_at: datetime
    office: str
    office_name: str
    account: str


class Filing(Wire):
    """The library entry put on file; `filed_on` is the day on the paper when it is recorded afterwards."""

    filed_on: Day | None = None
    note: Text | None = None


class Removal(Wire):
    reason: LongText


class EntryVersion(Wire):
    """One version of an entry, and who wrote it."""

    version: int
    entry: ProjectEntry
    recorded_at: datetime
    office: str
    account: str


class StateChange(Wire):
    """A state the project came to, with the step that brought it there."""

    grant_version: int
    state: str
    state_since: date
    action: str
    reason: str
    recorded_at: datetime
    office: str
    account: str


class ProjectHistory(Wire):
    """Everything that was ever written about a project, oldest first."""

    project_code: str
    versions: list[EntryVersion]
    notices: list[Notice]
    decisions: list[Decision]
    states: list[StateChange]
