"""What leaves the store: records that depend on facts only, text that is inert, views that are described."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.db import Store
from store.editions import plan_edition, set_edition
from store.events import keep_bounces, keep_meetings
from store.export import as_line, records, when, without_token
from store.facts import DAY, Bounce, Edition, Folder, Mark, Meeting, Said, Suggested
from store.folders import set_cursor, sync_folders
from store.formats import csv_lines, inert, vcards
from store.health import drop, everything, health, report
from store.ledger import Command, begin_command, say
from store.messages import learn_own, record
from store.outbox import done, failed, parcel, pending, put, trying, waiting
from store.people import know
from store.snapshot import load
from store.views import VIEWS, Verdict, judged, keep_verdicts
from tests.store.letters import ME, START, letter, new_store, seen

LATER = START + 30 * DAY
MAC = "0123456789abcdef"


@pytest.fixture
def home(tmp_path: Path) -> tuple[Store, dict[str, Folder]]:
    store, folder = new_store(tmp_path / "s.db")
    record(
        store,
        folder["Sent"],
        seen(letter("q", ME, ["ana@x.example", "bob@x.example"], cc=["cleo@x.example"])),
    )
    record(store, folder["INBOX"], seen(letter("r", "ana@x.example", at=START + DAY, parent="q")))
    return store, folder


def lines(store: Store) -> list[str]:
    return [as_line(r) for r in records(store)]


def test_records_are_sorted_and_say_their_type(home: tuple[Store, dict[str, Folder]]) -> None:
    found = list(records(home[0]))
    assert [r["type"] for r in found] == sorted(r["type"] for r in found)
    assert {r["type"] for r in found} == {"address", "message", "person"}
    answer = next(r for r in found if r.get("message_id") == "r")
    assert answer == {
        "type": "message",
        "message_id": "r",
        "date": "2020-09-14T12:26:40Z",
        "from": ["ana@x.example"],
        "to": [ME],
        "subject": "about r",
        "in_reply_to": "q",
        "list_id": "",
        "marks": [],
        "answers_owner": True,
    }
    ana = next(r for r in found if r.get("address") == "ana@x.example")
    assert (ana["sent"], ana["received"], ana["answers"], ana["names"]) == (1, 1, 1, ["Ana"])


def test_copies_moves_and_a_new_uidvalidity_change_no_line(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    before = lines(store)
    mail = seen(letter("q", ME, ["ana@x.example", "bob@x.example"], cc=["cleo@x.example"]))
    for name in ("Archive", "All", "Trash", "INBOX"):
        record(store, folder[name], mail)
    set_cursor(store, folder["Sent"].id, None)
    sync_folders(store, 1, [])
    assert lines(store) == before


def test_learning_a_name_for_an_unused_address_is_the_only_trace_of_an_address_book(
    home: tuple[Store, dict[str, Folder]],
) -> None:
    store, _ = home
    before = set(lines(store))
    know(store, "eve@x.example", ["Eve"])
    assert {json.loads(line)["type"] for line in set(lines(store)) - before} == {"address", "person"}


def test_our_own_letters_and_tokens_never_leave(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    before = lines(store)
    mid = f"dw.2020w38.all.{MAC}@example.org"
    put(store, "2020w38", mid, b"raw", ("append", "INBOX"), START)
    record(store, folder["INBOX"], seen(letter(mid, ME, ME, marks=Mark.OWN)))
    assert lines(store) == before
    answer = letter("c1", ME, ME, subject=f"Re: five people [dw 2020w38.1 {MAC}] done", parent=mid)
    record(store, folder["Sent"], seen(answer))
    begin_command(store, Command(mid="c1", at=START, channel="mail", text="done 1"))
    assert not any(MAC in line for line in lines(store))
    assert any('"subject":"Re: five people [dw 2020w38.1] done"' in line for line in lines(store))


def test_a_strangers_forged_mark_hides_no_mail(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    record(store, folder["INBOX"], seen(letter("forged", "eve@x.example", marks=Mark.OWN)))
    assert any('"message_id":"forged"' in line for line in lines(store))
    assert any(p.main.address == "eve@x.example" for p in load(store, LATER).people.values())


def test_suggestions_bounces_and_meetings_are_exported(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    ana = know(store, "ana@x.example", [])
    line = Suggested("2020w38", "1", ana, 0, "new", True, sentence="Hi", evidence=(("message_id", "r"),))
    plan_edition(store, Edition("2020w38", START + DAY, "composed", "dw@x", people=1), [line])
    before = lines(store)
    keep_bounces(store, [Bounce("bob@x.example", True, START + DAY, "b1", "q")])
    keep_meetings(store, [Meeting("u1", LATER, "accepted", ("ana@x.example", ME), "Tea", "inv")], START + DAY)
    found = {json.loads(x)["type"]: json.loads(x) for x in lines(store) if x not in before}
    assert found["bounce"]["original"] == "q"
    assert found["meeting"]["addresses"] == ["ana@x.example", ME]
    (told,) = [json.loads(x) for x in before if '"type":"suggestion"' in x]
    assert told["evidence"] == [{"message_id": "r"}]
    assert told["person"] in {p.id for p in load(store, LATER).people.values()}
    (edition,) = [json.loads(x) for x in before if '"type":"edition"' in x]
    assert edition["slot"] == "2020-09-14T12:26:40Z"
    shot = load(store, LATER)
    assert [b.mid for b in shot.bounces] == ["b1"]
    assert [m.uid for m in shot.meetings] == ["u1"]
    assert load(store, START + DAY).bounces == ()


def test_a_bounce_of_mail_never_sent_is_not_believed(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    forged = [
        Bounce("ana@x.example", True, START + DAY, "b1", "never-sent"),
        Bounce("zoe@x.example", True, START + DAY, "b2", ""),
        Bounce("bob@x.example", True, START + DAY, "b3", ""),
    ]
    keep_bounces(store, forged)
    assert [b.mid for b in load(store, LATER).bounces] == ["b3"]


@given(st.text())
def test_taking_tokens_out_leaves_other_text_alone(text: str) -> None:
    if "dw" not in text.lower():
        assert without_token(text) == text


def test_times_are_rfc_3339() -> None:
    assert when(0) is None
    assert when(START) == "2020-09-13T12:26:40Z"


def test_people_as_csv_are_inert(home: tuple[Store, dict[str, Folder]]) -> None:
    store, folder = home
    evil = letter("e", "eve@x.example")
    record(store, folder["INBOX"], seen(evil))
    store.execute("UPDATE address_name SET name = '=cmd|calc' WHERE name = 'Eve'")
    people = load(store, LATER).people.values()
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(people, {p.key: ["a", "b"] for p in people})))))
    assert {r["name"] for r in rows} == {"Ana", "Bob", "Cleo", "'=cmd|calc"}
    ana = next(r for r in rows if r["address"] == "ana@x.example")
    assert (ana["sent"], ana["received"], ana["tags"]) == ("1", "1", "a b")


@given(st.text(max_size=20))
def test_no_cell_starts_a_formula(cell: str) -> None:
    assert inert(cell).lstrip()[:1] not in {"=", "+", "-", "@", "|", "%"}
    assert inert(cell).endswith(cell)


def test_people_as_vcards_fold_and_escape(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    name = "Ána; the, great\\\nBEGIN:VCARD " + "ü" * 80
    number = know(store, "zed@x.example", [name])
    know(store, "name:gus", ["Gus"])
    people = [p for p in load(store, LATER).people.values() if p.name in {name, "Gus"}]
    cards = "".join(vcards(people, {number: ["friend"]}))
    assert all(len(line.encode()) <= 75 for line in cards.split("\r\n"))
    unfolded = cards.replace("\r\n ", "")
    assert unfolded.count("\r\nBEGIN:VCARD") + 1 == 2
    assert "FN:Ána\\; the\\, great\\\\\\nBEGIN" in unfolded
    assert "CATEGORIES:friend" in unfolded
    assert unfolded.count("EMAIL") == 1


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_every_view_is_there_and_says_what_it_is(home: tuple[Store, dict[str, Folder]], name: str) -> None:
    store, _ = home
    row = store.one("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", (name,))
    assert row is not None
    assert f"CREATE VIEW {name} AS -- " in row[0]
    store.rows(f"SELECT * FROM {name}")


def test_no_view_is_undescribed(home: tuple[Store, dict[str, Folder]]) -> None:
    assert {r[0] for r in home[0].rows("SELECT name FROM sqlite_schema WHERE type = 'view'")} == set(VIEWS)


def test_the_views_tell_what_the_snapshot_tells(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    ana = know(store, "ana@x.example", [])
    for n, (verb, value, until) in enumerate(
        (
            ("tag", "friend", 0),
            ("tag", "rail", 0),
            ("untag", "rail", 0),
            ("note", "", 0),
            ("snooze", "", LATER),
        )
    ):
        number = begin_command(store, Command(at=START + n))
        say(
            store,
            number,
            [Said("", START + n, verb, ana, text="tall" if verb == "note" else "", value=value, until=until)],
        )
    row = store.one(
        "SELECT name, sent, received, answers, contact_days FROM people WHERE address = 'ana@x.example'"
    )
    assert row == ("Ana", 1, 1, 1, 2)
    assert store.rows("SELECT direction, address, direct FROM interactions ORDER BY 1, 2") == [
        ("in", "ana@x.example", 1),
        ("out", "ana@x.example", 1),
        ("out", "bob@x.example", 1),
        ("out", "cleo@x.example", 0),
    ]
    assert store.rows("SELECT * FROM tags") == [("ana@x.example", "friend")]
    assert store.rows("SELECT person, text FROM notes") == [("ana@x.example", "tall")]
    assert store.rows("SELECT * FROM snoozes") == [("ana@x.example", "2020-10-13 12:26:40")]


def test_verdicts_are_kept_with_version_and_day(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    assert judged(store) == ("", 0)
    ana, bob = know(store, "ana@x.example", []), know(store, "bob@x.example", [])
    one = Verdict(ana, "person", "wrote", 0.5, 1.5, 0.0, 30.0, "everyone else", due=True, reason="gone quiet")
    keep_verdicts(store, "v1", START, [one, Verdict(bob, "person", "x", 0, 0, 7, 1, "c", due=False)])
    keep_verdicts(store, "v2", START, [one])
    assert judged(store) == ("v2", START // DAY)
    assert store.rows("SELECT person, warmth, rhythm_days, due, reason, version, day FROM verdicts") == [
        ("ana@x.example", 0.5, None, 1, "gone quiet", "v2", "2020-09-13")
    ]


def test_a_letter_leaves_the_outbox_in_order(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    assert put(store, "a", "m1", b"raw", ("append", "INBOX"), START)
    assert not put(store, "a", "m2", b"other", ("append", "INBOX"), START)
    put(store, "b", "m3", b"raw3", ("smtp", "x"), START)
    assert [p.key for p in pending(store)] == ["a", "b"]
    assert trying(store, "a", START + 1) == 1
    waiting(store, "a", "no line")
    assert trying(store, "a", START + 2) == 2
    one = parcel(store, "a")
    assert one is not None
    assert (one.state, one.raw, one.tries, one.tried) == ("trying", b"raw", 2, START + 2)
    done(store, "a")
    failed(store, "b", "refused")
    assert pending(store) == ()
    one, two = parcel(store, "a"), parcel(store, "b")
    assert one is not None
    assert two is not None
    assert (one.state, one.raw) == ("done", b"")
    assert (two.state, two.raw, two.error) == ("failed", b"raw3", "refused")
    assert parcel(store, "c") is None


def test_health_counts_failures_in_a_row(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    report(store, "main", "ok", START)
    report(store, "main", "offline", START + 10, "no route")
    now = report(store, "main", "offline", START + 20, "no route")
    assert (now.since, now.last_ok, now.failures) == (START + 10, START, 2)
    now = report(store, "main", "ok", START + 30)
    assert (now.since, now.last_ok, now.failures, now.error) == (START + 30, START + 30, 0, "")
    assert everything(store) == (now,)
    drop(store, "main")
    assert health(store, "main") is None


def test_own_addresses_without_mail_are_exported_as_own(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    learn_own(store, [ME, "second@x.example"])
    assert [(r["address"], r["own"]) for r in records(store)] == [(ME, True), ("second@x.example", True)]


def test_a_delivered_edition_shows_when(home: tuple[Store, dict[str, Folder]]) -> None:
    store, _ = home
    plan_edition(store, Edition("2020w38", START, "composed", "dw@x"), [])
    before = lines(store)
    set_edition(store, "2020w38", "delivered", START + 77)
    after = lines(store)
    assert len(set(after) ^ set(before)) == 2  # the state only: when it ran is the run's business
    assert not any("12:27:57" in line for line in after)
