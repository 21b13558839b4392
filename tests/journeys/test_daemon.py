"""The daemon on a real mailbox, through its whole day."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from functools import partial

import pytest

from tests.fakes.faulty import Fault, Faulty
from tests.fakes.gate import AFTER_APPEND, BEFORE_APPEND, OPEN, SHUT, Gate
from tests.fakes.smtp import SmtpFake
from tests.journeys.household import FRIENDS, Home, recorded, until


def now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - the owner's wall clock


@pytest.mark.timeout(180)
def test_with_the_digest_a_minute_ahead_exactly_one_comes(home: Home) -> None:
    home.configure(now() + timedelta(seconds=61))
    with home.running():
        time.sleep(max(0.0, 57 - now().second))
        assert not home.digests()
        until(home.digests, 90)
        time.sleep(8)
    assert len(home.digests()) == 1
    with home.running():
        time.sleep(10)
    assert len(home.digests()) == 1
    assert [one["state"] for one in home.items("digest", "history")] == ["delivered"]


def _reached(gate: Gate, before: int) -> bool:
    return gate.reached > before


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", [BEFORE_APPEND, AFTER_APPEND])
def test_killed_ten_times_between_outbox_and_mailbox_the_owner_gets_one(home: Home, moment: str) -> None:
    with Gate(home.account.port) as gate:
        home.port, gate.state = gate.port, moment
        home.configure(now())
        for round_ in range(1, 11):
            process = home.start()
            before = gate.reached
            # after the first that arrived there is nothing more to append
            delivered = moment == AFTER_APPEND and home.digests()
            if delivered:
                time.sleep(2)
            else:
                until(partial(_reached, gate, before), 60)
                if moment == AFTER_APPEND:
                    until(home.digests, 10)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert len(home.digests()) <= 1, round_
        gate.state = OPEN
        with home.running():
            until(home.digests, 60)
            until(lambda: home.items("digest", "history")[0]["state"] == "delivered", 60)
            time.sleep(3)
    assert len(home.digests()) == 1


@pytest.mark.timeout(180)
def test_a_letter_put_into_sent_takes_its_person_off_the_list_within_thirty_seconds(home: Home) -> None:
    home.digwell("scan")
    due = [one["address"] for one in home.items("due", "--all")]
    assert len(due) >= 2
    with home.running():
        until(lambda: "state=ok" in home.log, 30)
        time.sleep(3)
        home.put("Sent", home.account.user, due[0], "how are you", time.time() - 60)
        began = time.monotonic()
        until(lambda: due[0] not in [one["address"] for one in home.items("due", "--all")], 30)
        assert time.monotonic() - began < 30


@pytest.mark.timeout(120)
def test_a_daemon_that_has_nothing_to_deliver_waits_for_mail_all_the_same(home: Home) -> None:
    # its first pass runs in a child, and no letter opens a line of its own afterwards
    home.configure(now())
    home.digwell("scan")
    assert home.digwell("digest", "send").returncode == 0
    with home.running():
        until(lambda: "scanned" in home.log, 30)
        time.sleep(2)
        home.put("INBOX", FRIENDS[0], home.account.user, "are you there", time.time() - 60)
        began = time.monotonic()
        until(lambda: home.log.count("scanned") == 2, 15)
        assert time.monotonic() - began < 15


@pytest.mark.timeout(60)
def test_a_daemon_that_is_interrupted_ends_as_cleanly_and_says_so_by_130(home: Home) -> None:
    process = home.start()
    until(lambda: "state=ok" in home.log, 30)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert "Traceback" not in home.log
    assert home.log.splitlines()[-1] == "stopped"


@pytest.mark.timeout(120)
def test_a_second_daemon_is_refused_while_the_rest_works(home: Home) -> None:
    with home.running():
        until(lambda: "state=ok" in home.log, 30)
        for command in ("run", "scan"):
            refused = home.digwell(command)
            assert refused.returncode == 7, refused.stderr
        assert home.items("status")["running"] is True
        assert home.digwell("note", FRIEND, "likes tea").returncode == 0
        assert home.digwell("digest", "preview").returncode == 0
    assert home.items("status")["running"] is False


FRIEND = "ana@example.net"


@pytest.mark.timeout(120)
def test_a_server_that_is_not_there_at_boot_is_found_when_it_comes(home: Home) -> None:
    with Gate(home.account.port) as gate:
        home.port, gate.state = gate.port, SHUT
        home.configure(now())
        with home.running() as process:
            until(lambda: "state=offline" in home.log, 30)
            time.sleep(4)
            assert process.poll() is None
            assert gate.lines <= 5
            gate.state = OPEN
            until(home.digests, 60)
    assert len(home.digests()) == 1


@pytest.mark.timeout(120)
def test_a_wrong_rules_file_leaves_the_last_good_one_in_force_and_says_so(home: Home) -> None:
    rules = home.path / "rules.yaml"
    rules.write_text(f"never: [{FRIEND}]\n")
    rules.chmod(0o600)
    home.configure(now())
    with home.running() as process:
        until(home.digests, 60)
        rules.write_text("nevr: [x]\n")
        until(lambda: "last good one stays in force" in home.log, 30)
        assert "rules.yaml:1:1" in home.log
        assert process.poll() is None
        assert home.items("status")["rules"]["ok"] is False
        rules.write_text("never: []\n")
        process.send_signal(signal.SIGHUP)
        until(lambda: "configuration read again" in home.log, 30)
    assert home.log.count("configuration wrong") == 1


@pytest.mark.timeout(120)
def test_an_alert_of_the_mail_server_stands_in_status_and_in_the_next_letter(home: Home) -> None:
    said = Fault("say", on="^LOGIN", text="* OK [ALERT] your box\x1b[2J is nearly full", times=9)
    with Faulty(home.account.port, [said]) as proxy:
        home.port = proxy.port
        home.configure(now())
        with home.running():
            until(home.digests, 60)
    assert home.items("status")["mailboxes"][0]["alerts"] == ["your box [2J is nearly full"]
    text = message_from_bytes(home.digests()[0].read_bytes(), policy=policy.default).as_string()
    assert "is nearly full" in text
    assert "\x1b" not in text


@pytest.mark.timeout(120)
def test_told_to_stop_in_the_middle_of_a_scan_it_stops_and_goes_on_later(home: Home) -> None:
    for number in range(3_000):
        home.put(
            "INBOX", f"p{number % 50}@example.net", home.account.user, "hello", 1_700_000_000 + number * 60
        )
    process = home.start()
    until(lambda: recorded(home.path / "digwell.db") > 0, 30, pause=0.01)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(10) == 0
    assert time.monotonic() - began < 10
    assert home.items("scan")["messages_total"] == 3_000 + 5 * 24


SMTP = "smtp:\n  host: 127.0.0.1\n  port: {port}\n  tls: none\n"


@pytest.mark.timeout(180)
def test_by_smtp_one_letter_comes_although_the_answer_was_lost(home: Home) -> None:
    with SmtpFake(("accept-then-cut", "accept"), deliver=home.account.deliver) as fake:
        home.configure(now(), SMTP.format(port=fake.port))
        with home.running():
            until(lambda: home.path.joinpath("log").exists() and "key=20" in home.log, 60)
            until(lambda: (h := home.items("digest", "history")) and h[0]["state"] == "delivered", 90)
        assert len(fake.box) == 1
    assert len(home.digests()) == 1


ENDS = {"accept": 0, "5xx": 1, "4xx": 5, "accept-then-cut": 5, "banner-421": 5, "over-quota": 1}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("manner", ENDS)
def test_sending_by_hand_ends_with_the_code_that_fits(home: Home, manner: str) -> None:
    with SmtpFake((manner,)) as fake:
        home.configure(None, SMTP.format(port=fake.port))
        home.digwell("scan")
        assert home.digwell("digest", "send").returncode == ENDS[manner]
        again = home.digwell("digest", "send")
        assert again.returncode == ENDS[manner]
        (edition,) = home.items("digest", "history")
        state = {0: "delivered", 1: "failed", 5: "delivering" if "cut" in manner else "composed"}
        assert edition["state"] == state[ENDS[manner]]
        assert len(fake.box) == (1 if manner.startswith("accept") else 0)
        if manner == "accept":
            assert "already sent" in again.stdout


@pytest.mark.timeout(120)
def test_sending_by_hand_finishes_what_was_begun_and_again_means_another(home: Home) -> None:
    home.digwell("scan")
    with Gate(home.account.port) as gate:
        home.port, gate.state = gate.port, SHUT
        home.configure()
        assert home.digwell("digest", "send").returncode == 5
        gate.state = OPEN
        assert home.digwell("digest", "send").returncode == 0
        assert home.digwell("digest", "send").returncode == 0
        assert len(home.digests()) == 1
        assert home.digwell("digest", "send", "--again").returncode == 0
    assert len(home.digests()) == 2
    keys = [one["edition"] for one in home.items("digest", "history")]
    assert sorted(key.lstrip("0123456789w") for key in keys) == ["", "b"]
