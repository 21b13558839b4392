"""A first look at a mailbox that has just let us in: its folders, and as whom its owner writes.

Opens folders for reading only, and reads header fields of the last mails in Sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from daemon.config.values import MailboxConfig
from daemon.mail import parse
from daemon.mail.imap import Session
from daemon.mail.values import Batch, RawHeader, Slice, Visit
from store.addresses import local_part, name_key, normalise
from store.facts import Message, Role

LOOKED_AT = 500
ENOUGH = 3
"""So many mails in Sent make an address worth a thought."""


def glance(session: Session, box: MailboxConfig, address: str, say: Callable[[str], None]) -> tuple[str, ...]:
    """Say what was found; return the other addresses the owner writes from."""
    say(f"  ok  signed in as {box.user}")
    places = {f.role: f for f in reversed(session.folders()) if f.selectable}
    wanted = (role for role in (Role.SENT, Role.DRAFTS) if role in places)
    named = [f"{role.value.capitalize()} is “{places[role].name}”" for role in wanted]
    if named:
        say(f"  ok  {', '.join(named)}")
    if Role.SENT not in places:
        say("  warn  no folder of sent mail was found, so digwell cannot see whom you write to;")
        say("        name yours in the file, under mailbox: watch: [inbox, My Sent Mail, archive]")
        return ()
    mails = _latest(session, places[Role.SENT].wire)
    also = own_addresses(mails, address)
    if mails:
        say(f"  ok  you write as {', '.join((address, *also))}  (from {len(mails)} sent mails)")
    return also


def own_addresses(sent: Iterable[Message], address: str) -> tuple[str, ...]:
    """Return the other addresses that are surely the owner's: his name or local part, and several mails.

    Somebody else's mail may lie in Sent (an assistant's, a family member's): it is not taken. But where
    nothing is from the address given, whoever wrote most of Sent is the owner.
    """
    counts: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for mail in sent:
        if len(mail.sender) == 1:
            counts[mail.sender[0].address] += 1
            names.setdefault(mail.sender[0].address, set()).add(name_key(mail.sender[0].name))
    mine = normalise(address)
    full = {key for key in names.get(mine, set()) if " " in key}

    def is_mine(other: str) -> bool:
        alike = local_part(other) == local_part(mine) or bool(full & names[other])
        return alike or (mine not in counts and counts[other] * 2 > counts.total())

    found = [other for other, count in counts.items() if other != mine and count >= ENOUGH and is_mine(other)]
    return tuple(sorted(found, key=lambda other: (-counts[other], other)))


def _latest(session: Session, wire: bytes) -> list[Message]:
    uids = session.uids(max(1, session.examine(wire).uidnext - 4 * LOOKED_AT))[-LOOKED_AT:]
    if not uids:
        return []
    visit = Visit(wire, (Slice(uids[0], uids[-1]),))
    return [
        parse.read(header.raw, header.received)
        for step in session.headers([visit])
        if isinstance(step, Batch)
        for header in step.found
        if isinstance(header, RawHeader)
    ]
