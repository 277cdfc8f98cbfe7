"""Wire vocabulary of what funds ask the registry for a file to the bank: a household's own account, in clear."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.schemas.registry import PersonId
from shared.schemas.registry_eligibility import MAX_PEOPLE
from shared.schemas.wire import Text, Wire

Ref = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=64)]


class AccountAsked(Wire):
    """The household of one person, by the id an earlier answer gave; `ref` comes back with the answer."""

    ref: Ref
    person_id: PersonId


class AccountsQuestion(Wire):
    """The accounts of these people's households, and what they are for: it stands in the read trail."""

    purpose: Text
    people: Annotated[list[AccountAsked], Field(min_length=1, max_length=MAX_PEOPLE)]


class AccountAnswer(Wire):
    """All null unless the person is on the register today or their household exited, in the asker's scope, and it has
    an account."""

    ref: str
    household_id: str | None = None
    account_name: str | None = Field(default=None, description="in whose name the account is: the head's")
    bank_name: str | None = None
    account: str | None = None
    account_mark: str | None = Field(default=None, description="the mark eligibility answers tell for this account")


class AccountsAnswer(Wire):
    answers: list[AccountAnswer]
