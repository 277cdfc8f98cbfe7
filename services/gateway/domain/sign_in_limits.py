"""When an attempt to sign in is refused unseen. None of it bars an address the account came from before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures of the day."""

    failures: int
    """Wrong attempts at a name from one network before that network is barred from the name."""
    window: timedelta
    name_failures: int
    """Wrong attempts at a name from everywhere before strangers are slowed down."""
    pause: timedelta
    """How often one attempt of a stranger is still weighed then."""
    names: int
    """Names one network may get wrong before it may try only accounts known from there."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried within the window, before this attempt."""

    here: int
    everywhere: int
    codes: int
    last_at: datetime | None
    other_names: int


def verdict(tried: Tried, known: bool, limits: Limits, now: datetime) -> str:
    """Why the attempt is not weighed: locked, sprayed or slowed; empty when it is.

    `known` says that the account signed in from this network before. Whoever guesses a name from elsewhere, or other
    names from the same network, takes nothing from it then.
    """
    if tried.here >= limits.failures:
        return "locked"
    if known:
        return ""
    if tried.other_names >= limits.names:
        return "sprayed"
    if tried.codes >= 2 * limits.failures:
        return "slowed"
    if tried.everywhere >= limits.name_failures and tried.last_at is not None and now - tried.last_at < limits.pause:
        return "slowed"
    return ""
