"""Schooling, health, labour and membership of one person, consistent with age. Shares are invented.

Labels come from the national code lists; the age bounds follow the published data-quality rules
(primary school 6-14, junior 12-17, senior and vocational 15-20, college from 18, graduate school from 20;
below 16 no labour; 16 to 59, healthy and out of school: able to work; from 60: half labour at most).
"""

from __future__ import annotations

from random import Random

PRESCHOOL = ("学龄前儿童", "学前教育")
JUNIOR = ("七年级", "八年级", "九年级")
NO_LABOUR = "无劳动力"
LOST_LABOUR = "丧失劳动力"
HALF_LABOUR = "弱劳动力或半劳动力"
PLAIN_LABOUR = "普通劳动力"
SKILLED_LABOUR = "技能劳动力"
ABLE = (PLAIN_LABOUR, SKILLED_LABOUR)
HEALTHY = "健康"
CHRONIC = "长期慢性病"
SERIOUS = "患有大病"
DISABLED = "残疾"
COLLEGE = ("大专", "本科及以上")

_YEARS = "一二三四"
_TRACKS = {"普通高中": 3, "中职": 3, "高职高专": 3, "技师学院": 4, "本科": 4}

# oldest age, then the chances of 文盲或半文盲, 小学, 初中, 高中, 大专, 本科及以上
_EDUCATION = (
    (20, (0, 0, 80, 20, 0, 0)),
    (22, (0, 0, 72, 24, 4, 0)),
    (44, (5, 15, 57, 15, 6, 2)),
    (59, (18, 42, 33, 7, 0, 0)),
    (200, (50, 38, 11, 1, 0, 0)),
)
_LEVELS = ("文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上")

# oldest age, then the chances of healthy, chronic, serious, disabled
_HEALTH = (
    (15, (96, 1, 1, 2)),
    (44, (86, 5, 4, 5)),
    (59, (72, 14, 7, 7)),
    (200, (52, 31, 9, 8)),
)


def schooling(rng: Random, age: int, school_age: int) -> tuple[str | None, str | None]:
    """Education of somebody who left school, or the class a pupil attends: exactly one is filled.

    `school_age` is the age in years on the 31 August before the running school year.
    """
    if school_age < 3:
        return None, PRESCHOOL[0]
    if school_age < 6:
        return None, PRESCHOOL[0 if rng.random() < 0.1 else 1]
    if school_age < 12:
        return None, "小学"
    if school_age < 15:
        return None, JUNIOR[school_age - 12]
    stays = rng.random()
    if school_age < 18 and (age < 16 or stays < 0.85):
        return None, _class(rng.choice(("普通高中", "普通高中", "中职")), school_age - 15)
    if 18 <= school_age < 22 and stays < 0.42:
        track = rng.choice(("高职高专", "本科", "技师学院", "本科"))
        if school_age - 18 < _TRACKS[track]:
            return None, _class(track, school_age - 18)
    if 22 <= school_age < 25 and stays < 0.05:
        return None, "硕士研究生及以上"
    chances = next(row for oldest, row in _EDUCATION if age <= oldest)
    return rng.choices(_LEVELS, chances)[0], None


def _class(track: str, year: int) -> str:
    return f"{track}{_YEARS[year]}年级"


def health(rng: Random, age: int, *, studied: bool) -> tuple[str, ...]:
    """One state, or 残疾 with an illness; who went to college is taken to be healthy."""
    chances = next(row for oldest, row in _HEALTH if age <= oldest)
    state = rng.choices((HEALTHY, CHRONIC, SERIOUS, DISABLED), chances)[0]
    if studied:
        return (HEALTHY,)
    if state == DISABLED and age >= 16 and rng.random() < 0.18:
        return DISABLED, SERIOUS if rng.random() < 0.4 else CHRONIC
    return (state,)


def labour(rng: Random, age: int, states: tuple[str, ...], *, pupil: bool) -> str:
    """The labour skill that age, schooling and health allow."""
    if age < 16 or pupil:
        return NO_LABOUR
    fit = rng.random()
    if age >= 60:
        chances = (0.75, 0.4) if age < 75 else (0.1, 0.0)
        return HALF_LABOUR if fit < chances[states != (HEALTHY,)] else NO_LABOUR
    if states == (HEALTHY,):
        return SKILLED_LABOUR if fit < 0.12 else PLAIN_LABOUR
    lost = 0.05 if states == (CHRONIC,) else 0.4 if len(states) == 1 else 0.7
    return LOST_LABOUR if fit < lost else HALF_LABOUR


def politics(rng: Random, age: int, *, pupil: bool) -> str:
    """Party or league membership; the league takes those from 14 to 28."""
    draw = rng.random()
    if 18 <= age <= 40 and draw < 0.006:
        return "中共预备党员"
    if age >= 20 and draw > (0.955 if age >= 60 else 0.98):
        return "中共党员"
    if 14 <= age <= 28 and draw < (0.5 if pupil else 0.18):
        return "共青团员"
    return "群众"
