"""The doctor at the mailbox: name, line, TLS, sign-in, what the server can do, folders, Sent, clock.

Opens folders for reading only and puts nothing anywhere. Must never show a secret.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from daemon.config import providers
from daemon.config.values import Config, MailboxConfig
from daemon.mail.imap import Session
from daemon.mail.troubles import told
from daemon.mail.values import Batch, Deadlines, FolderState, RawHeader, Slice, Visit
from daemon.mail.wire import dial
from daemon.service.line import open_session
from daemon.setup.checks import Check, fine, no, warn
from store.errors import DigwellError, NeedsOwnerError
from store.facts import DAY, Role

KNOCK = Deadlines(connect=10, read=20, command=30)
SENT_DAYS = 30
CERTIFICATE_DAYS = 14
CLOCK_SECONDS = 60
_WORTH = {
    "IDLE": "new mail is noticed at once",
    "UIDPLUS": "an own mail put down is found again at once",
    "CONDSTORE": "looking for news is cheap",
    "SPECIAL-USE": "folders say what they are for",
}


def examine(config: Config, box: MailboxConfig, now: int) -> Iterator[Check]:
    """Yield the checks of one mailbox, up to the first that stands in the way."""
    reached = _reach(box)
    yield reached
    if reached.exit_code:
        return
    try:
        with open_session(box) as session:
            yield fine("sign-in", f"signed in as {box.user}")
            yield _certificate(session, now)
            yield _abilities(session)
            folders = session.folders()
            yield from _folders(folders, config, first=box is config.mailboxes[0])
            yield from _sent(session, folders, now)
            yield from _clock(session, folders, now)
    except DigwellError as error:
        yield no("sign-in" if isinstance(error, NeedsOwnerError) else "mailbox", error, _advice(error, box))


def _reach(box: MailboxConfig) -> Check:
    """Look the name up and dial; the line is hung up again."""
    try:
        with told(box):
            socket.getaddrinfo(box.host, box.port, type=socket.SOCK_STREAM)
            dial(box.host, box.port, KNOCK, loopback_only=box.tls == "none").close()
    except DigwellError as error:
        return no("server", error, error.hint or "is the network up, and are host and port right?")
    return fine("server", f"{box.host}:{box.port} answers")


def _certificate(session: Session, now: int) -> Check:
    version, until = session.secured
    if not version:
        return fine("tls", "none, and none is needed on this very machine")
    day = datetime.fromtimestamp(until, UTC).date().isoformat()
    if until and until - now < CERTIFICATE_DAYS * DAY:
        return warn(
            "tls", f"{version}, the certificate ends on {day}", "whoever runs the server must renew it"
        )
    return fine("tls", f"{version}, certificate good until {day}")


def _abilities(session: Session) -> Check:
    missing = [name for name in _WORTH if name not in session.capabilities]
    if "IDLE" in missing:
        said = "the server cannot tell of new mail by itself (IDLE)"
        return warn("abilities", said, "nothing: digwell looks every few minutes")
    had = ", ".join(name for name in _WORTH if name not in missing)
    return fine("abilities", had + (f"; without {', '.join(missing)}" if missing else ""))


def _folders(folders: tuple[FolderState, ...], config: Config, *, first: bool) -> Iterator[Check]:
    places = {f.role: f.name for f in reversed(folders) if f.selectable}
    wanted_roles = (Role.SENT, Role.DRAFTS, Role.ARCHIVE, Role.ALL)
    named = ", ".join(f"{role.value} is “{places[role]}”" for role in wanted_roles if role in places)
    if Role.SENT not in places and Role.ALL not in places:
        todo = "switch on “save sent mail” in your mail program, or name the folder under watch"
        yield warn(
            "folders", "no folder of sent mail was found, so digwell cannot see whom you write to", todo
        )
    else:
        yield fine("folders", named)
    if first and config.smtp is None:
        wanted = config.digest.folder
        known = any(f.name == wanted or (wanted.upper() == "INBOX" and f.role is Role.INBOX) for f in folders)
        if not known:
            todo = f"make the folder “{wanted}”, or change folder: in the digest section"
            yield warn("digest folder", f"there is no folder “{wanted}”", todo)
    if config.drafts and Role.DRAFTS not in places:
        yield warn("drafts", "no folder of drafts was found", "set drafts: off, or make one")


def _sent(session: Session, folders: tuple[FolderState, ...], now: int) -> Iterator[Check]:
    sent = next((f for f in folders if f.role is Role.SENT and f.selectable), None)
    if sent is None:
        return
    since: date = datetime.fromtimestamp(now, UTC).date() - timedelta(days=SENT_DAYS)
    session.examine(sent.wire)
    count = len(session.uids(since=since))
    if count:
        yield fine("sent mail", f"{count} mails in “{sent.name}” within {SENT_DAYS} days")
        return
    yield warn(
        "sent mail",
        f"nothing in “{sent.name}” for {SENT_DAYS} days: ticking off and answers by mail will not work",
        "switch on “save sent mail” in your mail programs",
    )


def _clock(session: Session, folders: tuple[FolderState, ...], now: int) -> Iterator[Check]:
    """Compare this machine's clock with the arrival of the newest mail; only "behind" can be seen."""
    inbox = next((f for f in folders if f.role is Role.INBOX), None)
    if inbox is None:
        return
    newest = session.uids(max(1, session.examine(inbox.wire).uidnext - 20))
    if not newest:
        return
    visit = Visit(inbox.wire, (Slice(newest[-1], newest[-1]),))
    arrived = [
        header.received
        for step in session.headers([visit])
        if isinstance(step, Batch)
        for header in step.found
        if isinstance(header, RawHeader)
    ]
    ahead = max(arrived, default=0) - now
    if ahead > CLOCK_SECONDS:
        said = f"this machine's clock is {ahead} seconds behind the mail server's"
        yield warn("clock", said, "set the clock (timedatectl)")
    else:
        yield fine("clock", "agrees with the mail server's")


def _advice(error: DigwellError, box: MailboxConfig) -> str:
    """Return what the provider's refusal most likely means, else what the error says."""
    provider = providers.by_host(box.host)
    return provider.refused if provider and isinstance(error, NeedsOwnerError) else error.hint
