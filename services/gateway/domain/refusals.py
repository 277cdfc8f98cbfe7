"""Everything the gateway refuses, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import Conflict, Malformed, Refusal, RuleBroken, Unavailable


class OfficeCodeMalformed(RuleBroken):
    code = "gateway.office_code_malformed"
    zh = "机构代码须以所在区划代码加连字符开头"
    en = "An office's code begins with its division's code and a hyphen"
    pointer = "/code"


class OfficeExists(Conflict):
    code = "gateway.office_exists"
    zh = "机构代码已被使用"
    en = "An office with this code exists"
    pointer = "/code"


class OfficeUnknown(RuleBroken):
    code = "gateway.office_unknown"
    zh = "机构不存在或不在您的管辖范围内"
    en = "There is no such office in your scope"
    pointer = "/office"


class DivisionUnknown(RuleBroken):
    code = "gateway.division_unknown"
    zh = "区划代码不存在"
    en = "There is no division with this code"
    pointer = "/division_code"


class SectorUnknown(RuleBroken):
    code = "gateway.sector_unknown"
    zh = "没有这个部门类别"
    en = "There is no such sector"
    pointer = "/sector"


class UsernameTaken(Conflict):
    code = "gateway.username_taken"
    zh = "用户名已被使用"
    en = "The user name is taken"
    pointer = "/username"


class PersonUnknown(RuleBroken):
    code = "gateway.person_unknown"
    zh = "此人不存在或不在您的管辖范围内"
    en = "There is no such person in your scope"
    pointer = "/person_id"


class PersonMissing(RuleBroken):
    code = "gateway.person_missing"
    zh = "须填写姓名,或指明已有账号的人"
    en = "Give a name, or the id of a person who has an account already"
    pointer = "/person_name"


class PersonNameDiffers(RuleBroken):
    code = "gateway.person_name_differs"
    zh = "姓名与所指的人不一致"
    en = "The name is not that of the person"
    pointer = "/person_name"


class RoleUnknown(RuleBroken):
    code = "gateway.role_unknown"
    zh = "没有这个岗位"
    en = "There is no such role"
    pointer = "/roles"


class RoleNotHere(RuleBroken):
    code = "gateway.role_not_at_this_office"
    zh = "该级别或该部门的机构不设此岗位"
    en = "An office of this level and sector does not have this role"
    pointer = "/roles"


class RolesIncompatible(RuleBroken):
    code = "gateway.roles_incompatible"
    zh = "这些岗位不得由同一人担任"
    en = "One person may not hold these roles together"
    pointer = "/roles"


class OwnAccount(RuleBroken):
    code = "gateway.own_account"
    zh = "不得变更自己的账号,须由他人办理"
    en = "Nobody changes their own account's rights"


class AccountStateUnchanged(Conflict):
    code = "gateway.account_state_unchanged"
    zh = "账号已处于该状态"
    en = "The account is in that state already"


class ClientAlreadyExpired(RuleBroken):
    code = "gateway.client_expiry_past"
    zh = "有效期须在今天之后,且不超过三年"
    en = "The last day must lie ahead, and within three years"
    pointer = "/expires_on"


class PasswordTooShort(RuleBroken):
    code = "gateway.password_too_short"
    zh = "密码长度不足"
    en = "The password is too short"
    pointer = "/password"


class PasswordCommon(RuleBroken):
    code = "gateway.password_common"
    zh = "密码过于常见或有规律"
    en = "The password is common or follows a pattern"
    pointer = "/password"


class PasswordUnfit(RuleBroken):
    code = "gateway.password_unfit"
    zh = "密码过长或含有不可输入的字符"
    en = "The password is too long or holds characters that cannot be typed"
    pointer = "/password"


class OldPasswordWrong(RuleBroken):
    code = "gateway.old_password_wrong"
    zh = "原密码不正确"
    en = "The old password is wrong"
    pointer = "/old_password"


class ParameterUnknown(RuleBroken):
    code = "gateway.parameter_unknown"
    zh = "没有这个参数"
    en = "There is no such parameter"
    pointer = "/key"


class ParameterOutOfBounds(RuleBroken):
    code = "gateway.parameter_out_of_bounds"
    zh = "参数超出安全允许的范围"
    en = "The value lies outside what is safe"
    pointer = "/value"


class ParameterDayPast(RuleBroken):
    code = "gateway.parameter_day_past"
    zh = "生效日不得早于今天,也不得早于或等于现行参数的生效日"
    en = "The first day may not lie in the past, nor before or on that of the present value"
    pointer = "/valid_from"


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


class TokenRefusal(Refusal):
    """A refused token request; `error` is the word of RFC 6749 5.2."""

    status = 400
    error = "invalid_request"
    code = "gateway.token_invalid_request"
    zh = "令牌请求不正确"
    en = "The token request is not valid"


class UnsupportedGrant(TokenRefusal):
    error = "unsupported_grant_type"
    code = "gateway.token_unsupported_grant_type"
    zh = "不支持的授权方式"
    en = "The grant type is not supported"


class InvalidGrant(TokenRefusal):
    error = "invalid_grant"
    code = "gateway.token_invalid_grant"
    zh = "用户名或密码不正确,或登录已失效"
    en = "The user name or password is wrong, or the session is over"


class InvalidClient(TokenRefusal):
    status = 401
    error = "invalid_client"
    code = "gateway.token_invalid_client"
    zh = "客户端标识或密钥不正确"
    en = "The client id or secret is wrong"
