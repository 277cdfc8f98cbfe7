"""SQL of the read asked most: one file as it stands.

It is read from the view `household_files_now`, which belongs to the owner and holds the range of the households'
policy: the policy of versions would look up the household a second time.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.filters import ranges
from services.registry.storage.filter_clauses import Conditions
from services.registry.storage.tables import Household, HouseholdVersion
from shared.chassis.hot_reads import FIRST, SPAN_SET, HotReads, Noted, noted

_OF_HOUSEHOLD = (
    "id", "household_no", "registered_on", "opened_on", "closed_on", "closing", "split_from", "merged_into", "version"
)  # fmt: skip
_COLUMNS = ", ".join([*_OF_HOUSEHOLD, "status", "stated_village_code", "content"])
_SUBJECTS = "(select jsonb_build_array(id) || jsonb_path_query_array(content, '$.members[*].id') from page)"


async def now(reads: HotReads, read: Noted, household_id: UUID) -> tuple[Household, HouseholdVersion] | None:
    """The household with its present version, if it lies in the actor's scope; only then it is noted."""
    conditions = Conditions(FIRST)
    conditions.texts.append(SPAN_SET)
    conditions.add("id = {}", household_id)
    conditions.lies_in("village_code", ranges(read.actor.scope, None))
    select = f"select {_COLUMNS} from household_files_now where {conditions.text()}"  # noqa: S608 - see hot_reads.noted
    statement = noted(select, _SUBJECTS, only_if="count(*) > 0")
    rows = await reads.rows(statement, read, *conditions.values)
    return _records(rows[0]) if rows else None


def _records(row: Any) -> tuple[Household, HouseholdVersion]:
    household = Household(**{name: row[name] for name in _OF_HOUSEHOLD})
    version = HouseholdVersion(
        household_id=row["id"], version=row["version"], status=row["status"], village_code=row["stated_village_code"],
        content=orjson.loads(row["content"]),
    )  # fmt: skip
    return household, version
