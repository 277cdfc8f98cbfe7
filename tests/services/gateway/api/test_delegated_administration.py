"""Administrators grant downwards what their level grants, and nobody appoints, shuts or becomes who watches them."""

from __future__ import annotations

from tests.services.gateway.api.test_administration import counts, refused
from tests.services.gateway.people import ADMIN, Town

GRANT = "gateway.role_not_grantable"


async def test_a_county_appoints_its_clerks_and_the_townships_administrators_but_not_its_own_watchers(
    town: Town,
) -> None:
    await town.county()
    await town.office("341622-administration", "administration")
    await town.office("341622106-township")
    for username, office, role in (
        ("clerk-2", "341622-finance", "county_finance_officer"), ("town-admin", "341622106-township", "account_admin"),
        ("town-guard", "341622106-township", "security_admin"),
    ):  # fmt: skip
        assert (await town.account(username, office, role, by="county-admin")).status_code == 201
    before = await counts(town)
    for role in ("account_admin", "security_admin", "auditor", "operator"):
        refused(await town.account("own", "341622-administration", role, by="county-admin"), 422, GRANT, "/roles")
    assert (await town.account("officer", "341622106-township", "township_officer", by="town-admin")).status_code == 201
    for role in ("account_admin", "security_admin"):
        refused(await town.account("own", "341622106-township", role, by="town-admin"), 422, GRANT, "/roles")
    assert await counts(town) == tuple(number + 1 if index else number for index, number in enumerate(before))


async def test_no_administrator_shuts_or_takes_over_the_account_of_who_watches_them(town: Town) -> None:
    await town.county()
    made = [
        (await town.account(username, "341622-aid", role)).json()["id"]
        for username, role in (("other-admin", "account_admin"), ("guard", "security_admin"), ("audit", "auditor"))
    ]
    before = await counts(town)
    async with await town.as_("county-admin") as admin, await town.as_(ADMIN) as above:
        for account in made:
            path = f"/api/v1/auth/accounts/{account}"
            for verb, body in (("disable", {"reason": "x"}), ("password", {"password": "Another-good-one-1"})):
                refused(await admin.post(f"{path}/{verb}", json=body), 422, GRANT)
            rights = {"office": "341622-aid", "roles": ["helper"]}
            refused(await admin.put(f"{path}/rights", json=rights, headers={"if-match": '"1"'}), 422, GRANT)
        assert await counts(town) == before
        for account in made:
            shut = await above.post(f"/api/v1/auth/accounts/{account}/disable", json={"reason": "x"})
            assert shut.status_code == 200
