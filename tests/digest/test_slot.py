from __future__ import annotations

from email import message_from_bytes
from email.policy import default

from icalendar import Calendar

from daemon.digest.compose import compose_mail
from daemon.digest.render import render
from daemon.digest.slot import slot_entry
from tests.digest import examples


def test_the_slot_comes_as_one_entry_that_each_letter_brings_up_to_date() -> None:
    settings = examples.settings()
    (first,) = Calendar.from_ical(slot_entry(examples.full(), settings)).events
    (second,) = Calendar.from_ical(slot_entry(examples.small(), settings)).events
    assert first["UID"] == second["UID"]
    assert int(str(second["SEQUENCE"])) > int(str(first["SEQUENCE"]))
    assert first.start.isoformat() == "2026-11-24T08:30:00+00:00"
    assert second.start.isoformat() == "2026-12-01T08:30:00+00:00"
    assert first["SUMMARY"] == "Write to Ana, Tomás, Grace, Bilal and Ruth"


def test_there_is_no_entry_without_a_slot_or_without_people() -> None:
    assert slot_entry(examples.full(), examples.settings(slot=None)) == b""
    assert slot_entry(examples.quiet(), examples.settings()) == b""


def test_a_discreet_entry_names_nobody() -> None:
    assert b"Ana" not in slot_entry(examples.full(), examples.settings(discreet=True))


def test_the_entry_lies_beside_the_letter_and_asks_for_no_answer() -> None:
    settings = examples.settings()
    entry = slot_entry(examples.full(), settings)
    raw = compose_mail(render(examples.full(), settings), settings, examples.EDITION, 1, entry)
    mail = message_from_bytes(raw, policy=default)
    inner, file = mail.iter_parts()
    assert inner.get_content_type() == "multipart/alternative"
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    assert file.get_filename() == "slot.ics"
    calendar = Calendar.from_ical(str(file.get_content()))
    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in calendar.events[0]
    assert raw == compose_mail(render(examples.full(), settings), settings, examples.EDITION, 1, entry)
