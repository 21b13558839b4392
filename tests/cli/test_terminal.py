"""On a terminal: colour and bars where they are wanted, whole lines, completion of names."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli.output import clean, width
from daemon.mail.parse import read
from store.facts import Sighting
from store.health import alerts, keep_alerts, report
from store.messages import learn_own, record
from store.opening import open_store
from store.people import beginning
from tests.cli.town import MAYA, NOW, Town, letter

ROOT = Path(__file__).parents[2]


def on_a_terminal(town: Town, *words: str, **environ: str) -> str:
    """Run digwell with a terminal of 80 columns as its stdout, and return what it showed."""
    command = [
        sys.executable,
        "-m",
        "daemon.cli.main",
        "--config",
        str(town.config),
        "--store",
        str(town.store),
        *words,
    ]
    inner, outer = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **environ}
    env = {name: value for name, value in env.items() if value}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=outer, stderr=outer, stdin=outer) as process:
        os.close(outer)
        shown = b""
        while True:
            try:
                piece = os.read(inner, 65_536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        process.wait(timeout=30)
    os.close(inner)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_one_person_a_line_within_its_width(town: Town) -> None:
    lines = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(town, "due", NO_COLOR="")).splitlines()
    due = town("due", "--json").items
    assert len(lines) == 1 + len(due)
    assert all(item["reason"] in line for item, line in zip(due, lines[1:], strict=True)), "nobody sees why"
    assert all(width(line) <= 80 for line in lines)
    assert any(line.endswith("…") for line in lines)


def test_a_terminal_gets_a_bold_heading_unless_told_otherwise(town: Town) -> None:
    assert "\x1b[1m" in on_a_terminal(town, "due", NO_COLOR="")
    assert "\x1b" not in on_a_terminal(town, "due", NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(town, "due", NO_COLOR="", TERM="dumb")


def test_a_question_is_asked_on_a_terminal_and_never_with_no_input(town: Town) -> None:
    shown = on_a_terminal(town, "forget", "Ana", "--no-input")
    assert "Type the name" not in shown
    assert "nothing was erased" in shown


@pytest.mark.parametrize(
    ("hostile", "plain"),
    [
        ("\x1b]0;owned\x07Ana", "]0;ownedAna"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("one\r\ntwo\u2028three", "one  two three"),
        ("\x9b31mred\x85", "31mred "),
        ("Tomás 王 👩‍🚀", "Tomás 王 👩‍🚀"),
        ("\ud800", ""),
    ],
)
def test_what_a_mail_brings_is_inert_in_one_line(hostile: str, plain: str) -> None:
    assert clean(hostile) == plain


def completed(town: Town, typed: str) -> list[str]:
    env = {
        **os.environ, "_DIGWELL_COMPLETE": "bash_complete", "COMP_CWORD": "2",
        "COMP_WORDS": f"digwell note {typed}", "DIGWELL_STORE": str(town.store),
        "DIGWELL_CONFIG": str(town.config),
    }  # fmt: skip
    code = "from daemon.cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env, check=True
    )
    assert ran.stderr == ""
    return ran.stdout.splitlines()


def test_names_of_people_are_completed(town: Town) -> None:
    assert completed(town, "An") == ["plain,ana@example.net"]


def test_an_address_that_a_shell_would_carry_out_is_not_completed(town: Town) -> None:
    strange = ("odd`id`@example.net", "odd|id@example.net")
    with open_store(town.store) as store:
        mails = [
            letter(MAYA, f'"{odd.partition("@")[0]}"@example.net', ago)
            for ago, odd in enumerate(("odd+x.1@example.net", *strange), 3)
        ]
        record(store, None, [Sighting(n, read(raw, NOW)) for n, raw in enumerate(mails, 1)], sent=True)
        learn_own(store, ["maya@example.org"])
        assert set(strange) < set(beginning(store, "odd"))
    assert completed(town, "odd") == ["plain,odd+x.1@example.net"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(town: Town, shell: str) -> None:
    ran = town("completion", shell)
    assert ran.code == 0
    assert "_DIGWELL_COMPLETE" in ran.out


def test_two_days_without_a_good_scan_are_blind(town: Town) -> None:
    with open_store(town.store) as store:
        report(store, "maya@example.org", "ok", NOW - 3 * 86_400)
        report(store, "maya@example.org", "offline", NOW - 60, "no route to the server")
    ran = town("status")
    assert ran.code == 5
    assert "blind" in ran.err
    with open_store(town.store) as store:
        report(store, "maya@example.org", "ok", NOW - 60)
    assert town("status").code == 0


def test_what_the_mail_server_wants_read_is_shown_for_a_week_and_a_day(town: Town) -> None:
    with open_store(town.store) as store:
        keep_alerts(store, "maya@example.org", ["quota is short", "going down at noon"], NOW - 3 * 86_400)
        keep_alerts(store, "maya@example.org", ["quota is\nshort"], NOW - 60)
    assert town("status", "--json").json["item"]["mailboxes"][0]["alerts"] == [
        "quota is short",
        "going down at noon",
    ]
    assert "its server says: quota is short" in town("status").out
    with open_store(town.store) as store:
        assert alerts(store, "maya@example.org", NOW + 6 * 86_400) == ("quota is short",)
