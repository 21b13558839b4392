"""Handing one message to one SMTP server, with every manner a server may have."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from daemon.config.values import SmtpConfig, Tls
from daemon.mail.smtp import Answer, Deadlines, Letter, Login, Verdict, _stuffed, is_loopback, send
from tests.fakes.smtp import MANNERS, SmtpFake

RAW = b"Message-ID: <dw.2026w48.all.x@example.org>\nSubject: Ana\n\nHello\n.dot\n..dots\nend"
LETTER = Letter("maya@example.org", "maya@example.org", RAW)
QUICK = Deadlines(connect=2.0, read=1.0, whole=3.0)
EXPECTED = {
    "accept": (Verdict.ACCEPTED, 1),
    "accept-slow": (Verdict.ACCEPTED, 1),
    "accept-then-hang": (Verdict.DOUBT, 1),
    "accept-then-cut": (Verdict.DOUBT, 1),
    "cut-in-data": (Verdict.DOUBT, 0),
    "4xx": (Verdict.LATER, 0),
    "5xx": (Verdict.NEVER, 0),
    "4xx-mail": (Verdict.LATER, 0),
    "5xx-mail": (Verdict.NEVER, 0),
    "4xx-rcpt": (Verdict.LATER, 0),
    "5xx-rcpt": (Verdict.NEVER, 0),
    "grey": (Verdict.LATER, 0),
    "over-quota": (Verdict.NEVER, 0),
    "too-many": (Verdict.LATER, 0),
    "rate-limit": (Verdict.LATER, 0),
    "banner-421": (Verdict.LATER, 0),
    "banner-mute": (Verdict.LATER, 0),
    "auth-535": (Verdict.SIGN_IN, 0),
    "auth-454": (Verdict.LATER, 0),
}


def config(fake: SmtpFake, tls: Tls = "none", ca: Path | None = None) -> SmtpConfig:
    return SmtpConfig("localhost" if tls != "none" else "127.0.0.1", fake.port, tls, ca_file=ca)


def hand_over(fake: SmtpFake, login: Login | None = None) -> Answer:
    return send(config(fake), login, LETTER, QUICK)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


def test_every_manner_has_an_expected_end() -> None:
    assert set(EXPECTED) == set(MANNERS)


@pytest.mark.parametrize("manner", MANNERS)
def test_the_verdict_tells_truthfully_what_became_of_the_message(manner: str) -> None:
    login = ("maya", "secret") if manner.startswith("auth") else None
    with SmtpFake((manner,), login=login) as fake:
        answer = hand_over(fake, Login(*login) if login else None)
        verdict, kept = EXPECTED[manner]
        assert (answer.verdict, len(fake.box)) == (verdict, kept), answer.words


def test_the_message_arrives_byte_for_byte_with_proper_line_ends() -> None:
    with SmtpFake() as fake:
        assert hand_over(fake).verdict is Verdict.ACCEPTED
        (got,) = fake.box
        assert got.raw == RAW.replace(b"\n", b"\r\n") + b"\r\n"
        assert (got.sender, got.to) == ("maya@example.org", ("maya@example.org",))


def test_a_greylisted_message_is_taken_on_the_second_try() -> None:
    with SmtpFake(("grey",), delay=0.2) as fake:
        assert hand_over(fake).verdict is Verdict.LATER
        time.sleep(0.25)
        assert hand_over(fake).verdict is Verdict.ACCEPTED
        assert len(fake.box) == 1


@pytest.mark.parametrize("implicit", [True, False])
def test_the_message_travels_encrypted(context: ssl.SSLContext, ca_file: Path, implicit: bool) -> None:
    with SmtpFake(tls=context, implicit=implicit, login=("maya", "sésame")) as fake:
        where = config(fake, "implicit" if implicit else "starttls", ca_file)
        assert send(where, Login("maya", "sésame"), LETTER, QUICK).verdict is Verdict.ACCEPTED
        assert fake.box[0].tls


def test_a_certificate_nobody_vouches_for_is_the_owners_business(context: ssl.SSLContext) -> None:
    with SmtpFake(tls=context, implicit=True) as fake:
        answer = send(config(fake, "implicit"), Login("maya", "secret"), LETTER, QUICK)
        assert answer.verdict is Verdict.SIGN_IN
        assert "certificate" in answer.words


def test_stripped_starttls_is_refused_before_any_secret_or_address_is_said() -> None:
    with SmtpFake(login=("maya", "secret")) as fake:
        answer = send(config(fake, "starttls"), Login("maya", "secret"), LETTER, QUICK)
        assert answer.verdict is Verdict.SIGN_IN
        assert "STARTTLS" in answer.words
        assert b"AUTH" not in fake.heard
        assert b"maya" not in fake.heard


def test_plain_text_goes_to_loopback_addresses_only() -> None:
    answer = send(SmtpConfig("192.0.2.1", 25, "none"), Login("maya", "secret"), LETTER, QUICK)
    assert answer.verdict is Verdict.SIGN_IN
    assert [is_loopback(h) for h in ("127.0.0.9", "::1", "localhost", "10.0.0.1", "localhost.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_refused_password_is_tried_by_one_mechanism_only() -> None:
    with SmtpFake(login=("maya", "right")) as fake:
        assert hand_over(fake, Login("maya", "wrong")).verdict is Verdict.SIGN_IN
        assert fake.heard.count(b"AUTH") == 1


def test_a_server_that_is_not_there_is_no_reason_to_fail_for_good() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert send(SmtpConfig("127.0.0.1", port, "none"), None, LETTER, QUICK).verdict is Verdict.LATER


def test_a_server_that_drips_a_byte_at_a_time_is_cut_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                for _ in range(200):
                    try:
                        line.send(b"2")
                    except OSError:
                        return
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        where = SmtpConfig("127.0.0.1", server.getsockname()[1], "none")
        answer = send(where, None, LETTER, Deadlines(connect=1.0, read=1.0, whole=1.0))
        assert answer.verdict is Verdict.LATER
        assert time.monotonic() - began < 3


def test_the_servers_words_come_out_inert() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def insult() -> None:
            line, _ = server.accept()
            with line:
                line.send(b"554 \x1b]52;c;aGk=\x07 \xe2\x80\xae evil\r\n")

        threading.Thread(target=insult, daemon=True).start()
        where = SmtpConfig("127.0.0.1", server.getsockname()[1], "none")
        answer = send(where, None, LETTER, QUICK)
        assert answer.verdict is Verdict.LATER
        assert answer.words.isprintable()


@given(st.binary(max_size=300))
def test_no_body_can_end_the_data_before_its_own_dot(raw: bytes) -> None:
    stuffed = _stuffed(raw)
    assert b"\r\n.\r\n" not in b"\r\n" + stuffed
    assert b"\n" not in stuffed.replace(b"\r\n", b"")
    assert b"\r" not in stuffed.replace(b"\r\n", b"")
