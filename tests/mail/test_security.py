"""Not one byte of a secret in the clear, no trust in a stranger's certificate, no login before TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme

from daemon.config.values import MailboxConfig, SecretSource, Tls
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential, Deadlines
from store.errors import DigwellError, NeedsOwnerError, TemporaryError, UsageError
from tests.fakes.callers import callers
from tests.fakes.dovecot import Account
from tests.fakes.faulty import Fault, Faulty

BRISK = Deadlines(connect=2, read=2, command=3)
SECRET = "canary-password"


def dial(
    port: int, tls: Tls, ca_file: Path | None = None, host: str = "localhost", user: str = "maya"
) -> Session:
    box = MailboxConfig("mail", host, user, port, tls, SecretSource("file"), ca_file=ca_file)
    return connect(box, Credential(SECRET), BRISK)


class Scripted:
    """A server that says what it is told to, and keeps all that it hears."""

    def __init__(self, talk: Callable[[socket.socket], None]) -> None:
        self.heard = b""
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        for sock in callers(self._listener):
            with sock:
                sock.settimeout(5)
                try:
                    self._talk(sock)
                    while data := sock.recv(4096):
                        self.heard += data
                        self._answer(sock, data)
                except OSError:
                    continue

    def _answer(self, sock: socket.socket, data: bytes) -> None:
        tag, _, rest = data.partition(b" ")
        if rest.upper().startswith(b"CAPABILITY"):
            sock.sendall(b"* CAPABILITY IMAP4rev1 " + self.offers + b"\r\n" + tag + b" OK done\r\n")
        elif rest.upper().startswith(b"STARTTLS"):
            sock.sendall(self.starttls.replace(b"TAG", tag))

    offers = b"STARTTLS LOGINDISABLED"
    starttls = b"TAG NO not today\r\n"

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()


@pytest.fixture
def scripted() -> Iterator[Callable[[bytes], Scripted]]:
    made: list[Scripted] = []

    def make(greeting: bytes) -> Scripted:
        made.append(Scripted(lambda sock: sock.sendall(greeting)))
        return made[-1]

    yield make
    for server in made:
        server.close()


def test_every_way_of_tls_works_with_a_certificate_that_is_trusted(account: Account) -> None:
    ways: list[tuple[Tls, int]] = [("implicit", account.tls_port), ("starttls", account.port)]
    for tls, port in ways:
        box = MailboxConfig(
            "mail", "localhost", account.user, port, tls, SecretSource("file"), ca_file=account.ca_file
        )
        with connect(box, Credential("pw"), BRISK) as line:
            assert line.folders()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_an_unknown_authority_is_refused_and_the_option_is_named(tls: Tls, account: Account) -> None:
    port = account.tls_port if tls == "implicit" else account.port
    with pytest.raises(NeedsOwnerError) as caught:
        dial(port, tls)
    assert "ca_file" in caught.value.hint


@pytest.mark.parametrize(("flaw", "hint"), [("expired", "renew it"), ("wrong host", "--host")])
def test_a_certificate_that_does_not_fit_is_refused(flaw: str, hint: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    past = datetime.now(timezone.utc) - timedelta(days=1)
    names = ["elsewhere.example"] if flaw == "wrong host" else ["localhost"]
    leaf = authority.issue_cert(*names, not_after=past if flaw == "expired" else None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    heard: list[bytes] = []

    def serve() -> None:
        sock, _ = listener.accept()
        try:
            with context.wrap_socket(sock, server_side=True) as secure:
                heard.append(secure.recv(100))
        except OSError:
            sock.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(NeedsOwnerError) as caught:
            dial(listener.getsockname()[1], "implicit", tmp_path / "ca.pem")
        thread.join(5)
    assert hint in caught.value.hint
    assert "--ca-file" not in caught.value.hint, "it would not help"
    assert "--tls none" in caught.value.hint, "localhost is this very machine"
    assert b"".join(heard) == b""


def test_starttls_that_is_not_offered_is_never_done_without(scripted: Callable[[bytes], Scripted]) -> None:
    server = scripted(b"* OK ready\r\n")
    server.offers = b"AUTH=PLAIN"
    with pytest.raises(NeedsOwnerError, match="no secure line"):
        dial(server.port, "starttls")
    assert SECRET.encode() not in server.heard
    assert b"maya" not in server.heard


def test_starttls_that_is_refused_is_never_done_without(scripted: Callable[[bytes], Scripted]) -> None:
    server = scripted(b"* OK ready\r\n")
    with pytest.raises(NeedsOwnerError, match="refuses to secure"):
        dial(server.port, "starttls")
    assert SECRET.encode() not in server.heard


def test_what_is_slipped_in_before_tls_ends_the_line(scripted: Callable[[bytes], Scripted]) -> None:
    server = scripted(b"* OK ready\r\n")
    server.starttls = b"TAG OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"
    with pytest.raises(TemporaryError, match="in the clear"):
        dial(server.port, "starttls")
    assert SECRET.encode() not in server.heard


def test_a_server_that_signs_in_before_tls_is_refused(scripted: Callable[[bytes], Scripted]) -> None:
    server = scripted(b"* PREAUTH welcome maya\r\n")
    with pytest.raises(NeedsOwnerError, match="before the line is secure"):
        dial(server.port, "starttls")
    assert SECRET.encode() not in server.heard


def test_starttls_stripped_by_somebody_on_the_way_is_refused(account: Account) -> None:
    strip = Fault("sub", find=r" STARTTLS(?=[ \]\r])", text="", times=9)
    with Faulty(account.port, [strip]) as line:
        with pytest.raises(NeedsOwnerError):
            dial(line.port, "starttls", account.ca_file)
        assert not any(b"LOGIN" in raw or SECRET.encode() in raw for raw in line.raw)


def test_a_line_in_the_clear_leads_to_this_machine_only() -> None:
    with pytest.raises(NeedsOwnerError, match="in the clear"):
        dial(143, "none", host="192.0.2.1")


def test_a_plain_server_on_the_port_of_tls_is_told_apart(account: Account) -> None:
    with pytest.raises(TemporaryError) as caught:
        dial(account.port, "implicit", account.ca_file)
    assert "port" in caught.value.hint


def test_a_second_address_is_dialled_when_the_first_is_dead_or_silent(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent, socket.socket() as queued, socket.socket() as dead:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        queued.connect(silent.getsockname())  # the queue is full: who dials now hears nothing
        dead.bind(("127.0.0.1", 0))
        addresses = [dead.getsockname(), silent.getsockname(), ("127.0.0.1", account.port)]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        box = MailboxConfig("mail", "localhost", account.user, account.port, "none", SecretSource("file"))
        connect(box, Credential("pw"), BRISK).close()


def test_no_error_shows_the_secret(account: Account) -> None:
    with pytest.raises(DigwellError) as caught:
        dial(account.port, "none", host="127.0.0.1", user=account.user)
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in str(error)
        assert SECRET not in repr(error.args)
        error = error.__cause__
    assert SECRET not in repr(Credential(SECRET))


def test_a_password_of_any_letters_is_sent_and_one_with_a_line_end_is_not(account: Account) -> None:
    box = MailboxConfig("mail", "127.0.0.1", account.user, account.port, "none", SecretSource("file"))
    with pytest.raises(NeedsOwnerError):
        connect(box, Credential("pässwört“\\"), BRISK)
    with pytest.raises(UsageError):
        connect(box, Credential("pw\r\nA1 DELETE INBOX"), BRISK)
