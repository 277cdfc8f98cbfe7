"""Versions of files that people edit: ETag out, If-Match in."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from shared.refusals import PreconditionFailed, PreconditionRequired


def etag(version: int) -> str:
    """The ETag of a version: `"3"`."""
    return f'"{version}"'


async def _given(
    request: Request,
    if_match: Annotated[str | None, Header(description='the version changed from, as in its ETag: "3"')] = None,
) -> int | None:
    if if_match is None:
        return None
    found = re.fullmatch(r'"([0-9]{1,9})"', if_match, re.ASCII)
    if found is None or len(request.headers.getlist("if-match")) > 1:
        raise PreconditionFailed()
    return int(found.group(1))


VersionGiven = Annotated[int | None, Depends(_given)]
"""The version an update was made from, None without If-Match. PreconditionFailed for what is no ETag of ours."""


def required(version: int | None) -> int:
    """The version an update was made from; PreconditionRequired without one."""
    if version is None:
        raise PreconditionRequired()
    return version


async def _required(version: VersionGiven) -> int:
    return required(version)


VersionRequired = Annotated[int, Depends(_required)]
"""The version an update was made from; the request is refused without If-Match."""
