"""The journey that must always work, over the running suite: real processes, real HTTP, real refusals.

The tests stand in the journey's order; each uses what the one before left behind, as an office would.
"""

from __future__ import annotations

import hashlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from deploy.demonstration.people import generate
from shared.chassis.clock import office_today
from tests.support.identity import identity_number, with_wrong_check_digit
from tests.support.suite import RunningSuite

COUNTY, TOWN, VILLAGE = "341622", "341622106", "341622106205"
HOUSEHOLDS = "/api/v1/registry/households"
LISTS = "/api/v1/registry/identifications"
LIBRARY = "/api/v1/projects/library"
WORKS = "/api/v1/projects/works"
FUNDS = "/api/v1/funds"
YEAR = office_today().year
RUN = uuid.uuid4().hex[:8]

FINAL_PAPERS = ("invoice", "acceptance_report", "settlement")

made: dict[str, Any] = {}
"""What earlier steps of the journey left for later ones."""


def ago(days: int) -> str:
    return (office_today() - timedelta(days=days)).isoformat()


def paper(name: str) -> str:
    return hashlib.sha256(f"{RUN} {name}".encode()).hexdigest()


def claim_paper(kind: str) -> dict[str, str]:
    """A paper of a claim; an invoice names its number and issuer."""
    numbered = {"issuer": "91341622MA2TH3BJ3M", "number": paper(kind)[:20]} if kind == "invoice" else {}
    return {"kind": kind, "name": kind, "sha256": paper(kind)} | numbered


STUDENT = {"education": None, "schooling": "secondary_vocational_2", "labour": "none", "away_months": 0}


def household(*numbers: str, **changes: Any) -> dict[str, Any]:
    students = (member("盖小苗", number, "son") | STUDENT for number in numbers[1:])
    members = [member("盖有田", numbers[0], "head"), *students]
    return {
        "village_code": VILLAGE,
        "group": "3组",
        "standard": "national",
        "attribute": "general_poor",
        "main_cause": "no_skill",
        "other_causes": ["no_money"],
        "housing_level": "B",
        "safe_water": True,
        "electricity": True,
        "income": {
            "wage_fen": 400_000,
            "business_fen": 300_000,
            "property_fen": 0,
            "transfer_fen": 50_000,
            "business_cost_fen": 90_000,
        },
        "members": members,
    } | changes


def member(name: str, number: str, relation: str) -> dict[str, Any]:
    return {
        "name": name,
        "identity_number": number,
        "relation": relation,
        "ethnicity": "01",
        "education": "junior_middle",
        "health": ["healthy"],
        "labour": "ordinary",
        "politics": "masses",
        "medical_insurance": True,
        "pension_insurance": True,
        "away_months": 3,
    }


def test_step_1_the_county_is_loaded(suite: RunningSuite) -> None:
    officer = suite.person("xutuan.officer")
    statistics = officer.get("/api/v1/registry/statistics", division_code=TOWN, group_by="status").json()
    assert statistics["people"] == 3_627
    assert {group["key"]: group["people"] for group in statistics["groups"]} == {"registered": 3_627}
    plan = officer.get("/api/v1/registry/exit-plans", division_code=TOWN).json()
    plans = plan.get("items", [plan])
    assert [year["people"] for year in plans[0]["years"]] == [791, 977, 946, 913]
    me = suite.person("mengcheng.finance").get("/api/v1/auth/me").json()
    assert me["scope"] == [COUNTY]


def test_step_2_a_file_that_breaks_a_rule_is_refused_by_field(suite: RunningSuite) -> None:
    recorder = suite.person("village.205")
    good = identity_number(date(1971, 4, 5))
    wrong = household(with_wrong_check_digit(good))
    problem = recorder.refused(HOUSEHOLDS, wrong, 422, "registry.identity_number_check_digit")
    assert problem["errors"][0]["pointer"] == "/members/0/identity_number"
    assert wrong["members"][0]["identity_number"] not in str(problem)
    elsewhere = recorder.post(HOUSEHOLDS, household(good, village_code="341622999999"))
    assert elsewhere.status_code in (404, 422)
    unknown = recorder.post(HOUSEHOLDS, household(good, nickname="x"))
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/nickname")
    negative = household(good)
    negative["income"]["wage_fen"] = -1
    assert recorder.post(HOUSEHOLDS, negative).status_code == 422
    fraction = household(good)
    fraction["income"]["wage_fen"] = 10.5
    assert recorder.post(HOUSEHOLDS, fraction).json()["errors"][0]["pointer"] == "/income/wage_fen"
    assert suite.person("village.209").post(HOUSEHOLDS, household(good)).status_code in (404, 422)


def test_step_2_a_household_is_identified(suite: RunningSuite) -> None:
    recorder, chief = suite.person("village.205"), suite.person("xutuan.chief")
    numbers = identity_number(date(1971, 4, 5)), identity_number(date(office_today().year - 17, 1, 1))
    opened = recorder.made(HOUSEHOLDS, household(*numbers))
    recorder.refused(HOUSEHOLDS, household(numbers[0]), 409, "registry.person_on_another_file")
    listed = recorder.made(LISTS, {"village_code": VILLAGE, "year": YEAR, "household_ids": [opened["id"]]})
    path = f"{LISTS}/{listed['id']}"
    notice = {"posted_on": ago(20), "place": "村务公开栏", "paper_sha256": paper("notice")}
    recorder.refused(f"{path}/notice", notice, 409, "registry.step_not_due")
    meeting = {
        "held_on": ago(21), "place": "村部", "present": 20, "entitled": 52, "votes_for": 20, "votes_against": 0,
        "chair": "卜文正", "paper_sha256": paper("meeting"),
    }  # fmt: skip
    recorder.refused(f"{path}/meeting", meeting, 422, "registry.quorum_missed")
    recorder.made(f"{path}/meeting", meeting | {"present": 45, "votes_for": 44, "votes_against": 1})
    recorder.refused(f"{path}/notice", notice | {"posted_on": ago(25)}, 422, "registry.notice_before_meeting")
    recorder.refused(f"{path}/notice", notice | {"posted_on": ago(-1)}, 422, "registry.day_in_future")
    hung = recorder.made(f"{path}/notice", notice)
    assert hung["notice"]["recorded_late"] is True
    decision = {"outcome": "approve", "opinion": "属实"}
    assert recorder.post(f"{path}/township-decision", decision).status_code == 403
    suite.person("mengcheng.aid").refused(f"{path}/county-decision", decision, 409, "registry.step_not_due")
    chief.made(f"{path}/township-decision", decision)
    made["household"] = opened["id"]
    made["numbers"] = numbers
    made["list"] = path


def test_step_2_two_people_decide_at_once_and_one_wins(suite: RunningSuite) -> None:
    decision = {"outcome": "approve", "opinion": "审定通过"}
    people = [suite.person("mengcheng.aid"), suite.person("mengcheng.aid.chief")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda person: person.post(f"{made['list']}/county-decision", decision), people))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    file = suite.person("village.205").get(f"{HOUSEHOLDS}/{made['household']}").json()
    assert file["status"] == "registered"
    assert file["members"][0]["identity_number_masked"].startswith("341****")
    assert made["numbers"][0] not in str(file)


def test_step_2_a_notice_still_running_holds_the_decision(suite: RunningSuite) -> None:
    officer, chief = suite.person("xutuan.officer"), suite.person("xutuan.chief")
    opened = officer.made(HOUSEHOLDS, household(identity_number(date(1980, 1, 2))))
    listed = officer.made(LISTS, {"village_code": VILLAGE, "year": YEAR, "household_ids": [opened["id"]]})
    path = f"{LISTS}/{listed['id']}"
    meeting = {
        "held_on": ago(3), "place": "村部", "present": 45, "entitled": 52, "votes_for": 45, "votes_against": 0,
        "chair": "卜文正", "paper_sha256": paper("meeting 2"),
    }  # fmt: skip
    officer.made(f"{path}/meeting", meeting)
    officer.made(f"{path}/notice", {"posted_on": ago(3), "place": "村部", "paper_sha256": paper("notice 2")})
    decision = {"outcome": "approve", "opinion": "属实"}
    chief.refused(f"{path}/township-decision", decision, 409, "registry.notice_running")


def test_step_2_who_proposed_does_not_decide(suite: RunningSuite) -> None:
    officer = suite.person("xutuan.officer")
    opened = officer.made(HOUSEHOLDS, household(identity_number(date(1981, 1, 2))))
    listed = officer.made(LISTS, {"village_code": VILLAGE, "year": YEAR, "household_ids": [opened["id"]]})
    path = f"{LISTS}/{listed['id']}"
    meeting = {
        "held_on": ago(30), "place": "村部", "present": 45, "entitled": 52, "votes_for": 45, "votes_against": 0,
        "chair": "卜文正", "paper_sha256": paper("meeting 3"),
    }  # fmt: skip
    officer.made(f"{path}/meeting", meeting)
    officer.made(f"{path}/notice", {"posted_on": ago(29), "place": "村部", "paper_sha256": paper("notice 3")})
    decision = {"outcome": "approve", "opinion": "属实"}
    answer = officer.post(f"{path}/township-decision", decision)
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.same_person")


def target(level1: str, level2: str, level3: str, value: str, unit: str) -> dict[str, str]:
    return {"level1": level1, "level2": level2, "level3": level3, "operator": ">=", "value": value, "unit": unit}


def entry(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "year": YEAR,
        "name": f"{name} {RUN}",
        "purpose": "works",
        "division_codes": [VILLAGE],
        "category": "village_infrastructure",
        "nature": "new_build",
        "planned_start_on": f"{YEAR}-03-01",
        "planned_end_on": f"{YEAR}-12-20",
        "responsible_office": {"code": "341622-transport", "name": "蒙城县交通运输局"},
        "tasks": "硬化道路1.2千米",
        "amount_fen": 60_000_000,
        "funding": [{"source": "central_special", "amount_fen": 60_000_000}],
        "beneficiaries": {"households": 80, "people": 260, "poor_people": 40},
        "performance_targets": [
            target("产出指标", "数量指标", "道路长度", "1.2", "千米"),
            target("效益指标", "社会效益指标", "受益贫困人口", "40", "人"),
            target("满意度指标", "服务对象满意度指标", "群众满意度", "90", "%"),
        ],
        "participation_mechanism": "村民代表会议选定线路,优先雇请贫困劳动力",
    } | changes  # fmt: skip


def test_step_3_no_performance_targets_no_library(suite: RunningSuite) -> None:
    recorder = suite.person("village.205")
    code = recorder.made(LIBRARY, entry("钟庙村无目标道路", performance_targets=[]))["project_code"]
    recorder.refused(f"{LIBRARY}/{code}/submission", {}, 422, "projects.performance_targets_missing")
    assert recorder.get(f"{LIBRARY}/{code}").json()["state"] == "draft"
    made["draft"] = code


def test_step_3_a_village_proposal_reaches_the_library(suite: RunningSuite) -> None:
    recorder, chief = suite.person("village.205"), suite.person("xutuan.chief")
    code = recorder.made(LIBRARY, entry("钟庙村通组道路"))["project_code"]
    path = f"{LIBRARY}/{code}"
    decision = {"outcome": "approve", "opinion": "同意", "decided_on": ago(50)}
    recorder.made(f"{path}/submission", {"submitted_on": ago(66)})
    chief.refused(f"{path}/decisions", decision | {"step": "township_review"}, 409, "projects.not_the_next_step")
    posted = {"level": "village", "posted_on": ago(65), "place": "公开栏", "paper_sha256": paper("v")}
    recorder.made(f"{path}/notices", posted)
    chief.made(f"{path}/decisions", decision | {"step": "township_review"})
    posted = {"level": "township", "posted_on": ago(49), "place": "公开栏", "paper_sha256": paper("t")}
    suite.person("xutuan.officer").made(f"{path}/notices", posted)
    checked = {"compliance": True, "estimate_accurate": True, "funding_reliable": True, "land": True}
    argued = decision | {"step": "department_review", "checklist": checked, "decided_on": ago(35)}
    suite.person("mengcheng.transport.chief").made(f"{path}/decisions", argued)
    decided = decision | {"step": "county_decision", "decided_on": ago(30)}
    suite.person("mengcheng.aid.chief").made(f"{path}/decisions", decided)
    posted = {"level": "county", "posted_on": ago(28), "place": "县政府网站", "paper_sha256": paper("c")}
    suite.person("mengcheng.aid").made(f"{path}/notices", posted)
    filed = suite.person("mengcheng.aid").made(f"{path}/filing", {"filed_on": ago(15)})
    assert (filed["state"], filed["in_library"]) == ("in_library", True)
    made["project"] = code


def test_step_4_money_for_a_project_outside_library_and_plan_is_refused(suite: RunningSuite) -> None:
    finance = suite.person("mengcheng.finance")
    document = {
        "number": f"皖财农〔{YEAR}〕{RUN}号", "title": "提前下达中央财政专项扶贫资金", "issued_on": ago(14),
        "issuing_division": "34", "fund_year": YEAR, "fund_kind": "central_special", "batch": "advance",
        "total_fen": 50_000_000, "lines": [{"division_code": COUNTY, "amount_fen": 50_000_000}],
    }  # fmt: skip
    province = suite.person("anhui.finance")
    wrong_sum = document | {"total_fen": 50_000_001}
    province.refused(f"{FUNDS}/documents", wrong_sum, 422, "funds.lines_do_not_add_up")
    issued = province.made(f"{FUNDS}/documents", document)
    receipt = {
        "document_id": issued["document_id"], "division_code": COUNTY, "amount_fen": 50_000_000, "received_on": ago(13)
    }  # fmt: skip
    finance.refused(f"{FUNDS}/receipts", receipt | {"received_on": ago(15)}, 422, "funds.day_before_step")
    received = finance.made(f"{FUNDS}/receipts", receipt)
    finance.refused(f"{FUNDS}/receipts", receipt, 409, "funds.already_registered")
    made["document"], made["receipt"] = issued["document_id"], received["receipt_id"]
    allocation = {"receipt_id": received["receipt_id"], "amount_fen": 1_000_000}
    outside = allocation | {"project_code": made["draft"]}
    finance.refused(f"{FUNDS}/allocations", outside, 422, "funds.project_not_in_library")
    unplanned = allocation | {"project_code": made["project"]}
    finance.refused(f"{FUNDS}/allocations", unplanned, 422, "funds.project_not_in_plan")
    nowhere = allocation | {"project_code": "341622-1999-0001"}
    assert finance.post(f"{FUNDS}/allocations", nowhere).status_code in (404, 422)


def test_step_4_the_plan_and_the_allocation(suite: RunningSuite) -> None:
    proposer, decider = suite.person("mengcheng.aid.plan"), suite.person("mengcheng.aid.chief")
    item = {"project_code": made["project"], "amount_fen": 55_000_000, "fund_source": "central_special"}
    plan = {"county_code": COUNTY, "fund_year": YEAR, "items": [item], "proposed_on": ago(13)}
    over = plan | {"items": [item | {"amount_fen": 60_000_001}]}
    proposer.refused("/api/v1/projects/plans", over, 422, "projects.plan_over_estimate")
    proposed = proposer.made("/api/v1/projects/plans", plan)
    path = f"/api/v1/projects/plans/{proposed['id']}/decision"
    decision = {"outcome": "approve", "opinion": "同意", "decided_on": ago(12)}
    same = proposer.post(path, decision)
    assert (same.status_code, same.json()["code"]) == (403, "projects.same_person")
    decider.made(path, decision)
    finance, chief = suite.person("mengcheng.finance"), suite.person("mengcheng.finance.chief")
    allocation = {"receipt_id": made["receipt"], "project_code": made["project"], "proposed_on": ago(11)}
    too_much = allocation | {"amount_fen": 50_000_001}
    finance.refused(f"{FUNDS}/allocations", too_much, 422, "funds.receipt_exhausted")
    over_line = allocation | {"amount_fen": 55_000_001}
    assert finance.post(f"{FUNDS}/allocations", over_line).status_code == 422
    for absurd in (0, -5, 1.5, "100", 10**16):
        assert finance.post(f"{FUNDS}/allocations", allocation | {"amount_fen": absurd}).status_code == 422
    key = uuid.uuid4().hex
    first = finance.post(f"{FUNDS}/allocations", allocation | {"amount_fen": 50_000_000}, key=key)
    again = finance.post(f"{FUNDS}/allocations", allocation | {"amount_fen": 50_000_000}, key=key)
    assert first.status_code == 201, first.text
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = finance.post(f"{FUNDS}/allocations", allocation | {"amount_fen": 49_000_000}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    path = f"{FUNDS}/allocations/{first.json()['allocation_id']}/decision"
    approve = {"outcome": "approve", "opinion": "同意", "decided_on": ago(10)}
    assert finance.post(path, approve).status_code == 403
    chief.made(path, approve)
    made["allocation"] = first.json()["allocation_id"]


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "contractor_name": "蒙城县涡北陌路桥工程有限公司", "contractor_uscc": "91341622MA2TH3BJ3M",
        "amount_fen": 48_000_000, "retention_rate": "0.03", "signed_on": ago(8), "starts_on": ago(8),
        "ends_on": ago(0), "paper_sha256": paper("contract"),
    } | changes  # fmt: skip


def test_step_5_works_and_acceptance_in_order(suite: RunningSuite) -> None:
    clerk, chief = suite.person("mengcheng.transport"), suite.person("mengcheng.transport.chief")
    path = f"{WORKS}/{made['project']}"
    assert clerk.post(f"{path}/contract", contract()).status_code == 409
    tender = {
        "mode": "open_tender", "tendered_on": ago(9),
        "winner_name": "蒙城县涡北陌路桥工程有限公司", "winner_uscc": "91341622MA2TH3BJ3M",
    }  # fmt: skip
    clerk.made(f"{path}/tender", tender)
    clerk.refused(f"{path}/contract", contract(signed_on=ago(10)), 422, "projects.day_before_step_before")
    clerk.refused(f"{path}/contract", contract(amount_fen=55_000_001), 422, "projects.contract_over_plan")
    clerk.refused(f"{path}/contract", contract(contractor_uscc="91341622MA2TH3BJ3N"), 422, "projects.uscc_invalid")
    clerk.made(f"{path}/contract", contract())
    report = {"reported_on": ago(5), "percent": 100, "quantity": "1.2", "unit": "千米"}
    clerk.made(f"{path}/progress-reports", report)
    clerk.made(f"{path}/completion", {"completed_on": ago(4)})
    no_warranty = {
        "key": "retention_days", "division_code": COUNTY, "valid_from": ago(0), "value": "0", "source": "省付款规定",
    }  # fmt: skip
    county = suite.person("mengcheng.finance")
    county.refused(f"{FUNDS}/parameters", no_warranty, 422, "funds.parameter_looser")
    suite.person("anhui.finance").made(f"{FUNDS}/parameters", no_warranty | {"division_code": "34"})
    acceptance = {
        "accepted_on": ago(0), "outcome": "pass", "participants": ["蒙城县交通运输局", "村民代表"], "quality": "合格",
        "final_account_fen": 48_000_000, "paper_sha256": paper("acceptance"),
    }  # fmt: skip
    allocation = made["allocation"]
    claim = final_claim(allocation)
    clerk.refused(f"{FUNDS}/claims", claim, 422, "funds.not_accepted")
    chief.made(f"{path}/acceptance", acceptance)


def final_claim(allocation: int, **changes: Any) -> dict[str, Any]:
    return {
        "allocation_id": allocation,
        "kind": "final",
        "amount_fen": 48_000_000,
        "claimed_on": ago(0),
        "papers": [claim_paper(kind) for kind in ("invoice", "acceptance_report", "settlement")],
    } | changes


def test_step_5_claim_review_payment_by_three_people(suite: RunningSuite) -> None:
    clerk, chief = suite.person("mengcheng.transport"), suite.person("mengcheng.finance.chief")
    treasury = suite.person("mengcheng.finance.treasury")
    claim = final_claim(made["allocation"])
    without = claim | {"papers": claim["papers"][:2]}
    clerk.refused(f"{FUNDS}/claims", without, 422, "funds.paper_missing")
    clerk.refused(f"{FUNDS}/claims", claim | {"claimed_on": ago(1)}, 422, "funds.day_before_step")
    filed = clerk.made(f"{FUNDS}/claims", claim)
    assert (filed["payable_fen"], filed["withheld_fen"]) == (46_560_000, 1_440_000)
    again = claim | {"amount_fen": 1_000}
    assert clerk.post(f"{FUNDS}/claims", again).status_code in (409, 422)
    path = f"{FUNDS}/claims/{filed['claim_id']}"
    chief.made(f"{path}/review", {"outcome": "approve", "opinion": "同意", "reviewed_on": ago(0)})
    approval = {"outcome": "approve", "opinion": "同意支付", "decided_on": ago(0)}
    suite.person("mengcheng.finance").made(f"{path}/approvals", approval)
    order = {"claim_id": filed["claim_id"], "order_no": f"O-{RUN}", "ordered_on": ago(0)}
    same = chief.post(f"{FUNDS}/payments", order)
    assert (same.status_code, same.json()["code"]) == (403, "funds.same_person")
    before = progress(suite)
    payment = treasury.made(f"{FUNDS}/payments", order)
    assert progress(suite)["total"]["paid_fen"] == before["total"]["paid_fen"], "an order is not yet spent"
    result = {"outcome": "paid", "settled_on": ago(0), "bank_reference": f"B-{RUN}"}
    path = f"{FUNDS}/payments/{payment['payment_id']}/result"
    own = treasury.post(path, result)
    assert (own.status_code, own.json()["code"]) == (403, "funds.same_person")
    suite.person("mengcheng.finance").made(path, result)
    after = progress(suite)
    assert after["total"]["paid_fen"] - before["total"]["paid_fen"] == 46_560_000
    made["claim"], made["payment"] = filed["claim_id"], payment["payment_id"]


def test_step_5_retention_is_held_until_due_and_then_released(suite: RunningSuite) -> None:
    finance, chief = suite.person("mengcheng.finance"), suite.person("mengcheng.finance.chief")
    treasury = suite.person("mengcheng.finance.treasury")
    kinds = ("payment_application", "quality_certificate")
    release = {
        "released_on": ago(0),
        "papers": [claim_paper(kind) for kind in kinds],
    }
    path = f"{FUNDS}/retentions/{made['claim']}/release"
    held = finance.get(f"{FUNDS}/retentions", division_code=COUNTY, limit=200).json()["items"]
    early = next(row for row in held if row["due_on"] and row["due_on"] > ago(0))
    finance.refused(f"{FUNDS}/retentions/{early['claim_id']}/release", release, 422, "funds.retention_not_due")
    before = progress(suite)["total"]["withheld_fen"]
    claim = finance.made(path, release)
    reviewed = {"outcome": "approve", "opinion": "质保期满", "reviewed_on": ago(0)}
    chief.made(f"{FUNDS}/claims/{claim['claim_id']}/review", reviewed)
    order = {"claim_id": claim["claim_id"], "order_no": f"R-{RUN}"}
    payment = treasury.made(f"{FUNDS}/payments", order)
    result = {"outcome": "paid", "settled_on": ago(0), "bank_reference": f"RB-{RUN}"}
    finance.made(f"{FUNDS}/payments/{payment['payment_id']}/result", result)
    assert before - progress(suite)["total"]["withheld_fen"] == 1_440_000


def test_step_5_grants_go_only_to_people_on_the_register_and_once(suite: RunningSuite) -> None:
    education = suite.person("mengcheng.education")
    finance = suite.person("mengcheng.finance")
    allocations = finance.get(f"{FUNDS}/allocations", fund_year=YEAR, limit=200).json()["items"]
    grants = next(row for row in allocations if row["purpose"] == "grants" and row["available_fen"] >= 900_000)
    granted = already_granted()
    stranger = identity_number(date(2004, 1, 1), place="341221")
    batch = {
        "programme": "rain_dew_plan", "allocation_id": grants["allocation_id"], "fund_year": YEAR,
        "period": f"{YEAR - 1}-{YEAR}", "mode": "refuse_batch",
        "lines": [
            {"ref": "a", "identity_number": stranger, "amount_fen": 300_000},
            {"ref": "b", "identity_number": granted, "amount_fen": 300_000},
            {"ref": "c", "identity_number": made["numbers"][1], "amount_fen": 300_001},
        ],
    }  # fmt: skip
    refused = education.post(f"{FUNDS}/grant-batches", batch)
    assert refused.status_code == 422, refused.text
    assert stranger not in refused.text
    good = batch | {"mode": "accept_good", "lines": [*batch["lines"][:2], batch["lines"][2] | {"amount_fen": 300_000}]}
    prepared = education.made(f"{FUNDS}/grant-batches", good)
    reasons = {line["ref"]: (line["state"], line["reason"]) for line in prepared["lines"]}
    assert reasons["a"] == ("refused", "not_registered")
    assert reasons["b"][0] == "refused"
    assert "duplicate" in str(reasons["b"][1])
    assert reasons["c"] == ("prepared", None)
    assert (prepared["accepted_lines"], prepared["total_fen"]) == (1, 300_000)


def already_granted() -> str:
    """Somebody the demonstration paid this school year."""
    from deploy.demonstration.money_story import granted_people

    return granted_people(generate(office_today()))[0]


def progress(suite: RunningSuite, **filters: Any) -> dict[str, Any]:
    answer = suite.person("mengcheng.finance").get(
        f"{FUNDS}/progress", **({"division_code": COUNTY, "fund_year": YEAR} | filters)
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_step_6_progress_is_exact_and_every_waiting_fen_has_an_owner(suite: RunningSuite) -> None:
    found = progress(suite, as_of=ago(0))
    total = found["total"]
    net = total["paid_fen"] - total["returned_fen"]
    assert found["target"] == "0.90"
    assert found["target_source"]
    assert abs(Fraction(total["progress"]) - Fraction(net, total["received_fen"])) < Fraction(1, 10**17)
    met = 10 * net >= 9 * total["received_fen"]
    assert (total["verdict"] == "met") == met
    assert total["gap_fen"] == max(0, -(-9 * total["received_fen"] // 10) - net)
    waiting = sum(delay["amount_fen"] for delay in found["delays"] if delay["step"] != "receipt_registration")
    assert waiting + net + total["withheld_fen"] >= total["received_fen"]
    assert {delay["responsible"] for delay in found["delays"]} == {"finance", "project"}
    assert all(delay["days"] >= 0 and delay["office"] for delay in found["delays"])
    for group_by in ("division", "fund_kind", "level", "office", "project"):
        groups = progress(suite, as_of=ago(0), group_by=group_by)["groups"]
        for field in ("received_fen", "paid_fen", "returned_fen", "withheld_fen"):
            assert sum(group[field] for group in groups) == total[field], (group_by, field)


def test_step_6_a_past_day_is_answered_as_it_was(suite: RunningSuite) -> None:
    earlier, now = progress(suite, as_of=ago(1)), progress(suite, as_of=ago(0))
    assert earlier["total"]["paid_fen"] < now["total"]["paid_fen"]
    assert progress(suite, as_of=f"{YEAR}-12-31")["total"]["pace"].startswith("1")
    finance = suite.person("mengcheng.finance")
    for bad in ({"division_code": "411425"}, {"division_code": "34"}):
        assert finance.get(f"{FUNDS}/progress", fund_year=YEAR, **bad).status_code == 404
    assert finance.get(f"{FUNDS}/progress", division_code=COUNTY, fund_year="soon").status_code == 422
    unknown_group = {"division_code": COUNTY, "fund_year": YEAR, "group_by": "colour"}
    assert finance.get(f"{FUNDS}/progress", **unknown_group).status_code == 422


def view(suite: RunningSuite, path: str, who: str = "mengcheng.finance", **more: Any) -> dict[str, Any]:
    answer = suite.person(who).get(f"{FUNDS}{path}", **({"division_code": COUNTY, "fund_year": YEAR} | more))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_step_6_late_money_answers_to_sides_that_add_up_and_the_forecast_to_payments(suite: RunningSuite) -> None:
    total, late = progress(suite)["total"], view(suite, "/late-money")
    sides = sum(late["sides"].values())
    assert late["received_fen"] == total["received_fen"]
    assert sides + late["retention_not_due_fen"] == late["unspent_fen"]
    assert late["unspent_fen"] == total["received_fen"] - total["paid_fen"] + total["returned_fen"]
    assert sum(row["late_fen"] for row in late["rows"]) == late["late_fen"]
    forecast = view(suite, "/forecast")
    landed = [item["spent_fen"] for item in forecast["landings"]]
    assert landed == sorted(landed)
    assert forecast["gap_fen"] == total["gap_fen"]
    flow = view(suite, "/pictures/flow")
    leaving = {node["id"]: 0 for node in flow["nodes"]}
    arriving = dict(leaving)
    for link in flow["links"]:
        leaving[link["source"]] += link["value_fen"]
        arriving[link["target"]] += link["value_fen"]
    for node in flow["nodes"]:
        assert node["value_fen"] == (arriving if node["layer"] == "end" else leaving)[node["id"]]
    line = view(suite, "/pictures/progress-line", step="month")
    assert line["points"][-1]["spent_fen"] == total["paid_fen"] - total["returned_fen"]
    clocks = view(suite, "/stage-clocks", limit=5)
    assert clocks["items"]


def test_step_6_a_report_is_frozen_when_it_is_sent_and_is_sent_once(suite: RunningSuite) -> None:
    maker, sender = suite.person("mengcheng.finance"), suite.person("mengcheng.finance.chief")
    month = office_today().replace(day=1) - timedelta(days=1)
    body = {"division_code": COUNTY, "kind": "monthly", "period": f"{month:%Y-%m}", "fund_year": month.year}
    draft = maker.made(f"{FUNDS}/progress-reports", body)
    path = f"{FUNDS}/progress-reports/{draft['report_id']}"
    assert maker.post(f"{path}/sending", {"opinion": "报送"}).status_code in (403, 409, 422)
    sent = sender.made(f"{path}/sending", {"opinion": "报送"})
    assert (sent["state"], sent["edition"]) == ("sent", 1)
    assert maker.post(f"{FUNDS}/progress-reports", body).status_code == 409
    for form, start in (("xlsx", b"PK"), ("pdf", b"%PDF")):
        first, again = (maker.get(f"{path}/file", document="bulletin", format=form) for _ in range(2))
        assert first.status_code == 200, first.text
        assert first.content.startswith(start)
        assert first.content == again.content


def test_step_6_an_alert_is_found_once_for_its_cause(suite: RunningSuite) -> None:
    finance = suite.person("mengcheng.finance")
    finance.made(f"{FUNDS}/alert-runs", {"division_code": COUNTY})
    alerts = view(suite, "/alerts", limit=200, state="open")["items"]
    assert alerts
    causes = [(item["rule"], item["reference"]) for item in alerts]
    assert len(causes) == len(set(causes))
    finance.made(f"{FUNDS}/alert-runs", {"division_code": COUNTY})
    again = view(suite, "/alerts", limit=200, state="open")["items"]
    assert sorted((item["rule"], item["reference"]) for item in again) == sorted(causes)


def test_step_7_every_fen_is_walked_from_the_document_to_the_payee_and_back(suite: RunningSuite) -> None:
    finance = suite.person("mengcheng.finance")
    down = finance.get(f"{FUNDS}/trace", document_id=made["document"]).json()
    back = finance.get(f"{FUNDS}/trace", payment_id=made["payment"]).json()
    for walk in (down, back):
        kinds = {node["type"] for node in walk["nodes"]}
        assert {"document", "receipt", "allocation", "claim", "payment"} <= kinds, kinds
    trial = suite.person("mengcheng.audit").get(f"{FUNDS}/ledger/trial-balance", division_code=COUNTY).json()
    assert trial, trial
    verified = suite.person("mengcheng.audit").get(f"{FUNDS}/ledger/verify", division_code=COUNTY)
    assert verified.status_code == 200, verified.text


def test_step_7_the_public_reads_notices_and_nothing_personal(suite: RunningSuite) -> None:
    with suite.anonymous() as public:
        notices = public.get("/api/v1/public/registry/notices", params={"within": VILLAGE})
        library = public.get("/api/v1/public/projects/notices", params={"limit": 50})
        figures = public.get(f"/api/v1/public/funds/progress?division_code={COUNTY}&fund_year={YEAR}")
        private = public.get(f"{HOUSEHOLDS}/{made['household']}")
    assert notices.status_code == 200, notices.text
    assert notices.json()["items"]
    assert made["numbers"][0] not in notices.text
    assert "盖有田" not in notices.text
    assert library.json()["items"]
    assert figures.json()["total"]["received_fen"] > 0
    assert private.status_code == 401
