"""The columns of the people workbook: one row per person, household columns on the head's row."""

from __future__ import annotations

SHEET = "人口"
SERIAL, VILLAGE, NAME, NUMBER = "户序号", "行政村代码", "姓名", "证件号码"
PHONE, ACCOUNT, HEALTH, RESULT = "联系电话", "银行账号", "健康状况", "结果"

HEADERS = (
    SERIAL, VILLAGE, "组", NAME, NUMBER, "与户主关系", "民族", "文化程度", "在校生状况", HEALTH, "劳动技能",
    "政治面貌", "是否参加基本医疗保险", "是否参加养老保险", "务工月数", PHONE, "识别标准", "户类型", "主要致贫原因",
    "其他致贫原因", "住房等级", "是否安全饮水", "是否通电", "工资性收入(元)", "生产经营性收入(元)", "财产性收入(元)",
    "转移性收入(元)", "生产经营性支出(元)", "开户银行", ACCOUNT,
)  # fmt: skip

PERSON_COLUMNS = frozenset(
    {
        NAME, NUMBER, "与户主关系", "民族", "文化程度", "在校生状况", HEALTH, "劳动技能", "政治面貌",
        "是否参加基本医疗保险", "是否参加养老保险", "务工月数",
    }
)  # fmt: skip
HOUSEHOLD_COLUMNS = tuple(header for header in HEADERS if header not in PERSON_COLUMNS and header != SERIAL)

MONEY_COLUMNS = {
    "wage_fen": "工资性收入(元)",
    "business_fen": "生产经营性收入(元)",
    "property_fen": "财产性收入(元)",
    "transfer_fen": "转移性收入(元)",
    "business_cost_fen": "生产经营性支出(元)",
}
CODE_COLUMNS = {
    "与户主关系": "relation_to_head",
    "民族": "ethnicity",
    "文化程度": "education",
    "在校生状况": "student_status",
    HEALTH: "health",
    "劳动技能": "labour",
    "政治面貌": "politics",
    "识别标准": "identification_standard",
    "户类型": "household_attribute",
    "主要致贫原因": "poverty_cause",
    "其他致贫原因": "poverty_cause",
    "住房等级": "housing_level",
}
"""The code list whose labels a column takes."""
SEVERAL = frozenset({HEALTH, "其他致贫原因"})
"""Columns that take several labels joined by 、"""
YES_NO = frozenset({"是否参加基本医疗保险", "是否参加养老保险", "是否安全饮水", "是否通电"})
DIGITS_LOST = frozenset({NUMBER, ACCOUNT})
"""Columns in which a number cell has already lost digits and is refused."""
PROTECTED = frozenset({NUMBER, PHONE, ACCOUNT, HEALTH})

COLUMN_OF_FIELD = {
    "village_code": VILLAGE, "standard": "识别标准", "attribute": "户类型", "main_cause": "主要致贫原因",
    "other_causes": "其他致贫原因", "housing_level": "住房等级", "bank_account": ACCOUNT, "members": "与户主关系",
    "identity_number": NUMBER, "sex": NUMBER, "relation": "与户主关系", "ethnicity": "民族", "education": "文化程度",
    "schooling": "在校生状况", "health": HEALTH, "labour": "劳动技能", "politics": "政治面貌",
    "away_months": "务工月数",
}  # fmt: skip
"""The column a fault's field stands in."""
