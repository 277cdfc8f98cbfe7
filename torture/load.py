"""Clients that propose and approve allocations, send again until they are told, and remember what they were told."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx2 as httpx

from shared.chassis.identity import Actor, InnerTokens
from torture.lab import COUNTIES, PROCESSES, PROJECTS, YEAR, Lab, county_of, project_code

RECEIPT_FEN = 10**13
DUPLICATED = 0.3
"""The share of requests delivered more than once, at the same time or again later."""
TOKEN_LIFE_S = 40.0
ASK_AGAIN_S = 0.2


@dataclass(slots=True)
class Told:
    """One operation and what its client was told in the end. `status` 0: nothing yet."""

    kind: str
    office: str
    status: int = 0
    allocation_id: int = 0
    approves: bool = True


@dataclass
class Book:
    """Everything the clients were told, by key."""

    told: dict[str, Told] = field(default_factory=dict)
    answers: int = 0
    contradictions: list[str] = field(default_factory=list)
    closed: bool = False
    _grown: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def tried(self) -> int:
        return len(self.told)

    async def grown_to(self, tried: int) -> None:
        """Wait until so many operations were begun, or the book is closed."""
        while self.tried < tried and not self.closed:
            self._grown.clear()
            await self._grown.wait()

    def close(self) -> None:
        """No more operations than were begun: a run that is to end now."""
        self.closed = True
        self._grown.set()

    def begin(self, key: str, told: Told) -> None:
        self.told[key] = told
        self._grown.set()

    def note(self, key: str, status: int, allocation_id: int) -> None:
        """Keep an answer. Two different answers under one key are a contradiction."""
        told = self.told[key]
        self.answers += 1
        if told.status and (told.status, told.allocation_id) != (status, allocation_id):
            self.contradictions.append(f"{key}: {told.status} then {status}")
        told.status, told.allocation_id = status, allocation_id


def _person(name: str, area: str, *permissions: str) -> Actor:
    level = {2: "province", 6: "county"}[len(area)]
    office = f"{area}-finance"
    return Actor(account=name, person=name, office=office, office_name=office, level=level, sector="finance",
                 permissions=frozenset(permissions), scope=(area,))  # fmt: skip


class Desk:
    """One office's signed-in people, who reach the processes of funds by turns."""

    def __init__(self, lab: Lab, seed: str) -> None:
        environment = lab.suite.environment_of("gateway")
        self._tokens = InnerTokens(
            "gateway",
            key_file=Path(environment["LIKA_GATEWAY_INNER_KEY_FILE"]),
            jwks_file=Path(environment["LIKA_GATEWAY_INNER_JWKS_FILE"]),
        )
        self._clients = [
            httpx.AsyncClient(base_url=lab.address(process), timeout=10, trust_env=False)
            for process in PROCESSES
            if process.startswith("funds")
        ]
        self._turns = itertools.cycle(self._clients)
        self._signed: dict[str, tuple[float, str]] = {}
        self.seed = seed

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    def _header(self, who: Actor) -> str:
        known = self._signed.get(who.account)
        if known is None or known[0] < time.monotonic():
            known = (time.monotonic() + TOKEN_LIFE_S, f"Bearer {self._tokens.sign(who, 'funds')}")
            self._signed[who.account] = known
        return known[1]

    async def post(self, who: Actor, path: str, body: Any, key: str) -> httpx.Response | None:
        """One delivery; None when it broke off."""
        headers = {"authorization": self._header(who), "idempotency-key": key}
        try:
            return await next(self._turns).post(f"/api/v1/funds{path}", json=body, headers=headers)
        except httpx.HTTPError:
            return None

    async def get(self, who: Actor, path: str, **params: str) -> httpx.Response | None:
        try:
            return await next(self._turns).get(
                f"/api/v1/funds{path}", params=params, headers={"authorization": self._header(who)}
            )
        except httpx.HTTPError:
            return None


PROVINCE = _person("province", "34", "document.issue", "receipt.register")
MAKERS = {county: _person(f"maker-{county}", county, "receipt.register", "allocation.propose", "operation.read")
          for county in COUNTIES}  # fmt: skip
CHECKERS = {county: _person(f"checker-{county}", county, "allocation.decide") for county in COUNTIES}


async def fill(desk: Desk) -> dict[str, int]:
    """A receipt for every county, with more money than will be asked for; receipt id by county."""
    document = {
        "number": f"皖财预〔{YEAR}〕{desk.seed}号", "title": "专项扶贫资金", "issued_on": date(YEAR, 1, 10).isoformat(),
        "issuing_division": "34", "fund_year": YEAR, "fund_kind": "central_special", "batch": "advance",
        "total_fen": RECEIPT_FEN * len(COUNTIES), "drawn_on_receipt_id": None,
        "lines": [{"division_code": county, "amount_fen": RECEIPT_FEN} for county in COUNTIES],
    }  # fmt: skip
    made = await _made(desk, PROVINCE, "/documents", document)
    receipts = {}
    for county in COUNTIES:
        body = {"document_id": made["document_id"], "division_code": county, "amount_fen": RECEIPT_FEN,
                "received_on": date(YEAR, 2, 1).isoformat()}  # fmt: skip
        receipts[county] = (await _made(desk, MAKERS[county], "/receipts", body))["receipt_id"]
    return receipts


async def _made(desk: Desk, who: Actor, path: str, body: Any) -> Any:
    answer = await desk.post(who, path, body, f"fill-{time.monotonic_ns()}")
    if answer is None or answer.status_code != 201:
        raise RuntimeError(f"{path}: {answer and answer.text}")
    return answer.json()


async def work(
    desk: Desk, book: Book, receipts: dict[str, int], number: int, rng: random.Random, goes_on: asyncio.Event
) -> None:
    """One client: propose and decide until it is told to stop."""
    count = 0
    while not goes_on.is_set():
        count += 1
        project = rng.randrange(PROJECTS)
        county = county_of(project)
        key = f"{desk.seed}-{number}-{count}"
        body = {
            "receipt_id": receipts[county],
            "project_code": project_code(project) if rng.random() > 0.05 else f"{county}-{YEAR}-9999",
            "amount_fen": rng.randrange(1, 1_000_000), "proposed_on": date(YEAR, 3, 1).isoformat(),
        }  # fmt: skip
        book.begin(f"p-{key}", Told("propose", MAKERS[county].office))
        await _insist(desk, book, MAKERS[county], "/allocations", body, f"p-{key}", rng, goes_on)
        made = book.told[f"p-{key}"]
        if made.status != 201 or goes_on.is_set():
            continue
        approves = rng.random() > 0.2
        decision = {"outcome": "approve" if approves else "refuse", "opinion": "同意",
                    "decided_on": date(YEAR, 3, 10).isoformat()}  # fmt: skip
        book.begin(f"d-{key}", Told("decide", CHECKERS[county].office, approves=approves))
        path = f"/allocations/{made.allocation_id}/decision"
        await _insist(desk, book, CHECKERS[county], path, decision, f"d-{key}", rng, goes_on)


async def _insist(
    desk: Desk, book: Book, who: Actor, path: str, body: Any, key: str, rng: random.Random, goes_on: asyncio.Event
) -> None:
    """The same request, maybe several at once, until there is an answer; nothing but an outcome is one."""
    while not goes_on.is_set():
        times = rng.randrange(2, 6) if rng.random() < DUPLICATED else 1
        answers = await asyncio.gather(*(desk.post(who, path, body, key) for _ in range(times)))
        for answer in answers:
            if answer is not None and is_outcome(answer.status_code):
                book.note(key, answer.status_code, _allocation_of(answer))
        if book.told[key].status:
            return
        await asyncio.sleep(ASK_AGAIN_S)


def is_outcome(status: int) -> bool:
    """409 in flight, 202 and every 5xx leave open what happened."""
    return status in (200, 201, 404, 422)


def _allocation_of(answer: httpx.Response) -> int:
    return int(answer.json().get("allocation_id", 0))
