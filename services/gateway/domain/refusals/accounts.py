"""What administering people's accounts is refused for."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


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


class RoleNotGrantable(RuleBroken):
    code = "gateway.role_not_grantable"
    zh = "该岗位不由您这一级管理员授予或变更,须由上级办理"
    en = "An administrator of your level neither grants this role nor touches an account that has it"
    pointer = "/roles"


class SuccessorUnknown(RuleBroken):
    code = "gateway.successor_unknown"
    zh = "接交账号不存在、已停用,或不在您的管辖范围内"
    en = "There is no open account of this id in your scope to hand over to"
    pointer = "/successor"


class SuccessorIsLeaver(RuleBroken):
    code = "gateway.successor_is_leaver"
    zh = "接交人不得是离岗人本人"
    en = "Who leaves cannot be their own successor"
    pointer = "/successor"


class LeavingDayWrong(RuleBroken):
    code = "gateway.leaving_day_wrong"
    zh = "离岗日不得晚于今日"
    en = "The last day of service is not after today"
    pointer = "/left_on"


class PersonElsewhereToo(RuleBroken):
    code = "gateway.person_elsewhere_too"
    zh = "此人在您的管辖范围以外还有账号,须由上级办理离岗"
    en = "The person has an open account outside your area too: an administrator above both shuts them"


class PersonLeftAlready(Conflict):
    code = "gateway.person_left_already"
    zh = "此人的账号均已停用"
    en = "All accounts of the person are shut already"
