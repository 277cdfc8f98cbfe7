"""What happened, in the words of whoever reads about it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))
VERBS = {
    "read": "查看",
    "unmask": "明文查看",
    "export": "导出",
    "sign_in": "登录系统",
    "administration": "办理管理事项",
    "change": "办理",
}
_SEEN = {"masked": "遮盖显示", "clear": "明文显示", "as_before": "与原答复相同"}
_OUTCOMES = {
    "signed_in": "成功",
    "refreshed": "延续",
    "wrong_secret": "口令不符",
    "locked": "暂时锁定",
    "disabled": "账号停用",
    "unknown_name": "无此账号",
}


def sentence(at: datetime, who: str, office: str, sort: str, action: str, label: str | None, purpose: str) -> str:
    """Who, of which office, did what and why, with the office's own time."""
    day = at.astimezone(SHANGHAI)
    when = f"{day.year}年{day.month}月{day.day}日 {day:%H:%M}"
    if sort == "sign_in":
        outcome = action.removeprefix("sign_in.")
        what = f"{VERBS[sort]}:{_OUTCOMES.get(outcome, outcome)}"
    else:
        what = f"{VERBS[sort]} {label or action}"
    return f"{when} {office or '系统'} {who or '未知'} {what}" + (f",事由:{purpose}" if purpose else "")


def seen(fields: str) -> str:
    """How much was to be seen: masked or in clear, and what is named beside it."""
    first, _, rest = fields.partition(",")
    return _SEEN.get(first, first) + (f"({rest})" if rest else "")
