"""Where a project lies, and who sees all of it."""

from __future__ import annotations

import pytest

from services.projects.domain import entries, sites
from services.projects.domain.refusals import SitesNotInOneCounty, SiteTwice


def test_the_area_is_the_smallest_division_holding_all_sites() -> None:
    assert sites.area_of(["341622106205"]) == "341622106205"
    assert sites.area_of(["341622106205", "341622106209"]) == "341622106"
    assert sites.area_of(["341622106205", "341622107201"]) == "341622"
    assert sites.area_of(["341622106205", "341622106"]) == "341622106"
    assert sites.area_of(["341622"]) == "341622"


def test_a_project_lies_in_one_county() -> None:
    assert sites.county_of(["341622106205", "341622107"]) == "341622"
    for codes in (["341622", "341621"], ["3416"], ["34"], ["341622", "3416"]):
        with pytest.raises(SitesNotInOneCounty):
            sites.county_of(codes)
    with pytest.raises(SiteTwice):
        sites.county_of(["341622", "341622"])


def test_offices_are_known_by_the_ending_of_their_names() -> None:
    villages = ["410503100211", "410503100212"]
    assert entries.office_code(["341622106205"], "蒙城县交通运输局") == "341622-transport"
    assert entries.office_code(villages, "扶贫办") == "410503-aid"
    assert entries.office_code(villages, "柏庄镇") == "410503100-township"
    assert entries.office_code(["410503009206"], "彰北办事处") == "410503009-township"
    assert entries.office_code(["410503"], "柏庄镇") == ""
    assert entries.office_code(villages, "村集体") == ""
    assert entries.office_code([], "财政局") == ""
    assert entries.office_code(["x"], "财政局") == ""
