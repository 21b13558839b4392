"""Find the way to somebody's mail server: whose it is, its name, its port, how the line is secured.

Each way is tried before anything secret is asked for. Must never sign in, nor go on in the clear to
another machine.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daemon.config import providers, wording
from daemon.config.providers import Provider, Way
from daemon.config.values import MailboxConfig, SecretSource, Tls
from daemon.mail.signin import knock
from daemon.mail.values import Deadlines
from daemon.setup.talk import Talk, checked, tries
from store.addresses import domain
from store.errors import DigwellError, NeedsOwnerError

SERVER = "IMAP server (or google, microsoft, fastmail)"
GUESSES = ("imap", "mail")
PATIENCE = Deadlines(connect=10, read=10, command=10)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was said of the mailbox before anything was asked; whatever is empty is found out."""

    address: str
    host: str = ""
    port: int = 0
    tls: Tls | None = None
    ca_file: str = ""
    user: str = ""
    source: SecretSource | None = None


def reach(wanted: Wanted, talk: Talk) -> tuple[Provider, MailboxConfig]:
    """Return whose mail it is and a mailbox whose server answers; ask for the server where that is needed.

    Raises NeedsOwnerError or TemporaryError of the last server that was tried, UsageError for an answer
    that cannot be read.
    """
    provider = providers.by_address(wanted.address)
    if provider is not None and not wanted.host:
        talk.say(f"  {provider.name}.")
        _by_password(wanted, provider)
        return provider, _answering(wanted, provider, "", 0, talk)
    if wanted.host:
        return _at(wanted, *checked(SERVER, wanted.host, "", _server, talk), talk)
    guess = next((name for name in _guesses(wanted.address) if _exists(name)), "")
    if not guess:
        talk.say(f"  I find no server at {domain(wanted.address)}.")
        return _asked(wanted, talk)
    try:
        return _at(wanted, guess, 0, talk)
    except DigwellError as error:
        if not talk.live:
            raise
        _tell(error, talk)
        return _asked(wanted, talk)


def _asked(wanted: Wanted, talk: Talk) -> tuple[Provider, MailboxConfig]:
    """Ask for the server until one answers."""
    last = tries(talk) - 1
    for turn in range(last + 1):
        host, port = checked(SERVER, "", "", _server, talk)
        provider, name = _whose(wanted, host)
        try:
            return provider, _answering(wanted, provider, name, port, talk)
        except DigwellError as error:
            if turn == last:
                raise
            _tell(error, talk)
    raise AssertionError(wanted)


def _tell(error: DigwellError, talk: Talk) -> None:
    talk.say(f"  no  {error.what}" + (f" ({error.why})" if error.why else ""))
    if error.hint:
        talk.say(f"      {error.hint}")


def _at(wanted: Wanted, host: str, port: int, talk: Talk) -> tuple[Provider, MailboxConfig]:
    provider, name = _whose(wanted, host)
    return provider, _answering(wanted, provider, name, port, talk)


def _whose(wanted: Wanted, host: str) -> tuple[Provider, str]:
    """Return whose server that is, and its name unless the provider says it. Raises NeedsOwnerError."""
    known = providers.by_word(host) or providers.by_host(host)
    if known is None:
        return providers.own_server(wanted.address), host
    _by_password(wanted, known)
    return known, ""


def _answering(wanted: Wanted, provider: Provider, host: str, port: int, talk: Talk) -> MailboxConfig:
    """Return the first way at which the server answers. Raises what is likeliest to help if none does."""
    for step in provider.steps if wanted.source is None else ():
        talk.say(f"  {step}")
    failures: list[DigwellError] = []
    for box in _ways(wanted, provider, host, port):
        try:
            version = knock(box, PATIENCE)
        except DigwellError as error:
            failures.append(error)
            if _hopeless(error, box):
                break
        else:
            talk.say(f"  ok  {box.host}:{box.port} answers, {version or 'no TLS'}")
            return box
    raise next((one for one in failures if isinstance(one, NeedsOwnerError)), failures[0])


def _by_password(wanted: Wanted, provider: Provider) -> None:
    """Say at once where no password helps."""
    if wanted.source is None and provider.way is Way.WEB:
        again = f"digwell init {wanted.user or wanted.address} --sign-in {provider.sign_in}"
        raise NeedsOwnerError(
            f"{provider.name} lets programs in by a sign-in on the web only",
            hint=f"{again} --client YOUR-CLIENT",
        )


def _ways(wanted: Wanted, provider: Provider, host: str, port: int) -> Iterator[MailboxConfig]:
    """Name the ways in the order of their worth: one where all is said or known, else TLS, then STARTTLS.

    In the clear only to this very machine, and last.
    """
    port = wanted.port or port
    if not host:
        tls = wanted.tls or provider.tls
        usual = provider.imap[1] if wanted.tls is None else _usual(tls)
        yield _box(wanted, provider.imap[0], port or usual, tls)
        return
    every: tuple[Tls, ...] = (
        ("implicit", "starttls", "none") if wording.is_loopback(host) else ("implicit", "starttls")
    )
    for tls in (wanted.tls,) if wanted.tls else every:
        yield _box(wanted, host, port or _usual(tls), tls)


def _usual(tls: Tls) -> int:
    return 993 if tls == "implicit" else 143


def _box(wanted: Wanted, host: str, port: int, tls: Tls) -> MailboxConfig:
    return MailboxConfig(
        name=wanted.address,
        host=host,
        user=wanted.user or wanted.address,
        port=port,
        tls=tls,
        secret=wanted.source or SecretSource("file"),
        ca_file=Path(wanted.ca_file).expanduser().absolute() if wanted.ca_file else None,
    )


def _hopeless(error: DigwellError, box: MailboxConfig) -> bool:
    """Tell whether no other port or TLS can help: an unknown name, a certificate that is not trusted."""
    unknown = isinstance(error.__cause__, socket.gaierror)
    return unknown or (box.tls == "implicit" and isinstance(error, NeedsOwnerError))


def _guesses(address: str) -> Iterator[str]:
    """Name where the mail of an address may lie; what is at this very machine needs no other name."""
    there = domain(address)
    if wording.is_loopback(there):
        yield there
        return
    yield from (f"{first}.{there}" for first in GUESSES)


def _server(text: object) -> tuple[str, int]:
    """Check a server's name as it was typed, a port after it or not."""
    host, port = _split(str(text).strip())
    return wording.host(host), port


def _split(typed: str) -> tuple[str, int]:
    host, colon, port = typed.rpartition(":")
    if colon and ":" not in host and port.isascii() and port.isdecimal() and 0 < int(port) < 65_536:
        return host, int(port)
    return typed, 0


def _exists(host: str) -> bool:
    try:
        socket.getaddrinfo(host, 993, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return True
