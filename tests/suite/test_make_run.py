"""`make run`: a second start says so, a stop is clean, a restart keeps the data, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.suite import ROOT, OwnSuite, RunningSuite


def people(suite: RunningSuite) -> int:
    answer = suite.person("xutuan.officer").get(
        "/api/v1/registry/statistics", division_code="341622106", group_by="status"
    )
    found: int = answer.json()["people"]
    return found


def test_the_summary_shows_figures_addresses_and_sign_ins(own_suite: OwnSuite) -> None:
    printed = own_suite.printed()
    assert "蒙城县" in printed
    assert "held up" in printed
    assert own_suite.address in printed


def test_every_role_of_the_product_can_sign_in(suite: RunningSuite) -> None:
    roles = {role for row in suite.accounts() for role in row["roles"]}
    assert roles >= {
        "village_recorder", "township_officer", "county_aid_officer", "county_finance_officer", "sector_officer",
        "city_officer", "province_officer", "helper", "auditor", "operator", "department_client", "account_admin",
    }  # fmt: skip
    client = next(row for row in suite.accounts() if "client_id" in row)
    form = {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }
    with suite.anonymous() as http:
        assert http.post("/api/v1/auth/token", data=form).status_code == 200


def test_the_api_document_and_its_page_need_nothing_from_outside(suite: RunningSuite) -> None:
    with suite.anonymous() as http:
        document = http.get("/openapi.json").json()
        page = http.get("/docs")
    assert document["openapi"].startswith("3.1")
    assert {path.split("/")[3] for path in document["paths"]} >= {"registry", "projects", "funds", "auth", "public"}
    assert not any(path.startswith("/internal") for path in document["paths"])
    assert page.status_code == 200
    assert "https://" not in page.text.replace("https://www.w3.org", "")


def test_a_second_start_on_the_same_folder_says_so(own_suite: OwnSuite) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "deploy.local"],
        cwd=ROOT,
        env=own_suite.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert people(own_suite) > 0


def test_a_service_that_ends_is_started_again(own_suite: OwnSuite) -> None:
    assert own_suite.process is not None
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in own_suite.processes()}
    victim = next(pid for pid, command in commands.items() if b"services.projects.main" in command)
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 60
    finance = own_suite.person("mengcheng.finance")
    while time.monotonic() < deadline:
        time.sleep(1)
        if finance.get("/api/v1/projects/library", limit=1).status_code == 200:
            break
    assert finance.get("/api/v1/projects/library", limit=1).status_code == 200


def test_stop_is_clean_and_a_restart_keeps_the_data(own_suite: OwnSuite) -> None:
    before = people(own_suite)
    assert own_suite.stop(signal.SIGTERM) == 0
    assert own_suite.processes() == []
    own_suite.start()
    assert people(own_suite) == before
    assert "in place" in own_suite.printed()
    assert own_suite.stop(signal.SIGINT) == 0
    assert own_suite.processes() == []
