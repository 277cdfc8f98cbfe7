"""What anybody reads: notices and the library, published fields only."""

from __future__ import annotations

from tests.services.projects.support import (
    COUNTY,
    LIBRARY,
    OTHER_COUNTY,
    PLANS,
    SHA,
    VILLAGE,
    YEAR,
    Cast,
    acceptance,
    approved_plan,
    completed,
    day,
    draft,
    get,
    in_library,
    notice,
    ok,
    public,
    submitted,
    walked,
)
from tests.support.harness import Harness

NOTICES = "/api/v1/public/projects/notices"
PUBLIC_LIBRARY = "/api/v1/public/projects/library"


async def test_the_public_library_holds_nothing_that_is_not_filed(projects: Harness) -> None:
    cast = Cast()
    await draft(projects)
    await submitted(projects, cast)
    await walked(projects, cast)
    removed = await in_library(projects, cast)
    code = await in_library(projects, cast)
    await ok(projects, cast.county, f"{LIBRARY}/{removed}/removal", {"reason": "无法实施"})
    rows = (await get(projects, public(), PUBLIC_LIBRARY)).json()["items"]
    assert [row["project"]["project_code"] for row in rows] == [code]
    shown = rows[0]["project"]
    assert (shown["category"], shown["nature"], shown["funding_sources"]) == (
        "村基础设施", "新建", ["中央财政专项扶贫资金"]
    )  # fmt: skip
    assert rows[0]["filed_on"] == day(46)
    text = str(rows)
    assert cast.recorder.account not in text
    assert cast.county.office not in text
    assert (await get(projects, public(), PUBLIC_LIBRARY, within=OTHER_COUNTY)).json()["items"] == []
    assert len((await get(projects, public(), PUBLIC_LIBRARY, within=VILLAGE, year=YEAR)).json()["items"]) == 1
    assert (await get(projects, public(), PUBLIC_LIBRARY, year=YEAR - 1)).json()["items"] == []


async def test_the_public_library_is_paged(projects: Harness) -> None:
    cast = Cast()
    codes = [await in_library(projects, cast) for _ in range(2)]
    first = (await get(projects, public(), PUBLIC_LIBRARY, limit=1)).json()
    rest = (await get(projects, public(), PUBLIC_LIBRARY, limit=1, cursor=first["next_cursor"])).json()
    assert [row["project"]["project_code"] for row in first["items"] + rest["items"]] == codes
    assert rest["next_cursor"] is None


async def test_notices_show_what_was_put_up_and_where_to_object(projects: Harness) -> None:
    cast = Cast()
    await draft(projects)
    silent = await submitted(projects, cast)
    code = await submitted(projects, cast, 20)
    await ok(projects, cast.recorder, f"{LIBRARY}/{code}/notices", notice("village", 9))
    old = await walked(projects, cast, "village_notice")
    everything = (await get(projects, public(), NOTICES)).json()["items"]
    running = (await get(projects, public(), NOTICES, running=True)).json()["items"]
    assert [row["project"]["project_code"] for row in everything] == [old, code]
    assert [row["project"]["project_code"] for row in running] == [code]
    assert running[0]["hotline"] == "12317"
    assert (running[0]["level"], running[0]["ends_on"]) == ("village", day(-1))
    assert silent not in str(everything)
    assert (await get(projects, public(), NOTICES, within=OTHER_COUNTY)).json()["items"] == []
    first = (await get(projects, public(), NOTICES, limit=1)).json()
    rest = (await get(projects, public(), NOTICES, limit=1, cursor=first["next_cursor"])).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == [row["id"] for row in everything]


async def test_a_published_plan_names_its_projects_and_money(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    plan_id = await approved_plan(projects, cast, (code, 500))
    body = {"posted_on": day(9), "place": "县政府网站", "paper_sha256": SHA}
    await ok(projects, cast.county, f"{PLANS}/{plan_id}/notice", body)
    newest = (await get(projects, public(), NOTICES, limit=1)).json()["items"][0]
    assert (newest["kind"], newest["project"]) == ("plan", None)
    assert newest["plan"]["county_code"] == COUNTY
    assert newest["plan"]["lines"] == [
        {
            "project_code": code,
            "name": "土桥村通村道路工程",
            "amount_fen": 500,
            "fund_source": "中央财政专项扶贫资金",
            "office_name": "蒙城县交通运输局",
        }
    ]


async def test_plans_and_what_became_of_projects_are_public_in_the_fields_the_rule_names(projects: Harness) -> None:
    cast = Cast()
    waiting = await in_library(projects, cast)
    code = await completed(projects, cast)
    plans = (await get(projects, public(), "/api/v1/public/projects/plans", within=COUNTY)).json()["items"]
    assert [(row["project"]["project_code"], row["fund_source"]) for row in plans] == [(code, "中央财政专项扶贫资金")]
    assert plans[0]["project"]["performance_targets"]
    assert (await get(projects, public(), "/api/v1/public/projects/plans", within=OTHER_COUNTY)).json()["items"] == []
    done = "/api/v1/public/projects/completions"
    finished = (await get(projects, public(), done)).json()["items"]
    assert [row["project"]["project_code"] for row in finished] == [code]
    assert (finished[0]["state"], finished[0]["hotline"], finished[0]["final_account_fen"]) == (
        "completed",
        "12317",
        None,
    )
    assert finished[0]["completed_on"] is not None
    await ok(projects, cast.county, f"/api/v1/projects/works/{code}/acceptance", acceptance())
    accepted = (await get(projects, public(), done, year=plans[0]["fund_year"])).json()["items"][0]
    assert (accepted["state"], accepted["final_account_fen"]) == ("accepted", acceptance()["final_account_fen"])
    text = str(plans) + str(accepted)
    assert waiting not in text
    assert not any(name in text for name in [cast.recorder.account, *acceptance()["participants"]])
    assert (await get(projects, public(), done, year=2001)).json()["items"] == []


async def test_the_public_reads_nothing_else(projects: Harness) -> None:
    code = await draft(projects)
    assert (await get(projects, public(), f"{LIBRARY}/{code}")).status_code == 403
    async with projects.anonymous() as client:
        assert (await client.get(NOTICES)).status_code == 401
