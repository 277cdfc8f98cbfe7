"""The tree of an area's money on a day, from the papers and the ledger."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import tree as domain
from services.funds.domain.divisions import level_of, rank_of
from services.funds.domain.documents import COUNTY_RANK
from services.funds.domain.questions import Question
from services.funds.domain.refusals.documents import NoBooksBelowCounty
from services.funds.storage import lists, recalled_money
from services.funds.storage import positions as storage
from services.funds.storage import tree as tree_storage
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_tree as wire

UNALLOCATED = {"receipt": "free_fen", "reserved": "proposed_fen", "recalling": "recalling_fen"}
"""Kinds of accounts whose money is not given out yet; money of a receipt in any other account is with a project."""


async def get(session: AsyncSession, actor: Actor, question: Question, depth: int) -> wire.FundsTree:
    """The tree of one of the actor's areas, down to `depth` levels of nodes below its root."""
    require_in_scope(actor, question.area)
    if rank_of(question.area) > COUNTY_RANK:
        raise NoBooksBelowCounty()
    root = domain.tree_of(await cells(session, question), question.area)
    names = await lists.division_names(session, [node.division_code for node in domain.walk(root)])
    return wire.FundsTree(
        fund_year=question.fund_year,
        as_of=question.as_of,
        difference_fen=domain.difference_of(root),
        root=_answer(root, dict(names), depth),
    )


async def cells(session: AsyncSession, question: Question) -> list[domain.Cell]:
    """One cell per receipt of the area."""
    held = await _held(session, question)
    recalled = await recalled_money.from_receipts(session, question)
    passed = await tree_storage.passed_down(session, question)
    registered = await tree_storage.registered_below(session, question)
    found = []
    for row in await storage.receipts(session, question):
        down = passed.get(row.id, 0)
        sums = domain.Sums(
            received_fen=row.amount_fen - recalled.get(row.id, 0),
            passed_down_fen=down,
            under_way_fen=down - registered.get(row.id, 0),
            **held[row.id],
        )
        found.append(domain.Cell(row.division_code, row.fund_kind, row.batch, sums))
    return found


async def _held(session: AsyncSession, question: Question) -> dict[int, dict[str, int]]:
    """By receipt: balances on the day of all accounts that hold its money, by what they mean to the tree."""
    held: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for receipt_id, kind, fen in await storage.held(session, question):
        held[receipt_id][UNALLOCATED.get(kind, "kept_fen")] += fen
    return held


def _answer(node: domain.Node, names: dict[str, str], depth: int) -> wire.TreeNode:
    code = node.division_code
    return wire.TreeNode(
        division_code=code,
        name=names.get(code, code),
        level=level_of(code),
        total=wire.TreeSums(**_sums(node.total)),
        cells=[wire.TreeCell(fund_kind=cell.fund_kind, batch=cell.batch, **_sums(cell.sums)) for cell in node.cells],
        children=[_answer(child, names, depth - 1) for child in node.children] if depth > 0 else [],
    )


def _sums(sums: domain.Sums) -> dict[str, int]:
    return {name: getattr(sums, name) for name in wire.TreeSums.model_fields}
