"""The calendar over HTTP: national days are there, a province enters a year's days, answers of before stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from services.funds.storage import calendars
from shared.chassis.clock import office_today
from tests.services.funds.world import CHECKER, PROVINCE, READING, World, code_of, pointer_of
from tests.support.harness import actor

KEEPER = actor("parameter.set", *READING, scope=("34",), office="34-finance", level="province")
NEXT = office_today().year + 1
HOLIDAY = date(NEXT, 5, 4)
BODY: dict[str, Any] = {
    "division_code": "34",
    "year": NEXT,
    "source": "省政府办公厅通知",
    "days": [{"day": HOLIDAY.isoformat(), "working": False, "name": "劳动节"}],
}


async def test_a_province_enters_a_years_days_by_a_notice_and_the_last_entry_holds(world: World) -> None:
    seeded = await world.seen(PROVINCE, "/calendar-days", year=2026)
    assert any(row["day"] == "2026-02-28" and row["working"] for row in seeded["items"])
    made = await world.made(KEEPER, "/calendar-days", BODY)
    assert made["items"][0]["known_on"] == office_today().isoformat()
    async with world.funds.fastapi.state.database.session() as session:
        ours = await calendars.load(session, "341622")
        theirs = await calendars.load(session, "410000")
        before = await calendars.load(session, "341622", office_today() - timedelta(days=1))
        assert (ours.is_working(HOLIDAY), theirs.is_working(HOLIDAY)) == (False, HOLIDAY.weekday() < 5)
        assert before.is_working(HOLIDAY) == (HOLIDAY.weekday() < 5)
    taken_back = BODY | {"days": [{"day": HOLIDAY.isoformat(), "working": True, "name": "更正"}]}
    await world.made(KEEPER, "/calendar-days", taken_back)
    async with world.funds.fastapi.state.database.session() as session:
        assert (await calendars.load(session, "34")).is_working(HOLIDAY)


async def test_wrong_days_and_other_offices_are_refused_and_nothing_is_entered(world: World) -> None:
    (item,) = BODY["days"]
    twice = await world.post(KEEPER, "/calendar-days", BODY | {"days": [item, item]})
    assert (twice.status_code, code_of(twice), pointer_of(twice)) == (422, "calendar_day_wrong", "/days/1/day")
    other_year = await world.post(KEEPER, "/calendar-days", BODY | {"year": NEXT + 1})
    assert code_of(other_year) == "calendar_day_wrong"
    county = await world.post(CHECKER, "/calendar-days", BODY | {"division_code": "341622"})
    assert (county.status_code, code_of(county)) == (403, "calendar_office_wrong")
    assert (await world.post(KEEPER, "/calendar-days", BODY | {"division_code": "41"})).status_code == 404
    assert (await world.post(PROVINCE, "/calendar-days", BODY)).status_code == 403
    assert (await world.post(KEEPER, "/calendar-days", BODY | {"days": []})).status_code == 422
    assert (await world.seen(PROVINCE, "/calendar-days", year=NEXT, division_code="34"))["items"] == []
