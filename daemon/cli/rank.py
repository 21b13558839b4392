"""Judgement as tables for other programs: rank, and classify for mail files."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import click

from daemon.cli import output
from daemon.cli.shape import Command, Moment, as_json, house
from store.errors import DigwellError

_IN_PART, _NOTHING = 3, 6


@click.command(cls=Command, example="digwell rank --as-of 2026-11-23 --format csv > rank.csv")
@click.option("--as-of", "told", metavar="DATE", help="Only what came before it counts; default: now.")
@click.option("--format", "shape", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_context
def rank(ctx: click.Context, *, told: str | None, shape: str, as_json: bool) -> None:
    """List every person with mail both ways, in the order in which digwell would suggest them.

    Columns: owner, T, contact (the main address), score (the order) and warmth (a probability).
    """
    from daemon import clock
    from rules.due import ranking

    with house(readonly=True) as opened:
        now = Moment().convert(told, None, ctx) if told is not None else opened.look_from
        ranked = ranking(opened.facts(now), opened.policy)
        owner = opened.owner
    shown = told or clock.rfc3339(opened.shown(now))
    if as_json or shape == "json":
        rows = ({"contact": p.main.address, "score": t.order, "warmth": t.warmth} for p, t in ranked)
        output.items("rank", ({"owner": owner, "T": shown, **row} for row in rows), opened.shown(now))
        return
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("owner", "T", "contact", "score", "warmth"))
    table.writerows((owner, shown, p.main.address, f"{t.order:.8g}", f"{t.warmth:.6f}") for p, t in ranked)


@click.command(cls=Command, example="digwell classify letter.eml\ndigwell classify --json mails/*.eml")
@click.argument("files", nargs=-1, required=True, metavar="FILE.eml...", type=click.Path(path_type=Path))
@as_json
@click.pass_context
def classify(ctx: click.Context, *, files: tuple[Path, ...], as_json: bool) -> None:
    """Judge mail files by what they say themselves, one a line: no store, nothing is kept.

    With --json each line is an object: file, from, kind, reasons, bounce, auto.
    """
    from daemon import clock
    from daemon.classifying import classified

    missed = 0
    for path in files:
        try:
            found = classified(path, clock.now())
        except DigwellError as error:
            missed += 1
            output.tell(f"{error}")
            continue
        if as_json:
            output.line(found)
        else:
            output.say(f"{found['file']}: {found['kind']} ({'; '.join(found['reasons'])})")
    if missed:
        ctx.exit(_NOTHING if missed == len(files) else _IN_PART)


COMMANDS = {"rank": rank, "classify": classify}
