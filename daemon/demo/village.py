"""The mail of the invented village: some 2,400 messages over several years, the same for a seed and a day.

Pure: it returns bytes and never touches a server or a clock.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import format_datetime, formataddr

from daemon.demo.cast import FAMILY, GIVEN, LEADS, MACHINES, OWNER, SMALL_TALK, Villager

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the demo mailbox: folder, Unix seconds of arrival, bytes."""

    folder: str
    at: int
    raw: bytes


def villagers(seed: int) -> tuple[Villager, ...]:
    """Return everybody who writes: the leads and as many others as make sixty-one."""
    rng = random.Random(f"villagers {seed}")
    return LEADS + tuple(_extra(rng, given, family) for given, family in zip(GIVEN, FAMILY, strict=True))


def letters(seed: int, now: int) -> tuple[Letter, ...]:
    """Return the whole mailbox as of ``now`` (Unix seconds), oldest first."""
    made = [letter for who in villagers(seed) for letter in _correspondence(who, seed, now)]
    made += [letter for row in MACHINES for letter in _machine(row, seed, now)]
    made += list(_bounced(now))
    return tuple(sorted(made, key=lambda letter: (letter.at, letter.raw)))


def _extra(rng: random.Random, given: str, family: str) -> Villager:
    every = rng.choice((60, 75, 90, 120, 150))
    since = rng.randint(420, 900)
    until = rng.choice((rng.randint(2, 30), rng.randint(30, 120), rng.randint(120, 390)))
    topics = tuple(rng.sample(SMALL_TALK, 3))
    host = rng.choice(
        ("example.com", "example.net", "harbour.example", "northwind.example", "meridian.example")
    )
    address = f"{given}.{family}@{host}".lower()
    return Villager(
        f"{given} {family}",
        address,
        every,
        since,
        min(until, since - 60),
        topics,
        rng.choice(("me", "them")),
        2,
    )


def _correspondence(who: Villager, seed: int, now: int) -> Iterator[Letter]:
    rng = random.Random(f"{seed} {who.address}")
    ago = float(who.until)
    ends: list[float] = []
    while ago < who.since:
        ends.append(ago)
        ago += max(2.0, rng.gauss(who.every, who.every / 4))
    for number, days in enumerate(ends):
        yield from _conversation(who, rng, now - int(days * DAY), number)


def _conversation(who: Villager, rng: random.Random, end: int, number: int) -> Iterator[Letter]:
    """Yield one exchange that ends at ``end``; the newest one (number 0) ends as the cast says."""
    length = max(2, who.talk + rng.randint(-1, 1))
    last_mine = who.ends == "me" if number == 0 else rng.random() < 0.5
    topic = who.topics[number % len(who.topics)]
    times = [*sorted(end - rng.randint(0, 2 * DAY) for _ in range(length - 1)), end]
    ids: list[str] = []
    for step, at in enumerate(times):
        mine = last_mine if (length - 1 - step) % 2 == 0 else not last_mine
        name, _, host = who.address.partition("@")
        mid = f"{at}.{step}.{name}@{'example.org' if mine else host}"
        yield _letter(who, mine, at, "Re: " * bool(ids) + topic, (mid, *ids))
        ids = [mid, *ids]


def _letter(who: Villager, mine: bool, at: int, subject: str, ids: tuple[str, ...]) -> Letter:
    theirs = (who.name, who.address)
    sender, to = (OWNER, theirs) if mine else (theirs, OWNER)
    fields = {
        "From": formataddr(sender),
        "To": formataddr(to),
        "Subject": subject,
        "Message-ID": f"<{ids[0]}>",
    }
    if len(ids) > 1:
        fields["In-Reply-To"] = f"<{ids[1]}>"
        fields["References"] = " ".join(f"<{mid}>" for mid in reversed(ids[1:]))
    return Letter("Sent" if mine else "INBOX", at, _raw(fields, at, "A few lines of an invented letter.\n"))


def _machine(row: tuple[str, str, int, tuple[str, ...], str], seed: int, now: int) -> Iterator[Letter]:
    name, address, every, subjects, manner = row
    rng = random.Random(f"{seed} {address}")
    for number, days in enumerate(range(1, 380, every)):
        at = now - days * DAY - rng.randint(0, DAY // 2)
        subject = f"{subjects[number % len(subjects)]} ({number})"
        to = (name, address) if manner == "list" else OWNER
        fields = {"From": formataddr((name, address)), "To": formataddr(to), "Subject": subject}
        fields["Message-ID"] = f"<{at}.{number}@{address.partition('@')[2]}>"
        fields |= _manner(manner, address, rng)
        yield Letter("INBOX", at, _raw(fields, at, "Written by a program.\n"))


def _manner(manner: str, address: str, rng: random.Random) -> dict[str, str]:
    host = address.partition("@")[2]
    if manner == "auto":
        return {"Auto-Submitted": "auto-generated"}
    if manner == "news":
        return {"List-Unsubscribe": f"<mailto:leave@{host}>", "Precedence": "bulk"}
    author = rng.choice(LEADS)
    return {
        "List-Id": f"<{address.replace('@', '.')}>",
        "Precedence": "list",
        "From": formataddr((author.name, author.address)),
    }


def _bounced(now: int) -> Iterator[Letter]:
    """Yield one delivery failure: Samir's old address is gone."""
    at = now - 20 * DAY
    mid = f"{at}.0.samir@example.org"
    fields = {"From": formataddr(OWNER), "To": "samir@kestrelrail.example", "Subject": "Still at Kestrel?"}
    yield Letter("Sent", at, _raw(fields | {"Message-ID": f"<{mid}>"}, at, "How are you?\n"))


def _raw(fields: dict[str, str], at: int, body: str) -> bytes:
    lines = {
        **fields,
        "Date": format_datetime(datetime.fromtimestamp(at, timezone.utc)),
        "MIME-Version": "1.0",
    }
    lines["Content-Type"] = "text/plain; charset=utf-8"
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return (head + "\r\n" + body.replace("\n", "\r\n")).encode()
