"""The rules group (check, explain, simulate) and the schemas of both files."""

from __future__ import annotations

from dataclasses import asdict

import click

from daemon.cli import output
from daemon.cli.shape import Command, Group, as_json, as_of, house, names, session


@click.group(cls=Group, example="digwell rules check\ndigwell rules explain Tomás")
def rules() -> None:
    """Check, explain and try out your intentions."""


@rules.command(example="digwell rules check\ndigwell --config ./config.yaml rules check")
@as_json
def check(*, as_json: bool) -> int:
    """Check config.yaml and rules.yaml: every fault at once, with its place."""
    from daemon import clock
    from daemon.app import read_config
    from daemon.config.rules_file import load_policy
    from store.errors import ConfigError

    said = session()
    try:
        found = read_config(said.config, said.store, needed=False)
        policy = load_policy(found)
    except ConfigError as error:
        if not as_json:
            raise
        problems = [asdict(p) for p in error.problems] or [{"message": str(error)}]
        output.items("problems", problems, clock.now())
        return error.exit_code
    if as_json:
        output.items("problems", [], clock.now())
        return 0
    files = [path for path in (found.file, found.rules) if path and path.is_file()]
    for path in files:
        output.say(f"{path}: fine")
    if not files:
        output.say("There are no files yet: everybody is kept at the rhythm the two of you already have.")
    circles = "1 circle" if len(policy.circles) == 1 else f"{len(policy.circles)} circles"
    output.say(f"{circles}, {len(policy.people)} people, {len(policy.never)} never.")
    return 0


@rules.command(
    example="digwell rules explain Tomás\ndigwell rules explain tomas@example.com --as-of 2026-11-23"
)
@click.argument("person", nargs=-1, required=True, shell_complete=names)
@as_of
@as_json
def explain(*, person: tuple[str, ...], as_of: int | None, as_json: bool) -> None:
    """Show how the rules come to their verdict on a person: each rule, each figure, and the place."""
    from daemon import week
    from rules.explain import explain as traced

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        who = opened.person(" ".join(person))
        found = traced(week.look(opened, now), who)
    if as_json:
        output.item(
            "explain", {"person_id": who.id, "name": who.name, "lines": list(found)}, opened.shown(now)
        )
    else:
        output.say("\n".join(found))


@rules.command(
    example="digwell rules simulate --weeks 12\ndigwell rules simulate --weeks 30 --as-of 2026-06-01"
)
@click.option(
    "--weeks", type=click.IntRange(1, 520), default=12, show_default=True, help="How far back to begin."
)
@as_of
@as_json
def simulate(*, weeks: int, as_of: int | None, as_json: bool) -> None:
    """Replay past weeks with today's rules: whom the mail would have named, and to whom you wrote anyway."""
    from daemon import tokens
    from rules.simulate import simulate as replay
    from rules.simulate import told

    with house(readonly=True) as opened:
        now = as_of or opened.look_from
        key = tokens.load_key(tokens.key_file(opened.store.path))
        weekly = replay(opened.facts(now), opened.policy, weeks, key)
    if not as_json:
        output.say("\n".join(told(weekly)))
        return
    rows = (
        {
            "edition": week.edition,
            "named": [
                {
                    "person_id": c.tie.person.id,
                    "name": c.tie.person.name,
                    "reason": c.reason.value,
                    "wrote_anyway": c.tie.person.key in week.anyway,
                    "too_soon": c.tie.person.key in week.soon,
                }
                for c in week.named
            ],
        }
        for week in weekly
    )
    output.items("simulate", rows, opened.shown(now))


@click.command(cls=Command, example="digwell schema config > config.schema.json\ndigwell schema rules")
@click.argument("which", type=click.Choice(["config", "rules"]))
def schema(which: str) -> None:
    """Print the JSON Schema of config.yaml or rules.yaml, for editors."""
    from daemon.config.json_schema import json_schema

    click.echo(json_schema("config" if which == "config" else "rules"))


COMMANDS = {"rules": rules, "schema": schema}
