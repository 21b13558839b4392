"""Folder names in modified UTF-7 or in UTF-8: shown alike, sent back byte for byte as they came."""

from __future__ import annotations

import imaplib
from collections.abc import Callable

import pytest

from daemon.mail import listing
from daemon.mail.imap import Session
from daemon.mail.troubles import RefusedError
from daemon.mail.values import Batch, FolderState, RawHeader, Slice, Visit
from tests.fakes.access import Access, Served
from tests.fakes.courier import Courier
from tests.fakes.dovecot import Account, Dovecot24
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import BRISK, fill

MAIL = (
    "From: Jürgen Müller <jürgen@bücher.example>\r\nTo: maya@example.org\r\nSubject: Grüße\r\n"
    "Message-ID: <eai@x.example>\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\nhallo\r\n"
).encode()


def named(line: Session, name: str) -> FolderState:
    return next(state for state in line.folders() if state.name == name)


@pytest.mark.parametrize("wire", ["Gr&APwA3w-e", "Grüße", "A&-B", "A&B", "&ZeVnLIqe-", "日本語"])
@pytest.mark.parametrize("quotes", ['"', ""])
def test_a_name_in_either_spelling_is_shown_as_meant_and_sent_as_given(
    wire: str, quotes: str, account: Account
) -> None:
    fill(account, 8)
    shown = {"Gr&APwA3w-e": "Grüße", "A&-B": "A&B", "&ZeVnLIqe-": "日本語"}.get(wire, wire)
    spelt = Fault("sub", find='"?Archive"?', text=f"{quotes}{wire}{quotes}", times=99)
    with Faulty(account.port, [spelt]) as proxy, Access(proxy.port, account.user).connect(BRISK) as line:
        found = named(line, shown)
        assert (found.wire, found.exists) == (wire.encode(), 2)
        with pytest.raises(RefusedError):
            line.examine(found.wire)
        sent = [said for said in proxy.raw if b" EXAMINE " in said]
        assert sent[0].split(b" EXAMINE ")[1].strip().strip(b'"') == wire.encode()


def test_a_name_of_eight_bits_can_come_as_a_literal(account: Account) -> None:
    wire = "Grüße".encode()
    literal = Fault("sub", find='"/" "?Archive"?', text=f'"/" {{{len(wire)}}}\\r\\nGrüße', times=1)
    plain = Fault("sub", find=r"^\* STATUS Archive", text='* STATUS "Grüße"', times=1)
    with (
        Faulty(account.port, [literal, plain]) as proxy,
        Access(proxy.port, account.user).connect(BRISK) as line,
    ):
        assert named(line, "Grüße").wire == wire


def _offering() -> list[tuple[str, Callable[[], Served], str]]:
    """Return the servers that can offer UTF8=ACCEPT: name, how to start it, prefix of its folders."""
    found: list[tuple[str, Callable[[], Served], str]] = [
        ("courier", lambda: Courier(" ENABLE UTF8=ACCEPT"), "INBOX.")
    ]
    if Dovecot24.available():
        found.append(("dovecot-2.4", lambda: Dovecot24("mail_utf8_extensions = yes\n"), ""))
    return found


@pytest.mark.parametrize("enabled", [False, True])
@pytest.mark.parametrize(("name", "start", "prefix"), _offering())
def test_a_server_with_names_in_utf_8_is_read_in_either_way(
    name: str, start: Callable[[], Served], prefix: str, enabled: bool
) -> None:
    if name == "courier" and not Courier.available():
        pytest.skip("courier is not installed (bench/servers.py fetches it)")
    with start() as server:
        _reads_names_and_headers(server.access(), prefix, enabled)


def _reads_names_and_headers(access: Access, prefix: str, enabled: bool) -> None:
    other = imaplib.IMAP4(access.host, access.port)
    other.login(access.user, access.password)
    assert other.create(f'"{prefix}Gr&APwA3w-e"')[0] == "OK"
    assert other.append(f'"{prefix}Gr&APwA3w-e"', "", "", MAIL)[0] == "OK"
    other.logout()
    with access.connect() as line:
        assert "UTF8=ACCEPT" in line.capabilities
        if enabled:
            line._talk.run(b"ENABLE UTF8=ACCEPT")
        found = named(line, f"{prefix}Grüße")
        assert found.exists == 1
        assert line.examine(found.wire).exists == 1
        assert listing.decode(found.wire) == f"{prefix}Grüße"
        steps = list(line.headers([Visit(found.wire, (Slice(1, 9),))]))
        assert isinstance(steps[1], Batch)
        (header,) = steps[1].found
        assert isinstance(header, RawHeader)
        assert "From: Jürgen Müller <jürgen@bücher.example>".encode() in header.raw
        assert line.find(found.wire, "eai@x.example") == (header.uid,)
