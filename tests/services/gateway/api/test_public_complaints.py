"""Complaints from the first word to the second look: who may see them, who handles them, what is never given away."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text

from services.gateway.operations import complaint_escalation
from shared.chassis import clock
from shared.chassis.database import Database
from tests.services.gateway.people import Town

NAME, TELEPHONE = "孟金秋", "13955580173"
WORDS = "村里的补助款三个月没有发,村干部说被扣下了。"
REASON = {"X-Access-Reason": "%E5%9B%9E%E8%AE%BF%E6%8A%95%E8%AF%89%E4%BA%BA"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(17) + b"\x00\x00\x00\x00IEND\xaeB`\x82"


def token() -> str:
    return secrets.token_urlsafe(24)


async def hand_in(town: Town, files: list[Any] | None = None, **fields: Any) -> httpx.Response:
    form = {"submission_token": token(), "kind": "funds", "area_code": "341622101", "text": WORDS} | fields
    sent = [(name, (None, value)) for name, value in form.items() if value is not None] + (files or [])
    async with town.client() as client:
        return await client.post("/api/v1/public/complaints", files=sent)


async def follow(town: Town, code: str, what: str = "status", **more: Any) -> httpx.Response:
    async with town.client() as client:
        return await client.post(f"/api/v1/public/complaints/{what}", json={"tracking_code": code} | more)


OFFICERS = {
    "wang": ("341622-aid", "county_aid_officer", "王一"),
    "li-er": ("341622-aid", "county_aid_officer", "李二"),
    "city-wu": ("3416-aid", "city_officer", "吴四"),
    "province-lu": ("34-aid", "province_officer", "陆六"),
    "doctor": ("341622-health", "sector_officer", "钟七"),
}


async def employ(town: Town, *usernames: str) -> None:
    for username in usernames:
        office, role, name = OFFICERS[username]
        made = await town.account(username, office, role, person_name=name)
        assert made.status_code == 201, made.text


@pytest.fixture
async def district(town: Town) -> Town:
    """Aid offices of county, city and province, and the county's of health."""
    for code in ("341622-aid", "3416-aid", "34-aid", "341622-health"):
        assert (await town.office(code, code.split("-")[1])).status_code == 201
    return town


async def test_a_named_complaint_goes_its_way_and_only_its_office_reads_it_and_why(district: Town) -> None:
    town = district
    await employ(town, "wang", "li-er", "doctor")
    files = [
        ("files", ("p.png", PNG, "image/png")),
        ("files", ("q.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n", "application/pdf")),
    ]
    answer = await hand_in(town, files, name=NAME, telephone=TELEPHONE)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    code = receipt["tracking_code"]
    assert len(code.replace("-", "")) == 20
    assert receipt["handled_by"] == "机构 341622-aid"
    assert answer.headers["cache-control"] == "no-store"

    async with await town.as_("wang") as wang, await town.as_("li-er") as li, await town.as_("doctor") as doctor:
        head = (await wang.get("/api/v1/complaints")).json()["items"][0]
        at = f"/api/v1/complaints/{head['id']}"
        assert head["named"] is True
        assert (await doctor.get("/api/v1/complaints")).json()["items"] == []
        assert (await doctor.get(at)).status_code == 404

        case = (await wang.get(at)).json()
        assert case["text"] == WORDS
        assert NAME not in str(case)
        assert TELEPHONE not in str(case)
        assert [file["media_type"] for file in case["files"]] == ["image/png", "application/pdf"]
        picture = await wang.get(f"{at}/files/{case['files'][0]['id']}")
        assert picture.content == PNG
        assert picture.headers["content-disposition"].startswith("attachment")

        assert (await wang.get(f"{at}/complainant")).json()["code"] == "gateway.complaint_unmask_reason_missing"
        seen = await wang.get(f"{at}/complainant", headers=REASON)
        assert seen.json() == {"name": NAME, "telephone": TELEPHONE}

        assert (await wang.post(f"{at}/acceptance")).status_code == 200
        assert (await wang.post(f"{at}/acceptance")).json()["code"] == "gateway.complaint_step_not_now"
        assert (await wang.post(f"{at}/questions", json={"text": "请问是哪个村民组?"})).json()["state"] == "waiting"
        told = (await follow(town, code)).json()
        assert told["entries"][-1] == {
            "on": str(clock.office_today()),
            "step": "more_asked",
            "text": "请问是哪个村民组?",
        }
        assert WORDS not in str(told)
        for _ in range(2):
            assert (await follow(town, code, "messages", text="第三组。")).json()["state"] == "accepted"
        assert (await wang.post(f"{at}/drafts", json={"text": "款项已于今日发放。"})).json()["state"] == "drafted"
        assert "发放" not in (await follow(town, code)).text
        case = (await wang.get(at)).json()
        assert [entry["step"] for entry in case["entries"]].count("message") == 1
        draft = next(entry["id"] for entry in case["entries"] if entry["step"] == "drafted")
        word = {"draft_id": draft, "outcome": "release", "opinion": "同意"}
        assert (await wang.post(f"{at}/release", json=word)).json()["code"] == "gateway.complaint_draft_same_person"
        stale = word | {"draft_id": "0" * 32}
        assert (await li.post(f"{at}/release", json=stale)).json()["code"] == "gateway.complaint_draft_changed"
        assert (await li.post(f"{at}/release", json=word)).json()["state"] == "replied"

    told = (await follow(town, code.lower().replace("-", " "))).json()
    assert told["entries"][-1]["text"] == "款项已于今日发放。"
    assert (await follow(town, code, "rating", satisfaction=2)).json()["satisfaction"] == 2
    assert (await follow(town, code, "rating", satisfaction=5)).json()["code"] == "gateway.complaint_rated"
    again = (await follow(town, code, "reopening", reason="没有收到。")).json()
    assert (again["state"], again["handled_by"], again["may_reopen"]) == ("received", "机构 3416-aid", False)
    assert (await follow(town, code, "reopening", reason="没有收到。")).status_code == 409
    async with await town.as_("wang") as wang:
        assert (await wang.get(at)).status_code == 404

    rows = await everything(town)
    for secret in (NAME, TELEPHONE, WORDS, "第三组", code, code.replace("-", ""), "款项已于今日"):
        assert secret not in rows, secret
    actions = await reads(town)
    assert actions.count("complaint.unmask") == 1
    assert {"complaint.read", "complaint.file"} <= set(actions)


async def everything(town: Town) -> str:
    """All rows of the tables a complaint leaves anything in, as text."""
    async with town.harness.app.state.database.session() as session:
        found = ""
        for table in ("complaints", "complaint_entries", "complaint_files", "audit_entries", "read_trail",
                      "idempotency_keys", "outbox_events"):  # fmt: skip
            found += str((await session.execute(text(f"select row_to_json(t)::text from {table} t"))).all())
        return found


async def reads(town: Town) -> list[str]:
    async with town.harness.app.state.database.session() as session:
        return list(await session.scalars(text("select action from read_trail order by id")))


async def test_a_lost_answer_makes_no_second_complaint_and_strangers_keys_never_meet(district: Town) -> None:
    town, mine = district, token()
    first = await hand_in(town, submission_token=mine)
    again = await hand_in(town, submission_token=mine)
    assert again.json() == first.json()
    other = await hand_in(town, submission_token=mine, text="别的话。")
    assert other.json()["code"] == "gateway.submission_reused"
    assert first.json()["tracking_code"] not in other.text
    form = {"kind": "funds", "area_code": "341622101", "text": WORDS}
    async with town.client(**{"idempotency-key": "1"}) as client:
        two = [
            (await client.post("/api/v1/public/complaints", data=form | {"submission_token": token()})).json()
            for _ in range(2)
        ]
    assert two[0]["tracking_code"] != two[1]["tracking_code"]
    racing = token()
    raced = await asyncio.gather(*(hand_in(town, submission_token=racing) for _ in range(3)))
    assert {answer.status_code for answer in raced} <= {201, 409}
    assert len({answer.json()["tracking_code"] for answer in raced if answer.status_code == 201}) == 1
    async with town.harness.app.state.database.session() as session:
        assert await session.scalar(text("select count(*) from complaints")) == 4
        assert (
            await session.scalar(text("select count(*) from idempotency_keys where operation like 'complaint%'")) == 0
        )


async def test_an_officer_takes_down_what_is_told_on_the_hotline_and_the_caller_follows_it(district: Town) -> None:
    town = district
    await employ(town, "wang", "li-er")
    told = {
        "submission_token": token(), "channel": "telephone", "kind": "funds", "area_code": "341622101", "text": WORDS,
        "name": NAME, "telephone": TELEPHONE,
    }  # fmt: skip
    async with await town.as_("wang") as wang, await town.as_("li-er") as li:
        receipt = (await wang.post("/api/v1/complaints", json=told)).json()
        again = await wang.post("/api/v1/complaints", json=told, headers={"idempotency-key": "the-same-call"})
        assert again.json() == receipt
        other = await wang.post("/api/v1/complaints", json=told | {"channel": "visit"})
        assert other.json()["code"] == "gateway.submission_reused"
        (head,) = (await li.get("/api/v1/complaints")).json()["items"]
        case = (await li.get(f"/api/v1/complaints/{head['id']}")).json()
        (entry,) = case["entries"]
        assert (entry["step"], entry["office"], entry["facts"]["channel"]) == ("received", "341622-aid", "telephone")
        assert entry["account"]
        assert (case["text"], case["named"]) == (WORDS, True)
    followed = (await follow(town, receipt["tracking_code"])).json()
    assert (followed["state"], followed["due_on"]) == ("received", receipt["due_on"])
    async with town.harness.fastapi.state.database.session(read_only=True) as session:
        kept = (await session.execute(text("select body from idempotency_keys"))).scalars().all()
    assert receipt["tracking_code"] not in str(kept)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"area_code": "341623101"}, 404, "not_found"),
        ({"channel": "fax"}, 422, "invalid_fields"),
        ({"submission_token": "short"}, 422, "invalid_fields"),
        ({"telephone": None}, 422, "gateway.complaint_name_incomplete"),
        ({"kind": "weather"}, 422, "gateway.complaint_kind_unknown"),
        ({"about_person": "赵七"}, 422, "gateway.complaint_person_without_office"),
        ({"text": " "}, 422, "invalid_fields"),
    ],
)
async def test_what_cannot_be_taken_down_is_refused_and_nothing_is_kept(
    district: Town, changes: dict[str, Any], status: int, code: str
) -> None:
    await employ(district, "wang")
    told = {
        "submission_token": token(), "channel": "visit", "kind": "funds", "area_code": "341622101", "text": WORDS,
        "name": NAME, "telephone": TELEPHONE,
    } | changes  # fmt: skip
    async with await district.as_("wang") as wang:
        answer = await wang.post("/api/v1/complaints", json=told)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (await wang.get("/api/v1/complaints")).json()["items"] == []


async def test_who_is_complained_about_never_sees_it_and_the_level_above_handles_it(district: Town) -> None:
    town = district
    await employ(town, "wang", "li-er", "city-wu")
    about_office = (await hand_in(town, about_office="341622-aid")).json()
    assert about_office["handled_by"] == "机构 3416-aid"
    about_person = (await hand_in(town, about_level="township", about_person="王一")).json()
    assert about_person["handled_by"] == "机构 341622-aid"
    nameless = await hand_in(town, about_person="王一")
    assert nameless.json()["code"] == "gateway.complaint_person_without_office"
    async with await town.as_("wang") as wang, await town.as_("li-er") as li, await town.as_("city-wu") as city:
        assert (await wang.get("/api/v1/complaints")).json()["items"] == []
        found = (await li.get("/api/v1/complaints")).json()["items"]
        assert len(found) == 1
        assert (await wang.get(f"/api/v1/complaints/{found[0]['id']}")).status_code == 404
        at_city = (await city.get("/api/v1/complaints")).json()["items"][0]["id"]
        to = {"office": "341622-aid", "reason": "请县级办理"}
        back = await city.post(f"/api/v1/complaints/{at_city}/transfer", json=to)
        assert back.json()["code"] == "gateway.complaint_transfer_not_possible"
        health = await li.post(f"/api/v1/complaints/{found[0]['id']}/transfer", json=to | {"office": "341622-health"})
        assert health.json()["handler_office"] == "341622-health"
        assert (await li.get(f"/api/v1/complaints/{found[0]['id']}")).status_code == 404


async def test_overdue_complaints_go_up_once_for_each_level_and_the_settled_close(district: Town) -> None:
    town, parts = district, district.harness.app.state.parts
    await employ(town, "province-lu")
    code = (await hand_in(town)).json()["tracking_code"]
    lost = (await hand_in(town, area_code="110101")).json()
    assert lost["handled_by"] is None
    database: Database = town.harness.app.state.database
    funds = town.harness.app.state.peers["funds"]

    async def run() -> int:
        return await complaint_escalation.run(database, parts.seals, parts.calendar, funds)

    async def shift(column: str, days: int) -> None:
        async with database.session() as session:
            await session.execute(
                text(f"update complaints set {column} = :day where area_code like '3416%'"),
                {"day": clock.office_today() + timedelta(days=days)},
            )

    assert await run() == 0
    places = []
    for _ in range(3):
        await shift("due_on", -1)
        moved = await asyncio.gather(run(), run())
        places.append(((await follow(town, code)).json()["handled_by"], sum(moved)))
    assert places == [("机构 3416-aid", 1), ("机构 34-aid", 1), ("机构 34-aid", 0)]
    async with await town.as_("province-lu") as lu:
        head = (await lu.get("/api/v1/complaints", params={"overdue": "true"})).json()["items"][0]
        assert head["overdue"] is True
        figures = (
            await lu.get(
                "/api/v1/complaints/statistics", params={"division_code": "34", "year": clock.office_today().year}
            )
        ).json()
        assert (figures["total"]["received"], figures["total"]["overdue"], figures["total"]["escalated"]) == (1, 1, 1)
    async with town.client() as client:
        public = (await client.get(f"/api/v1/public/complaints/figures?year={clock.office_today().year}")).json()
        assert public["received"] is None
    async with database.session() as session:
        settled = "state = 'replied', due_on = null, replied_on = current_date - 40"
        await session.execute(text(f"update complaints set {settled} where area_code like '3416%'"))
    assert await run() == 1
    closed = (await follow(town, code)).json()
    assert (closed["state"], closed["may_reopen"]) == ("closed", False)


async def test_what_was_said_and_done_cannot_be_changed_even_by_the_services_role(district: Town) -> None:
    town = district
    await hand_in(town, [("files", ("p.png", PNG, "image/png"))])
    for statement in ("update complaint_entries set kind = 'x'", "delete from complaint_files"):
        with pytest.raises(Exception, match="permission denied"):
            async with town.harness.app.state.database.session() as session:
                await session.execute(text(statement))


async def test_bad_complaints_are_refused_clearly_and_leave_nothing(district: Town) -> None:
    town = district
    wrong_files = {
        "photo.jpg": PNG,
        "letter.pdf": b"MZ\x90 not a pdf",
        "page.html": b"<script>alert(1)</script>",
        "tail.png": PNG + b"PK\x03\x04",
    }
    for name, content in wrong_files.items():
        answer = await hand_in(town, [("files", (name, content, "application/octet-stream"))])
        assert (answer.status_code, answer.json()["code"]) == (415, "gateway.complaint_file_kind"), name
    big = await hand_in(town, [("files", ("p.png", b"0" * (2 * 1024 * 1024 + 1), "image/png"))])
    assert big.json()["code"] == "gateway.complaint_file_too_large"
    many = await hand_in(town, [("files", ("p.png", PNG, "image/png"))] * 5)
    assert many.json()["code"] == "gateway.complaint_files_too_many"
    assert (await hand_in(town, name=NAME)).json()["code"] == "gateway.complaint_name_incomplete"
    assert (await hand_in(town, kind="nonsense")).json()["code"] == "gateway.complaint_kind_unknown"
    assert (await hand_in(town, area_code="999999")).json()["code"] == "gateway.division_unknown"
    assert (await hand_in(town, submission_token="1234")).status_code in (400, 422)
    assert (await hand_in(town, text="零\u200b宽")).status_code in (400, 422)
    for code in ("0" * 20, "AAAAA-AAAAA-AAAAA-AAAAA", "!!!!!!!!!!!!!!!!!!!!", "short"):
        assert (await follow(town, code)).status_code in (400, 404, 422)
    async with town.harness.app.state.database.session() as session:
        assert await session.scalar(text("select count(*) from complaints")) == 0
    with patience(town, 3):
        answers = [await follow(town, "0" * 20) for _ in range(5)]
    assert [answer.status_code for answer in answers][-2:] == [429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


@contextmanager
def patience(town: Town, per_minute: int) -> Iterator[None]:
    """A complaint limit of this many a minute, from now on."""
    rate = town.harness.app.state.parts.portal.complaint_rate
    before, rate.per_minute = rate.per_minute, per_minute
    rate._buckets.clear()
    yield
    rate.per_minute = before
