"""SQL of the small lists: fund kinds, claim papers, programmes, names of divisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import String, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION, ancestors_of, length_below
from services.funds.domain.vocabulary_changes import Term
from services.funds.storage.tables import ClaimPaperKind, DivisionName, FundKind, FundKindTerm, Programme
from shared.chassis import clock
from shared.chassis.plain_rows import PlainRows
from shared.chassis.scope import within
from shared.schemas.registry import Division


async def fund_kinds(session: AsyncSession) -> Sequence[FundKind]:
    return (await session.scalars(select(FundKind).order_by(FundKind.code))).all()


async def fund_kind(session: AsyncSession, code: str) -> FundKind | None:
    return await session.get(FundKind, code)


async def fund_kind_terms(session: AsyncSession, division_code: str = NATION) -> Sequence[FundKindTerm]:
    """Terms of the area and of those above it, by kind, the nearest area last."""
    nearest = func.nullif(FundKindTerm.division_code, NATION).asc().nulls_first()
    query = (
        select(FundKindTerm)
        .where(FundKindTerm.division_code.in_((NATION, *ancestors_of(division_code), division_code)))
        .order_by(FundKindTerm.fund_kind, nearest, FundKindTerm.from_year)
    )
    return (await session.scalars(query)).all()


async def held_terms(session: AsyncSession, division_code: str, code: str, fund_year: int) -> Sequence[FundKindTerm]:
    """Terms of a kind that hold in an area in a fund year, its own or the nearest above first."""
    query = (
        select(FundKindTerm)
        .where(FundKindTerm.fund_kind == code, FundKindTerm.from_year <= fund_year)
        .where(or_(FundKindTerm.to_year.is_(None), FundKindTerm.to_year >= fund_year))
        .where(FundKindTerm.division_code.in_((NATION, *ancestors_of(division_code), division_code)))
        .order_by(func.nullif(FundKindTerm.division_code, NATION).desc().nulls_last(), FundKindTerm.from_year.desc())
    )
    return (await session.scalars(query)).all()


def term_of(row: FundKindTerm) -> Term:
    """The rules' view of a row."""
    return Term(parts_of(row.directions), parts_of(row.fee_excluded))


def parts_of(joined: str) -> list[str]:
    """The parts of a list kept as one text, `a;b`."""
    return [part for part in joined.split(";") if part]


async def claim_paper_kinds(session: AsyncSession, claim_kind: str | None = None) -> Sequence[ClaimPaperKind]:
    query = select(ClaimPaperKind).order_by(ClaimPaperKind.claim_kind, ClaimPaperKind.paper_kind)
    if claim_kind is not None:
        query = query.where(ClaimPaperKind.claim_kind == claim_kind)
    return (await session.scalars(query)).all()


async def programmes(session: AsyncSession) -> Sequence[Programme]:
    return (await session.scalars(select(Programme).order_by(Programme.code, Programme.division_code))).all()


async def programme(session: AsyncSession, code: str, division_code: str, on: date) -> Programme | None:
    """The programme of the nearest area above `division_code` that is valid on the day."""
    prefixes = ["00", *(division_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(division_code))]
    query = (
        select(Programme)
        .where(
            Programme.code == code,
            Programme.division_code.in_(prefixes),
            Programme.valid_from <= on,
            or_(Programme.valid_to.is_(None), Programme.valid_to >= on),
        )
        .order_by(func.nullif(Programme.division_code, "00").desc().nulls_last(), Programme.valid_from.desc())
        .limit(1)
    )
    return (await session.scalars(query)).first()


async def remember_divisions(session: AsyncSession, divisions: Iterable[Division]) -> None:
    """Keep the names the registry answered, in the order of their codes so that two writers do not deadlock."""
    rows = [
        {"code": row.code, "name": row.name, "level": row.level, "heard_at": clock.now()}
        for row in sorted(divisions, key=lambda row: row.code)
    ]
    if rows:
        statement = insert(DivisionName).values(rows)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[DivisionName.code],
                set_={"name": statement.excluded.name, "heard_at": statement.excluded.heard_at},
                where=DivisionName.name != statement.excluded.name,
            )
        )


async def division_names_below(session: AsyncSession, area: str) -> dict[str, str]:
    """Names of the areas right below one, of those the registry has ever told of, by code."""
    code = DivisionName.code
    query = (
        select(code, DivisionName.name)
        .where(within(code, area), func.length(code) == length_below(area), code != area)
        .order_by(code)
    )
    return {row.code: row.name for row in await session.execute(query)}


_NAMES = PlainRows(
    select(DivisionName.code, DivisionName.name).where(
        DivisionName.code == func.any(bindparam("codes", type_=ARRAY(String)))
    )
)


async def division_names(session: AsyncSession, codes: Iterable[str]) -> Mapping[str, str]:
    """Names of those codes that are known here."""
    wanted = sorted(set(codes))
    rows = await _NAMES.rows(session, {"codes": wanted}) if wanted else ()
    return {row[0]: row[1] for row in rows}
