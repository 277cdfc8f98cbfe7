"""Statements about money that are made into text once for each form of question, and run with each question's values.

Making a long statement takes the service longer than the database takes to answer it for a county.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import BigInteger, Date, DateTime, Executable, String, bindparam
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION
from services.funds.domain.questions import Question
from shared.chassis.plain_rows import PlainRows, Row

_TYPES: dict[str, Any] = {
    "area": String,
    "books": String,
    "fund_year": BigInteger,
    "as_of": Date,
    "open_month": Date,
    "batch": String,
    "fund_kind": String,
    "source_level": String,
    "known_until": DateTime(timezone=True),
}
_WRITTEN = ("special",)
"""Values that stand in the statement itself."""

Run = Callable[..., Awaitable[Sequence[Row]]]
"""Takes a session, a question, and values of parameters the question has not."""


def built_once(build: Callable[[Question], Executable]) -> Run:
    """Run what `build` makes of a question whose values are parameters. `allocations` are not among them."""
    built: dict[tuple[Any, ...], PlainRows] = {}

    async def run(session: AsyncSession, question: Question, more: Mapping[str, Any] | None = None) -> Sequence[Row]:
        values = {name: getattr(question, name) for name in (*_TYPES, *_WRITTEN)}
        form = tuple(value if name in _WRITTEN or value == NATION else value is None for name, value in values.items())
        statement = built.get(form)
        if statement is None:
            statement = built[form] = PlainRows(build(_parameters(values)))
        return await statement.rows(session, {f"asked_{name}": values[name] for name in _TYPES} | dict(more or {}))

    return run


def _parameters(values: dict[str, Any]) -> Question:
    """The question with a parameter wherever it has a value; the whole country and nothing stay what they are."""
    asked = {
        name: values[name] if values[name] in (None, NATION) else bindparam(f"asked_{name}", type_=kind)
        for name, kind in _TYPES.items()
    }
    return cast(Question, SimpleNamespace(**asked, allocations=None, **{name: values[name] for name in _WRITTEN}))
