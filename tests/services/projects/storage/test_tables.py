"""What the database itself forbids: rewriting history, and money beyond plan or estimate."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.projects.storage.tables import APPEND_ONLY
from tests.services.projects.support import AMOUNT, Cast, planned
from tests.support.harness import Harness


async def test_history_cannot_be_rewritten_or_deleted(projects: Harness) -> None:
    for table in sorted(APPEND_ONLY):
        for statement in (f"delete from {table}", f"truncate {table}"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with projects.app.state.database.session() as session:
                    await session.execute(text(statement))
    for table, column in (("notices", "place"), ("decisions", "opinion"), ("contracts", "amount_fen")):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with projects.app.state.database.session() as session:
                await session.execute(text(f"update {table} set {column} = {column}"))


async def test_money_stays_within_plan_and_estimate_whatever_the_code_does(projects: Harness) -> None:
    code = await planned(projects, Cast(), 1_000)
    for change, constraint in (
        (f"plan_line_fen = {AMOUNT + 1}", "ck_projects_plan_within_estimate"),
        ("contract_fen = 1001", "ck_projects_contract_within_plan"),
        ("filed_on = null", "ck_projects_filed_when_in_library"),
        ("plan_year = null", "ck_projects_plan_year_with_line"),
    ):
        with pytest.raises(IntegrityError, match=constraint):
            async with projects.app.state.database.session() as session:
                await session.execute(text(f"update projects set {change} where project_code = '{code}'"))
