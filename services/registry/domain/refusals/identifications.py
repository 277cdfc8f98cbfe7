"""Refusals about identification: meeting, notice, objections, decisions."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class HouseholdUnknown(RuleBroken):
    code = "registry.household_unknown"
    zh = "本村没有此户"
    en = "The village has no such household"


class HouseholdNotProposable(Conflict):
    code = "registry.household_not_proposable"
    zh = "此户不是草稿或退回状态,不能提名"
    en = "Only a draft or returned file can be proposed"


class HouseholdRepeated(RuleBroken):
    code = "registry.household_repeated"
    zh = "同一户在名单中出现两次"
    en = "The same household is listed twice"


class WrongLevel(Forbidden):
    code = "registry.wrong_level"
    zh = "此步骤不由您所在的层级办理"
    en = "This step is not for an office of your level"


class StepNotDue(Conflict):
    code = "registry.step_not_due"
    zh = "当前状态不能办理此步骤"
    en = "This step is not due in the present state"


class SamePerson(Forbidden):
    code = "registry.same_person"
    zh = "提名、记录和审核审定不能由同一人办理"
    en = "The same person cannot propose or record and then decide"


class MeetingFigures(RuleBroken):
    code = "registry.meeting_figures"
    zh = "会议人数或票数自相矛盾"
    en = "The figures of the meeting contradict each other"


class QuorumMissed(RuleBroken):
    code = "registry.quorum_missed"
    zh = "到会人数未达到规定比例"
    en = "Fewer representatives were present than the quorum"
    pointer = "/present"


class MajorityMissed(RuleBroken):
    code = "registry.majority_missed"
    zh = "赞成票未超过规定比例"
    en = "The votes in favour do not exceed the required share"
    pointer = "/votes_for"


class NoticeBeforeMeeting(RuleBroken):
    code = "registry.notice_before_meeting"
    zh = "公示日期不能早于评议日期"
    en = "A notice is not posted before the meeting"
    pointer = "/posted_on"


class NoticeRunning(Conflict):
    code = "registry.notice_running"
    zh = "公示期未满,不能审核"
    en = "The notice has not run its full days"


class ObjectionBeforeNotice(RuleBroken):
    code = "registry.objection_before_notice"
    zh = "异议日期不能早于公示日期"
    en = "An objection is not raised before the notice"
    pointer = "/raised_on"


class ObjectionOpen(Conflict):
    code = "registry.objection_open"
    zh = "尚有未答复的异议"
    en = "An objection is not yet answered"


class ObjectionAnswered(Conflict):
    code = "registry.objection_answered"
    zh = "异议已经答复"
    en = "The objection is answered already"


class NobodyLeft(Conflict):
    code = "registry.nobody_left"
    zh = "名单中已没有保留的户,只能退回"
    en = "No household is left on the list: it can only be returned"
