"""What happens to the people of a household: birth, death, who comes, who goes, who is away.

Splits and merges are in natural_changes_households, returns in natural_changes_returns, moves to another village in
natural_changes_moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import identity_numbers, refusals
from services.registry.domain import natural_changes as rules
from services.registry.domain.members import Member
from services.registry.domain.natural_changes import Away, Person
from services.registry.operations import death_events
from services.registry.operations import natural_changes_files as files
from services.registry.operations import natural_changes_views as views
from services.registry.operations.households import NEEDED, member_of, refuse_taken
from services.registry.operations.natural_changes_files import Event, Step, Touched, event_of
from services.registry.storage import natural_changes as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from shared.chassis.identity import Actor
from shared.schemas import registry_changes as wire
from shared.schemas.registry_households import MemberSent

COUNTED = "1"


async def birth(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Birth
) -> wire.NaturalChange:
    """A child becomes one of the household."""
    event = event_of(rules.BIRTH, request)
    (touched,) = await files.lock(session, actor, seals, event, (request.household_id, version))
    child = await _newcomer(session, actor, seals, touched, event, request.member)
    step = Step(touched, touched.people.joined(child), event.kind)
    return await _done(session, actor, seals, event, request, [step], [child.id])


async def death(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Death
) -> wire.NaturalChange:
    """Somebody died. Who follows a head is named at once; with the last of them the file closes."""
    return await _departure(session, actor, seals, version, rules.DEATH, request, request.member_id, request.relations)


async def joining(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Joining
) -> wire.NaturalChange:
    """Somebody marries or moves in, from outside the register or from another file of the actor's scope."""
    if (request.member is None) == (request.giving is None):
        raise refusals.JoiningSource()
    event, giving = event_of(request.kind, request), request.giving
    first = (request.household_id, version)
    if giving is not None:
        receiving, left = await files.lock(session, actor, seals, event, first, giving, "/giving")
        going = _Going(UUID(giving.member_id), giving.relation, "/giving/member_id", "/giving")
        sides = (_Side(left, giving.relations, "/giving/relations"), _Side(receiving, request.relations, "/relations"))
        return await _transfer(session, actor, seals, event, request, going, sides, receiving)
    assert request.member is not None
    (touched,) = await files.lock(session, actor, seals, event, first)
    newcomer = await _newcomer(session, actor, seals, touched, event, request.member)
    after = files.restated(touched.people, request.relations).joined(newcomer)
    step = Step(touched, after, event.kind, relations=request.relations)
    return await _done(session, actor, seals, event, request, [step], [newcomer.id])


async def leaving(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Leaving
) -> wire.NaturalChange:
    """Somebody marries or moves out, off the register or to another file of the actor's scope."""
    taking = request.receiving
    if taking is None:
        kind, member_id = request.kind, request.member_id
        return await _departure(session, actor, seals, version, kind, request, member_id, request.relations)
    event, first = event_of(request.kind, request), (request.household_id, version)
    left, receiving = await files.lock(session, actor, seals, event, first, taking, "/receiving")
    going = _Going(UUID(request.member_id), taking.relation, "/member_id", "/receiving")
    sides = (_Side(left, request.relations, "/relations"), _Side(receiving, taking.relations, "/receiving/relations"))
    return await _transfer(session, actor, seals, event, request, going, sides, left)


async def absence(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.Absence
) -> wire.NaturalChange:
    """Somebody goes to prison or into the army and stays of the household. Whether the household's income is still
    shared by them is what the parameter says where and when it is recorded."""
    event = event_of(request.kind, request)
    (touched,) = await files.lock(session, actor, seals, event, (request.household_id, version))
    person = touched.people.find(UUID(request.member_id), "/member_id")
    row = touched.rows[person.id]
    if row.absence is not None:
        raise refusals.AlreadyAway()
    rules.require_day(event.on, event.today, row)
    parameter = await parameters.value(session, rules.ABSENCE_COUNTS, touched.row.village_code, event.today)
    away = Away(event.kind, event.on, parameter.value == COUNTED)
    military = True if event.kind == rules.MILITARY else person.member.military
    after = touched.people.replaced(replace(person, member=replace(person.member, military=military)))
    step = Step(touched, after, event.kind, away={person.id: away})
    return await _done(session, actor, seals, event, request, [step], [person.id])


async def _departure(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    version: int,
    kind: str,
    request: wire.ChangeSent,
    member_id: str,
    relations: Sequence[wire.MemberRelation],
) -> wire.NaturalChange:
    """Somebody leaves the household, and the register."""
    event = event_of(kind, request)
    (touched,) = await files.lock(session, actor, seals, event, (request.household_id, version))
    person = touched.people.find(UUID(member_id), "/member_id")
    rules.require_day(event.on, event.today, touched.rows[person.id])
    after = files.restated(touched.people.without(person.id), relations)
    step = Step(touched, after, kind, rules.DEPARTURE[kind], relations)
    change = await _done(session, actor, seals, event, request, [step], [person.id])
    if kind == rules.DEATH:
        await death_events.tell(session, touched.rows[person.id].identity_index, event.on)
    return change


@dataclass(frozen=True, slots=True)
class _Side:
    """A file somebody goes from or to, with the relations restated there and where the request states them."""

    touched: Touched
    relations: Sequence[wire.MemberRelation]
    at: str


@dataclass(frozen=True, slots=True)
class _Going:
    """Who goes from one file to another, as what, and where the request names them and speaks of them."""

    member_id: UUID
    relation: str
    named_at: str
    at: str


async def _transfer(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    event: Event,
    request: wire.ChangeSent,
    going: _Going,
    sides: tuple[_Side, _Side],
    first: Touched,
) -> wire.NaturalChange:
    """Somebody goes from one file to another, both locked: off the one and on the other in one transaction."""
    giving, receiving = sides
    person = giving.touched.people.find(going.member_id, going.named_at)
    rules.require_day(event.on, event.today, giving.touched.rows[person.id])
    coming = Person(new_id(), replace(person.member, relation=going.relation), going.at, person.id)
    kind_in = event.kind if event.kind in rules.JOINING else rules.COUNTERPART[event.kind]
    kind_out = rules.COUNTERPART[kind_in]
    rules.require_newcomer(kind_in, coming.member, event.on, going.at)
    stay = files.restated(giving.touched.people.without(person.id), giving.relations, giving.at)
    host = files.restated(receiving.touched.people, receiving.relations, receiving.at).joined(coming)
    away = files.away_of(giving.touched.rows[person.id])
    steps = [
        Step(giving.touched, stay, kind_out, rules.DEPARTURE[kind_out], giving.relations, giving.at),
        Step(
            receiving.touched,
            host,
            kind_in,
            relations=receiving.relations,
            relations_at=receiving.at,
            away={} if away is None else {coming.id: away},
        ),
    ]
    other = receiving.touched if first is giving.touched else giving.touched
    return await _done(session, actor, seals, event, request, steps, [person.id, coming.id], first, other)


async def _done(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    event: Event,
    request: wire.ChangeSent,
    steps: Sequence[Step],
    members: Sequence[UUID],
    first: Touched | None = None,
    other: Touched | None = None,
) -> wire.NaturalChange:
    """Carry an event out and record it."""
    written = await files.carry_out(session, actor, seals, event, steps)
    row = (first or steps[0].touched).row
    second = None if other is None else other.row
    change = await files.record(session, actor, event, request, row, written, members, other=second)
    await files.note_absences(session, event, steps)
    return views.whole(change, None)


async def _newcomer(
    session: AsyncSession, actor: Actor, seals: Seals, touched: Touched, event: Event, sent: MemberSent
) -> Person:
    """Somebody from outside the register. Refuses who is on another file, was of this one, or is recorded as dead."""
    member = _stated(sent)
    broken = identity_numbers.fault_of(member.identity_number, event.today)
    if broken is not None:
        raise broken(pointer="/member/identity_number")
    rules.require_day(event.on, event.today)
    rules.require_newcomer(event.kind, member, event.on, "/member")
    try:
        own = frozenset(touched.people.ids())
        await refuse_taken(session, seals, replace(touched.file, members=(member,)), own, actor)
    except (refusals.PersonOnAnotherFile, refusals.PersonRecordedDead) as taken:
        taken.pointer = "/member/identity_number"
        raise
    former = await storage.former_rows(session, seals.index(member.identity_number))
    if any(row.household_id == touched.row.id for row in former):
        raise refusals.PersonReturns()
    rules.require_departed([(row.departure, row.departed_on) for row in former], event.on)
    return Person(new_id(), member, "/member", former[0].id if former else None)


def _stated(sent: MemberSent) -> Member:
    """The newcomer as sent, who needs a number and every other protected value a person has."""
    if sent.id is not None:
        raise refusals.FieldNeeded(pointer="/member/id")
    if sent.identity_number is None:
        raise refusals.NumberNeeded()
    for name in NEEDED:
        if getattr(sent, name) is None:
            raise refusals.FieldNeeded(pointer=f"/member/{name}")
    return member_of(sent, 0, {})
