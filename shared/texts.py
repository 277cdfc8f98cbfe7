"""What people type without noticing: full-width signs, blanks of other widths, a name of two characters drawn apart."""

from __future__ import annotations

import re

_FULL_WIDTH = {sign: chr(sign - 0xFEE0) for sign in range(0xFF01, 0xFF5F)}
_DIGITS_AND_LETTERS = {sign: plain for sign, plain in _FULL_WIDTH.items() if plain.isalnum()}
_BLANKS = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_HAN = re.compile("[\u3007\u3400-\u9fff\U00020000-\U0003ffff]")
_NAME_DOTS = dict.fromkeys(map(ord, "•‧・∙⋅●᛫"), "·")
_DOT = re.compile(" *· *")


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as plain ones, and blanks of any width as plain blanks. Nothing else that
    looks like a digit becomes one: neither ² nor ①."""
    return text if text.isascii() else text.translate(_FULL_WIDTH).translate(_BLANKS)


def plain_words(text: str) -> str:
    """The same of words: Chinese punctuation stays as wide as it is."""
    return text if text.isascii() else text.translate(_DIGITS_AND_LETTERS).translate(_BLANKS)


def closed_up(text: str) -> str:
    """Half width and without any blank: how numbers, labels and headers are compared."""
    return "".join(half_width(text).split())


def person_name(text: str) -> str:
    """A name with the dots of minority names as one dot and, between single characters, no blanks: 张　三 is 张三."""
    text = _DOT.sub("·", text.translate(_NAME_DOTS).translate(_BLANKS))
    parts = text.split()
    return "".join(parts) if all(len(part) == 1 and _HAN.match(part) for part in parts) else " ".join(parts)


def is_drawn_apart(name: str) -> bool:
    """Whether blanks stand in a name in Chinese characters: the register cannot say what they are for."""
    return " " in name and _HAN.search(name) is not None
