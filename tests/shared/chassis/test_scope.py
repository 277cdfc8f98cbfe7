"""Division scope by value."""

from __future__ import annotations

import pytest

from shared.chassis.scope import covers


@pytest.mark.parametrize(
    ("areas", "code", "seen"),
    [
        (("341622",), "341622", True),
        (("341622",), "341622106205", True),
        (("341622",), "3416", False),
        (("341622",), "341623", False),
        (("341622106",), "341622", False),
        (("00",), "65", True),
        (("34", "41"), "411402", True),
        ((), "34", False),
    ],
)
def test_an_office_sees_its_own_area_and_what_lies_below(areas: tuple[str, ...], code: str, seen: bool) -> None:
    assert covers(areas, code) is seen
