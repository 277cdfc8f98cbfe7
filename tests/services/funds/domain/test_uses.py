"""Forbidden uses: every kind × every use × every year, against the list itself."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from services.funds.domain.uses import SPECIAL, Ban, ban_on

DATA = Path(__file__).resolve().parents[4] / "services" / "funds" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BANS = [
    Ban(
        row["fund_kind"], row["use_code"], date.fromisoformat(row["valid_from"]),
        date.fromisoformat(row["valid_to"]) if row["valid_to"] else None, row["source"],
    )
    for row in rows("forbidden_uses")
]  # fmt: skip
KINDS = {row["code"]: row["special"] == "true" for row in rows("fund_kinds")}
USES = [row["code"] for row in rows("fund_uses")]


@pytest.mark.parametrize("fund_kind", KINDS)
@pytest.mark.parametrize("use_code", USES)
def test_the_matrix_forbids_exactly_what_the_list_forbids(fund_kind: str, use_code: str) -> None:
    for year in range(2012, 2027):
        for on in (date(year, 1, 1), date(year, 3, 30), date(year, 3, 31), date(year, 12, 31)):
            listed = [
                row
                for row in rows("forbidden_uses")
                if row["use_code"] == use_code
                and row["fund_kind"] in ({fund_kind, "special"} if KINDS[fund_kind] else {fund_kind})
                and row["valid_from"] <= on.isoformat() <= (row["valid_to"] or "9999")
            ]
            ban = ban_on(BANS, fund_kind, KINDS[fund_kind], use_code, on)
            assert (ban is not None) == bool(listed), (fund_kind, use_code, on)


def test_every_row_names_a_known_use_and_kind_and_its_source() -> None:
    for ban in BANS:
        assert ban.use_code in USES
        assert ban.fund_kind in {*KINDS, SPECIAL}
        assert ban.source
        assert ban.valid_to is None or ban.valid_to >= ban.valid_from


@pytest.mark.parametrize("use_code", ["works", "grants", "management_fee", "training_grants"])
def test_what_the_money_is_for_is_never_forbidden(use_code: str) -> None:
    for kind, special in KINDS.items():
        assert ban_on(BANS, kind, special, use_code, date(2025, 6, 1)) is None


def test_the_list_of_2017_ends_where_that_of_2021_begins() -> None:
    last, first = date(2021, 3, 30), date(2021, 3, 31)
    assert ban_on(BANS, "central_special", True, "urban", last) is not None
    assert ban_on(BANS, "central_special", True, "urban", first) is None
    assert ban_on(BANS, "central_special", True, "advances", last) is None
    assert ban_on(BANS, "central_special", True, "advances", first) is not None
