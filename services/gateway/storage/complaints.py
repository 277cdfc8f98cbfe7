"""SQL of complaints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Integer, Row, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.complaint_routing import Desk, divisions_above
from services.gateway.domain.complaints import CLOSED, OPEN, REPLIED
from services.gateway.storage.tables import Account, Complaint, ComplaintEntry, ComplaintFile, Office, Person
from shared.chassis.identity import Actor
from shared.chassis.scope import within


async def by_code(session: AsyncSession, digest: str, *, lock: bool = False) -> Complaint | None:
    query = select(Complaint).where(Complaint.code_digest == digest)
    return await session.scalar(query.with_for_update() if lock else query)


async def by_submission(session: AsyncSession, digest: str) -> Complaint | None:
    return await session.scalar(select(Complaint).where(Complaint.submission_digest == digest))


async def at_desk(session: AsyncSession, actor: Actor, complaint_id: str, *, lock: bool = False) -> Complaint | None:
    """The complaint, if the actor's office handles it and it is not about the actor."""
    query = select(Complaint).where(
        Complaint.id == complaint_id,
        Complaint.handler_office.in_(_offices(actor)),
        Complaint.about_office.not_in(_offices(actor)),
        literal(actor.person) != func.all(Complaint.excluded_persons),
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def list_at_desk(
    session: AsyncSession,
    actor: Actor,
    state: str | None,
    overdue_on: date | None,
    after: tuple[date, str] | None,
    limit: int,
) -> Sequence[Complaint]:
    """What lies at the actor's office, the longest waiting first; with `overdue_on` only what was due before."""
    query = (
        select(Complaint)
        .where(
            Complaint.handler_office.in_(_offices(actor)),
            Complaint.about_office.not_in(_offices(actor)),
            literal(actor.person) != func.all(Complaint.excluded_persons),
        )
        .order_by(Complaint.received_on, Complaint.id)
        .limit(limit)
    )
    if state is not None:
        query = query.where(Complaint.state == state)
    if overdue_on is not None:
        query = query.where(Complaint.due_on < overdue_on)
    if after is not None:
        query = query.where(
            or_(Complaint.received_on > after[0], and_(Complaint.received_on == after[0], Complaint.id > after[1]))
        )
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, *rows: Complaint | ComplaintEntry | ComplaintFile) -> None:
    for row in rows:
        session.add(row)
        await session.flush()


async def entries(session: AsyncSession, complaint_id: str) -> Sequence[ComplaintEntry]:
    query = select(ComplaintEntry).where(ComplaintEntry.complaint_id == complaint_id).order_by(ComplaintEntry.number)
    return (await session.scalars(query)).all()


async def files(session: AsyncSession, complaint_id: str) -> Sequence[Row[str, int, str, int]]:
    """Id, number, media type and size of the files; their contents stay where they are."""
    query = (
        select(ComplaintFile.id, ComplaintFile.number, ComplaintFile.media_type, ComplaintFile.size)
        .where(ComplaintFile.complaint_id == complaint_id)
        .order_by(ComplaintFile.number)
    )
    return (await session.execute(query)).all()


async def file(session: AsyncSession, complaint_id: str, file_id: str) -> ComplaintFile | None:
    return await session.scalar(
        select(ComplaintFile).where(ComplaintFile.id == file_id, ComplaintFile.complaint_id == complaint_id)
    )


async def desks(session: AsyncSession, area_code: str, on: date) -> list[Desk]:
    """The offices that stand on a day at the divisions a complaint from this area can be handled at."""
    query = select(Office.code, Office.division_code, Office.sector).where(
        Office.division_code.in_(list(divisions_above(area_code))),
        or_(Office.valid_to.is_(None), Office.valid_to >= on),
    )
    return [Desk(*row) for row in await session.execute(query)]


async def office_name(session: AsyncSession, code: str) -> str | None:
    return await session.scalar(select(Office.name).where(Office.code == code))


async def persons_named(session: AsyncSession, name: str, area_code: str) -> list[str]:
    """People of this name with an account at an office of the county or above it."""
    county = area_code[:6]
    query = (
        select(Person.id)
        .join(Account, Account.person_id == Person.id)
        .join(Office, Office.code == Account.office_code)
        .where(
            Person.name == name,
            or_(within(Office.division_code, county), Office.division_code.in_(list(divisions_above(county)))),
        )
        .distinct()
    )
    return sorted(await session.scalars(query))


async def person_name(session: AsyncSession, person: str) -> str | None:
    return await session.scalar(select(Person.name).where(Person.id == person))


async def lock_overdue(
    session: AsyncSession, today: date, after: tuple[date, str] | None, limit: int
) -> Sequence[Complaint]:
    """Open complaints that were due before today or lie nowhere, locked, the longest due first, behind `after`.

    What others hold is left to them.
    """
    query = (
        select(Complaint)
        .where(Complaint.state.in_(sorted(OPEN)), or_(Complaint.due_on < today, Complaint.handler_office == ""))
        .order_by(Complaint.due_on, Complaint.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if after is not None:
        query = query.where(tuple_(Complaint.due_on, Complaint.id) > after)
    return (await session.scalars(query)).all()


async def lock_settled(session: AsyncSession, replied_before: date, limit: int) -> Sequence[Complaint]:
    """Complaints answered before a day that nobody took further, locked."""
    query = (
        select(Complaint)
        .where(Complaint.state == REPLIED, Complaint.replied_on < replied_before)
        .order_by(Complaint.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def figures(session: AsyncSession, area: str, year: int, today: date, length: int) -> Sequence[Row[Any]]:
    """Figures of an area and year by the first `length` digits of the place, 0 for all in one row."""
    place: Any = func.left(Complaint.area_code, length) if length else func.left(Complaint.area_code, 0)
    escalated = select(ComplaintEntry.complaint_id).where(ComplaintEntry.escalated_to.is_not(None))
    answered = Complaint.state.in_([REPLIED, CLOSED])
    query = (
        select(
            place.label("place"),
            func.count().label("received"),
            _count(Complaint.state.in_(sorted(OPEN))).label("open"),
            _count(Complaint.due_on < today).label("overdue"),
            _count(answered).label("replied"),
            _count(and_(answered, Complaint.late.is_(False))).label("in_time"),
            _count(Complaint.id.in_(escalated)).label("escalated"),
            _count(Complaint.reopened).label("reopened"),
            _count(Complaint.satisfaction.is_not(None)).label("rated"),
            _count(Complaint.satisfaction >= 4).label("satisfied"),
            _count(Complaint.handler_office == "").label("unassigned"),
        )
        .where(
            within(Complaint.area_code, area),
            Complaint.received_on >= date(year, 1, 1),
            Complaint.received_on <= date(year, 12, 31),
        )
        .group_by(place)
        .order_by(place)
    )
    return (await session.execute(query)).all()


def _count(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).cast(Integer)


def _offices(actor: Actor) -> list[str]:
    """The actor's office and those it has taken over from."""
    return [actor.office, *actor.offices_before]
