"""Imports into a real store: what comes in, what stays out, and that twice is once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.imports.door import KINDS, import_path
from store.db import Store
from store.errors import NotFoundError, UsageError
from store.export import records
from store.messages import counts, learn_own
from store.opening import open_store
from store.snapshot import load

NOW = 1_790_000_000
ME = "maya@example.org"
CARD = """BEGIN:VCARD
VERSION:3.0
FN:Bo Lind
EMAIL:bo@example.net
ORG:Northwind
TITLE:{job}
BDAY:--0504
UID:u1
END:VCARD
"""
CONNECTIONS = """First Name,Last Name,Email Address,Company,Position,Connected On
Ruth,Adler,,Example,Teacher,15 Mar 2024
"""
REPORT = """MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; bo@example.net
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <l1@example.org>
--b--
"""
ANSWER = f"""Content-Type: text/calendar; method=REPLY

BEGIN:VCALENDAR
METHOD:REPLY
BEGIN:VEVENT
UID:e1
DTSTART:20250920T100000Z
ORGANIZER:mailto:bo@example.net
ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}
END:VEVENT
END:VCALENDAR
"""
HOPS = """Received: from b by c; Tue, 1 Jul 2025 10:00:00 +0000
Received: from a by b; Tue, 1 Jul 2025 09:00:00 +0000
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "store" / "digwell.db") as opened:
        learn_own(opened, [ME])
        yield opened


def letter(number: int, sender: str, to: str, *, more: str = "", date: str = "") -> str:
    date = date or f"{1 + number % 28} Sep 2025 10:00:00 +0000"
    head = f"From: {sender}\nTo: {to}\nSubject: letter {number}\nMessage-ID: <l{number}@example.org>"
    return f"{head}\nDate: {date}\n{more}\nFrom here on it is body.\n"


def maildir(path: Path, folder: str, *letters: str, flags: str = "2,S") -> None:
    for name in ("cur", "new", "tmp"):
        (path / folder / name).mkdir(parents=True, exist_ok=True)
    for text in letters:
        number = len(list((path / folder / "cur").iterdir()))
        (path / folder / "cur" / f"{number}.x:{flags}").write_text(text)


def mbox(path: Path, *letters: str) -> Path:
    path.write_text("".join(f"From x@example.org Mon Sep 21 08:00:00 2025\n{text}\n" for text in letters))
    return path


def test_a_maildir_comes_in_with_its_folders_but_without_what_was_never_sent(
    tmp_path: Path, store: Store
) -> None:
    maildir(tmp_path / "m", "", letter(1, "bo@example.net", ME))
    maildir(tmp_path / "m", ".Sent", letter(2, ME, "bo@example.net"))
    maildir(tmp_path / "m", ".Drafts", letter(3, ME, "cy@example.net"))
    maildir(tmp_path / "m", ".Trash", letter(4, "di@example.net", ME))
    maildir(tmp_path / "m", ".Archive", letter(5, ME, "cy@example.net"), flags="2,DS")
    done = import_path(store, "maildir", tmp_path / "m", NOW)
    assert (done.read, done.new) == (2, 2)
    (bo,) = [p for p in load(store, NOW).people.values() if p.main.address == "bo@example.net"]
    assert (bo.main.sent, bo.main.received) == (1, 1)


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_importing_twice_is_a_no_op(tmp_path: Path, store: Store, kind: str) -> None:
    letters = [letter(n, "bo@example.net", ME) for n in range(30)]
    path = tmp_path / "m"
    if kind == "maildir":
        maildir(path, "", *letters)
    else:
        mbox(path, *letters)
    assert import_path(store, kind, path, NOW).new == 30
    before = list(records(store))
    again = import_path(store, kind, path, NOW + 5)
    assert (again.read, again.new) == (30, 0)
    assert list(records(store)) == before


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=12),
    st.sampled_from(["maildir", "mbox"]),
    st.randoms(use_true_random=False),
)
def test_whatever_is_imported_twice_or_in_another_order_changes_nothing(
    drawn: list[tuple[int, bool]], kind: str, rng: Random
) -> None:
    letters = [
        letter(n, ME, f"p{n % 4}@example.net") if mine else letter(20 + n, f"p{n % 4}@example.net", ME)
        for n, mine in drawn
    ]
    dumps = []
    with tempfile.TemporaryDirectory() as directory:
        for turn in range(2):
            path = Path(directory, f"{turn}")
            maildir(path, "", *letters) if kind == "maildir" else mbox(path, *letters)
            with open_store(Path(directory, f"{turn}.db")) as one:
                learn_own(one, [ME])
                import_path(one, kind, path, NOW)
                dumps.append(list(records(one)))
                assert import_path(one, kind, path, NOW + 1 + turn).new == 0
                assert list(records(one)) == dumps[-1]
            rng.shuffle(letters)
    assert dumps[0] == dumps[1]


def test_the_same_letters_from_two_kinds_of_files_count_once(tmp_path: Path, store: Store) -> None:
    letters = [letter(n, "bo@example.net", ME) for n in range(5)]
    maildir(tmp_path / "m", "", *letters)
    import_path(store, "maildir", tmp_path / "m", NOW)
    assert import_path(store, "mbox", mbox(tmp_path / "x.mbox", *letters), NOW).new == 0


def test_a_takeout_keeps_out_spam_and_drafts_by_their_labels(tmp_path: Path, store: Store) -> None:
    labelled = [
        letter(n, "bo@example.net", ME, more=f"X-Gmail-Labels: {label}\n")
        for n, label in enumerate(("Inbox", "Spam,Unread", "Drafts", "Trash", "Sent"))
    ]
    assert import_path(store, "mbox", mbox(tmp_path / "x.mbox", *labelled), NOW).read == 2


def test_own_addresses_are_learned_from_imported_sent_mail(tmp_path: Path) -> None:
    with open_store(tmp_path / "fresh.db") as fresh:
        maildir(tmp_path / "m", ".Sent", *(letter(n, ME, "bo@example.net") for n in range(5)))
        import_path(fresh, "maildir", tmp_path / "m", NOW)
        assert load(fresh, NOW).own == {ME}


def test_a_letter_without_a_date_takes_that_of_its_first_server(tmp_path: Path, store: Store) -> None:
    path = mbox(tmp_path / "x.mbox", letter(1, "bo@example.net", ME, date="never", more=HOPS))
    import_path(store, "mbox", path, NOW)
    (bo,) = [p for p in load(store, NOW).people.values() if p.main.address == "bo@example.net"]
    assert bo.main.last == 1_751_360_400


def test_bounces_and_invitations_in_files_are_kept(tmp_path: Path, store: Store) -> None:
    letters = (
        letter(1, ME, "bo@example.net"),
        letter(2, "mailer-daemon@example.net", ME, more=REPORT),
        letter(3, ME, "bo@example.net", more=ANSWER),
    )
    path = mbox(tmp_path / "x.mbox", *letters)
    import_path(store, "mbox", path, NOW)
    seen = load(store, NOW)
    assert [(b.address, b.permanent, b.original) for b in seen.bounces] == [
        ("bo@example.net", True, "l1@example.org")
    ]
    assert [(m.status, m.addresses) for m in seen.meetings] == [("accepted", ("bo@example.net",))]


def test_a_card_names_its_address_and_tells_of_the_human_once(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "book.vcf"
    path.write_text(CARD.format(job="Sailor"))
    assert import_path(store, "vcard", path, NOW).new == 1
    before = list(records(store))
    assert {record["type"] for record in before} >= {"card", "trait"}
    assert import_path(store, "vcard", path, NOW + 9).new == 0
    assert list(records(store)) == before
    seen = load(store, NOW + 10)
    (bo,) = seen.people.values()
    assert (bo.name, bo.main.address) == ("Bo Lind", "bo@example.net")
    told = {t.sort: t.value for t in seen.traits}
    assert told == {"organisation": "Northwind", "job": "Sailor", "birthday": "--05-04"}


def test_a_changed_card_is_kept_beside_what_it_told_before(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "book.vcf"
    for at, job in enumerate(("Sailor", "Captain", "Captain", "Sailor")):
        path.write_text(CARD.format(job=job))
        import_path(store, "vcard", path, NOW + at)
    assert [t.value for t in load(store, NOW + 10).traits if t.sort == "job"] == [
        "Sailor",
        "Captain",
        "Sailor",
    ]


def test_a_connection_without_address_waits_to_be_matched_by_name(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "Connections.csv"
    path.write_text(CONNECTIONS)
    assert import_path(store, "linkedin", tmp_path, NOW).new == 1
    (ruth,) = load(store, NOW + 1).cards
    assert (ruth.name, ruth.organisation, ruth.job) == ("Ruth Adler", "Example", "Teacher")
    assert import_path(store, "linkedin", path, NOW + 2).new == 0


def test_what_cannot_be_imported_is_said_in_a_sentence(tmp_path: Path, store: Store) -> None:
    with pytest.raises(UsageError, match="cannot be imported"):
        import_path(store, "outlook", tmp_path, NOW)
    with pytest.raises(NotFoundError, match="there is no"):
        import_path(store, "mbox", tmp_path / "nowhere", NOW)
    (tmp_path / "empty").write_text("")
    for kind in KINDS:
        with pytest.raises(NotFoundError, match="nothing to import"):
            import_path(store, kind, tmp_path / "empty", NOW)
    assert counts(store).messages == 0
