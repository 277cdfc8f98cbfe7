"""People of the gateway's tests: they have passwords, sign in and carry real access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from services.gateway.operations.first_start import FirstAccount, first_start
from tests.support.harness import Harness

PASSWORD = "Meng-cheng-7301!"
ADMIN, OPERATOR = "root-admin", "root-operator"


@dataclass
class Town:
    """A gateway with its first accounts. Any division exists, save 999999."""

    harness: Harness
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)

    def client(self, token: str = "", **headers: str) -> httpx.AsyncClient:
        """A client outside the door, with an access token or without."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(app=self.harness.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers)

    async def token(self, **form: str) -> httpx.Response:
        """Ask for a token."""
        async with self.client() as client:
            return await client.post("/api/v1/auth/token", data=form)

    async def sign_in(self, username: str, password: str = PASSWORD) -> dict[str, Any]:
        answer = await self.token(grant_type="password", username=username, password=password)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def as_(self, username: str) -> httpx.AsyncClient:
        """A client signed in as this user; one sign-in per user and test."""
        if username not in self.tokens:
            self.tokens[username] = await self.sign_in(username)
        return self.client(self.tokens[username]["access_token"])

    async def office(self, code: str, sector: str = "", *, by: str = ADMIN, **more: Any) -> httpx.Response:
        body = {"code": code, "name": f"机构 {code}", "division_code": code.split("-")[0], "sector": sector}
        async with await self.as_(by) as client:
            return await client.post("/api/v1/auth/offices", json=body | more)

    async def own_password(self, *usernames: str) -> None:
        """These people have changed the password somebody else set; the same words stand for the new one."""
        query = text("update accounts set must_change_password = false where username = any(:names)")
        async with self.harness.app.state.database.session() as session:
            await session.execute(query, {"names": list(usernames)})

    async def account(
        self, username: str, office: str, *roles: str, by: str = ADMIN, settled: bool = True, **more: Any
    ) -> httpx.Response:
        """Make an account; unless `settled` is false, its first password is taken as changed."""
        body = {"username": username, "password": PASSWORD, "office": office, "roles": list(roles)}
        if "person_id" not in more:
            body["person_name"] = "王" + "一二三四五六"[hash(username) % 6]
        async with await self.as_(by) as client:
            made = await client.post("/api/v1/auth/accounts", json=body | more)
        if settled and made.status_code == 201:
            await self.own_password(username)
        return made

    async def county(self) -> None:
        """Mengcheng's finance and aid offices with an administrator `county-admin` and a clerk `clerk`."""
        assert (await self.office("341622-finance", "finance")).status_code == 201
        assert (await self.office("341622-aid", "aid")).status_code == 201
        assert (await self.account("county-admin", "341622-aid", "account_admin")).status_code == 201
        assert (await self.account("clerk", "341622-finance", "county_finance_officer")).status_code == 201


async def founded(harness: Harness) -> Town:
    """The gateway with its nation's administrator and operator, and a registry that knows every division."""

    def registry(request: httpx.Request) -> httpx.Response:
        code = request.url.path.rsplit("/", 1)[1]
        return httpx.Response(404 if code == "999999" else 200, json={"code": code})

    harness.set_peer("registry", registry)
    async with harness.app.state.database.session() as session:
        await first_start(
            session,
            harness.app.state.parts.passwords,
            [
                FirstAccount(ADMIN, PASSWORD, "account_admin", "管理员"),
                FirstAccount(OPERATOR, PASSWORD, "operator", "运维员"),
            ],
        )
    town = Town(harness)
    await town.own_password(ADMIN, OPERATOR)
    return town
