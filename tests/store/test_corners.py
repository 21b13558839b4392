"""Corners of the store: odd headers, odd folders, odd questions."""

from __future__ import annotations

from pathlib import Path

from store.cards import keep_traits, traits
from store.editions import plan_edition
from store.facts import DAY, Edition, Mark, Named, Quarantined, Role, Suggested, Trait
from store.folders import account_id, folders, folders_called, quarantined, set_cursor, sync_folders
from store.forgetting import forget
from store.items import Item, items, keep_items
from store.messages import counts, record
from store.outbox import put, written
from store.people import beginning, know, newest
from store.snapshot import load
from tests.store.letters import ME, START, days, letter, new_store, people, seen, without_ids

LATER = START + 30 * DAY


def test_all_writers_of_a_letter_have_written_it(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    both = letter("a", "ana@x.example")._replace(sender=people("ana@x.example", "bob@x.example", ME))
    record(store, folder["INBOX"], seen(both))
    assert {p.main.address: p.main.received for p in load(store, LATER).people.values()} == {
        "ana@x.example": 1,
        "bob@x.example": 1,
    }


def test_a_letter_from_nobody_is_kept_and_counts_for_nobody(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("a", "")))
    assert counts(store).messages == 1
    assert days(store) == []


def test_a_reply_to_is_remembered_where_it_differs(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = letter("a", "ana@x.example")._replace(reply_to=people("ana@x.example", "ana@home.example"))
    record(store, folder["INBOX"], seen(mail))
    sql = "SELECT a.address FROM participant p JOIN address a ON a.id = p.address_id WHERE p.part = 4"
    assert store.rows(sql) == [("ana@home.example",)]


def test_the_same_recipient_twice_counts_once(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    twice = letter("a", ME, ["ana@x.example", "ana@x.example"], cc=["ana@x.example"])
    record(store, folder["Sent"], seen(twice))
    assert [row[3:7] for row in days(store)] == [(1, 0, 1, 0)]


def test_a_circular_to_many_is_shared_by_none(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(
        store,
        folder["INBOX"],
        seen(letter("a", "ana@x.example", [ME, *(f"p{n}@x.example" for n in range(30))])),
    )
    assert [row[0] for row in days(store)] == ["ana@x.example"]


def test_an_automatic_letter_of_mine_is_no_contact(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["Sent"], seen(letter("away", ME, "ana@x.example", marks=Mark.AUTO)))
    assert days(store) == []


def test_our_own_letter_counts_for_nobody_even_from_another_address(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    put(store, "k", "dw@x", b"", ("smtp", "x"), START)
    ours = seen(letter("dw@x", "digwell@machine.example", ME, marks=Mark.OWN))
    record(store, folder["INBOX"], ours)
    record(store, folder["Archive"], [ours[0]._replace(message=ours[0].message._replace(bcc=people(ME)))])
    assert days(store) == []
    assert written(store) == (("dw@x", START),)


def test_undated_copies_count_on_the_day_of_the_first(tmp_path: Path) -> None:
    late, folder = new_store(tmp_path / "1.db")
    mail = letter("a", "ana@x.example", at=START + DAY, dated=False)
    early = mail._replace(at=START)
    record(late, folder["INBOX"], seen(mail))
    record(late, folder["Archive"], seen(early))
    other, folder = new_store(tmp_path / "2.db")
    record(other, folder["INBOX"], seen(early))
    record(other, folder["Archive"], seen(mail))
    assert without_ids(late) == without_ids(other)
    assert [row[2] for row in days(late)] == [START // DAY]


def test_an_answer_among_a_list_names_its_parent(tmp_path: Path) -> None:
    """In a list everybody cites the whole thread; only the parent is answered."""
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["Sent"], seen(letter("q", ME, "l@x.example")))
    for name, marks in (("ana", Mark.LIST_ID), ("bob", Mark(0))):
        mail = letter(
            f"r-{name}", f"{name}@x.example", parent="other", references=("q", "other"), marks=marks
        )
        record(store, folder["INBOX"], seen(mail))
    answers = {p.main.address: p.main.answers for p in load(store, LATER).people.values()}
    assert (answers["ana@x.example"], answers["bob@x.example"]) == (0, 1)


def test_an_answer_may_be_found_by_its_references_alone(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("r", "ana@x.example", references=("q",))))
    record(store, folder["Archive"], seen(letter("q", ME, "ana@x.example")))
    (ana,) = load(store, LATER).people.values()
    assert ana.main.answers == 1


def test_folders_come_go_and_change(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db", roles={"INBOX": Role.INBOX})
    account = account_id(store, "main", "imap.example.org", ME)
    assert account_id(store, "main", "mail.example.org", ME) == account
    both = sync_folders(store, account, [("INBOX", Role.INBOX, True), ("Old", Role.OTHER, False)])
    assert [(f.name, f.watched) for f in both] == [("INBOX", True), ("Old", False)]
    assert folders_called(store, "main") == both
    assert folders_called(store, "none") == ()
    (left,) = sync_folders(store, account, [("INBOX", Role.INBOX, True)])
    assert left.name == "INBOX"
    again = sync_folders(store, account, [("INBOX", Role.INBOX, True), ("Old", Role.ARCHIVE, True)])
    assert again[1].id == both[1].id
    assert again[1].role is Role.ARCHIVE
    assert folders(store, account) == again


def test_reading_a_folder_anew_tries_what_failed_again(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], [], [Quarantined(5, "no header", 1)])
    set_cursor(store, folder["INBOX"].id, None)
    assert quarantined(store, folder["INBOX"].id) == ()


def test_what_letters_told_is_kept_once(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    ana = know(store, "ana@x.example", [])
    told = Trait(ana, "promise", "I will send it", START, "m1")
    keep_traits(store, [told, told, Trait(ana, "job", "", START)])
    keep_traits(store, [told])
    assert traits(store) == (told,)
    assert traits(store, START) == ()


def test_everything_a_letter_lets_one_answer_to_is_found(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    ana, bob = know(store, "ana@x.example", []), know(store, "bob@x.example", [])
    plan_edition(
        store,
        Edition("2020w38", START, "composed", "dw@x"),
        [Suggested("2020w38", "1", ana, 0, "new", False)],
    )
    keep_items(store, "2020w38", [Item("a", ana, note="n1"), Item("b", ana, bob)])
    keep_items(store, "2020w38", [Item("a", bob)])
    assert items(store, "2020w38") == {
        "1": Item("1", ana),
        "a": Item("a", ana, note="n1"),
        "b": Item("b", ana, bob),
    }
    forget(store, bob, None)
    assert set(items(store, "2020w38")) == {"1", "a"}


def test_names_are_completed_for_people_written_to(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    mail = letter("a", ME)._replace(
        to=(Named("ana@x.example", "Ribeiro, Ana"), Named("b_b@x.example", "")), to_count=2
    )
    record(store, folder["Sent"], seen(mail))
    record(store, folder["INBOX"], seen(letter("s", "ariel@spam.example")))
    assert beginning(store, "A") == ("ana@x.example",)
    assert beginning(store, "rib") == ("ana@x.example",)
    assert beginning(store, "b_") == ("b_b@x.example",)
    assert beginning(store, "%") == ()


def test_a_mark_tells_that_something_is_new(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    before = newest(store)
    assert newest(store) == before
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")))
    assert newest(store) != before


def test_reading_may_be_given_up_half_way_and_the_store_closed(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(*(letter(f"m{n}", f"p{n}@x.example") for n in range(5))))
    rows = store.stream("SELECT address FROM address")
    assert next(iter(rows))
    store.close()
    rows.close()  # type: ignore[attr-defined]
