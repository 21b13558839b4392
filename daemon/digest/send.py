"""Exactly once: from the composed bytes in the outbox to the owner's mailbox, whatever dies on the way.

State table of a parcel (``store.outbox``):

    (new: look for its Message-ID first; a store made anew forgets what it sent)
    pending --count the try--> trying --taken----------> done
       ^                         |------surely not----> pending (later again)
       |                         |------refused-------> failed
       |                         '--nobody knows------> trying: look for its Message-ID first
       '-- looked, not there (by SMTP for half an hour): the same bytes again

Nothing leaves before its bytes, its Message-ID and its try are on disk. This room must never compose
a second letter for an edition, nor write to anybody but the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from daemon.mail.smtp import Answer, Letter, Verdict
from daemon.mail.troubles import RefusedError
from daemon.mail.values import FolderState, Mailbox
from daemon.service.lock import POST, Lock
from rules.verdicts import Digest
from store import editions, ledger, outbox, rescue
from store.db import Store
from store.errors import DigwellError, LockedError, NeedsOwnerError, NotFoundError, TemporaryError
from store.facts import DAY, Edition, Role, Suggested
from store.items import Item, keep_items
from store.outbox import Parcel

APPEND = "append"
SMTP = "smtp"
DRAFT = "draft"
Route = tuple[str, str]
"""Channel and target: ("append", folder) or ("smtp", address)."""

DOUBT = 1800
"""Seconds for which a letter handed to SMTP without an answer is looked for before it goes again."""
SETTLE = 3
"""Seconds a mail server may still be at work on an APPEND whose line broke."""
PATIENCE = 5 * DAY
"""So long a letter that is put off is tried."""
SLOWEST = 150.0
"""Seconds one delivery by another process may take: the deadline of a whole command, and some."""
SIGN_IN_WAIT = 1200  # three logins an hour
SIGN_IN = "not signed in: "

SEARCHED = frozenset({Role.INBOX, Role.DRAFTS, Role.SENT, Role.ALL, Role.JUNK, Role.ARCHIVE, Role.TRASH})
"""Where a letter may lie by the time we look: the owner may have read and filed it already."""


class State(StrEnum):
    """What became of a letter."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    DOUBT = "in doubt"
    FAILED = "failed"
    SIGN_IN = "sign in"


SETTLED = {"done": State.DELIVERED, "failed": State.FAILED}


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one letter, and why if it did not arrive; ``fresh`` if it left just now."""

    key: str
    state: State
    words: str = ""
    fresh: bool = False

    @property
    def exit_code(self) -> int:
        """How a command that was to deliver it ends."""
        return {State.DELIVERED: 0, State.FAILED: 1, State.SIGN_IN: 4}.get(self.state, 5)


@dataclass(frozen=True, slots=True)
class Composed:
    """A weekly letter ready to be kept: the digest it was made of, its bytes and its Message-ID.

    ``told`` are the ids of the commands it speaks of, or need not speak of any more.
    """

    digest: Digest
    slot: int
    message_id: str
    raw: bytes
    told: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """How letters leave: ``mailbox`` gives the signed-in digest mailbox (or raises why it cannot).

    ``smtp`` hands a letter over where SMTP is configured; ``folder`` is where APPEND puts it.
    """

    owner: str
    sender: str
    folder: str
    mailbox: Callable[[], Mailbox]
    smtp: Callable[[Letter], Answer] | None = None
    pause: Callable[[float], None] = lambda _: None


def keep(store: Store, mail: Composed, route: Route, now: int) -> bool:
    """Write edition, suggestions and bytes in one transaction; False if the edition is there already."""
    edition = Edition(
        mail.digest.edition, mail.slot, "composed", mail.message_id, people=len(mail.digest.suggestions)
    )
    with store.transaction():
        if not editions.plan_edition(store, edition, suggested(mail.digest, now)):
            return False
        keep_items(store, edition.key, items(mail.digest))
        ledger.tell(store, mail.told)
        outbox.put(store, edition.key, mail.message_id, mail.raw, route, now)
        return True


def items(digest: Digest) -> Iterable[Item]:
    """Return what the letters of a digest stand for: promises and introductions."""
    for promise in digest.promises:
        yield Item(promise.letter, promise.person.key, note=promise.note_id)
    for pair in digest.introductions:
        yield Item(pair.letter, pair.one.key, pair.other.key)


def suggested(digest: Digest, at: int) -> Iterable[Suggested]:
    """Return the lines of a digest as the ledger keeps them."""
    for one in digest.suggestions:
        yield Suggested(
            edition=digest.edition,
            item=str(one.number),
            key=one.person.key,
            at=at,
            reason=str(one.reason),
            wildcard=one.wildcard,
            sentence=one.sentence,
            evidence=tuple(
                (sort, value)
                for row in one.evidence
                for sort, value in (
                    ("message_id", row.message_id),
                    ("note_id", row.note_id),
                    ("date", row.date),
                )
                if value
            ),
        )


def deliver_all(store: Store, ways: Ways, now: int) -> tuple[Delivery, ...]:
    """Bring every letter of the outbox a step further, in their order, where it is time to."""
    waiting = [parcel for parcel in outbox.pending(store) if due(parcel, now)]
    if not waiting:
        return ()
    try:
        with Lock(store.path, POST):
            # another process may have been at it since
            return tuple(_step(store, p, ways, now) for p in outbox.pending(store) if due(p, now))
    except LockedError:
        return ()


def due(parcel: Parcel, now: int) -> bool:
    """Say whether a letter should be seen to now; one in doubt is looked for at every tick."""
    if parcel.state == "trying" or not parcel.tries:
        return True
    if parcel.error.startswith(SIGN_IN):
        return abs(now - parcel.tried) >= SIGN_IN_WAIT
    return abs(now - parcel.tried) >= min(900, 30 << min(parcel.tries - 1, 9))


def deliver(store: Store, key: str, ways: Ways, now: int) -> Delivery:
    """Bring one letter a step further, whatever its back-off says.

    Never raises for what mailbox or server may do; NotFoundError where there is no such letter.
    """
    with Lock(store.path, POST, patience=SLOWEST):
        parcel = outbox.parcel(store, key)
        if parcel is None:
            raise NotFoundError(f"edition {key} is not in the outbox")
        if parcel.state in SETTLED:
            return Delivery(key, SETTLED[parcel.state], parcel.error)
        return _step(store, parcel, ways, now)


def _step(store: Store, parcel: Parcel, ways: Ways, now: int) -> Delivery:
    try:
        if parcel.state == "trying":
            ways.pause(min(SETTLE, max(0, SETTLE - abs(now - parcel.tried))))
        doubtful = _may_have_left(store, parcel, now)
        if lies_in(ways.mailbox(), parcel) if doubtful else _came_before(store, parcel, ways):
            return _arrived(store, parcel, now, fresh=False)
        if parcel.state == "trying" and parcel.channel == SMTP and abs(now - parcel.tried) < DOUBT:
            return Delivery(parcel.key, State.DOUBT, parcel.error or "the mail server gave no answer")
        if parcel.tries and abs(now - parcel.at) > PATIENCE:
            return _failed(store, parcel, f"given up after five days: {parcel.error}")
        return _send(store, parcel, ways, now)
    except NeedsOwnerError as error:
        return Delivery(parcel.key, State.SIGN_IN, str(error))
    except TemporaryError as error:
        state = State.DOUBT if parcel.state == "trying" else State.WAITING
        return Delivery(parcel.key, state, str(error))


def _may_have_left(store: Store, parcel: Parcel, now: int) -> bool:
    """Say whether a letter may have gone out: now, or before a rescue that lost the memory of it."""
    return parcel.state == "trying" or (not parcel.tries and rescue.is_doubtful(store, now))


def _came_before(store: Store, parcel: Parcel, ways: Ways) -> bool:
    """Say whether an edition never tried lies in the mailbox: from a store that is lost, with its key kept.

    By SMTP a mailbox out of reach is no reason to wait.
    """
    if parcel.tries or parcel.state == "trying" or editions.edition(store, parcel.key) is None:
        return False
    try:
        return lies_in(ways.mailbox(), parcel)
    except (TemporaryError, NeedsOwnerError):
        if parcel.channel == SMTP:
            return False
        raise


def lies_in(mailbox: Mailbox, parcel: Parcel) -> bool:
    """Say whether the mailbox holds that letter already, in any folder it may have come to."""
    for folder in mailbox.folders():
        wanted = folder.role in SEARCHED or folder.name == parcel.target
        if not (folder.selectable and wanted):
            continue
        try:
            if mailbox.find(folder.wire, parcel.message_id):
                return True
        except RefusedError:
            continue  # a folder that cannot be searched is no proof of anything
    return False


def _send(store: Store, parcel: Parcel, ways: Ways, now: int) -> Delivery:
    if parcel.channel == SMTP:
        return _send_by_smtp(store, parcel, ways, now)
    mailbox = ways.mailbox()
    is_draft = parcel.channel == DRAFT
    wire = (_drafts(mailbox) if is_draft else _folder(mailbox, parcel.target)).wire
    flags = ("\\Draft", "\\Seen") if is_draft else ()
    _begin(store, parcel, now)
    try:
        mailbox.append(wire, parcel.raw, flags, at=now)
    except RefusedError as refusal:
        # the server answered: nothing was put anywhere
        return _put_off(store, parcel, str(refusal), State.WAITING)
    except DigwellError as error:
        return Delivery(parcel.key, State.DOUBT, str(error))
    return _arrived(store, parcel, now, fresh=True)


def _send_by_smtp(store: Store, parcel: Parcel, ways: Ways, now: int) -> Delivery:
    if ways.smtp is None:
        return Delivery(parcel.key, State.SIGN_IN, "composed for SMTP, which is no longer configured")
    _begin(store, parcel, now)
    answer = ways.smtp(Letter(ways.sender, parcel.target, parcel.raw))
    match answer.verdict:
        case Verdict.ACCEPTED:
            return _arrived(store, parcel, now, fresh=True)
        case Verdict.NEVER:
            return _failed(store, parcel, answer.words)
        case Verdict.SIGN_IN:
            return _put_off(store, parcel, SIGN_IN + answer.words, State.SIGN_IN)
        case Verdict.LATER:
            return _put_off(store, parcel, answer.words, State.WAITING)
        case Verdict.DOUBT:
            return Delivery(parcel.key, State.DOUBT, answer.words)


def _folder(mailbox: Mailbox, name: str) -> FolderState:
    found = [folder for folder in mailbox.folders() if folder.selectable]
    for folder in found:
        if folder.name == name or (name.upper() == "INBOX" and folder.role is Role.INBOX):
            return folder
    raise NeedsOwnerError(
        f"there is no folder {name} for the weekly mail", hint="make it, or change digest.folder"
    )


def _drafts(mailbox: Mailbox) -> FolderState:
    found = next((f for f in mailbox.folders() if f.selectable and f.role is Role.DRAFTS), None)
    if found is None:
        raise NeedsOwnerError("there is no folder for drafts", hint="make one, or set drafts: off")
    return found


def _begin(store: Store, parcel: Parcel, now: int) -> None:
    with store.transaction():
        outbox.trying(store, parcel.key, now)
        _mark(store, parcel, "delivering")


def _arrived(store: Store, parcel: Parcel, now: int, *, fresh: bool) -> Delivery:
    with store.transaction():
        outbox.done(store, parcel.key)
        _mark(store, parcel, "delivered", at=now)
        if not parcel.tries and not fresh:  # what lies there was made before, and may name others
            editions.disown(store, parcel.key)
            rescue.tell(store, told=False)
    return Delivery(parcel.key, State.DELIVERED, fresh=fresh)


def _put_off(store: Store, parcel: Parcel, why: str, state: State) -> Delivery:
    with store.transaction():
        outbox.waiting(store, parcel.key, why)
        _mark(store, parcel, "composed", error=why)
    return Delivery(parcel.key, state, why)


def _failed(store: Store, parcel: Parcel, why: str) -> Delivery:
    with store.transaction():
        outbox.failed(store, parcel.key, why)
        _mark(store, parcel, "failed", error=why)
    return Delivery(parcel.key, State.FAILED, why)


def _mark(store: Store, parcel: Parcel, state: str, *, at: int = 0, error: str = "") -> None:
    """Note the state of the edition too, where the letter is one (a receipt is not)."""
    if editions.edition(store, parcel.key) is not None:
        editions.set_edition(store, parcel.key, state, at, error)
