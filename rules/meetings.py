"""Meetings: what the mails about an event amount to. Pure.

The latest word decides. That others accept counts only where the owner had asked them: anybody can
send an acceptance of anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.facts import Meeting


def agreed(meetings: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Return the events that stand as agreed on; ``meetings`` are in the order they were told."""
    offered: set[str] = set()
    latest: dict[str, Meeting] = {}
    for meeting in meetings:
        latest[meeting.uid] = meeting
        if meeting.status == "offered":
            offered.add(meeting.uid)
    return tuple(
        meeting
        for meeting in latest.values()
        if meeting.status == "accepted" or (meeting.status == "confirmed" and meeting.uid in offered)
    )
