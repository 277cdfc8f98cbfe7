"""Looking up the national code lists."""

from __future__ import annotations

from services.registry.domain.code_lists import CODE_LISTS
from shared.refusals import NotFound
from shared.schemas import registry as wire


def list_names() -> wire.CodeLists:
    return wire.CodeLists(items=[wire.CodeListName.model_validate(codes) for codes in CODE_LISTS.values()])


def get(name: str) -> wire.CodeList:
    codes = CODE_LISTS.get(name)
    if codes is None:
        raise NotFound()
    values = [wire.CodeValue.model_validate(value) for value in codes.values]
    return wire.CodeList(name=codes.name, label=codes.label, english=codes.english, values=values)
