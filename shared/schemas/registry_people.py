"""Wire vocabulary of people (人员): lists and searches over everybody on a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from shared.schemas.registry import IdentityText
from shared.schemas.registry_households import Status
from shared.schemas.wire import Code, CodeLabel, Day, DivisionCode, Flag, PersonName, Wire

NamePart = Annotated[PersonName, StringConstraints(min_length=2)]
Letters = Annotated[str, StringConstraints(pattern=r"^[A-Za-züÜ]+( [A-Za-züÜ]+)*$", max_length=60)]
Initials = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,20}$", to_lower=True)]
Age = Annotated[int, Field(ge=0, le=150)]
Sort = Literal["village", "name"]
Counted = Literal["exact", "estimate"]


class OfHousehold(Wire):
    """What a list is narrowed to by facts of the household. All that is given must hold."""

    within: DivisionCode | None = Field(default=None, description="an area of any level")
    village: DivisionCode | None = Field(default=None, description="one village; narrower than within")
    household_code: Code | None = Field(
        default=None, description="the household's number here, or that of the national system"
    )
    status: Status | None = None
    attribute: Code | None = None
    main_cause: Code | None = None
    cause: Code | None = Field(default=None, description="a cause of poverty, the main one or another")
    key_group: Code | None = None
    monitor_type: Code | None = None
    housing_level: Code | None = None
    safe_water: bool | None = None


class Named(Wire):
    """What a list is narrowed to by names."""

    name: NamePart | None = Field(default=None, description="part of a name, two characters or more")
    pinyin: Letters | None = Field(default=None, description="how a name begins: zhangxiao or zhang xiao")
    initials: Initials | None = Field(default=None, description="how the initials of a name begin: zxm")


class OfPerson(Wire):
    """What a list is narrowed to by facts of a person; of a household, one member must meet all of them."""

    sex: Literal["1", "2"] | None = None
    age_from: Age | None = Field(default=None, description="full years today")
    age_to: Age | None = None
    relation: Code | None = None
    ethnicity: Code | None = None
    education: Code | None = None
    schooling: Code | None = None
    labour: Code | None = None
    left_behind: Code | None = Field(default=None, description="a group of the code list, or any")
    dibao: bool | None = None
    tekun: bool | None = None
    health: Code | None = Field(default=None, description="protected: needs household.unmask and X-Access-Reason")
    disability_grade: Code | None = Field(default=None, description="protected as health is")


class PeopleCounted(OfHousehold, OfPerson):
    """Which people are counted, by what."""

    group_by: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z_]{3,20}(,[a-z_]{3,20})?$"),
        Field(description="one or two facts, e.g. division,age_band"),
    ] = "division"


class GroupKey(Wire):
    """One value of a fact people are counted by; null: not stated."""

    key: str | None
    label: str


class GroupOfPeople(Wire):
    keys: list[GroupKey]
    households: int
    people: int


class PeopleCounts(Wire):
    """People on files and their households by one or two facts. Of a fact with several values, such as health, a
    person is counted under each: the groups then add up to more than the total."""

    group_by: list[str]
    households: int
    people: int
    groups: list[GroupOfPeople]


class HouseholdsAsked(OfHousehold, Named, OfPerson):
    """Which households, by village and number."""

    as_of: Day | None = Field(default=None, description="the files as known at the end of that office day")
    cursor: Annotated[str | None, Field(max_length=512)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    count: Literal["exact"] | None = None


class PeopleAsked(OfHousehold, Named, OfPerson):
    """Which people, in which order."""

    sort: Sort = Field(default="village", description="name: by pinyin, within one county at most")
    cursor: Annotated[str | None, Field(max_length=512)] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    count: Counted | None = Field(
        default=None, description="estimate: exact up to ten thousand, beyond that from a sample"
    )


class PeopleSearched(PeopleAsked):
    """As a list, with what must not stand in an address."""

    model_config = ConfigDict(strict=True)

    identity_number: IdentityText | None = None


class PersonLine(Wire):
    """A person on a file. The number is masked; birth date and health are not shown."""

    id: str
    household_id: str
    household_no: str
    village_code: str
    name: str
    identity_number_masked: str
    sex: CodeLabel
    age: int
    relation: CodeLabel
    ethnicity: CodeLabel
    education: CodeLabel | None
    schooling: CodeLabel | None
    labour: CodeLabel | None
    left_behind: CodeLabel | None
    dibao: Flag | None
    tekun: Flag | None
    status: Status
    attribute: CodeLabel | None
    main_cause: CodeLabel | None
    key_groups: list[CodeLabel]
    monitor_type: CodeLabel | None
