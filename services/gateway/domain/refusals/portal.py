"""What reading the portal is refused for."""

from __future__ import annotations

from services.gateway.domain.refusals.requests import TooManyRequests
from shared.refusals import Malformed, RuleBroken, Unavailable


class CursorRefused(Malformed):
    code = "gateway.cursor_refused"
    zh = "翻页标记无效、已过期或不属于这份列表,请从第一页重新开始"
    en = "The cursor is broken, has run out or belongs to another list: begin at the first page"
    pointer = "/cursor"


class PagesTooDeep(RuleBroken):
    code = "gateway.pages_too_deep"
    zh = "翻页已到上限,请按地区、年份缩小范围"
    en = "No list goes on this far: narrow it by area or year"
    pointer = "/cursor"


class PagesOfDayUsed(TooManyRequests):
    code = "gateway.pages_of_day_used"
    zh = "今日公开查询次数已到上限,请明日再来"
    en = "The pages of this day are used up, come back tomorrow"


class PortalBusy(Unavailable):
    code = "gateway.portal_busy"
    zh = "正在接收的附件过多,请稍后重试"
    en = "Too many files are arriving at once, try again"
    retry_after_s = 5
