"""What enrolling, changing and removing a second factor is refused for."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class SecondFactorPresent(Conflict):
    code = "gateway.second_factor_present"
    zh = "已启用动态码;如需更换,请先停用"
    en = "A second factor is on already: remove it first to enrol another"


class SecondFactorAbsent(Conflict):
    code = "gateway.second_factor_absent"
    zh = "尚未启用动态码"
    en = "No second factor is on"


class SecondFactorNotBegun(Conflict):
    code = "gateway.second_factor_not_begun"
    zh = "请先申请启用动态码"
    en = "Begin the enrolment first"


class CodeWrong(RuleBroken):
    code = "gateway.code_wrong"
    zh = "动态码或恢复码不正确或已使用"
    en = "The code is wrong or was used before"
    pointer = "/otp"


class PasswordWrong(RuleBroken):
    code = "gateway.password_wrong"
    zh = "密码不正确"
    en = "The password is wrong"
    pointer = "/password"


class SecondFactorRequired(RuleBroken):
    code = "gateway.second_factor_required"
    zh = "您的岗位必须启用动态码,不得停用"
    en = "Your roles require a second factor: it cannot be removed"


class SecondFactorMissing(Forbidden):
    code = "gateway.second_factor_missing"
    zh = "您的岗位须先启用动态码(双因素)方可办理业务"
    en = "Your roles need a second factor: enrol one first, nothing else is open until then"
