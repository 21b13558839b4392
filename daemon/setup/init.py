"""Set digwell up in three answers, each checked on the spot, and say hello into the inbox.

Asks through a ``Talk``, so that it does not know a terminal. Must never write a secret into the
configuration, put anything into a mailbox but the hello, or write over a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from daemon import log, tokens
from daemon.config import load, providers, secrets, wording
from daemon.config.providers import Provider, Way
from daemon.config.sign_in import access_token, sign_in
from daemon.config.values import Config, MailboxConfig, SecretSource, Tls
from daemon.digest import others
from daemon.digest.compose import compose
from daemon.digest.letter import settings_of
from daemon.digest.render import render_page
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential
from daemon.setup import writing
from daemon.setup.glance import glance
from daemon.setup.reaching import Wanted, reach
from daemon.setup.talk import Talk, checked, tries
from daemon.setup.writing import Chosen
from store.errors import DigwellError, NeedsOwnerError, UsageError
from store.facts import Role

WHEN = "monday 07:30"
REFUSED = "is the address right (or the name you sign in with, --user), and the password?"
NOW = re.compile(r"now\b(?:[\s,;]|then\b|and\b)*", re.IGNORECASE)
"""An answer to when: the first mail at once, and after it, if more is said, the weekly time."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line said already; whatever is empty is asked for or guessed."""

    address: str = ""
    host: str = ""
    port: int = 0
    tls: Tls | None = None
    ca_file: str = ""
    user: str = ""
    when: str = ""
    source: SecretSource | None = None
    keyring: bool | None = None
    force: bool = False
    hello: bool = True
    store: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: where the configuration lies, whether hello was said, the first mail wanted now."""

    config: Path
    hello: bool
    now: bool


def begin(wishes: Wishes, config: Path | None, environ: Mapping[str, str], talk: Talk, now: int) -> Made:
    """Ask, check, write and say hello. Raises UsageError, NeedsOwnerError or TemporaryError."""
    file = load.search(config, environ)[0]
    if file.exists() and not wishes.force:
        raise UsageError(
            f"{file} is there already", hint="digwell doctor checks it; digwell init --force writes a new one"
        )
    address = _address(wishes, talk)
    provider, box = reach(_wanted(wishes, address), talk)
    box, password, session = _signed_in(wishes, provider, box, environ, talk)
    with session:
        also = glance(session, box, address, talk.say)
        when, at_once = _when(wishes, talk)
        if password:
            kept = writing.keep_password(file.parent, password, box.user, box.host, keyring=wishes.keyring)
            box = box._replace(secret=kept)
        writing.put(file, writing.text(_chosen(box, address, when, also, wishes)), over=wishes.force)
        talk.say(f"  ok  wrote {file}")
        greeted = wishes.hello and _hello(session, load.load(file, wishes.store, environ), talk, now)
    return Made(file, greeted, at_once)


def _wanted(wishes: Wishes, address: str) -> Wanted:
    return Wanted(address, wishes.host, wishes.port, wishes.tls, wishes.ca_file, wishes.user, wishes.source)


def _address(wishes: Wishes, talk: Talk) -> str:
    return checked("Your mail address", wishes.address, "", wording.address, talk)


def _when(wishes: Wishes, talk: Talk) -> tuple[str, bool]:
    """Return the weekly time, and whether the first mail is to come at once besides."""

    def read(text: object) -> tuple[str, bool]:
        said = str(text).strip()
        at_once = NOW.match(said)
        when = (said[at_once.end() :] or WHEN) if at_once else said
        wording.weekly(when)
        return when.lower(), at_once is not None

    when, at_once = checked("Weekly mail on (now: the first one today)", wishes.when, WHEN, read, talk)
    if at_once:
        talk.say(f"  ok  the first mail comes now, then every week on {when}")
    return when, at_once


def _signed_in(
    wishes: Wishes, provider: Provider, box: MailboxConfig, environ: Mapping[str, str], talk: Talk
) -> tuple[MailboxConfig, str, Session]:
    """Return the mailbox, a password that is still to be kept (or none), and a signed-in session."""
    if wishes.source is not None:
        if wishes.source.way == "sign_in":
            web_sign_in(box, environ, talk)
        return box, "", _try(box, environ)
    question = "App password" if provider.way is Way.APP else "Password"
    last = tries(talk) - 1
    for turn in range(last + 1):
        password = talk.ask(question, hidden=True)
        if provider.way is Way.APP:
            password = "".join(password.split())  # it is shown in groups of four
        log.conceal(password)
        try:
            session = connect(box, Credential(password))
        except NeedsOwnerError as error:
            if turn == last:
                raise NeedsOwnerError(error.what, error.why, provider.refused or REFUSED) from None
            talk.say(f"  no  {error.what}" + (f" ({error.why})" if error.why else ""))
            talk.say(f"      {provider.refused or REFUSED}")
        else:
            return box, password, session
    raise AssertionError(question)


def _try(box: MailboxConfig, environ: Mapping[str, str]) -> Session:
    found = secrets.secret(box.secret, box.user, box.host, environ)
    log.conceal(found)
    return connect(box, Credential(found, secrets.is_token(box.secret)))


def _chosen(box: MailboxConfig, address: str, when: str, also: tuple[str, ...], wishes: Wishes) -> Chosen:
    return Chosen(
        host=box.host,
        port=box.port,
        tls=box.tls,
        user=box.user,
        source=box.secret,
        when=when,
        ca_file=str(box.ca_file) if wishes.ca_file else "",
        to=address if address != box.user else "",
        also_me=also,
    )


def _hello(session: Session, config: Config, talk: Talk, now: int) -> bool:
    """Put the short mail into the inbox that proves the way there."""
    config.store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = settings_of(config, tokens.load_key(tokens.key_file(config.store)))
    page = others.hello_page(datetime.fromtimestamp(now, UTC).date(), settings)
    raw = compose(render_page(page, "digest", settings), settings, others.hello_envelope(settings, now))
    inbox = next((f.wire for f in session.folders() if f.role is Role.INBOX), b"INBOX")
    try:
        session.append(inbox, raw)
    except DigwellError as error:
        talk.say(f"  warn  the hello could not be put into your inbox: {error}")
        return False
    talk.say("  ok  put a short hello into your inbox")
    return True


def new_password(config: Path | None, environ: Mapping[str, str], talk: Talk) -> str:
    """Ask for a new password, try it, keep it where the old one lay; return the user of the mailbox.

    Raises UsageError where the password comes from elsewhere.
    """
    found = load.load(config, None, environ)
    box = found.mailboxes[0]
    if box.secret.way not in {"file", "keyring"}:
        raise UsageError(f"the password of {box.user} comes from a program of yours; change it there")
    provider = providers.by_host(box.host) or providers.own_server(box.user)
    _, password, session = _signed_in(Wishes(), provider, box, environ, talk)
    session.close()
    if box.secret.way == "keyring":
        secrets.keep_in_keyring(box.user, box.host, password)
    else:
        writing.put(Path(box.secret.value), password + "\n", over=True)
    return box.user


def sign_in_again(config: Path | None, environ: Mapping[str, str], provider: str, talk: Talk) -> str:
    """Sign in on the web for the mailbox that is configured so; return its user."""
    found = load.load(config, None, environ)
    box = next((b for b in found.mailboxes if b.secret.way == "sign_in" and b.secret.value == provider), None)
    if box is None:
        raise UsageError(f"no mailbox has sign_in: {provider}", hint="digwell init ADDRESS sets one up")
    web_sign_in(box, environ, talk)
    return box.user


def web_sign_in(box: MailboxConfig, environ: Mapping[str, str], talk: Talk) -> None:
    """Show where to go and what to type, and wait."""

    def show(url: str, code: str) -> None:
        talk.say(f"  Open {url}" + (f" and type  {code}" if code else ""))
        talk.say("  waiting ...")

    sign_in(box.secret, box.user, box.host, environ, show)
    access_token(box.secret, box.user, box.host, environ)
