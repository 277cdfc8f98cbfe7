"""Whether a grant may go into a file for the bank: on the household's own account, as it was when it was checked."""

from __future__ import annotations

import re
from typing import Literal, Protocol

Reason = Literal["account_missing", "account_unusable", "account_changed"]
_ACCOUNT = re.compile(r"[0-9]{8,32}", re.ASCII)
_FORMULA = ("=", "+", "-", "@")


class Held(Protocol):
    """The household's account as the registry holds it today."""

    @property
    def account(self) -> str | None: ...
    @property
    def account_name(self) -> str | None: ...
    @property
    def bank_name(self) -> str | None: ...
    @property
    def account_mark(self) -> str | None: ...


def reason_against(held: Held, checked_mark: str | None) -> Reason | None:
    """Why a line stays out of the file; None when it goes in."""
    if held.account is None or held.account_mark is None or not held.account_name or not held.bank_name:
        return "account_missing"
    if held.account_mark != checked_mark:
        return "account_changed"
    if not _ACCOUNT.fullmatch(held.account) or held.bank_name.startswith(_FORMULA):
        return "account_unusable"
    return None
