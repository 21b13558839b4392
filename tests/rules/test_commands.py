from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.commands import Script, read, read_link, read_untagged
from rules.verbs import VERBS
from tests.rules.answers import TONGUES, tails

PLAIN = """(digwell reads only what you write above this line)

Five people, about twelve minutes
Monday 23 November · your slot: Tuesday 8:30

1  ANA RIBEIRO  (you promised)
   Nothing has gone out since.
   To: ana@example.net

   · “done 2”   met, called or written elsewhere
[dw 2026w48.all 8b0ajedkvznxanq9]
"""
COPIED = """digwell  ·  Monday 23 November  ·  your slot: Tuesday 8:30

Five people, about twelve minutes
Ana Ribeiro
Write to Ana
Done
2 weeks
Less often
Never
Note
"""
SAID = """Done 1, 3 and a
snooze 2, 4 2w
note 5: moving to Lisbon in May
"""
MEANT = [
    ("done", ("1", "3", "a"), "", ""),
    ("snooze", ("2", "4"), "2w", ""),
    ("note", ("5",), "", "moving to Lisbon in May"),
]
STYLES = list(tails(TONGUES[0], PLAIN, COPIED))


def told(script: Script) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [(c.verb, c.items, c.when, c.text) for c in script.commands]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.code)
def test_commands_above_any_tail_are_read_exactly(tongue: object, style: str) -> None:
    tail = tails(tongue, PLAIN, COPIED)[style]  # type: ignore[arg-type]
    assert told(read(SAID + tail)) == MEANT
    assert told(read(SAID.replace("\n", "\r\n") + tail)) == MEANT


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.code)
def test_ordinary_answers_hold_no_command(tongue: object, style: str) -> None:
    tail = tails(tongue, PLAIN, COPIED)[style]  # type: ignore[arg-type]
    for text in (tongue.prose + "\n" + tail, tail):  # type: ignore[attr-defined]
        assert told(read(text, item="2")) == []
        assert told(read(text)) == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("done 1 3 5", [("done", ("1", "3", "5"), "", "")]),
        ("done 1, and 3.", [("done", ("1", "3"), "", "")]),
        ("met #2", [("done", ("2",), "", "")]),
        ("- done all", [("done", ("all",), "", "")]),
        ("snooze 1,2,3 2w", [("snooze", ("1", "2", "3"), "2w", "")]),
        ("snooze 1 2w, 3 1m", [("snooze", ("1",), "2w", ""), ("snooze", ("3",), "1m", "")]),
        ("snooze 3 for 2 weeks", [("snooze", ("3",), "2 weeks", "")]),
        ("later 3 until friday; never 4", [("snooze", ("3",), "friday", ""), ("never", ("4",), "", "")]),
        ("every 2 6w", [("every", ("2",), "6w", "")]),
        ("done 1, 3, snooze 2", [("done", ("1", "3"), "", ""), ("snooze", ("2",), "", "")]),
        ("note 2: ask her, then done 3; never 4", [("note", ("2",), "", "ask her, then done 3; never 4")]),
        ("promised a: the slides by friday", [("promised", ("a",), "friday", "the slides")]),
        ("done 2: coffee at noon", [("done", ("2",), "", "coffee at noon")]),
        ("never sales@shop.example", [("never", ("sales@shop.example",), "", "")]),
        ("same a@x.example b@x.example", [("same", ("a@x.example", "b@x.example"), "", "")]),
        ("who acme", [("who", (), "", "acme")]),
        ("people 3", [("people", (), "", "3")]),
        ("pause 2w", [("pause", (), "2w", "")]),
        ("why 2", [("why", ("2",), "", "")]),
        ("why", [("why", (), "", "")]),
        ("UNDO", [("undo", (), "", "")]),
        ("– done 1", [("done", ("1",), "", "")]),
        ("done 1,", [("done", ("1",), "", "")]),
        ("done １、３", [("done", ("1", "3"), "", "")]),
        ("Done: 1, 3", [("done", ("1", "3"), "", "")]),
        ("why 2?", [("why", ("2",), "", "")]),
        ("before 2", [("before", ("2",), "", "")]),
        ("introduced 1 and 2", [("introduced", ("1", "2"), "", "")]),
        ("same 1, 2", [("same", ("1", "2"), "", "")]),
        ("log ana@x.example 20 min on the phone", [("log", ("ana@x.example",), "", "20 min on the phone")]),
        ("done ana@x.example<mailto:ana@x.example>", [("done", ("ana@x.example",), "", "")]),
        ("done Ana@x.example <mailto:Ana@x.example>, 2", [("done", ("ana@x.example", "2"), "", "")]),
    ],
)
def test_a_line_means(line: str, meant: object) -> None:
    assert told(read(line)) == meant


@pytest.mark.parametrize(
    "line",
    [
        "never mind, I will call her",
        "done with this project",
        "skip it",
        "Done deal, see you at 5",
        "note 2 moving to Lisbon",
        "gave 2 weeks notice",
        "asked 3 people",
        "wrote 2 emails",
        "done",
        "never",
        "snooze 1 sometime",
        "every 2",
        "pause",
        "people many",
        "who is this",
        "who are you",
        "Who knows?",
        "done 0",
        "done 100",
        "done 1 ana",
        "done ana",
        "“done 2”",
        "'done 2'",
        "> done 2",
        "log the hours",
        "same 1 2 3",
        "same 1, all",
        "note 1, 2: both",
        "before",
        "before five",
        "help?",
        "why?",
        "done\u20601",
        "done 1 / 2",
        "d o n e 1",
        "undo 3",
        "now 3",
    ],
)
def test_a_line_that_is_not_wholly_a_command_does_nothing(line: str) -> None:
    assert read(line).commands == ()


@pytest.mark.parametrize("line", ["snoze 2 2w", "Dnoe 1", "nevr 3", "slwer 2", "not-a-preson jo@x.example"])
def test_a_verb_that_is_misspelt_is_handed_back_with_its_line(line: str) -> None:
    assert read(line) == Script((), (line,))


@pytest.mark.parametrize(
    "line", ["Donna 1 pm is fine by me then", "dinner at seven", "fine, 2 is better", "See you at 5"]
)
def test_prose_with_a_figure_is_not_handed_back(line: str) -> None:
    assert read(line) == Script()


def test_what_looks_meant_is_handed_back_and_prose_is_not() -> None:
    script = read("done 1\ndone ana and tomas maybe\nnever 4")
    assert [c.verb for c in script.commands] == ["done", "never"]
    assert script.unread == ("done ana and tomas maybe",)
    assert read("never mind the slides, I have sent them on Sunday").unread == ()


def test_prose_after_commands_ends_the_script() -> None:
    assert told(read("done 1\nIt was a nice talk.\nnever 2")) == [("done", ("1",), "", "")]


def test_two_lines_of_prose_may_stand_before_commands_but_not_three() -> None:
    assert told(read("Lovely week.\nTwo things:\ndone 1")) == [("done", ("1",), "", "")]
    assert read("Lovely week.\nOne thing.\nTwo things:\ndone 1").commands == ()
    assert told(read("Hi digwell,\n\ndone 1")) == [("done", ("1",), "", "")]


def test_one_word_counts_only_before_any_prose() -> None:
    assert told(read("undo")) == [("undo", (), "", "")]
    assert read("Nothing to report\nnow").commands == ()


def test_a_wrapped_note_is_read_to_its_end() -> None:
    text = (
        "note 2: moving to Lisbon in May and worried about the schools there,\nask again in spring\n\nthanks"
    )
    assert read(text).commands[0].text.endswith("schools there, ask again in spring")


def test_a_bare_verb_is_about_the_item_of_the_mail() -> None:
    assert told(read("snooze 2w", item="3")) == [("snooze", ("3",), "2w", "")]
    assert read("snooze 2w", item="all").commands == ()


@pytest.mark.parametrize(
    ("subject", "item", "meant"),
    [
        ("digwell done Ana Ribeiro", "1", [("done", ("1",), "", "")]),
        ("Digwell snooze 1m Ana Ribeiro", "2", [("snooze", ("2",), "1m", "")]),
        ("digwell snooze 1 month Ana", "2", [("snooze", ("2",), "1 month", "")]),
        ("digwell introduced Bilal + Ines", "i", [("introduced", ("i",), "", "")]),
        ("digwell note 3, 4", "2", [("note", ("2",), "", "")]),
        ("digwell never 5", "1", [("never", ("1",), "", "")]),
        ("digwell why", "all", [("why", (), "", "")]),
        ("digwell people 3", "all", [("people", (), "", "3")]),
        ("digwell pause 3w", "all", [("pause", (), "3w", "")]),
        ("digwell done 1, 3", "all", [("done", ("1", "3"), "", "")]),
        ("digwell done Ana", "all", []),
        ("digwell snooze whenever Ana", "2", []),
        ("digwell forget Ana", "2", []),
        ("Re: digwell done Ana", "1", []),
        ("my digwell done Ana", "1", []),
    ],
)
def test_a_link_subject_means(subject: str, item: str, meant: object) -> None:
    assert told(read_link(subject, item)) == meant


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        (
            "log call ana@example.net 20 min, new job in March",
            [("log", ("ana@example.net",), "", "call 20 min, new job in March")],
        ),
        ("Log Ana lunch", [("log", (), "", "Ana lunch")]),
        ("who acme", [("who", (), "", "acme")]),
        ("digwell why ana@example.net", [("why", ("ana@example.net",), "", "")]),
        ("help", [("help", (), "", "")]),
        ("done 1", []),
        ("never ana@example.net", []),
        ("undo", []),
        ("why 2", []),
        ("help, who acme", []),
        ("log a@x.example b@x.example", []),
        ("Shopping list", []),
        ("", []),
    ],
)
def test_an_untagged_mail_to_oneself_may_say_little(subject: str, meant: object) -> None:
    assert told(read_untagged(subject)) == meant


def test_every_verb_of_the_table_is_read_in_its_own_form() -> None:
    for verb in VERBS:
        form = verb.form.replace(" N", " 2").replace("text", "some words").replace("word", "rail")
        read_back = read_untagged(form) if verb.name == "log" else read(form)
        if verb.by_mail:
            assert [c.verb for c in read_back.commands] == [verb.name], form
        else:
            assert read_back.commands == ()


def test_two_hundred_hostile_bodies_take_less_than_a_second() -> None:
    seeds = (
        "done 1, ",
        "1,",
        ":",
        "note 1: x\n",
        " ",
        "\n",
        "done ",
        "a@b.c ",
        "\u00a0",
        "done 1 and ",
        "snooze 1 2",
        "On 2026 @ ",
        "> ",
        "-",
        "done 1;\n",
        "who ",
        "promised 1: x by ",
        "é",
        "\ud800",
        "note 1: " + "y" * 90 + "\n",
    )
    bodies = [(seed * 20_000)[: 20_000 - turn] for seed in seeds for turn in range(10)]
    assert len(bodies) == 200
    start = time.process_time()
    for body in bodies:
        read(body, item="1")
    assert time.process_time() - start < 1.0


AROUND = (
    "1", "2", "3", "a", "b", "all", "and", ",", ";", ":", ".", "2w", "friday", "until", "by", "ana@x.y", ">",
    "--", "\n", "\r", "thanks", "2026-13-45", "99999w", "²", "٣",
)  # fmt: skip
WORDS = st.sampled_from([*(word for verb in VERBS for word in (verb.name, *verb.aliases)), *AROUND])


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join) | st.text(max_size=300), st.sampled_from(["", "1", "all"]))
def test_reading_never_raises(text: str, item: str) -> None:
    assert isinstance(read(text, item), Script)
    assert isinstance(read_link(text, item), Script)
    assert isinstance(read_untagged(text), Script)
