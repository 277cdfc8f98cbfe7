"""Every answer that is not a success, rendered once as RFC 9457 problem+json. The refused input is never repeated."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Any

from asyncpg.exceptions import InterfaceError, PostgresError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared import refusals
from shared.chassis import log, trace
from shared.schemas.wire import Problem, ProblemError

MEDIA_TYPE = "application/problem+json"

_STATUS_TITLES: dict[int, tuple[str, str, str]] = {
    400: ("malformed", "请求格式不正确", "The request is malformed"),
    401: ("unauthenticated", "请先登录", "Sign in first"),
    403: ("forbidden", "没有办理此事项的权限", "Your role does not carry this right"),
    404: ("not_found", "不存在或不在您的管辖范围内", "Absent or outside your scope"),
    405: ("method_not_allowed", "不支持的请求方法", "Method not allowed"),
    408: ("request_timeout", "请求未在规定时间内送达", "The request did not arrive in time"),
    413: ("too_large", "内容超过允许的大小", "Larger than this operation takes"),
    415: ("unsupported_media_type", "不支持的内容类型", "Unsupported media type"),
    429: ("too_many_requests", "请求过于频繁,请稍后重试", "Too many requests, try again later"),
    431: ("headers_too_large", "请求头过大", "The request headers are too large"),
    503: ("unavailable", "服务暂时不可用,请稍后重试", "Not available now, try again"),
    504: ("timeout", "所需的服务未在规定时间内答复", "A service this needs did not answer in time"),
}

_TEXT_TOO_SHORT = ("内容太短,至少 {min_length} 个字", "Too few characters: at least {min_length}")
_TEXT_TOO_LONG = ("内容太长,最多 {max_length} 个字", "Too many characters: at most {max_length}")
_FIELD_RULES: dict[str, tuple[str, str]] = {
    "missing": ("缺少必填项", "A required field is missing"),
    "extra_forbidden": ("不认识的字段", "Unknown field"),
    "int_type": ("必须是整数", "Must be an integer"),
    "int_from_float": ("必须是整数(金额以分为单位)", "Must be a whole number (money is in fen)"),
    "int_parsing": ("必须是整数", "Must be an integer"),
    "bool_type": ("必须是真或假", "Must be true or false"),
    "string_type": ("必须是文本", "Must be text"),
    "greater_than_equal": ("不能小于 {ge}", "Must not be less than {ge}"),
    "greater_than": ("须大于 {gt}", "Must be more than {gt}"),
    "less_than_equal": ("不能大于 {le}", "Must not be more than {le}"),
    "less_than": ("须小于 {lt}", "Must be less than {lt}"),
    "string_too_short": _TEXT_TOO_SHORT,
    "string_too_long": _TEXT_TOO_LONG,
    "too_short": ("条目太少,至少 {min_length} 条", "Too few items: at least {min_length}"),
    "too_long": ("条目太多,最多 {max_length} 条", "Too many items: at most {max_length}"),
    "decimal_max_places": ("小数最多 {decimal_places} 位", "Too many decimal places: at most {decimal_places}"),
    "string_pattern_mismatch": ("格式不正确", "Not in the required form"),
    "literal_error": ("不是允许的取值", "Not one of the allowed values"),
    "enum": ("不是允许的取值", "Not one of the allowed values"),
    "uuid_parsing": ("编号格式不正确", "Not a valid id"),
}
_TEXT_RULES = {"too_short": _TEXT_TOO_SHORT, "too_long": _TEXT_TOO_LONG}
"""A text whose length is held to its limit after other checks is told of as if it were a list."""
_GENERIC_FIELD_RULE = ("填写不正确", "Not valid")
_VALUE_RULES: dict[str, tuple[str, str]] = {
    "must be a date YYYY-MM-DD": ("日期须为 YYYY-MM-DD", "Must be a date YYYY-MM-DD"),
    "no such day in the calendar": (
        "日历中没有这一天(YYYY-MM-DD)",
        "Not a date of the calendar (YYYY-MM-DD)",
    ),
    "the date is absurd": ("日期不合理,须在 1900 年至 2200 年之间", "The date is absurd: it lies from 1900 to 2200"),
    "must be a decimal number in text, with two places at most": (
        "须为文本形式的非负数,整数最多 7 位,小数最多 2 位,如 12.50",
        "Must be a number in text, with at most 7 digits and 2 decimal places, such as 12.50",
    ),
    "must be text": ("必须是文本", "Must be text"),
    "must not be blank": ("不能为空白", "Must not be blank"),
    "text holds a character that is not allowed": ("含有不允许的字符", "Holds a character that is not allowed"),
    "digits must be ASCII": ("数字须为半角", "Digits must be ASCII"),
    "identity number: form": (
        "公民身份号码须为 18 位数字(末位可为 X)",
        "An identity number has 18 digits (the last may be X)",
    ),
    "identity number: date": ("公民身份号码中的出生日期不存在", "The birth date in the identity number does not exist"),
    "identity number: check digit": ("公民身份号码校验位不正确", "The check digit of the identity number is wrong"),
    "social credit code": ("统一社会信用代码不正确", "The unified social credit code is not valid"),
}


_FIELD_NAME = re.compile(r"[a-z][a-z_-]{0,39}[0-9]{0,3}", re.ASCII)


def _is_showable(part: int | str) -> bool:
    return isinstance(part, int) or _FIELD_NAME.fullmatch(part) is not None


def pointer_of(location: tuple[int | str, ...]) -> str:
    """The JSON pointer of a validation error's place, as far as it is made of indexes and plain field names.

    A member nobody declared has the name its sender gave it, and that may be anything: an identity number as well.
    """
    named = [part for part in location if part not in ("body", "query", "path", "header")]
    parts = [str(part) for part in takewhile(_is_showable, named)]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _language(request: Request) -> str:
    accepted = request.headers.get("accept-language", "zh").lower()
    english, chinese = accepted.find("en"), accepted.find("zh")
    return "en" if english >= 0 and (chinese < 0 or english < chinese) else "zh"


def answer(
    request: Request,
    status: int,
    code: str,
    zh: str,
    en: str,
    *,
    pointer: str = "",
    facts: dict[str, int | str] | None = None,
    errors: list[tuple[str, str, str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem answer. `errors` are (pointer, code, zh, en)."""
    language = _language(request)
    rows = list(errors or [])
    if pointer:
        rows.append((pointer, code, zh, en))
    body = Problem(
        type=f"urn:lika:problem:{code}",
        title=zh if language == "zh" else en,
        status=status,
        code=code,
        titles={"zh": zh, "en": en},
        facts=facts or {},
        errors=[
            ProblemError(pointer=where, code=row_code, title=f"{row_zh} / {row_en}")
            for where, row_code, row_zh, row_en in rows
        ],
        trace_id=trace.trace_id(),
    )
    all_headers = {"Content-Language": language, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    all_headers.update(headers or {})
    return Response(
        body.model_dump_json(exclude_none=True), status_code=status, media_type=MEDIA_TYPE, headers=all_headers
    )


def of_refusal(request: Request, refusal: refusals.Refusal) -> Response:
    """The problem answer of a refusal."""
    headers = {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return answer(
        request,
        refusal.status,
        refusal.code,
        refusal.zh,
        refusal.en,
        pointer=refusal.pointer,
        facts=refusal.facts,
        errors=list(refusal.errors),
        headers=headers,
    )


def of_validation(request: Request, errors: list[Any]) -> Response:
    """422 with one entry per field; 400 when the body is no JSON at all."""
    if any(error["type"] == "json_invalid" for error in errors):
        return of_refusal(request, refusals.Malformed(pointer=""))
    rows = []
    for error in errors:
        zh, en = field_rule(error)
        code = "extra_field" if error["type"] == "extra_forbidden" else error["type"]
        rows.append((pointer_of(tuple(error["loc"])), code, zh, en))
    return answer(request, 422, "invalid_fields", "有字段填写不正确", "Some fields are not valid", errors=rows)


def field_rule(error: Any) -> tuple[str, str]:
    """What a field's rule says in both languages, with the limit it was held to."""
    message = re.sub(r"^Value error, ", "", str(error.get("msg", "")))
    if message in _VALUE_RULES:
        return _VALUE_RULES[message]
    kind, limits = error["type"], error.get("ctx") or {}
    rules = _TEXT_RULES if isinstance(error.get("input"), str) and kind in _TEXT_RULES else _FIELD_RULES
    zh, en = rules.get(kind, _GENERIC_FIELD_RULE)
    return zh.format_map(limits), en.format_map(limits)


def install(app: FastAPI, constraints: dict[str, type[refusals.Refusal]]) -> None:
    """Render refusals, validation faults and database refusals of `app`.

    `constraints` maps the names of this service's database constraints to the refusal each stands for.
    """

    @app.exception_handler(refusals.Refusal)
    async def _refusal(request: Request, refusal: refusals.Refusal) -> Response:
        return of_refusal(request, refusal)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        return of_validation(request, list(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code, zh, en = _STATUS_TITLES.get(error.status_code, ("refused", "请求被拒绝", "The request was refused"))
        return answer(request, error.status_code, code, zh, en, headers=dict(error.headers or {}))

    @app.exception_handler(IntegrityError)
    async def _integrity(request: Request, error: IntegrityError) -> Response:
        refusal = refusal_of(error, constraints)
        if refusal is None:
            return fault(request, error)
        return of_refusal(request, refusal)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(DBAPIError)
    @app.exception_handler(PostgresError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(OSError)
    async def _database(request: Request, error: Exception) -> Response:
        if is_outage(error):
            log.logger().error("dependency_unavailable", kind=type(error).__name__, sqlstate=_sqlstate(error))
            return of_refusal(request, refusals.Unavailable())
        return fault(request, error)


def refusal_of(error: IntegrityError, constraints: dict[str, type[refusals.Refusal]]) -> refusals.Refusal | None:
    """The refusal a violated constraint stands for, by its name."""
    cause = getattr(error.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    kind = constraints.get(name or "")
    return None if kind is None else kind()


def is_outage(error: Exception) -> bool:
    """Whether the database was away or too busy, rather than the statement wrong."""
    cause, state = _cause(error), _sqlstate(error)
    return (
        isinstance(error, PoolTimeout | OSError)
        # Of the driver's own errors those about values are faults of ours.
        or (isinstance(error, InterfaceError) and not isinstance(error, ValueError))
        or state[:2] in ("08", "53", "57")
        or state in ("55P03", "40P01", "40001", "25P03", "28P01", "3D000")
        or (isinstance(error, DBAPIError) and error.connection_invalidated)
        or (isinstance(error, DBAPIError) and isinstance(cause, OSError))
    )


def _cause(error: Exception) -> object:
    """What the driver said, without what was put around it."""
    return error if isinstance(error, PostgresError) else getattr(getattr(error, "orig", None), "__cause__", None)


def _sqlstate(error: Exception) -> str:
    """PostgreSQL's five letters for what went wrong; empty when it did not speak."""
    return getattr(_cause(error), "sqlstate", None) or ""


def fault(request: Request, error: Exception) -> Response:
    """500 for what nobody foresaw. The log line holds places in the code, never values."""
    log.logger().error("fault", kind=type(error).__name__, where=_place(error))
    return answer(request, 500, "fault", "系统内部错误,已记录", "An internal fault, it has been recorded")


def _place(error: Exception) -> list[str]:
    """File, line and function of the last frames: enough to find the fault, nothing of the data."""
    frames = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 3)[-1]}:{step.tb_lineno}:{code.co_name}")
        step = step.tb_next
    return frames[-6:]
