"""family names as they are read"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

# As the dictionary of characters reads them, and as they are read in a family name.
READINGS = {
    "曾": ("ceng", "zeng"), "单": ("dan", "shan"), "解": ("jie", "xie"), "仇": ("chou", "qiu"), "查": ("cha", "zha"),
    "朴": ("pu", "piao"), "区": ("qu", "ou"), "翟": ("di", "zhai"), "盖": ("gai", "ge"), "乐": ("le", "yue"),
    "缪": ("mou", "miao"), "覃": ("tan", "qin"), "卜": ("bo", "bu"), "种": ("zhong", "chong"), "黑": ("hei", "he"),
    "秘": ("mi", "bi"), "繁": ("fan", "po"), "折": ("zhe", "she"), "员": ("yuan", "yun"), "洗": ("xi", "xian"),
    "阚": ("han", "kan"), "能": ("neng", "nai"), "乜": ("mie", "nie"), "祭": ("ji", "zhai"), "薄": ("bao", "bo"),
    "万俟": ("wan qi", "mo qi"), "尉迟": ("wei chi", "yu chi"),
    "澹台": ("dan tai", "tan tai"),
}  # fmt: skip


def upgrade() -> None:
    _read_anew(READINGS)


def downgrade() -> None:
    _read_anew({family: (new, old) for family, (old, new) in READINGS.items()})


def _read_anew(readings: dict[str, tuple[str, str]]) -> None:
    """One pass over each table: names of one of the families with a given name after it."""
    asked = {
        "families": list(readings),
        "old": [old for old, _ in readings.values()],
        "new": [new for _, new in readings.values()],
        "was": ["".join(part[0] for part in old.split()) for old, _ in readings.values()],
        "initials": ["".join(part[0] for part in new.split()) for _, new in readings.values()],
    }
    read = (
        "unnest(cast(:families as text[]), cast(:old as text[]), cast(:new as text[]), cast(:was as text[]),"
        " cast(:initials as text[])) r (family, old, new, was, initials)"
    )
    people = sa.text(
        "update household_members m set name_pinyin = r.new || substr(m.name_pinyin, length(r.old) + 1),"  # noqa: S608
        " name_initials = r.initials || substr(m.name_initials, length(r.was) + 1)"
        f" from {read} where left(m.name, length(r.family)) = r.family and starts_with(m.name_pinyin, r.old || ' ')"
    )
    heads = sa.text(
        "update households h set head_pinyin = r.new || substr(h.head_pinyin, length(r.old) + 1)"  # noqa: S608
        f" from {read} where left(h.head_name, length(r.family)) = r.family"
        " and starts_with(h.head_pinyin, r.old || ' ')"
    )
    for statement in (people, heads):
        op.get_bind().execute(statement, {name: asked[name] for name in statement.compile().params})
