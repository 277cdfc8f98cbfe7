"""Bad input over the running suite: refused as a problem in two languages, repeated nowhere, breaking nothing.

Ids and codes name nothing that exists, so that what happens to be well formed changes nothing either.
"""

from __future__ import annotations

import base64
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest
import xlsxwriter

from tests.support.suite import Person, RunningSuite

CANARY = "CANARYZQ77"
DESKS = {
    "registry": ("village.205", "xutuan.officer", "mengcheng.aid"),
    "projects": ("village.205", "mengcheng.aid", "mengcheng.transport"),
    "funds": ("mengcheng.finance", "mengcheng.transport", "mengcheng.finance.treasury"),
    "auth": ("mengcheng.admin", "mengcheng.security", "administrator"),
}
"""Who tries an operation of a service, so that most of them get past their permission."""
SPARED = {"sign_out", "own_password_change", "token_create"}
"""Operations that would end the testers' own sign-ins, or have a form of their own below."""
NOBODYS_ID = 987_654_321
NOBODY = str(NOBODYS_ID)
JUNK = f"'; drop table x; --{CANARY}"

BODIES: dict[str, bytes] = {
    "no JSON": b'{"a":',
    "another encoding": '{"a": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a bare list": b"[]",
    "nothing at all": b"null",
    "not a number": b'{"amount_fen": NaN}',
    "a member twice": b'{"a": 1, "a": 2}',
    "nesting beyond the limit": b"[" * 40 + b"]" * 40,
    "nesting beyond the stack": b'{"a":' * 700 + b"1" + b"}" * 700,
    "nesting without end": b"[" * 200_000,
    "a number of many digits": b'{"amount_fen": ' + b"9" * 5_000 + b"}",
    "an unknown member": json.dumps({CANARY: CANARY}).encode(),
    "a member no encoding holds": b'{"\\ud800": 1}',
    "more than allowed": b'{"a": "' + b"x" * 1_100_000 + b'"}',
}
VALUES: list[Any] = [
    None, True, 1.5, -1, 0, 10**16, 10**40, "", " ", "\x00" + CANARY, CANARY + "\u202e", "\u200b" + CANARY,
    "\ud800" + CANARY, "\ufffe" + CANARY, "１２３", CANARY * 500, "2026-02-30", "0001-01-01", "9999-12-31", "999999",
    JUNK, [], [CANARY], {"q": CANARY}, {"\ud800": 1},
]  # fmt: skip
QUERIES = [
    "limit=0", "limit=-1", "limit=1000000000", "limit=1.5", "limit=x", "cursor=" + CANARY, "cursor=WyJcdWQ4MDAiXQ",
    "cursor=WzFlOTld", "cursor=WyJhIiwgImIiLCAiYyJd", "as_of=2026-02-30", "as_of=0001-01-01", "as_of=9999-12-31",
    "division_code=%00", "division_code=" + CANARY, "within=999999999999", "fund_year=99999999999999999999",
    "fund_year=%F0%9F%98%80", "state=" + CANARY, "name=%00" + CANARY, "count=" + CANARY, "group_by=" + CANARY,
    "household_id=%E2%80%AE" + CANARY, "key=%ED%A0%80", "code=a&code=b", "%FF=%FF",
]  # fmt: skip
IDS = ["0", "-1", "9" * 40, "4611686018427387905", "1.0", "NaN", "%F0%9F%98%80", "%E2%80%AE", "%ED%A0%80", "x" * 300]
PATHS = [
    "/api/v1/funds/..%2fauth/me", "/api/v1/funds/%2e%2e/x", "/api/v1//funds/claims", "/api/v1/funds/claims;a=b",
    "/api/v1/funds/claims%00", "/api/v1/funds/%5cclaims", "/api/v1/funds/claims%", "/internal/events",
    "/api/v1/internal/events", "/api/v1/funds/../../internal/events", f"/{CANARY}", "/api/v1/", "/api/v2/funds/claims",
]  # fmt: skip
HEADERS: list[dict[str, str | bytes]] = [
    {"idempotency-key": ""},
    {"idempotency-key": "x" * 65},
    {"idempotency-key": CANARY + "/.."},
    {"if-match": CANARY},
    {"if-match": '"99999999999999999999"'},
    {"if-match": "*"},
    {"content-type": "text/plain"},
    {"content-type": "application/json; charset=utf-16"},
    {"content-type": "multipart/form-data"},
    {"content-type": "multipart/form-data; charset=undefined; boundary=x"},
    {"content-type": ""},
    {"content-encoding": "gzip"},
    {"authorization": "Bearer " + CANARY},
    {"authorization": "Basic " + base64.b64encode(b"a%00:b").decode()},
    {"x-access-reason": "%00" + CANARY},
    {"accept-language": "\xff".encode("latin-1")},
    {"traceparent": CANARY},
]


def judge(answer: httpx.Response, what: str) -> None:
    """A refusal is a problem with both titles that repeats nothing; a success is no fault of the input's."""
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text}"
    if answer.status_code < 300 or answer.request.method == "HEAD":
        return
    assert answer.headers["content-type"] == "application/problem+json", f"{what}: {answer.headers}"
    problem = answer.json()
    assert problem["status"] == answer.status_code, what
    assert problem["type"] == f"urn:lika:problem:{problem['code']}", what
    assert problem["titles"]["zh"], what
    assert problem["titles"]["en"], what
    assert problem["title"] in problem["titles"].values(), what
    assert re.fullmatch("[0-9a-f]{32}", problem["trace_id"]), what
    assert CANARY not in answer.text, f"{what}: {answer.text}"


def operations(suite: RunningSuite) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(service, METHOD, path, operation) of the merged document."""
    with suite.anonymous() as client:
        document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] not in SPARED:
                operation["sample"] = sample(operation, schemas)
                yield path.split("/")[3], method.upper(), path, operation


def sample(operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """A body with every declared member, most of them right; empty where none is taken."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    body = of_schema(content["schema"], schemas) if content else {}
    return body if isinstance(body, dict) else {}


def of_schema(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        return of_schema(schema["anyOf"][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: of_schema(inner, schemas) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [of_schema(schema["items"], schemas)]
    if kind == "integer":
        return NOBODYS_ID if schema.get("maximum", 0) > NOBODYS_ID else max(int(schema.get("minimum", 1)), 1)
    if kind == "boolean":
        return True
    return "2026-01-01" if schema.get("format") == "date" else schema.get("examples", ["341622"])[0]


def filled(path: str, value: str = NOBODY) -> str:
    """The path with its parameters filled in; a project's code is well formed and nobody's."""
    return re.sub(r"\{\w+\}", value, path.replace("{code}", "341622-1999-0001") if value == NOBODY else path)


def somebody(suite: RunningSuite, service: str, number: int) -> Person:
    desks = DESKS.get(service, ("mengcheng.finance",))
    return suite.person(desks[number % len(desks)])


def send(person: Person, method: str, path: str, what: str, **request: Any) -> None:
    headers = {"idempotency-key": uuid.uuid4().hex, "if-match": '"1"'} | request.pop("headers", {})
    if "content" in request:
        headers = {"content-type": "application/json"} | headers
    judge(person._client.request(method, filled(path), headers=headers, **request), f"{method} {path} {what}")


def test_no_body_breaks_an_operation(suite: RunningSuite) -> None:
    names = list(BODIES)
    writes = [row for row in operations(suite) if "requestBody" in row[3]]
    assert len(writes) > 50
    for number, (service, method, path, _) in enumerate(writes):
        for step in range(3):
            name = names[(number * 3 + step) % len(names)]
            send(somebody(suite, service, number + step), method, path, name, content=BODIES[name])


def test_no_value_breaks_an_operation(suite: RunningSuite) -> None:
    number = 0
    for service, method, path, operation in operations(suite):
        for member in operation["sample"]:
            for _ in range(2):
                number += 1
                value = VALUES[number % len(VALUES)]
                content = json.dumps(operation["sample"] | {member: value}).encode()
                send(somebody(suite, service, number), method, path, f"{member}={value!r:.40}", content=content)
    assert number > 500


def test_no_query_and_no_id_breaks_a_read(suite: RunningSuite) -> None:
    reads = [row for row in operations(suite) if row[1] == "GET"]
    for number, (service, method, path, _) in enumerate(reads):
        for step in range(6):
            query = QUERIES[(number * 6 + step) % len(QUERIES)]
            required = "division_code=341622&fund_year=2026&"
            send(somebody(suite, service, number + step), method, f"{path}?{required}{query}", query)
        if "{" in path:
            for step in range(3):
                value = IDS[(number * 3 + step) % len(IDS)]
                send(somebody(suite, service, number + step), method, filled(path, value), value)


def test_every_value_of_every_filter_is_taken_or_refused(suite: RunningSuite) -> None:
    person = suite.person("mengcheng.finance")
    for path in ("/api/v1/funds/claims", "/api/v1/registry/parameters", "/api/v1/projects/library",
                 "/api/v1/registry/divisions", "/api/v1/funds/progress", "/api/v1/public/registry/notices",
                 "/api/v1/public/projects/library", "/api/v1/public/funds/allocations"):  # fmt: skip
        for query in QUERIES:
            send(person, "GET", f"{path}?{query}", query)


def test_no_path_and_no_header_breaks_the_gateway(suite: RunningSuite) -> None:
    finance = suite.person("mengcheng.finance")
    for path in PATHS:
        for method in ("GET", "POST", "OPTIONS"):
            judge(finance._client.request(method, path), f"{method} {path}")
    for headers in HEADERS:
        for path in ("/api/v1/funds/claims", "/api/v1/registry/households", "/api/v1/auth/offices"):
            send(finance, "POST", path, str(headers), headers=headers, content=b'{"a": 1}')
    twice = [("idempotency-key", "a"), ("idempotency-key", "b")]
    judge(finance._client.post("/api/v1/funds/claims", json={}, headers=twice), "two keys")
    for form in (b"grant_type=password&username=%00&password=x", b"grant_type=" + CANARY.encode(), b"%FF", b"",
                 b"grant_type=refresh_token&refresh_token=%ED%A0%80" + CANARY.encode()):  # fmt: skip
        for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=x"):
            with suite.anonymous() as client:
                answer = client.post("/api/v1/auth/token", content=form, headers={"content-type": kind})
            judge(answer, f"token {form!r} {kind}")


def workbook(sheet: str, *rows: list[str]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return target.getvalue()


def spread(content: bytes) -> bytes:
    """The same workbook with its second row moved to the far end of the sheet."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            part = part.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="XFD1048576"')
            new.writestr(name, part)
    return target.getvalue()


UPLOADS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("xutuan.officer", "/api/v1/registry/household-imports", "人口", {}),
    ("mengcheng.aid", "/api/v1/projects/project-imports", "项目库", {"year": "2026"}),
    ("anhui.finance", "/api/v1/funds/documents/imports", "资金分配",
     {"number": "1", "title": "x", "issued_on": "2026-01-01", "issuing_division": "34", "fund_year": "2026",
      "fund_kind": "central_special", "batch": "advance"}),
)  # fmt: skip


@pytest.mark.parametrize(("username", "path", "sheet", "form"), UPLOADS)
def test_no_upload_breaks_a_service(
    suite: RunningSuite, username: str, path: str, sheet: str, form: dict[str, str]
) -> None:
    person = suite.person(username)
    good = workbook(sheet, ["序号", CANARY], ["1", CANARY])
    files = {
        "empty": b"", "text": CANARY.encode(), "no archive": b"PK\x03\x04" + b"\0" * 200, "cut short": good[:-200],
        "wrong headers": good, "cells at the far ends": spread(good), "commas": b"," * 3_000_000,
        "another charset": "序号,号".encode("utf-16"), "old format": b"\xd0\xcf\x11\xe0" + b"\0" * 600,
    }  # fmt: skip
    for name, content in files.items():
        answer = person._client.post(path, files={"file": (f"{CANARY}.xlsx", content)}, data=form,
                                     headers={"idempotency-key": uuid.uuid4().hex})  # fmt: skip
        judge(answer, f"{path} {name}")
        assert answer.status_code >= 400, f"{name} was taken"
    for kind in ("multipart/form-data; charset=utf-7; boundary=x", "multipart/form-data", "application/json"):
        send(person, "POST", path, kind, headers={"content-type": kind}, content=b"--x\r\n+2AA-\r\n--x--\r\n")
    send(person, "POST", path, "no file", data=form)
    judge(person._client.get(filled(path)), "the service still answers")
