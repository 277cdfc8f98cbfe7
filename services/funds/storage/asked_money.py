"""SQL conditions: which money a question asks about."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from services.funds.domain.questions import Question
from services.funds.storage.tables import FundKind


def only(question: Question, year: Any, kind: Any, batch: Any) -> list[ColumnElement[bool]]:
    """The question's year, kind and batch on the columns that hold them."""
    wanted: list[ColumnElement[bool]] = [year == question.fund_year]
    if question.batch is not None:
        wanted.append(batch == question.batch)
    if question.fund_kind is not None:
        wanted.append(kind == question.fund_kind)
    if question.special is not None:
        wanted.append(kind.in_(select(FundKind.code).where(FundKind.special.is_(question.special))))
    if question.source_level is not None:
        wanted.append(kind.in_(select(FundKind.code).where(FundKind.source_level == question.source_level)))
    return wanted
