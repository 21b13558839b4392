"""The first day: from an empty home to this week's mail in the inbox, by three answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.dovecot import Account
from tests.fakes.terminal import sit
from tests.journeys.household import ROOT, Home, until


@pytest.fixture
def nothing(account: Account, tmp_path: Path) -> Home:
    """A mailbox of letters, and a home in which no digwell has been."""
    found = Home(account, tmp_path)
    found.correspond()
    return found


def words(home: Home, *more: str) -> list[str]:
    reached = ("--host", "127.0.0.1", "--port", str(home.port or home.account.port), "--tls", "none")
    return [sys.executable, "-m", "daemon.cli.main", "init", *reached, "--keep", "file", *more]


def environ(home: Home) -> dict[str, str]:
    strange = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "DIGWELL_CONFIG", "DIGWELL_STORE")
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    return {**kept, "HOME": str(home.path), "PYTHONPATH": str(ROOT), "TERM": "xterm"}


def digwell(home: Home, *said: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "daemon.cli.main", *said]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=environ(home), check=False
    )


def now_at_once(home: Home) -> dict[str, str]:
    """Return the three answers that bring the first mail today."""
    return {
        "Your mail address": home.account.user,
        "Password": home.account.password,
        "Weekly mail on": "now",
    }


def sorts(home: Home) -> list[str]:
    ours = (path.read_text(errors="replace") for path in home.inbox())
    return [mail.partition("\nX-Digwell: ")[2].split()[0] for mail in ours if "\nX-Digwell: " in mail]


@pytest.mark.timeout(180)
def test_three_answers_and_now_bring_hello_and_this_weeks_mail(nothing: Home) -> None:
    sitting = sit(words(nothing), now_at_once(nothing), environ(nothing))
    assert sitting.code == 0, sitting.shown
    assert sorted(sorts(nothing)) == ["digest", "hello"]
    assert f"Password: {nothing.account.password}" not in sitting.shown
    for sentence in (
        "the first mail comes now, then every week on monday 07:30",
        "edition 20",
        "Next:  digwell people merge",
    ):
        assert sentence in sitting.shown
    file = nothing.path / ".config/digwell/config.yaml"
    assert "  when: monday 07:30\n" in file.read_text()
    (digest,) = nothing.digests()
    assert b"Tomas" in digest.read_bytes() or b"tomas@example.com" in digest.read_bytes()
    history = json.loads(digwell(nothing, "digest", "history", "--json").stdout)["items"]
    assert [one["state"] for one in history] == ["delivered"]


@pytest.mark.timeout(180)
def test_the_daemon_goes_on_from_a_first_mail_with_the_usual_slot(nothing: Home) -> None:
    friday = datetime.now() + timedelta(days=3)  # noqa: DTZ005 - the owner's wall clock
    when = f"{friday:%A %H:%M}".lower()
    kept = nothing.path / "secret"
    kept.touch(0o600)
    kept.write_text(nothing.account.password)
    told = ("--when", f"now, then {when}", "--password-file", str(kept), "--no-input")
    done = subprocess.run(
        words(nothing, nothing.account.user, *told),
        capture_output=True, text=True, timeout=120, env=environ(nothing), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"  when: {when}\n" in (nothing.path / ".config/digwell/config.yaml").read_text()
    with (nothing.path / "log").open("ab") as log:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli.main", "run"], stdout=log, stderr=log, env=environ(nothing)
        )
    try:
        until(lambda: "state=ok" in nothing.log, 60)
        time.sleep(5)
    finally:
        daemon.terminate()
        assert daemon.wait(15) == 0
    assert sorted(sorts(nothing)) == ["digest", "hello"]
    coming = json.loads(digwell(nothing, "status", "--json").stdout)["item"]["next_digest"]
    assert datetime.fromisoformat(coming).timestamp() > time.time()


@pytest.mark.timeout(180)
def test_a_first_mail_that_cannot_be_made_leaves_what_was_set_up(nothing: Home) -> None:
    (nothing.path / ".config/digwell").mkdir(parents=True)
    (nothing.path / ".config/digwell/rules.yaml").write_text("circels: {}\n")
    sitting = sit(words(nothing), now_at_once(nothing), environ(nothing))
    assert sitting.code == 78, sitting.shown
    assert "did you mean “circles”?" in sitting.shown
    assert "digwell digest send" in sitting.shown
    assert sorts(nothing) == ["hello"]
    assert (nothing.path / ".config/digwell/config.yaml").is_file()


def test_a_weekly_time_is_read_with_now_before_it(nothing: Home) -> None:
    secret = nothing.path / "secret"
    secret.touch(0o600)
    secret.write_text(nothing.account.password)
    told = (nothing.account.user, "--password-file", str(secret), "--no-input", "--when")
    for wrong in ("nowhere", "now, then tusday 8:00"):
        done = subprocess.run(
            words(nothing, *told, wrong),
            capture_output=True, text=True, timeout=60, env=environ(nothing), check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "is not a weekly time" in done.stderr
        assert sorts(nothing) == []
