"""Another process at the same store, to be killed or to get in the way.

python -m tests.store.child scan|visit|open PATH
"""

from __future__ import annotations

import sys
from pathlib import Path

from store.facts import Cursor, Message, Said
from store.folders import folders
from store.ledger import Command, begin_command, say
from store.messages import record
from store.opening import open_store
from store.people import know
from store.snapshot import load
from tests.store.letters import ME, START, letter, new_store, seen

BATCH = 400
TOTAL = 4_000


def tell(what: object) -> None:
    """Say something to the parent at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def mail(start: int, count: int) -> list[Message]:
    """Return letters number ``start`` and following, every third from the owner, many of them answers."""
    found = []
    for n in range(start, start + count):
        other = f"person{n % 397}@x.example"
        out = n % 3 == 0
        found.append(
            letter(
                f"m{n}", ME if out else other, other if out else ME, at=START + n * 600, parent=f"m{n - 5}"
            )
        )
    return found


def scan(path: Path) -> None:
    """Record letters in batches from where the cursor stands, telling each cursor that is promised."""
    store, folder = new_store(path)
    sent = next(f for f in folders(store, 1) if f.name == "Sent")
    done = sent.cursor.high if sent.cursor else 0
    tell("ready")
    while done < TOTAL:
        batch = seen(*mail(done, BATCH))
        done += BATCH
        record(store, folder["Sent"], batch, (), Cursor(1, 1, done))
        tell(done)


def visit(path: Path) -> None:
    """Read and write like a hundred runs of the command line."""
    for n in range(100):
        with open_store(path, readonly=True) as store:
            load(store, START + 10_000_000)
        with open_store(path) as store, store.transaction():
            number = begin_command(store, Command(at=START + n, text="note"))
            say(store, number, [Said("", START + n, "note", know(store, f"p{n}@y.example", []), text=str(n))])
    tell("done")


def opening(path: Path) -> None:
    """Open the store, which may bring it up to date."""
    tell("ready")
    with open_store(path) as store:
        tell(store.schema)


if __name__ == "__main__":
    {"scan": scan, "visit": visit, "open": opening}[sys.argv[1]](Path(sys.argv[2]))
