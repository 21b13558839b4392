"""The weekly slot as a calendar entry: when to write, and to whom this week. Pure.

One entry for ever (a stable UID): each letter brings it up to date, none adds a second one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from daemon import tokens
from daemon.digest.clean import clean
from daemon.digest.letter import Settings
from daemon.digest.page import given_name
from daemon.mail.calendar import Entry, published
from rules import words
from rules.verdicts import Digest
from rules.words import Words

MINUTES = 15
MOST_MINUTES = 60


def slot_entry(digest: Digest, settings: Settings) -> bytes:
    """Return the calendar file that goes with a letter, nothing where no slot is set."""
    if settings.slot is None or not digest.suggestions:
        return b""
    say, on = Words(settings.words), date.fromisoformat(digest.on)
    names = words.listed([given_name(one.person) for one in digest.suggestions])
    summary = say("slot.summary.discreet") if settings.discreet else say("slot.summary", names=names)
    weekday, at = settings.slot
    day = on + timedelta(days=(weekday - on.weekday()) % 7)
    start = datetime.combine(day, at, settings.zone)
    entry = Entry(
        uid=f"slot.{tokens.mac(settings.key, 'slot', settings.owner)}@{settings.domain}",
        start=start,
        minutes=min(MOST_MINUTES, max(MINUTES, round(len(digest.suggestions) * 2.4))),
        summary=clean(summary, 200),
        version=(on - date(2020, 1, 6)).days // 7,
        made=datetime.combine(on, at, settings.zone),
    )
    return published(entry)
