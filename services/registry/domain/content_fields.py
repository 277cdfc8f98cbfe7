"""The fields behind the names in a version's content: what a reader of a history is told of each."""

from __future__ import annotations

from services.registry.domain.fields import HOUSEHOLD, HOUSEHOLD_FIELDS, MEMBER, MEMBER_FIELDS, SEALED_COLUMNS, Field
from services.registry.domain.income import AMOUNTS

STATUS_KIND, ITEMS_KIND = "status", "items"
STATUS_LABELS = {
    "draft": "草稿",
    "proposed": "认定中",
    "returned": "退回",
    "registered": "在册",
    "exited": "已退出",
    "removed": "已清退",
    "closed": "已销户",
}


def _beside(of: str, name: str, label: str, kind: str, codes: str = "") -> Field:
    return Field(of, name, label, kind, codes, False, False, "", "本套件自定")


_OF_HOUSEHOLD = {
    **{SEALED_COLUMNS.get(name, name): field for name, field in HOUSEHOLD_FIELDS.items() if name != "group"},
    "group_name": HOUSEHOLD_FIELDS["group"],
    "income_items": _beside(HOUSEHOLD, "items", "收入细项(元)", ITEMS_KIND),
    "status": _beside(HOUSEHOLD, "status", "档案状态", STATUS_KIND),
}
_OF_MEMBER = {
    **{SEALED_COLUMNS.get(name, name): field for name, field in MEMBER_FIELDS.items()},
    "departure": _beside(MEMBER, "departure", "减少原因", "code", "departure"),
    "departed_on": _beside(MEMBER, "departed_on", "减少日期", "day"),
    "joined_on": _beside(MEMBER, "joined_on", "加入日期", "day"),
    "absence": _beside(MEMBER, "absence", "外出原因", "code", "natural_change"),
    "absent_from": _beside(MEMBER, "absent_from", "外出日期", "day"),
    "absence_counted": _beside(MEMBER, "absence_counted", "外出期间是否计入家庭人口", "flag"),
}
_RANKS = tuple({name: rank for rank, name in enumerate(fields)} for fields in (_OF_HOUSEHOLD, _OF_MEMBER))
PERSON = _beside(MEMBER, "members", "家庭成员", "name")


def field_of(member: bool, name: str) -> Field | None:
    """The field of a name in a content; None for what follows from other fields, such as the age or the head's name."""
    return (_OF_MEMBER if member else _OF_HOUSEHOLD).get(name)


def rank_of(member: bool, name: str) -> int:
    """The place of a name among its kind, as the form has it; what is no field comes last."""
    names = _RANKS[member]
    return names.get(name, len(names))


def path_of(field: Field) -> str:
    """Where the field stands in a file as it is read: `income/wage_fen`, `housing_level`."""
    return f"income/{field.name}" if field.name in AMOUNTS or field.kind == ITEMS_KIND else field.name
