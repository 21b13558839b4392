"""The verbs on the command line: one command a verb, made from the table that the mail uses too."""

from __future__ import annotations

from collections.abc import Callable

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, dry_run, house, names
from rules.verbs import VERBS, Items, Need, Verb
from rules.verbs import Command as Said

EXAMPLES = {
    "done": 'digwell done Tomás\ndigwell done tomas@example.com "coffee, he starts in May"',
    "snooze": "digwell snooze Grace 2w\ndigwell snooze Grace 2027-01-10",
    "every": "digwell every Ana 6w",
    "note": 'digwell note Tomás "moving in May"',
    "gave": 'digwell gave Ana "introduced her to Sofia"',
    "asked": 'digwell asked Ruth "to read my draft"',
    "promised": 'digwell promised Ana "the agent\'s name" --by friday',
    "kept": 'digwell kept Ana\ndigwell kept Ana "agent\'s name"',
    "release": "digwell release Ana",
    "introduced": "digwell introduced Bilal Ines",
    "same": "digwell same ana@work.example ana@example.net",
    "different": "digwell different ana@work.example anna@example.org",
    "friend": "digwell friend studio@example.com",
    "not-a-person": "digwell not-a-person parcels@example.com",
    "tag": "digwell tag Tomás rail",
    "untag": "digwell untag Tomás rail",
    "pause": "digwell pause 2w",
    "resume": "digwell resume",
    "undo": "digwell undo",
}
"""How each verb is written on the command line; the rest follow ``digwell VERB Tomás``."""

BY_MAIL_ONLY = frozenset({"yes", "people", "now", "draft", "log", "why", "who", "before", "help"})
"""Verbs that have another shape here: a command of its own, or an option of one."""

PICKS_BY_TEXT = frozenset({"kept", "release"})
"""Verbs that take words here, to pick one of several promises, where a mail has letters."""


def _params(verb: Verb) -> list[click.Parameter]:
    found: list[click.Parameter] = []
    takes_text = verb.text is not Need.NO or verb.name in PICKS_BY_TEXT
    if verb.items is Items.PAIR:
        found += [click.Argument([name], metavar="PERSON", shell_complete=names) for name in ("one", "other")]
    elif verb.items is not Items.NONE:
        # a name of several words needs no quotes where nothing else can follow
        count = 1 if takes_text or verb.when is not Need.NO else -1
        found.append(
            click.Argument(["person"], metavar="PERSON", nargs=count, required=True, shell_complete=names)
        )
    if takes_text and verb.when is not Need.NO:
        found.append(click.Option(["--by", "when"], metavar="WHEN", help="By when: friday, 2w, a date."))
    elif verb.when is not Need.NO:
        default = {"default": verb.default_when} if verb.default_when else {}
        found.append(click.Argument(["when"], required=verb.when is Need.MUST, **default))
    if takes_text:
        word = "TAG" if verb.name in {"tag", "untag"} else "TEXT"
        needed = verb.text is Need.MUST
        shown = word if needed else f"[{word}]"
        found.append(click.Argument(["text"], nargs=-1, metavar=shown, required=needed))
    return found


def _carry(verb: Verb) -> Callable[..., None]:
    def carry(  # noqa: PLR0913 - click hands every part of the sentence by name
        *,
        dry_run: bool,
        as_json: bool,
        person: str | tuple[str, ...] = (),
        one: str = "",
        other: str = "",
        when: str | None = None,
        text: tuple[str, ...] = (),
    ) -> None:
        from daemon import saying
        from rules.commands import due

        name = person if isinstance(person, str) else " ".join(person)
        named = tuple(n for n in (one, other) if n) or ((name,) if name else ())
        said = " ".join(text)
        if verb.name == "promised" and not when:
            said, when = due(said)
        command = Said(verb.name, named, when or "", said)
        with house() as opened:
            told = (
                saying.undo(opened, dry_run) if verb.name == "undo" else saying.tell(opened, command, dry_run)
            )
        output.told(told, opened.now, as_json=as_json)

    return carry


def _command(verb: Verb) -> click.Command:
    says = f"{verb.says[0].upper()}{verb.says[1:]}."
    made = click.command(
        verb.name,
        cls=Command,
        params=_params(verb),
        help=says,
        example=EXAMPLES.get(verb.name, f"digwell {verb.name} Tomás"),
    )
    return made(dry_run(as_json(_carry(verb))))


COMMANDS = {verb.name: _command(verb) for verb in VERBS if verb.name not in BY_MAIL_ONLY}
