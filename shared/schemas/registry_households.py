"""Wire vocabulary of household files (户档案) and the people in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.schemas.household_size import MOST_MEMBERS
from shared.schemas.registry import IdentityText
from shared.schemas.registry_lineage import Absence, Lineage
from shared.schemas.registry_measures import Measure
from shared.schemas.wire import (
    Code,
    CodeLabel,
    Day,
    DivisionCode,
    FenOrZero,
    Flag,
    LongText,
    PersonName,
    Text,
    Wire,
    clean_text,
)

Phone = Annotated[str, StringConstraints(strict=True, pattern=r"^1[3-9][0-9]{9}$")]
BankAccount = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{8,30}$")]
Months = Annotated[int, Field(strict=True, ge=0, le=12)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2100)]
NationalNo = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z]{1,32}$")]
NaturalVillageCode = Annotated[str, StringConstraints(strict=True, pattern=r"^[1-9][0-9]{14}$")]
DisabilityCertificate = Annotated[str, StringConstraints(strict=True, min_length=18, max_length=24)]
GroupName = Annotated[str, StringConstraints(strict=True, max_length=50), AfterValidator(clean_text)]
HealthCodes = Annotated[list[Code], Field(min_length=1, max_length=3)]
RowId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Status = Literal["draft", "proposed", "returned", "registered", "exited", "removed", "closed"]


class IncomeAmounts(Wire):
    """A household's income of twelve months, in fen. `items` say what an amount is made of (list `income_item`):
    those of one group must add up to its amount; those that do not count stand beside it."""

    wage_fen: FenOrZero = 0
    business_fen: FenOrZero = 0
    property_fen: FenOrZero = 0
    transfer_fen: FenOrZero = 0
    business_cost_fen: FenOrZero = 0
    items: Annotated[dict[Code, FenOrZero], Field(max_length=40)] = {}


class MemberSent(Wire):
    """A person. With the `id` of a person already in the file, `identity_number`, `health`, `phone` and
    `disability_certificate` may be left out: they then stay as they are, since readers only see them masked."""

    id: RowId | None = None
    name: PersonName
    identity_number: IdentityText | None = None
    sex: Literal["1", "2"] | None = Field(default=None, description="must match the identity number when given")
    relation: Code
    ethnicity: Code
    education: Code | None = Field(default=None, description="highest level; not together with schooling")
    schooling: Code | None = Field(default=None, description="where the person is at school now")
    dropout_reason: Code | None = None
    health: HealthCodes | None = None
    disability_certificate: DisabilityCertificate | None = None
    labour: Code
    politics: Code | None = None
    medical_insurance: Flag
    employee_medical: Flag | None = None
    serious_illness_insurance: Flag | None = None
    medical_aid: Flag | None = None
    pension_insurance: Flag
    employee_pension: Flag | None = None
    commercial_insurance: Flag | None = None
    dibao: Flag | None = None
    tekun: Flag | None = None
    health_card: Flag | None = None
    left_behind: Code | None = None
    away_months: Months = 0
    away_region: Code | None = None
    away_place: DivisionCode | None = None
    away_from: Day | None = None
    away_to: Day | None = None
    away_income_fen: FenOrZero | None = Field(default=None, description="of one month")
    employer: Text | None = None
    job_channel: Code | None = None
    public_post: Code | None = None
    public_post_months: Months | None = None
    mandarin: Flag | None = None
    military: Flag | None = None
    phone: Phone | None = None
    national_person_no: NationalNo | None = None
    identified_on: Day | None = None


class HouseholdFacts(Wire):
    """What a household file states of the household. Codes are those of GET /code-lists; null is "not stated"."""

    village_code: DivisionCode
    group: GroupName = ""
    natural_village: NaturalVillageCode | None = None
    national_household_no: Code | None = None
    phone: Phone | None = None
    standard: Code
    attribute: Code
    household_type: Code | None = None
    identified_on: Day | None = None
    main_cause: Code
    other_causes: Annotated[list[Code], Field(max_length=20)] = []
    key_groups: Annotated[list[Code], Field(max_length=20)] = []
    housing_level: Code
    housing_structure: Code | None = None
    housing_area_m2: Measure | None = None
    built_year: Year | None = None
    toilet: Flag | None = None
    safe_water: Flag
    water_difficult: Flag | None = None
    water_source: Code | None = None
    electricity: Flag
    production_power: Flag | None = None
    road_type: Code | None = None
    road_distance_km: Measure | None = None
    fuels: Annotated[list[Code], Field(max_length=20)] = []
    arable_mu: Measure | None = None
    irrigated_mu: Measure | None = None
    forest_mu: Measure | None = None
    returned_forest_mu: Measure | None = None
    fruit_mu: Measure | None = None
    pasture_mu: Measure | None = None
    water_mu: Measure | None = None
    industry_type: Code | None = None
    industry_organisation: Code | None = None
    cooperative: Flag | None = None
    mutual_fund_fen: FenOrZero | None = None
    microcredit_fen: FenOrZero | None = None
    other_loan_fen: FenOrZero | None = None
    relocation_mode: Code | None = None
    relocation_willing: Flag | None = None
    relocated_year: Year | None = None
    income: IncomeAmounts
    stated_per_head_fen: FenOrZero | None = Field(default=None, description="net income per head in another system")
    self_paid_medical_fen: FenOrZero | None = None
    monitor_type: Code | None = None
    risks: Annotated[list[Code], Field(max_length=20)] = []
    risk_note: Text | None = None
    risk_identified_on: Day | None = None
    measures: Annotated[list[Code], Field(max_length=20)] = []
    first_measure_on: Day | None = None
    risk_cleared_on: Day | None = None
    risk_clearing: Code | None = None
    monitor_contact: Text | None = None
    monitor_phone: Phone | None = None
    bank_name: Text | None = None
    bank_account: BankAccount | None = None


class HouseholdSent(HouseholdFacts):
    """A household file as sent, with its people."""

    members: Annotated[list[MemberSent], Field(min_length=1, max_length=MOST_MEMBERS)]


class NewHousehold(HouseholdSent):
    """A household file to open."""


class Departure(Wire):
    """Why and when a person is no longer of the household (code list `departure`)."""

    member_id: RowId
    kind: Code
    on: Day


class HouseholdChange(HouseholdSent):
    """The whole file as it shall stand. `phone`, `monitor_phone`, `bank_name` and `bank_account` left out stay as
    they are; null clears them. On a registered file a reason is needed, and for every person no longer listed a
    departure of the kind `error`: what happened to people, and a move to another village, is a natural change.
    Nobody is left of a file only by a correction that says how everybody left: it closes the file."""

    members: Annotated[list[MemberSent], Field(max_length=MOST_MEMBERS)]
    departures: Annotated[list[Departure], Field(max_length=MOST_MEMBERS)] = []
    reason: Text | None = None
    true_from: Day | None = Field(default=None, description="since when what changes is so; today when left out")


class Member(Wire):
    """A person of a file. Health is null: it is shown only with the protected values."""

    id: str
    name: str
    identity_number_masked: str
    sex: CodeLabel
    age: int
    relation: CodeLabel
    ethnicity: CodeLabel
    education: CodeLabel | None
    schooling: CodeLabel | None
    dropout_reason: CodeLabel | None
    health: None = Field(default=None, description="protected: see unmask")
    disability_certificate_masked: str | None
    labour: CodeLabel | None
    politics: CodeLabel | None
    medical_insurance: bool | None
    employee_medical: bool | None
    serious_illness_insurance: bool | None
    medical_aid: bool | None
    pension_insurance: bool | None
    employee_pension: bool | None
    commercial_insurance: bool | None
    dibao: bool | None
    tekun: bool | None
    health_card: bool | None
    left_behind: CodeLabel | None
    away_months: int
    away_region: CodeLabel | None
    away_place: str | None
    away_from: Day | None
    away_to: Day | None
    away_income_fen: int | None
    employer: str | None
    job_channel: CodeLabel | None
    public_post: CodeLabel | None
    public_post_months: int | None
    mandarin: bool | None
    military: bool | None
    phone_masked: str | None
    national_person_no: str | None
    identified_on: Day | None
    absence: Absence | None = None


class DepartedMember(Wire):
    id: str
    name: str
    kind: CodeLabel
    on: Day


class NetIncomePerHead(Wire):
    """Exactly numerator_fen / people fen; `floor_fen` is the whole fen below it, for display only."""

    numerator_fen: int
    people: int
    floor_fen: int


class HouseholdLine(Wire):
    """A household in a list."""

    id: str
    household_no: str
    village_code: str
    group: str
    status: Status
    version: int
    head_name: str
    member_count: int
    attribute: CodeLabel | None
    main_cause: CodeLabel | None
    registered_on: Day | None


class Notice(Wire):
    """Something to look at that stops nothing, such as a place code nobody knows."""

    code: str
    zh: str
    en: str
    pointer: str


class Household(HouseholdLine):
    """A household file. Protected values are masked. `version` is the ETag."""

    national_household_no: str | None
    natural_village: str | None
    standard: CodeLabel | None
    household_type: CodeLabel | None
    identified_on: Day | None
    other_causes: list[CodeLabel]
    key_groups: list[CodeLabel]
    housing_level: CodeLabel | None
    housing_structure: CodeLabel | None
    housing_area_m2: Measure | None
    built_year: int | None
    toilet: bool | None
    safe_water: bool | None
    water_difficult: bool | None
    water_source: CodeLabel | None
    electricity: bool | None
    production_power: bool | None
    road_type: CodeLabel | None
    road_distance_km: Measure | None
    fuels: list[CodeLabel]
    arable_mu: Measure | None
    irrigated_mu: Measure | None
    forest_mu: Measure | None
    returned_forest_mu: Measure | None
    fruit_mu: Measure | None
    pasture_mu: Measure | None
    water_mu: Measure | None
    industry_type: CodeLabel | None
    industry_organisation: CodeLabel | None
    cooperative: bool | None
    mutual_fund_fen: int | None
    microcredit_fen: int | None
    other_loan_fen: int | None
    relocation_mode: CodeLabel | None
    relocation_willing: bool | None
    relocated_year: int | None
    income: IncomeAmounts | None
    income_not_counted_fen: int | None
    net_income_per_head: NetIncomePerHead | None
    stated_per_head_fen: int | None
    self_paid_medical_fen: int | None
    monitor_type: CodeLabel | None
    risks: list[CodeLabel]
    risk_note: str | None
    risk_identified_on: Day | None
    measures: list[CodeLabel]
    first_measure_on: Day | None
    risk_cleared_on: Day | None
    risk_clearing: CodeLabel | None
    monitor_contact: str | None
    monitor_phone_masked: str | None
    phone_masked: str | None
    bank_name: str | None
    bank_account_masked: str | None
    opened_on: Day
    closed_on: Day | None
    lineage: Lineage | None = None
    members: list[Member]
    departed: list[DepartedMember]
    notices: list[Notice] = []
    known_on: Day | None = Field(default=None, description="the file as the office knew it at the end of this day")
    true_on: Day | None = Field(default=None, description="what was so on this day; null: as last stated")
    frozen_year: int | None = Field(default=None, description="the file as frozen with this year")


class PersonSearch(Wire):
    identity_number: IdentityText


class HouseholdsFound(Wire):
    items: list[HouseholdLine]


class Unmask(Wire):
    """Why the protected values are needed; kept in the read trail. Without it X-Access-Reason speaks."""

    purpose: LongText | None = None


class MemberClear(Wire):
    id: str
    name: str
    identity_number: str
    disability_certificate: str | None
    phone: str | None
    health: list[CodeLabel]


class HouseholdClear(Wire):
    """The protected values of a file."""

    id: str
    household_no: str
    phone: str | None
    monitor_phone: str | None
    bank_name: str | None
    bank_account: str | None
    members: list[MemberClear]
