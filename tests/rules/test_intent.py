"""What each verb means to do: the acts, the answer, and what is refused with the way to say it right."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rules.intent import Intention, Meant, Moment, Target, intend
from rules.replies import REPLIES
from rules.standing import House, Standing, standings
from rules.verbs import BY_WORD, VERBS, Command, Items, Need
from rules.whom import the_one, whom
from store.errors import AmbiguousError, DigwellError, NotFoundError, UsageError
from store.facts import Address, Person, Said

NOW = int(datetime(2026, 11, 23, 7, 30, tzinfo=UTC).timestamp())
AT = Moment(NOW, UTC)


def person(key: int, name: str, *addresses: str) -> Person:
    rows = tuple(Address(key + n, a, name, key, (name,)) for n, a in enumerate(addresses))
    return Person(f"p{key}", key, name, rows)


ANA = person(10, "Ana Ribeiro", "ana@example.net", "ana@work.example")
TOM = person(20, "Tomás Leal", "tomas@example.com")
JO = person(30, "Jo Lund", "jo@parcel.example")
JONAS = person(40, "Jonas Weber", "jonas@example.org")
ALL = (ANA, TOM, JO, JONAS)


def say(
    verb: str, when: str = "", text: str = "", standing: Standing | None = None, **more: str
) -> Intention:
    other = Meant(TOM, 20) if BY_WORD[verb].items is Items.PAIR else None
    one = None if BY_WORD[verb].items is Items.NONE else Meant(ANA, 10)
    target = Target(one, other, standing or Standing(), more.get("promise", ""))
    return intend(Command(verb, when=when, text=text), target, AT)


def test_every_acting_verb_means_something_and_answers_in_the_catalogue() -> None:
    for verb in VERBS:
        if verb.asks or verb.name in {"undo", "untag", "kept", "release", "resume"}:
            continue
        when = "3w" if verb.when is not Need.NO else ""
        text = "3" if verb.name == "people" else "words"
        made = say(verb.name, when, text if verb.text is not Need.NO else "")
        assert made.acts or made.wants, verb.name
        assert "{" not in made.sentence


def test_no_answer_begins_like_a_command() -> None:
    answers = [said for key, said in REPLIES.items() if key.startswith("told.")]
    assert len(answers) > len(VERBS)
    for sentence in answers:
        assert sentence.split()[0].strip("“{}:,") not in BY_WORD, sentence


@pytest.mark.parametrize(
    ("verb", "when", "text", "until", "value"),
    [
        ("snooze", "", "", "2026-12-07", ""), ("snooze", "friday", "", "2026-11-27", ""),
        ("every", "6w", "", "", "42"), ("promised", "may", "slides", "2027-05-01", ""),
        ("pause", "2w", "", "2026-12-07", ""), ("people", "", "3", "", "3"), ("tag", "", "rail", "", "rail"),
    ],
)  # fmt: skip
def test_times_and_values_are_settled(verb: str, when: str, text: str, until: str, value: str) -> None:
    (act,) = say(verb, when, text).acts
    wanted = int(datetime.fromisoformat(until).replace(tzinfo=UTC).timestamp()) if until else 0
    assert (act.until, act.value) == (wanted, value)


@pytest.mark.parametrize(
    ("verb", "when", "text"),
    [
        ("snooze", "soon", ""), ("snooze", "2026-11-23", ""), ("every", "often", ""),
        ("pause", "2020-01-01", ""),
        ("people", "", "0"), ("people", "", "many"), ("people", "", "21"), ("note", "", " \x00 "),
        ("tag", "", "a, b"), ("promised", "yesterday", "x"), ("who", "", "acme"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(verb: str, when: str, text: str) -> None:
    with pytest.raises(UsageError):
        say(verb, when, text)


def test_what_holds_already_needs_no_act() -> None:
    assert say("never", standing=Standing(never=True)).acts == ()
    assert say("tag", text="rail", standing=Standing(tags=("rail",))).acts == ()
    assert say("untag", text="rail").acts == ()
    assert say("resume").acts == ()
    paused = Moment(NOW, UTC, House(paused_until=NOW + 1))
    assert intend(Command("resume"), Target(), paused).acts != ()


def test_one_promise_is_closed_by_its_words_its_id_or_alone() -> None:
    slides, name = (
        Said("n1", 1, "promised", 10, text="the slides"),
        Said("n2", 2, "promised", 10, text="a name"),
    )
    both = Standing(promises=(slides, name))
    assert say("kept", standing=Standing(promises=(slides,))).acts[0].value == "n1"
    assert say("kept", text="NAME", standing=both).acts[0].value == "n2"
    assert say("release", standing=both, promise="n1").acts[0].value == "n1"
    with pytest.raises(AmbiguousError):
        say("kept", standing=both)
    with pytest.raises(NotFoundError):
        say("kept", text="dinner", standing=both)


def test_a_kept_promise_is_no_longer_open() -> None:
    promised = Said("n1", 1, "promised", 10, text="the slides")
    kept = say("kept", standing=Standing(promises=(promised,))).acts
    assert standings((promised, *kept), {10: 10})[10].promises == ()


def test_nobody_named_is_said_so() -> None:
    for verb in ("done", "note", "introduced", "kept"):
        with pytest.raises(DigwellError):
            intend(Command(verb, text="x"), Target(), AT)


def test_texts_are_cut_and_cleared_of_control_characters() -> None:
    (act,) = say("note", text="a\x1b[1m \n\n b\u202e" + "x" * 5000).acts
    assert act.text.startswith("a [1m b x")
    assert len(act.text) == 2000


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ana", [ANA]), ("ANA@example.net", [ANA]), ("work.example", [ANA]), ("tomas", [TOM]),
        ("leal tom", [TOM]),
        ("jo", [JO, JONAS]), ("jo lund", [JO]), ("Jo Lund", [JO]), ("p40", [JONAS]), ("zebedee", []),
        ("", []), ("<jo@parcel.example>", [JO]),
    ],
)  # fmt: skip
def test_people_are_found_by_any_unique_part(words: str, found: list[Person]) -> None:
    assert list(whom(ALL, words)) == found


def test_nobody_is_guessed() -> None:
    with pytest.raises(AmbiguousError) as several:
        the_one(ALL, "jo")
    assert len(several.value.choices) == 2
    with pytest.raises(NotFoundError):
        the_one(ALL, "zebedee")
    with pytest.raises(UsageError):
        the_one(ALL, "  ")
