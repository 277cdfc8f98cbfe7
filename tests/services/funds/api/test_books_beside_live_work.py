"""Opening books of one county beside the work of another: the same number of two things is no reason to mix them up."""

from __future__ import annotations

import pytest

from services.funds.domain.bank_files import written
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_grant_files as files
from tests.services.funds.checks import check_walks
from tests.services.funds.opening_books import decision, send_in, workbook
from tests.services.funds.world import CHECKER, COUNTY, PROVINCE, READING, World, day, desk, grant_of

FINANCE, ITS_AREA = "341621-finance", ("341621",)
CLERK = desk("book_import.write", "book_import.read", *READING, office=FINANCE, scope=ITS_AREA)
CHIEF = desk("book_import.decide", "book_import.read", *READING, office=FINANCE, scope=ITS_AREA)


async def imported_elsewhere(world: World) -> str:
    """The other county's books are posted; their claims and payments begin to count from one. Gives their path."""
    world.projects["P1"] = grant_of("P1", county_code="341621", division_code="341621")
    answer = await send_in(world, workbook(), who=CLERK, division="341621")
    assert answer.json()["state"] == "checked", answer.text
    path = f"/book-imports/{answer.json()['import_id']}"
    await world.made(CHIEF, f"{path}/decision", decision())
    return path


async def test_a_list_is_refused_after_another_county_posted_its_books(world: World) -> None:
    batch = await grants.prepared(world, grants.person(world, 1), grants.person(world, 2))
    await imported_elsewhere(world)
    await world.made(CHECKER, f"/grant-batches/{batch['batch_id']}/decision", grants.APPROVE | {"outcome": "refuse"})
    await check_walks(world)


async def test_a_death_stops_a_grant_of_one_county_and_touches_no_transfer_of_another(world: World) -> None:
    await grants.approved(world, grants.person(world, 1), grants.person(world, 2))
    books = await imported_elsewhere(world)
    assert (await world.died(1, day(5, 11))).status_code == 200
    rows = (await world.seen(PROVINCE, "/ledger/transfers", division_code="34"))["items"]
    (void,) = (row for row in rows if row["kind"] == "void_claim")
    (undone,) = (row for row in rows if row["transfer_id"] == void["reverses"])
    assert (undone["kind"], undone["book"], undone["cause_type"]) == ("claim", COUNTY, "grant_batch")
    await world.made(CHIEF, f"{books}/undo", {"reason": "导入有误,整体撤销"})
    await check_walks(world)


@pytest.mark.parametrize("told", ["失败", "成功"])
async def test_the_bank_answers_a_file_of_grants_after_another_county_posted_its_books(world: World, told: str) -> None:
    batch = await grants.approved(world, grants.person(world, 1), grants.person(world, 21))
    file = await files.built(world, await grants.ordered(world, batch))
    await imported_elsewhere(world)
    answer = await files.answered(world, file, written(files.rows_of(file, (0, told, "b1"), (1, "成功", "b2"))))
    assert answer.status_code == 200, answer.text
    await check_walks(world)
