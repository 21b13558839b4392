"""What the mailbox door promises, on every real server that is to be had."""

from __future__ import annotations

import imaplib
from datetime import date

import pytest

from daemon.mail import listing
from daemon.mail.imap import Session
from daemon.mail.troubles import RefusedError
from daemon.mail.values import (
    FIELDS,
    Batch,
    Damaged,
    FolderState,
    Opened,
    Portion,
    RawHeader,
    Slice,
    Visit,
)
from store.errors import NeedsOwnerError, TemporaryError, UsageError
from store.facts import Role
from tests.fakes.access import Access

AT = 1_700_000_000


def mail(number: int, body: str = "hello") -> bytes:
    return (
        f"From: Ruth <ruth@example.edu>\r\nTo: maya@example.org\r\nSubject: letter {number}\r\n"
        f"Message-ID: <m{number}@example.edu>\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n\r\n{body}\r\n"
    ).encode()


def folder(line: Session, role: Role) -> FolderState:
    return next(state for state in line.folders() if state.role is role)


def fill(line: Session, count: int) -> bytes:
    inbox = folder(line, Role.INBOX).wire
    for number in range(1, count + 1):
        line.append(inbox, mail(number), ("\\Seen",) if number % 2 else (), AT + number)
    return inbox


def read(line: Session, inbox: bytes, *slices: Slice) -> list[RawHeader | Damaged]:
    steps = list(line.headers([Visit(inbox, slices)]))
    assert isinstance(steps[0], Opened)
    return [item for step in steps if isinstance(step, Batch) for item in step.found]


def test_folders_come_with_roles_and_figures(access: Access) -> None:
    with access.connect() as line:
        fill(line, 3)
        states = {state.role: state for state in line.folders()}
        assert states[Role.INBOX].exists == 3
        assert states[Role.INBOX].uidvalidity > 0
        assert states[Role.INBOX].uidnext > 3
        assert states[Role.SENT].exists == 0
        assert Role.DRAFTS in states
        assert Role.TRASH in states


def test_headers_come_with_their_own_uid_and_date_of_receipt(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 7)
        line.examine(inbox)
        uids = list(line.uids())
        found = read(line, inbox, Slice(uids[4], uids[6]), Slice(uids[0], uids[3]))
        assert [item.uid for item in found] == uids[4:] + uids[:4]
        for number, item in zip([5, 6, 7, 1, 2, 3, 4], found, strict=True):
            assert isinstance(item, RawHeader)
            assert f"Subject: letter {number}".encode() in item.raw
            assert item.received == AT + number
            assert b"hello" not in item.raw


def test_a_header_of_any_size_is_cut_and_the_next_is_whole(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 1)
        line.append(inbox, mail(2).replace(b"Subject: letter 2", b"Subject: " + b"long " * 60_000))
        line.append(inbox, mail(3))
        line.examine(inbox)
        uids = line.uids()
        first, cut, last = read(line, inbox, Slice(uids[0], uids[-1]))
        assert all(isinstance(item, RawHeader) for item in (first, cut, last))
        assert b"long long" in cut.raw
        assert len(cut.raw) < 66_000  # Courier gives two bytes more than was asked for
        assert b"Subject: letter 3" in last.raw


def test_reading_changes_no_flag(access: Access) -> None:
    def flags() -> object:
        plain = imaplib.IMAP4(access.host, access.port)
        plain.login(access.user, access.password)
        plain.select("INBOX", readonly=True)
        told = plain.uid("FETCH", "1:*", "(UID FLAGS)")
        plain.logout()
        return [
            row.replace(b"\\Recent", b"").replace(b" )", b")") for row in told[1] if isinstance(row, bytes)
        ]

    with access.connect() as line:
        inbox = fill(line, 4)
    before = flags()
    with access.connect() as line:
        line.examine(inbox)
        uids = list(line.uids())
        read(line, inbox, Slice(uids[0], uids[-1]))
        line.gather([Portion(inbox, tuple(uids)), Portion(inbox, tuple(uids), FIELDS)])
        line.part(uids[1], "", 1000)
        line.find(inbox, "m2@example.edu")
    assert flags() == before


def test_a_message_is_found_by_its_message_id(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 3)
        line.examine(inbox)
        assert line.find(inbox, "m2@example.edu") == (line.uids()[1],)
        assert line.find(inbox, "nobody@example.edu") == ()
        line.append(inbox, mail(9))
        assert len(line.find(inbox, "<m9@example.edu>")) == 1


def test_what_was_appended_can_be_found_where_the_server_says(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 1)
        put = line.append(inbox, b"From: me@example.org\nMessage-ID: <a@b>\n\none\ntwo\n", ("\\Seen",), AT)
        if put.uid:
            assert line.find(inbox, "a@b") == (put.uid,)
        uid = line.find(inbox, "a@b")[0]
        assert line.part(uid, "1", 100) == b"one\r\ntwo\r\n"


def test_parts_are_listed_and_read_up_to_a_limit(access: Access) -> None:
    report = (
        b'From: a@b.example\r\nContent-Type: multipart/report; boundary="x"\r\nMIME-Version: 1.0\r\n\r\n'
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsorry\r\n"
        b"--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Final-Recipient: rfc822; c@d.example\r\n\r\n--x--\r\n"
    )
    with access.connect() as line:
        inbox = fill(line, 1)
        line.append(inbox, report)
        line.examine(inbox)
        first, second = line.uids()
        came = line.gather([Portion(inbox, (first, second)), Portion(inbox, (second,), FIELDS)])
        assert [piece.kind for piece in came.pieces[inbox, first]] == ["text/plain"]
        assert [(p.section, p.kind) for p in came.pieces[inbox, second]] == [
            ("1", "text/plain"),
            ("2", "message/delivery-status"),
        ]
        assert list(came.headers) == [(inbox, second)]
        assert b"a@b.example" in came.headers[inbox, second].raw
        assert came.headers[inbox, second].received > 0
        assert line.part(second, "2", 15) == b"Final-Recipient"
        asked = line.gather([Portion(inbox, (second,), "2", 15), Portion(inbox, (first,), "1", 3)])
        assert asked.parts[inbox, second, "2"] == b"Final-Recipient"
        assert len(asked.parts[inbox, first, "1"]) == 3


def test_a_mail_moves_to_another_folder(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 3)
        trash = folder(line, Role.TRASH).wire
        line.examine(inbox)
        line.move(inbox, [line.uids()[1]], trash)
        assert folder(line, Role.INBOX).exists == 2
        assert len(line.find(trash, "m2@example.edu")) == 1
        assert line.find(inbox, "m2@example.edu") == ()


def test_uids_start_where_asked_even_if_nothing_is_there(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 3)
        line.examine(inbox)
        uids = line.uids()
        assert list(line.uids(uids[1])) == list(uids[1:])
        assert list(line.uids(uids[-1] + 1)) == []
        assert list(line.uids(since=date(2023, 11, 1))) == list(uids)
        assert list(line.uids(since=date(2023, 11, 20))) == []


def test_a_folder_with_a_name_of_any_letters_is_opened(access: Access) -> None:
    with access.connect() as line:
        inbox = folder(line, Role.INBOX)
        prefix = "INBOX." if inbox.delimiter == "." else ""
        line.create(listing.encode(prefix + "Grüße & Küsse 手紙"))
        made = next(state for state in line.folders() if state.name == prefix + "Grüße & Küsse 手紙")
        assert line.examine(made.wire).exists == 0


def test_a_folder_that_is_not_there_refuses_and_the_line_goes_on(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 2)
        with pytest.raises(RefusedError):
            line.examine(b"No Such Folder")
        visits = [Visit(b"No Such Folder", (Slice(1, 9),)), Visit(inbox, (Slice(1, 999),))]
        steps = list(line.headers(visits))
        assert [step.refused is None for step in steps] == [False, False, True, True]
        assert isinstance(steps[3], Batch)
        assert len(steps[3].found) == 2


def test_new_mail_is_noticed_while_waiting(access: Access) -> None:
    with access.connect() as line, access.connect() as other:
        inbox = fill(other, 1)
        idling = line.idle(inbox)
        assert idling.watch(0.3) is False
        other.append(inbox, mail(2))
        noticed = idling.watch(8)
        idling.stop()
        # a server may keep its silence: the poll that goes besides must see the mail anyway
        assert noticed or "IDLE" in line.capabilities
        assert line.examine(inbox).exists == 2


def test_a_look_shows_what_came_to_the_open_folder_and_to_another(access: Access) -> None:
    with access.connect() as line, access.connect() as other:
        inbox, sent = fill(other, 1), folder(other, Role.SENT).wire
        line.examine(inbox)
        assert line.look(sent).exists == 0
        assert line.stirs(inbox) is False
        assert line.stirs(sent) is True  # it is not open: who knows
        other.append(sent, mail(2))
        other.append(inbox, mail(3))
        assert line.look(sent).exists == 1
        assert line.stirs(inbox) is True
        assert line.look(inbox).exists == 2
        assert line.stirs(inbox) is False


def test_no_third_connection_is_opened(access: Access) -> None:
    with access.connect(), access.connect(), pytest.raises(TemporaryError):
        access.connect()
    access.connect().close()


def test_line_ends_cannot_become_a_second_command(access: Access) -> None:
    with access.connect() as line:
        inbox = fill(line, 1)
        for bad in ("x\r\nZ1 DELETE INBOX", "x\ny", "x\0y"):
            with pytest.raises(UsageError):
                line.find(inbox, bad)
            with pytest.raises(UsageError):
                line.append(inbox, mail(1), (bad,))
            with pytest.raises(UsageError):
                line.examine(bad.encode())
        with access.connect() as again:
            assert again.examine(inbox).exists == 1


def test_a_wrong_password_is_for_the_owner_to_mend(access: Access) -> None:
    if _takes_any_password(access):
        pytest.skip("this server is set up to take any password")
    with pytest.raises(NeedsOwnerError):
        Access(access.port, access.user, "wrong").connect()


def _takes_any_password(access: Access) -> bool:
    try:
        Access(access.port, access.user, "wrong").connect().close()
    except NeedsOwnerError:
        return False
    return True
