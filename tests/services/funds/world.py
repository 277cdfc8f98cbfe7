"""A county's money in a test: actors of every desk, the peers' answers, and one function per step."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx2 as httpx

from services.funds.storage.tables import Parameter
from services.projects.domain.fundings import Room, judge
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor, service_actor
from tests.support.harness import Harness, actor

BASE = "/api/v1/funds"
COUNTY = "341622"
YEAR = office_today().year - 1
"""The fund year of the tests: over, so that every day of it has passed."""
NAMES = {
    "34": "安徽省",
    "3416": "亳州市",
    "3412": "阜阳市",
    "341622": "蒙城县",
    "341621": "涡阳县",
    "341204": "颍泉区",
    "341622101": "许疃镇",
    "341622102": "小涧镇",
    "341622101200": "钟庙村",
}
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


def day(month: int, of_month: int = 1, year: int = YEAR) -> str:
    return date(year, month, of_month).isoformat()


def desk(*permissions: str, office: str = "341622-finance", scope: tuple[str, ...] = (COUNTY,), **more: Any) -> Actor:
    more.setdefault("level", "county")
    return actor(*permissions, scope=scope, office=office, **more)


READING = (
    "fund.read", "document.read", "claim.read", "grant.read", "ledger.read", "trace.read", "progress.read",
    "parameter.read", "code_list.read",
)  # fmt: skip
PROVINCE = actor("document.issue", "receipt.register", *READING, scope=("34",), office="34-finance", level="province")
CITY = actor("document.issue", "receipt.register", *READING, scope=("3416",), office="3416-finance", level="city")
MAKER = desk("document.issue", "receipt.register", "allocation.propose", "retention.release", *READING)
CHECKER = desk("allocation.decide", "claim.review", "grant.decide", "parameter.set", *READING)
RELEASER = desk("payment.order", "payment.confirm", *READING)
CONFIRMER = desk("payment.confirm", *READING)
"""Enters what the bank says: another person than ordered."""
CLAIMANT = desk("claim.file", "grant.prepare", *READING, office="341622-transport", sector="transport")
READER = desk(*READING)
ELSEWHERE = desk(*READING, "document.issue", "receipt.register", "allocation.propose", "allocation.decide",
                 "claim.file", "claim.review", "payment.order", "payment.confirm", "retention.release",
                 "grant.prepare", "grant.decide",
                 office="341621-finance", scope=("341621",))  # fmt: skip


def grant_of(code: str, **changes: Any) -> dict[str, Any]:
    """What projects say of a works project in the plan of YEAR, under way, with a contract of 1,000,000 yuan."""
    return {
        "project_code": code,
        "version": 1,
        "name": f"道路硬化 {code}",
        "division_code": "341622101200",
        "county_code": COUNTY,
        "category": "infrastructure",
        "nature": "new",
        "purpose": "works",
        "office": "341622-transport",
        "office_name": "蒙城县交通运输局",
        "state": "under_way",
        "in_library": True,
        "plan_year": YEAR,
        "plan_line_fen": 100_000_000,
        "state_since": day(3, 15),
        "contractor_name": "某路桥公司",
        "contractor_uscc": "91341622MA2N000000",
        "contract_fen": 100_000_000,
        "retention_rate": "0.03",
        "accepted_on": None,
        "planned_end_on": day(9),
    } | changes


def paper(kind: str, content: str | None = None) -> dict[str, str]:
    text = content or uuid.uuid4().hex
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    numbered = {"issuer": "91341622MA2N000000", "number": sha256[:20]} if kind == "invoice" else {}
    return {"kind": kind, "name": f"{kind}.pdf", "sha256": sha256} | numbered


PAPERS = {
    "progress": ("invoice", "progress_certificate"),
    "final": ("invoice", "acceptance_report", "settlement"),
    "retention": ("payment_application", "quality_certificate"),
}


def papers(kind: str) -> list[dict[str, str]]:
    return [paper(name) for name in PAPERS[kind]]


@dataclass
class Fundings:
    """Projects' side of operations, by the rule projects use: each is decided once, by operation."""

    decided: dict[str, dict[str, Any]] = field(default_factory=dict)

    def decide(self, path: str, body: dict[str, Any], grant: dict[str, Any] | None) -> dict[str, Any]:
        _, _, _, code, _, op, *rest = path.split("/")
        if op not in self.decided:
            verdict = None if rest else judge(self._room(code, grant), *(body[name] for name in ASKED))
            state = "tombstone" if verdict is None else "refused" if verdict.reason else "funded"
            self.decided[op] = body | {
                "op": op,
                "project_code": code,
                "state": state,
                "reason": verdict.reason if verdict else None,
                "left_fen": verdict.left_fen if verdict else None,
                "decided_at": "2026-01-01T00:00:00Z",
                "grant": grant,
            }
        return {name: value for name, value in self.decided[op].items() if name != "asked_by"}

    def compared(self, request: httpx.Request) -> dict[str, Any]:
        """Sums with a hash that fits nobody's, so that each place is narrowed to its operations."""
        rows = list(self.decided.values())
        if request.url.path.endswith("/totals"):
            places = {(row["county_code"], row["asked_on"]) for row in rows}
            sums = {"count": len(rows), "funded_fen": 0, "released_fen": 0, "hash": "x"}
            return {"items": [{"county_code": county, "asked_on": day, **sums} for county, day in places]}
        names = ("op", "state", "amount_fen")
        return {"items": [{name: row[name] for name in names} | {"released_fen": 0} for row in rows]}

    def _room(self, code: str, grant: dict[str, Any] | None) -> Room | None:
        if grant is None:
            return None
        funded = sum(
            row["amount_fen"]
            for row in self.decided.values()
            if row["project_code"] == code and row["state"] == "funded"
        )
        names = ("county_code", "state", "in_library", "plan_year", "plan_line_fen")
        return Room(**{name: grant[name] for name in names}, funded_fen=funded)


ASKED = ("county_code", "fund_year", "amount_fen")


@dataclass
class World:
    """A running service with its peers played from `projects`, `divisions` and `people`."""

    funds: Harness
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers of the eligibility check by identity number; person_id is looked up among them."""
    fundings: Fundings = field(default_factory=Fundings)
    asked: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    """What kinds the register has a division of."""
    closed: dict[str, str] = field(default_factory=dict)
    """Divisions that were closed, with their last day."""
    purposes: list[str] = field(default_factory=list)
    """What households' accounts were asked for."""

    def __post_init__(self) -> None:
        self.funds.set_peer("projects", self._projects)
        self.funds.set_peer("registry", self._registry)

    def _projects(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if "projects" in self.down:
            return httpx.Response(503)
        if request.url.path.startswith("/internal/fundings"):
            return httpx.Response(200, json=self.fundings.compared(request))
        code = request.url.path.split("/")[3]
        grant = self.projects.get(code)
        if request.method == "PUT":
            answer = self.fundings.decide(request.url.path, json.loads(request.content), grant)
            return httpx.Response(503) if "answers" in self.down else httpx.Response(200, json=answer)
        return httpx.Response(404) if grant is None else httpx.Response(200, json=grant)

    def _registry(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if "registry" in self.down:
            return httpx.Response(503)
        if request.url.path == "/internal/persons/matching":
            return self._matching(json.loads(request.content))
        if request.url.path == "/internal/household-accounts":
            return self._accounts(json.loads(request.content))
        if request.method == "POST":
            return self._eligibility(json.loads(request.content))
        if request.url.path.endswith("/kinds"):
            return httpx.Response(200, json={"kinds": self.kinds.get(request.url.path.split("/")[3], [])})
        code = request.url.path.rsplit("/", 1)[1]
        if code not in NAMES:
            return httpx.Response(404)
        body = {
            "code": code,
            "level": LEVELS[len(code)],
            "name": NAMES[code],
            "parent_code": "",
            "valid_from": "2016-01-01",
            "source": "test",
            "valid_to": self.closed.get(code),
        }
        return httpx.Response(200, json=body)

    def _matching(self, question: dict[str, Any]) -> httpx.Response:
        """Everybody of these standings, page by page, whatever was tested: funds look at the facts themselves."""
        asked_for = [row for row in self.people.values() if row["status"] in question["statuses"]]
        people = sorted(asked_for, key=lambda row: str(row["person_id"]))
        start = 0 if question["after"] is None else int(question["after"][-4:])
        answers = [
            {"ref": row["person_id"], **answer_of(row, question["facts"])}
            for row in people[start : start + question["limit"]]
        ]
        end = start + len(answers)
        after = f"00000000-0000-0000-0000-00000000{end:04d}" if end < len(people) else None
        return httpx.Response(200, json={"answers": answers, "next_after": after})

    def _accounts(self, question: dict[str, Any]) -> httpx.Response:
        """Each household's own account; its number ends as the household's does."""
        by_person = {row.get("person_id"): row for row in self.people.values()}
        answers = []
        for asked in question["people"]:
            row = by_person.get(asked["person_id"], {})
            mark = answer_of(row, ["account_mark"])["facts"]["account_mark"] if row else None
            told = {"household_id", "account", "account_name", "bank_name", "account_mark"} & set(row)
            number = "622848040256489" + str(row.get("household_id", "")).rpartition("-")[2].zfill(4)
            usual = {"account": number, "account_name": "张建国", "bank_name": "蒙城农商行", "account_mark": mark}
            found = usual | {name: row[name] for name in told} if row.get("status") in ("eligible", "exited") else {}
            answers.append({"ref": asked["ref"], **found})
        self.purposes.append(question["purpose"])
        return httpx.Response(200, json={"answers": answers})

    def _eligibility(self, question: dict[str, Any]) -> httpx.Response:
        by_person = {row.get("person_id"): row for row in self.people.values()}
        answers = []
        for person in question["people"]:
            if "person_id" in person:
                found = by_person.get(person["person_id"])
            else:
                found = self.people.get(person["identity_number"])
            answers.append({"ref": person["ref"], **answer_of(found, question.get("facts", []))})
        return httpx.Response(200, json={"answers": answers})

    async def post(self, who: Actor, path: str, body: Any, key: str | None = None) -> httpx.Response:
        async with self.funds.as_(who) as client:
            return await client.post(BASE + path, json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    async def insist(self, who: Actor, path: str, body: Any) -> httpx.Response:
        """As a careful client: the same key again while the answer is that the service was too busy."""
        key = uuid.uuid4().hex
        for _ in range(50):
            answer = await self.post(who, path, body, key)
            if answer.status_code != 503:
                return answer
        return answer

    async def tell(self, code: str, sequence: int = 1, **changes: Any) -> httpx.Response:
        """Projects tell an event with the project's present facts."""
        data = self.projects[code] | changes
        return await self.event({"subject": code, "sequence": sequence, "data": data})

    async def event(self, changes: dict[str, Any]) -> httpx.Response:
        body = {
            "id": uuid.uuid4().hex,
            "source": "projects",
            "type": "project.changed",
            "time": "2025-01-01T00:00:00+00:00",
        } | changes
        async with self.funds.as_(service_actor("projects"), issuer="projects") as client:
            return await client.post("/internal/events", json=body)

    async def died(self, number: int, on: str | None, *, sequence: int = 1, event: str = "", **changes: Any) -> Any:
        """The registry tells the death of person-`number`; with `on` None that it is taken back."""
        data = {"person_id": f"person-{number}", "died_on": on or day(1)}
        body = {
            "id": event or uuid.uuid4().hex,
            "source": "registry",
            "type": "person.died" if on else "person.death_withdrawn",
            "subject": f"person-{number}",
            "sequence": sequence,
            "time": "2026-01-01T00:00:00+00:00",
            "data": data,
        } | changes
        async with self.funds.as_(service_actor("registry"), issuer="registry") as client:
            return await client.post("/internal/events", json=body)

    async def get(self, who: Actor, path: str, **params: Any) -> httpx.Response:
        async with self.funds.as_(who) as client:
            return await client.get(BASE + path, params={k: v for k, v in params.items() if v is not None})

    async def made(self, who: Actor, path: str, body: Any, key: str | None = None) -> dict[str, Any]:
        answer = await self.post(who, path, body, key)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def policy(self, key: str, value: str, unit: str, valid_from: str, place: str = COUNTY) -> None:
        """A figure of a place that was set before the days of the test came: nobody sets one for days gone by.

        What is looser than the nation's default is the province's (`place`) to say.
        """
        row = Parameter(
            key=key, division_code=place, valid_from=date.fromisoformat(valid_from), valid_to=None, value=value,
            unit=unit, source="县文件",
        )  # fmt: skip
        async with self.funds.fastapi.state.database.session() as session:
            session.add(row)

    async def seen(self, who: Actor, path: str, **params: Any) -> dict[str, Any]:
        answer = await self.get(who, path, **params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    # One function per step, each with a good default.

    async def document(self, lines: dict[str, int], who: Actor = PROVINCE, **changes: Any) -> dict[str, Any]:
        return await self.made(who, "/documents", document_body(lines, **changes))

    async def receipt(
        self, document: dict[str, Any], division: str = COUNTY, who: Actor = MAKER, on: str = day(2)
    ) -> dict[str, Any]:
        amount = next(line["amount_fen"] for line in document["lines"] if line["division_code"] == division)
        body = {
            "document_id": document["document_id"],
            "division_code": division,
            "amount_fen": amount,
            "received_on": on,
        }
        return await self.made(who, "/receipts", body)

    async def money(self, amount: int, **changes: Any) -> dict[str, Any]:
        """A receipt of the county over money from the province."""
        return await self.receipt(await self.document({COUNTY: amount}, **changes))

    async def allocation(
        self, receipt: dict[str, Any], amount: int, code: str = "P1", on: str = day(3), decided: str = day(3, 10)
    ) -> dict[str, Any]:
        """An approved allocation."""
        body = {
            "receipt_id": receipt["receipt_id"],
            "project_code": code,
            "amount_fen": amount,
            "proposed_on": on,
        }
        proposed = await self.made(MAKER, "/allocations", body)
        path = f"/allocations/{proposed['allocation_id']}/decision"
        return await self.made(CHECKER, path, {"outcome": "approve", "opinion": "同意", "decided_on": decided})

    async def claim(
        self, allocation: dict[str, Any], amount: int, kind: str = "progress", on: str = day(5)
    ) -> dict[str, Any]:
        return await self.made(CLAIMANT, "/claims", claim_body(allocation, amount, kind, on))

    async def review(self, claim: dict[str, Any], outcome: str = "approve", on: str = day(5, 10)) -> dict[str, Any]:
        body = {"outcome": outcome, "opinion": "已核", "reviewed_on": on}
        return await self.made(CHECKER, f"/claims/{claim['claim_id']}/review", body)

    async def order(self, claim: dict[str, Any], on: str = day(5, 12)) -> dict[str, Any]:
        body = {"claim_id": claim["claim_id"], "order_no": uuid.uuid4().hex[:12], "ordered_on": on}
        return await self.made(RELEASER, "/payments", body)

    async def settle(self, payment: dict[str, Any], outcome: str = "paid", on: str = day(5, 13)) -> dict[str, Any]:
        body = {"outcome": outcome, "settled_on": on, "bank_reference": uuid.uuid4().hex[:16]}
        return await self.made(CONFIRMER, f"/payments/{payment['payment_id']}/result", body)

    async def paid(self, allocation: dict[str, Any], amount: int, on: str = day(5)) -> dict[str, Any]:
        """A claim over `amount`, reviewed, ordered and paid within days of `on`."""
        start = date.fromisoformat(on)
        days = [(start + timedelta(days=n)).isoformat() for n in range(4)]
        claim = await self.claim(allocation, amount, on=days[0])
        await self.review(claim, on=days[1])
        return await self.settle(await self.order(claim, on=days[2]), on=days[3])

    async def progress(self, **params: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)} | params
        return await self.seen(READER, "/progress", **asked)

    async def books_balance(self) -> None:
        """The trial balance sums to zero and the ledger verifies."""
        balance = await self.seen(PROVINCE, "/ledger/trial-balance", division_code="34")
        assert balance["sum_fen"] == 0
        verified = await self.seen(PROVINCE, "/ledger/verify", division_code="34")
        assert verified["ok"], verified


def answer_of(found: dict[str, Any] | None, facts: list[str]) -> dict[str, Any]:
    """The registry's answer: somebody without facts of their own is a student who heads a household."""
    if found is None:
        return {"status": "not_registered"}
    usual: dict[str, Any] = {
        "age": 20, "schooling": "bachelor_1", "labour": "ordinary", "member_count": 3, "housing_level": "A",
        "head_person_id": found.get("person_id"), "account_mark": f"account-{found.get('household_id')}",
        "kin": {}, "absorbed": [], "formerly": [],
    }  # fmt: skip
    own = found.get("facts", {})
    return found | {"facts": {name: own.get(name, usual.get(name)) for name in facts}}


def document_body(amounts: dict[str, int], **changes: Any) -> dict[str, Any]:
    return {
        "number": f"皖财预〔{YEAR}〕{uuid.uuid4().hex[:6]}号",
        "title": "关于提前下达财政专项扶贫资金的通知",
        "issued_on": day(1, 10),
        "issuing_division": "34",
        "fund_year": YEAR,
        "fund_kind": "central_special",
        "batch": "advance",
        "total_fen": sum(amounts.values()),
        "drawn_on_receipt_id": None,
        "lines": [{"division_code": code, "amount_fen": amount} for code, amount in amounts.items()],
    } | changes


def claim_body(allocation: dict[str, Any], amount: int, kind: str = "progress", on: str = day(5)) -> dict[str, Any]:
    return {
        "allocation_id": allocation["allocation_id"],
        "kind": kind,
        "amount_fen": amount,
        "claimed_on": on,
        "papers": papers(kind),
    }


def code_of(answer: httpx.Response) -> str:
    """The problem's code without the service's name."""
    code: str = answer.json()["code"]
    return code.removeprefix("funds.")


def pointer_of(answer: httpx.Response) -> str:
    pointer: str = answer.json()["errors"][0]["pointer"]
    return pointer
