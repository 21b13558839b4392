"""vCards of three versions and the connections of a professional network."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.imports import linkedin, vcard
from store.facts import Card

V3 = """BEGIN:VCARD\r
VERSION:3.0\r
PRODID:-//x//y\r
N:Leal;Tomás;;Dr.;\r
FN:Tomás Leal\r
ORG:Northwind\\, Inc.;Boats\r
TITLE:Head of\r
  Boats\r
item1.EMAIL;type=INTERNET;type=pref:Tomas@Northwind.example\r
item2.EMAIL;type=HOME:tomas@example.net\r
item2.X-ABLabel:_$!<Home>!$_\r
BDAY:1980-05-04\r
PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r
 BBBB\r
UID:u1\r
END:VCARD\r
"""
V21 = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =
M=C3=BCller
EMAIL;INTERNET;PREF:joerg@example.org
BDAY:19800504
END:VCARD
"""
V4 = """BEGIN:VCARD
VERSION:4.0
FN:Ruth Adler
EMAIL;PID=1.1;PREF=1:mailto:ruth@example.edu
BDAY:--0504
ROLE:Teacher
UID:urn:uuid:1
END:VCARD
"""


def test_version_3_is_read_whole() -> None:
    (card,) = vcard.cards(V3.encode())
    assert card == Card(
        "vcard", "u1", "Tomás Leal", ("tomas@northwind.example", "tomas@example.net"), "Northwind, Inc.",
        "Head of Boats", "1980-05-04",
    )  # fmt: skip


def test_version_2_1_is_decoded_and_joined() -> None:
    (card,) = vcard.cards(V21.encode())
    assert (card.name, card.addresses, card.birthday) == ("Jörg Müller", ("joerg@example.org",), "1980-05-04")
    (old,) = vcard.cards(
        V21.replace("CHARSET=UTF-8", "CHARSET=ISO-8859-1")
        .replace("=C3=B6", "=F6")
        .replace("=C3=BC", "=FC")
        .encode()
    )
    assert old.name == "Jörg Müller"


def test_version_4_is_read() -> None:
    (card,) = vcard.cards(V4.encode())
    assert (card.name, card.addresses, card.birthday, card.job) == (
        "Ruth Adler",
        ("ruth@example.edu",),
        "--05-04",
        "Teacher",
    )


def test_a_file_of_many_cards_with_a_broken_one_yields_the_others() -> None:
    raw = V3 + "BEGIN:VCARD\nFN\nEMAIL:\nEND:VCARD\n" + V21 + "BEGIN:VCARD\nFN:Cut off\n" + V4
    assert [card.name for card in vcard.cards(raw.encode())][:2] == ["Tomás Leal", "Jörg Müller"]
    assert [card.name for card in vcard.cards(V3.encode("utf-16"))] == ["Tomás Leal"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-04", "--05-04"),
        ("BDAY;VALUE=date:1980-05-04", "1980-05-04"),
        ("BDAY:1980-05-04T00:00:00Z", "1980-05-04"),
        ("BDAY:9999-05-04", "--05-04"),
        ("BDAY:1980-13-40", ""),
        ("BDAY:in spring", ""),
    ],
)
def test_a_birthday_is_a_day_with_or_without_a_year(line: str, expected: str) -> None:
    (card,) = vcard.cards(V4.replace("BDAY:--0504", line).encode())
    assert card.birthday == expected


@pytest.mark.parametrize(
    "body",
    [
        "FN:Rowing club\nKIND:group\nEMAIL:club@example.org",
        "FN:Rowing club\nX-ADDRESSBOOKSERVER-KIND:group",
        "FN:Northwind\nORG:Northwind\nEMAIL:info@northwind.example",
        "NOTE:nothing else",
    ],
)
def test_groups_and_firms_are_no_people(body: str) -> None:
    assert list(vcard.cards(f"BEGIN:VCARD\nVERSION:4.0\n{body}\nEND:VCARD\n".encode())) == []


def test_a_card_keeps_its_key_when_its_content_changes() -> None:
    (one,), (two,) = (tuple(vcard.cards(V3.replace("Head", what).encode())) for what in ("Head", "Chief"))
    assert one.key == two.key
    assert one.job != two.job


def test_a_card_inside_a_card_is_not_mistaken_for_it() -> None:
    raw = V4.replace("ROLE", "AGENT:\nBEGIN:VCARD\nFN:Somebody Else\nEMAIL:else@example.org\nEND:VCARD\nROLE")
    (card,) = vcard.cards(raw.encode())
    assert (card.name, card.addresses) == ("Ruth Adler", ("ruth@example.edu",))


CONNECTIONS = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Tomás,Leal,https://www.example.com/in/tomas,tomas@northwind.example,Northwind,Head of Boats,12 Mar 2024
Ruth,Adler,https://www.example.com/in/ruth,,"Example, Inc.",Teacher,03/15/2024
,,https://www.example.com/in/gone,,,,01 Jan 2020
=cmd(),"O'Neil",https://www.example.com/in/x,not an address,,,
"""


def test_connections_are_found_below_any_preamble() -> None:
    for raw in (CONNECTIONS, CONNECTIONS.split("\n\n")[1], "\n" * 9 + CONNECTIONS):
        tomas, ruth, odd = linkedin.cards(raw.encode("utf-8-sig"))
        assert (tomas.name, tomas.addresses, tomas.job) == (
            "Tomás Leal",
            ("tomas@northwind.example",),
            "Head of Boats",
        )
        assert (ruth.name, ruth.addresses, ruth.organisation) == ("Ruth Adler", (), "Example, Inc.")
        assert (odd.name, odd.addresses) == ("=cmd() O'Neil", ())


def test_older_connections_without_url_are_read_and_keep_their_keys() -> None:
    header = "First Name,Last Name,Email Address,Company,Position,Connected On"
    old = f"{header}\nRuth,Adler,,Example,Teacher,15 Mar 2024\n"
    (one,), (two,) = (
        list(linkedin.cards(old.encode())),
        list(linkedin.cards(old.replace("Teacher", "Head").encode())),
    )
    assert one.key == two.key


def test_a_file_without_the_header_holds_nobody() -> None:
    assert list(linkedin.cards(b"a,b,c\n1,2,3\n")) == []
    assert list(linkedin.cards(b"")) == []


@given(st.integers(0, 900), st.binary(max_size=40))
def test_damaged_address_books_never_raise(at: int, noise: bytes) -> None:
    for whole in (V3 + V21 + V4, CONNECTIONS):
        raw = whole.encode()
        hurt = raw[:at] + noise + raw[at:]
        list(vcard.cards(hurt))
        list(linkedin.cards(hurt))


def test_connections_in_sixteen_bits_and_with_a_monstrous_field_are_read() -> None:
    assert len(list(linkedin.cards(CONNECTIONS.encode("utf-16")))) == 3
    monster = CONNECTIONS.replace("Head of Boats", '"' + "x" * 200_000 + '"')
    assert [card.name for card in linkedin.cards(monster.encode())] == ["Ruth Adler", "=cmd() O'Neil"]
