"""The published tables keep their figures; divisions and codes hang together."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demonstration import tables
from deploy.demonstration.library import beiguan_rows, liling_rows
from deploy.demonstration.tables import Division, wan_to_fen

LEVELS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}


@given(st.integers(0, 10**15))
def test_whole_fen_convert_exactly(fen: int) -> None:
    assert wan_to_fen(Decimal(fen) / 1_000_000) == fen


def test_a_fraction_of_a_fen_is_refused() -> None:
    assert wan_to_fen(Decimal("29.862588")) == 29_862_588
    with pytest.raises(ValueError, match="whole number of fen"):
        wan_to_fen(Decimal("29.8625885"))


def test_shangqiu_allocates_five_thousand_wan_mostly_to_poverty_counties() -> None:
    rows = tables.read_shangqiu_allocation()
    assert len(rows) == 9
    assert sum(row.amount_fen for row in rows) == 5_000_000_000
    printed = tables.read_rows("shangqiu_2019_allocation.csv")
    poor = {row["county"] for row in printed if row["is_poverty_county"] == "1"}
    assert sum(row.amount_wan for row in rows if row.county in poor) == 4365


def test_bazhong_allocates_what_the_province_sent() -> None:
    rows = tables.read_bazhong_allocation()
    assert len(rows) == 6
    assert sum(row.amount_fen for row in rows) == 26_428_000_000
    assert {row.county: row.amount_wan for row in rows}["通江县"] == 8594


def test_the_notices_state_the_totals_of_their_tables() -> None:
    notices = tables.read_allocation_notices()
    assert notices["shangqiu_2019"].total_wan == 5000
    assert notices["shangqiu_2019"].document_no == "商财预[2019]148号"
    assert notices["bazhong_2019"].total_wan == 26428
    assert notices["bazhong_2019"].document_no is None


def test_a_table_that_does_not_add_up_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(name: str) -> list[dict[str, str]]:
        return [
            {"county": "梁园区", "division_code": "411402", "amount_wan": "280"},
            {"county": "合计", "division_code": "", "amount_wan": "281"},
        ]

    monkeypatch.setattr(tables, "read_rows", changed)
    with pytest.raises(ValueError, match="printed total 281"):
        tables.read_shangqiu_allocation()


def test_the_published_projects_keep_their_amounts() -> None:
    assert [p.amount_fen for p in tables.read_beiguan_projects()] == [20_000_000, 20_000_000, 73_500_000]
    assert [p.amount_wan for p in tables.read_liling_projects()] == [660, 251, 39, 120, 130]
    assert sum(row.amount_fen for row in beiguan_rows()) == 113_500_000
    assert sum(row.amount_fen for row in liling_rows()) == 1_200_000_000


def test_the_exit_plan_brings_out_everybody() -> None:
    assert [step.people_out for step in tables.read_exit_plan()] == [791, 977, 946, 913]
    assert sum(step.people_out for step in tables.read_exit_plan()) == 3627


def test_the_real_performance_table_has_sixteen_targets() -> None:
    targets = tables.read_nanyue_targets()
    assert len(targets) == 16
    assert sum(target.level1 == "满意度指标" for target in targets) == 4
    assert targets[9].value == Decimal("2.61")


@pytest.mark.parametrize("read", [tables.read_mengcheng_divisions, tables.read_sample_divisions])
def test_divisions_are_complete_trees(read: Callable[[], list[Division]]) -> None:
    seen: set[str] = set()
    for division in read():
        assert len(division.code) == LEVELS[division.level]
        assert division.code not in seen
        if division.level == "province":
            assert division.parent_code is None
        else:
            assert division.parent_code in seen
            assert division.code.startswith(str(division.parent_code))
        seen.add(division.code)


def test_the_two_division_files_agree_where_they_overlap() -> None:
    county = {division.code: division for division in tables.read_mengcheng_divisions()}
    shared = [division for division in tables.read_sample_divisions() if division.code in county]
    assert [division.code for division in shared] == ["34", "3416"]
    assert all(county[division.code] == division for division in shared)


def test_every_code_of_the_tables_is_a_division_of_that_name() -> None:
    names = {division.code: division.name for division in tables.read_sample_divisions()}
    for row in (*tables.read_shangqiu_allocation(), *tables.read_bazhong_allocation()):
        assert names[row.division_code] == row.county
    for library_row in (*beiguan_rows(), *liling_rows()):
        assert all(code in names for code in library_row.division_codes)
        if "、" in library_row.place:
            towns = [names[code].removesuffix("镇") for code in library_row.division_codes]
            assert towns == library_row.place.split("、")


def test_made_up_codes_are_marked_and_few() -> None:
    names = {division.code: division.name for division in tables.read_sample_divisions()}
    made_up = tables.read_demonstration_codes()
    assert {code: names[code] for code in made_up} == {"411499": "示范区", "511971": "巴中经济开发区"}
    assert all("演示" in reason for reason in made_up.values())


def test_liling_has_the_twenty_four_towns_its_notice_counts() -> None:
    inside = [d.name for d in tables.read_sample_divisions() if d.parent_code == "430281"]
    assert len([name for name in inside if "开发区" not in name]) == 24


def test_every_table_stands_in_the_list_of_sources() -> None:
    sources = (tables.DATA / "SOURCES.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in tables.DATA.glob("*.csv"))
    assert "bazhong_2019_allocation.csv" in files
    assert [name for name in files if f"`{name}`" not in sources] == []


def test_a_row_with_a_missing_cell_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_text("code,name\n34\n", encoding="utf-8")
    monkeypatch.setattr(tables, "DATA", tmp_path)
    with pytest.raises(ValueError, match=r"broken\.csv, line 2"):
        tables.read_rows("broken.csv")
