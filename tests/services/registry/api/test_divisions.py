"""Divisions over HTTP: loading, listing, refusals."""

from __future__ import annotations

from tests.support.harness import Harness, actor

LOADER = actor("division.load", "division.read", scope=("34",))
DIVISIONS = {
    "divisions": [
        {"code": "34", "name": "安徽省"},
        {"code": "3416", "name": "亳州市"},
        {"code": "341622", "name": "蒙城县"},
    ],
    "valid_from": "2023-06-30",
    "source": "statistical divisions 2023",
}


async def test_a_province_loads_its_divisions_once(registry: Harness) -> None:
    async with registry.as_(LOADER) as client:
        first = await client.post("/api/v1/registry/divisions", json=DIVISIONS)
        again = await client.post("/api/v1/registry/divisions", json=DIVISIONS)
        listed = await client.get("/api/v1/registry/divisions", params={"within": "3416", "limit": 1})
        rest = await client.get(
            "/api/v1/registry/divisions",
            params={"within": "3416", "limit": 1, "cursor": listed.json()["next_cursor"]},
        )
    assert first.status_code == 201, first.text
    assert first.json() == {"sent": 3, "inserted": 3}
    assert again.json() == {"sent": 3, "inserted": 0}
    assert [row["name"] for row in listed.json()["items"]] == ["亳州市"]
    assert [row["code"] for row in rest.json()["items"]] == ["341622"]
    assert rest.json()["next_cursor"] is None


async def test_a_division_without_its_parent_is_refused_and_nothing_is_loaded(registry: Harness) -> None:
    body = DIVISIONS | {"divisions": [{"code": "34", "name": "安徽省"}, {"code": "341622", "name": "蒙城县"}]}
    async with registry.as_(LOADER) as client:
        refused = await client.post("/api/v1/registry/divisions", json=body)
        absent = await client.get("/api/v1/registry/divisions/34")
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["code"] == "registry.division_parent_wrong"
    assert problem["errors"][0]["pointer"] == "/divisions/1/code"
    assert set(problem["titles"]) == {"zh", "en"}
    assert absent.status_code == 404


async def test_nobody_loads_divisions_outside_their_scope(registry: Harness) -> None:
    async with registry.as_(actor("division.load", scope=("41",))) as client:
        answer = await client.post("/api/v1/registry/divisions", json=DIVISIONS)
    assert answer.status_code == 404


async def test_the_anonymous_and_the_wrong_role_are_refused(registry: Harness) -> None:
    async with registry.anonymous() as client:
        anonymous = await client.get("/api/v1/registry/divisions")
    async with registry.as_(actor("household.read")) as client:
        wrong_role = await client.get("/api/v1/registry/divisions")
    assert anonymous.status_code == 401
    assert anonymous.headers["content-type"] == "application/problem+json"
    assert wrong_role.status_code == 403


async def test_a_keyed_request_is_done_once_and_its_answer_repeated(registry: Harness) -> None:
    async with registry.as_(LOADER) as client:
        first = await client.post("/api/v1/registry/divisions", json=DIVISIONS, headers={"Idempotency-Key": "k1"})
        again = await client.post("/api/v1/registry/divisions", json=DIVISIONS, headers={"Idempotency-Key": "k1"})
        other = await client.post(
            "/api/v1/registry/divisions", json=DIVISIONS | {"source": "x"}, headers={"Idempotency-Key": "k1"}
        )
    assert (first.json(), again.json()) == ({"sent": 3, "inserted": 3}, {"sent": 3, "inserted": 3})
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


async def test_bad_json_is_refused_with_its_pointer(registry: Harness) -> None:
    headers = {"content-type": "application/json"}
    async with registry.as_(LOADER) as client:
        broken = await client.post("/api/v1/registry/divisions", content=b"{", headers=headers)
        twice = await client.post("/api/v1/registry/divisions", content=b'{"source":"a","source":"b"}', headers=headers)
        unknown = await client.post("/api/v1/registry/divisions", json=DIVISIONS | {"extra": 1})
        wrong_code = await client.post(
            "/api/v1/registry/divisions", json=DIVISIONS | {"divisions": [{"code": "3x", "name": "a"}]}
        )
        media = await client.post("/api/v1/registry/divisions", content=b"a", headers={"content-type": "text/plain"})
    assert (broken.status_code, twice.status_code, media.status_code) == (400, 400, 415)
    assert unknown.json()["errors"][0]["pointer"] == "/extra"
    assert wrong_code.json()["errors"][0]["pointer"] == "/divisions/0/code"
    assert "3x" not in wrong_code.text
