"""A whole household for a journey: a mailbox on a real server, a configuration, the real program."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

from tests.fakes.dovecot import Account

ROOT = Path(__file__).parents[2]
FRIENDS = (
    "ana@example.net",
    "tomas@example.com",
    "grace@kestrel.example",
    "bilal@example.net",
    "ruth@example.edu",
)


@dataclass
class Home:
    """One owner's digwell. ``digwell`` runs a command, ``running`` the daemon."""

    account: Account
    path: Path
    port: int = 0
    environ: dict[str, str] = field(default_factory=dict)

    def configure(self, when: datetime | None = None, smtp: str = "", more: str = "") -> None:
        """Write config.yaml with the digest at that time (by default in three days)."""
        when = when or datetime.now() + timedelta(days=3)  # noqa: DTZ005 - the owner's wall clock
        (self.path / "password").write_text(self.account.password + "\n")
        (self.path / "password").chmod(0o600)
        file = self.path / "config.yaml"
        file.write_text(
            f"mailbox:\n  host: 127.0.0.1\n  port: {self.port or self.account.port}\n  tls: none\n"
            f"  user: {self.account.user}\n  password_file: {self.path}/password\n"
            f"digest:\n  when: {when:%A %H:%M}\n{smtp}store: {self.path}/digwell.db\n{more}".replace(
                f"{when:%A}", f"{when:%A}".lower()
            )
        )
        file.chmod(0o600)

    def correspond(self, friends: tuple[str, ...] = FRIENDS, turns: int = 24, now: float = 0) -> None:
        """Fill the mailbox with letters, one in twenty days, that end four months before ``now``."""
        now = now or time.time()
        for number, friend in enumerate(friends):
            for turn in range(turns):
                at = now - 86_400 * (120 + number + 20 * turn)
                mine = turn % 2 == 0
                sender, to = (self.account.user, friend) if mine else (friend, self.account.user)
                self.put("Sent" if mine else "INBOX", sender, to, f"letter {turn}", at)

    def put(self, folder: str, sender: str, to: str, subject: str, at: float, more: str = "") -> None:
        """Deliver one mail."""
        mid = f"<{time.time_ns()}.{sender.partition('@')[0]}@test.example>"
        raw = (
            f"Message-ID: {mid}\r\nFrom: {sender}\r\nTo: {to}\r\nDate: {formatdate(at)}\r\n"
            f"Subject: {subject}\r\n{more}\r\nText.\r\n"
        )
        self.account.deliver(raw.encode(), folder, at=int(at))

    def command(self, *words: str) -> list[str]:
        """Return the command line of a digwell command."""
        return [sys.executable, "-m", "daemon.cli.main", "--config", str(self.path / "config.yaml"), *words]

    def digwell(self, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=timeout,
            env=self.environment(),
            cwd=ROOT,
            check=False,
        )

    def items(self, *words: str) -> Any:
        """Run a reading command and return its items, or its one item."""
        done = self.digwell(*words, "--json")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        return found["items"] if "items" in found else found["item"]

    def start(self) -> subprocess.Popen[bytes]:
        """Start the daemon; its log is appended to ``log`` in the household."""
        with (self.path / "log").open("ab") as log:
            return subprocess.Popen(
                self.command("run"), stdout=log, stderr=log, env=self.environment(), cwd=ROOT
            )

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Keep the daemon running for a while; it must end cleanly."""
        process = self.start()
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            code = process.wait(10)
        assert code == 0, self.log

    @property
    def log(self) -> str:
        """What the daemon logged."""
        return (self.path / "log").read_text()

    def digests(self) -> list[Path]:
        """Return the weekly letters in the inbox (not the first letter, nor receipts)."""
        return [
            path for path in self.inbox() if b"\nX-Digwell: digest" in path.read_bytes().replace(b"\r", b"")
        ]

    def inbox(self) -> list[Path]:
        """Return all mail in the inbox."""
        base = self.account.folder("INBOX")
        return [path for part in ("cur", "new") for path in (base / part).iterdir()]

    def environment(self) -> dict[str, str]:
        """Return the environment the program runs in."""
        return {
            **os.environ,
            "HOME": str(self.path),
            "XDG_STATE_HOME": str(self.path / "state"),
            **self.environ,
        }


def until(what: Callable[[], Any], seconds: float, pause: float = 0.2) -> Any:
    """Wait until something is true, and return it."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(pause)


def recorded(path: Path) -> int:
    """Return how many messages are in a store that another process is just making."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as store:
            return int(store.execute("SELECT count(*) FROM message").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
