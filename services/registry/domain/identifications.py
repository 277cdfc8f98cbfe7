"""Rules of identification (认定): the village meeting, the notice and its days, objections, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.registry.domain import refusals

APPROVE, RETURN = "approve", "return"
OPEN_STATES = ("proposed", "reviewed", "noticed", "township_approved")
STATES = (*OPEN_STATES, "registered", "returned")


@dataclass(frozen=True, slots=True)
class Meeting:
    """A village representatives' meeting: `entitled` representatives, `present` of them, and their votes."""

    held_on: date
    entitled: int
    present: int
    votes_for: int
    votes_against: int


def require_meeting(meeting: Meeting, quorum: Fraction, majority: Fraction, today: date) -> None:
    """Refuse a meeting whose figures contradict each other, that lacked its quorum or did not vote in favour.

    `quorum` is the least share of those entitled; `majority` the share of those present that must be exceeded.
    """
    if meeting.held_on > today:
        raise refusals.DayInFuture(pointer="/held_on")
    if meeting.present > meeting.entitled:
        raise refusals.MeetingFigures(pointer="/present")
    if meeting.votes_for + meeting.votes_against > meeting.present:
        raise refusals.MeetingFigures(pointer="/votes_for")
    if Fraction(meeting.present, meeting.entitled) < quorum:
        raise refusals.QuorumMissed(quorum=str(quorum), present=meeting.present, entitled=meeting.entitled)
    if meeting.votes_for <= majority * meeting.present:
        raise refusals.MajorityMissed(votes_for=meeting.votes_for, present=meeting.present)


def notice_end(posted_on: date, days: int) -> date:
    """The first day on which the notice has run its full days."""
    return posted_on + timedelta(days=days)


def require_posting(posted_on: date, held_on: date, today: date) -> None:
    """A notice is posted on the day of the meeting or later, and not in the future."""
    if posted_on > today:
        raise refusals.DayInFuture(pointer="/posted_on")
    if posted_on < held_on:
        raise refusals.NoticeBeforeMeeting()


def require_run(ends_on: date, today: date) -> None:
    """Refuse a decision before the notice has run its full days."""
    if today < ends_on:
        raise refusals.NoticeRunning(ends_on=ends_on.isoformat())


def require_raising(raised_on: date, posted_on: date, today: date) -> None:
    """An objection is raised on the day of posting or later, and not in the future."""
    if raised_on > today:
        raise refusals.DayInFuture(pointer="/raised_on")
    if raised_on < posted_on:
        raise refusals.ObjectionBeforeNotice()
