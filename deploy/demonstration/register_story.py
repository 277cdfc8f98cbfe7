"""许疃镇's register: divisions, the people workbook, every village's identification, the yearly exit plan."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from deploy.demonstration.accounts import OPERATOR, XUTUAN, Book, recorder_of
from deploy.demonstration.calendar import Calendar
from deploy.demonstration.client import Desk, LoadFailed
from deploy.demonstration.household import Household
from deploy.demonstration.library_story import paper
from deploy.demonstration.tables import read_exit_plan, read_mengcheng_divisions, read_sample_divisions
from deploy.demonstration.workbooks import write_people
from deploy.local.progress import Steps

REGISTRY = "/api/v1/registry"
LIST_SOURCE = "全国统计用区划代码(2023-06-30,china-division 2.7.0)"
IMPORT_WAIT_S = 90.0


def load_divisions(book: Book, steps: Steps) -> None:
    """The county with what lies above it, and the divisions of the published tables."""
    rows = {row.code: row.name for row in [*read_sample_divisions(), *read_mengcheng_divisions()]}
    ordered = sorted(rows, key=lambda code: (len(code), code))
    body = {
        "divisions": [{"code": code, "name": rows[code]} for code in ordered],
        "valid_from": "2023-06-30",
        "source": LIST_SOURCE,
    }
    book.desk(OPERATOR).post(f"{REGISTRY}/divisions", body, key="divisions")
    steps.advance()


def import_people(book: Book, households: list[Household], steps: Steps) -> dict[str, Any]:
    """The township sends its workbook and waits until every row is in; a bar counts the rows."""
    officer = book.desk("xutuan.officer")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "许疃镇人口.xlsx"
        write_people(path, households)
        answer = officer.upload(
            f"{REGISTRY}/household-imports", path.name, path.read_bytes(), key="people", mode="all_or_nothing"
        )
    deadline, done = time.monotonic() + IMPORT_WAIT_S, 0
    while answer["state"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise LoadFailed(f"the people workbook was not in after {IMPORT_WAIT_S:.0f} s")
        time.sleep(0.2)
        answer = officer.get(f"{REGISTRY}/household-imports/{answer['id']}")
        steps.advance(answer["rows_done"] - done)
        done = answer["rows_done"]
    if answer["state"] != "done" or answer["rows_refused"]:
        raise LoadFailed(f"the people workbook: {answer}")
    found: dict[str, Any] = answer
    return found


def identify(book: Book, calendar: Calendar, steps: Steps) -> None:
    """Each village proposes its list, meets, hangs it out; the township checks, the county decides."""
    villages = [row.code for row in read_mengcheng_divisions() if row.parent_code == XUTUAN]
    for village in villages:
        _identify_village(book, calendar, village)
        steps.advance()


def _identify_village(book: Book, calendar: Calendar, village: str) -> None:
    recorder = book.desk(recorder_of(village))
    lists = f"{REGISTRY}/identifications"
    present = recorder.get(lists, within=village)["items"]
    if present:
        number = present[0]["id"]
    else:
        ids = _drafts(recorder, village)
        body = {"village_code": village, "year": calendar.fund_year, "household_ids": ids}
        number = recorder.post(lists, body, key=f"identify {village}")["id"]
    meeting = {
        "held_on": calendar.ago(30).isoformat(),
        "place": "村党群服务中心",
        "present": 46,
        "entitled": 52,
        "votes_for": 44,
        "votes_against": 2,
        "chair": "卜文正",
        "paper_sha256": paper(f"meeting {village}"),
    }
    recorder.post(f"{lists}/{number}/meeting", meeting, key=f"meeting {village}")
    notice = {
        "posted_on": calendar.ago(29).isoformat(),
        "place": "村务公开栏",
        "paper_sha256": paper(f"notice {village}"),
    }
    recorder.post(f"{lists}/{number}/notice", notice, key=f"notice {village}")
    decision = {"outcome": "approve", "opinion": "经审核,名单属实,公示无异议。"}
    book.desk("xutuan.chief").post(f"{lists}/{number}/township-decision", decision, key=f"township {village}")
    book.desk("mengcheng.aid").post(f"{lists}/{number}/county-decision", decision, key=f"county {village}")


def _drafts(recorder: Desk, village: str) -> list[str]:
    """The ids of the village's households that wait to be proposed."""
    return [row["id"] for row in recorder.every(f"{REGISTRY}/households", within=village, status="draft")]


def plan_exits(book: Book, calendar: Calendar, steps: Steps) -> None:
    """The township's yearly exit plan: its real four steps, on the four years from this one on."""
    years = [
        {"year": calendar.fund_year + number, "people": step.people_out} for number, step in enumerate(read_exit_plan())
    ]
    body = {"years": years, "source": "许疃镇脱贫攻坚规划:791、977、946、913,共3627人"}
    book.desk("xutuan.officer").put(f"{REGISTRY}/exit-plans/{XUTUAN}", body, key="exit plan")
    steps.advance()
