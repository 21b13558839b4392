"""What leaves the machine: lines to the configured servers, letters to the owner, and nothing else."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.smtp import SmtpFake
from tests.journeys.household import ROOT, Home, until

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Debian: strace)")
CALLS = "connect,bind,listen,accept,accept4,sendto,sendmsg"
INET = re.compile(r"(\w+)\(.*?sa_family=AF_INET6?, sin6?_port=htons\((\d+)\).*?\"([0-9a-f.:]+)\"")
UNIX = re.compile(r'sa_family=AF_UNIX, sun_path="([^"]+)"')


def traced(home: Home, *words: str) -> list[str]:
    return [
        "strace",
        "-D",
        "-f",
        "-qq",
        "-o",
        str(home.path / "trace"),
        "-e",
        f"trace={CALLS}",
        *home.command(*words),
    ]


def met(trace: Path) -> set[tuple[str, str, int]]:
    """Return every (call, address, port) of the internet that a trace shows."""
    text = trace.read_text()
    assert "listen(" not in text
    assert "accept" not in text
    return {(call, where, int(port)) for call, port, where in INET.findall(text)}


@pytest.mark.timeout(180)
def test_the_daemon_talks_to_its_servers_and_to_nobody_else(home: Home) -> None:
    with SmtpFake(deliver=home.account.deliver) as fake:
        smtp = f"smtp:\n  host: 127.0.0.1\n  port: {fake.port}\n  tls: none\n"
        home.configure(datetime.now(), smtp)  # noqa: DTZ005 - the owner's wall clock
        with (
            (home.path / "log").open("wb") as log,
            subprocess.Popen(
                traced(home, "run"), stdout=log, stderr=log, env=home.environment(), cwd=ROOT
            ) as process,
        ):
            try:
                until(home.digests, 90)
                time.sleep(2)
            finally:
                process.send_signal(signal.SIGTERM)
        allowed = {("connect", "127.0.0.1", home.account.port), ("connect", "127.0.0.1", fake.port)}
        assert met(home.path / "trace") == allowed
        assert [got.to for got in fake.box] == [(home.account.user,)] * len(fake.box)
        assert fake.box
    for path in UNIX.findall((home.path / "trace").read_text()):
        assert path.startswith(("/var/run/nscd/", "/run/nscd/", "/run/systemd/")), path


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "words", [("scan",), ("digest", "preview"), ("due",), ("export",), ("people", "list"), ("status",)]
)
def test_a_command_by_hand_calls_nobody_but_the_mailbox(home: Home, words: tuple[str, ...]) -> None:
    assert home.digwell("scan").returncode == 0
    subprocess.run(traced(home, *words), env=home.environment(), cwd=ROOT, capture_output=True, check=True)
    allowed = {("connect", "127.0.0.1", home.account.port)} if words == ("scan",) else set()
    assert met(home.path / "trace") == allowed
