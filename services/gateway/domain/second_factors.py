"""One-time codes of a device (RFC 6238), recovery codes, and who must show one."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping

import pyotp

STEP_S = 30
ADRIFT = 1
"""Steps a device's clock may be ahead or behind."""
KINDS = ("administration", "security", "operation", "audit", "business")
"""Kinds of roles that have a figure `second_factor_KIND` in the policy."""
UNMASK = ".unmask"
OWN_ACCOUNT = "own_account.use"

_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def is_code(text: str) -> bool:
    """Whether it looks like a device's code; else it may be a recovery code."""
    return bool(_CODE.fullmatch(text))


def step_of(secret: str, code: str, now: float, last_step: int) -> int | None:
    """The step after `last_step` whose code this is, near `now` (seconds since 1970); None for any other code."""
    device = pyotp.TOTP(secret, interval=STEP_S)
    found = None
    for step in range(int(now) // STEP_S - ADRIFT, int(now) // STEP_S + ADRIFT + 1):
        # All are compared, whichever fits, so that time tells nothing.
        if hmac.compare_digest(device.generate_otp(step).encode(), code.encode()) and step > last_step:
            found = step
    return found


def enrolment_address(secret: str, username: str, issuer: str) -> str:
    """The `otpauth:` address a device reads from a picture."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=username, issuer_name=issuer)


def recovery_form(text: str) -> str:
    """A recovery code as it is digested, however it was typed."""
    return re.sub(r"[\s-]", "", text).upper()


def required(figures: Mapping[str, int], kinds: Iterable[str], permissions: Iterable[str]) -> bool:
    """Whether roles of these kinds, or these permissions, need a second factor by the figures of the day."""
    if any(figures.get(f"second_factor_{kind}", 0) for kind in kinds):
        return True
    return bool(figures.get("second_factor_unmask", 0)) and any(one.endswith(UNMASK) for one in permissions)
