"""The people group: list, show, merge, split, tag, untag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.say import COMMANDS as VERBS
from daemon.cli.shape import Group, as_json, as_of, dry_run, house, names, session
from rules.verbs import Command as Said

if TYPE_CHECKING:
    from rules.identity import Question

KINDS = ("person", "list", "newsletter", "machine", "role", "self")


@click.group(cls=Group, example="digwell people list --json --all\ndigwell people show Tomás")
def people() -> None:
    """Show and correct whom digwell knows."""


@people.command("list", example="digwell people list\ndigwell people list --all --kind newsletter --json")
@click.option(
    "--all", "everybody", is_flag=True, help="Also lists, robots and people without mail both ways."
)
@click.option("--kind", type=click.Choice(KINDS), help="Only this kind.")
@as_of
@as_json
def listing(*, everybody: bool, kind: str | None, as_of: int | None, as_json: bool) -> None:
    """List people, those in the closest touch first."""
    from daemon import records, week
    from rules.names import from_address

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        found = records.people(week.look(opened, now), everybody=everybody or kind is not None)
    chosen = [record for record in found if kind in {None, record["kind"]}]
    if as_json:
        output.items("people", chosen, opened.shown(now))
        return
    output.table(
        ("name", "address", "kind", "last", "sent", "received", "circle"),
        (
            (
                record["name"] or from_address(record["addresses"][0]).title(),
                record["addresses"][0],
                record["kind"],
                (record["last"] or "")[:10],
                str(record["sent"]),
                str(record["received"]),
                record["circle"] or "",
            )
            for record in chosen
        ),
    )


@people.command(example="digwell people show Tomás\ndigwell people show tomas@example.com --json")
@click.argument("person", nargs=-1, required=True, shell_complete=names)
@as_of
@as_json
def show(*, person: tuple[str, ...], as_of: int | None, as_json: bool) -> None:
    """Show what is known of one person."""
    from daemon import portrait, week

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        who = opened.person(" ".join(person))
        found = portrait.portrait(opened, week.look(opened, now), who)
    if as_json:
        output.item("person", portrait.record(found), opened.shown(now))
    else:
        output.say("\n".join(portrait.lines(found)))


@people.command(example="digwell people merge\ndigwell people merge ana@work.example ana@example.net")
@click.argument("pair", metavar="[PERSON PERSON]", nargs=-1, shell_complete=names)
@dry_run
@as_json
def merge(*, pair: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Make one person of two; without names, go through those who may be one.

    `people split` and `undo` take them apart again; nothing is lost.
    """
    from daemon import joining, saying

    if len(pair) not in {0, 2}:
        raise click.UsageError("name two people, or nobody to be asked")
    with house() as opened:
        if pair:
            output.told(saying.tell(opened, Said("same", pair), dry_run), opened.now, as_json=as_json)
            return
        found = joining.questions(opened)
        if as_json:
            output.items("questions", (joining.record(q) for q in found), opened.now)
        elif not found:
            output.say("Nobody looks like two entries for one person.")
        else:
            _walk(found, ask=not (dry_run or session().no_input) and output.asks())


def _walk(found: tuple[Question, ...], *, ask: bool) -> None:
    """Show each question, and ask it where somebody can answer."""
    from daemon import joining, saying

    for question in found:
        output.say("\n".join(joining.lines(question)))
        if not ask:
            output.say()
            continue
        answer = click.prompt(
            "Same person?", type=click.Choice(["yes", "no", "skip", "quit"]), default="skip"
        )
        if answer == "quit":
            return
        verb = {"yes": "same", "no": "different"}.get(answer)
        if verb:
            command = Said(verb, (question.one.main.address, question.other.main.address))
            with house() as fresh:
                output.say(saying.tell(fresh, command, dry_run=False).line())


@people.command(example="digwell people split Ana\ndigwell people split ana@work.example")
@click.argument("person", nargs=-1, required=True, shell_complete=names)
@dry_run
@as_json
def split(*, person: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Take a merged person apart into addresses again, or take one address out."""
    from daemon import saying

    with house() as opened:
        output.told(saying.split(opened, " ".join(person), dry_run), opened.now, as_json=as_json)


for _verb in ("tag", "untag"):
    people.add_command(VERBS[_verb])

COMMANDS = {"people": people}
