"""The first start of an empty suite: the nation's administration office, its administrator and its operator."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.passwords import require_good
from services.gateway.operations.passwords import Passwords
from services.gateway.storage import accounts, offices, parameters
from services.gateway.storage.data_files import common_passwords
from services.gateway.storage.tables import PERSON, Account, Office, Person
from shared.chassis import audit, clock
from shared.chassis.identity import service_actor

OFFICE = "00-administration"
BY = "first-start"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    username: str
    password: str
    role: str
    person_name: str


async def first_start(session: AsyncSession, passwords: Passwords, wanted: Sequence[FirstAccount]) -> bool:
    """Make the office and the accounts if nobody has an account yet; False when somebody has."""
    await accounts.lock_all(session)
    if await accounts.any_human(session):
        return False
    policy = await parameters.valid_on(session, clock.office_today())
    if await offices.get_any(session, OFFICE) is None:
        await offices.add(session, _office())
    for one in wanted:
        require_good(one.password, one.username, common_passwords(), policy["password_min_length"])
        await _add(session, passwords, one)
    return True


def _office() -> Office:
    return Office(
        code=OFFICE,
        name="系统管理办公室",
        division_code="00",
        level="nation",
        sector="administration",
        created_at=clock.now(),
        created_by=BY,
        valid_from=clock.office_today(),
        valid_to=None,
    )


async def _add(session: AsyncSession, passwords: Passwords, one: FirstAccount) -> None:
    person = Person(id=uuid.uuid4().hex, name=one.person_name, created_at=clock.now(), created_by=BY)
    await accounts.add_person(session, person)
    account = Account(
        id=uuid.uuid4().hex,
        kind=PERSON,
        username=one.username,
        person_id=person.id,
        office_code=OFFICE,
        roles=[one.role],
        title=one.person_name,
        secret_hash=await passwords.hash(one.password),
        purpose="",
        expires_on=None,
        disabled=False,
        version=1,
        created_at=clock.now(),
        created_by=BY,
        must_change_password=True,
    )
    await accounts.add(session, account, BY)
    audit.record(session, service_actor("gateway"), "account.first_start", account.id, roles=[one.role])
