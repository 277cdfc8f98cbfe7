"""What anyone signed in does with their own account: see it, change the password, sign out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.passwords import normalised, require_good
from services.gateway.domain.refusals.passwords import OldPasswordWrong, PasswordUnchanged
from services.gateway.operations.account_rights import borrowed_roles
from services.gateway.operations.digests import digest
from services.gateway.operations.passwords import Passwords
from services.gateway.storage import accounts, delegations, parameters, sessions, sign_in_counters, trail_names
from services.gateway.storage.data_files import common_passwords
from services.gateway.storage.tables import PERSON, Account
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import Forbidden, Refusal, Unauthenticated
from shared.schemas.gateway import AccountName, AccountNames, BorrowedRoles, Me, PasswordChange

OWN_PASSWORD = "own password"
"""Stands for the address in the count of wrong old passwords."""


async def me(session: AsyncSession, actor: Actor) -> Me:
    """Who is signed in, from the rights this very request was decided on."""
    found = await accounts.get_own(session, actor.account)
    if found is None:
        raise Unauthenticated()
    account, office, person = found
    return Me(
        account=account.id,
        username=account.username,
        person_id=actor.person,
        person_name=account.title if person is None else person.name,
        office=actor.office,
        office_name=actor.office_name,
        level=actor.level,
        sector=actor.sector,
        roles=list(actor.roles),
        permissions=sorted(actor.permissions),
        scope=list(actor.scope),
        division_code=office.division_code,
        title=account.title,
        must_change_password=account.must_change_password,
        delegations=await _borrowed(session, actor),
        offices_before=list(actor.offices_before),
    )


async def names_of(session: AsyncSession, ids: Sequence[str]) -> AccountNames:
    """Who somebody is that did what is being read. Services keep the account alone: a name stands here and nowhere
    else, and an id is learnt from what one may read, or not at all."""
    found = await trail_names.of_accounts(session, ids)
    return AccountNames(items=[AccountName(account=one, name=found[one]) for one in sorted(found)])


async def _borrowed(session: AsyncSession, actor: Actor) -> list[BorrowedRoles]:
    """By what the request's borrowed roles are lent; looked up only by who borrows."""
    if not actor.delegations:
        return []
    lent = await delegations.lent_to(session, actor.account, clock.office_today())
    by_role = {role: one.id for one in reversed(lent) for role in one.roles if role in actor.roles}
    return await borrowed_roles(session, {role: id_ for role, id_ in by_role.items() if id_ in actor.delegations})


async def change_password(
    database: Database, session: AsyncSession, actor: Actor, sign_in: str, passwords: Passwords, request: PasswordChange
) -> None:
    """Put a new password in place of the old one, and end every other sign-in of the account."""
    new_password = request.new_password.get_secret_value()
    before, policy = await own_state(database, actor)
    await require_password(database, passwords, before, policy, request.old_password.get_secret_value())
    require_good(
        new_password, before.username, common_passwords(), policy["password_min_length"], pointer="/new_password"
    )
    if normalised(new_password) == normalised(request.old_password.get_secret_value()):
        raise PasswordUnchanged()
    new_hash = await passwords.hash(new_password)
    found = await accounts.get_own(session, actor.account, lock=True)
    if found is None or found[0].secret_hash != before.secret_hash:
        raise OldPasswordWrong()
    found[0].secret_hash = new_hash
    found[0].must_change_password = False
    await session.flush()
    await sessions.end_all(session, actor.account, "password_changed", besides=sign_in)
    audit.record(session, actor, "account.change_password", actor.account)


async def own_state(database: Database, actor: Actor) -> tuple[Account, dict[str, int]]:
    """The account as it is and the policy of the day; machines have no password."""
    async with database.session(read_only=True) as session:
        found = await accounts.get_own(session, actor.account)
        policy = await parameters.valid_on(session, clock.office_today())
    if found is None or found[0].kind != PERSON:
        raise Forbidden()
    return found[0], policy


async def require_password(
    database: Database,
    passwords: Passwords,
    account: Account,
    policy: dict[str, int],
    password: str,
    refusal: type[Refusal] = OldPasswordWrong,
) -> None:
    """Refuse a wrong password of one's own; after some, refuse the right one too for a while, as at sign-in."""
    window = timedelta(minutes=policy["lockout_minutes"])
    mark = digest(account.id)
    async with database.session(read_only=True) as reading:
        locked = await sign_in_counters.failures(reading, mark, OWN_PASSWORD, window) >= policy["lockout_failures"]
    good = await passwords.verify(password, account.secret_hash)
    if locked or not good:
        await count_wrong(database, account, policy)
        raise refusal()


async def count_wrong(database: Database, account: Account, policy: dict[str, int]) -> None:
    """Count a wrong password or code of one's own, in a transaction that stays whatever the answer is."""
    async with database.session() as writing:
        window = timedelta(minutes=policy["lockout_minutes"])
        await sign_in_counters.count_failure(writing, digest(account.id), OWN_PASSWORD, window)


async def sign_out(session: AsyncSession, actor: Actor, sign_in: str) -> None:
    """End the sign-in this request belongs to, with every token of it."""
    await sessions.end(session, sign_in, "signed_out")
    audit.record(session, actor, "account.sign_out", actor.account)
