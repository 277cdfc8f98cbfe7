"""What a new password is refused for."""

from __future__ import annotations

from shared.refusals import Forbidden, RuleBroken, Unavailable


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


class PasswordUnchanged(RuleBroken):
    code = "gateway.password_unchanged"
    zh = "新密码不得与原密码相同"
    en = "The new password is the old one"
    pointer = "/new_password"


class PasswordChangeRequired(Forbidden):
    code = "gateway.password_change_required"
    zh = "此密码由他人设定,请先修改密码再办理业务"
    en = "Somebody else set this password: change it before doing anything else"


class SignInsBusy(Unavailable):
    code = "gateway.sign_ins_busy"
    zh = "同时登录的人过多,请稍后重试"
    en = "Too many people sign in at this moment, try again"
    retry_after_s = 2
