"""The range that stands for an actor's areas in the database."""

from __future__ import annotations

import pytest

from shared.chassis.row_security import EVERYTHING, NOTHING, Range, hull
from shared.chassis.scope import covers


@pytest.mark.parametrize(
    ("areas", "span"),
    [
        ((), NOTHING),
        (("00",), EVERYTHING),
        (("34", "00"), EVERYTHING),
        (("341622",), Range("341622", "341622:")),
        (("341622101", "341622103"), Range("341622101", "341622103:")),
        (("34", "341622"), Range("34", "34:")),
    ],
)
def test_the_range_goes_around_all_areas(areas: tuple[str, ...], span: Range) -> None:
    assert hull(areas) == span
    for village in ("341622101200", "341622103001", "410102001001"):
        if covers(areas, village):
            assert span.first <= village < span.end


def test_no_area_admits_nothing() -> None:
    assert not any(NOTHING.first <= code < NOTHING.end for code in ("", "00", "34", "341622101200"))
