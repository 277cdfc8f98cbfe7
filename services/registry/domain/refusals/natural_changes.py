"""Refusals about natural change (自然变更): what happened to the people of a household."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class NaturalChangeNeeded(RuleBroken):
    code = "registry.natural_change_needed"
    zh = "已登记的户:新增人员、死亡、迁出、婚出、分户和迁移须作为自然变更办理,不能直接修改"
    en = "On a registered file this is recorded as a natural change, not as an edit"


class OtherPerson(RuleBroken):
    code = "registry.other_person"
    zh = "已登记的户:不能同时更改一人的姓名和公民身份号码;如系换人,须办理自然变更"
    en = "A registered person's name and number are not changed at once: somebody else comes by a natural change"
    pointer = "/members"


class NumberNeeded(RuleBroken):
    code = "registry.number_needed"
    zh = "新增人员须有公民身份号码:新生儿请先到公安机关办理出生登记,取得号码后再录入"
    en = "A new member needs an identity number: register the birth with the police first, then enter the number"
    pointer = "/member/identity_number"


class BirthDayDiffers(RuleBroken):
    code = "registry.birth_day_differs"
    zh = "出生日期与公民身份号码不符"
    en = "The day of birth is not the one in the identity number"
    pointer = "/on"


class DayBeforeBirth(RuleBroken):
    code = "registry.day_before_birth"
    zh = "发生日期早于本人出生日期"
    en = "The day is before the person was born"
    pointer = "/on"


class DayBeforeJoining(RuleBroken):
    code = "registry.day_before_joining"
    zh = "发生日期早于本人加入本户的日期"
    en = "The day is before the person joined the household"
    pointer = "/on"


class DayBeforeAbsence(RuleBroken):
    code = "registry.day_before_absence"
    zh = "发生日期早于本人外出(服刑、服兵役)开始的日期"
    en = "The day is before the person's absence began"
    pointer = "/on"


class DayBeforeDeparture(RuleBroken):
    code = "registry.day_before_departure"
    zh = "回归日期早于本人离开本户的日期"
    en = "The day of return is before the person left"
    pointer = "/on"


class RelationNotOfKind(RuleBroken):
    code = "registry.relation_not_of_kind"
    zh = "此类变更的人员不能是这种与户主关系"
    en = "Nobody stands in this relation to the head by this kind of change"
    pointer = "/member/relation"


class SuccessorNeeded(RuleBroken):
    code = "registry.successor_needed"
    zh = "户主离开的,须在同一变更中指定新户主"
    en = "When the head leaves, the same change names who follows"
    pointer = "/relations"


class RelationUnstated(RuleBroken):
    code = "registry.relation_unstated"
    zh = "更换户主的,须重新填写每名成员与新户主的关系"
    en = "With a new head the relation of every member to them is stated again"
    pointer = "/relations"


class MemberRepeated(RuleBroken):
    code = "registry.member_repeated"
    zh = "同一成员填写了两次"
    en = "The same member is named twice"


class JoiningSource(RuleBroken):
    code = "registry.joining_source"
    zh = "加入者须填写人员信息或其原户档案,且只填一项"
    en = "Who joins is stated in full or named on the file they come from, one of the two"
    pointer = "/member"


class PersonReturns(Conflict):
    code = "registry.person_returns"
    zh = "此人曾是本户成员,请按“回归”办理"
    en = "This person was of the household before: record a return"
    pointer = "/member/identity_number"


class PersonRecordedDead(Conflict):
    code = "registry.person_recorded_dead"
    zh = "此人已登记死亡;如系误登,请在原户按“回归”办理并由县级审定"
    en = "This person is recorded as dead; if in error, a return to their household is decided by the county"
    pointer = "/member/identity_number"


class AlreadyAway(Conflict):
    code = "registry.already_away"
    zh = "此人已在服刑或服兵役期间"
    en = "This person is already away"
    pointer = "/member_id"


class NotAway(Conflict):
    code = "registry.not_away"
    zh = "此人在册且未外出,无须办理回归"
    en = "This person is here: there is nothing to come back from"
    pointer = "/member_id"


class ReturnStates(RuleBroken):
    code = "registry.return_states"
    zh = "结束外出的回归不改人员信息;误登死亡的回归只填与户主关系"
    en = "Coming back from an absence states nothing of the person, from a recorded death only the relation to the head"
    pointer = "/member"


class ReturnElsewhere(Conflict):
    code = "registry.return_elsewhere"
    zh = "本户已并入另一户,不能在本户回归:误登死亡的,请在并入后的户办理“回归”,其他人员在该户办理“加入”"
    en = "This file merged into another: who was recorded as dead in error returns to that one, others join it"
    pointer = "/member_id"


class NobodyStays(RuleBroken):
    code = "registry.nobody_stays"
    zh = "分户后原户须至少留有一人"
    en = "Somebody stays in the household that is split"
    pointer = "/members"


class VillageDiffers(RuleBroken):
    code = "registry.village_differs"
    zh = "分户、并户须在同一行政村内;跨村请先办理整户迁移"
    en = "A household is split or merged within its village; to another village it moves first"


class SameFile(RuleBroken):
    code = "registry.same_file"
    zh = "两份户档案须不同"
    en = "The two files must be different ones"


class MergeStanding(Conflict):
    code = "registry.merge_standing"
    zh = "已登记的户只能与已登记的户合并"
    en = "A registered file is merged only with a registered one"


class SameVillage(RuleBroken):
    code = "registry.same_village"
    zh = "迁入村与现所在村相同"
    en = "The household already belongs to this village"
    pointer = "/to_village"


class ChangeOpen(Conflict):
    code = "registry.change_open"
    zh = "此户有一项同类变更正在等待决定"
    en = "A change of this kind is waiting for its decision"


class ChangeDecided(Conflict):
    code = "registry.change_decided"
    zh = "此项变更已有决定,或无须决定"
    en = "This change is decided already, or needs no decision"


class DecisionElsewhere(Conflict):
    code = "registry.decision_elsewhere"
    zh = "此项变更由另一程序决定:迁移由迁入方接收,死亡误登由县级审定"
    en = "A move is accepted by the receiving side, a return from a recorded death decided by the county"
