"""What lending roles is refused for."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class BorrowerUnknown(RuleBroken):
    code = "gateway.borrower_unknown"
    zh = "受托账号不存在、已停用,或不在委托人的管辖范围内"
    en = "There is no open account of this id in the lender's area"
    pointer = "/borrower"


class DelegationToOneself(RuleBroken):
    code = "gateway.delegation_to_oneself"
    zh = "委托人与受托人是同一人"
    en = "Lender and borrower are one person"
    pointer = "/borrower"


class DelegationDaysWrong(RuleBroken):
    code = "gateway.delegation_days_wrong"
    zh = "起止日期须自今日起,且止日不早于起日"
    en = "The days begin today or later and end no earlier than they begin"
    pointer = "/to_on"


class DelegationTooLong(RuleBroken):
    code = "gateway.delegation_too_long"
    zh = "一次委托的天数超过上限"
    en = "A delegation lasts no longer than the parameter allows"
    pointer = "/to_on"


class RoleNotHeld(RuleBroken):
    code = "gateway.role_not_held"
    zh = "委托人本人未担任此岗位(受托而来的岗位不得转委托)"
    en = "The lender does not hold this role; a borrowed role is not lent on"
    pointer = "/roles"


class RoleHeldAlready(RuleBroken):
    code = "gateway.role_held_already"
    zh = "受托人已担任此岗位"
    en = "The borrower holds this role already"
    pointer = "/roles"


class RoleNotLent(RuleBroken):
    code = "gateway.role_not_lent"
    zh = "此岗位不得临时委托,须由上级任命"
    en = "This role is not lent: it is appointed"
    pointer = "/roles"


class DelegationStateWrong(Conflict):
    code = "gateway.delegation_state_wrong"
    zh = "委托当前状态不允许此操作"
    en = "The state of the delegation does not allow this"


class DelegationOverToday(Conflict):
    code = "gateway.delegation_over"
    zh = "委托期限已过"
    en = "The days of the delegation are over"


class SecondPersonRequired(RuleBroken):
    code = "gateway.delegation_second_person"
    zh = "须由提出人和受托人以外的第二人同意"
    en = "Somebody other than who proposed it and who borrows must agree"
