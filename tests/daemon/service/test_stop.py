"""Signals to a process that sleeps, works, or is stuck."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ASLEEP = """
from daemon.service.stop import Stop, Stopping
with Stop() as stop:
    print("on", flush=True)
    try:
        stop.wait(30)
    except Stopping:
        print("clean", flush=True)
"""
AT_WORK = """
import time
from daemon.service.stop import Stop, Stopping
with Stop() as stop:
    print("on", flush=True)
    try:
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            time.sleep(0.05)
        print("finished", flush=True)
        stop.check()
    except Stopping:
        print("clean", flush=True)
"""
STUCK = """
import socket
from daemon.service.stop import Stop, Stopping
one, other = socket.socketpair()
with Stop() as stop:
    print("on", flush=True)
    try:
        one.recv(1)
    except Stopping:
        print("clean", flush=True)
"""
RELOAD = """
from daemon.service.stop import Stop
with Stop() as stop:
    print("on", flush=True)
    stop.wait(30)
    assert stop.reload
    print("reload", flush=True)
"""
STARTING = """
import os, signal, sys, threading
from pathlib import Path
from daemon.service.start import serve

def go():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        pass
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=go).start()
sys.exit(serve(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def story(code: str, number: signal.Signals) -> tuple[list[str], float, int]:
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        began = time.monotonic()
        process.send_signal(number)
        said = process.stdout.read().split()
    return said, time.monotonic() - began, process.returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_sleeper_goes_at_once(number: signal.Signals) -> None:
    said, seconds, code = story(ASLEEP, number)
    assert (said, code) == (["clean"], 0)
    assert seconds < 2


def test_a_worker_may_finish_its_piece() -> None:
    said, _, code = story(AT_WORK, signal.SIGTERM)
    assert (said, code) == (["finished", "clean"], 0)


def test_one_who_is_stuck_is_torn_away_within_ten_seconds() -> None:
    said, seconds, code = story(STUCK, signal.SIGTERM)
    assert (said, code) == (["clean"], 0)
    assert seconds < 10


def test_a_hangup_asks_for_a_reload() -> None:
    assert story(RELOAD, signal.SIGHUP)[0] == ["reload"]


def at_a_terminal(code: str, number: signal.Signals | None) -> tuple[str, int]:
    """Run the code at a terminal of its own; send it a signal, or close the terminal (None)."""
    inner, outer = pty.openpty()
    begun = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    with subprocess.Popen(
        [sys.executable, "-c", begun + code], stdin=outer, stdout=outer, stderr=outer, start_new_session=True
    ) as process:
        os.close(outer)
        said = line(inner)
        if number is None:
            os.close(inner)
        else:
            process.send_signal(number)
            said += line(inner)
        left = process.wait(10)
        if number is not None:
            os.close(inner)
    return said, left


def line(inner: int) -> str:
    said = b""
    while not said.endswith(b"\n"):
        said += os.read(inner, 100)
    return said.decode()


def test_whose_terminal_is_closed_goes_and_who_keeps_it_reloads() -> None:
    gone = ASLEEP.replace('print("clean", flush=True)', "sys.exit(stop.exit_code)")
    assert at_a_terminal("import sys" + gone, None) == ("on\r\n", 129)
    assert at_a_terminal(RELOAD, signal.SIGHUP) == ("on\r\nreload\r\n", 0)


def test_told_to_go_before_it_has_begun_it_goes_without_a_word_of_error(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("mailbox: {host: 127.0.0.1, port: 1, tls: none, user: m@example.org, keyring: yes}\n")
    ran = subprocess.run(
        [sys.executable, "-c", STARTING, str(config), str(tmp_path / "digwell.db")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
