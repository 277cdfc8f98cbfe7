"""SQL of what people and households hold already: grants, sums of the year, accounts, mandates, deaths told.

Whoever lists or pays people locks their rows here, and so does the event of a death: neither misses the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    column,
    func,
    insert,
    literal,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.grants import Given, Hold, Setting
from services.funds.storage.tables import GrantBatch, GrantHold, GrantLine, GrantMandate, GrantPayee
from shared.chassis import clock

CAPS_LOCK = 7431


def _texts(values: Sequence[str]) -> ColumnElement[Any]:
    """Texts as one array, however many there are."""
    return literal(list(values), ARRAY(String))


async def lock_payees(session: AsyncSession, person_ids: Iterable[str]) -> set[str]:
    """Lock these people's rows against a death being told, in one order; those of them known to be dead."""
    ids = sorted({person for person in person_ids if person})
    if not ids:
        return set()
    await session.execute(
        upsert(GrantPayee).from_select(["person_id"], select(func.unnest(_texts(ids)))).on_conflict_do_nothing()
    )
    rows = await session.execute(
        select(GrantPayee.person_id, GrantPayee.died_on)
        .where(GrantPayee.person_id == func.any(ids))
        .order_by(GrantPayee.person_id)
        .with_for_update(read=True)
    )
    return {person for person, died_on in rows if died_on is not None}


async def died_on(session: AsyncSession, person_ids: Iterable[str]) -> dict[str, date]:
    """The day of death of those of them whose death was told."""
    rows = await session.execute(
        select(GrantPayee.person_id, GrantPayee.died_on).where(
            GrantPayee.person_id == func.any(sorted(set(person_ids))), GrantPayee.died_on.is_not(None)
        )
    )
    return {person: day for person, day in rows if day is not None}


async def set_death(session: AsyncSession, person_id: str, day: date | None) -> None:
    """Keep the day a death happened (None: it was withdrawn) and hold the person's row until the end."""
    fresh = {"died_on": day, "heard_at": clock.now()}
    await session.execute(
        upsert(GrantPayee)
        .values(person_id=person_id, **fresh)
        .on_conflict_do_update(index_elements=[GrantPayee.person_id], set_=fresh)
    )


async def given(
    session: AsyncSession,
    setting: Setting,
    on: date,
    holds: Collection[Hold],
    people: Sequence[str],
    households: Collection[str],
    counties: Collection[str],
    marks: Collection[str],
) -> Given:
    """What matters of what was given before. `households`: those of the people, and those they came from; `counties`:
    those in whose lists kin of theirs may stand."""
    programme = setting.programme
    found = Given(holds=await taken(session, holds), mandates=await mandates(session, people, on))
    if programme.person_year_cap_fen is not None or programme.household_year_cap_fen is not None:
        await session.execute(
            text("select pg_advisory_xact_lock(:key, hashtext(:programme))"),
            {"key": CAPS_LOCK, "programme": programme.code},
        )
        found.person_fen = await _sums(session, GrantLine.person_id, people, setting)
        for household, line_id, fen in (
            *await _own_lines(session, sorted(households), setting),
            *await _lines_of_kin(session, sorted(households), counties, setting),
        ):
            found.household_lines.setdefault(household, {})[line_id] = fen
    found.account_of = await _accounts(session, sorted(marks), setting.year)
    return found


async def taken(session: AsyncSession, holds: Collection[Hold]) -> set[Hold]:
    """Those of these holds somebody has."""
    wanted = sorted(holds)
    if not wanted:
        return set()
    columns = (_texts([getattr(one, name) for one in wanted]) for name in Hold._fields)
    names = [column(name, String) for name in Hold._fields]
    asked = func.unnest(*columns).table_valued(*names).render_derived()
    rows = await session.execute(
        select(GrantHold.subject, GrantHold.topic, GrantHold.span).join(
            asked,
            and_(
                GrantHold.subject == asked.c.subject,
                GrantHold.topic == asked.c.topic,
                GrantHold.span == asked.c.span,
                GrantHold.live,
            ),
        )
    )
    return {Hold(*row) for row in rows}


async def taken_meanwhile(session: AsyncSession, line_ids: Sequence[int]) -> dict[int, Hold]:
    """By line that let go what it held: one of its holds that another line has by now."""
    own, other = GrantHold, aliased(GrantHold)
    same = [getattr(own, name) == getattr(other, name) for name in Hold._fields]
    rows = await session.execute(
        select(own.line_id, own.subject, own.topic, own.span)
        .join(other, and_(*same, other.live, other.line_id != own.line_id))
        .where(own.line_id == func.any(list(line_ids)))
        .order_by(own.line_id, own.subject.desc(), own.topic)
    )
    return {line_id: Hold(*hold) for line_id, *hold in rows}


async def _sums(session: AsyncSession, of: Any, ids: Sequence[str], setting: Setting) -> dict[str, int]:
    rows = await session.execute(
        select(of, func.sum(GrantLine.amount_fen))
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(of == func.any(ids), GrantLine.programme == setting.programme.code, GrantLine.live)
        .where(GrantBatch.entitled_year == setting.year)
        .group_by(of)
    )
    return {key: int(amount) for key, amount in rows}


async def _own_lines(session: AsyncSession, households: Sequence[str], setting: Setting) -> Sequence[Any]:
    """Rows (household, line, fen) of what counts towards the year's cap."""
    query = _counted(setting, GrantLine.household_id).where(GrantLine.household_id == func.any(households))
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


async def _lines_of_kin(
    session: AsyncSession, households: Sequence[str], counties: Collection[str], setting: Setting
) -> Sequence[Any]:
    """The same of the counties' lists for households that came from these lately, as told to the list."""
    facts = GrantLine.facts
    # Lists of before December 2026 tell one step alone.
    one_step = func.jsonb_build_object(facts["split_from"].astext, facts["opened_on"].astext)
    told = case(
        (func.jsonb_typeof(facts["kin"]) == "object", facts["kin"]), (facts["split_from"].astext.is_not(None), one_step)
    )
    kin = func.jsonb_each_text(told).table_valued("key", "value").render_derived().lateral()
    query = (
        _counted(setting, kin.c.key)
        .join(kin, true())
        .where(GrantBatch.county_code.in_(counties))
        .where(kin.c.key == func.any(households), kin.c.value >= setting.kin_since.isoformat())
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


def _counted(setting: Setting, household: Any) -> Select[Any]:
    return (
        select(household, GrantLine.id, GrantLine.amount_fen)
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(GrantLine.programme == setting.programme.code, GrantLine.live, GrantBatch.entitled_year == setting.year)
    )


async def _accounts(session: AsyncSession, marks: Sequence[str], year: int) -> dict[str, str]:
    """By account mark a household whose live line of the year goes to it."""
    rows = await session.execute(
        select(GrantLine.account_mark, GrantLine.household_id)
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .where(GrantLine.account_mark == func.any(marks), GrantLine.live, GrantBatch.entitled_year == year)
        .distinct()
    )
    return {mark: household for mark, household in rows if mark is not None and household is not None}


async def mandates(session: AsyncSession, person_ids: Sequence[str], *days: date) -> set[tuple[str, str]]:
    """Person and payee of mandates in force on each of these days, be it by one paper after another; one that was ended
    is in force on none."""
    rows = await session.execute(
        select(
            GrantMandate.person_id, GrantMandate.payee_person_id, GrantMandate.valid_from, GrantMandate.valid_to
        ).where(GrantMandate.person_id == func.any(list(person_ids)), GrantMandate.state == "approved")
    )
    found = rows.all()
    in_force = [
        {(row.person_id, row.payee_person_id) for row in found if row.valid_from <= day <= (row.valid_to or date.max)}
        for day in days
    ]
    return set.intersection(*in_force)


async def add(session: AsyncSession, batch_id: int, holds: Sequence[tuple[int, Hold]]) -> None:
    """Take the holds of a batch's lines, by line number; one somebody took meanwhile violates uq_grant_holds_once."""
    if not holds:
        return
    names = ("number", *Hold._fields)
    kinds = (BigInteger, String, String, String)
    arrays: list[ColumnElement[Any]] = [literal([number for number, _ in holds], ARRAY(BigInteger))]
    arrays += [_texts([getattr(hold, name) for _, hold in holds]) for name in Hold._fields]
    taken = func.unnest(*arrays).table_valued(*map(column, names, kinds)).render_derived()
    rows = select(GrantLine.id, taken.c.subject, taken.c.topic, taken.c.span, true()).where(
        GrantLine.batch_id == batch_id, GrantLine.number == taken.c.number
    )
    await session.execute(insert(GrantHold).from_select(["line_id", "subject", "topic", "span", "live"], rows))


async def release(session: AsyncSession, line_ids: Sequence[int]) -> None:
    """Lines that will not be paid hold nothing any more."""
    if line_ids:
        await session.execute(
            update(GrantHold)
            .where(GrantHold.line_id == func.any(list(line_ids)), GrantHold.live)
            .values(live=False)
            .execution_options(synchronize_session=False)
        )


async def take_again(session: AsyncSession, line_ids: Sequence[int]) -> None:
    """Lines that go on waiting hold what they held, in the transaction in which they let it go."""
    if line_ids:
        await session.execute(
            update(GrantHold)
            .where(GrantHold.line_id == func.any(list(line_ids)))
            .values(live=True)
            .execution_options(synchronize_session=False)
        )
