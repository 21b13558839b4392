"""Which edition is owed, under every clock we could think of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.service.editions import (
    Weekly,
    again_key,
    base_key,
    current_key,
    is_quiet,
    next_slot,
    owed,
    slot_in_week,
    week_key,
)
from rules.policy import Quiet
from store.facts import DAY, Edition

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
WEEK = 7 * DAY
MONDAY = Weekly(0, time(7, 30), BERLIN)


def at(text: str, zone: ZoneInfo = BERLIN) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


@dataclass
class Desk:
    """A ledger that the daemon fills by asking once every half hour."""

    rule: Weekly
    ledger: list[Edition] = field(default_factory=list)
    sent: list[tuple[str, int]] = field(default_factory=list)

    def look(self, clock: int) -> None:
        due = owed(self.ledger, self.rule, clock)
        if due is not None:
            self.ledger.append(Edition(due.key, due.slot, "delivered", "m", at=clock))
            self.sent.append((due.key, clock))

    def run(self, clocks: Iterator[int] | range) -> None:
        for clock in clocks:
            self.look(clock)

    @property
    def keys(self) -> Counter[str]:
        return Counter(key for key, _ in self.sent)


def weeks(first: int, last: int, rule: Weekly) -> set[str]:
    """The ISO weeks whose slot lies in that span."""
    found = set()
    for clock in range(first, last + 1, DAY):
        slot = slot_in_week(rule, clock)
        if first <= slot <= last:
            found.add(current_key(rule, clock))
    return found


STEP = 1800
START = at("2026-11-16 00:00")


def test_the_slot_is_owed_once_it_is_reached_and_not_a_second_before() -> None:
    slot = at("2026-11-23 07:30")
    before = [Edition("2026w47", slot - WEEK, "delivered", "m", at=slot - WEEK)]
    assert owed(before, MONDAY, slot - 1) is None
    due = owed(before, MONDAY, slot)
    assert due is not None
    assert (due.key, due.slot, due.late, due.missed) == ("2026w48", slot, False, ())


@pytest.mark.parametrize("hour", range(168))
def test_a_first_start_at_any_hour_gives_every_week_one_edition(hour: int) -> None:
    desk = Desk(MONDAY)
    first = START + hour * HOUR
    desk.run(range(first, START + 3 * WEEK, STEP))
    assert set(desk.keys) >= weeks(first, START + 3 * WEEK - STEP, MONDAY)
    assert set(desk.keys.values()) == {1}
    # a week whose slot is three days gone is not made up for by a digwell that was not there
    assert len(desk.sent) == (3 if hour <= 7 + 72 else 2)


@pytest.mark.parametrize("hour", range(0, 168, 5))
@pytest.mark.parametrize("weekday", range(7))
def test_off_for_three_weeks_gives_one_edition_at_once_and_names_the_weeks_left_out(
    hour: int, weekday: int
) -> None:
    rule = Weekly(weekday, time(20, 0), BERLIN)
    off = START + hour * HOUR
    desk = Desk(rule)
    desk.run(range(START - 2 * WEEK, off, STEP))
    before = len(desk.sent)
    back = off + 3 * WEEK
    due = owed(desk.ledger, rule, back)
    if due is not None:
        assert due.late or back - due.slot < HOUR
        assert 2 <= len(due.missed) <= 3
    desk.run(range(back, back + 2 * WEEK, STEP))
    assert set(desk.keys.values()) == {1}
    assert 2 <= len(desk.sent) - before <= 3


@pytest.mark.parametrize("hour", range(168))
def test_asleep_for_three_days_loses_no_edition_and_doubles_none(hour: int) -> None:
    asleep = START + hour * HOUR
    for rule in (MONDAY, Weekly(6, time(20, 0), BERLIN)):
        desk = Desk(rule)
        desk.run(range(START - WEEK, asleep, STEP))
        desk.run(range(asleep + 3 * DAY - STEP, START + 3 * WEEK, STEP))
        assert set(desk.keys.values()) == {1}
        assert weeks(START, START + 3 * WEEK - STEP, rule) <= set(desk.keys)


@pytest.mark.parametrize("hour", range(168))
def test_a_clock_set_back_a_day_neither_doubles_nor_loses_an_edition(hour: int) -> None:
    wrong = START + hour * HOUR
    for first in (START - 2 * WEEK, START):
        desk = Desk(MONDAY)
        desk.run(range(first, wrong, STEP))
        desk.run(range(wrong - DAY, START + 3 * WEEK, STEP))
        assert set(desk.keys.values()) <= {1}
        assert weeks(START, START + 3 * WEEK - STEP, MONDAY) <= set(desk.keys)
        assert desk.sent == sorted(desk.sent)  # never an older week after a newer one


@pytest.mark.parametrize("hour", range(168))
@pytest.mark.parametrize("lasting", [HOUR, 26 * HOUR])
def test_a_clock_thirty_days_ahead_then_corrected_gives_every_week_one_edition(
    hour: int, lasting: int
) -> None:
    jump = START + hour * HOUR
    desk = Desk(MONDAY)
    desk.run(range(START - WEEK, jump, STEP))
    desk.run(range(jump + 30 * DAY, jump + 30 * DAY + lasting, STEP))
    desk.run(range(jump + lasting, START + 8 * WEEK, STEP))
    assert set(desk.keys.values()) == {1}
    assert weeks(START, START + 8 * WEEK - STEP, MONDAY) <= set(desk.keys)


@pytest.mark.parametrize("hour", range(0, 168, 3))
def test_a_start_with_the_clock_thirty_days_ahead_still_serves_the_weeks_after(hour: int) -> None:
    jump = START + hour * HOUR
    desk = Desk(MONDAY)
    desk.run(range(jump + 30 * DAY, jump + 30 * DAY + HOUR, STEP))
    desk.run(range(jump + HOUR, START + 8 * WEEK, STEP))
    assert set(desk.keys.values()) == {1}
    assert weeks(jump + HOUR, START + 8 * WEEK - STEP, MONDAY) <= set(desk.keys)


@pytest.mark.parametrize("night", ["2027-03-28", "2026-10-25"])
@pytest.mark.parametrize("hour", range(0, 168, 7))
def test_both_nights_of_the_year_that_are_not_whole_have_one_edition(night: str, hour: int) -> None:
    rule = Weekly(6, time(2, 30), BERLIN)
    sunday = at(night + " 00:00")
    desk = Desk(rule)
    desk.run(range(sunday - WEEK + hour * HOUR, sunday + 2 * WEEK, STEP))
    assert set(desk.keys.values()) == {1}
    assert desk.keys[week_key(date.fromisoformat(night))] == 1


def test_a_slot_in_the_spring_gap_moves_forward_and_in_the_autumn_overlap_is_the_first() -> None:
    rule = Weekly(6, time(2, 30), BERLIN)
    spring = slot_in_week(rule, at("2027-03-25 12:00"))
    autumn = slot_in_week(rule, at("2026-10-22 12:00"))
    assert datetime.fromtimestamp(spring, timezone.utc).strftime("%d %H:%M") == "28 01:30"
    assert datetime.fromtimestamp(autumn, timezone.utc).strftime("%d %H:%M") == "25 00:30"


ZONES = [
    ZoneInfo(name) for name in ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "Pacific/Pago_Pago")
]


@pytest.mark.parametrize("hour", range(0, 168, 3))
@pytest.mark.parametrize("there", ZONES)
def test_a_journey_to_another_zone_keeps_one_edition_a_week(hour: int, there: ZoneInfo) -> None:
    for here in ZONES:
        for clock in (time(0, 15), time(7, 30), time(23, 45)):
            desk = Desk(Weekly(0, clock, here))
            move = START + hour * HOUR
            desk.run(range(START - 2 * WEEK, move, 2 * STEP))
            desk.rule = Weekly(0, clock, there)
            desk.run(range(move, START + 2 * WEEK, 2 * STEP))
            assert set(desk.keys.values()) == {1}
            assert {"2026w46", "2026w47", "2026w48"} <= set(desk.keys)


@settings(max_examples=150, deadline=None)
@given(
    weekday=st.integers(0, 6),
    minute=st.integers(0, 1439),
    zone=st.sampled_from(ZONES),
    naps=st.lists(st.tuples(st.integers(0, 60 * DAY), st.integers(-2 * DAY, 40 * DAY)), max_size=6),
)
def test_no_clock_whatever_makes_two_editions_of_one_week(
    weekday: int, minute: int, zone: ZoneInfo, naps: list[tuple[int, int]]
) -> None:
    desk = Desk(Weekly(weekday, time(minute // 60, minute % 60), zone))
    clock = START
    for awake, jump in naps:
        for _ in range(0, min(awake, 15 * DAY), 2 * HOUR):
            desk.look(clock)
            clock += 2 * HOUR
        clock += jump
    assert all(count == 1 for count in desk.keys.values())
    assert len({base_key(e.key) for e in desk.ledger}) == len(desk.ledger)


def test_a_week_of_silence_is_not_made_up_for() -> None:
    quiet = Quiet(date(2026, 12, 20), date(2027, 1, 4))
    rule = Weekly(0, time(7, 30), BERLIN, quiet=(quiet,))
    desk = Desk(rule)
    desk.run(range(at("2026-12-10 00:00"), at("2027-01-20 00:00"), STEP))
    assert list(desk.keys) == ["2026w50", "2026w51", "2027w02", "2027w03"]
    due = owed(desk.ledger[:2], rule, at("2027-01-11 07:30"))
    assert due is not None
    assert due.missed == ()


def test_a_pause_holds_every_slot_before_its_end() -> None:
    rule = Weekly(0, time(7, 30), BERLIN, paused_until=at("2026-11-24 00:00"))
    assert owed([], rule, at("2026-11-23 08:00")) is None
    assert owed([], rule, at("2026-11-25 08:00")) is None
    assert next_slot([], rule, at("2026-11-23 08:00")) == at("2026-11-30 07:30")
    assert owed([], rule, at("2026-11-30 07:30")) is not None


def test_the_next_slot_is_the_first_that_is_neither_quiet_nor_made() -> None:
    rule = Weekly(0, time(7, 30), BERLIN, quiet=(Quiet(date(2026, 12, 1), date(2026, 12, 8)),))
    now = at("2026-11-22 12:00")
    assert next_slot([], rule, now) == at("2026-11-23 07:30")
    made = [Edition("2026w48", at("2026-11-23 07:30"), "delivered", "m", at=now)]
    assert next_slot(made, rule, now) == at("2026-11-30 07:30")
    made.append(Edition("2026w49", at("2026-11-30 07:30"), "failed", "m"))
    assert next_slot(made, rule, now) == at("2026-12-14 07:30")


def test_yearly_silence_may_run_over_new_year() -> None:
    span = Quiet(date(2000, 12, 24), date(2000, 1, 2), yearly=True)
    inside = [date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2)]
    assert all(is_quiet(span, day) for day in inside)
    assert not is_quiet(span, date(2026, 12, 23))
    assert not is_quiet(span, date(2027, 1, 3))
    august = Quiet(date(2000, 8, 1), date(2000, 8, 21), yearly=True)
    assert is_quiet(august, date(2031, 8, 21))
    assert not is_quiet(august, date(2031, 8, 22))


def test_an_edition_that_failed_or_waits_is_not_owed_again() -> None:
    slot = at("2026-11-23 07:30")
    for state in ("composed", "delivering", "delivered", "failed"):
        assert owed([Edition("2026w48", slot, state, "m")], MONDAY, slot + HOUR) is None


def test_the_year_ends_and_begins_in_the_right_week() -> None:
    assert week_key(date(2026, 12, 31)) == "2026w53"
    assert week_key(date(2027, 1, 3)) == "2026w53"
    assert week_key(date(2027, 1, 4)) == "2027w01"


def test_further_editions_of_a_week_go_through_the_alphabet() -> None:
    assert again_key("2026w48", ["2026w48"]) == "2026w48b"
    assert again_key("2026w48b", ["2026w48", "2026w48b", "2026w48c"]) == "2026w48d"
    assert base_key("2026w48d") == "2026w48"
    assert base_key("2026w48") == "2026w48"
