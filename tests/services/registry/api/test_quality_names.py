"""Names in findings of data quality: only for whoever may read the files, and each showing on the trail."""

from __future__ import annotations

import json
from typing import Any

from tests.services.registry.api.test_quality import broken, get, run
from tests.services.registry.quality_files import write
from tests.support.harness import Harness, actor


async def test_who_may_not_read_files_is_shown_no_names_in_findings_and_the_trail_says_whom_it_was(
    county: Harness, owner: Any
) -> None:
    file = broken(toilet=None)
    file.people[1] |= {"pension_insurance": None}
    await write(county, [file])
    await run(county)
    city = actor("quality.read", scope=("3416",), office="3416-aid", level="city")
    rows = (await get(county, "/quality-findings", city))["items"]
    seen = {(row["head_name"], row["member_name"], row["identity_number_masked"]) for row in rows}
    assert seen == {("张*", None, None), ("张*", "李*", None)}
    at_once = (await get(county, f"/households/{file.id}/quality", city))["findings"]
    assert [row["member_name"] for row in at_once] == ["李*", None]
    member = next(row["member_id"] for row in rows if row["member_id"])
    await get(county, "/quality-findings")
    noted = await owner.fetch("select subjects from read_trail where action like 'quality%' order by id")
    subjects = [json.loads(row["subjects"]) for row in noted]
    assert [one["names"] for one in subjects] == ["masked", "masked", "clear"]
    assert all({str(file.id), member} <= set(one["ids"]) for one in subjects)
