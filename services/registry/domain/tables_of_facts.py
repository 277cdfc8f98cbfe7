"""Reads the csv files in `data/`: facts of the field, each row with its source."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of `data/<name>.csv` in their order; every cell is text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
