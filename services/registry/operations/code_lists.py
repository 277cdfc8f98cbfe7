"""Looking up the national code lists."""

from __future__ import annotations

from services.registry.domain.code_lists import CODE_LISTS, in_use
from shared.refusals import NotFound
from shared.schemas import registry as wire


def list_names() -> wire.CodeLists:
    return wire.CodeLists(items=[wire.CodeListName.model_validate(codes) for codes in CODE_LISTS.values()])


def get(name: str, year: int | None) -> wire.CodeList:
    """A list with all its values, or with those in use in a year."""
    codes = CODE_LISTS.get(name)
    if codes is None:
        raise NotFound()
    used = [value for value in codes.values if year is None or in_use(name, value.code, year, year)]
    values = [wire.CodeValue.model_validate(value) for value in used]
    return wire.CodeList(name=codes.name, label=codes.label, english=codes.english, values=values)
