"""Commands that look: due, who, why, before, status, log. They change nothing and need no network."""

from __future__ import annotations

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, as_of, house


@click.command(cls=Command, example="digwell due\ndigwell due --all\ndigwell due --json --as-of 2026-11-23")
@click.option(
    "--all", "everybody", is_flag=True, help="Everybody who may be named, not only the next mail's."
)
@as_of
@as_json
def due(*, everybody: bool, as_of: int | None, as_json: bool) -> None:
    """Show who is due, and why: the people of the next mail, or everybody who may be named."""
    from daemon import records, week
    from rules.words import every, length

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        if everybody:
            seen = week.look(opened, now)
            found = week.everybody_due(opened, seen)
        else:
            made = week.compose(opened, now)
            seen, found = made.seen, made.digest.suggestions
    if as_json:
        output.items("due", (records.suggestion(seen, s) for s in found), now)
        return
    if not found:
        output.say("Nobody is waiting for you.")
        return
    output.table(
        ("", "who", "address", "last", "rhythm", "circle", "why"),
        (
            (
                str(s.number),
                s.person.name or s.person.main.address,
                s.person.main.address,
                length(s.tie.silence),
                every(s.tie.rhythm.median) if s.tie.rhythm.learned else "",
                s.tie.circle,
                f"{s.reason.value}: {s.sentence}",
            )
            for s in found
        ),
    )


COMMANDS = {"due": due}
