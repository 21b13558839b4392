"""How soon new mail is recorded: bench/latency.py [--deliveries N] [--holes N].

Runs the daemon on a Dovecot of its own, puts mail into the mailbox, and looks into the store every ten
milliseconds until it is there: mail delivered to the inbox, mail another program puts into Sent, and mail
behind a line that has died unseen.
"""

from __future__ import annotations

import argparse
import imaplib
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.fakes.dovecot import Dovecot
from tests.fakes.faulty import Faulty
from tests.journeys.household import Home, recorded

LONGEST = 200.0
CALM = 3.0


def took(store: Path, deed: Callable[[], None]) -> float:
    """Do something that brings one mail, and return after how many seconds it was recorded."""
    before, start = recorded(store), time.monotonic()
    deed()
    while recorded(store) <= before:
        time.sleep(0.01)
        if time.monotonic() - start > LONGEST:
            raise SystemExit("the mail was never recorded")
    return time.monotonic() - start


def show(what: str, seconds: list[float]) -> None:
    middle, longest = statistics.median(seconds), max(seconds)
    print(f"{what:<36}{len(seconds):>4}{middle:>9.2f} s median{longest:>9.2f} s at most", flush=True)


def measure(home: Home, proxy: Faulty, asked: argparse.Namespace) -> None:
    """Keep the daemon running, and bring it mail in three ways."""
    store, me = home.path / "digwell.db", home.account.user
    dice = random.Random(1)

    def inbox() -> None:
        home.put("INBOX", "ana@example.net", me, "hello", time.time())

    def sent() -> None:
        mail = (
            f"From: {me}\r\nTo: ana@example.net\r\nMessage-ID: <{time.time_ns()}@b.example>\r\n\r\nhello\r\n"
        )
        other.append("Sent", "", imaplib.Time2Internaldate(time.time()), mail.encode())

    def hole() -> None:
        proxy.forget()
        inbox()

    other = imaplib.IMAP4(home.account.host, home.account.port)
    other.login(me, home.account.password)
    with home.running():
        while b"IDLE" not in proxy.commands:
            time.sleep(0.1)
        for what, deed, times in (
            ("delivered to the inbox", inbox, asked.deliveries),
            ("put into Sent by another program", sent, asked.deliveries),
            ("behind a black hole", hole, asked.holes),
        ):
            seconds = []
            for _ in range(times):
                time.sleep(CALM + dice.random() * 4)
                seconds.append(took(store, deed))
            if seconds:
                show(what, seconds)
    other.logout()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--deliveries", type=int, default=20)
    parser.add_argument("--holes", type=int, default=5)
    asked = parser.parse_args()
    server, path = Dovecot().start(), Path(tempfile.mkdtemp(prefix="latency"))
    try:
        home = Home(server.account(), path)
        home.correspond()
        with Faulty(home.account.port) as proxy:
            home.port = proxy.port
            home.configure()
            measure(home, proxy, asked)
    finally:
        server.stop()
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    main()
