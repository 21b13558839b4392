"""The week as a whole: who is named, how often, and whether every sentence is proven."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import digest
from rules.commands import Script, read
from rules.due import survey
from rules.policy import Policy
from rules.verdicts import Digest, Reason
from rules.words import Words, every
from store.facts import Snapshot
from tests.rules.worlds import Friend, dossiers, friend, person, steady, world

OCCASION = digest.Occasion("2026w48", "2026-11-23", b"key")
PLAIN = Policy()


def compose(snapshot: Snapshot, policy: Policy = PLAIN, occasion: digest.Occasion = OCCASION) -> Digest:
    seen = survey(snapshot, policy, person)
    picked = digest.choose(seen, occasion)
    return digest.compose(seen, picked, dossiers(snapshot, digest.wanted(seen, picked)), occasion)


def names(made: Digest) -> list[str]:
    return [s.person.name for s in made.suggestions]


def test_somebody_late_is_named_and_somebody_in_rhythm_is_not() -> None:
    made = compose(world([steady("Ana Ribeiro", 21, 100), steady("Grace Adeyemi", 60, 30)]))
    assert names(made) == ["Ana Ribeiro"]
    assert made.suggestions[0].reason is Reason.YOUR_TURN
    assert made.suggestions[0].sentence == (
        "You two write about every 3 weeks; it has been 14 weeks. Ana wrote last, so it is your turn."
    )


def test_the_wildcard_is_somebody_lost_and_the_same_whenever_it_is_drawn() -> None:
    lost = [steady(f"Lost {n}", 30, 1500 + n) for n in range(30)]
    first, second = compose(world(lost)), compose(world(lost))
    assert [s.wildcard for s in first.suggestions].count(True) == 1
    assert names(first) == names(second)
    assert first.pool == 30


mails = st.lists(st.tuples(st.integers(0, 4000), st.sampled_from("oi")), min_size=1, max_size=30)
worlds = st.lists(mails, max_size=25).map(
    lambda many: [friend(f"Friend Nr{n}", some) for n, some in enumerate(many)]
)


@settings(max_examples=60, deadline=None)
@given(worlds)
def test_no_mail_names_more_than_five_or_anybody_twice_and_every_sentence_is_proven(
    friends: list[Friend],
) -> None:
    snapshot = world(friends)
    made = compose(snapshot)
    assert len(made.suggestions) <= 5
    assert len({s.person.key for s in made.suggestions}) == len(made.suggestions)
    for suggestion in made.suggestions:
        exist = {e.mid for e in dossiers(snapshot, [suggestion.person.key])[suggestion.person.key].exchanges}
        assert suggestion.evidence
        assert all(row.date or row.message_id in exist for row in suggestion.evidence)
        assert "{" not in suggestion.sentence + suggestion.opening


@settings(max_examples=30, deadline=None)
@given(worlds)
def test_nothing_that_is_said_of_anybody_reads_as_a_command(friends: list[Friend]) -> None:
    for said in compose(world(friends)).suggestions:
        for line in (said.sentence, said.opening, said.rhythm_words, said.balance_words, said.told_by):
            assert read(line) == Script()
            assert read(line, "1").commands == ()


@pytest.mark.parametrize("gap", [1, 7, 21, 90])
def test_no_rhythm_reads_as_a_command(gap: int) -> None:
    words = Words()("rhythm", every=every(gap))
    assert read(words) == Script()
    assert read(words, "1").commands == ()
