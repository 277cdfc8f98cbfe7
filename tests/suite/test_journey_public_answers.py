"""Nothing forbidden in anything anybody may read: every public answer of the filled suite, page by page."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2 as httpx

from shared.chassis.clock import office_today
from tests.support.identity import LETTERS, WEIGHTS, identity_number
from tests.support.suite import RunningSuite

PUBLIC = "/api/v1/public/"
YEAR = office_today().year
PAGES = 25
VALUES = {"year": YEAR, "fund_year": YEAR, "division_code": "341622"}
NUMBERED = re.compile(r"(_no|_code|_codes|cursor|id)$")
"""Members that hold numbers the suite gives itself; telephones may look like a part of them."""
TELEPHONE, CARD = "13955580173", "6228480402564890018"
IDENTITY = identity_number(date(1971, 3, 9))


def forbidden(value: Any, name: str = "") -> Iterator[str]:
    """Paths of texts with an identity number, a mobile telephone or an account; shares no code with the product."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (f"{name}.{found}" for found in forbidden(inner, key))
    elif isinstance(value, list):
        for inner in value:
            yield from forbidden(inner, name)
    elif isinstance(value, str):
        plain = re.sub(r"[\s-]", "", re.sub(r"\b[0-9]+\.[0-9]+\b", "", value))  # rates are no numbers of people
        for run in re.findall(r"[0-9]{17}[0-9Xx]", plain):
            if LETTERS[sum(int(run[i]) * WEIGHTS[i] for i in range(17)) % 11] == run[17].upper():
                yield f"{name}: identity number"
        if NUMBERED.search(name):
            return
        for run in re.findall(r"[0-9]+", plain):
            if re.fullmatch(r"(86)?1[3-9][0-9]{9}", run):
                yield f"{name}: telephone"
            if 16 <= len(run) <= 19 and _luhn(run):
                yield f"{name}: account"


def _luhn(run: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(run))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def test_the_scanner_finds_what_is_planted() -> None:
    for text in (f"x{IDENTITY}", f"电话{TELEPHONE}。", "139-5558-0173", f"卡号{CARD}", f"{CARD[:4]} {CARD[4:]}"):
        assert list(forbidden({"items": [{"tasks": text}]})), text
    harmless = {"tasks": "监督电话 12317", "amount_fen": 13955580173, "paper_no": TELEPHONE}
    assert not list(forbidden({"items": [harmless]}))


def reads(client: httpx.Client) -> list[tuple[str, dict[str, Any]]]:
    """Every public read of the merged document, with values for what it must be asked with."""
    found = []
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        if path.startswith(PUBLIC) and "get" in methods:
            declared = methods["get"].get("parameters", [])
            assert not any(parameter["in"] == "path" for parameter in declared), path
            asked = {p["name"]: VALUES[p["name"]] for p in declared if p.get("required")}
            found.append((path, asked | ({"limit": 20} if any(p["name"] == "limit" for p in declared) else {})))
    return found


def pages(client: httpx.Client, path: str, asked: dict[str, Any]) -> Iterator[httpx.Response]:
    cursor = None
    for _ in range(PAGES):
        answer = client.get(path, params=asked | ({"cursor": cursor} if cursor else {}))
        assert answer.status_code == 200, f"{path} {answer.text}"
        yield answer
        cursor = answer.json().get("next_cursor")
        if not cursor:
            return


def donated(suite: RunningSuite) -> str:
    """A donation, told without numbers: whose words hold one is refused. Gives a word it is known by."""
    word = f"捐助{uuid.uuid4().hex[:8]}"
    body = {
        "division_code": "341622",
        "donor_kind": "person",
        "donor_name": "祁好心",
        "public_name": "祁女士",
        "amount_fen": 10_000,
        "received_on": office_today().isoformat(),
        "purpose": word,
        "bank_reference": uuid.uuid4().hex[:20],
    }
    clerk = suite.person("mengcheng.aid")
    for told in (
        {"public_name": f"祁女士 {TELEPHONE}"},
        {"purpose": f"受助人 {IDENTITY}"},
        {"purpose": f"卡号 {CARD}"},
    ):
        refused = clerk.post("/api/v1/funds/donations", body | told)
        assert (refused.status_code, refused.json()["code"]) == (422, "funds.published_personal"), told
    clerk.made("/api/v1/funds/donations", body)
    return word


def test_no_public_answer_holds_a_number_of_a_person(suite: RunningSuite) -> None:
    word, name = donated(suite), "穆投诉"
    with suite.anonymous() as client:
        form = {
            "submission_token": secrets.token_urlsafe(24),
            "kind": "funds",
            "area_code": "341622106",
            "text": f"补助没有发到 {IDENTITY} 的卡 {CARD}",
            "name": name,
            "telephone": TELEPHONE,
        }
        receipt = client.post("/api/v1/public/complaints", data=form)
        assert receipt.status_code == 201, receipt.text
        followed = client.post(
            "/api/v1/public/complaints/status", json={"tracking_code": receipt.json()["tracking_code"]}
        )
        assert not list(forbidden(followed.json()))
        paths = reads(client)
        assert len(paths) >= 10
        hits, texts, filled = [], "", 0
        for path, asked in paths:
            for answer in pages(client, path, asked):
                hits += [f"{path} {found}" for found in forbidden(answer.json())]
                texts += answer.text
                filled += len(answer.json().get("items", ()))
                assert answer.headers["etag"].startswith('W/"'), path
                assert answer.headers["cache-control"].startswith("public, max-age="), path
    assert hits == []
    assert filled >= 20
    assert word in texts
    for secret in (name, TELEPHONE, IDENTITY, CARD, "祁好心"):
        assert secret not in texts, secret
