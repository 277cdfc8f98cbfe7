"""Where a project lies."""

from __future__ import annotations

from collections.abc import Sequence

from services.projects.domain.refusals import SitesNotInOneCounty, SiteTwice

COUNTY_LENGTH = 6
TOWNSHIP_LENGTH = 9
LENGTHS = (12, 9, 6)


def county_of(codes: Sequence[str]) -> str:
    """The county all sites lie in. Refuses sites of several counties, above a county, or named twice."""
    counties = {code[:COUNTY_LENGTH] for code in codes}
    if len(counties) != 1 or any(len(code) < COUNTY_LENGTH for code in codes):
        raise SitesNotInOneCounty()
    if len(set(codes)) != len(codes):
        raise SiteTwice()
    return counties.pop()


def area_of(codes: Sequence[str]) -> str:
    """The smallest division holding all sites: whoever acts on the project must see all of it. Empty above a county."""
    for length in LENGTHS:
        areas = {code[:length] for code in codes}
        if len(areas) == 1 and all(len(code) >= length for code in codes):
            return areas.pop()
    return ""
