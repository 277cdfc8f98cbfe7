"""The columns of the people workbook: one row per person, household columns on the head's row.

Headers are the labels of data/household_fields.csv, `户序号` that tells households apart, and one column per income
item. A sheet may hold any of them in any order, as long as the required ones are there.
"""

from __future__ import annotations

from services.registry.domain.code_lists import CODE_LISTS
from services.registry.domain.fields import FIELDS, HOUSEHOLD_FIELDS, MEMBER_FIELDS, Field
from services.registry.domain.income import AMOUNTS

SHEET = "人口"
SERIAL, VILLAGE, NAME, NUMBER = "户序号", "行政村代码", "姓名", "证件号码"
PHONE, ACCOUNT, HEALTH, RELATION, RESULT = "联系电话", "银行账号", "健康状况", "与户主关系", "结果"
TITLE_MARK = "导出编号"
"""What the first cell of an exported sheet's last line begins with."""

HEADERS = (
    SERIAL, VILLAGE, "组", NAME, NUMBER, RELATION, "民族", "文化程度", "在校生状况", HEALTH, "劳动技能",
    "政治面貌", "是否参加基本医疗保险", "是否参加养老保险", "务工月数", PHONE, "识别标准", "户类型", "主要致贫原因",
    "其他致贫原因", "住房等级", "是否安全饮水", "是否通电", "工资性收入(元)", "生产经营性收入(元)", "财产性收入(元)",
    "转移性收入(元)", "生产经营性支出(元)", "开户银行", ACCOUNT,
)  # fmt: skip
"""The short form: what nearly every household has to state."""

FIELD_OF_LABEL: dict[str, Field] = {field.label: field for field in FIELDS}
ITEM_OF_LABEL: dict[str, str] = {f"{value.label}(元)": value.code for value in CODE_LISTS["income_item"].values}
TEMPLATE = (
    *HEADERS,
    *(field.label for field in FIELDS if field.label not in HEADERS),
    *ITEM_OF_LABEL,
)
"""Every column there is, the short form first."""

REQUIRED = (SERIAL, VILLAGE, *(field.label for field in FIELDS if field.required and field.label != VILLAGE))

AMOUNT_LABELS = {name: HOUSEHOLD_FIELDS[name].label for name in AMOUNTS}
CODE_COLUMNS = {field.label: field.codes for field in FIELDS if field.kind in ("code", "codes")}
"""The code list whose labels a column takes."""
SEVERAL = frozenset(field.label for field in FIELDS if field.kind == "codes")
"""Columns that take several labels joined by 、"""
YES_NO = frozenset(field.label for field in FIELDS if field.kind == "flag")
MONEY = frozenset((*ITEM_OF_LABEL, *(field.label for field in FIELDS if field.kind == "fen")))
MEASURES = frozenset(field.label for field in FIELDS if field.kind == "measure")
PROTECTED = frozenset(field.label for field in FIELDS if field.protected)

_STANDS_IN = {"members": RELATION, "sex": NUMBER, "items": AMOUNT_LABELS["wage_fen"]}


def column_of(pointer: str) -> str:
    """The header of the column a fault's pointer speaks of; empty for none."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "members" and len(parts) > 2:
        name, fields = parts[2], MEMBER_FIELDS
    else:
        name, fields = (parts[1] if parts[0] == "income" and len(parts) > 1 else parts[0]), HOUSEHOLD_FIELDS
    return _STANDS_IN.get(name) or (fields[name].label if name in fields else "")
