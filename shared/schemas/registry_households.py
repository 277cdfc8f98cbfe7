"""Wire vocabulary of household files (户档案) and the people in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.schemas.registry import IdentityText
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
AwayMonths = Annotated[int, Field(strict=True, ge=0, le=12)]
GroupName = Annotated[str, StringConstraints(strict=True, max_length=50), AfterValidator(clean_text)]
HealthCodes = Annotated[list[Code], Field(min_length=1, max_length=3)]
RowId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Status = Literal["draft", "proposed", "returned", "registered", "exited", "removed"]


class IncomeItems(Wire):
    """A household's income of twelve months by item, in fen."""

    wage_fen: FenOrZero = 0
    business_fen: FenOrZero = 0
    property_fen: FenOrZero = 0
    transfer_fen: FenOrZero = 0
    business_cost_fen: FenOrZero = 0


class MemberSent(Wire):
    """A person. With the `id` of a person already in the file, `identity_number` and `health` may be left out:
    they then stay as they are, since readers only see them masked."""

    id: RowId | None = None
    name: PersonName
    identity_number: IdentityText | None = None
    sex: Literal["1", "2"] | None = Field(default=None, description="must match the identity number when given")
    relation: Code
    ethnicity: Code
    education: Code | None = None
    schooling: Code | None = None
    health: HealthCodes | None = None
    labour: Code
    politics: Code | None = None
    medical_insurance: Flag
    pension_insurance: Flag
    away_months: AwayMonths = 0


class HouseholdSent(Wire):
    """What every household file states. Codes are those of GET /code-lists."""

    village_code: DivisionCode
    group: GroupName = ""
    national_household_no: Code | None = None
    standard: Code
    attribute: Code
    main_cause: Code
    other_causes: Annotated[list[Code], Field(max_length=20)] = []
    housing_level: Code
    safe_water: Flag
    electricity: Flag
    income: IncomeItems
    phone: Phone | None = None
    bank_name: Text | None = None
    bank_account: BankAccount | None = None
    members: Annotated[list[MemberSent], Field(min_length=1, max_length=50)]


class NewHousehold(HouseholdSent):
    """A household file to open."""


class Departure(Wire):
    """Why and when a person is no longer of the household (code list `departure`)."""

    member_id: RowId
    kind: Code
    on: Day


class HouseholdChange(HouseholdSent):
    """The whole file as it shall stand. `phone`, `bank_name` and `bank_account` left out stay as they are; null
    clears them. On a registered file a reason is needed, and a departure for every person no longer listed."""

    departures: Annotated[list[Departure], Field(max_length=50)] = []
    reason: Text | None = None


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
    health: None = Field(default=None, description="protected: see unmask")
    labour: CodeLabel
    politics: CodeLabel | None
    medical_insurance: bool
    pension_insurance: bool
    away_months: int


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
    attribute: CodeLabel
    main_cause: CodeLabel
    registered_on: Day | None


class Household(HouseholdLine):
    """A household file. Protected values are masked. `version` is the ETag."""

    national_household_no: str | None
    standard: CodeLabel
    other_causes: list[CodeLabel]
    housing_level: CodeLabel
    safe_water: bool
    electricity: bool
    income: IncomeItems
    net_income_per_head: NetIncomePerHead
    phone_masked: str | None
    bank_name: str | None
    bank_account_masked: str | None
    opened_on: Day
    closed_on: Day | None
    members: list[Member]
    departed: list[DepartedMember]


class PersonSearch(Wire):
    identity_number: IdentityText


class HouseholdsFound(Wire):
    items: list[HouseholdLine]


class Unmask(Wire):
    """Why the protected values are needed; kept in the read trail."""

    purpose: Annotated[LongText, Field(min_length=4)]


class MemberClear(Wire):
    id: str
    name: str
    identity_number: str
    health: list[CodeLabel]


class HouseholdClear(Wire):
    """The protected values of a file."""

    id: str
    household_no: str
    phone: str | None
    bank_name: str | None
    bank_account: str | None
    members: list[MemberClear]


class HouseholdEvent(Wire):
    """Something done to a file: which version came of it, who did it, when and why."""

    version: int
    kind: str
    at: str
    on: Day
    by: str
    office: str
    reason: str
    identification_id: str | None
    changed: list[str] = Field(description="JSON pointers of the fields that changed; never their values")


class HouseholdHistory(Wire):
    id: str
    household_no: str
    events: list[HouseholdEvent]
