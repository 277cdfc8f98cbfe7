"""Code lists over HTTP."""

from __future__ import annotations

from tests.support.harness import Harness, actor

PATH = "/api/v1/registry/code-lists"


async def test_every_list_is_named_and_read_with_codes_labels_and_sources(registry: Harness) -> None:
    async with registry.as_(actor("code_list.read")) as client:
        names = [row["name"] for row in (await client.get(PATH)).json()["items"]]
        lists = {name: (await client.get(f"{PATH}/{name}")).json()["values"] for name in names}
        absent = await client.get(f"{PATH}/nothing")
    async with registry.as_(actor("household.read")) as client:
        forbidden = await client.get(PATH)
    assert (absent.status_code, forbidden.status_code) == (404, 403)
    assert len(lists["relation_to_head"]) == 28
    assert len(lists["student_status"]) == 25
    assert len(lists["ethnicity"]) == 58
    son = lists["relation_to_head"][2]
    assert (son["code"], son["label"]) == ("son", "之子")
    assert son["facts"] == {"required_sex": "1", "generation": "-1"}
    for values in lists.values():
        assert all(value["source"] for value in values)
        assert len({value["code"] for value in values}) == len({value["label"] for value in values}) == len(values)


async def test_a_list_shows_the_values_of_the_year_asked_for(registry: Harness) -> None:
    async with registry.as_(actor("code_list.read")) as client:
        lists = {
            year: {
                row["code"] for row in (await client.get(f"{PATH}/household_attribute?year={year}")).json()["values"]
            }
            for year in (2014, 2018)
        }
        absurd = await client.get(f"{PATH}/household_attribute?year=14")
    assert {"wubao", "dibao"} <= lists[2014]
    assert "tekun_poor" not in lists[2014]
    assert "tekun_poor" in lists[2018]
    assert not {"wubao", "dibao"} & lists[2018]
    assert absurd.status_code == 422
