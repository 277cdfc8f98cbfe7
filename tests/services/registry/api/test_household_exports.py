"""Exports: for a purpose, masked, watermarked, on the trail, approved where they are long, fetched once."""

from __future__ import annotations

import asyncio
import csv
import io
import zipfile
from typing import Any

from services.registry.operations import household_exports
from tests.services.registry.people import county_officer, open_household, person, recorder
from tests.services.registry.sheets import OFFICER, carried_out, cells_of, family, xlsx
from tests.support.harness import Harness

EXPORTS = "/api/v1/registry/household-exports"
ASKER = county_officer("household.export", person="asker")
OTHER = county_officer("household.export", person="other")
BODY: dict[str, Any] = {"purpose": "年度核查", "format": "csv"}


async def ask(county: Harness, who: Any = ASKER, **other: Any) -> Any:
    async with county.as_(who) as client:
        return await client.post(EXPORTS, json=BODY | other)


async def fetch(county: Harness, export_id: str, who: Any = ASKER) -> Any:
    async with county.as_(who) as client:
        return await client.post(f"{EXPORTS}/{export_id}/file")


async def lines(county: Harness, **other: Any) -> list[list[str]]:
    asked = await ask(county, **other)
    assert asked.status_code == 201, asked.text
    answer = await fetch(county, asked.json()["id"])
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_an_export_is_masked_watermarked_and_on_the_trail(county: Harness, owner: Any) -> None:
    known = person()
    file = await open_household(county, members=[known], group="=1+1")
    rows = await lines(county)
    shown = dict(zip(rows[0], rows[1], strict=True))
    assert shown["户序号"] == file["household_no"]
    assert shown["证件号码"] == known["identity_number"][:3] + "*" * 11 + known["identity_number"][-4:]
    assert shown["联系电话"] == "138****0000"
    assert shown["健康状况"] == "***"
    assert shown["组"] == "'=1+1"
    assert shown["户类型"] == "一般贫困户"
    assert rows[2][0].startswith("导出编号 1000")
    assert ASKER.account in rows[2][0]
    trail = await owner.fetchrow(
        "select fields, purpose, subjects from read_trail where action = 'household_export.fetch'"
    )
    assert (trail["fields"], trail["purpose"]) == ("masked", "年度核查")
    assert "households:1" in trail["subjects"]
    audit = await owner.fetch("select action from audit_entries where action like 'household_export.%' order by id")
    assert [row["action"] for row in audit] == ["household_export.ask", "household_export.fetch"]


async def test_a_workbook_has_no_formula_and_the_mark_in_its_properties(county: Harness) -> None:
    await open_household(county, group="=1+1")
    asked = await ask(county, format="xlsx")
    answer = await fetch(county, asked.json()["id"])
    cells = cells_of(answer.content)
    assert len(cells) == 5
    assert "=1+1" in cells[1]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert "导出编号".encode() in sheet
        assert "导出编号".encode() in package.read("docProps/core.xml")


async def test_clear_values_leave_only_with_the_right_to_unmask(county: Harness, owner: Any) -> None:
    known = person()
    await open_household(county, members=[known])
    rows = await lines(county, clear=True)
    assert known["identity_number"] in rows[1]
    assert await owner.fetchval("select fields from read_trail where action = 'household_export.fetch'") == "clear"
    refused = await ask(county, recorder("household.export"), clear=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "registry.export_clear_forbidden")
    assert (await ask(county, purpose=" ")).status_code == 422


async def test_the_national_layout_can_be_read_back_in(county: Harness) -> None:
    await open_household(county, national_household_no="778899")
    rows = await lines(county, layout="national", clear=True)
    shown = dict(zip(rows[0], rows[1], strict=True))
    assert shown["aac001"] == "778899"
    assert shown["aab006"] == "户主"
    assert len(shown["aab005"]) == 8
    content = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows[:-1]).encode()
    done = await carried_out(county, content, dry_run="true")
    assert (done["notes"]["layout"], done["rows_refused"]) == ("national", 3)


async def test_an_export_is_fetched_once_in_time_and_only_by_whoever_asked(county: Harness, owner: Any) -> None:
    await open_household(county)
    export_id = (await ask(county)).json()["id"]
    assert (await fetch(county, export_id, OTHER)).status_code == 404
    answers = await asyncio.gather(*(fetch(county, export_id) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    late = (await ask(county)).json()["id"]
    await owner.execute("update household_exports set expires_at = now() - interval '1 second'")
    refused = await fetch(county, late)
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.export_expired")


async def test_a_long_export_waits_for_a_second_person(county: Harness, owner: Any) -> None:
    await open_household(county)
    await owner.execute("update parameters set value = '2' where key = 'export_rows_without_approval'")
    asked = (await ask(county)).json()
    assert asked["state"] == "waiting"
    assert (await fetch(county, asked["id"])).json()["code"] == "registry.export_not_ready"
    async with county.as_(ASKER) as client:
        own = await client.post(f"{EXPORTS}/{asked['id']}/approve")
    assert (own.status_code, own.json()["code"]) == (409, "registry.export_own_approval")
    async with county.as_(OTHER) as client:
        answers = await asyncio.gather(*(client.post(f"{EXPORTS}/{asked['id']}/approve") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await fetch(county, asked["id"])).status_code == 200


async def test_an_export_holds_nothing_outside_the_area_and_of_no_file_there_is_none(
    county: Harness, monkeypatch: Any
) -> None:
    empty = await ask(county)
    assert (empty.status_code, empty.json()["code"]) == (422, "registry.export_empty")
    await open_household(county)
    elsewhere = county_officer("household.export", county="410102")
    assert (await ask(county, elsewhere)).json()["code"] == "registry.export_empty"
    assert (await ask(county, within="41")).status_code == 404
    assert (await ask(county, status="registered")).json()["code"] == "registry.export_empty"
    monkeypatch.setattr(household_exports, "XLSX_PEOPLE", 2)
    assert (await ask(county, format="xlsx")).json()["code"] == "registry.export_too_long_for_xlsx"


async def test_an_export_tried_out_as_an_import_differs_in_nothing(county: Harness) -> None:
    await carried_out(county, xlsx([*family("1"), *family("2")]))
    who = county_officer("household.export", "household.unmask", person="asker")
    for kind in ("csv", "xlsx"):
        asked = await ask(county, who, layout="suite", format=kind, clear=True)
        assert asked.status_code == 201, asked.text
        sheet = (await fetch(county, asked.json()["id"], who)).content
        dry = await carried_out(county, sheet, dry_run="true")
        assert (dry["state"], dry["rows_total"], dry["households_total"]) == ("done", 6, 2), dry
        async with county.as_(OFFICER) as client:
            found = (await client.get(f"/api/v1/registry/household-imports/{dry['id']}/differences")).json()["items"]
            told = (await client.get(f"/api/v1/registry/household-imports/{dry['id']}/report")).content
        assert [one["state"] for one in found] == ["unchanged"] * 2, found
        last = cells_of(told)[-1][-1] if kind == "xlsx" else told.decode().splitlines()[-1].rpartition(",")[2]
        assert last == ""  # the line that says whose export this is
