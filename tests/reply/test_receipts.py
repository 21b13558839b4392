from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from rules.commands import read
from store import outbox
from store.facts import DAY
from tests.reply.desk import NOW, Desk, mail

EVERYTHING = """done 1
snooze 2 2w
every 3 6w
note 1: done 2, undo, never 3
gave 2: never 1
promised 3: help by friday
kept a
introduced i
done ana and tomas maybe
never 9
undo
why
who tomas
help
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, answer="always")
    yield made
    made.store.close()


def commands(text: str) -> list[str]:
    return [command.line for command in read(text).commands]


def every_receipt(desk: Desk) -> list[str]:
    cite = f"<{desk.letter_id}>"
    desk.answer(mail("Re: letter", EVERYTHING, References=cite))
    desk.answer(mail("Re: letter", "undo", References=cite), NOW + 1)
    desk.answer(mail("Re: letter", "undo", References=cite), NOW + 2)
    desk.answer(mail("Re: letter", "undo", References=cite), NOW + 3)
    desk.answer(mail("Re: letter", "never 1\n" * 41, References=cite), NOW + 4)
    desk.answer(mail("Re: letter", "never 1\n" + "so\n" * 9000, References=cite), NOW + 5)
    desk.answer(mail("who nobodyatall"), NOW + 6)
    desk.answer(mail("why tomas@example.com"), NOW + 7)
    desk.answer(mail("Re: letter", "done 1", References=cite), NOW + 70 * DAY)
    return desk.receipts()


def test_no_line_of_a_receipt_reads_as_a_command_however_it_is_copied(desk: Desk) -> None:
    receipts = every_receipt(desk)
    assert len(receipts) == 9
    for text in receipts:
        for item in ("", "1", "all"):
            assert read(text, item).commands == ()
        for line in text.splitlines():
            assert len(line) <= 72
            for shown in (line, line.strip(), line.lstrip(" ·|*->"), f"> {line}"):
                assert commands(shown) == [], shown
        flat = re.sub(r"[ \n]+", " ", text)
        for width in range(24, 100, 3):
            for line in textwrap.wrap(flat, width):
                assert commands(line) == [], line


def test_a_receipt_tells_what_was_done_then_what_was_not_then_how_to_undo(desk: Desk) -> None:
    every_receipt(desk)
    told = desk.receipts()[0]
    order = [
        "Done:",
        "Ana",
        "Not possible",
        "there is no 9",
        "Not understood",
        "done ana and tomas maybe",
        "undo",
    ]
    places = [told.index(word, told.index("Done:")) for word in order[:-1]] + [told.rindex("undo")]
    assert places == sorted(places)


def test_a_receipt_is_an_answer_that_no_program_will_answer(desk: Desk) -> None:
    raw = mail("Re: Ana, Tomás (23 November)", "done 1", References=f"<{desk.letter_id}>")
    desk.answer(raw)
    (parcel,) = [p for p in outbox.pending(desk.store) if p.key.startswith("receipt")]
    told = message_from_bytes(parcel.raw, policy=default)
    asked = message_from_bytes(raw, policy=default)
    assert told["Auto-Submitted"] == "auto-replied"
    assert told["X-Auto-Response-Suppress"] == "All"
    assert told["In-Reply-To"] == asked["Message-ID"]
    assert told["References"] == f"<{desk.letter_id}> {asked['Message-ID']}"
    assert told["To"] == told["From"].addresses[0].addr_spec == "maya@example.org"
    assert told["Subject"] == "Re: Ana, Tomás (23 November)"
    assert told["Bcc"] is told["Cc"] is None
