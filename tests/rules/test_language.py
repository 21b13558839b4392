"""The catalogue: three files are a language, without a key twice, and with every verb."""

from __future__ import annotations

from rules.phrases import JUDGEMENT
from rules.replies import REPLIES
from rules.told import in_short, told
from rules.verbs import VERBS
from rules.words import LETTER


def test_the_files_of_the_language_share_no_key() -> None:
    parts = (LETTER, JUDGEMENT, REPLIES)
    assert len(set().union(*parts)) == sum(map(len, parts))


def test_every_verb_has_its_help_and_what_comes_of_it_and_no_other_word_has() -> None:
    for verb in VERBS:
        assert verb.says
        assert verb.asks or f"told.{verb.name}" in REPLIES, verb.name
    spoken = {key.split(".")[1] for key in REPLIES if key.startswith(("help.", "short."))}
    assert spoken == {verb.name for verb in VERBS}


def test_what_the_owner_wrote_is_put_in_once_and_never_read_again() -> None:
    assert told("note", text="{day} at {other}") == "remembered “{day} at {other}”"
    assert in_short("introduced", "{other}", "Ana") == "{other} and Ana introduced"
    assert in_short("yes", "Ana") == ""
