"""Whatever the line does, a scan that is tried again ends with the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.mail.troubles import SilentError
from store.db import Store
from store.errors import NeedsOwnerError, TemporaryError
from tests.fakes.dovecot import Account, Dovecot
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import fill, fresh, knows, scanned, scanned_at_last

FAULTS = {
    "refused five times": [Fault("refuse", times=5)],
    "no greeting": [Fault("mute")],
    "cut at once": [Fault("cut")],
    "cut at the login": [Fault("cut", on="^LOGIN")],
    "cut in the listing": [Fault("cut", on="^LIST", lines=3)],
    "cut between two headers": [Fault("cut", on="FETCH", lines=9, times=4)],
    "cut in the middle of a header": [Fault("cut", on="FETCH", after=4000)],
    "reset in the middle of a header": [Fault("reset", on="FETCH", after=1234)],
    "black hole in the middle": [Fault("blackhole", on="FETCH", after=3000)],
    "stalled for a while": [Fault("stall", on="FETCH", lines=4, seconds=0.5)],
    "byte by byte": [Fault("drip", on="FETCH", lines=2, size=40)],
    "a swallowed completion": [Fault("swallow", on="FETCH")],
    "a swallowed login": [Fault("swallow", on="^LOGIN")],
    "garbage between answers": [Fault("garbage", on="FETCH", lines=5, times=2)],
    "literals too short": [Fault("shortlit", on="FETCH", times=3)],
    "literals too long": [Fault("longlit", on="FETCH", times=3)],
    "goodbye in the middle": [Fault("bye", on="FETCH", lines=7)],
    "an alert": [Fault("say", on="FETCH", lines=3, text="* OK [ALERT] quota is short")],
    "expunge in the middle": [Fault("say", on="FETCH", lines=n, text="* 1 EXPUNGE") for n in (2, 5, 11)],
    "vanished in the middle": [Fault("say", on="FETCH", lines=4, text="* VANISHED 3")],
    "exists in the middle": [Fault("say", on="FETCH", lines=4, text="* 9999 EXISTS")],
    "a wrong count at opening": [Fault("say", on="EXAMINE", lines=2, text="* 9999 EXISTS", times=9)],
    "flags of another message": [Fault("say", on="FETCH", lines=4, text=r"* 1 FETCH (FLAGS (\Seen))")],
    "too many connections": [Fault("deny", on="^LOGIN", text="NO [LIMIT] too many connections", times=2)],
    "unavailable": [Fault("deny", on="^LOGIN", text="NO [UNAVAILABLE] try later", times=2)],
    "fetch refused": [Fault("deny", on="FETCH", text="NO [SERVERBUG] internal error", times=2)],
    "fetch misunderstood": [Fault("deny", on="FETCH", text="BAD what", times=2)],
    "opening refused": [Fault("deny", on="^EXAMINE", text="NO not now", times=2)],
    "no dates of receipt at first": [Fault("sub", on="FETCH", find="INTERNALDATE ", text="X-DATE ", times=3)],
    "no figures of folders": [Fault("drop", find=r"^\* STATUS ", times=999)],
    "empty figures of folders": [
        Fault("sub", find=r"^\* STATUS (.+) \(.*\)", text=r"* STATUS \1 ()", times=6)
    ],
    "no counts at opening": [Fault("drop", on="EXAMINE", find=" EXISTS", times=5)],
}
STRIPPED = (
    "LIST-STATUS",
    "LIST-EXTENDED",
    "SPECIAL-USE",
    "CONDSTORE",
    "ESEARCH",
    "NAMESPACE",
    "IDLE",
    "UIDPLUS",
)


@pytest.fixture(scope="module")
def full(dovecot: Dovecot) -> Account:
    account = dovecot.account()
    fill(account)
    return account


@pytest.fixture(scope="module")
def undisturbed(full: Account, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    with fresh(tmp_path_factory.mktemp("plain")) as store:
        assert scanned(store, full).new == 120
        return knows(store)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_the_facts_are_the_same_after_any_fault(
    faults: list[Fault], full: Account, undisturbed: list[str], store: Store
) -> None:
    faults = [Fault(**{name: getattr(f, name) for name in Fault.__slots__}) for f in faults]
    with Faulty(full.port, faults) as line:
        done = scanned_at_last(store, full, line.port)
        assert done.quarantined == 0
        assert knows(store) == undisturbed
        assert any(fault.times == 0 or fault.kind in {"say", "drop"} for fault in faults)


@pytest.mark.parametrize("capability", STRIPPED)
def test_the_facts_are_the_same_without_a_capability(
    capability: str, full: Account, undisturbed: list[str], store: Store
) -> None:
    hidden = Fault("sub", find=rf" {capability}(?=[ \]\r])", text="", times=99)
    with Faulty(full.port, [hidden]) as line:
        scanned(store, full, line.port)
        assert knows(store) == undisturbed


@pytest.mark.parametrize("command", ["LIST", "NAMESPACE", "STATUS", "SEARCH RETURN"])
def test_an_optional_command_may_be_misunderstood(
    command: str, full: Account, undisturbed: list[str], store: Store
) -> None:
    with Faulty(full.port, [Fault("deny", on=command, text="BAD unknown", times=1)]) as line:
        scanned_at_last(store, full, line.port)
        assert knows(store) == undisturbed


@pytest.mark.parametrize("seed", range(1, 13))
def test_chaos_loses_and_doubles_nothing(
    seed: int, full: Account, undisturbed: list[str], store: Store
) -> None:
    with Faulty(full.port, chaos=seed, rate=0.02) as line:
        scanned_at_last(store, full, line.port, tries=60)
        assert knows(store) == undisturbed
        assert line.most <= 2


def test_a_cut_after_any_number_of_bytes_is_mended_within_one_scan(
    full: Account, undisturbed: list[str], tmp_path: Path
) -> None:
    for after in range(50, 9000, 650):
        cut = Fault("cut", on="FETCH", after=after)
        with fresh(tmp_path, f"{after}.db") as store, Faulty(full.port, [cut]) as line:
            assert scanned(store, full, line.port).new == 120
            assert knows(store) == undisturbed


def test_a_slow_drip_is_abandoned_although_every_read_succeeds(full: Account, store: Store) -> None:
    drip = Fault("drip", on="FETCH", size=200, times=9)
    with Faulty(full.port, [drip]) as line, pytest.raises(SilentError):
        scanned(store, full, line.port)


def test_one_header_that_is_always_broken_is_put_aside_and_the_others_are_read(
    full: Account, store: Store
) -> None:
    bad = Fault(
        "sub", find=r"^\* 7 FETCH \(UID 7 (INTERNALDATE .*) BODY.*$", text=r"* 7 FETCH (UID 7 \1", times=999
    )
    with Faulty(full.port, [bad]) as line:
        done = scanned(store, full, line.port)
    assert (done.new, done.quarantined, done.unfinished) == (116, 4, ())


def test_a_refused_password_is_for_the_owner_and_a_passing_refusal_is_not(
    full: Account, store: Store
) -> None:
    for text, expected in (
        ("NO [AUTHENTICATIONFAILED] wrong", NeedsOwnerError),
        ("NO [EXPIRED] password is old", NeedsOwnerError),
        ("NO [CONTACTADMIN] account closed", NeedsOwnerError),
        ("NO LOGIN failed.", NeedsOwnerError),
        ("NO [UNAVAILABLE] user database is down", TemporaryError),
        ("NO [LIMIT] too many", TemporaryError),
        ("NO [INUSE] somebody else", TemporaryError),
        ("NO Temporary authentication failure", TemporaryError),
        ("NO", TemporaryError),
    ):
        with Faulty(full.port, [Fault("deny", on="^LOGIN", text=text)]) as line, pytest.raises(expected):
            scanned(store, full, line.port)


def test_an_alert_reaches_the_owner_as_one_harmless_line(full: Account, store: Store) -> None:
    for on in ("^LOGIN", "^LIST", "FETCH"):
        said = Fault("say", on=on, text="* OK [ALERT] your box\x1b]0;evil\x07 is nearly full")
        with Faulty(full.port, [said]) as line:
            done = scanned(store, full, line.port)
        if on != "FETCH" or done.new:
            assert any("is nearly full" in alert and "\x1b" not in alert for alert in done.alerts)
