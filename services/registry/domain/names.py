"""Names of people: their pinyin, by which lists of Chinese names are sorted."""

from __future__ import annotations

import os
from functools import lru_cache

# Syllables are asked one character at a time; the dictionary of phrases would only hold 44 MiB of memory.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import lazy_pinyin


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


def pinyin_of(name: str) -> str:
    """Syllables without tones, one per character, separated by blanks: `zhang xiao ming`."""
    return " ".join(_syllable(character) for character in name)
