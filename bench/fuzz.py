"""Feed the reader mutated mail: bench/fuzz.py [--inputs 1000000] [--corpus FOLDER] [--seed N].

Counts exceptions and inputs that take more processor time than the limit; leaves with 1 if there is any.
With --atheris the inputs come from libFuzzer instead (the package atheris must be there), kept in FOLDER.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from daemon.imports import linkedin, vcard
from daemon.mail import body, bounce, calendar, firstlines, parse
from daemon.mail.parse import FIELDS, read
from store.facts import Message

ROOT = Path(__file__).resolve().parent.parent
NOW = 1_790_000_000
LIMIT = 0.050
TOKENS = [
    b"\r\n", b"\n ", b"\r", b"\x00", b'"', b"(", b")", b"<", b">", b",", b";", b":", b"@", b"\\",
    b"=?utf-8?q?", b"=?utf-8?b?", b"?=", b"=?zlib?b?", b"=?iso-2022-jp?b?", b"=0D=0A", b"\xff", b"\xc3",
    b"\x1b$B", b"+9999", b"99999999999", b"multipart/report", b"text/calendar", b"[dw 2026w48.1 ",
    b"<dw.2026w48.", b"(via ", b"undisclosed:;",
]  # fmt: skip
SEEDS = [
    b"""From: Anna Mair <anna@example.org>
To: Bo <bo@example.net>, cy@example.com
Subject: Re: boat
Date: Mon, 21 Sep 2026 10:00:00 +0200
Message-ID: <a@example.org>
References: <b@example.net>

""",
    b"""From: =?utf-8?q?J=C3=B6rg?= "M, J" (x) <j@b\xc3\xbccher.example>
To: Team: a@b.example, c@d.example;

""",
    b"""BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:e1
DTSTART;TZID=Europe/Vienna:20260925T120000
ORGANIZER;CN=Anna:mailto:anna@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:maya@example.org
END:VEVENT
END:VCALENDAR
""",
    b"""BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg
EMAIL;INTERNET:joerg@example.org
BDAY:19800504
END:VCARD
""",
    b"""List-Id: Boat <boat.example.org>
Precedence: bulk
Auto-Submitted: auto-replied
Return-Path: <>

""",
]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--inputs", type=int, default=1_000_000)
    asked.add_argument("--corpus", type=Path, default=ROOT / "tests" / "corpus")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--atheris", action="store_true")
    told = asked.parse_args()
    if told.atheris:
        fuzz_with_atheris(told.corpus)
        return
    seeds = SEEDS + [path.read_bytes()[:4096] for path in sorted(told.corpus.rglob("*.eml"))]
    sys.exit(1 if run(seeds, told.inputs, random.Random(told.seed)) else 0)


def run(seeds: list[bytes], inputs: int, rng: random.Random) -> int:
    faults = slow = 0
    worst, total, start = 0.0, 0, time.perf_counter()
    for number in range(inputs):
        raw = mutated(rng, seeds)
        total += len(raw)
        began = time.process_time()
        try:
            target(raw, number)
        except Exception as error:  # noqa: BLE001 - an exception is what is looked for
            faults += 1
            print(f"{type(error).__name__}: {error} on {raw!r}")
        spent = time.process_time() - began
        if spent > LIMIT:  # the collector or a cold cache: ask again before complaining
            spent = min(spent, *(again(raw, number) for _ in range(3)))
            slow += spent > LIMIT
            if spent > LIMIT:
                print(f"{spent * 1000:.0f} ms for {len(raw)} bytes: {raw[:200]!r}")
        worst = max(worst, spent)
    seconds = time.perf_counter() - start
    print(
        f"{inputs} inputs of {total // max(inputs, 1)} bytes in {seconds:.0f} s: {faults} exceptions,"
        f" {slow} over {LIMIT * 1000:.0f} ms, worst {worst * 1000:.1f} ms"
    )
    return faults + slow


def again(raw: bytes, number: int) -> float:
    began = time.process_time()
    target(raw, number)
    return time.process_time() - began


def target(raw: bytes, number: int) -> None:
    check(read(raw, NOW))
    if number % 50 == 0:
        others(raw)


def others(raw: bytes) -> None:
    """Feed the same bytes to the rooms that open bodies and files."""
    message = parse.message(raw, NOW)
    check(message)
    bounce.failures(raw)
    calendar.meetings(body.Part("text/calendar", {}, "7bit", raw), message, frozenset(), proven=False)
    firstlines.gist(body.unmarked(raw.decode("latin-1")))
    list(vcard.cards(raw))
    list(linkedin.cards(raw))


def check(message: Message) -> None:
    texts = [
        message.subject,
        message.mid,
        *(text for one in message.sender for text in (one.address, one.name)),
    ]
    if any(char < " " or "\x7f" <= char <= "\x9f" for text in texts for char in text):
        raise AssertionError("a control character came through")


def mutated(rng: random.Random, seeds: list[bytes]) -> bytes:
    raw = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 9))):
        rng.choice(MUTATIONS)(rng, raw)
    return bytes(raw[:200_000])


def _flip(rng: random.Random, raw: bytearray) -> None:
    if raw:
        raw[rng.randrange(len(raw))] = rng.randrange(256)


def _insert(rng: random.Random, raw: bytearray) -> None:
    at = rng.randint(0, len(raw))
    raw[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 7, 300))


def _cut(rng: random.Random, raw: bytearray) -> None:
    at = rng.randint(0, len(raw))
    del raw[at : at + rng.randint(1, 40)]


def _repeat(rng: random.Random, raw: bytearray) -> None:
    at = rng.randint(0, len(raw))
    piece = bytes(raw[at : at + rng.randint(1, 60)])
    raw[at:at] = piece * rng.choice((1, 2, 5, 50, 500 if rng.random() < 0.02 else 3))


def _field(rng: random.Random, raw: bytearray) -> None:
    raw[0:0] = rng.choice(FIELDS).encode() + b": " + rng.randbytes(rng.randint(0, 60)) + b"\r\n"


MUTATIONS: list[Callable[[random.Random, bytearray], None]] = [_flip, _insert, _cut, _repeat, _field]


def fuzz_with_atheris(corpus: Path) -> None:
    import atheris  # type: ignore[import-not-found]  # noqa: PLC0415 - only where somebody installed it

    def one(raw: bytes) -> None:
        target(raw, 0)

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
