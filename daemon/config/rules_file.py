"""Read rules.yaml and rules.learned.yaml into a ``Policy``, or tell every fault at once.

Must never decide anything about a person: it only says what the owner wrote, and where.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from daemon.config.files import read_guarded, show_path, wrong
from daemon.config.learned import learned_beside
from daemon.config.values import Config
from rules.policy import Circle, Origin, PersonRule, Policy, Quiet, Week
from store.errors import ConfigError, Problem

if TYPE_CHECKING:
    from daemon.config.nodes import Node
    from daemon.config.rules_schema import RulesFile


def load_policy(config: Config) -> Policy:
    """Return the policy that goes with a configuration: its rules and learned rules. Raises ConfigError."""
    learned = learned_beside(config.rules) if config.rules else None
    return load_rules(config.rules, learned, Week(config.digest.people, config.digest.wildcard))


def load_rules(path: Path | None, learned: Path | None = None, week: Week | None = None) -> Policy:
    """Return the policy of a rules file; without one, everybody keeps the rhythm they have.

    ``learned`` is the file of what the owner said about single addresses; ``week`` holds where the
    rules say nothing of it (the ``digest`` section of config.yaml). Either file may be absent.
    Raises ConfigError with every fault of both.
    """
    problems: list[Problem] = []
    policy, words = Policy(week=week or Week()), dict[str, str]()
    try:
        if path is not None and path.is_file():
            policy = _read_rules(path, policy.week)
    except ConfigError as error:
        if not error.problems:
            raise
        problems += error.problems
    try:
        if learned is not None and learned.is_file():
            words = _read_learned(learned)
    except ConfigError as error:
        if not error.problems:
            raise
        problems += error.problems
    if problems:
        raise wrong(problems[0].file, problems)
    return replace(policy, learned=words)


def _read_rules(path: Path, week: Week) -> Policy:
    text = read_guarded(path)
    from daemon.config.check import validate  # noqa: PLC0415 - pydantic costs a tenth of a second
    from daemon.config.nodes import Source  # noqa: PLC0415
    from daemon.config.rules_schema import RulesFile  # noqa: PLC0415

    source = Source(show_path(path), text)
    root = source.read()
    found = validate(RulesFile, root, source) if root.value or not source.problems else None
    if source.problems or found is None:
        raise wrong(source.file, source.problems)
    return _policy(found, root, path.name, week)


def _read_learned(path: Path) -> dict[str, str]:
    text = read_guarded(path)
    from daemon.config.check import validate  # noqa: PLC0415
    from daemon.config.nodes import Source  # noqa: PLC0415
    from daemon.config.rules_schema import LearnedFile  # noqa: PLC0415

    source = Source(show_path(path), text)
    root = source.read()
    found = validate(LearnedFile, root, source) if root.value or not source.problems else None
    if source.problems or found is None:
        raise wrong(source.file, source.problems)
    return dict(found.learned)


def _policy(file: RulesFile, root: Node, name: str, week: Week) -> Policy:
    people = file.week.people or week.people
    wildcard = week.wildcard if file.week.wildcard is None else file.week.wildcard
    spans = root.get("quiet")
    return Policy(
        circles=_circles(file, root, name),
        never=tuple(dict.fromkeys(file.never)),
        quiet=tuple(
            Quiet(start, end, yearly, _item_origin(spans, i, name))
            for i, (start, end, yearly) in enumerate(file.quiet)
        ),
        week=Week(people, min(wildcard, people), tuple(dict.fromkeys(file.week.reasons))),
        people=_people(file, root, name),
        words=dict(file.words),
        organisations=dict(file.organisations),
    )


def _circles(file: RulesFile, root: Node, name: str) -> tuple[Circle, ...]:
    circles = tuple(
        Circle(
            name=circle,
            every=wish.every,
            people=tuple(wish.people),
            tags=tuple(wish.tags),
            domains=tuple(wish.domains),
            say=wish.say or "",
            at_least=wish.at_least,
            origin=_key_origin(root.get("circles"), circle, name),
        )
        for circle, wish in file.circles.items()
    )
    # whoever fits no circle is still somebody to keep
    open_to_all = any(not (c.people or c.tags or c.domains or c.at_least) for c in circles)
    return circles if open_to_all else (*circles, Circle("everyone else"))


def _people(file: RulesFile, root: Node, name: str) -> tuple[PersonRule, ...]:
    section = root.get("people")
    return tuple(
        PersonRule(
            who=who,
            every=rule.every,
            their_rhythm="every" in rule.model_fields_set and rule.every is None,
            note=rule.note or "",
            tags=tuple(rule.tags),
            not_before=rule.not_before,
            never=rule.never,
            origin=_key_origin(section, who, name),
        )
        for who, rule in file.people.items()
    )


def _key_origin(section: Node | None, key: str, name: str) -> Origin:
    return Origin(name, section.keys[key].line) if section and key in section.keys else Origin(name, 1)


def _item_origin(section: Node | None, index: int, name: str) -> Origin:
    if section is None:
        return Origin(name, 1)
    node = section.value[index] if isinstance(section.value, list) else section
    return Origin(name, node.place.line)
