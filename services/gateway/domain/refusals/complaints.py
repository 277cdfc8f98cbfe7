"""What complaints, and handling them, are refused for."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken, TooLarge, UnsupportedMedia


class ComplaintKindUnknown(RuleBroken):
    code = "gateway.complaint_kind_unknown"
    zh = "没有这个投诉类别"
    en = "There is no such kind of complaint"
    pointer = "/kind"


class ComplaintNameIncomplete(RuleBroken):
    code = "gateway.complaint_name_incomplete"
    zh = "实名投诉须同时填写姓名和电话;匿名投诉两项都不填"
    en = "A complaint under one's name gives name and telephone; an anonymous one neither"
    pointer = "/telephone"


class ComplaintPersonWithoutOffice(RuleBroken):
    code = "gateway.complaint_person_without_office"
    zh = "被反映人须注明所在机构或层级,以便由上一级办理"
    en = "Whoever is complained about is named with their office or level, so that the level above handles it"
    pointer = "/about_level"


class SubmissionReused(Conflict):
    code = "gateway.submission_reused"
    zh = "该提交凭证已用于另一份投诉,请换一个随机凭证"
    en = "This submission token was used for another complaint; choose a new random one"
    pointer = "/submission_token"


class ComplaintFileTooLarge(TooLarge):
    code = "gateway.complaint_file_too_large"
    zh = "附件超过允许的大小"
    en = "A file is larger than allowed"
    pointer = "/files"


class ComplaintFilesTooMany(RuleBroken):
    code = "gateway.complaint_files_too_many"
    zh = "附件数量超过允许的个数"
    en = "More files than allowed"
    pointer = "/files"


class ComplaintFileKind(UnsupportedMedia):
    code = "gateway.complaint_file_kind"
    zh = "附件须为完整的 jpg、png、pdf 或不含宏的 docx,且内容与扩展名、类型一致"
    en = "Files are whole jpg, png, pdf, or docx without macros, whose name and type say what they are"
    pointer = "/files"


class ComplaintStepNotNow(Conflict):
    code = "gateway.complaint_step_not_now"
    zh = "投诉当前的状态不能办理这一步"
    en = "The complaint's present state does not allow this step"


class ComplaintReopenedBefore(Conflict):
    code = "gateway.complaint_reopened_before"
    zh = "一件投诉只能申请复查一次"
    en = "A complaint is reopened once"


class ComplaintRated(Conflict):
    code = "gateway.complaint_rated"
    zh = "已评价过"
    en = "It was rated before"


class ComplaintTooManyMessages(RuleBroken):
    code = "gateway.complaint_too_many_messages"
    zh = "补充说明的次数已到上限"
    en = "No more messages can be added to this complaint"


class TransferNotPossible(RuleBroken):
    code = "gateway.complaint_transfer_not_possible"
    zh = "该机构不能办理此投诉:须是本地区县级以上、且高于被反映对象的机构"
    en = "This office may not handle it: it must be the area's, of county level or above, and above what it is about"
    pointer = "/office"


class DraftSamePerson(RuleBroken):
    code = "gateway.complaint_draft_same_person"
    zh = "答复的拟稿人和签发人不能是同一人"
    en = "A reply is drafted and released by two persons"


class DraftChanged(Conflict):
    code = "gateway.complaint_draft_changed"
    zh = "拟稿已被另一稿替代,请重新阅读"
    en = "This is not the draft that waits for release"
    pointer = "/draft_id"


class UnmaskReasonMissing(RuleBroken):
    code = "gateway.complaint_unmask_reason_missing"
    zh = "查看投诉人身份须在请求头 X-Access-Reason 中写明理由(四个字以上)"
    en = "A complainant's identity is shown for a reason of four characters or more, in X-Access-Reason"


class ComplaintAnonymous(Conflict):
    code = "gateway.complaint_anonymous"
    zh = "投诉人未留姓名和电话"
    en = "The complainant gave no name"
