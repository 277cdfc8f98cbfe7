"""Loading a whole list of divisions: once, again, after a break, beside what offices changed."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry import bootstrap
from services.registry.domain import refusals
from services.registry.domain.division_lists import ListFacts
from services.registry.operations import division_loads
from services.registry.operations.division_loads import Loaded, load_country
from tests.support import server
from tests.support.harness import Harness, actor

HEADER = "code,level,name,parent_code\n"
ROWS = """34,province,安徽省,
3416,city,亳州市,34
341622,county,蒙城县,3416
341622101,township,许疃镇,341622
341622101200,village,前王村,341622101
341622101201,village,后王村,341622101
41,province,河南省,
4101,city,郑州市,41
"""
FACTS = ListFacts(date(2023, 6, 30), "test list")
VILLAGE = "341622101200"
OFFICER = actor("division.change", "division.read")
STATE = "select string_agg(d::text, '|' order by code) from divisions d"


def listed(folder: Path, rows: str = ROWS) -> Path:
    path = folder / "list.csv.gz"
    path.write_bytes(gzip.compress((HEADER + rows).encode()))
    return path


def dsn(harness: Harness) -> str:
    return server.dsn("registry", "app", harness.database)


def figures(loaded: Loaded) -> tuple[int, int, int, int]:
    return loaded.rows, loaded.inserted, loaded.present, loaded.left_out


async def test_a_list_is_loaded_once_and_a_second_run_changes_nothing(
    registry: Harness, owner: Any, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    path = listed(tmp_path)
    first = await load_country(dsn(registry), path, lambda *step: told.append(step), FACTS)
    state = await owner.fetchval(STATE)
    again = await load_country(dsn(registry), path, facts=FACTS)
    assert figures(first) == (8, 8, 0, 0)
    assert figures(again) == (8, 0, 8, 0)
    assert await owner.fetchval(STATE) == state
    assert told[0] == (division_loads.READING, 0, 8)
    assert told[-1] == (division_loads.INSERTING, 8, 8)
    assert await owner.fetchval("select count(*) from division_load_lines") == 0
    noted = await owner.fetch("select details from audit_entries where action = 'division.load_list' order by id")
    assert [json.loads(row[0])["inserted"] for row in noted] == [8, 0]
    async with registry.as_(OFFICER) as client:
        found = await client.get("/api/v1/registry/divisions", params={"name": "houwang"})
    assert found.json()["items"][0] | {"kinds": []} == {
        "code": "341622101201",
        "level": "village",
        "name": "后王村",
        "parent_code": "341622101",
        "valid_from": "2023-06-30",
        "valid_to": None,
        "source": "test list",
        "name_pinyin": "hou wang cun",
        "name_initials": "hwc",
        "kinds": [],
    }


async def test_what_an_office_changed_since_is_never_overwritten(registry: Harness, owner: Any, tmp_path: Path) -> None:
    path = listed(tmp_path)
    await load_country(dsn(registry), path, facts=FACTS)
    changes: list[dict[str, Any]] = [
        {
            "kind": "rename",
            "predecessors": ["341622101200"],
            "successors": [{"code": "341622101200", "name": "王家村"}],
        },
        {"kind": "abolish", "predecessors": ["341622101201"]},
    ]
    async with registry.as_(OFFICER) as client:
        for change in changes:
            body = change | {"on": "2024-01-01", "source": "x", "reason": "x"}
            assert (await client.post("/api/v1/registry/divisions/changes", json=body)).status_code == 201
    state = await owner.fetchval(STATE)
    newer = listed(tmp_path, ROWS + "341622101201001,natural_village,东队,341622101201\n")
    again = await load_country(dsn(registry), newer, facts=FACTS)
    assert figures(again) == (9, 0, 8, 1)
    assert await owner.fetchval(STATE) == state


async def test_a_load_that_was_broken_off_goes_on(registry: Harness, owner: Any, tmp_path: Path) -> None:
    path = listed(tmp_path)

    def break_off(doing: str, done: int, total: int) -> None:
        if doing == division_loads.INSERTING and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_country(dsn(registry), path, break_off, FACTS)
    assert await owner.fetchval("select array_agg(code order by code) from divisions where level = 'province'") == [
        "34"
    ]
    assert figures(await load_country(dsn(registry), path, facts=FACTS)) == (8, 2, 6, 0)


@pytest.mark.parametrize(
    ("rows", "refusal", "facts"),
    [
        (ROWS + "4101,city,郑州市,41\n", refusals.DivisionListTwice, {"line": 10}),
        (ROWS + "510101,county,锦江区,5101\n", refusals.DivisionListOrphans, {"line": 10, "lines": 1}),
        (ROWS + "4102,county,开封市,41\n", refusals.DivisionListLine, {"line": 10}),
    ],
)
async def test_a_wrong_list_is_refused_with_its_line_and_nothing_is_loaded(
    registry: Harness, owner: Any, tmp_path: Path, rows: str, refusal: type[Exception], facts: dict[str, int]
) -> None:
    with pytest.raises(refusal) as raised:
        await load_country(dsn(registry), listed(tmp_path, rows), facts=FACTS)
    assert getattr(raised.value, "facts", None) == facts
    assert await owner.fetchval("select count(*) from divisions") == 0
    assert await owner.fetchval("select count(*) from division_load_lines") == 0


async def test_a_part_of_the_country_goes_below_what_is_there(registry: Harness, tmp_path: Path) -> None:
    await load_country(dsn(registry), listed(tmp_path), facts=FACTS)
    more = listed(tmp_path, "341622102,township,坛城镇,341622\n")
    assert figures(await load_country(dsn(registry), more, facts=FACTS)) == (1, 1, 0, 0)


async def test_two_loads_at_the_same_moment_are_one_too_many(registry: Harness, owner: Any, tmp_path: Path) -> None:
    path = listed(tmp_path)
    await owner.execute("select pg_advisory_lock(7411)")
    with pytest.raises(refusals.DivisionLoadRunning):
        await load_country(dsn(registry), path, facts=FACTS)
    await owner.execute("select pg_advisory_unlock(7411)")
    assert (await load_country(owner, path, facts=FACTS)).inserted == 8


async def test_an_office_that_adds_a_division_during_the_load_is_waited_for(
    registry: Harness, owner: Any, tmp_path: Path
) -> None:
    path = listed(tmp_path)
    held = owner.transaction()
    await held.start()
    await owner.execute(
        "insert into divisions"
        " (code, level, name, name_pinyin, name_initials, named_from, parent_code, valid_from, source)"
        " values ('34', 'province', '皖', 'wan', 'w', '2020-01-01', '', '2020-01-01', 'office')"
    )
    load = asyncio.create_task(load_country(dsn(registry), path, facts=FACTS))
    await asyncio.sleep(1)
    await held.commit()
    assert figures(await load) == (8, 7, 1, 0)
    assert await owner.fetchval("select name from divisions where code = '34'") == "皖"


@pytest.fixture
def settings(registry: Harness, monkeypatch: pytest.MonkeyPatch) -> Harness:
    monkeypatch.setenv("LIKA_REGISTRY_DATABASE_URL", dsn(registry))
    for name, value in server.settings_environment("registry").items():
        monkeypatch.setenv(name, value)
    return registry


async def test_the_command_says_what_it_did_and_refuses_in_one_line(
    settings: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(listed(tmp_path))
    facts = ["--valid-from", "2023-06-30", "--source", "test list"]
    codes = [
        await asyncio.to_thread(bootstrap.main, arguments) for arguments in ([path, *facts], [path, *facts], [path])
    ]
    shown = capsys.readouterr()
    assert codes == [0, 0, 1]
    assert "inserting 写入 [####################] 8/8" in shown.out
    assert "8 divisions inserted, 0 there before" in shown.out
    assert "nothing changed 没有变化: 8 divisions were there already" in shown.out
    assert "registry.division_list_unsourced" in shown.err
