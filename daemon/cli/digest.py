"""The digest group: preview, send, history."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.shape import Group, as_json, as_of, dry_run, house

if TYPE_CHECKING:
    from daemon.app import House

SHAPES = ("text", "html", "eml", "json")


@click.group(cls=Group, example="digwell digest preview\ndigwell digest send")
def digest() -> None:
    """Preview or send the weekly mail, and see what came of earlier ones."""


@digest.command(
    example="digwell digest preview\ndigwell digest preview --format html > digest.html\n"
    "digwell digest preview --as-of 2026-11-23 --format json"
)
@click.option("--format", "shape", type=click.Choice(SHAPES), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@as_of
def preview(*, shape: str, as_json: bool, as_of: int | None) -> None:
    """Show the weekly mail as it would be made now, and send nothing."""
    from daemon import records, week

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        made = week.compose(opened, now)
        if as_json or shape == "json":
            more = records.digest(made.digest)
            said = [records.suggestion(made.seen, s) for s in made.digest.suggestions]
            output.items("digest", said, opened.shown(now), **more)
            return
        if shape == "eml":
            sys.stdout.buffer.write(week.mail(opened, made, now))
            return
        rendered = week.render(opened, made)
    if shape == "html":
        click.echo(rendered.html)
    else:
        output.say(f"Subject: {rendered.subject}\n\n{rendered.text}".rstrip())


@digest.command(example="digwell digest send\ndigwell digest send --again")
@click.option("--again", is_flag=True, help="Make a further edition of this week.")
@dry_run
@as_json
def send(*, again: bool, dry_run: bool, as_json: bool) -> int:
    """Send this week's mail now, or finish one that was begun; once it has gone out, say so."""
    told = {"again": again, "as_json": as_json}
    return _rehearse(**told) if dry_run else send_weekly(**told)


def send_weekly(*, again: bool = False, as_json: bool = False) -> int:
    """Send this week's mail and tell what became of it; return the exit code.

    Raises ConfigError, and what keeps the mail from being made.
    """
    from daemon import post, records

    with house(mailbox=True) as opened:
        done = post.send_now(opened, again=again)
    if as_json:
        output.item("sent", records.sent(done), opened.now)
        return done.delivery.exit_code
    if done.before:
        _already(opened, records.when(done.before), done.message_id)
    elif done.delivery.exit_code == 0:
        output.say(f"edition {done.edition} is in your mailbox")
    else:
        output.tell(f"digwell: edition {done.edition} has not arrived ({done.delivery.state.value})")
        output.tell(f"  {done.delivery.words}")
    return done.delivery.exit_code


def _rehearse(*, again: bool, as_json: bool) -> int:
    """Say what sending now would come to."""
    from daemon import post, records, week
    from rules.names import called

    with house(mailbox=True) as opened:
        key = post.coming(opened, again=again)
        kept = next((e for e in records.history(opened.snapshot) if e["edition"] == key), {})
        made = () if kept else week.compose(opened, opened.look_from, key).digest.suggestions
    names = [p["name"] for p in kept["people"]] if kept else [called(s.person) for s in made]
    already = kept["at"] if kept.get("state") == "delivered" else None
    if as_json:
        rehearsed = {"edition": key, "already": already, "people": names, "dry_run": True}
        output.item("sent", rehearsed, opened.now)
    elif already:
        _already(opened, already, kept["message_id"])
    else:
        what = "would finish" if kept else "would be"
        output.say(f"{what}: edition {key} for {opened.owner}, naming {', '.join(names) or 'nobody'}")
    return 0


def _already(opened: House, at: str | None, message_id: str) -> None:
    when = output.local(at, opened.zone)
    output.say(f"already sent this week ({when}, <{message_id}>)\nSend a second one with --again.")


@digest.command(example="digwell digest history\ndigwell digest history --json")
@as_json
def history(*, as_json: bool) -> None:
    """Show every edition: when it was made, what became of it, and to whom you wrote."""
    from daemon import records

    with house(readonly=True) as opened:
        found = records.history(opened.snapshot)
    if as_json:
        output.items("history", found, opened.now)
        return
    if not found:
        output.say("No weekly mail has been made yet. Make one: digwell digest send")
    output.table(
        ("edition", "state", "at", "people", "wrote", "answered"),
        (
            (
                r["edition"],
                f"{r['state']}: {r['error']}" if r["error"] else r["state"],
                (r["at"] or "")[:16].replace("T", " "),
                str(len(r["people"])),
                str(sum(1 for p in r["people"] if p["wrote"])),
                str(sum(1 for p in r["people"] if p["answered"])),
            )
            for r in found
        ),
    )


COMMANDS = {"digest": digest}
