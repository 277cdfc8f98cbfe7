"""What a new password is refused for."""

from __future__ import annotations

from shared.refusals import RuleBroken


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
