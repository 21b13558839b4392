"""rules.yaml as models: circles, never, quiet, week, people, words, organisations.

All of it optional. Like the models of config.yaml these are the only description of a key.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from daemon.config import wording
from daemon.config.schema import (
    DATE_PATTERN,
    LENGTH_PATTERN,
    FewPeople,
    SomePeople,
    Strict,
    Switch,
    Text,
    Words,
    section,
    words_schema,
    written,
)
from rules.policy import REASONS

LEARNED_WORDS = ("friend", "not a person")
WORD_REASONS = (*REASONS, "wildcard")
GAPS = ("first", "subject", "months")

Cadence = Annotated[
    int | None,
    PlainValidator(wording.cadence),
    WithJsonSchema(
        {"anyOf": [{"const": wording.THEIR_RHYTHM}, {"type": "string", "pattern": LENGTH_PATTERN}]}
    ),
]
Day = Annotated[
    date, PlainValidator(wording.day), WithJsonSchema({"type": "string", "pattern": DATE_PATTERN})
]
Domain = Annotated[str, PlainValidator(wording.domain)]
Domains = Annotated[list[Domain], BeforeValidator(wording.as_list), WithJsonSchema(words_schema())]
Never = Annotated[
    list[Annotated[str, PlainValidator(wording.never)]],
    BeforeValidator(wording.as_list),
    WithJsonSchema(words_schema()),
]
Spans = Annotated[
    list[Annotated[tuple[date, date, bool], PlainValidator(wording.span)]],
    BeforeValidator(wording.as_list),
    WithJsonSchema(words_schema()),
]
Count = Annotated[
    int, PlainValidator(wording.number(0, 10_000)), WithJsonSchema({"type": "integer", "minimum": 0})
]
Reasons = Annotated[
    list[Annotated[str, PlainValidator(wording.one_of(*REASONS))]],
    BeforeValidator(wording.as_list),
    WithJsonSchema(words_schema({"enum": list(REASONS)})),
]
Sentence = Annotated[
    str, PlainValidator(wording.template(GAPS)), WithJsonSchema({"type": "string", "minLength": 1})
]
WordReason = Annotated[str, PlainValidator(wording.one_of(*WORD_REASONS))]


LearnedWord = Annotated[str, PlainValidator(wording.one_of(*LEARNED_WORDS))]


class CircleRule(Strict):
    """A named wish; the first circle that fits a person counts."""

    every: Cadence = written(wording.THEIR_RHYTHM, "How often: 4w, 3m, 1y, or their rhythm.")
    people: Words = Field([], description="Names or addresses.")
    tags: Words = Field([], description="Tags, any of which fits.")
    domains: Domains = Field([], description="Domains of their addresses, any of which fits.")
    say: Text | None = Field(None, description="What to tell you with each of them.")
    at_least: Count = Field(0, description="Only people with at least so many days of direct mail.")


class OnePerson(Strict):
    """What holds for one person; beats every circle."""

    every: Cadence = written(wording.THEIR_RHYTHM, "How often: 4w, 3m, 1y, or their rhythm.")
    note: Text | None = Field(None, description="What to remember.")
    tags: Words = Field([], description="Tags of theirs.")
    not_before: Day | None = Field(None, description="Not to be named before that day.")
    never: Switch = written("off", "on: never to be named.")


class WeekRule(Strict):
    """How the weekly people are made up."""

    people: SomePeople | None = Field(None, description="How many people the mail names.")
    wildcard: FewPeople | None = Field(None, description="Of those, drawn by lot from people you have lost.")
    reasons: Reasons = Field(list(REASONS), description="Reasons that may bring somebody in, the first wins.")


class RulesFile(Strict):
    """rules.yaml."""

    circles: dict[str, CircleRule] = Field({}, description="Wishes by name, the first that fits counts.")
    never: Never = Field([], description="Never to be named: addresses with *, list:*, tag:word, names.")
    quiet: Spans = Field(
        [], description="Spans without mail: 2026-12-20 to 2027-01-04, or every august 1 to august 21."
    )
    week: WeekRule = section("How the weekly people are made up.")
    people: dict[str, OnePerson] = Field({}, description="Names or addresses, and what holds for them.")
    words: dict[WordReason, Sentence] = Field({}, description="Opening words of your own, by reason.")
    organisations: dict[Domain, Text] = Field({}, description="Names of organisations, by domain.")


class LearnedFile(Strict):
    """rules.learned.yaml: what you told digwell about single addresses."""

    learned: dict[Text, LearnedWord] = Field({}, description="Addresses, each friend or not a person.")
