"""Refusals about household files and the people in them."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class CodeUnknown(RuleBroken):
    code = "registry.code_unknown"
    zh = "不在规定的代码表中"
    en = "Not a value of the official code list"


class CauseRepeated(RuleBroken):
    code = "registry.cause_repeated"
    zh = "其他致贫原因不能与主要致贫原因或彼此重复"
    en = "Another cause repeats the main cause or one before it"


class TooManyCauses(RuleBroken):
    code = "registry.too_many_causes"
    zh = "其他致贫原因超过规定的项数"
    en = "More other causes than allowed"
    pointer = "/other_causes"


class BankIncomplete(RuleBroken):
    code = "registry.bank_incomplete"
    zh = "开户银行与银行账号须同时填写"
    en = "Bank name and account go together"
    pointer = "/bank_account"


class HeadNotOne(RuleBroken):
    code = "registry.head_not_one"
    zh = "每户须有且只有一名户主"
    en = "A household has exactly one head"
    pointer = "/members"


class SpouseTwice(RuleBroken):
    code = "registry.spouse_twice"
    zh = "配偶至多一人"
    en = "A household head has at most one spouse"
    pointer = "/members"


class SpouseSameSex(RuleBroken):
    code = "registry.spouse_same_sex"
    zh = "配偶与户主的性别相同"
    en = "The spouse has the same sex as the head"
    pointer = "/members"


class PersonTwiceInFile(RuleBroken):
    code = "registry.person_twice_in_file"
    zh = "同一号码在本户内出现两次"
    en = "The same number stands twice in this household"
    pointer = "/members"


class PersonOnAnotherFile(Conflict):
    code = "registry.person_on_another_file"
    zh = "此人已在一份有效的户档案中,不能重复登记"
    en = "This person is already on a household file"
    pointer = "/members"


class IdentityNumberForm(RuleBroken):
    code = "registry.identity_number_form"
    zh = "公民身份号码须为 18 位(末位可为大写 X)"
    en = "An identity number has 18 characters (the last may be a capital X)"


class IdentityNumberDate(RuleBroken):
    code = "registry.identity_number_date"
    zh = "公民身份号码中的出生日期不真实"
    en = "The birth date in the identity number is not real"


class IdentityNumberCheckDigit(RuleBroken):
    code = "registry.identity_number_check_digit"
    zh = "公民身份号码校验位不正确"
    en = "The check digit of the identity number is wrong"


class EducationXorSchooling(RuleBroken):
    code = "registry.education_xor_schooling"
    zh = "文化程度与在校生状况须填且只填一项"
    en = "Exactly one of education and student status is filled in"


class AwayMonthsRange(RuleBroken):
    code = "registry.away_months_range"
    zh = "务工月数须为 0 至 12 的整数"
    en = "Months of work away are 0 to 12"


class HealthCombination(RuleBroken):
    code = "registry.health_combination"
    zh = "健康状况只有残疾可与患有大病或长期慢性病之一同时选择"
    en = "Only disability combines with a serious or a chronic illness"


class SexAgainstNumber(RuleBroken):
    code = "registry.sex_against_number"
    zh = "性别与公民身份号码不符"
    en = "The sex does not match the identity number"


class RelationAgainstSex(RuleBroken):
    code = "registry.relation_against_sex"
    zh = "与户主关系与性别不符"
    en = "The relation to the head does not match the sex"


class SchoolingAgainstAge(RuleBroken):
    code = "registry.schooling_against_age"
    zh = "在校生状况与年龄不符"
    en = "The student status does not match the age"


class LabourOfChild(RuleBroken):
    code = "registry.labour_of_child"
    zh = "未到劳动年龄者的劳动技能须为无劳动力"
    en = "Below working age the labour skill is none"


class LabourOfHealthyAdult(RuleBroken):
    code = "registry.labour_of_healthy_adult"
    zh = "劳动年龄内健康且不在校者不能为无劳动力或丧失劳动力"
    en = "A healthy adult of working age who is not at school has a labour skill"


class HouseholdNotEditable(Conflict):
    code = "registry.household_not_editable"
    zh = "户档案正在认定或已停用,不能修改"
    en = "The file is under decision or closed and cannot be changed"


class ReasonRequired(RuleBroken):
    code = "registry.reason_required"
    zh = "修改已登记的户档案须写明原因"
    en = "A registered file is changed with a reason"
    pointer = "/reason"


class MemberUnknown(RuleBroken):
    code = "registry.member_unknown"
    zh = "本户没有此成员"
    en = "This household has no such member"


class MemberUnaccounted(RuleBroken):
    code = "registry.member_unaccounted"
    zh = "减少的成员须说明原因和日期"
    en = "A member who is no longer listed needs a departure with its kind and day"
    pointer = "/departures"


class MemberStaysAndLeaves(RuleBroken):
    code = "registry.member_stays_and_leaves"
    zh = "同一成员不能既在册又减少"
    en = "A member cannot both stay and leave"
    pointer = "/departures"


class FieldNeeded(RuleBroken):
    code = "registry.field_needed"
    zh = "新增成员必须填写此项"
    en = "A new member needs this field"


class NationalNumberTaken(Conflict):
    code = "registry.national_number_taken"
    zh = "此国家户编号已被其他户档案使用"
    en = "This national household number is on another file"
    pointer = "/national_household_no"


class CodeOutOfYears(RuleBroken):
    code = "registry.code_out_of_years"
    zh = "该代码在此年度不使用"
    en = "The code list did not have this value in these years"


class CodeRepeated(RuleBroken):
    code = "registry.code_repeated"
    zh = "同一代码重复填写"
    en = "The same code stands twice"


class TooManyMembers(RuleBroken):
    code = "registry.too_many_members"
    zh = "一户至多 50 人"
    en = "At most fifty people in a household"
    pointer = "/members"


class TooManyFuels(RuleBroken):
    code = "registry.too_many_fuels"
    zh = "主要燃料至多填三项"
    en = "At most three fuels"


class YearRange(RuleBroken):
    code = "registry.year_range"
    zh = "年份不在合理范围内"
    en = "The year is not a possible one"


class NaturalVillageElsewhere(RuleBroken):
    code = "registry.natural_village_elsewhere"
    zh = "自然村不属于该行政村"
    en = "The natural village is not of this village"


class NaturalVillageUnknown(RuleBroken):
    code = "registry.natural_village_unknown"
    zh = "本村没有这个自然村(村民小组),或其尚未设立、已撤销"
    en = "The village has no such natural village, or not on this day"
    pointer = "/natural_village"


class IrrigatedAboveArable(RuleBroken):
    code = "registry.irrigated_above_arable"
    zh = "有效灌溉面积大于耕地面积"
    en = "More irrigated land than arable land"


class RelocationIncomplete(RuleBroken):
    code = "registry.relocation_incomplete"
    zh = "填写搬迁年份须同时填写搬迁方式"
    en = "A year of relocation needs its mode"


class MonitoringIncomplete(RuleBroken):
    code = "registry.monitoring_incomplete"
    zh = "监测对象信息不完整:类别、风险、识别与消除须一致"
    en = "The facts of monitoring are incomplete or contradict each other"


class DaysOutOfOrder(RuleBroken):
    code = "registry.days_out_of_order"
    zh = "日期先后颠倒"
    en = "The days are not in order"


class IncomeItemsDoNotSum(RuleBroken):
    code = "registry.income_items_do_not_sum"
    zh = "收入分项之和与该类收入不符"
    en = "The items of this income do not add up to it"


class RelationTwice(RuleBroken):
    code = "registry.relation_twice"
    zh = "同一亲属关系只能有一人"
    en = "Only one person can stand in this relation"


class RelationAgainstAge(RuleBroken):
    code = "registry.relation_against_age"
    zh = "与户主关系与出生日期矛盾(长辈须早于、晚辈须晚于户主出生;继亲请填“其他”)"
    en = 'The relation contradicts the birth dates (enter step relations as "other")'


class RelationAgainstHead(RuleBroken):
    code = "registry.relation_against_head"
    zh = "与户主关系与户主性别矛盾"
    en = "The relation contradicts the sex of the head"


class DropoutWithSchool(RuleBroken):
    code = "registry.dropout_with_school"
    zh = "在校生不能填写失学或辍学原因"
    en = "A pupil has no reason for not attending school"


class DisabilityForm(RuleBroken):
    code = "registry.disability_form"
    zh = "残疾人证须为 20 位或 22 位(身份证号加类别、等级)"
    en = "A disability certificate has 20 or 22 characters"


class DisabilityAgainstNumber(RuleBroken):
    code = "registry.disability_against_number"
    zh = "残疾人证前 18 位与本人证件号码不符"
    en = "The certificate does not begin with the person's identity number"


class DisabilityWithoutHealth(RuleBroken):
    code = "registry.disability_without_health"
    zh = "有残疾人证的,健康状况须含“残疾”"
    en = "A person with a certificate is recorded as disabled"


class InsuranceBoth(RuleBroken):
    code = "registry.insurance_both"
    zh = "城乡居民与城镇职工保险不能同时参加"
    en = "Resident and employee insurance exclude each other"


class AwayIncomplete(RuleBroken):
    code = "registry.away_incomplete"
    zh = "填写务工信息须同时填写务工月数"
    en = "Facts of work away need its months"


class PublicPostIncomplete(RuleBroken):
    code = "registry.public_post_incomplete"
    zh = "公益性岗位与聘用月数须同时填写"
    en = "A public-service post and its months go together"


class LeftBehindAgainstAge(RuleBroken):
    code = "registry.left_behind_against_age"
    zh = "留守类别与年龄或性别不符"
    en = "The left-behind group contradicts age or sex"


class FileIncomplete(RuleBroken):
    code = "registry.file_incomplete"
    zh = "户档案尚有必填项未填写"
    en = "The household file is not complete"
