"""Sheets as files say the same in csv and in xlsx."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.families import HEADERS
from bench.places import Province
from bench.population import Population, Sheet
from bench.sheets import csv_bytes, write_xlsx
from services.registry.domain.workbook_columns import SHEET, TEMPLATE
from shared.chassis.clock import office_today


def test_every_column_is_one_of_the_registers_own() -> None:
    assert set(HEADERS) <= set(TEMPLATE)


def test_a_workbook_and_a_csv_hold_the_same_cells(tmp_path: Path) -> None:
    villages = tuple(Province(1, 0, 2, 6).villages(0))
    rows = list(Population(office_today()).rows(Sheet(1, villages, 60)))
    path = tmp_path / "people.xlsx"
    write_xlsx(path, rows)
    from_csv = list(csv.reader(io.StringIO(csv_bytes(rows).decode())))
    from_xlsx = CalamineWorkbook.from_path(path).get_sheet_by_name(SHEET).to_python()
    assert from_csv[0] == list(HEADERS)
    assert len(from_csv) == len(rows) + 1
    assert from_xlsx == from_csv
