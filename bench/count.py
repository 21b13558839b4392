"""Count the distinct messages of a Maildir++ tree, independently of digwell, and compare with a store.

    count.py MAILDIR [--store digwell.db] [--skip .Drafts]

Two files are the same message if Message-ID, From, Date, Subject and recipients agree. Only the
standard library reads here, nothing of digwell's own. Exit 1 if the store holds another number.
"""

from __future__ import annotations

import argparse
import email
import email.header
import email.policy
import email.utils
import hashlib
import sqlite3
import sys
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

LONGEST = 1 << 20


def files(maildir: Path, skipped: set[str]) -> Iterator[Path]:
    """Yield the messages of the Maildir and of its folders."""
    folders = [maildir, *sorted(p for p in maildir.iterdir() if p.name.startswith(".") and p.is_dir())]
    for folder in folders:
        if folder.name in skipped:
            continue
        for part in ("cur", "new"):
            if (folder / part).is_dir():
                yield from sorted(p for p in (folder / part).iterdir() if p.is_file())


def identity(message: Message) -> bytes:
    """Return a hash of what makes a message the same wherever it lies."""
    told = "\x00".join(
        (
            _mid(_first(message, "message-id")),
            ",".join(sorted(_addresses(message, "from"))),
            " ".join(_first(message, "date").split()),
            _subject(_first(message, "subject")),
            ",".join(sorted({*_addresses(message, "to"), *_addresses(message, "cc")})),
        )
    )
    return hashlib.sha256(told.encode("utf-8", "replace")).digest()


def _first(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()


def _mid(value: str) -> str:
    inner = value.partition("<")[2].partition(">")[0] if "<" in value else value
    return "".join(inner.split()).casefold()


def _addresses(message: Message, name: str) -> list[str]:
    values = [str(v).replace("\r", "").replace("\n", " ") for v in message.get_all(name, [])]
    return [address.strip().casefold() for _, address in email.utils.getaddresses(values) if address]


def _subject(value: str) -> str:
    try:
        told = str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError):
        told = value
    return " ".join(told.split())


def distinct(maildir: Path, skipped: set[str]) -> tuple[int, int]:
    """Return how many files there are and how many different messages they hold."""
    seen: set[bytes] = set()
    total = 0
    for path in files(maildir, skipped):
        with path.open("rb") as file:
            head = file.read(LONGEST)
        ends = [at for end in (b"\n\n", b"\r\n\r\n") if (at := head.find(end)) >= 0]
        seen.add(identity(email.message_from_bytes(head[: min(ends) + 1] if ends else head)))
        total += 1
    return total, len(seen)


def main() -> int:
    """Count, compare, tell."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("maildir", type=Path)
    options.add_argument("--store", type=Path)
    options.add_argument("--skip", action="append", default=[], help="a folder to leave out, like .Drafts")
    told = options.parse_args()
    total, different = distinct(told.maildir, set(told.skip))
    print(f"{told.maildir}: {total} files, {different} distinct messages")
    if told.store is None:
        return 0
    with sqlite3.connect(f"file:{told.store}?mode=ro", uri=True) as database:
        recorded = database.execute("SELECT count(*) FROM message").fetchone()[0]
    print(f"{told.store}: {recorded} messages recorded")
    return 0 if recorded == different else 1


if __name__ == "__main__":
    sys.exit(main())
