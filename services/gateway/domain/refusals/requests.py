"""What a request is refused for before anybody looks at who sent it, or when its service is away."""

from __future__ import annotations

from shared.refusals import Malformed, Refusal, Unavailable


class MethodNotAllowed(Refusal):
    status = 405
    code = "method_not_allowed"
    zh = "不支持的请求方法"
    en = "Method not allowed"


class PathAmbiguous(Malformed):
    code = "gateway.path_ambiguous"
    zh = "请求地址含有歧义字符"
    en = "The path can be read in more than one way"


class TargetTooLong(Malformed):
    code = "gateway.target_too_long"
    zh = "请求地址过长"
    en = "The request target is too long"


class HeaderRepeated(Malformed):
    code = "gateway.header_repeated"
    zh = "请求头重复"
    en = "A header that may stand once is repeated"


class HeaderMalformed(Malformed):
    code = "gateway.header_malformed"
    zh = "请求头格式不正确"
    en = "A header is malformed"


class ReasonMalformed(Malformed):
    code = "gateway.access_reason_malformed"
    zh = "X-Access-Reason 须为百分号编码的文字,不超过 200 字"
    en = "X-Access-Reason is percent-encoded UTF-8 text of at most 200 characters"


class UpgradeRefused(Malformed):
    code = "gateway.upgrade_refused"
    zh = "不支持协议升级"
    en = "Protocol upgrades are not supported"


class OriginRefused(Refusal):
    status = 403
    code = "gateway.origin_refused"
    zh = "此来源的网页不得使用本接口"
    en = "Pages of this origin may not use this interface"


class HeadersTooLarge(Refusal):
    status = 431
    code = "gateway.headers_too_large"
    zh = "请求头过大或过多"
    en = "The headers are too large or too many"


class ArrivedTooSlowly(Refusal):
    status = 408
    code = "gateway.request_timeout"
    zh = "请求未能在规定时间内完整到达"
    en = "The request did not arrive whole in time"


class TooManyRequests(Refusal):
    status = 429
    code = "gateway.too_many_requests"
    zh = "请求过于频繁,请稍后再试"
    en = "Too many requests, try again later"
    retry_after_s = 1


class ServiceUnavailable(Unavailable):
    code = "gateway.service_unavailable"
    zh = "所请求的服务暂时不可用,请稍后重试"
    en = "The service is not available, try again"
    retry_after_s = 2


class ServiceTooSlow(Refusal):
    status = 504
    code = "gateway.service_timeout"
    zh = "所请求的服务没有及时答复;可凭 Idempotency-Key 查询办理结果"
    en = "The service did not answer in time; ask for the outcome by its Idempotency-Key"
