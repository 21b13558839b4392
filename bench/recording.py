"""How fast the store records and loads: messages a second, seconds a snapshot, resident memory.

    python bench/recording.py [MESSAGES] [PEOPLE]

Each figure comes from a fresh process of its own; the mail is invented and the same every time.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from store.db import Store
from store.facts import Cursor, Mark, Message, Named, Role, Sighting
from store.messages import account_id, learn_own, rebuild_days, record, sync_folders
from store.opening import open_store
from store.snapshot import dossiers
from store.snapshot import load as snapshot

ME = Named("me@example.org", "Maya Me")
START = 1_300_000_000
BATCH = 2_000  # as the scan takes them in


def messages(count: int, people: int) -> Iterator[Message]:
    rng = random.Random(7)
    who = [Named(f"person{n}@host{n % 97}.example", f"Person Number{n}") for n in range(people)]
    mids: deque[str] = deque(maxlen=200)
    for n in range(count):
        one = who[min(int(rng.expovariate(8 / people)), people - 1)]
        mid = f"{n:x}.{rng.getrandbits(40):x}@mail.example"
        parent = rng.choice(mids) if mids and rng.random() < 0.4 else ""
        out = rng.random() < 0.3
        cc = (rng.choice(who),) if rng.random() < 0.2 else ()
        identity = blake2b(mid.encode(), digest_size=16).digest()
        yield Message(
            identity, mid, START + n * 3600 * 24 * 365 * 12 // count // 3600 * 3600 + n % 3600,
            f"Subject number {n} of some length", (ME if out else one,), (one if out else ME,), cc,
            to_count=1, parent=parent, marks=Mark.UNSUBSCRIBE if not out and rng.random() < 0.3 else Mark(0),
        )  # fmt: skip
        mids.append(mid)


def fill(path: Path, count: int, people: int) -> None:
    store = open_store(path)
    learn_own(store, [ME.address])
    account = account_id(store, "main", "h", "me")
    inbox, sent = sync_folders(store, account, [("INBOX", Role.INBOX, True), ("Sent", Role.SENT, True)])
    spent, cpu, uid, batch = 0.0, 0.0, 0, []
    for message in messages(count, people):
        batch.append(message)
        if len(batch) == BATCH:
            started = time.process_time()
            spent += _take(store, inbox, sent, batch, uid)
            cpu += time.process_time() - started
            uid += len(batch)
            batch = []
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rate = f"{cpu:6.2f} CPU s  {count / spent:>9,.0f}/s"
    print(f"record   {count:>9,} messages  {spent:6.2f} s  {rate}  {rss:5.0f} MB")
    store.close()


def _take(store: Store, inbox: object, sent: object, batch: list[Message], uid: int) -> float:
    out = [Sighting(uid + n, m) for n, m in enumerate(batch) if m.sender[0] == ME]
    got = [Sighting(uid + n, m) for n, m in enumerate(batch) if m.sender[0] != ME]
    start = time.perf_counter()
    with store.transaction():
        for folder, part in ((inbox, got), (sent, out)):
            record(store, folder, part, (), Cursor(1, 1, uid + len(batch)))  # type: ignore[arg-type]
    return time.perf_counter() - start


def again(path: Path, count: int, people: int) -> None:
    store = open_store(path)
    inbox = sync_folders(store, 1, [("INBOX", Role.INBOX, True), ("Sent", Role.SENT, True)])[0]
    batch = list(messages(count, people))[:20_000]
    seen = [Sighting(n, m) for n, m in enumerate(batch)]
    start = time.perf_counter()
    for at in range(0, len(seen), BATCH):
        assert record(store, inbox, seen[at : at + BATCH]).new == 0
    spent = time.perf_counter() - start
    print(f"again    {len(seen):>9,} messages  {spent:6.2f} s  {len(seen) / spent:>9,.0f}/s")


def load(path: Path, _count: int, _people: int) -> None:
    store = open_store(path, readonly=True)
    for name, as_of in (("now", START + 20 * 365 * 86400), ("as of", START + 11 * 365 * 86400 + 40_000)):
        start = time.perf_counter()
        found = snapshot(store, as_of)
        spent = time.perf_counter() - start
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"load     {len(found.people):>9,} people    {spent:6.2f} s  {name}  {rss:5.0f} MB")
    start = time.perf_counter()
    dossiers(store, found, list(found.people)[:60])
    print(f"dossiers {60:>9,} people    {time.perf_counter() - start:6.2f} s")


def rebuild(path: Path, count: int, _people: int) -> None:
    store = open_store(path)
    start = time.perf_counter()
    rebuild_days(store)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"rebuild  {count:>9,} messages  {time.perf_counter() - start:6.2f} s  {rss:5.0f} MB")


STEPS = {"fill": fill, "again": again, "load": load, "rebuild": rebuild}


def main() -> None:
    if len(sys.argv) > 4:
        STEPS[sys.argv[4]](Path(sys.argv[3]), int(sys.argv[1]), int(sys.argv[2]))
        return
    count = sys.argv[1] if len(sys.argv) > 1 else "100000"
    people = sys.argv[2] if len(sys.argv) > 2 else "2000"
    with tempfile.TemporaryDirectory() as directory:
        for step in STEPS:
            path = str(Path(directory, "store.db"))
            subprocess.run([sys.executable, __file__, count, people, path, step], check=True)


if __name__ == "__main__":
    main()
