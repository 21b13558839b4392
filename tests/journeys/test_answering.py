from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from daemon import letters
from rules.standing import Standing
from store.facts import DAY
from store.ledger import count_commands
from tests.fakes.dovecot import Account
from tests.journeys.owner import FRIENDS, ME, Owner, body, links, written

pytestmark = pytest.mark.server("dovecot")


@pytest.fixture
def owner(account: Account, tmp_path: Path) -> Iterator[Owner]:
    made = Owner(account, tmp_path)
    yield made
    made.store.close()


def named(letter: str) -> list[str]:
    """Return the addresses of the people of a letter, in order."""
    return re.findall(r"^   To: (\S+)$", body(letter), re.MULTILINE)


BY_LINK: dict[str, tuple[str, Callable[[Standing], bool]]] = {
    "Done": ("", lambda s: len(s.done) == 1),
    "2 weeks": ("", lambda s: s.snoozed_until > 0),
    "Less often": ("", lambda s: s.pace > 1),
    "Never": ("", lambda s: s.never),
    "Note": ("Moving in May.", lambda s: s.notes[0].text == "Moving in May."),
}


def test_every_link_of_a_letter_works_and_the_next_letter_says_so(owner: Owner) -> None:
    owner.scan()
    letter = owner.send()
    people = named(letter)
    assert len(people) == 5
    for item, (label, (words, _)) in enumerate(BY_LINK.items()):
        link = links(letter, f"(?:{label})")[item]
        raw = owner.press(link, "") if not words else owner.post(*_note(link, words))
        assert raw
    house = owner.scan()
    for item, (_, holds) in enumerate(BY_LINK.values()):
        standing = house.standings[house.person(people[item]).key]
        assert holds(standing), people[item]
    assert count_commands(owner.store) == {"obeyed": 5, "misread": 0, "refused": 0}
    assert owner.receipts() == []
    following = owner.send(again=True)
    told = " ".join(body(following).partition("You told me:")[2].partition("\n\n")[0].split())
    for item, words in enumerate(("done", "later", "less often", "no more", "")):
        name = people[item].partition("@")[0].title()
        assert (f"{name} {words}" if words else f"a word on {name}") in told
    never = people[3]
    assert never not in named(following)


def _note(link: str, words: str) -> tuple[str, str]:
    subject = unquote(link.partition("subject=")[2].partition("&")[0])
    return subject, f"{words}\n\n(write your note above this line)\n"


FREE = (
    "done 1", "done 1: coffee", "snooze 2 2w", "snooze 1, 2, 3 until friday", "skip 3", "never 4", "slower 5",
    "faster 5", "every 2 6w", "note 2: moving in May", "gave 1: a lift", "asked 1: for advice",
    "promised 3: the slides", "tag 4: rail", "friend 2", "not-a-person 2", "pause 2w", "people 3",
    "introduced ana@example.com tomas@example.com", "same ines@example.com jonas@example.com",
)  # fmt: skip


@pytest.mark.parametrize("part", [FREE[:10], FREE[10:]], ids=["one", "two"])  # 30 mails a day are the limit
def test_every_verb_of_a_free_answer_acts_and_undo_restores_the_export(
    owner: Owner, part: tuple[str, ...]
) -> None:
    owner.scan()
    letter = owner.send()
    owner.scan()
    for words in part:
        before = owner.export()
        owner.answer(letter, words)
        owner.scan()
        assert owner.export() != before, words
        owner.answer(letter, "undo")
        owner.scan()
        assert owner.export() == before, words
    assert owner.receipts() == []


def test_what_is_not_understood_is_answered_once_into_the_inbox_and_can_be_undone_from_there(
    owner: Owner,
) -> None:
    owner.scan()
    letter = owner.send()
    before = owner.export()
    owner.answer(letter, "done 1\ndone ana and tomas maybe\nwhy 2")
    owner.scan()
    owner.scan()
    (told,) = owner.receipts()
    assert "done ana and tomas maybe" in told
    assert owner.export() != before
    receipt = next(raw for raw in owner.mails("INBOX") if "\nX-Digwell: answer\n" in raw)
    owner.answer(receipt, "undo")
    owner.scan()
    assert owner.export() == before
    assert len(owner.receipts()) == 1


def test_the_inbox_copy_of_an_obeyed_mail_goes_to_the_trash_and_no_other_mail_does(owner: Owner) -> None:
    owner.scan()
    letter = owner.send()
    raw = owner.answer(letter, "done 1")
    mid = re.search(rb"Message-ID: (<[^>]+>)", raw)[1].decode()  # type: ignore[index]
    borrowed = written("Mallory <mallory@example.com>", ME, owner.now, "Mine now", mid=mid)
    owner.account.deliver(borrowed, "INBOX")
    plain = owner.post("Shopping list", "milk\n")
    owner.scan()
    inbox, trash = list(owner.mails("INBOX")), list(owner.mails("Trash"))
    assert [one for one in trash if mid in one] == [raw.decode().replace("\r\n", "\n")]
    assert len(trash) == 1
    assert borrowed.decode().replace("\r\n", "\n") in inbox
    assert plain.decode().replace("\r\n", "\n") in inbox
    assert letter in inbox


def test_a_mail_to_oneself_logs_a_call_without_any_letter(owner: Owner) -> None:
    owner.scan()
    owner.post("log call ana@example.com 20 min, new job in March")
    owner.post("who ana")
    house = owner.scan()
    standing = house.standings[house.person("ana@example.com").key]
    assert standing.notes[0].text == "call 20 min, new job in March"
    (told,) = owner.receipts()
    assert "ana@example.com" in told


def test_a_forged_command_in_the_inbox_never_comes_near(owner: Owner) -> None:
    owner.scan()
    letter = owner.send()
    before = owner.export()
    tag = re.search(r"\[dw [^\]]+\]", body(letter))[0]  # type: ignore[index]
    forged = written(f"Maya <{ME}>", ME, owner.now, f"digwell never {tag}", "never 1\n")
    owner.account.deliver(forged, "INBOX")
    owner.scan()
    assert owner.export() == before
    assert count_commands(owner.store) == {"obeyed": 0, "misread": 0, "refused": 0}
    assert owner.receipts() == []


def test_drafts_appear_vanish_when_overtaken_and_stay_when_edited(account: Account, tmp_path: Path) -> None:
    owner = Owner(account, tmp_path, drafts=True)
    owner.scan()
    letter = owner.send()
    people = named(letter)
    owner.scan()
    drafts = list(owner.mails("Drafts"))
    assert len(drafts) == 5
    mine = next(raw for raw in drafts if people[0] in raw)
    assert "\nIn-Reply-To: <" in mine
    assert "\nReferences: <" in mine
    assert "\nSubject: Re: Plans" in mine
    assert "digwell" not in mine.lower()
    edited = next(
        p for p in account.folder("Drafts").rglob("*") if p.is_file() and people[1].encode() in p.read_bytes()
    )
    edited.write_bytes(edited.read_bytes().replace(b"?", b"? I will come.", 1))
    for address in people[:2]:
        owner.account.deliver(written(ME, address, owner.now + 5, "Hello again"), "Sent", at=owner.now + 5)
    owner.scan()
    left = list(owner.mails("Drafts"))
    assert sum(people[0] in raw for raw in left) == 0
    assert sum(people[1] in raw for raw in left) == 1
    assert len(left) == 4
    assert any(people[0] in raw for raw in owner.mails("Trash"))
    assert {f"{name}@example.com" for name in FRIENDS} >= set(people)
    owner.store.close()


def test_the_questions_of_the_first_letter_can_be_answered(account: Account, tmp_path: Path) -> None:
    owner = Owner(account, tmp_path)
    robot, double = "Parcels <service@shop.example>", "Ana Friend <ana@work.example>"
    for n in range(6):
        at = owner.now - (20 + n) * DAY
        owner.account.deliver(written(ME, double, at, f"Work {n}"), "Sent", at=at)
        owner.account.deliver(written(double, ME, at, f"Re: Work {n}"), "INBOX", at=at)
        parcel = written(robot, ME, at, f"Parcel {n}", Auto_Submitted="auto-generated", Precedence="bulk")
        owner.account.deliver(parcel, "INBOX", at=at)
    owner.account.deliver(
        written(ME, robot, owner.now - 9 * DAY, "My parcel?"), "Sent", at=owner.now - 9 * DAY
    )
    house = owner.scan()
    assert letters.keep_first(house, owner.now + DAY, ("append", "INBOX"))
    owner.scan()
    first = next(raw for raw in owner.mails("INBOX") if "\nX-Digwell: first\n" in raw)
    assert "ana@work.example" in body(first)
    assert "service@shop.example" in body(first)
    assert house.person("ana@example.com").key != house.person("ana@work.example").key
    owner.press(links(first, "Same person")[0])
    owner.answer(first, "friend a\nnever tomas@example.com\npeople 3")
    house = owner.scan()
    assert owner.receipts() == []
    assert house.person("ana@example.com").key == house.person("ana@work.example").key
    assert house.standings[house.person("service@shop.example").key].friend
    assert house.standings[house.person("tomas@example.com").key].never
    following = owner.send()
    assert len(named(following)) == 3
    assert "tomas@example.com" not in named(following)
    owner.store.close()
