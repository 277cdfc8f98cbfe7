"""Expected refusals: what a service answers when a rule, a right or the present state says no.

A refusal is an outcome, not a fault. Services subclass the kinds below in `domain/refusals.py`;
the chassis renders every one of them once, as an RFC 9457 problem. Facts put into a refusal are
shown to the caller, so they never hold what the caller sent or any personal data.
"""

from __future__ import annotations


class Refusal(Exception):
    """One named reason for saying no.

    `code` is stable and public, `zh` and `en` name the rule for people, `pointer` is the JSON
    pointer of the field the rule speaks of, and `facts` are the figures that explain it.
    """

    status: int = 422
    code: str = "rule_broken"
    zh: str = "不符合规定"
    en: str = "The rule does not allow this"
    pointer: str = ""
    retry_after_s: int | None = None
    errors: tuple[tuple[str, str, str, str], ...] = ()
    """Further faults of the same request, each as (pointer, code, zh, en)."""

    def __init__(self, *, pointer: str | None = None, **facts: int | str) -> None:
        super().__init__(self.code)
        if pointer is not None:
            self.pointer = pointer
        self.facts: dict[str, int | str] = facts


class RuleBroken(Refusal):
    """422: the request is well formed and a rule of the field forbids it."""


class Malformed(Refusal):
    """400: the request itself cannot be understood."""

    status = 400
    code = "malformed"
    zh = "请求格式不正确"
    en = "The request is malformed"


class Unauthenticated(Refusal):
    """401: nobody is signed in, or the token is not one we issued for this."""

    status = 401
    code = "unauthenticated"
    zh = "请先登录"
    en = "Sign in first"


class Forbidden(Refusal):
    """403: signed in, but the office or role does not carry this right."""

    status = 403
    code = "forbidden"
    zh = "没有办理此事项的权限"
    en = "Your role does not carry this right"


class NotFound(Refusal):
    """404: absent, or outside the caller's scope; the two answers are the same."""

    status = 404
    code = "not_found"
    zh = "不存在或不在您的管辖范围内"
    en = "Absent or outside your scope"


class Conflict(Refusal):
    """409: the present state of the thing does not allow this step."""

    status = 409
    code = "conflict"
    zh = "与当前状态冲突"
    en = "In conflict with the current state"


class PreconditionFailed(Refusal):
    """412: somebody changed the file after the caller read it."""

    status = 412
    code = "version_changed"
    zh = "档案已被他人修改,请重新读取后再改"
    en = "Somebody changed this since you read it"


class PreconditionRequired(Refusal):
    """428: an update must say which version it was made from."""

    status = 428
    code = "version_required"
    zh = "修改时必须以 If-Match 标明所依据的版本"
    en = "An update must carry If-Match with the version it was made from"


class TooLarge(Refusal):
    """413: larger than this operation takes."""

    status = 413
    code = "too_large"
    zh = "内容超过允许的大小"
    en = "Larger than this operation takes"


class UnsupportedMedia(Refusal):
    """415: a body of another media type than the operation takes."""

    status = 415
    code = "unsupported_media_type"
    zh = "不支持的内容类型"
    en = "Unsupported media type"


class Unavailable(Refusal):
    """503: a part this operation needs is not reachable; try again. Never stored as an outcome."""

    status = 503
    code = "unavailable"
    zh = "所需的服务暂时不可用,请稍后重试"
    en = "A service this needs is not available, try again"
    retry_after_s = 2


class TryAgain(Conflict):
    """409: the same request is still being carried out. Never stored as an outcome."""

    code = "in_flight"
    zh = "同一请求正在办理"
    en = "The same request is being carried out"
    retry_after_s = 1
