"""Promises, questions and signatures in the first lines of letters."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.firstlines import gist

LETTER = """Hi Bo,

lovely to see you. I'll send you the charts on Monday. How did the race
go?

Best regards,
Maya Okonkwo
Northwind Boats
+43 1 555 0100

On Mon, 21 Sep 2026 at 10:00, Bo Lind <bo@example.net> wrote:
> I will lend you the boat. Shall we meet?
"""


def test_a_letter_gives_its_writers_promise_question_and_signature() -> None:
    got = gist(LETTER)
    assert got.promises == ("I'll send you the charts on Monday.",)
    assert got.question == "How did the race go?"
    assert got.signature == "Maya Okonkwo · Northwind Boats · +43 1 555 0100"


@pytest.mark.parametrize(
    "sentence",
    [
        "I'll call you tomorrow.",
        "I will look into it and get back to you.",
        "Let me check with Ruth.",
        "I’ll introduce you to Ana.",
        "I owe you the book.",
        "Ich schicke dir die Karten.",
        "Ich melde mich nächste Woche.",
        "Je t'envoie les photos demain.",
        "Te mando el libro el lunes.",
    ],
)
def test_a_promise_is_found(sentence: str) -> None:
    assert gist(f"Hello,\n\n{sentence}\n").promises == (sentence,)


@pytest.mark.parametrize(
    "sentence",
    [
        "I will be there.",
        "I'll have the fish.",
        "I'll miss you.",
        "Will I call you?",
        "Shall I send it?",
        "If I find it I'll send it.",
        "You will send it.",
        "I won't send anything.",
        "> I'll send it.",
        "She said the mill will look better.",
    ],
)
def test_other_sentences_are_no_promise(sentence: str) -> None:
    assert gist(sentence).promises == ()


@pytest.mark.parametrize("text", ["How are you?", "Wie geht's dir?", "OK?", "> Shall we meet?", ""])
def test_a_greeting_or_a_quote_asks_nothing(text: str) -> None:
    assert gist(text).question == ""


def test_the_last_question_is_the_one_that_waits() -> None:
    assert gist("Did you see it? Yes. Where shall we meet?").question == "Where shall we meet?"


@pytest.mark.parametrize(
    "ending",
    [
        "-- \nMaya\nNorthwind",
        "--\nMaya\nNorthwind",
        "Cheers\nMaya\nNorthwind",
        "Mit freundlichen Grüßen,\n\nMaya\nNorthwind",
        "Thanks!\nMaya\nNorthwind\n\n----- Original Message -----\nFrom: Bo <bo@example.net>",
    ],
)
def test_a_signature_is_what_stands_below_the_letter(ending: str) -> None:
    assert gist(f"Hello\n\nall fine.\n\n{ending}\n").signature == "Maya · Northwind"


def test_a_letter_without_a_closing_has_no_signature() -> None:
    assert gist("Hello\nall fine.\nMaya").signature == ""


@given(st.text(max_size=2000))
def test_any_text_is_read_without_a_sting(text: str) -> None:
    got = gist(text)
    for told in (*got.promises, got.question, got.signature):
        assert "\n" not in told
        assert len(told) <= 300


@pytest.mark.parametrize(
    "text", ["I'll " * 50_000, "on " * 50_000, "a" * 500_000, "? " * 50_000, "-- \n" * 50_000, " " * 500_000]
)
def test_long_texts_are_read_in_bounded_time(text: str) -> None:
    start = time.process_time()
    gist(text)
    assert time.process_time() - start < 0.2
