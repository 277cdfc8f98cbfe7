"""The small lists as answers: fund kinds, claim papers, programmes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage import lists as storage
from services.funds.storage import programmes as programme_storage
from services.funds.storage.tables import FundKind, FundKindTerm, Programme, ProgrammeAmount, ProgrammeExclusion
from shared.schemas import funds as wire
from shared.schemas import funds_programmes as programme_wire


async def fund_kinds(session: AsyncSession, fund_year: int | None, division_code: str) -> wire.FundKinds:
    """All kinds with an area's terms; of one fund year only those it knows, under the names of then and there."""
    terms: dict[str, list[FundKindTerm]] = defaultdict(list)
    for term in await storage.fund_kind_terms(session, division_code):
        terms[term.fund_kind].append(term)
    items = [_kind(row, terms[row.code], fund_year) for row in await storage.fund_kinds(session)]
    return wire.FundKinds(items=[item for item in items if item is not None])


def _kind(row: FundKind, terms: list[FundKindTerm], fund_year: int | None) -> wire.FundKind | None:
    named: FundKind | FundKindTerm = row
    if fund_year is not None:
        covering = [term for term in terms if term.from_year <= fund_year <= (term.to_year or fund_year)]
        if not covering:
            return None
        named = covering[-1]
    return wire.FundKind(
        code=row.code, label_zh=named.label_zh, label_en=named.label_en, source_level=row.source_level,
        special=row.special, directions=storage.parts_of(named.directions), source=named.source,
        terms=[_term(term) for term in terms],
    )  # fmt: skip


def _term(term: FundKindTerm) -> wire.FundKindTerm:
    names = ("division_code", "from_year", "to_year", "regime", "label_zh", "label_en", "source")
    return wire.FundKindTerm(
        **{name: getattr(term, name) for name in names},
        directions=storage.parts_of(term.directions),
        fee_excluded=storage.parts_of(term.fee_excluded),
    )


async def claim_paper_kinds(session: AsyncSession) -> wire.ClaimPaperKinds:
    rows = await storage.claim_paper_kinds(session)
    return wire.ClaimPaperKinds(items=[wire.ClaimPaperKind.model_validate(row) for row in rows])


async def programmes(session: AsyncSession) -> programme_wire.Programmes:
    """Every programme with its table of amounts and what excludes it."""
    amounts, exclusions = await programme_storage.amounts(session), await programme_storage.exclusions(session)
    return programme_wire.Programmes(
        items=[_programme(row, amounts, exclusions) for row in await storage.programmes(session)]
    )


def _programme(
    row: Programme, amounts: Sequence[ProgrammeAmount], exclusions: Sequence[ProgrammeExclusion]
) -> programme_wire.Programme:
    own = {"statuses", "amounts", "exclusions"}
    values = {name: getattr(row, name) for name in set(programme_wire.Programme.model_fields) - own}
    place = (row.code, row.division_code, row.valid_from)
    return programme_wire.Programme(
        **values,
        statuses=row.statuses.split("|"),
        amounts=[
            programme_wire.ProgrammeAmount.model_validate(one)
            for one in amounts
            if (one.programme, one.division_code, one.valid_from) == place
        ],
        exclusions=[
            programme_wire.ProgrammeExclusion.model_validate(one) for one in exclusions if one.programme == row.code
        ],
    )
