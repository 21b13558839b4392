"""How fast the program judges a large store: `rank` and `digest preview`, with their memory.

    python bench/judging.py [--people 20000] [--interactions 1000000] [--python PYTHON]

The store is made directly: everybody has written both ways, evenly often, which is the hardest case (in
real mailboxes most have written one way only). Each figure comes from a fresh process of the given
interpreter, the middle of five; as the program is installed, without numerical libraries, give `--python`
one of such an environment. The goals: rank within 2 s, a letter within 1 s more, 120 MB.
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from store.facts import DAY
from store.opening import open_store

ROOT = Path(__file__).resolve().parent.parent
TODAY, YEARS = 20_780, 8
AS_OF = "2026-11-23"
RUNS = 5
GIVEN = ("Ana", "Bilal", "Grace", "Tomás", "Ruth", "Yusuf", "Mei", "Olga", "Henrik", "Zoë")


def rows(people: int, interactions: int) -> Iterator[tuple[int, ...]]:
    """Yield contact days: each of so many people on random days of eight years, one mail a day."""
    rng = random.Random(1)
    each = interactions // people
    for key in range(1, people + 1):
        last = TODAY - int(rng.expovariate(1 / 200))
        for day in sorted(rng.sample(range(last - 365 * YEARS, last), each)):
            out, at = rng.randrange(2), day * DAY + rng.randrange(DAY)
            got = 1 - out
            yield (
                key,
                day,
                out,
                got,
                out,
                got,
                0,
                0,
                0,
                0,
                got,
                at,
                at,
                out * at,
                got * at,
                out * at,
                got * at,
            )


def fill(path: Path, people: int, interactions: int) -> None:
    open_store(path).close()
    store = sqlite3.connect(path)
    named = [(n, f"person{n}@host{n % 500}.example", n) for n in range(1, people + 1)]
    store.executemany("INSERT INTO address (id, address, person) VALUES (?, ?, ?)", named)
    called = [(n, f"{GIVEN[n % len(GIVEN)]} Family{n}") for n in range(1, people + 1)]
    store.executemany("INSERT INTO address_name (address_id, name, count) VALUES (?, ?, 1)", called)
    store.executemany(f"INSERT INTO contact_day VALUES ({', '.join('?' * 17)})", rows(people, interactions))
    store.commit()
    store.close()


def measured(python: str, store: Path, *words: str) -> tuple[float, float, float]:
    """Return wall seconds, processor seconds and megabytes at most of one run, the middle of five."""
    command = [python, "-m", "daemon.cli.main", "--store", str(store), *words]
    fenced = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(store.parent)}
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        child = subprocess.Popen(command, env=fenced, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(words)}: exit {child.returncode}")
        spent = time.perf_counter() - start
        found.append((spent, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    return sorted(found)[RUNS // 2]


def main() -> None:
    shape = argparse.RawDescriptionHelpFormatter
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    reader.add_argument("--people", type=int, default=20_000)
    reader.add_argument("--interactions", type=int, default=1_000_000)
    reader.add_argument("--python", default=sys.executable)
    given = reader.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "digwell.db")
        fill(path, given.people, given.interactions)
        for words in (("rank", "--format", "csv"), ("digest", "preview"), ("--version",)):
            when = () if words[0] == "--version" else ("--as-of", AS_OF)
            wall, cpu, memory = measured(given.python, path, *words, *when)
            print(f"{words[0]:8} {wall:6.2f} s  {cpu:6.2f} s CPU  {memory:6.1f} MB", flush=True)


if __name__ == "__main__":
    main()
