"""Where no password and no token may ever stand: in what processes show, programs are told, and is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.fakes.dovecot import Account, Dovecot
from tests.fakes.smtp import SmtpFake
from tests.fakes.tokens import can_take_tokens, takes_tokens, token
from tests.journeys.household import ROOT, Home

CANARY = "canary-51e7-of-imap"
OTHER = "canary-84a0-of-smtp"
EXECUTED = ["strace", "-D", "-f", "-qq", "-v", "-s", "65536", "-e", "trace=execve,execveat", "-o"]
LOUD = """
import imaplib, logging, sys
from pathlib import Path
imaplib.Debug = 5
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
from daemon.config.load import load
from daemon.service.line import open_session
for name in ("imapclient", "imapclient.imaplib"):
    logging.getLogger(name).setLevel(logging.DEBUG)
with open_session(load(Path(sys.argv[1]), None, {"HOME": "/"}).mailboxes[0]) as session:
    session.folders()
"""


@dataclass
class Guarded:
    """A household whose secret is a canary; ``secrets`` are all spellings in which it could get out."""

    home: Home
    smtp: SmtpFake
    secrets: tuple[str, ...]

    def in_clear(self, text: str) -> list[str]:
        """Return the spellings that stand in a text."""
        return [secret for secret in self.secrets if secret in text]


def spellings(user: str, secret: str) -> tuple[str, ...]:
    wire = (secret, f"\0{user}\0{secret}", f"user={user}\1auth=Bearer {secret}\1\1")
    return (secret, quote(secret, safe=""), *(b64encode(said.encode()).decode() for said in wire))


@pytest.fixture(params=["password_command", "token_command"])
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Guarded]:
    """Serve a mailbox that takes the canary, or a token, and an SMTP server that wants a second one."""
    if not Dovecot.available() or (request.param == "token_command" and not can_take_tokens()):
        pytest.skip("needs dovecot (Debian: dovecot-imapd), for tokens Dovecot 2.3")
    with ExitStack() as stack:
        by_token = request.param == "token_command"
        made = takes_tokens("plain xoauth2") if by_token else Dovecot(password=CANARY)
        account = stack.enter_context(made).account()
        secret = token(account.user) if by_token else CANARY
        fake = stack.enter_context(SmtpFake(login=("maya", OTHER), deliver=account.deliver))
        home = furnished(account, tmp_path, f"{request.param}: cat {tmp_path}/password", secret, fake.port)
        yield Guarded(home, fake, spellings(account.user, secret) + spellings("maya", OTHER))


def furnished(account: Account, path: Path, way: str, secret: str, port: int) -> Home:
    home = Home(account, path)
    home.correspond()
    for name, content in (("password", secret), ("smtp", OTHER)):
        (path / name).touch(0o600)
        (path / name).write_text(content + "\n")
    smtp = f"smtp:\n  host: 127.0.0.1\n  port: {port}\n  tls: none\n  user: maya\n"
    smtp += f"  password_command: cat {path}/smtp\n"
    home.configure(datetime.now(), smtp)  # noqa: DTZ005 - the owner's wall clock
    written = (path / "config.yaml").read_text()
    (path / "config.yaml").write_text(written.replace(f"password_file: {path}/password", way))
    (path / "password").write_text(secret + "\n")
    return home


def shown(home: Home) -> str:
    """Return what every process of the household shows to whoever looks into /proc."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            pages = [(process / name).read_bytes() for name in ("cmdline", "environ")]
        except OSError:
            continue
        if f"HOME={home.path}\0".encode() in pages[1]:
            found += pages
    return b"\n".join(found).decode(errors="replace")


def watched(home: Home, over: Callable[[], bool]) -> str:
    """Look into /proc until it is over."""
    seen: set[str] = set()
    end = time.monotonic() + 90
    while not over():
        assert time.monotonic() < end, home.log
        seen.add(shown(home))
        time.sleep(0.01)
    return "\n".join(seen)


needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Debian: strace)")


@needs_strace
@pytest.mark.timeout(180)
def test_no_process_of_a_running_daemon_shows_a_secret(guarded: Guarded) -> None:
    home, trace = guarded.home, guarded.home.path / "trace"
    with (home.path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*EXECUTED, str(trace), *home.command("-v", "run")],
            stdout=log, stderr=log, env=home.environment(), cwd=ROOT,
        )  # fmt: skip
        try:
            seen = watched(home, lambda: bool(guarded.smtp.box) and bool(home.digests()))
        finally:
            process.terminate()
            process.wait(20)
    executed = trace.read_text()
    assert f'"cat", "{home.path}/password"' in executed
    assert f'"cat", "{home.path}/smtp"' in executed
    assert "daemon.cli.main" in seen
    for text in (executed, seen, home.log):
        assert guarded.in_clear(text) == []


@needs_strace
def test_installing_the_service_shows_no_secret_to_the_programs_it_runs(guarded: Guarded) -> None:
    home = guarded.home
    programs, trace = home.path / "bin", home.path / "trace"
    programs.mkdir()
    for name in ("systemctl", "loginctl"):
        (programs / name).write_text("#!/bin/sh\nexit 0\n")  # this machine's own session is left alone
        (programs / name).chmod(0o755)
    environ = {**home.environment(), "PATH": f"{programs}:{os.environ['PATH']}"}
    environ.pop("XDG_CONFIG_HOME", None)
    ran = subprocess.run(
        [*EXECUTED, str(trace), *home.command("service", "install", "--user")],
        capture_output=True, text=True, env=environ, cwd=ROOT, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert f'"{programs}/systemctl"' in trace.read_text()
    unit = (home.path / ".config/systemd/user/digwell.service").read_text()
    for text in (trace.read_text(), unit, ran.stdout + ran.stderr):
        assert guarded.in_clear(text) == []


@pytest.mark.parametrize("words", [("scan",), ("doctor",), ("digest", "send"), ("status",), ("log",)])
def test_no_command_says_a_secret_however_much_it_says(guarded: Guarded, words: tuple[str, ...]) -> None:
    home = guarded.home
    fine = home.digwell("-v", *words)
    (home.path / "password").write_text("canary-refused\n")
    refused = home.digwell("-v", *words)
    assert fine.stdout + refused.stderr
    for ran in (fine, refused):
        assert guarded.in_clear(ran.stdout + ran.stderr) == []
        assert "canary-refused" not in ran.stdout + ran.stderr


def test_the_imap_libraries_say_no_secret_when_they_say_everything(guarded: Guarded) -> None:
    """Nothing of digwell's makes them talk; this is about whoever does so to find a fault."""
    command = [sys.executable, "-c", LOUD, str(guarded.home.path / "config.yaml")]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "CAPABILITY" in ran.stderr
    assert "REDACTED" in ran.stderr
    assert guarded.in_clear(ran.stdout + ran.stderr) == []
