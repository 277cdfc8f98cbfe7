"""The result file: a list of rows of exactly these members, one per bar and size."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from bench import results
from bench.pairs import Pairs
from bench.results import FOLDER, KEYS, Bar, Result, keep, table

DAY = date(2026, 1, 5)
FAST = Bar("fast", "rows/s", 0.5)
SMALL = Bar("slow", "ms", 2.0, higher_is_better=False)


def rows_in(folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads((folder / "latest.json").read_text())
    return rows


def test_a_row_holds_the_medians_and_how_many_pairs_there_were() -> None:
    row = Result(FAST, Pairs((10.0, 30.0, 20.0), (20.0, 40.0, 80.0))).row("small")
    assert tuple(row) == KEYS
    assert row == {
        "name": "fast", "value": 20.0, "unit": "rows/s", "limit": 40.0, "ratio": 0.5, "higher_is_better": True,
        "size": "small", "runs": 3,
    }  # fmt: skip


def test_a_run_of_one_size_replaces_only_its_own_rows(tmp_path: Path) -> None:
    keep([Result(FAST, Pairs((1.0,), (2.0,))), Result(SMALL, Pairs((1.0,), (2.0,)))], "small", DAY, tmp_path)
    keep([Result(FAST, Pairs((3.0,), (2.0,)))], "province", DAY, tmp_path)
    keep([Result(FAST, Pairs((5.0,), (2.0,)))], "small", DAY, tmp_path)
    found = [(row["size"], row["name"], row["value"]) for row in rows_in(tmp_path)]
    assert found == [("province", "fast", 3.0), ("small", "fast", 5.0), ("small", "slow", 1.0)]
    pairs = json.loads((tmp_path / "pairs.json").read_text())
    assert pairs["small"]["fast"] == {"values": [5.0], "limits": [2.0]}
    assert set(json.loads((tmp_path / "machine.json").read_text())) == {"small", "province"}


def test_a_bar_is_kept_by_its_ratio_in_its_own_direction() -> None:
    assert Result(FAST, Pairs((1.0,), (2.0,))).kept
    assert not Result(FAST, Pairs((1.0,), (3.0,))).kept
    assert Result(SMALL, Pairs((3.0,), (2.0,))).kept
    assert not Result(SMALL, Pairs((5.0,), (2.0,))).kept
    assert Result(Bar("told", "s", None), Pairs((5.0,), (2.0,))).kept is None


def test_the_table_says_what_was_missed() -> None:
    shown = table([Result(FAST, Pairs((1.0,), (3.0,))), Result(SMALL, Pairs((3.0,), (2.0,)))])
    assert "MISSED" in shown.splitlines()[1]
    assert shown.splitlines()[2].endswith("kept")


def test_the_results_kept_have_this_shape() -> None:
    rows = rows_in(FOLDER)
    assert rows
    for row in rows:
        assert tuple(row) == KEYS
        assert row["size"] in ("small", "province")
    assert len({(row["size"], row["name"]) for row in rows}) == len(rows)
    assert results.machine()["cores"]
