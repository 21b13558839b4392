"""Everything a stranger, a program or an accident may put into a mailbox: none of it does anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import tokens
from store import outbox
from store.export import records
from store.facts import DAY, Role
from tests.reply.desk import EDITION, NOW, Desk, mail
from tests.store.letters import ME

OTHER_KEY = bytes(32)
Forge = Callable[[Desk], bytes]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.store.close()


def link(desk: Desk, item: str = "1") -> str:
    return f"digwell never Ana {desk.tag(item)}"


def cites(desk: Desk) -> str:
    return f"<{desk.letter_id}>"


FORGERIES: dict[str, Forge] = {
    "forged From": lambda d: mail(link(d), From="Mallory <mallory@example.com>"),
    "two From addresses": lambda d: mail(link(d), From=f"{ME}, mallory@example.com"),
    "two From fields": lambda d: b"From: mallory@example.com\r\n" + mail(link(d)),
    "two subjects": lambda d: b"Subject: hello\r\n" + mail(link(d)),
    "two subjects, the other way": lambda d: mail(link(d)).replace(b"\r\nDate", b"\r\nSubject: x\r\nDate"),
    "two Message-IDs": lambda d: b"Message-ID: <other@phone.example.org>\r\n" + mail(link(d)),
    "two To fields": lambda d: b"To: maya@example.org\r\n" + mail(link(d)),
    "sent on to others": lambda d: b"Resent-To: friend@example.com\r\n" + mail(link(d)),
    "a command in an HTML quote": lambda d: mail(
        "Re: x", "<p>thanks</p><blockquote>never 1</blockquote>", References=cites(d)
    ).replace(b"text/plain", b"text/html"),
    "a command nobody can see": lambda d: mail(
        "Re: x", '<p>thanks</p><div style="display:none">never 1</div>', References=cites(d)
    ).replace(b"text/plain", b"text/html"),
    "Sent without tag": lambda d: mail("digwell never Ana Ribeiro"),
    "answer without tag": lambda d: mail("Re: letter", "never 1", References="<some@where.example>"),
    "MAC of another item": lambda d: mail(f"digwell never Ana {d.tag('2').replace('48.2', '48.1')}"),
    "MAC of another edition": lambda d: mail(
        f"digwell never Ana {d.tag('1', '2026w47').replace('w47', 'w48')}"
    ),
    "tag without MAC": lambda d: mail(f"digwell never Ana [dw {EDITION}.1]"),
    "guessed MAC": lambda d: mail(f"digwell never Ana [dw {EDITION}.1 {'0' * 16}]"),
    "tag of a letter never written": lambda d: mail(f"digwell never Ana {d.tag('1', '2026w12')}"),
    "tag of another digwell": lambda d: mail(f"digwell never Ana {tokens.tag(OTHER_KEY, EDITION, '1')}"),
    "letter of another digwell": lambda d: mail(
        "Re: x", "never 1", References=f"<{tokens.message_id(OTHER_KEY, EDITION, 'example.org')}>"
    ),
    "forged references": lambda d: mail("Re: x", "never 1", References=f"<x.{d.letter_id}>"),
    "forwarded to others": lambda d: mail(link(d), To=f"{ME}, friend@example.com"),
    "copied to others": lambda d: mail(link(d), Cc="friend@example.com"),
    "blind-copied to others": lambda d: mail(link(d), Bcc="friend@example.com"),
    "to nobody": lambda d: mail(link(d), To=""),
    "auto-submitted": lambda d: mail(link(d), Auto_Submitted="auto-generated"),
    "auto-replied": lambda d: mail("Re: x", "never 1", References=cites(d), Auto_Submitted="auto-replied"),
    "vacation by its marks": lambda d: mail("Re: x", "never 1", References=cites(d), X_Autoreply="yes"),
    "precedence bulk": lambda d: mail(link(d), Precedence="bulk"),
    "list": lambda d: mail(link(d), List_Id="<friends.example.org>"),
    "null path": lambda d: mail(link(d), Return_Path="<>"),
    "claims to be digwell's": lambda d: mail(link(d), X_Digwell="digest 2026w48"),
    "vacation quoting the letter": lambda d: mail(
        "Re: x", "I am away until May.\n\n> done 1\n> never 2\n", References=cites(d)
    ),
    "tag in a quoted part": lambda d: mail("Hello", f"> digwell never Ana {d.tag('1')}\n> never 1\n"),
    "tag in the text": lambda d: mail("Hello", f"never 1\n{d.tag()}\n"),
    "oversized": lambda d: mail("Re: x", "never 1\n" + "and so on\n" * 2200, References=cites(d)),
    "forty-one commands": lambda d: mail("Re: x", "never 1\n" * 41, References=cites(d)),
    "two tags": lambda d: mail(f"digwell never {d.tag('1')} {d.tag('2')}"),
    "valid and forged tag": lambda d: mail(f"digwell never [dw {EDITION}.2 {'0' * 16}] {d.tag('1')}"),
    "something after the tag": lambda d: mail(f"{link(d)} Bcc: mallory@example.com"),
    "no Message-ID": lambda d: mail(link(d), Message_ID=""),
    "item of no such number": lambda d: mail(f"digwell never Ana {d.tag('7')}"),
    "everybody by a link": lambda d: mail(f"digwell never Ana {d.tag('all')}"),
    "a verb not for mail": lambda d: mail(f"digwell forget Ana {d.tag('1')}"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_changes_nothing(desk: Desk, name: str) -> None:
    before = list(records(desk.store))
    desk.answer(FORGERIES[name](desk))
    assert list(records(desk.store)) == before
    for parcel in outbox.pending(desk.store):
        assert (parcel.channel, parcel.target) == ("append", "INBOX")
        assert b"\nTo: maya@example.org\r\n" in parcel.raw
        assert b"\nCc:" not in parcel.raw
        assert b"\nBcc:" not in parcel.raw


def test_a_header_injected_into_the_subject_is_refused(desk: Desk) -> None:
    before = list(records(desk.store))
    raw = mail("MARK").replace(
        b"Subject: MARK",
        f"Subject: =?utf-8?q?digwell_never_A=0D=0ABcc:_v=40x.example?= {desk.tag('1')}".encode(),
    )
    assert desk.answer(raw).state == "refused"
    raw = mail("MARK").replace(
        b"Subject: MARK", f"Subject: digwell never A\r\n\r\nBcc: {desk.tag('1')}".encode()
    )
    assert desk.answer(raw).state == ""
    assert list(records(desk.store)) == before


def test_an_expired_letter_is_answered_with_a_reason_and_not_obeyed(desk: Desk) -> None:
    before = list(records(desk.store))
    late = NOW + 61 * DAY
    assert desk.answer(mail(link(desk)), late).state == "refused"
    assert list(records(desk.store)) == before
    assert "60 days" in desk.receipts()[0]


def test_a_replay_from_a_restored_mailbox_does_nothing(desk: Desk) -> None:
    raw = mail(f"digwell slower Ana {desk.tag('1')}")
    desk.answer(raw)
    before = list(records(desk.store))
    again = raw.replace(b"Date: Mon, 23 Nov", b"Received: from x\r\nDate: Mon, 23 Nov")
    assert desk.answer(again, NOW + DAY).state == ""
    assert list(records(desk.store)) == before


def test_our_own_letters_and_receipts_are_no_commands(tmp_path: Path) -> None:
    desk = Desk(tmp_path, answer="always")
    desk.answer(mail("Re: letter", "done 1\ndone ana maybe\nwhy 1", References=cites(desk)))
    (receipt,) = [p.raw for p in outbox.pending(desk.store) if p.key.startswith("receipt")]
    before = list(records(desk.store))
    assert desk.answer(receipt).state == ""
    assert list(records(desk.store)) == before


def test_the_inbox_counts_only_with_proof_from_our_own_server(tmp_path: Path) -> None:
    desk = Desk(tmp_path, accept=("sent", "inbox"))
    proof = "mx.example.org; spf=pass smtp.mailfrom=x; dmarc=pass (p=none) header.from=example.org"
    refused = (
        "",
        "mx.example.net; dmarc=pass header.from=example.org",
        "mx.example.org; dmarc=fail header.from=example.org",
        "mx.example.org; dmarc=pass header.from=example.com",
        "mx.example.org (dmarc=pass header.from=example.org)",
        "mx.example.org; dmarc=pass",
        "mx.example.org; spf=pass; x-dmarc=pass header.from=example.org",
    )
    before = list(records(desk.store))
    for results in refused:
        raw = mail(link(desk), Authentication_Results=results)
        assert desk.answer(raw, role=Role.INBOX).state == ""
        below = b"Authentication-Results: evil.example; none\r\n" + mail(
            link(desk), Authentication_Results=proof
        )
        assert desk.answer(below, role=Role.INBOX).state == ""
    assert list(records(desk.store)) == before
    assert desk.answer(mail(link(desk), Authentication_Results=proof), role=Role.INBOX).state == "obeyed"
