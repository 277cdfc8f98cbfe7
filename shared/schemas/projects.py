"""Wire vocabulary of projects: the library, its chain, annual plans, works and what is published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from shared.schemas.wire import (
    Code,
    Count,
    Day,
    DivisionCode,
    Fen,
    FenOrZero,
    FundYear,
    LongText,
    RateText,
    Sha256,
    Text,
    Wire,
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
    accepted_on: date | None
    planned_end_on: date | None


# Parameters and code lists


class Parameter(Wire):
    """A number the policy leaves to place and year."""

    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str
    unit: str
    source: str


class NewParameter(Wire):
    """A new value for one's own area; the value before it ends on the day before `valid_from`."""

    key: Code
    division_code: DivisionCode
    valid_from: Day
    value: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,12}(\.[0-9]{1,8})?$", max_length=32)]
    source: Text


class CodeListItem(Wire):
    """A row of a code list; `valid_to` is null while it is open. Years for categories."""

    code: str
    label: str
    group: str = ""
    valid_from: int | None = None
    valid_to: int | None = None
    source: str


class CodeList(Wire):
    items: list[CodeListItem]


class ChainStep(Wire):
    """One step of the way into the library, for proposals of one level."""

    proposer_level: str
    seq: int
    step: str
    kind: Literal["notice", "decision", "filing"]
    level: str
    sectors: str
    permission: str
    to_state: str
    source: str


class ChecklistItem(Wire):
    step: str
    key: str
    label: str
    required: bool
    source: str


class Chains(Wire):
    steps: list[ChainStep]
    checklist: list[ChecklistItem]


# Library entries


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
    unit: Annotated[str, StringConstraints(strict=True, max_length=20)]


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
    checklist: dict[Code, bool] = {}
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


# Imports


class RowReason(Wire):
    """Why a row was refused: the column and the rule."""

    column: str
    code: str
    title: str


class RefusedRow(Wire):
    row: int = Field(description="row of the sheet, the header being 1")
    reasons: list[RowReason]


class CreatedRow(Wire):
    row: int
    project_code: str | None = Field(description="null in a dry run")


class ProjectImport(Wire):
    """A workbook that was read, what became of each row."""

    id: str
    state: Literal["done", "nothing_applied", "dry_run"]
    year: int
    mode: Literal["good_rows", "all_or_nothing"]
    content_sha256: str
    rows_total: int
    created: list[CreatedRow]
    refused: list[RefusedRow]
    imported_at: datetime
    office: str


# Annual plans


class PlanItem(Wire):
    project_code: Code
    amount_fen: Fen
    fund_source: Code


class NewPlan(Wire):
    """A county's plan of a fund year: projects of its library with the money each is to get."""

    county_code: DivisionCode
    fund_year: FundYear
    items: Annotated[list[PlanItem], Field(min_length=1, max_length=500)]
    note: LongText | None = None
    proposed_on: Day | None = Field(default=None, description="the day on the paper when it is recorded afterwards")


class PlanDecision(Wire):
    outcome: Literal["approve", "refuse"]
    opinion: LongText
    decided_on: Day | None = Field(default=None, description="the day on the paper when it is recorded afterwards")


class NewPlanNotice(Wire):
    posted_on: Day
    place: Text
    paper_sha256: Sha256 | None = None


class Plan(Wire):
    """A plan with its lines; `state` is proposed, approved or refused."""

    id: str
    county_code: str
    fund_year: int
    state: Literal["proposed", "approved", "refused"]
    total_fen: int
    items: list[PlanItem]
    note: str | None
    proposed_on: date
    proposer_office: str
    opinion: str | None
    decided_on: date | None
    notices: list[Notice]


class PlanRow(Wire):
    id: str
    county_code: str
    fund_year: int
    state: str
    total_fen: int
    lines: int


# Works

SocialCreditCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Z]{18}$")]
"""A unified social credit code (统一社会信用代码); the check digit is checked by the service."""


class NewTender(Wire):
    mode: Code = Field(description="a code of the procurement modes")
    tendered_on: Day
    winner_name: Text
    winner_uscc: SocialCreditCode | None = None


class NewContract(Wire):
    contractor_name: Text
    contractor_uscc: SocialCreditCode
    amount_fen: Fen
    retention_rate: RateText
    signed_on: Day
    starts_on: Day
    ends_on: Day
    paper_sha256: Sha256


class NewStart(Wire):
    started_on: Day


class NewProgressReport(Wire):
    reported_on: Day
    percent: Annotated[int, Field(strict=True, ge=0, le=100)]
    quantity: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,12}(\.[0-9]{1,6})?$")]
    unit: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=20)]
    note: LongText | None = None


class NewCompletion(Wire):
    completed_on: Day


class NewAcceptance(Wire):
    """`final_account_fen` is what the works cost in the end; never more than the contract."""

    accepted_on: Day
    outcome: Literal["pass", "rectify"]
    participants: Annotated[list[Text], Field(min_length=2, max_length=50)] = Field(
        description="offices and villagers' delegates taking part"
    )
    quality: Text
    final_account_fen: Fen
    paper_sha256: Sha256


class NewStop(Wire):
    reason: LongText
    stopped_on: Day | None = None


class NewHandover(Wire):
    """The asset left behind and who owns and looks after it."""

    handed_on: Day
    asset_class: Literal["operating", "public", "household"] = Field(description="经营性, 公益性, 到户类")
    asset_name: Text
    owner: Text
    caretaker: Text


class WorksRecord(Wire):
    """One thing recorded about the works, as it was recorded."""

    kind: str
    on: date
    facts: dict[str, Any]
    recorded_at: datetime
    office: str


class Works(Wire):
    """The works of a planned project: where they stand and everything recorded, oldest first."""

    project_code: str
    name: str
    purpose: Purpose
    state: ProjectState
    state_since: date
    plan_year: int | None
    plan_line_fen: int
    percent: int
    contractor_name: str | None
    contractor_uscc: str | None
    contract_fen: int | None
    retention_rate: str | None
    accepted_on: date | None
    final_account_fen: int | None
    records: list[WorksRecord]


# Published


class PublishedTarget(Wire):
    level1: str
    level2: str
    level3: str
    operator: str
    value: str
    unit: str


class PublishedProject(Wire):
    """The fields the publicity rule names, and no others."""

    project_code: str
    name: str
    year: int
    category: str
    nature: str
    division_codes: list[str]
    place: str
    tasks: str
    amount_fen: FenOrZero
    funding_sources: list[str]
    planned_start_on: date
    planned_end_on: date
    office_name: str
    households: int
    people: int
    poor_people: int
    performance_targets: list[PublishedTarget]
    participation_mechanism: str


class PublishedPlanLine(Wire):
    project_code: str
    name: str
    amount_fen: int
    fund_source: str
    office_name: str


class PublishedPlan(Wire):
    county_code: str
    fund_year: int
    total_fen: int
    lines: list[PublishedPlanLine]


class PublishedNotice(Wire):
    """A notice as the public reads it; `hotline` is where objections go."""

    id: int
    kind: Literal["project", "plan"]
    level: str
    division_code: str
    posted_on: date
    ends_on: date
    place: str
    hotline: str
    project: PublishedProject | None
    plan: PublishedPlan | None


class PublishedLibraryRow(Wire):
    """A project of the library as the public reads it."""

    project: PublishedProject
    state: ProjectState
    plan_year: int | None
    plan_line_fen: int
    filed_on: date
