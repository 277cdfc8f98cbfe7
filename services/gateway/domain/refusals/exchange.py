"""What the department exchange refuses."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, NotFound, Refusal, RuleBroken


class ItemUnknown(NotFound):
    code = "gateway.exchange_item_unknown"
    zh = "共享目录中没有此项"
    en = "The catalogue of shared items has no such item"


class ItemNotShared(RuleBroken):
    code = "gateway.exchange_item_not_shared"
    zh = "此项属不予共享类"
    en = "This item is not shared"
    pointer = "/item"


class FieldUnknown(RuleBroken):
    code = "gateway.exchange_field_unknown"
    zh = "此项没有所列字段"
    en = "The item has no such field"
    pointer = "/fields"


class PurposeNotAllowed(RuleBroken):
    code = "gateway.exchange_purpose_not_allowed"
    zh = "此项不得用于该用途"
    en = "The item may not be used for this purpose"
    pointer = "/purpose"


class BasisMissing(RuleBroken):
    code = "gateway.exchange_basis_missing"
    zh = "有条件共享须写明法定依据"
    en = "What is shared on conditions needs a legal basis"
    pointer = "/legal_basis"


class ClearWithoutPersonalField(RuleBroken):
    code = "gateway.exchange_clear_needless"
    zh = "所列字段不含个人信息,无须申请明文"
    en = "None of the fields is personal: there is nothing to unmask"
    pointer = "/clear"


class AreaTooSmall(RuleBroken):
    code = "gateway.exchange_area_too_small"
    zh = "此项不按这一级区划提供"
    en = "The item is not given for areas of this level"
    pointer = "/division_code"


class DaysTooMany(RuleBroken):
    code = "gateway.exchange_days_too_many"
    zh = "授权期限超过规定"
    en = "Longer than a grant may last"
    pointer = "/days"


class ClientUnknown(RuleBroken):
    code = "gateway.exchange_client_unknown"
    zh = "本机构没有此部门系统"
    en = "Your office has no such machine client"
    pointer = "/client_id"


class OwnDecision(RuleBroken):
    code = "gateway.exchange_own_decision"
    zh = "申请人不得审批自己的申请"
    en = "Whoever applied does not decide"


class NotTheOwner(Forbidden):
    code = "gateway.exchange_not_the_owner"
    zh = "此项由其他机构负责"
    en = "Another office answers for this item"


class AlreadyDecided(Conflict):
    code = "gateway.exchange_already_decided"
    zh = "此申请已经办结"
    en = "This application was decided already"


class GrantNotLive(Conflict):
    code = "gateway.exchange_grant_not_live"
    zh = "此授权未生效或已终止"
    en = "There is no grant in force here"


class WiderThanAsked(RuleBroken):
    code = "gateway.exchange_wider_than_asked"
    zh = "授权不得超出申请的范围"
    en = "A grant is never wider than what was asked for"


class NotGranted(Forbidden):
    code = "gateway.exchange_not_granted"
    zh = "没有对应的共享授权:事项、用途、字段、区划或期限不符"
    en = "No grant covers this item, purpose, fields, area and day"


class GrantAmbiguous(RuleBroken):
    code = "gateway.exchange_grant_ambiguous"
    zh = "此项有多个授权,请以 grant 指明"
    en = "Several grants cover this item: name one"
    pointer = "/grant"


class ReasonHoldsValue(RuleBroken):
    code = "gateway.exchange_reason_holds_value"
    zh = "说明中不得写出证号、电话、账号等数值"
    en = "The reason must not repeat numbers of people, telephones or accounts"
    pointer = "/reason"


class CorrectionAnswered(Conflict):
    code = "gateway.exchange_correction_answered"
    zh = "此核实请求已经答复"
    en = "This request was answered already"


class AddressNotAllowed(RuleBroken):
    code = "gateway.exchange_address_not_allowed"
    zh = "接收地址不符合要求:须为允许名单内主机的 https 地址"
    en = "The address must be https at a host on the operator's list"
    pointer = "/url"


class EndpointNotActive(Conflict):
    code = "gateway.exchange_endpoint_not_active"
    zh = "此接收地址已停用"
    en = "This endpoint is not active"


class EndpointsTooMany(RuleBroken):
    code = "gateway.exchange_endpoints_too_many"
    zh = "接收地址过多"
    en = "This machine client has too many endpoints"


class DeliveryNotDead(Conflict):
    code = "gateway.exchange_delivery_not_dead"
    zh = "此投递未进入死信"
    en = "This delivery was not given up"


class TooManyCalls(Refusal):
    status = 429
    code = "gateway.exchange_too_many_calls"
    zh = "超过授权的调用频次"
    en = "More calls than the grant allows"
    retry_after_s = 10
