"""What every operation takes and answers besides its own content: keys, versions, problems, limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Document = dict[str, Any]

PROBLEM_TYPE = "application/problem+json"
PROBLEMS: dict[int, tuple[str, str]] = {
    400: ("请求格式不正确", "malformed"),
    401: ("未登录,或令牌已失效", "not signed in, or the token is no longer good"),
    403: ("没有办理此事项的权限", "the role does not carry this right"),
    404: ("不存在,或不在管辖范围内", "absent, or outside your scope"),
    409: ("与当前状态冲突", "in conflict with the present state"),
    412: ("档案已被他人修改", "somebody changed this since you read it"),
    413: ("内容超过允许的大小", "larger than this operation takes"),
    415: ("不支持的内容类型", "another media type than this operation takes"),
    422: ("不符合规定,按栏目说明", "a rule is broken; errors[] names the fields"),
    428: ("修改须以 If-Match 标明所依据的版本", "an update must carry If-Match"),
    429: ("请求过于频繁", "too many requests; see Retry-After"),
    503: ("所需的服务暂时不可用", "a part this needs is away; see Retry-After"),
    504: ("所需的服务未按时答复", "a part this needs did not answer in time"),
}
_ALWAYS = (400, 429, 503, 504)
_SIGNED_IN = (401, 403)
_CHANGE = (409,)
_BODY = (413, 415, 422)
IDEMPOTENCY_KEY = "IdempotencyKey"
REQUIRED_KEY = "RequiredIdempotencyKey"
ACCESS_REASON = "AccessReason"
NO_KEY = (
    "/token", "/password", "/accounts", "/clients", "/second-factor", "/second-factor/confirmation",
    "/second-factor/recovery-codes", "/second-factor/removal", "/secrets", "/secret", "/webhooks",
    "/complaints",
)  # fmt: skip
"""Addresses that carry secrets; a key sent there is dropped (README, Rules)."""


def parameters() -> Document:
    """Components: the headers many operations share."""
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    }
    told = "同一机构同一事项用同一键重发,只办一次 / the same key and body again gives the same answer, done once"
    return {
        IDEMPOTENCY_KEY: key | {"description": "幂等键:" + told},
        REQUIRED_KEY: key | {"description": "幂等键(涉及资金,必填):" + told, "required": True},
        ACCESS_REASON: {
            "name": "X-Access-Reason",
            "in": "header",
            "description": "查看明文的事由(百分号编码的 UTF-8,200 字以内),记入查阅记录 / why clear values are read,"
            " percent-encoded UTF-8; goes into the access trail",
            "schema": {"type": "string", "maxLength": 600},
        },
    }


def headers() -> Document:
    """Components: headers of answers."""
    text: Document = {"type": "string"}
    return {
        "ETag": {"description": '版本,修改时放入 If-Match / the version, for If-Match: `"3"`', "schema": text},
        "IdempotencyReplayed": {"description": "`true`:此前已办的答复 / an answer given before", "schema": text},
        "RetryAfter": {"description": "若干秒后再试 / try again after so many seconds", "schema": {"type": "integer"}},
        "TraceId": {"description": "追踪号,报障时请附上 / quote it when you ask for help", "schema": text},
    }


def responses() -> Document:
    """Components: one answer for each status of refusal."""
    return {f"Problem{status}": _problem(status, zh, en) for status, (zh, en) in PROBLEMS.items()}


def _problem(status: int, zh: str, en: str) -> Document:
    named = {"X-Trace-Id": {"$ref": "#/components/headers/TraceId"}}
    if status in (429, 503):
        named["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": f"{zh} / {en}",
        "headers": named,
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def complete(verb: str, path: str, operation: Document, versioned: bool) -> None:
    """Add the shared headers and the refusals to one operation. `versioned`: this address is edited with If-Match."""
    _add_headers(verb, path, operation)
    answers = operation.setdefault("responses", {})
    edits = any(one.get("name", "").lower() == "if-match" for one in operation.get("parameters", []))
    for status, answer in answers.items():
        if versioned and status in ("200", "201") and verb in ("get", "put", "patch"):
            answer["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}} | answer.get("headers", {})
    wanted = set(_statuses(verb, operation, edits))
    kept = {status: answer for status, answer in answers.items() if int(status) < 400}
    for status, answer in answers.items():  # a service's own word on a refusal stays, in the one media type of all
        if int(status) >= 400 and not _is_shared(answer):
            kept[status] = answer | {"content": {PROBLEM_TYPE: _schema_of(answer)}}
    for status in wanted:
        kept.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    operation["responses"] = dict(sorted(kept.items()))


def _add_headers(verb: str, path: str, operation: Document) -> None:
    given = operation.setdefault("parameters", [])
    keyed = operation.get("security") and not path.endswith(NO_KEY) and operation.get("x-reads-only") is not True
    if verb != "get" and keyed:
        name = REQUIRED_KEY if operation.get("x-idempotency-key") == "required" else IDEMPOTENCY_KEY
        given.append({"$ref": f"#/components/parameters/{name}"})
    if str(operation.get("x-permission", "")).endswith(".unmask"):
        given.append({"$ref": f"#/components/parameters/{ACCESS_REASON}"})
    if not given:
        del operation["parameters"]


def _statuses(verb: str, operation: Document, edits: bool) -> Iterable[int]:
    yield from _ALWAYS
    if operation.get("security"):
        yield from _SIGNED_IN
        yield 404
    if verb != "get":
        yield from _CHANGE
    if "requestBody" in operation:
        yield from _BODY
    elif operation.get("parameters"):
        yield 422
    if edits:
        yield from (412, 428)


def _is_shared(answer: Mapping[str, Any]) -> bool:
    reference = _schema_of(answer).get("schema", {}).get("$ref", "")
    return bool(str(reference).endswith("/Problem")) or "$ref" in answer


def _schema_of(answer: Mapping[str, Any]) -> Document:
    for media in answer.get("content", {}).values():
        if "schema" in media:
            return {"schema": media["schema"]}
    return {}
