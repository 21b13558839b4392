"""Invitations and their answers, well made and hostile."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.body import Part
from daemon.mail.calendar import MOST_GUESTS, meetings
from store.facts import Meeting, Message, Named

OWN = frozenset({"maya@example.org"})
NOW = 1_789_977_600  # 2026-09-21T08:00:00Z
BO, MAYA = "mailto:bo@example.net", "mailto:maya@example.org"


def calendar(*lines: str, method: str = "REQUEST", start: str = "DTSTART:20260925T100000Z") -> bytes:
    inner = [start] if start else []
    told = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//y",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:e1@x",
        *inner,
    ]
    return "\r\n".join([*told, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def told(raw: bytes, sender: str = "bo@example.net", *, proven: bool = False) -> tuple[Meeting, ...]:
    message = Message(identity=b"", mid="m1@x", at=NOW, subject="", sender=(Named(sender),))
    return meetings(Part("text/calendar", {}, "7bit", raw), message, OWN, proven=proven)


def asked(*more: str, method: str = "REQUEST", start: str = "DTSTART:20260925T100000Z") -> bytes:
    return calendar(
        f"ORGANIZER:{BO}", f"ATTENDEE:{MAYA}", "SUMMARY:Boat\\, trip", *more, method=method, start=start
    )


def answer(status: str, who: str, organizer: str) -> bytes:
    return calendar(f"ORGANIZER:{organizer}", f"ATTENDEE;PARTSTAT={status}:{who}", method="REPLY")


def test_an_invitation_is_a_request_of_its_organizer() -> None:
    (got,) = told(asked())
    assert got == Meeting("e1@x", 1_790_330_400, "requested", ("bo@example.net",), "Boat, trip", "m1@x")


@pytest.mark.parametrize(
    ("status", "expected"), [("ACCEPTED", "accepted"), ("TENTATIVE", "tentative"), ("DECLINED", "cancelled")]
)
def test_the_owners_answer_decides(status: str, expected: str) -> None:
    (got,) = told(answer(status, MAYA, BO), "maya@example.org", proven=True)
    assert (got.status, got.addresses) == (expected, ("bo@example.net",))


def test_an_answer_that_only_claims_to_be_the_owners_accepts_nothing() -> None:
    assert told(answer("ACCEPTED", MAYA, BO), "maya@example.org", proven=False) == ()
    assert told(answer("ACCEPTED", MAYA, BO), "evil@example.net") == ()


def test_the_others_answer_confirms_and_names_only_the_one_who_wrote() -> None:
    raw = calendar(
        f"ORGANIZER:{MAYA}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:{BO}",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:cy@example.net",
        method="REPLY",
    )
    (got,) = told(raw)
    assert (got.status, got.addresses) == ("confirmed", ("bo@example.net",))


def test_a_guest_cannot_confirm_what_the_owner_does_not_organize() -> None:
    raw = calendar("ORGANIZER:mailto:cy@example.net", f"ATTENDEE;PARTSTAT=ACCEPTED:{BO}", method="REPLY")
    assert told(raw) == ()


def test_an_organizer_who_counts_the_owner_in_is_believed_for_himself() -> None:
    raw = calendar(f"ORGANIZER:{BO}", f"ATTENDEE;PARTSTAT=ACCEPTED:{MAYA}", "ATTENDEE:mailto:cy@example.net")
    (got,) = told(raw)
    assert (got.status, got.addresses) == ("accepted", ("bo@example.net",))
    assert told(raw, "evil@example.net") == ()


def test_the_owners_invitation_is_an_offer_to_all_guests() -> None:
    raw = calendar(f"ORGANIZER:{MAYA}", f"ATTENDEE:{BO}", "ATTENDEE:mailto:cy@example.net")
    (got,) = told(raw, "maya@example.org", proven=True)
    assert (got.status, got.addresses) == ("offered", ("bo@example.net", "cy@example.net"))


def test_a_cancelled_event_is_cancelled_either_way() -> None:
    assert told(asked(method="CANCEL"))[0].status == "cancelled"
    assert told(asked("STATUS:CANCELLED"))[0].status == "cancelled"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART;VALUE=DATE:20260925", 1_790_294_400 + 12 * 3600),
        ("DTSTART;TZID=Europe/Vienna:20260925T120000", 1_790_330_400),
        ("DTSTART;TZID=W. Europe Standard Time:20260925T120000", 1_790_330_400),
        ("DTSTART;TZID=Nowhere/Bogus:20260925T100000", 1_790_330_400),
        ("DTSTART;TZID=Europe:20260925T100000", 1_790_330_400),
        (f"DTSTART;TZID={'long' * 400}:20260925T100000", 1_790_330_400),
        ("DTSTART;TZID=../../etc/passwd:20260925T100000", 1_790_330_400),
        ('DTSTART;TZID="\x00":20260925T100000', 1_790_330_400),
        ("DTSTART:20260925T100000", 1_790_330_400),
    ],
)
def test_the_beginning_is_read_in_its_zone(start: str, expected: int) -> None:
    assert told(asked(start=start))[0].at == expected


@pytest.mark.parametrize(
    "start",
    [
        "",
        "DTSTART:99991231T235959Z",
        "DTSTART:garbage",
        "DTSTART:20260231T100000Z",
        "DTSTART:19600101T000000Z",
    ],
)
def test_an_event_without_a_believable_beginning_is_none(start: str) -> None:
    assert told(asked(start=start)) == ()


def test_rules_alarms_and_crowds_are_bounded() -> None:
    guests = [f"ATTENDEE:mailto:g{n}@example.net" for n in range(10_000)]
    alarm = ["BEGIN:VALARM", "ACTION:EMAIL", "ATTENDEE:mailto:victim@example.net", "END:VALARM"]
    raw = calendar(f"ORGANIZER:{MAYA}", "RRULE:FREQ=SECONDLY", *alarm, *guests)
    start = time.process_time()
    (got,) = told(raw, "maya@example.org", proven=True)
    assert time.process_time() - start < 2
    assert len(got.addresses) == MOST_GUESTS
    assert "victim@example.net" not in got.addresses


def test_a_moved_instance_of_a_series_is_an_event_of_its_own() -> None:
    (got,) = told(asked("RECURRENCE-ID:20260918T100000Z", method="CANCEL"))
    assert got.uid.startswith("e1@x 2026-09-18")


def test_many_events_are_capped_and_an_event_without_uid_is_none() -> None:
    one = asked().decode().split("BEGIN:VEVENT")[1].split("END:VEVENT")[0]
    many = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
        + f"BEGIN:VEVENT{one}END:VEVENT\r\n" * 40
        + "END:VCALENDAR\r\n"
    )
    assert len(told(many.encode())) == 10
    assert told(asked().replace(b"UID:e1@x\r\n", b"")) == ()


@given(st.integers(0, 400), st.binary(max_size=30))
def test_a_damaged_calendar_never_raises(at: int, noise: bytes) -> None:
    raw = asked("BEGIN:VALARM", "RRULE:FREQ=DAILY")
    told(raw[:at] + noise + raw[at:])
    told(raw[:at])
