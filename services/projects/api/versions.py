"""Versions of an edited file: ETag out, If-Match in."""

from __future__ import annotations

import re

from fastapi import Request

from shared.refusals import PreconditionFailed, PreconditionRequired


def etag(version: int) -> str:
    return f'"{version}"'


def if_match(request: Request) -> int:
    """The version an update was made from. PreconditionRequired without one, PreconditionFailed for any other form."""
    given = request.headers.getlist("if-match")
    if not given:
        raise PreconditionRequired()
    found = re.fullmatch(r'"([0-9]{1,9})"', given[0], re.ASCII)
    if len(given) > 1 or found is None:
        raise PreconditionFailed()
    return int(found.group(1))
