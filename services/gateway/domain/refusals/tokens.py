"""What a token request is refused for, in the words of RFC 6749 5.2."""

from __future__ import annotations

from shared.refusals import Refusal


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
    zh = "用户名、密码或动态码不正确,或登录已失效"
    en = "The user name, the password or the code is wrong, or the session is over"


class MfaRequired(TokenRefusal):
    """The password is right and the account has a second factor: send both again with its code in `otp`."""

    error = "mfa_required"
    code = "gateway.token_mfa_required"
    zh = "请同时提交动态码或恢复码(otp)"
    en = "Send the request again with a code of the second factor or a recovery code in otp"


class InvalidClient(TokenRefusal):
    status = 401
    error = "invalid_client"
    code = "gateway.token_invalid_client"
    zh = "客户端标识或密钥不正确"
    en = "The client id or secret is wrong"
