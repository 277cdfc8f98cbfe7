"""Wire vocabulary of the gateway: offices, accounts, machine clients, roles, tokens, sign-ins."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints

from shared.schemas.wire import Day, DivisionCode, PersonName, Problem, Text, Wire


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


OfficeCode = Annotated[
    str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[0-9]{2,12}-[a-z][a-z0-9-]{0,39}$")
]
"""A division code, a hyphen and a short name: `341622-finance`."""
Username = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{2,63}$")]
RoleCode = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
SectorCode = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^([a-z][a-z_]{0,39})?$")]
Roles = Annotated[list[RoleCode], Field(min_length=1, max_length=8)]
NewPassword = Annotated[SecretStr, Field(min_length=1, max_length=256)]
"""The rules of a good password are parameters and are checked after the form."""
AccountId = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
AccountMark = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
"""As a service notes who acted: the id of an account, or of a service that acted of itself."""


class NewOffice(Wire):
    code: OfficeCode
    name: Text
    division_code: DivisionCode
    sector: SectorCode = ""
    valid_from: Day | None = Field(default=None, description="the office's first day; today when not given")


class Office(Wire):
    code: str
    name: str
    division_code: str
    level: str
    sector: str
    created_at: datetime
    valid_from: Day
    valid_to: Day | None = Field(description="the last day; null while the office stands")
    version: int


class NewAccount(Wire):
    """An account for a new human, or with `person_id` a further one for a human who has one already."""

    username: Username
    password: NewPassword
    person_name: PersonName | None = None
    person_id: AccountId | None = None
    office: OfficeCode
    roles: Roles
    title: Text | None = None


class AccountChange(Wire):
    """What an administrator changes of an account; needs If-Match."""

    office: OfficeCode
    roles: Roles
    title: Text | None = None


class Account(Wire):
    id: str
    username: str
    person_id: str
    person_name: str
    office: str
    office_name: str
    division_code: str
    level: str
    sector: str
    roles: list[str]
    title: str
    disabled: bool
    version: int
    created_at: datetime
    must_change_password: bool


class Reason(Wire):
    reason: Text


class PasswordReset(Wire):
    password: NewPassword


class PasswordChange(Wire):
    old_password: NewPassword
    new_password: NewPassword


class NewClient(Wire):
    """A department's machine. `purpose` and `expires_on` are the grant's."""

    name: Text
    office: OfficeCode
    roles: Roles = ["department_client"]
    purpose: Text
    expires_on: Day
    networks: Annotated[list[str], Field(max_length=32)] = Field(
        default=[], description="CIDR; where the machine may come from, from anywhere when empty"
    )


class Client(Wire):
    client_id: str
    name: str
    office: str
    division_code: str
    roles: list[str]
    purpose: str
    expires_on: Day
    disabled: bool
    created_at: datetime


class ClientCreated(Wire):
    """The secret is shown once and kept only as a digest."""

    client: Client
    client_secret: str


class RoleOffice(Wire):
    level: str
    sector: str = Field(description="a sector, or * for any")


class Role(Wire):
    code: str
    zh: str
    en: str
    kind: str
    permissions: list[str]
    offices: list[RoleOffice]
    incompatible_with: list[str]
    lent: bool = Field(description="whether a holder may lend it for some days")
    lent_with_consent: bool = Field(description="whether a second person must agree to the lending")


class Permission(Wire):
    """One thing a role may do, as people read it."""

    code: str
    zh: str
    en: str


class Sector(Wire):
    code: str
    zh: str
    en: str


class RoleCatalogue(Wire):
    roles: list[Role]
    sectors: list[Sector]
    permissions: list[Permission] = Field(description="the texts of every permission the roles name")


class BorrowedRoles(Wire):
    """Roles that somebody lends, and until when; a role counts only while its lender holds it."""

    delegation: str
    roles: list[str]
    lender: str = Field(description="the account that lends")
    lender_name: str
    from_on: Day
    to_on: Day


class Me(Wire):
    """Who is signed in, and what they may do and see."""

    account: str
    username: str
    person_id: str
    person_name: str
    office: str
    office_name: str
    level: str
    sector: str
    roles: list[str]
    permissions: list[str]
    scope: list[str] = Field(description="division codes; everything below them is seen, 00 is the country")
    division_code: str
    title: str
    must_change_password: bool = Field(description="nothing but a change of the password is open until it is changed")
    delegations: list[BorrowedRoles]
    offices_before: list[str] = Field(description="offices this one has taken over from")


class TokenAnswer(Wire):
    """RFC 6749 5.1. A machine client gets no refresh token."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    refresh_token: str | None = None


class TokenProblem(Problem):
    """A refused token request: the problem with the members of RFC 6749 5.2."""

    error: str
    error_description: str


class SignIn(Wire):
    """One attempt to sign in. Names nobody has are not kept: people type passwords into them."""

    id: int
    at: datetime
    grant: str
    outcome: str
    account: str
    username: str
    office: str
    peer: str
    times: int = Field(default=1, description="how often within some seconds: refused tokens are noted together")


class Parameter(Wire):
    key: str
    division_code: str
    valid_from: Day
    valid_to: Day | None
    value: int
    unit: str
    source: str


class NewParameter(Wire):
    key: Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[a-z][a-z_]{1,39}$")]
    value: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    valid_from: Day
    source: Text


class AccountName(Wire):
    """Whose account it is: the person's name, a machine's user name."""

    account: str
    name: str


class AccountNames(Wire):
    """Names by account; an account nobody knows is left out."""

    items: list[AccountName]
