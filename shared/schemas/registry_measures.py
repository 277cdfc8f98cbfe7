"""Lengths and areas on the wire: decimal text with two places at most."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_MEASURE_TEXT = re.compile(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?", re.ASCII)
MEASURE = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$", "examples": ["12.50"]}


def measure(value: Any) -> Decimal:
    """A decimal text as a number with two places at most."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _MEASURE_TEXT.fullmatch(value):
        raise ValueError("must be a decimal number in text, with two places at most")
    return Decimal(value)


Measure = Annotated[Decimal, BeforeValidator(measure), PlainSerializer(str, return_type=str), WithJsonSchema(MEASURE)]
"""A length or an area as decimal text with two places at most: mu, square metres, kilometres."""
