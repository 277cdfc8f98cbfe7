"""Reforms: an area that took over from the one its strangers come from, as the registry's tables tell it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.matrix.relations import former

_FORMER = """
insert into divisions
    (code, level, name, name_pinyin, name_initials, named_from, parent_code, valid_from, valid_to, source)
select $2::text, level, name, name_pinyin, name_initials, named_from, left($2::text, length(parent_code)), valid_from,
       greatest(valid_from, current_date - 1), source
from divisions where code = $1 and valid_to is null
on conflict do nothing returning code
"""
_CHANGE = """
insert into division_changes (kind, "on", source, reason, recorded_by, recorded_person, recorded_office, recorded_at)
values ('recode', current_date, 'test', 'moved', 'somebody', 'somebody', '00-aid', now()) returning id
"""


async def moved_here(admin: Any, areas: Iterable[str]) -> None:
    """Each of these areas that stands was moved here: it has taken over from its former code, which is closed."""
    for own in areas:
        if await admin.fetchval(_FORMER, own, former(own)) is None:
            continue
        change = await admin.fetchval(_CHANGE)
        await admin.executemany(
            "insert into division_changed (division_code, change_id) values ($1, $2)",
            [(former(own), change), (own, change)],
        )
        await admin.execute(
            "insert into division_successions (predecessor_code, successor_code, change_id) values ($1, $2, $3)",
            former(own), own, change,
        )  # fmt: skip
