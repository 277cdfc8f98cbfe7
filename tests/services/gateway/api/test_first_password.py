"""A password somebody else has set opens nothing but its own change."""

from __future__ import annotations

from tests.services.gateway.api.test_administration import refused
from tests.services.gateway.people import PASSWORD, Town, founded
from tests.support.harness import running

NEW = "Only-I-know-this-7"
CODE = "gateway.password_change_required"


async def closed(town: Town, token: str) -> None:
    """Everything but the three paths is shut, the services behind the door included."""
    async with town.client(token) as client:
        assert (await client.get("/api/v1/auth/me")).json()["must_change_password"] is True
        for path in (
            "/api/v1/auth/roles",
            "/api/v1/auth/delegations",
            "/api/v1/registry/divisions",
            "/api/v1/auth/me/",
        ):
            refused(await client.get(path), 403, CODE)
        made = {"code": "341622-x", "name": "x", "division_code": "341622"}
        refused(await client.post("/api/v1/auth/offices", json=made), 403, CODE)


async def test_a_first_password_opens_only_its_own_change_and_the_new_one_holds_at_once() -> None:
    async with running("gateway", rights_cache_s=600.0) as harness:
        town = await founded(harness)
        await town.office("341622-finance", "finance")
        made = await town.account("clerk", "341622-finance", "county_finance_officer", settled=False)
        assert made.json()["must_change_password"] is True
        token = (await town.sign_in("clerk"))["access_token"]
        await closed(town, token)
        async with town.client(token) as client:
            same = {"old_password": PASSWORD, "new_password": PASSWORD}
            refused(await client.post("/api/v1/auth/password", json=same), 422, "gateway.password_unchanged")
            await closed(town, token)
            body = {"old_password": PASSWORD, "new_password": NEW}
            assert (await client.post("/api/v1/auth/password", json=body)).status_code == 204
            assert (await client.get("/api/v1/auth/roles")).status_code == 200
            assert (await client.get("/api/v1/auth/me")).json()["must_change_password"] is False


async def test_a_password_that_was_reset_must_be_changed_again(town: Town) -> None:
    await town.office("341622-finance", "finance")
    clerk = (await town.account("clerk", "341622-finance", "county_finance_officer")).json()["id"]
    async with await town.as_("clerk") as client:
        assert (await client.get("/api/v1/auth/roles")).status_code == 200
    async with await town.as_("root-admin") as admin:
        done = await admin.post(f"/api/v1/auth/accounts/{clerk}/password", json={"password": NEW})
        rights = (await admin.get(f"/api/v1/auth/accounts/{clerk}/rights")).json()
    assert done.json()["must_change_password"] is True
    assert rights["barred"] == "first_password"
    token = (await town.sign_in("clerk", NEW))["access_token"]
    await closed(town, token)
    async with town.client(token) as client:
        assert (await client.post("/api/v1/auth/sign-out")).status_code == 204
