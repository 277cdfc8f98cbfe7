"""Rows as the driver gives them, of the session's own transaction."""

from __future__ import annotations

import pytest
from asyncpg.exceptions import DataError, InterfaceError, QueryCanceledError, UndefinedTableError
from sqlalchemy import BigInteger, bindparam, column, func, select, table, text

from shared.chassis import problems
from shared.chassis.plain_rows import PlainRows
from tests.shared.chassis.test_events import resting

EVENTS = PlainRows(
    select(column("source"), column("event_id"))
    .select_from(table("inbox_events"))
    .where(column("event_id") == bindparam("id"))
)
TWICE = PlainRows(select(bindparam("one", type_=BigInteger) + func.abs(bindparam("one")) + bindparam("two", 3)))


async def test_they_see_what_their_own_transaction_wrote_and_nobody_elses() -> None:
    async with resting() as harness:
        database = harness.fastapi.state.database
        made = text("insert into inbox_events values ('x', 'one', 's', 1, now())")
        async with database.session() as session, database.session(read_only=True) as other:
            await session.execute(made)
            assert [tuple(row) for row in await EVENTS.rows(session, {"id": "one"})] == [("x", "one")]
            assert list(await EVENTS.rows(other, {"id": "one"})) == []


async def test_they_read_in_a_transaction_also_when_they_come_first() -> None:
    async with resting() as harness, harness.fastapi.state.database.session(read_only=True) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        level = PlainRows(text("select current_setting('transaction_isolation'), now()"))
        (first,), (second,) = await level.rows(session), await level.rows(session)
        assert (first[0], first[1]) == ("repeatable read", second[1])


async def test_a_parameter_is_taken_by_its_name_wherever_it_stands_and_has_its_own_value_when_none_is_given() -> None:
    async with resting() as harness, harness.fastapi.state.database.session(read_only=True) as session:
        ((found,),) = await TWICE.rows(session, {"one": 4})
        assert found == 11
        ((found,),) = await TWICE.rows(session, {"one": 4, "two": 1})
        assert found == 9


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (QueryCanceledError("too slow"), True),
        (InterfaceError("connection is closed"), True),
        (UndefinedTableError("no such table"), False),
        (DataError("value out of int64 range"), False),
    ],
)
def test_the_drivers_own_errors_are_told_apart_like_those_of_a_session(error: Exception, outage: bool) -> None:
    assert problems.is_outage(error) is outage
