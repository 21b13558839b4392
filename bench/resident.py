"""What stays in memory: bench/resident.py [--mails N | --maildir PATH --user ADDRESS] [--ticks N] …

Runs the daemon's loop on a Dovecot of its own with the sleeps cut short, and prints resident memory and
open files after the first scan, after so many idle rounds, and after so many broken lines.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.fakes.dovecot import Dovecot
from tests.journeys.household import ROOT, Home

LOGIN = r": (?:Login|Logged in): user=<."  # as Dovecot 2.3 and 2.4 write it
DRIVER = """
import os, sys
from pathlib import Path
from random import Random
from daemon import log
from daemon.app import read_config
from daemon.config.rules_file import load_policy
from daemon.mail.troubles import LostError
from daemon.service import loop
from daemon.service.backoff import Backoff
from daemon.config.values import InForce
from daemon.service.stop import Stop, Stopping

file, ticks, reconnects = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
log.set_up()
loop.SLICE = 0.0  # the only difference to the real thing

def read():
    found = read_config(file, None)
    return InForce(found, load_policy(found))

def show(what):
    rss = next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmRSS"))
    cpu = sum(os.times()[:2])
    files = len(os.listdir('/proc/self/fd'))
    print(f"{what:<28}{int(rss) / 1024:>8.1f} MB{files:>6} files{cpu:>8.1f} s CPU", flush=True)

class Counted(loop.Daemon):
    rounds = broken = 0
    def _sleep(self):
        super()._sleep()
        self.rounds += 1
        if self.rounds in (1, 20, 100, 1000, ticks):
            show(f"after {self.rounds} rounds")
        if self.rounds > ticks:
            for line in self.lines:
                assert line.connected
                line.session().drop()
                line.failed(LostError("the line broke"))
                line.rest()
            self._all_due()
            self.broken += 1
            if self.broken in (100, reconnects):
                show(f"after {self.broken} broken lines")
            if self.broken >= reconnects:
                raise Stopping

show("imported")
with Stop() as stop:
    Counted(read, stop).run()
"""


def fill(home: Home, mails: int) -> None:
    """Put so many mails into the mailbox, quickly."""
    base = home.account.folder("Sent") / "cur"
    now = time.time()
    for number in range(mails):
        at = now - 86_400 * 3_000 * number / mails
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(at))
        friend = f"p{number % 4_000}@example.net"
        (base / f"{1_600_000_000 + number}.M{number}.bench:2,S").write_text(
            f"Message-ID: <m{number}@bench.example>\nFrom: {home.account.user}\nTo: {friend}\nDate: {date}\n"
            f"Subject: letter {number}\n\nText\n"
        )
    home.account.adopt()


def borrow(home: Home, maildir: Path) -> None:
    """Link the mails of another Maildir into the mailbox; its indexes stay where they are."""
    for mail in maildir.glob("**/*"):
        if mail.parent.name in {"cur", "new"} and mail.is_file():
            place = home.account.maildir / mail.relative_to(maildir)
            for part in ("cur", "new", "tmp"):
                (place.parents[1] / part).mkdir(parents=True, exist_ok=True)
            os.link(mail, place)
    home.account.adopt()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--maildir", type=Path, help="mails to borrow instead, on the same disk")
    parser.add_argument("--user", default="", help="whose they are")
    parser.add_argument("--ticks", type=int, default=10_000)
    parser.add_argument("--reconnects", type=int, default=1_000)
    asked = parser.parse_args()
    server, path = Dovecot().start(), Path(tempfile.mkdtemp(prefix="resident"))
    try:
        home = Home(server.account(asked.user), path)
        if asked.maildir:
            borrow(home, asked.maildir)
        else:
            fill(home, asked.mails)
        home.configure(datetime.now().astimezone() + timedelta(days=3))
        command = [
            sys.executable,
            "-c",
            DRIVER,
            str(path / "config.yaml"),
            str(asked.ticks),
            str(asked.reconnects),
        ]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "HOME": str(path)}, check=True)
        print(f"{len(re.findall(LOGIN, server.log))} logins")
    finally:
        server.stop()
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    main()
