"""The code lists and chains of the library, as clients read them."""

from __future__ import annotations

from collections.abc import Iterable

from services.projects.domain import chain, code_lists
from shared.schemas.projects_codes import Chains, ChainStep, ChecklistItem, CodeList, CodeListItem

PROPOSER_LEVELS = ("village", "township", "county")


def categories(year: int | None) -> CodeList:
    """Categories, only those valid in `year` when it is given; `group` is the regime."""
    return CodeList(
        items=[
            CodeListItem(
                code=row.code,
                label=row.name,
                group=row.regime,
                valid_from=row.valid_from_year,
                valid_to=row.valid_to_year,
                source=row.source,
            )
            for row in code_lists.categories().values()
            if year is None or row.valid_in(year)
        ]
    )


def natures() -> CodeList:
    return _list(code_lists.natures().values())


def fund_sources() -> CodeList:
    return _list(code_lists.fund_sources().values())


def procurement_modes() -> CodeList:
    return _list(code_lists.procurement_modes().values())


def chains() -> Chains:
    """Every step for every level of proposer, and the checklists of the steps that have one."""
    fields = ChainStep.model_fields
    steps = [
        ChainStep.model_validate({name: getattr(step, name) for name in fields})
        for level in PROPOSER_LEVELS
        for step in chain.chain(level)
    ]
    return Chains(steps=steps, checklist=[ChecklistItem.model_validate(point) for point in chain.checklist()])


def _list(rows: Iterable[code_lists.Named]) -> CodeList:
    return CodeList(
        items=[CodeListItem(code=row.code, label=row.name, group=row.group, source=row.source) for row in rows]
    )
