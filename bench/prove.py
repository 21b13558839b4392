"""The long proofs: killed anywhere, cut anywhere, at any hour: nothing lost, nothing doubled.

    ./run prove                    all of it (hours)
    ./run prove --quick            some of each (minutes)
    ./run prove --sample           very little of each, as the tests do
    ./run prove --only scan,smtp   some of it

Prints one table: tried, lost, doubled. Needs strace and Dovecot; the unit's own proof is
``bench/box_proof.py``, for it needs root.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import disks
from bench.kills import Tally, Trial, at_every_call, at_random_instants
from tests.fakes.dovecot import Dovecot
from tests.fakes.smtp import MANNERS, SmtpFake
from tests.journeys.household import FRIENDS, Home

ROOT = Path(__file__).parents[1]
NOW = 1_795_000_000  # a Wednesday, so that half an hour later it is the same week
LATER = NOW + 1900
STORE = ("hard_times", "disks", "keep", "soundness", "rescue")
SMTP = "smtp:\n  host: 127.0.0.1\n  port: {port}\n  tls: none\n"


@dataclass
class Options:
    """How much of it."""

    step: int
    rounds: int
    mails: int


@contextmanager
def household(mails: int = 40) -> Iterator[Home]:
    """A mailbox on a Dovecot of its own, with so many mails to and from each of five friends."""
    server = Dovecot().start()
    path = Path(tempfile.mkdtemp(prefix="prove"))
    try:
        home = Home(server.account(), path)
        home.environ["DIGWELL_NOW"] = str(NOW)
        home.correspond(turns=mails // 5, now=NOW)
        home.configure()
        yield home
    finally:
        server.stop()
        shutil.rmtree(path, ignore_errors=True)


def store_files(home: Home) -> list[Path]:
    return [p for p in home.path.iterdir() if p.name.startswith("digwell.")]


def sound(home: Home) -> bool:
    with closing(sqlite3.connect(home.path / "digwell.db")) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"


def scan_trial(home: Home) -> Trial:
    """Scan an empty store; the export afterwards must be that of an undisturbed scan, line by line."""
    assert home.digwell("scan").returncode == 0
    whole = home.digwell("export").stdout.splitlines()
    assert len(whole) > 40

    def anew() -> None:
        for path in store_files(home):
            if path.name != "digwell.key":
                path.unlink()

    def look() -> tuple[int, int]:
        got = home.digwell("export").stdout.splitlines()
        assert sound(home)
        return len(set(whole) - set(got)), len(got) - len(set(got) & set(whole))

    def again() -> None:
        assert home.digwell("scan").returncode == 0

    return Trial(home.command("scan"), home.environment(), anew, again, look)


def digest_trial(home: Home) -> Trial:
    """Send a digest from a scanned store; afterwards the mailbox must hold one, and the ledger know it."""
    assert home.digwell("scan").returncode == 0
    kept = home.path / "kept"
    kept.mkdir()
    for path in store_files(home):
        shutil.copy2(path, kept)

    def anew() -> None:
        for path in [*store_files(home), *home.digests()]:
            path.unlink()
        for path in kept.iterdir():
            shutil.copy2(path, home.path)

    def again() -> None:
        if home.digwell("digest", "send").returncode == 5:  # in doubt: half an hour later
            home.environ["DIGWELL_NOW"] = str(LATER)
            home.digwell("digest", "send")
            home.environ["DIGWELL_NOW"] = str(NOW)

    def look() -> tuple[int, int]:
        found = len(home.digests())
        states = [one["state"] for one in home.items("digest", "history")]
        known = states == ["delivered"] and sound(home)
        return int(found == 0 or not known), max(0, found - 1)

    return Trial(home.command("digest", "send"), home.environment(), anew, again, look)


def rescue_trial(home: Home) -> Trial:
    """Scan upon a store that cannot be opened; afterwards all mail and all words must be there, once."""
    for words in (("scan",), ("note", FRIENDS[0], "before"), ("backup",), ("note", FRIENDS[1], "after")):
        assert home.digwell(*words).returncode == 0
    whole = home.digwell("export").stdout.splitlines()
    with closing(sqlite3.connect(home.path / "digwell.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = Path(shutil.copytree(home.path, home.path.with_name(f"{home.path.name}-kept")))
    with (kept / "digwell.db").open("r+b") as file:
        file.write(bytes(4096))

    def anew() -> None:
        shutil.rmtree(home.path)
        shutil.copytree(kept, home.path)

    def look() -> tuple[int, int]:
        got = home.digwell("export").stdout.splitlines()
        assert sound(home)
        left = [path for path in home.path.iterdir() if path.name.startswith(".")]
        return len(set(whole) - set(got)) + len(left), len(got) - len(set(got) & set(whole))

    def again() -> None:
        assert home.digwell("scan", "--full").returncode == 0

    return Trial(home.command("scan"), home.environment(), anew, again, look)


def scan(options: Options) -> Iterator[tuple[str, Tally]]:
    with household(options.mails) as home:
        trial = scan_trial(home)
        yield f"SIGKILL at every {_nth(options)} call of a scan", at_every_call(trial, options.step)
        yield "SIGKILL at random instants of a scan", at_random_instants(trial, options.rounds // 2)


def rescue(options: Options) -> Iterator[tuple[str, Tally]]:
    with household() as home:
        trial = rescue_trial(home)
        yield f"SIGKILL at every {_nth(options)} call of a rescue", at_every_call(trial, options.step)
        yield "SIGKILL at random instants of it", at_random_instants(trial, options.rounds // 4)
        shutil.rmtree(home.path.with_name(f"{home.path.name}-kept"))


def append(options: Options) -> Iterator[tuple[str, Tally]]:
    with household() as home:
        trial = digest_trial(home)
        yield (
            f"SIGKILL at every {_nth(options)} call of a digest by APPEND",
            at_every_call(trial, options.step),
        )
        yield "SIGKILL at random instants of it", at_random_instants(trial, options.rounds // 4)


def smtp(options: Options) -> Iterator[tuple[str, Tally]]:
    with household() as home, SmtpFake(deliver=home.account.deliver) as fake:
        home.configure(smtp=SMTP.format(port=fake.port))
        trial = digest_trial(home)
        yield f"SIGKILL at every {_nth(options)} call of a digest by SMTP", at_every_call(trial, options.step)
        yield "SIGKILL at random instants of it", at_random_instants(trial, options.rounds // 4)


def manners(options: Options) -> Iterator[tuple[str, Tally]]:
    """Each manner of a mail server once: one letter in the end, or none and an edition that failed."""
    tally = Tally()
    slow = {"accept-then-hang", "banner-mute"}
    for manner in [m for m in MANNERS if options.step == 1 or m not in slow]:
        login = ("maya", "pw") if manner.startswith("auth") else None
        with household() as home:
            with SmtpFake((manner, "accept"), login=login, delay=0.1, deliver=home.account.deliver) as fake:
                more = f"  user: maya\n  password_file: {home.path}/password\n" if login else ""
                home.configure(smtp=SMTP.format(port=fake.port) + more)
                home.digwell("scan")
                for ahead in (0, 0, 1900, 3800):
                    home.environ["DIGWELL_NOW"] = str(NOW + ahead)
                    home.digwell("digest", "send", timeout=200)
                (edition,) = home.items("digest", "history")
            found, failed = len(home.digests()), edition["state"] == "failed"
        tally.tried += 1
        tally.lost += int(found == 0 and not failed) + int(failed and found > 0)
        tally.doubled += max(0, found - 1)
        if failed:
            tally.notes.append(f"{manner}: {edition['error'][:30]}")
    yield "manners of a mail server", tally


def slots(_: Options) -> Iterator[tuple[str, Tally]]:
    yield "weekly slot: 168 start hours × nine scenarios", _pytest("tests/daemon/service/test_editions.py")
    if shutil.which("faketime"):
        yield "weekly slot on the real program (faketime)", _weeks_by_faketime()


def _weeks_by_faketime() -> Tally:
    """Run the daemon for a moment at six instants of four weeks: one digest for each week it was there."""
    tally = Tally()
    visits = {
        "2026-11-23 07:31:00": 1, "2026-11-23 09:00:00": 1, "2026-11-22 09:00:00": 1,  # the clock set back
        "2026-12-02 12:00:00": 2, "2026-12-23 06:00:00": 3, "2026-12-28 08:00:00": 4,
    }  # fmt: skip
    with household() as home:
        home.environ.pop("DIGWELL_NOW")
        home.configure(datetime(2026, 11, 23, 7, 30))  # noqa: DTZ001 - the owner's wall clock
        for moment, expected in visits.items():
            command = ["faketime", moment, *home.command("run")]
            with (home.path / "log").open("ab") as log:
                process = subprocess.Popen(
                    command, env=home.environment(), stdout=log, stderr=log, cwd=ROOT, start_new_session=True
                )
            time.sleep(8)
            os.killpg(process.pid, signal.SIGTERM)  # faketime waits for the program as its child
            process.wait(15)
            time.sleep(2)
            found = len(home.digests())
            tally.tried += 1
            tally.lost += max(0, expected - found)
            tally.doubled += max(0, found - expected)
            if found != expected:
                tally.notes.append(f"{moment}: {found}, not {expected}")
    return tally


def store(_: Options) -> Iterator[tuple[str, Tally]]:
    yield (
        "store: crowds, full disks, old schemas, damage, rescue",
        _pytest(*(f"tests/store/test_{name}.py" for name in STORE)),
    )


def disk(options: Options) -> Iterator[tuple[str, Tally]]:
    """Fill the disk under the real program, to every level by ``step`` pages of 4 kB."""
    step = options.step * 2 << 12
    with household(options.mails) as home:
        whole = disks.whole_export(home)
        limited = disks.Place(home, home.path / "limited")
        limited.path.mkdir()
        yield "files that may not grow, then may", disks.limited_scans(limited, whole, step)
        with disks.disk(home) as place:
            if place is None:
                yield "full disks: not tried, mounting needs root", Tally()
                return
            yield "scans on a disk that is full, then is not", disks.full_scans(place, whole, step)
            yield "a disk that may only be read, then be written", disks.read_only(place, whole)
            yield "digests on a disk that is full, then is not", disks.full_letters(place, step)
            home.environ.pop("DIGWELL_NOW")
            home.configure(datetime.now())  # noqa: DTZ005 - the owner's wall clock
            yield "a daemon whose disk is full when its letter is due", disks.full_daemon(place)


def lock(_: Options) -> Iterator[tuple[str, Tally]]:
    yield "locks and stops", _pytest("tests/daemon/service/test_lock.py", "tests/daemon/service/test_stop.py")


def secrets(_: Options) -> Iterator[tuple[str, Tally]]:
    """Look for the password everywhere after a day of good and bad fortune."""
    canary, tally = "canary-93b1-password", Tally()
    server = Dovecot().start()
    path = Path(tempfile.mkdtemp(prefix="prove"))
    try:
        home = Home(server.account(), path)
        home.correspond()
        home.configure()
        (path / "password").write_text(canary + "\n")
        said = [
            home.digwell(*words) for words in (("-v", "scan"), ("digest", "send"), ("status",), ("doctor",))
        ]
        process = home.start()
        seen = (
            Path(f"/proc/{process.pid}/cmdline").read_bytes()
            + Path(f"/proc/{process.pid}/environ").read_bytes()
        )
        time.sleep(5)  # it may end before, refused for good
        process.terminate()
        process.wait(15)
        places = [one.stdout.encode() + one.stderr.encode() for one in said] + [seen]
        places += [p.read_bytes() for p in path.rglob("*") if p.is_file() and p.name != "password"]
        for content in places:
            tally.tried += 1
            tally.lost += content.count(canary.encode())
    finally:
        server.stop()
        shutil.rmtree(path, ignore_errors=True)
    tally.notes.append("lost: places that held the secret")
    yield "the secret in output, log, store, reports, argv", tally


def _pytest(*files: str) -> Tally:
    """Run tests as proofs: each is a trial, a failure a loss."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", ended.stdout)}
    bad = counts.get("failed", 0) + counts.get("error", 0)
    return Tally(
        counts.get("passed", 0) + bad, bad, 0, [] if not bad else ended.stdout.splitlines()[-bad - 1 :]
    )


def _nth(options: Options) -> str:
    return "single" if options.step == 1 else f"{options.step}th"


PROOFS: dict[str, Callable[[Options], Iterator[tuple[str, Tally]]]] = {
    "scan": scan,
    "rescue": rescue,
    "append": append,
    "smtp": smtp,
    "manners": manners,
    "slots": slots,
    "lock": lock,
    "store": store,
    "disk": disk,
    "secrets": secrets,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="some of each")
    parser.add_argument("--sample", action="store_true", help="very little of each")
    parser.add_argument("--only", default=",".join(PROOFS), help="names, comma-separated")
    asked = parser.parse_args()
    if unknown := set(asked.only.split(",")) - PROOFS.keys():
        parser.error(f"no such proof: {', '.join(sorted(unknown))}; there are {', '.join(PROOFS)}")
    options = Options(step=1, rounds=500, mails=200)
    if asked.quick or asked.sample:
        options = Options(step=25, rounds=12, mails=40) if asked.quick else Options(53, 4, 40)
    bad = False
    print(f"{'proof':<58}{'tried':>7}{'lost':>6}{'doubled':>9}{'seconds':>9}")
    for name in asked.only.split(","):
        began = time.monotonic()
        for title, tally in PROOFS[name](options):
            seconds = time.monotonic() - began
            print(f"{title:<58}{tally.tried:>7}{tally.lost:>6}{tally.doubled:>9}{seconds:>9.0f}", flush=True)
            for note in tally.notes:
                print(f"    {note}", flush=True)
            bad = bad or bool(tally.lost or tally.doubled)
            began = time.monotonic()
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
