"""Unified social credit codes (统一社会信用代码)."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from services.funds.domain.refusals.credit import UsccWrong


def require_uscc(code: str, pointer: str) -> None:
    """Refuse what is not 18 characters with the right check digit (GB 32100). Raises UsccWrong."""
    try:
        valid = uscc.validate(code) == code
    except ValidationError:
        valid = False
    if not valid:
        raise UsccWrong(pointer=pointer)
