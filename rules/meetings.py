"""Meetings: what the mails about an event amount to: the latest word decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from store.facts import Meeting

_AGREED = frozenset({"accepted", "confirmed"})


def agreed(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Return the events that stand as agreed on; ``meetings`` are in the order they were told."""
    latest = {meeting.uid: meeting for meeting in meetings}
    return tuple(meeting for meeting in latest.values() if meeting.status in _AGREED)
