"""What projects refuses about works, each with its stable code and its sentence."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class NotPlanned(Conflict):
    code = "projects.not_planned"
    zh = "项目未列入已批准的年度计划"
    en = "The project is not in an approved plan"


class WorksStateWrong(Conflict):
    code = "projects.works_state_wrong"
    zh = "项目当前状态不能办理此事项"
    en = "The works do not stand where this can be recorded"


class GrantsHaveNoTender(RuleBroken):
    code = "projects.grants_have_no_tender"
    zh = "补助类项目不招标、不签施工合同"
    en = "A project that pays grants has neither tender nor contract"


class ModeUnknown(RuleBroken):
    code = "projects.mode_unknown"
    zh = "实施方式不在代码表内"
    en = "There is no such procurement mode"
    pointer = "/mode"


class WinnerCodeMissing(RuleBroken):
    code = "projects.winner_code_missing"
    zh = "该方式须填写中标单位统一社会信用代码"
    en = "This mode needs the winner's unified social credit code"
    pointer = "/winner_uscc"


class UsccInvalid(RuleBroken):
    code = "projects.uscc_invalid"
    zh = "统一社会信用代码不正确"
    en = "The unified social credit code is not valid"


class ContractorNotWinner(RuleBroken):
    code = "projects.contractor_not_winner"
    zh = "签约单位不是中标单位"
    en = "The contractor is not the winner of the tender"
    pointer = "/contractor_uscc"


class ContractOverPlan(RuleBroken):
    code = "projects.contract_over_plan"
    zh = "合同金额超过年度计划安排"
    en = "The contract exceeds the plan line"
    pointer = "/amount_fen"


class RetentionTooHigh(RuleBroken):
    code = "projects.retention_too_high"
    zh = "质量保证金比例超过上限"
    en = "The retention rate is above the highest allowed"
    pointer = "/retention_rate"


class ProgressFalls(RuleBroken):
    code = "projects.progress_falls"
    zh = "工程进度不得低于上次上报"
    en = "Progress may not fall below the last report"
    pointer = "/percent"


class FinalAccountOverContract(RuleBroken):
    code = "projects.final_account_over_contract"
    zh = "决算金额超过合同金额"
    en = "The final account exceeds the contract"
    pointer = "/final_account_fen"


class AccepterRecordedWorks(Forbidden):
    code = "projects.accepter_recorded_works"
    zh = "登记施工情况的人不得办理验收"
    en = "Whoever recorded the works may not accept them"


class ParticipantTwice(RuleBroken):
    code = "projects.participant_twice"
    zh = "验收参加人重复"
    en = "A participant is named twice"
    pointer = "/participants"
