"""Disks that are full or may only be read, under the real program: a real one, mounted for the proof.

Mounting needs root; without it only the limit on a file's size is tried. Nothing here repairs anything:
room is made, and the program is run again.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.kills import ROOT, Tally
from tests.journeys.household import Home

DISK = 8 << 20
LIMIT = (
    "import os, resource, sys; most = int(sys.argv[1]), resource.RLIM_INFINITY;"
    " resource.setrlimit(resource.RLIMIT_FSIZE, most); os.execv(sys.argv[2], sys.argv[2:])"
)
READING = (("export",), ("due",), ("status",), ("people", "list"), ("backup", "list"))
PATIENCE = 30


class Place:
    """A store of a household, on a disk of its own where that can be had."""

    def __init__(self, home: Home, path: Path) -> None:
        self.home, self.path = home, path
        self.store = path / "digwell.db"
        self.ballast = path / "ballast"

    def run(self, *words: str, limit: int = 0) -> subprocess.CompletedProcess[str]:
        """Run digwell on that store, ``limit`` being the most bytes it may write to one file."""
        command = self.home.command("--store", str(self.store), *words)
        if limit:
            command = [sys.executable, "-c", LIMIT, str(limit), *command]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            env=self.home.environment(),
            cwd=ROOT,
            check=False,
        )

    def fill(self, free: int) -> None:
        """Leave about so many bytes of the disk."""
        rest = os.statvfs(self.path)
        size = max(0, rest.f_bavail * rest.f_frsize - free)
        with self.ballast.open("wb") as file:
            file.write(bytes(size))

    def empty(self) -> None:
        """Let nothing be there, nor any letter in the inbox."""
        for letter in self.home.digests():
            letter.unlink()
        for path in self.path.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def sound(self) -> bool:
        """Say whether what is there is sound; nothing is."""
        if not self.store.exists() or not self.store.stat().st_size:
            return True
        with closing(sqlite3.connect(f"{self.store.as_uri()}?mode=ro", uri=True)) as db:
            return str(db.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"


@contextmanager
def disk(home: Home) -> Iterator[Place | None]:
    """Mount a small disk; None where that is not allowed."""
    path = home.path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(path)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield Place(home, path) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(path)], check=True)


def whole_export(home: Home) -> list[str]:
    """Return what an undisturbed scan records, line by line."""
    place = Place(home, home.path / "whole")
    place.path.mkdir()
    assert place.run("scan").returncode == 0
    return place.run("export").stdout.splitlines()


def compare(tally: Tally, whole: list[str], place: Place, told: str, codes: set[int]) -> None:
    """Run once more with room, and count what is lost or doubled."""
    again = place.run("scan")
    got = place.run("export").stdout.splitlines()
    lost = len(set(whole) - set(got)) + int(again.returncode != 0) + int(not codes <= {0, 5})
    doubled = len(got) - len(set(got) & set(whole))
    tally.tried += 1
    tally.lost += lost
    tally.doubled += doubled
    if lost or doubled:
        tally.notes.append(f"{told}: exits {sorted(codes)}, then {again.returncode}; {again.stderr[:80]}")


def full_scans(place: Place, whole: list[str], step: int) -> Tally:
    """Scan with ever more room, from none to enough; then with all of it."""
    tally, free, ended = Tally(), 0, 5
    while ended != 0:
        place.empty()
        place.fill(free)
        done = place.run("scan")
        ended = done.returncode
        clear = ended == 0 or "full" in done.stderr
        place.ballast.unlink()
        ok = clear and "inside digwell" not in done.stderr and place.sound()
        compare(tally, whole, place, f"{free} bytes free", {ended} if ok else {-1})
        free += step
    tally.notes.append(f"{free - step >> 10} kB were enough")
    return tally


def limited_scans(place: Place, whole: list[str], step: int) -> Tally:
    """The same where no file may grow beyond a limit."""
    tally, limit, ended = Tally(), 4096, 5
    while ended != 0:
        place.empty()
        ended = place.run("scan", limit=limit).returncode
        compare(tally, whole, place, f"files of {limit} bytes", {ended} if place.sound() else {-1})
        limit += step
    return tally


def full_letters(place: Place, step: int) -> Tally:
    """Send the digest with ever more room: held and said, then sent once."""
    tally, free, ended = Tally(), 0, 5
    home = place.home
    while ended != 0:
        place.empty()
        assert place.run("scan").returncode == 0
        assert place.run("due").returncode == place.run("backup").returncode == 0  # the key is there, too
        place.fill(free)
        backup = place.run("backup").returncode
        ended = place.run("digest", "send").returncode
        read = {place.run(*words).returncode for words in READING} == {0}
        kept = json.loads(place.run("backup", "list", "--json").stdout)["items"]
        place.ballast.unlink()
        again = place.run("digest", "send").returncode
        found = len(home.digests())
        bad = ended not in {0, 5} or backup not in {0, 5} or again != 0 or not place.sound()
        tally.tried += 1
        tally.lost += int(found == 0) + int(bad) + int(not kept) + int(not read)
        tally.doubled += max(0, found - 1)
        if bad or not read:
            told = "" if read else ", not even read"
            tally.notes.append(f"{free} bytes free: backup {backup}, digest {ended}, then {again}{told}")
        free += step
    return tally


def full_daemon(place: Place) -> Tally:
    """A daemon whose disk is full when its letter is due: it stays, says so, and sends one when it can."""
    tally, home = Tally(tried=1), place.home
    place.empty()
    assert place.run("scan").returncode == 0
    place.fill(0)
    log = home.path / "daemon.log"
    with log.open("wb") as file:
        command = home.command("--store", str(place.store), "run")
        daemon = subprocess.Popen(command, stdout=file, stderr=file, env=home.environment(), cwd=ROOT)
    time.sleep(8)
    held = daemon.poll() is None and not home.digests() and "full" in log.read_text()
    place.ballast.unlink()
    end = time.monotonic() + PATIENCE
    while daemon.poll() is None and not home.digests() and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(4)
    daemon.terminate()
    daemon.wait(15)
    found = len(home.digests())
    tally.lost = int(not held) + int(found == 0) + int(not place.sound())
    tally.doubled = max(0, found - 1)
    if tally.lost:
        tally.notes += log.read_text().splitlines()[-5:]
    return tally


def read_only(place: Place, whole: list[str]) -> Tally:
    """A disk that may only be read: it is read, writing is refused in words, and nothing changes."""
    tally = Tally()
    place.empty()
    assert place.run("scan").returncode == 0
    assert place.run("due").returncode == 0  # which makes the key
    expected = dict.fromkeys(READING, 0) | {("scan",): 1, ("note", "ana@example.net", "x"): 1}
    remount(place.path, "ro")
    try:
        for words, code in expected.items():
            done = place.run(*words)
            tally.tried += 1
            wrong = done.returncode != code or (code and "cannot be written" not in done.stderr)
            tally.lost += int(bool(wrong))
            if wrong:
                tally.notes.append(f"{words}: {done.returncode} {done.stderr[:80]}")
    finally:
        remount(place.path, "rw")
    compare(tally, whole, place, "written again", {0})
    return tally


def remount(path: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(path)], check=True)
