"""Names of divisions: their pinyin as places are read, and what somebody types to find one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain

from services.registry.domain.names import pinyin_of
from services.registry.domain.tables_of_facts import rows_of

_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_SYLLABLE = re.compile(r"[a-z0-9]+", re.ASCII)
_TYPED = re.compile(r"[a-z0-9]+( +[a-z0-9]+)*", re.ASCII)
_INITIAL = "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
_SPOKEN = re.compile(
    _INITIAL + "(?:i(?:ang|ong|ao|an|ng|n|e|u|a)?|u(?:ang|ai|an|ng|n|i|o|a|e)?|v(?:an|e|n)?|a(?:ng|i|o|n)?"
    "|o(?:ng|u)?|e(?:ng|i|n|r)?)|[0-9]"
)
"""What can be a syllable; it takes a few that no word has, which then find nothing."""
_BEGUN = re.compile(_INITIAL + "[iuvaoe]{0,3}(?:ng?)?r?|[a-z]|[0-9]")
"""What a syllable can begin with."""
_LONGEST_SYLLABLE = 6
_MOST_READINGS = 16
_READINGS = {row["word"]: row["pinyin"] for row in rows_of("place_readings")}
_WORDS = {word: pinyin.split() for word, pinyin in _READINGS.items() if len(word) == 2}


class _Syllables(dict[str, str]):
    """The reading of one character of a place's name; empty for what is not read, such as a bracket."""

    def __missing__(self, character: str) -> str:
        read = _READINGS.get(character) or pinyin_of(character).strip().lower()
        syllable = read if _SYLLABLE.fullmatch(read) else ""
        self[character] = syllable
        return syllable


_syllable = _Syllables().__getitem__


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A name as it is stored: the characters, the syllables separated by blanks, the first letters of these."""

    name: str
    pinyin: str
    initials: str


def clean_name(name: str) -> str:
    """NFC, outer blanks cut, full-width letters and digits as ASCII."""
    name = unicodedata.normalize("NFC", name.strip())
    return _FULL_WIDTH.sub(lambda found: chr(ord(found[0]) - 0xFEE0), name)


def read_name(name: str) -> PlaceName:
    """The name with its pinyin; words of data/place_readings.csv at its beginning are read as the place is called."""
    word = _WORDS.get(name[:2])
    syllables = map(_syllable, name) if word is None else chain(word, map(_syllable, name[2:]))
    spoken = [syllable for syllable in syllables if syllable]
    return PlaceName(name, " ".join(spoken), "".join([syllable[0] for syllable in spoken]))


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody looks for: characters, or letters in one piece with their readings, or syllables."""

    characters: str = ""
    """A part of the Chinese name."""
    letters: str = ""
    """The beginning of the initials, or of the pinyin without blanks."""
    readings: tuple[str, ...] = ()
    """The letters as the beginning of a pinyin with its blanks: `zhongmi` is `zhong mi` and others."""
    syllables: tuple[str, ...] = ()
    """Whole syllables that follow each other anywhere in the name."""


def typed(text: str) -> Typed:
    """How a search text is meant: characters, letters in one piece, or syllables set apart by blanks."""
    lowered = text.lower().replace("ü", "v")
    if not _TYPED.fullmatch(lowered):
        return Typed(characters=clean_name(text))
    syllables = tuple(lowered.split())
    if len(syllables) > 1:
        spoken = all(_SPOKEN.fullmatch(syllable) for syllable in syllables)
        return Typed(syllables=syllables) if spoken else Typed(characters=text)
    return Typed(letters=syllables[0], readings=_readings(syllables[0]))


def _readings(letters: str) -> tuple[str, ...]:
    """The ways to set blanks into letters: long syllables first, the last may be incomplete; bounded."""
    tails: list[tuple[str, ...]] = [()]
    for start in range(len(letters) - 1, -1, -1):
        rest = letters[start:]
        found = [rest] if len(rest) <= _LONGEST_SYLLABLE and _BEGUN.fullmatch(rest) else []
        for length in range(min(_LONGEST_SYLLABLE, len(rest) - 1), 0, -1):
            if _SPOKEN.fullmatch(rest[:length]):
                found += [f"{rest[:length]} {tail}" for tail in tails[len(rest) - length]]
        tails.append(tuple(found[:_MOST_READINGS]))
    return tails[-1]
