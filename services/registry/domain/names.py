"""Names of people: their pinyin, by which lists of Chinese names are sorted, and what somebody types to find one."""

from __future__ import annotations

import os
import re
from functools import lru_cache

# Syllables are asked one character at a time; the dictionary of phrases would only hold 44 MiB of memory.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import lazy_pinyin

from services.registry.domain.tables_of_facts import rows_of


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


@lru_cache(maxsize=20_000)
def pinyin_of(name: str) -> str:
    """Syllables without tones, one per character, separated by blanks: `zhang xiao ming`.

    A family name is read as one where a given name follows: `zeng xiao ming`, where the character alone is `ceng`.
    """
    for length in (2, 1):
        family = _FAMILY_NAMES.get(name[:length])
        if family is not None and len(name) > length:
            return " ".join([family, *map(_syllable, name[length:])])
    return " ".join(map(_syllable, name))


_FAMILY_NAMES = {row["surname"]: row["pinyin"] for row in rows_of("surname_readings")}


@lru_cache(maxsize=20_000)
def initials_of(pinyin: str) -> str:
    """The first letter of each syllable: `zxm`. What is no letter, such as the dot of a long name, is passed over."""
    return "".join(_FIRST_LETTERS.findall(pinyin))


_FIRST_LETTERS = re.compile(r"([a-z])[a-z]*", re.ASCII)
_INITIAL = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINAL = (
    "iang|iong|uang|ueng|ang|eng|ong|ing|ian|iao|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|io|ua|uo|ui|un|ue|ve|van|vn"
    "|a|o|e|i|u|v"
)
_SPOKEN = re.compile(f"(?:{_INITIAL})?(?:{_FINAL})", re.ASCII)
_BEGUN = re.compile(_INITIAL, re.ASCII)
LONGEST_SYLLABLE = 6
MOST_READINGS = 16


def readings_of(typed: str) -> list[str]:
    """The beginnings of pinyin somebody may have meant who typed letters, with or without blanks: `zhangxiao` can be
    `zhang xiao`, or the beginning of `zhang xi ao`. At most sixteen, the longest syllables first; the last syllable
    may be begun only."""
    pieces = typed.lower().replace("ü", "v").split()
    if len(pieces) > 1:
        return [" ".join(pieces)]
    return _split(pieces[0])


def _split(letters: str) -> list[str]:
    """The ways to read letters as syllables, found from the end, so that no dead end is walked twice."""
    ways: dict[int, list[str]] = {len(letters): [""]}
    for start in range(len(letters) - 1, -1, -1):
        found = [
            f"{letters[start:end]} {rest}".strip()
            for end in range(min(len(letters), start + LONGEST_SYLLABLE), start, -1)
            if _SPOKEN.fullmatch(letters, start, end)
            for rest in ways[end]
        ]
        if not found and _BEGUN.fullmatch(letters, start):
            found = [letters[start:]]
        ways[start] = found[:MOST_READINGS]
    return ways[0] or [letters]
