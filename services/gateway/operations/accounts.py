"""What administrators do with people's accounts: make, change, shut, open, give a new password."""

from __future__ import annotations

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.passwords import require_good
from services.gateway.domain.refusals.accounts import (
    AccountStateUnchanged,
    OwnAccount,
    PersonMissing,
    PersonNameDiffers,
    PersonUnknown,
)
from services.gateway.domain.refusals.offices import OfficeClosed, OfficeUnknown
from services.gateway.operations.passwords import Passwords
from services.gateway.operations.role_checks import require_fitting, require_grantable, require_human
from services.gateway.storage import accounts as storage
from services.gateway.storage import delegations, offices, parameters, sessions
from services.gateway.storage.data_files import common_passwords, role_book
from services.gateway.storage.tables import PERSON, Office, Person
from services.gateway.storage.tables import Account as AccountTable
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound, PreconditionFailed, TryAgain
from shared.schemas.gateway import Account, AccountChange, NewAccount, PasswordReset
from shared.schemas.wire import Page

RIGHTS_CHANGED = "账号的机构或岗位已变更 / The account's office or roles changed"


async def create(session: AsyncSession, actor: Actor, passwords: Passwords, request: NewAccount) -> Account:
    """Make an account inside the actor's area, for a new human or for one who has an account already."""
    office = await _office(session, actor, request.office)
    require_human(role_book(), request.roles)
    await _require_good_password(session, request.password.get_secret_value(), request.username)
    person, held = await _person(session, actor, request)
    require_fitting(role_book(), office, request.roles, held)
    require_grantable(role_book(), actor, office, request.roles)
    row = AccountTable(
        id=uuid.uuid4().hex,
        kind=PERSON,
        username=request.username,
        person_id=person.id,
        office_code=office.code,
        roles=sorted(set(request.roles)),
        title=request.title or "",
        secret_hash=await passwords.hash(request.password.get_secret_value()),
        purpose="",
        expires_on=None,
        disabled=False,
        version=1,
        created_at=clock.now(),
        created_by=actor.account,
        must_change_password=True,
    )
    await storage.add(session, row, actor.account)
    audit.record(session, actor, "account.create", row.id, office=office.code, roles=row.roles)
    return _shown(row, office, person)


async def change(session: AsyncSession, actor: Actor, account_id: str, version: int, request: AccountChange) -> Account:
    """Move an account to another office of the area, or give it other roles. Needs the version it was read at."""
    # The office first, then the account, then its human: a succession locks them in this order too.
    office = await _office(session, actor, request.office)
    row, _, person = await _locked(session, actor, account_id)
    if row.version != version:
        raise PreconditionFailed()
    require_human(role_book(), request.roles)
    require_fitting(role_book(), office, request.roles, await _held(session, person.id, besides=row.id))
    require_grantable(role_book(), actor, office, request.roles)
    moved = (row.office_code, sorted(row.roles)) != (office.code, sorted(set(request.roles)))
    row.office_code, row.roles, row.title = office.code, sorted(set(request.roles)), request.title or ""
    row.version += 1
    await storage.keep_version(session, row, "", actor.account)
    if moved:
        await delegations.end_of_account(session, [row.id], RIGHTS_CHANGED, actor)
    audit.record(session, actor, "account.change", row.id, office=office.code, roles=row.roles)
    return _shown(row, office, person)


async def disable(session: AsyncSession, actor: Actor, account_id: str, reason: str) -> Account:
    """Shut an account, and end its sign-ins and whatever it lends or borrows."""
    row, office, person = await _locked(session, actor, account_id)
    if row.disabled:
        raise AccountStateUnchanged()
    await shut(session, actor, row, reason)
    await delegations.end_of_account(session, [row.id], reason, actor)
    audit.record(session, actor, "account.disable", row.id)
    return _shown(row, office, person)


async def shut(session: AsyncSession, actor: Actor, row: AccountTable, reason: str) -> None:
    """Close an open account and end its sign-ins. The row is locked."""
    row.disabled = True
    row.version += 1
    await storage.keep_version(session, row, reason, actor.account)
    await sessions.end_all(session, row.id, "disabled")


async def enable(session: AsyncSession, actor: Actor, account_id: str, reason: str) -> Account:
    """Open an account again: its office must stand, and its roles go with all its human holds by now."""
    seen = await storage.get(session, actor, account_id, PERSON)
    if seen is None:
        raise NotFound()
    office = await _office(session, actor, seen[0].office_code)
    row, _, person = await _locked(session, actor, account_id)
    if row.office_code != office.code:
        raise TryAgain()
    if not row.disabled:
        raise AccountStateUnchanged()
    require_fitting(role_book(), office, row.roles, await _held(session, person.id, besides=row.id))
    row.disabled = False
    row.version += 1
    await storage.keep_version(session, row, reason, actor.account)
    audit.record(session, actor, "account.enable", row.id)
    return _shown(row, office, person)


async def reset_password(
    session: AsyncSession, actor: Actor, passwords: Passwords, account_id: str, request: PasswordReset
) -> Account:
    """Give an account a new password, which its owner must change, and end its sign-ins."""
    row, office, person = await _locked(session, actor, account_id)
    await _require_good_password(session, request.password.get_secret_value(), row.username)
    row.secret_hash = await passwords.hash(request.password.get_secret_value())
    row.must_change_password = True
    await session.flush()
    await sessions.end_all(session, row.id, "password_reset")
    audit.record(session, actor, "account.reset_password", row.id)
    return _shown(row, office, person)


async def get(session: AsyncSession, actor: Actor, account_id: str) -> Account:
    found = await storage.get(session, actor, account_id, PERSON)
    if found is None:
        raise NotFound()
    return _shown(*found)


async def list_accounts(
    session: AsyncSession, actor: Actor, area: str, office: str | None, cursor: str | None, limit: int
) -> Page[Account]:
    after = paging.decode(cursor, str)
    behind = str(after[0]) if after else None
    found = await storage.list_in_scope(session, actor, PERSON, area, office, behind, limit + 1)
    items = [_shown(*row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


async def _locked(session: AsyncSession, actor: Actor, account_id: str) -> tuple[AccountTable, Office, Person]:
    """The account and its human, locked. NotFound outside the area; nobody gets at an account of their own.

    Nor does an administrator get at one whose roles they would not grant: resetting its password would be to take it.
    """
    found = await storage.get(session, actor, account_id, PERSON, lock=True)
    if found is None:
        raise NotFound()
    row, office, person = found
    assert person is not None
    if person.id == actor.person:
        raise OwnAccount()
    require_grantable(role_book(), actor, office, row.roles)
    await storage.lock_any_person(session, person.id)
    return row, office, person


async def _office(session: AsyncSession, actor: Actor, code: str) -> Office:
    """An office of the area that takes accounts, held until they are in it."""
    office = await offices.lock_open(session, actor, code)
    if office is None:
        raise OfficeUnknown()
    if office.valid_to is not None:
        raise OfficeClosed()
    return office


async def _person(session: AsyncSession, actor: Actor, request: NewAccount) -> tuple[Person, set[str]]:
    """The human the account is for, and the roles they hold already."""
    if request.person_id is None:
        if request.person_name is None:
            raise PersonMissing()
        person = Person(id=uuid.uuid4().hex, name=request.person_name, created_at=clock.now(), created_by=actor.account)
        await storage.add_person(session, person)
        return person, set()
    if request.person_id == actor.person:
        raise OwnAccount()
    known = await storage.lock_person(session, actor, request.person_id)
    if known is None:
        raise PersonUnknown()
    if request.person_name not in (None, known.name):
        raise PersonNameDiffers()
    return known, await _held(session, known.id)


async def _held(session: AsyncSession, person_id: str, *, besides: str = "") -> set[str]:
    """The roles a human holds through other accounts, and those lent to them today or later. The human is locked."""
    own = await storage.roles_of_person(session, person_id, besides=besides)
    return own | await delegations.roles_borrowed(session, person_id, clock.office_today())


async def _require_good_password(session: AsyncSession, password: str, username: str) -> None:
    policy = await parameters.valid_on(session, clock.office_today())
    require_good(password, username, common_passwords(), policy["password_min_length"])


def _shown(row: AccountTable, office: Office, person: Person | None) -> Account:
    return Account(
        id=row.id,
        username=row.username,
        person_id=row.person_id or "",
        person_name="" if person is None else person.name,
        office=office.code,
        office_name=office.name,
        division_code=office.division_code,
        level=office.level,
        sector=office.sector,
        roles=list(row.roles),
        title=row.title,
        disabled=row.disabled,
        version=row.version,
        created_at=row.created_at,
        must_change_password=row.must_change_password,
    )
