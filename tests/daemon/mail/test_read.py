"""The reader on single cases: a header block in, the facts out."""

from __future__ import annotations

import pytest

from daemon.mail.parse import FIELDS, read
from daemon.mail.parse import message as whole
from store.facts import DAY, Mark, Message, Named

RECEIVED = 1_790_000_000  # 2026-09-21T14:13:20Z


def block(**fields: str | bytes) -> bytes:
    lines = [b"From: Anna Mair <anna@example.org>"] if "from_" not in fields else []
    for name, value in fields.items():
        told = value if isinstance(value, bytes) else value.encode()
        lines.append(name.strip("_").replace("_", "-").encode() + b": " + told)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def message(**fields: str | bytes) -> Message:
    return read(block(**fields), RECEIVED)


def sender(value: str | bytes) -> list[tuple[str, str]]:
    return [(one.name, one.address) for one in message(from_=value).sender]


def test_a_plain_message_is_read_whole() -> None:
    got = read(
        b"Return-Path: <anna@example.org>\r\n"
        b"From: Anna Mair <Anna@Example.org>\r\n"
        b"To: Bo <bo@example.net>, cy@example.com\r\n"
        b"Cc: Di <di@example.org>\r\n"
        b"Date: Mon, 21 Sep 2026 10:00:00 +0200\r\n"
        b"Subject: Re: the boat\r\n"
        b"Message-ID: <a1@example.org>\r\n"
        b"In-Reply-To: <b1@example.net>\r\n"
        b"References: <r0@example.net>\r\n <b1@example.net>\r\n\r\nbody: not a field\r\n",
        RECEIVED,
    )
    assert got.sender == (Named("anna@example.org", "Anna Mair"),)
    assert got.to == (Named("bo@example.net", "Bo"), Named("cy@example.com"))
    assert got.cc == (Named("di@example.org", "Di"),)
    assert (got.to_count, got.subject, got.mid) == (2, "Re: the boat", "a1@example.org")
    assert (got.parent, got.references) == ("b1@example.net", ("r0@example.net", "b1@example.net"))
    assert (got.at, got.dated, got.marks) == (1_789_977_600, True, Mark(0))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("anna@example.org", [("", "anna@example.org")]),
        ("<anna@example.org>", [("", "anna@example.org")]),
        ("anna@example.org (Anna Mair)", [("Anna Mair", "anna@example.org")]),
        ('"Mair, Anna" <anna@example.org>', [("Mair, Anna", "anna@example.org")]),
        ('"Anna \\"Ann\\" Mair" <anna@example.org>', [('Anna "Ann" Mair', "anna@example.org")]),
        ("'Anna' <anna@example.org>", [("Anna", "anna@example.org")]),
        ("Anna (at home) <anna@example.org>", [("Anna (at home)", "anna@example.org")]),
        ('"Anna (via Docs)" <docs@example.org>', [("Anna (via Docs)", "docs@example.org")]),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", [("Jürgen", "j@example.org")]),
        ("=?utf-8?b?SsO8cmdlbg==?= <j@example.org>", [("Jürgen", "j@example.org")]),
        ("=?iso-8859-1?q?J=FC?= =?iso-8859-1?q?rgen?= <j@example.org>", [("Jürgen", "j@example.org")]),
        ("=?utf-8?b?SsM=?= =?utf-8?b?vHJnZW4=?= <j@example.org>", [("Jürgen", "j@example.org")]),
        ('"=?utf-8?q?Mair=2C_Anna?=" <a@example.org>', [("Mair, Anna", "a@example.org")]),
        ("=?utf-8?q?Mair=2C_Anna?= <a@example.org>", [("Mair, Anna", "a@example.org")]),
        ("=?utf-8?Q?Mair, Anna of OVH?= <a@example.org>", [("Mair, Anna of OVH", "a@example.org")]),
        ("=?klingon-1?q?=FC?= <a@example.org>", [("ü", "a@example.org")]),
        ("=?zlib?b?eJwDAAAAAAE=?= <a@example.org>", None),
        ("=?utf-8?b?!!!?= <a@example.org>", None),
        ("Jürgen <j@example.org>", [("Jürgen", "j@example.org")]),
        ("J\xfcrgen <j@example.org>".encode("latin-1"), [("Jürgen", "j@example.org")]),
        ('"boss@corp.example" <evil@example.org>', [("boss@corp.example", "evil@example.org")]),
        ('"a@example.org" <a@example.org>', [("", "a@example.org")]),
        ("<@one.example,@two.example:anna@example.org>", [("", "anna@example.org")]),
        ("<mailto:anna@example.org>", [("", "anna@example.org")]),
        ("Anna <<anna@example.org>>", [("Anna", "anna@example.org")]),
        ("Anna < anna@example.org >", [("Anna", "anna@example.org")]),
        ("Anna <anna@example.org", [("Anna", "anna@example.org")]),
        ("Anna anna@example.org", [("Anna", "anna@example.org")]),
        ('"Anna <anna@example.org>', [("Anna", "anna@example.org")]),
        ("Anna (home <anna@example.org>", [("Anna (home", "anna@example.org")]),
        ('"a b"@example.org', [("", '"a b"@example.org')]),
        ('<"a>b"@example.org>', [("", '"a>b"@example.org')]),
        ("anna@[192.0.2.1]", [("", "anna@[192.0.2.1]")]),
        ("anna@example.org.", [("", "anna@example.org")]),
        (
            "Team: anna@example.org, Bo <bo@example.org>;",
            [("", "anna@example.org"), ("Bo", "bo@example.org")],
        ),
        ("undisclosed-recipients:;", []),
        ("a@example.org;b@example.org", [("", "a@example.org"), ("", "b@example.org")]),
        ("a@example.org, a@example.org", [("", "a@example.org")]),
        ("a@example.org b@example.org", []),
        ("<>", []),
        ("", []),
        ("Anna", []),
        ("@", []),
        ("anna@", []),
        ("@example.org", []),
        ("a@b@example.org", []),
        ("=?utf-8?q?anna=40example=2Eorg?=", []),
        ("=?utf-8?q?x?=@example.org", []),
    ],
)
def test_a_sender_is_read_as_it_was_meant(value: str | bytes, expected: list[tuple[str, str]] | None) -> None:
    got = sender(value)
    if expected is None:  # the name may be anything, the address not
        assert [address for _, address in got] == ["a@example.org"]
    else:
        assert got == expected


def test_several_from_fields_all_count_as_senders() -> None:
    got = read(b"From: a@example.org\nFrom: b@example.org\n\n", RECEIVED)
    assert [one.address for one in got.sender] == ["a@example.org", "b@example.org"]


def test_a_message_without_from_belongs_to_nobody() -> None:
    assert read(b"To: a@example.org\n\n", RECEIVED).sender == ()


@pytest.mark.parametrize(
    "value",
    [
        "=?utf-8?q?hi=0D=0ABcc:_victim=40example.com?= <a@example.org>",
        "=?utf-8?b?aGkNCkJjYzogdmljdGltQGV4YW1wbGUuY29t?= <a@example.org>",
        '"hi\x1b]52;c;x\x07" <a@example.org>',
        "\u202egnihsihp <a@example.org>",
    ],
)
def test_nothing_in_a_name_can_act(value: str) -> None:
    (one,) = message(from_=value).sender
    assert one.address == "a@example.org"
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or char in "\u202e\u2066" for char in one.name)
    got = message(subject=value)
    assert "\n" not in got.subject
    assert "\r" not in got.subject
    assert got.bcc == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 21 Sep 2026 10:00:00 +0200", 1_789_977_600),
        ("21 Sep 2026 08:00:00 GMT", 1_789_977_600),
        ("21 Sep 26 08:00 UT", 1_789_977_600),
        ("Mon, 21 Sep 2026 08:00:00 -0000", 1_789_977_600),
        ("Mon, 21 Sep 2026 08:00:00", 1_789_977_600),
        ("Mon, 21 Sep 2026 8.00.00", 1_789_977_600),
        ("Mon, 21 Sep 2026 8:00:00", 1_789_977_600),
        ("Monday, 21-Sep-26 08:00:00 GMT", 1_789_977_600),
        ("Mon Sep 21 08:00:00 2026", 1_789_977_600),
        ("Mon Sep 21 08:00:00 UTC 2026", 1_789_977_600),
        ("Mon Sep 21 10:00:00 +0200 2026", 1_789_977_600),
        ("Sep 21, 2026 8:00 AM", 1_789_977_600),
        ("2026-09-21T10:00:00+02:00", 1_789_977_600),
        ("2026-09-21 08:00:00Z", 1_789_977_600),
        ("lun., 21 sept. 2026 10:00:00 +0200", 1_789_977_600),
        ("Mo, 21 Sep 2026 10:00:00 MESZ", 1_789_977_600),
        ("Mon, 21 Sep 2026 04:00:00 EDT (comment (nested))", 1_789_977_600),
        ("Mon, 21 Sep 2026 08:00:00 +9999", 1_789_977_600),
        ("Mon, 21 Sep 2026 08:00:00 XYZ", 1_789_977_600),
        ("Mon, 21 Sep 2026 07:59:60 +0000", 1_789_977_599),
    ],
)
def test_a_date_is_read_in_many_shapes(value: str, expected: int) -> None:
    got = message(date=value)
    assert (got.at, got.dated) == (expected, True)


@pytest.mark.parametrize(
    "value",
    [
        "", "garbage", "Mon, 31 Feb 2026 10:00:00 +0000", "Mon, 21 Sep 2026 25:61:61 +0000",
        "Thu, 01 Jan 1970 00:00:00 +0000", "Wed, 31 Dec 1969 23:59:59 +0000", "1 Jan 0000 00:00:00 +0000",
        "Fri, 31 Dec 9999 23:59:59 +0000", "1 Jan 10000 00:00:00 +0000", "1 Jan 2099 00:00:00 +0000",
        "(" * 3000 + "Mon", "Mon, 21 Sep 2026 " + "9" * 400 + ":00:00 +0000", "21 Foo 2026 10:00:00 +0000",
    ],
)  # fmt: skip
def test_an_unbelievable_date_gives_way_to_the_arrival(value: str) -> None:
    got = message(date=value)
    assert (got.at, got.dated) == (RECEIVED, False)


def test_a_date_never_lies_in_the_future_or_before_mail() -> None:
    assert message(date="Tue, 22 Sep 2026 10:00:00 +0000").at <= RECEIVED + DAY
    assert read(b"\n", 0).at == 631_152_000


def test_equal_mail_in_two_folders_has_one_identity() -> None:
    one = block(to="b@example.org", date="x", message_id="<A1@Example.org>", subject="hi")
    two = b"Received: from here\r\nX-Folder: 7\r\n" + one.replace(b"<A1@Example.org>", b" <a1@example.org> ")
    assert read(one, 5).identity == read(two, RECEIVED).identity


@pytest.mark.parametrize(
    "changed",
    [{"subject": "ho"}, {"to": "c@example.org"}, {"date": "y"}, {"message_id": "<a2@example.org>"}],
)
def test_different_mail_under_one_message_id_counts_twice(changed: dict[str, str]) -> None:
    told = {"to": "b@example.org", "date": "x", "message_id": "<a1@example.org>", "subject": "hi"}
    assert message(**told).identity != message(**{**told, **changed}).identity


def test_a_recipient_bomb_is_counted_and_capped() -> None:
    many = ", ".join(f"Person {n} <p{n}@example.org>" for n in range(50_000))
    got = message(to=many, cc=many)
    assert len(got.to) == 200
    assert got.cc == ()
    assert got.to_count > 5_000


def test_a_late_from_is_found_behind_a_bomb() -> None:
    got = read(b"To: " + b"a@example.org," * 100_000 + b"\r\nFrom: z@example.org\r\n\r\n", RECEIVED)
    assert [one.address for one in got.sender] == ["z@example.org"]


def test_references_keep_the_first_and_the_last() -> None:
    got = message(references=" ".join(f"<r{n}@example.org>" for n in range(5_000)))
    assert len(got.references) == 100
    assert (got.references[0], got.references[-1]) == ("r0@example.org", "r4999@example.org")
    assert got.parent == "r4999@example.org"


def test_an_old_in_reply_to_with_words_gives_its_message_id() -> None:
    assert message(in_reply_to='Your message of "Mon" <x@example.org>').parent == "x@example.org"
    assert message(in_reply_to="nothing of use").parent == ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"list_id": "The Boat <boat.example.org>"}, Mark.LIST_ID),
        ({"list_post": "<mailto:boat@example.org>"}, Mark.LIST_ID),
        ({"list_unsubscribe": "<mailto:x@example.org>"}, Mark.UNSUBSCRIBE),
        ({"precedence": "list"}, Mark.PRECEDENCE_LIST),
        ({"precedence": "Bulk"}, Mark.PRECEDENCE_BULK),
        ({"auto_submitted": "auto-replied (vacation)"}, Mark.AUTO),
        ({"auto_submitted": "auto-generated; x=y"}, Mark.AUTO),
        ({"auto_submitted": "No"}, Mark(0)),
        ({"x_autoreply": "yes"}, Mark.AUTO),
        ({"return_path": "<>"}, Mark.NULL_PATH),
        ({"return_path": "<a@example.org>"}, Mark(0)),
        ({"feedback_id": "1:2:3"}, Mark.BULK_SENDER),
        ({"feedback_id": "i1:Fastmail"}, Mark(0)),
        ({"return_path": "<bounce-7-maya=example.org@shop.example>"}, Mark.BULK_SENDER),
        ({"return_path": "<ems+P8@bounces.shop.example>"}, Mark.BULK_SENDER),
        ({"return_path": "<SRS0=ab=cd=example.org=anna@forward.example>"}, Mark(0)),
        ({"return_path": "<prvs=1234bounce=anna@example.org>"}, Mark(0)),
        ({"return_path": "<anna.bouncer@example.org>"}, Mark(0)),
        ({"return_path": "<boat-bounces@example.org>", "list_id": "<boat.example.org>"}, Mark.LIST_ID),
        ({"content_type": "multipart/report; report-type=delivery-status"}, Mark.REPORT),
        ({"content_type": "text/calendar; method=REQUEST"}, Mark.CALENDAR),
        ({"content_type": "multipart/mixed", "subject": "Invitation: boat"}, Mark.CALENDAR),
        ({"content_type": "multipart/alternative", "subject": "Zugesagt: Boot"}, Mark.CALENDAR),
        ({"content_type": "text/plain", "subject": "Accepted: boat"}, Mark(0)),
        ({"content_class": "urn:content-classes:calendarmessage"}, Mark.CALENDAR),
        ({"message_id": "<dw.2026w48.all.0123456789abcdef@example.org>"}, Mark.OWN),
        ({"x_digwell": "1"}, Mark.OWN),
        ({"subject": "done [dw 2026w48.3 0123456789abcdef]"}, Mark.TAGGED),
        ({"references": "<dw.2026w48b.all.0123456789abcdef@example.org>"}, Mark.TAGGED),
        ({"from_": "no-reply@example.org"}, Mark.MACHINE_FROM),
        ({"from_": "Shop <orders.noreply@example.org>"}, Mark.MACHINE_FROM),
        ({"from_": "MAILER-DAEMON@example.org"}, Mark.MACHINE_FROM),
        ({"from_": "autumn@example.org"}, Mark(0)),
    ],
)
def test_a_mark_is_set_by_its_field(fields: dict[str, str], expected: Mark) -> None:
    assert message(**fields).marks == expected


def test_the_list_id_is_told_without_its_description() -> None:
    assert message(list_id='"The Boat" <Boat.Example.org>').list_id == "boat.example.org"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@example.org\nSubject: x\n\n",
        b"From: a@example.org\rSubject: x\r\r",
        b"\xef\xbb\xbfFrom: a@example.org\r\nSubject: x\r\n\r\n",
        b"From a@example.org Mon Sep 21 08:00:00 2026\nFrom: a@example.org\nSubject: x\n\n",
        b"\r\n\r\nFrom: a@example.org\r\nSubject: x\r\n\r\n",
        b"FROM : a@example.org\r\nsUBJECT:\r\n x\r\n\r\n",
        b"Fr\x00om: a@example.org\r\nSubject: x\x00\r\n\r\n",
        "From: a@example.org\r\nSubject: x\r\n\r\n".encode("utf-16"),
    ],
)
def test_odd_line_ends_and_prefixes_are_read_through(raw: bytes) -> None:
    got = read(raw, RECEIVED)
    assert [one.address for one in got.sender] == ["a@example.org"]
    assert got.subject == "x"


def test_every_field_of_the_scan_is_asked_for_once() -> None:
    assert len({name.lower() for name in FIELDS}) == len(FIELDS)
    assert {"From", "To", "Cc", "Date", "Message-ID", "Content-Type", "Return-Path"} <= set(FIELDS)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("from a by b; Fri, 18 Sep 2026 09:00:00 +0000", 1_789_722_000),
        ("from a by b; Fri, 18 Sep 2026 09:00:00 +0000\nReceived: from c by a; nonsense", 1_789_722_000),
        ("from a by b; Fri, 31 Dec 9999 09:00:00 +0000", RECEIVED),
        ("from a by b; 1 Jan 1970 00:00:00 +0000", RECEIVED),
        ("nonsense", RECEIVED),
        ("\x00\xff;;;" * 500, RECEIVED),
        ("", RECEIVED),
    ],
)
def test_a_file_without_a_date_takes_the_first_servers_else_its_own(received: str, expected: int) -> None:
    found = whole(f"From: a@example.org\nDate: never\nReceived: {received}\n\nbody\n".encode(), RECEIVED)
    assert (found.at, found.dated) == (expected, False)


def test_a_file_with_a_date_needs_no_server() -> None:
    raw = b"From: a@example.org\nDate: Fri, 18 Sep 2026 09:00:00 +0000\nReceived: nonsense\n\n"
    assert (whole(raw, RECEIVED).at, whole(raw, RECEIVED).dated) == (1_789_722_000, True)
