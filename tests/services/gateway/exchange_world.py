"""A department with a machine, the office that owns the items, and grants between them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from tests.services.gateway.people import Town

PEOPLE = "poor-households"
FIELDS = ["household_no", "members.name", "members.identity_number"]


@dataclass
class World:
    town: Town
    client_id: str
    token: str
    asked: list[httpx.Request] = field(default_factory=list)
    """What the gateway asked the services."""

    def machine(self) -> httpx.AsyncClient:
        return self.town.client(self.token)

    def application(self, **other: Any) -> dict[str, Any]:
        return {
            "client_id": self.client_id, "item": PEOPLE, "purpose": "eligibility", "fields": FIELDS,
            "legal_basis": "《社会救助暂行办法》第五十八条", "division_code": "341622", "days": 30,
        } | other  # fmt: skip

    async def apply(self, **other: Any) -> httpx.Response:
        async with await self.town.as_("civil") as client:
            return await client.post("/api/v1/exchange/applications", json=self.application(**other))

    async def decide(self, application: str, by: str = "aid", **other: Any) -> httpx.Response:
        body = {"outcome": "granted", "reason": "依法共享"} | other
        async with await self.town.as_(by) as client:
            return await client.post(f"/api/v1/exchange/applications/{application}/decision", json=body)

    async def grant(self, by: str = "aid", **other: Any) -> str:
        applied = await self.apply(**other)
        assert applied.status_code == 201, applied.text
        decided = await self.decide(applied.json()["id"], by)
        assert decided.status_code == 200, decided.text
        found: str = applied.json()["id"]
        return found

    async def records(self, item: str = PEOPLE, **params: Any) -> httpx.Response:
        async with self.machine() as client:
            return await client.get(f"/api/v1/exchange/items/{item}/records", params=params)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """A service in the gateway's eyes: every division exists, every record lies in the county's first village."""
        if "/internal/divisions/" in request.url.path:
            return httpx.Response(200, json={"code": request.url.path.rsplit("/", 1)[1]})
        self.asked.append(request)
        if request.url.path.endswith("/records"):
            record = {"id": "a", "version": 7, "deleted": False, "division_code": "341622101200", "fields": {}}
            page = {"records": [record, record | {"id": "b"}], "next_cursor": "WzFd", "more": False}
            return httpx.Response(200, json=page)
        if request.url.path.endswith("/places/a"):
            return httpx.Response(200, json={"division_code": "341622101200"})
        return httpx.Response(404, json={})

    def last_actor(self) -> dict[str, Any]:
        """Who asked last, as the service sees it."""
        import base64

        payload = self.asked[-1].headers["authorization"].split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return found


async def exchanging(town: Town) -> World:
    """Mengcheng's civil affairs with a machine and an officer; its aid and finance offices with their officers."""
    await town.county()
    for code, sector in (("341622-civil", "civil"), ("341623-aid", "aid")):
        assert (await town.office(code, sector)).status_code == 201
    for name, office, role in (
        ("civil", "341622-civil", "sector_officer"),
        ("aid", "341622-aid", "county_aid_officer"),
        ("elsewhere", "341623-aid", "county_aid_officer"),
    ):
        made = await town.account(name, office, role)
        assert made.status_code == 201, made.text
    body = {"name": "民政平台", "office": "341622-civil", "purpose": "社会救助", "expires_on": "2027-10-01"}
    async with await town.as_("root-admin") as client:
        made = await client.post("/api/v1/auth/clients", json=body)
    assert made.status_code == 201, made.text
    client_id = made.json()["client"]["client_id"]
    signed = await town.token(
        grant_type="client_credentials", client_id=client_id, client_secret=made.json()["client_secret"]
    )
    assert signed.status_code == 200, signed.text
    world = World(town, client_id, signed.json()["access_token"])
    for service in ("registry", "projects", "funds"):
        town.harness.set_peer(service, world.answer)
    return world
