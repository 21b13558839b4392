"""Commands that look: due, who, why, before, status, log. They change nothing and need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from daemon.cli import output
from daemon.cli.shape import Command, as_json, as_of, blind_house, house, names, session

if TYPE_CHECKING:
    from rules.due import Survey


@click.command(cls=Command, example="digwell due\ndigwell due --all\ndigwell due --json --as-of 2026-11-23")
@click.option(
    "--all", "everybody", is_flag=True, help="Everybody who may be named, not only the next mail's."
)
@as_of
@as_json
def due(*, everybody: bool, as_of: int | None, as_json: bool) -> None:
    """Show who is due, and why: the people of the next mail, or everybody who may be named."""
    from daemon import records, week
    from rules.names import called
    from rules.words import about, length

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        if everybody:
            seen = week.look(opened, now)
            found = week.everybody_due(opened, seen)
        else:
            made = week.compose(opened, now)
            seen, found = made.seen, made.digest.suggestions
    if as_json:
        output.items("due", (records.suggestion(seen, s) for s in found), opened.shown(now))
        return
    if not found:
        output.say(_why_nobody(seen))
        return
    output.table(
        ("", "who", "why", "last", "rhythm", "address", "circle", "in words"),
        (
            (
                str(s.number),
                called(s.person),
                s.reason.value,
                length(s.tie.silence),
                about(s.tie.rhythm.median) if s.tie.rhythm.learned else "",
                s.person.main.address,
                s.tie.circle,
                s.sentence,
            )
            for s in found
        ),
    )


def _why_nobody(seen: Survey) -> str:
    if not any(tie.mutual for tie in seen.ties):
        return (
            "Nobody is known yet with whom mail went both ways.\n"
            "Has your mail been read (digwell scan), and does Sent receive copies (digwell doctor)?"
        )
    if seen.snapshot.editions:
        return "Nobody is waiting; whoever was named of late rests for some weeks (digwell digest history)."
    return "Nobody is waiting for you."


@click.command(cls=Command, example="digwell why studio@example.com\ndigwell why Tomás --json")
@click.argument("address", nargs=-1, required=True, shell_complete=names)
@as_json
def why(*, address: tuple[str, ...], as_json: bool) -> None:
    """Show what stands behind an address, and which rule decided."""
    from daemon import records
    from rules.classify import kind_of
    from rules.names import called

    with house(readonly=True) as opened:
        who = opened.person(" ".join(address))
        standing = opened.standings.get(who.key)
        verdict = kind_of(who, standing, opened.policy, opened.snapshot.own)
    found = {"person_id": who.id, "name": who.name, **records.verdict(verdict), **records.counts(who)}
    if as_json:
        output.item("why", found, opened.now)
        return
    output.say(f"{called(who)}: {verdict.kind.value}, because {verdict.rule}")
    for ground in verdict.grounds:
        output.say(f"  {ground}")
    output.say("  " + ", ".join(f"{name} {count}" for name, count in records.counts(who).items()))


@click.command(cls=Command, example="digwell log\ndigwell log --limit 5 --json")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="So many, the latest first."
)
@as_json
def log(*, limit: int, as_json: bool) -> None:
    """Show every command, where it came from, and its effect."""
    from daemon import records
    from store import ledger

    with house(readonly=True) as opened:
        found = [records.command(c) for c in ledger.commands(opened.store, limit)]
    if as_json:
        output.items("log", found, opened.now)
        return
    if not found:
        output.say("No command yet: neither here nor by mail.")
    output.table(
        ("", "when", "from", "state", "command", "effect"),
        (
            (
                str(r["id"]),
                (r["at"] or "")[:16].replace("T", " "),
                r["channel"] if not r["edition"] else f"{r['channel']} {r['edition']}",
                "undone" if r["undone_by"] else r["state"],
                r["text"],
                "; ".join((r["effect"] or "").splitlines()),
            )
            for r in found
        ),
    )


@click.command(cls=Command, example="digwell status\ndigwell status --json")
@as_json
def status(*, as_json: bool) -> int:
    """Show what the daemon did and will do next. Exit 5 where it has been blind for two days."""
    from daemon import clock, reporting
    from daemon.app import read_config
    from store.errors import ConfigError, DamagedError, DigwellError

    wrong: DigwellError | None = None
    now, said = clock.now(), session()
    try:
        with house(readonly=True, as_it_is=True) as opened:
            found, config = reporting.report(opened), opened.config
    except ConfigError as error:
        wrong = error
        with blind_house(error) as opened:
            found, config = reporting.report(opened, error), opened.config
    except DamagedError as error:
        wrong, config = error, read_config(said.config, said.store, needed=False)
        found = reporting.of_ruin(config)
    if as_json:
        output.item("status", found, now)
    else:
        zone = clock.zone(config.digest.time_zone)
        output.say("\n".join(reporting.lines(found, lambda at: output.local(at, zone))))
    if wrong is not None:
        raise wrong
    if reporting.is_blind(found):
        output.tell("digwell: blind: no good scan for two days; digwell doctor says why")
        return 5
    return 0


@click.command(cls=Command, example="digwell who acme\ndigwell who data engineer --json")
@click.argument("words", nargs=-1, required=True)
@as_of
@as_json
def who(*, words: tuple[str, ...], as_of: int | None, as_json: bool) -> None:
    """Show whom you know at a place, under a tag or by a note, now or before; and who leads there."""
    from daemon import finding
    from store.errors import NotFoundError

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        found = finding.find(opened, " ".join(words), now)
    if as_json:
        output.items("who", (finding.record(f) for f in found), opened.shown(now))
    if not found:
        raise NotFoundError(f"nobody: no one you know goes with “{' '.join(words)}”")
    if not as_json:
        output.table(("who", "what", "", "last", "topic"), (finding.row(f, now) for f in found))


@click.command(cls=Command, example="digwell before Ruth\ndigwell before ruth@example.edu --json")
@click.argument("person", nargs=-1, required=True, shell_complete=names)
@as_of
@as_json
def before(*, person: tuple[str, ...], as_of: int | None, as_json: bool) -> None:
    """Show what to know before you write to somebody: the silence, your notes, what went each way."""
    from daemon import week
    from rules.favours import before as known_before
    from rules.names import called

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        one = opened.person(" ".join(person))
        found = known_before(week.look(opened, now), one)
    if as_json:
        output.item(
            "before", {"person_id": one.id, "name": called(one), "lines": list(found)}, opened.shown(now)
        )
    else:
        output.say("\n".join((called(one), *(f"  {line}" for line in found))))


COMMANDS = {"due": due, "why": why, "log": log, "status": status, "who": who, "before": before}
