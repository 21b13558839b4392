"""The people group: list, show, merge, split, tag, untag."""

from __future__ import annotations

import click

from daemon.cli import output
from daemon.cli.say import COMMANDS as VERBS
from daemon.cli.shape import Group, as_json, as_of, dry_run, house
from rules.verbs import Command as Said

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

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        found = records.people(week.look(opened, now), everybody=everybody or kind is not None)
    chosen = [record for record in found if kind in {None, record["kind"]}]
    if as_json:
        output.items("people", chosen, now)
        return
    output.table(
        ("name", "address", "kind", "last", "sent", "received", "circle"),
        (
            (
                record["name"],
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
@click.argument("person", nargs=-1, required=True)
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
        output.item("person", portrait.record(found), now)
    else:
        output.say("\n".join(portrait.lines(found)))


@people.command(example="digwell people merge ana@work.example ana@example.net")
@click.argument("one", metavar="PERSON")
@click.argument("other", metavar="PERSON")
@dry_run
@as_json
def merge(*, one: str, other: str, dry_run: bool, as_json: bool) -> None:
    """Make one person of two. `people split` takes them apart again; nothing is lost."""
    from daemon import saying

    with house() as opened:
        made = saying.tell(opened, Said("same", (one, other)), dry_run)
    output.told(made, opened.now, as_json=as_json)


@people.command(example="digwell people split Ana\ndigwell people split ana@work.example")
@click.argument("person", nargs=-1, required=True)
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
