"""Rows as wire shapes: every field of the shape from the attribute of its name, the rest stated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from shared.chassis import paging
from shared.schemas.wire import Page, Wire

Shape = TypeVar("Shape", bound=Wire)
Row = TypeVar("Row")


def shaped(shape: type[Shape], row: Any, **own: Any) -> Shape:
    """`row` as a `shape`; `own` are the fields that are named or reckoned otherwise."""
    values = {name: getattr(row, name) for name in shape.model_fields if name not in own}
    return shape.model_validate(values | own)


def before_of(cursor: str | None) -> int | None:
    """The id a page continues below."""
    after = paging.decode(cursor, int)
    return int(after[0]) if after else None


def page_of(rows: Sequence[Row], limit: int, identify: Callable[[Row], int], items: list[Shape]) -> Page[Shape]:
    """A page of `items`, one for each of the first `limit` rows; `rows` holds one more when there is another page."""
    more = len(rows) > limit
    return Page(items=items, next_cursor=paging.encode(identify(rows[limit - 1])) if more else None)
