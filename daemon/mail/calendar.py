"""Invitations and answers to them, and the owner's own slot: the only room that knows icalendar.

Reads one ``text/calendar`` part, bounded in bytes, lines, events and guests; repetition rules and
alarms are never expanded or obeyed. A mail speaks only for its sender: the owner answers in mail he
really sent, a guest answers for himself, an organizer tells who is coming to what he organizes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from daemon.mail.body import Part
from daemon.mail.words import clean, text_of
from store.addresses import normalise
from store.facts import DAY, Meeting, Message

if TYPE_CHECKING:
    from icalendar import Component

LONGEST = 256 * 1024
MOST_EVENTS = 10
MOST_GUESTS = 50
_MOST_LINES = 2000
_NOON = 12 * 3600
_AHEAD = 3 * 365 * DAY  # an event further away than that is no meeting to think of
_LINE = re.compile(
    r"(?:BEGIN|END):V(?:CALENDAR|EVENT)\s*$"
    r"|(?:METHOD|VERSION|PRODID|UID|DTSTART|STATUS|SUMMARY|ATTENDEE|ORGANIZER|RECURRENCE-ID)[;:]",
    re.IGNORECASE,
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ZONE = re.compile(r";TZID=(?:\"[^\"\r\n]*\"|[^;:\r\n]*)", re.IGNORECASE)
# what a parser of other people's raises on other people's mail; OSError for zones that are no file
_FAULTS = (ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the owner's own calendar. ``version`` grows with every change, ``made`` is its stamp."""

    uid: str
    start: datetime
    minutes: int
    summary: str
    version: int
    made: datetime


def published(entry: Entry) -> bytes:
    """Return an entry as a calendar file that asks nobody for an answer (METHOD:PUBLISH)."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - costs a tenth of a second, rarely needed

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.made.astimezone(timezone.utc))
    event.add("dtstart", entry.start)
    event.add("duration", timedelta(minutes=entry.minutes))
    event.add("summary", entry.summary)
    event.add("sequence", entry.version)
    event.add("transp", "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", "-//digwell//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def meetings(part: Part, message: Message, own: frozenset[str], *, proven: bool) -> tuple[Meeting, ...]:
    """Return what a calendar part tells of meetings between the owner and others.

    ``proven`` says that the message was really sent by the owner. Statuses: ``requested`` (they ask),
    ``offered`` (the owner asks), ``accepted`` and ``tentative`` (the owner answers, or they say that he
    did), ``confirmed`` (they accept what the owner organizes) and ``cancelled``.
    """
    text = text_of(part.data()[:LONGEST], part.params.get("charset", "utf-8"))
    method = part.params.get("method", "").upper()
    found = []
    for event, told in _events(text):
        mail = _Told(message, own, told or method, proven)
        if meeting := mail.meeting(event):
            found.append(meeting)
    return tuple(found)


def _events(text: str) -> Iterator[tuple[Component, str]]:
    """Yield events with the method of their calendar; what cannot be read yields nothing."""
    from icalendar import Calendar  # noqa: PLC0415 - few mails are invitations, and it is heavy

    lines = "\r\n".join(_lines(text))
    for told in (lines, _ZONE.sub("", lines)):  # a zone that cannot be looked up counts as UTC
        try:
            found = [
                (event, str(calendar.get("METHOD", "")).upper())
                for calendar in Calendar.from_ical(told, multiple=True)[:1]
                for event in calendar.walk("VEVENT")[:MOST_EVENTS]
            ]
        except _FAULTS:
            continue
        yield from found
        return


def _lines(text: str) -> Iterator[str]:
    """Yield the unfolded lines that matter: no alarm, no rule, no zone, a bounded number of guests."""
    unfolded = _CONTROLS.sub("", re.sub(r"\r?\n[ \t]", "", text))
    inside = guests = count = 0
    open_: list[str] = []
    for line in unfolded.splitlines():
        upper = line[:40].upper()
        if upper.startswith("BEGIN:"):
            inside += not _LINE.match(line)
        if not inside and _LINE.match(line):
            guests += upper.startswith("ATTENDEE")
            count += 1
            if count > _MOST_LINES:
                break
            if upper.startswith("BEGIN:"):
                open_.append(upper[6:].strip())
            elif upper.startswith("END:") and open_:
                open_.pop()
            if guests <= MOST_GUESTS or not upper.startswith("ATTENDEE"):
                yield line[:2000]
        if upper.startswith("END:") and inside:
            inside -= 1
    yield from (f"END:{name}" for name in reversed(open_))  # what was cut off


class _Told:
    """One calendar mail: who sent it, what it says about its events."""

    def __init__(self, message: Message, own: frozenset[str], method: str, proven: bool) -> None:
        self.message = message
        self.own = own
        self.method = method
        self.ours = proven and any(one.address in own for one in message.sender)

    def meeting(self, event: Component) -> Meeting | None:
        at = _instant(event)
        status, others = self._status(event), self._others(event)
        if at is None or not status or not others or not 0 < at <= self.message.at + _AHEAD:
            return None
        uid = clean(str(event.get("UID", "")), 250)
        if not uid:
            return None
        again = clean(str(_when(event, "RECURRENCE-ID") or ""), 40)
        return Meeting(
            uid=f"{uid} {again}" if again else uid,
            at=at,
            status=status,
            addresses=others,
            summary=clean(str(event.get("SUMMARY", "")), 200),
            mid=self.message.mid,
        )

    def _status(self, event: Component) -> str:
        if self.method == "CANCEL" or str(event.get("STATUS", "")).upper() == "CANCELLED":
            return "cancelled"
        organizer = _address(event.get("ORGANIZER"))
        if self.method == "REQUEST":
            if self.ours:
                return "offered"
            return "accepted" if self._says_we_come(event, organizer) else "requested"
        answers = {_answer(one) for one in _guests(event)}
        if self.method != "REPLY" or len(answers) != 1:
            return ""
        told = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "cancelled"}.get(
            answers.pop(), ""
        )
        if self.ours or told != "accepted":
            return told
        return "confirmed" if organizer in self.own else ""

    def _says_we_come(self, event: Component, organizer: str) -> bool:
        """Tell whether the organizer, writing himself, counts the owner among those who come."""
        if organizer not in {one.address for one in self.message.sender}:
            return False
        return any(_answer(one) == "ACCEPTED" for one in _guests(event) if _address(one) in self.own)

    def _others(self, event: Component) -> tuple[str, ...]:
        """Return the other side: whom the owner speaks to, or who speaks to the owner, and nobody else."""
        named = [address for one in (event.get("ORGANIZER"), *_guests(event)) if (address := _address(one))]
        if not self.ours:
            speaking = {one.address for one in self.message.sender}
            named = [address for address in named if address in speaking]
        return tuple(dict.fromkeys(address for address in named if address not in self.own))[:MOST_GUESTS]


def _guests(event: Component) -> Iterable[object]:
    told = event.get("ATTENDEE", [])
    return told if isinstance(told, list) else [told]


def _answer(guest: object) -> str:
    return str(getattr(guest, "params", {}).get("PARTSTAT", "")).upper()


def _address(told: object) -> str:
    text = str(told or "").strip()
    return normalise(text[7:] if text[:7].lower() == "mailto:" else text) if "@" in text else ""


def _instant(event: Component) -> int | None:
    """Return the beginning in Unix seconds: whole days at noon, unknown zones as UTC."""
    told = _when(event, "DTSTART")
    try:
        if isinstance(told, datetime):
            return int((told if told.tzinfo else told.replace(tzinfo=timezone.utc)).timestamp())
        if isinstance(told, date):
            return (told.toordinal() - 719_163) * DAY + _NOON
    except (ValueError, OverflowError):
        return None
    return None


def _when(event: Component, name: str) -> object:
    """Return the date or time of a property, or None where it is absent or broken."""
    try:
        return getattr(event.get(name), "dt", None)
    except _FAULTS:
        return None
