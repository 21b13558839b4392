"""Recording mail: once each, whatever the folders, the order, and how often."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import DigwellError
from store.facts import DAY, Cursor, Mark, Message, Quarantined, Role
from store.folders import folders, quarantined
from store.messages import counts, find, is_ours_proven, rebuild_days, record
from store.opening import open_store
from store.snapshot import load
from tests.store.letters import ME, START, days, letter, new_store, seen, without_ids

LATER = START + 10 * DAY


def test_a_letter_in_three_folders_counts_once(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = seen(letter("a", "ana@x.example"))
    assert record(store, folder["INBOX"], mail).new == 1
    for name in ("Archive", "All", "INBOX"):
        assert record(store, folder[name], mail).new == 0
    (ana,) = load(store, LATER).people.values()
    assert (ana.main.received, ana.main.sent) == (1, 0)


def test_the_same_letter_twice_in_one_batch_counts_once(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = letter("a", "ana@x.example")
    got = record(store, folder["INBOX"], seen(mail, mail))
    assert (got.new, got.seen, got.fresh) == (1, 1, (1,))
    assert counts(store).messages == 1


def test_mail_claiming_to_be_mine_counts_only_where_i_put_it(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = seen(letter("a", ME, "ana@x.example"))
    for name in ("INBOX", "Junk", "All"):
        record(store, folder[name], mail)
    assert days(store) == []
    assert not is_ours_proven(store, "a")
    record(store, folder["Sent"], mail)
    assert [row[0] for row in days(store)] == ["ana@x.example"]
    assert is_ours_proven(store, "a")


def test_all_mail_is_trusted_in_an_account_without_a_sent_folder(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db", roles={"INBOX": Role.INBOX, "All": Role.ALL})
    record(store, folder["All"], seen(letter("a", ME, "ana@x.example")))
    assert [row[0] for row in days(store)] == ["ana@x.example"]


def test_an_answer_is_an_answer_whichever_comes_first(tmp_path: Path) -> None:
    question = seen(letter("q", ME, "ana@x.example"))
    answer = seen(letter("r", "ana@x.example", at=START + DAY, parent="q"))
    one, folder = new_store(tmp_path / "1.db")
    record(one, folder["Sent"], question)
    record(one, folder["INBOX"], answer)
    two, folder = new_store(tmp_path / "2.db")
    record(two, folder["INBOX"], answer)
    record(two, folder["Sent"], question)
    assert without_ids(one) == without_ids(two)
    (ana,) = load(two, LATER).people.values()
    assert ana.main.answers == 1


def test_answering_what_was_never_sent_is_no_answer(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("q", ME, "eve@x.example")))
    record(store, folder["INBOX"], seen(letter("r", "eve@x.example", parent="q")))
    shot = load(store, LATER)
    assert all(p.main.answers == 0 for p in shot.people.values())
    assert shot.timelines == {}


def test_an_automatic_answer_is_no_contact(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["Sent"], seen(letter("q", ME, "ana@x.example")))
    away = letter("r", "ana@x.example", at=START + DAY, parent="q", marks=Mark.AUTO)
    record(store, folder["INBOX"], seen(away))
    shot = load(store, LATER)
    (line,) = shot.timelines.values()
    assert line.last_in == 0
    assert list(line.ins) == [0]
    (ana,) = shot.people.values()
    assert (ana.main.machines, ana.main.answers) == (1, 0)


def test_mail_only_to_myself_counts_for_nobody(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["Sent"], seen(letter("a", ME, ME)))
    shot = load(store, LATER)
    assert not shot.people
    assert not shot.paces


def test_direct_mail_names_at_most_three(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    three = [f"p{n}@x.example" for n in range(3)]
    record(
        store,
        folder["Sent"],
        seen(letter("a", ME, three, cc=["c@x.example"]), letter("b", ME, [*three, "d@x.example"])),
    )
    got = {row[0]: row[3:7] for row in days(store)}
    assert got["p0@x.example"] == (1, 0, 2, 0)
    assert got["c@x.example"] == (0, 0, 1, 0)
    assert got["d@x.example"] == (0, 0, 1, 0)


def test_a_personal_copy_takes_the_marks_of_a_list_away(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    copy = letter("a", "ana@x.example", marks=Mark.LIST_ID)
    record(store, folder["INBOX"], seen(copy))
    (ana,) = load(store, LATER).people.values()
    assert ana.main.lists == 1
    record(store, folder["INBOX"], seen(copy._replace(marks=Mark(0))))
    (ana,) = load(store, LATER).people.values()
    assert (ana.main.lists, ana.main.received) == (0, 1)


def test_blind_recipients_shown_by_the_sent_copy_are_added(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    plain = letter("a", ME, "ana@x.example")
    record(store, folder["Archive"], seen(plain))
    record(store, folder["Sent"], seen(plain._replace(bcc=letter("b", "bob@x.example").sender)))
    assert [row[0] for row in days(store)] == ["ana@x.example", "bob@x.example"]


def test_junk_counts_once_it_is_rescued(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = seen(letter("a", "ana@x.example"))
    record(store, folder["Junk"], mail)
    assert days(store) == []
    record(store, folder["INBOX"], mail)
    assert len(days(store)) == 1


def test_cursor_and_quarantine_stand_with_the_mail(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    bad = Quarantined(2, "no header", 1)
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")), [bad], Cursor(7, 1, 2, 5, 2))
    inbox = next(f for f in folders(store, 1) if f.name == "INBOX")
    assert inbox.cursor == Cursor(7, 1, 2, 5, 2)
    assert quarantined(store, inbox.id) == (bad,)
    got = record(
        store, inbox, [seen(letter("b", "ana@x.example"))[0]._replace(uid=2)], (), Cursor(7, 1, 2, 6, 2)
    )
    assert got.new == 1
    assert quarantined(store, inbox.id) == ()
    assert counts(store).quarantined == 0


def test_a_failing_batch_leaves_nothing_behind(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    broken = letter("b", "bob@x.example")._replace(subject=b"\xff")  # type: ignore[arg-type]
    with pytest.raises(DigwellError):
        record(store, folder["INBOX"], seen(letter("a", "ana@x.example"), broken), (), Cursor(7, 1, 2))
    assert counts(store).messages == 0
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")))
    (ana,) = load(store, LATER).people.values()
    assert ana.main.address == "ana@x.example"


def test_a_message_is_found_by_its_id(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")))
    record(store, folder["Sent"], seen(letter("b", ME, "ana@x.example")))
    assert find(store, "a")
    assert find(store, "b")
    assert not find(store, "c")


_WHO = [ME, "ana@x.example", "bob@x.example", "list@x.example"]


@st.composite
def _mailboxes(draw: st.DrawFn) -> list[tuple[str, Message]]:
    """Return sightings: messages, each in one or more folders, some of them answering others."""
    count = draw(st.integers(1, 7))
    found: list[tuple[str, Message]] = []
    for n in range(count):
        message = letter(
            f"m{n}",
            draw(st.sampled_from(_WHO[:3])),
            draw(st.lists(st.sampled_from(_WHO), min_size=0, max_size=4, unique=True)),
            at=START + draw(st.integers(0, 3 * DAY)),
            cc=draw(st.lists(st.sampled_from(_WHO), max_size=2, unique=True)),
            parent=draw(st.sampled_from(["", *(f"m{k}" for k in range(count))])),
            references=tuple(draw(st.lists(st.sampled_from([f"m{k}" for k in range(count)]), max_size=2))),
            dated=draw(st.booleans()),
        )
        for name in draw(
            st.lists(st.sampled_from(["INBOX", "Sent", "Archive", "All", "Junk"]), min_size=1, max_size=3)
        ):
            copy = message
            if draw(st.booleans()):
                copy = copy._replace(marks=draw(st.sampled_from([Mark(0), Mark.LIST_ID, Mark.AUTO])))
            if draw(st.booleans()):
                copy = copy._replace(bcc=letter("", "bob@x.example").sender)
            if not message.dated:
                copy = copy._replace(at=message.at + draw(st.integers(0, DAY)))
            found.append((name, copy))
    return found


@settings(max_examples=150, deadline=None)
@given(_mailboxes(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_store_does_not_depend_on_the_order_of_arrival(
    sightings: list[tuple[str, Message]], rng: Random, size: int
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        dumps = []
        for name in ("one", "two"):
            store, folder = new_store(Path(directory, name))
            for at in range(0, len(sightings), size):
                with store.transaction():
                    for where, message in sightings[at : at + size]:
                        record(store, folder[where], seen(message))
            dumps.append(without_ids(store))
            before = dumps[-1]
            rebuild_days(store)
            assert without_ids(store) == before
            store.close()
            rng.shuffle(sightings)
        assert dumps[0] == dumps[1]


def test_two_stores_read_the_same_day_the_same(tmp_path: Path) -> None:
    """As of an instant within a day, only what came before counts."""
    store, folder = new_store(tmp_path / "s.db")
    noon = (START // DAY + 1) * DAY + DAY // 2
    record(
        store,
        folder["INBOX"],
        seen(letter("a", "ana@x.example", at=noon - 1), letter("b", "ana@x.example", at=noon)),
    )
    record(store, folder["Sent"], seen(letter("c", ME, "ana@x.example", at=noon - 2)))
    shot = load(store, noon)
    (ana,) = shot.people.values()
    assert (ana.main.received, ana.main.sent, shot.messages) == (1, 1, 2)
    assert [list(line.ins) for line in shot.timelines.values()] == [[1]]
    assert load(store, noon + 1).messages == 3
    assert load(store, noon - 2).people == {}


def test_a_store_is_private(tmp_path: Path) -> None:
    path = tmp_path / "home" / "s.db"
    open_store(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
