"""Waiting after failures, and rationed logins."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from daemon.service.backoff import HOUR, LONGEST, Backoff, failed, refused, secret_seen, succeeded


def test_the_wait_grows_from_a_second_to_a_quarter_of_an_hour_and_is_never_the_same_twice() -> None:
    state, now = Backoff(), 0.0
    waits: list[float] = []
    for _ in range(14):
        state = failed(state, now, Random(len(waits)))
        waits.append(state.until - now)
        now = state.until
    assert waits[0] == 1.0
    assert all(LONGEST / 2 <= wait <= LONGEST for wait in waits[10:])
    assert len(set(waits[2:])) == len(waits[2:])
    assert succeeded(state) == Backoff()


def test_a_refused_password_is_confirmed_once_then_tried_at_most_three_times_an_hour() -> None:
    state, now = Backoff(), 0.0
    logins: list[float] = []
    while now < 24 * HOUR:
        if state.ready(now):
            logins.append(now)
            state = refused(state, now, "one")
        now += 5
    assert logins[1] - logins[0] < 120
    assert state.held
    for start in logins:
        assert sum(1 for at in logins if start <= at < start + HOUR) <= 3
    assert len(logins) <= 3 * 24


def test_a_new_password_is_tried_at_once() -> None:
    state = refused(refused(Backoff(), 0.0, "one"), 61.0, "one")
    assert state.held
    assert not secret_seen(state, 62.0, "one").ready(62.0)
    assert secret_seen(state, 62.0, "two").ready(62.0)
    assert not secret_seen(state, 62.0, "two").held


@given(st.lists(st.tuples(st.floats(0, 4000), st.booleans()), max_size=200))
def test_no_story_of_refusals_and_failures_logs_in_more_than_three_times_an_hour(
    story: list[tuple[float, bool]],
) -> None:
    state, now = Backoff(), 0.0
    logins: list[float] = []
    for pause, auth in story:
        now += pause
        if not state.ready(now):
            continue
        if auth:
            logins.append(now)
            state = refused(state, now, "one")
        else:
            state = failed(state, now, Random(1))
    for start in logins:
        assert sum(1 for at in logins if start <= at < start + HOUR) <= 3
