"""rules.yaml becomes a ``Policy`` that knows where each intention stands; learned rules come beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from daemon.config import learned
from daemon.config.load import load
from daemon.config.rules_file import load_policy, load_rules
from rules.policy import Circle, Origin, PersonRule, Policy, Quiet, Week
from store.errors import ConfigError, DigwellError
from tests.config.conftest import LEAST

Write = Callable[..., Path]
RULES = """\
circles:
  close friends: {every: 4w, tags: [friend]}
  people I learn from:
    every: 10w
    people: ruth@example.edu
    say: thank them for one concrete thing
  old colleagues: {every: 4m, domains: ["@Northwind.example"], at_least: 5}
  everyone else: {every: their rhythm}
never: ["*@bank.example", "list:*", "tag:ex"]
quiet:
  - 2026-12-20 to 2027-01-04
  - every august 1 to 21 august
  - 2027-05-01
week: {people: 4, wildcard: 0, reasons: [promise, your turn]}
people: {Tomás Leal: {every: 6w, note: hates calls}, bilal@example.net: {tags: rail, not_before: 2027-01-10},
  Ines: {every: their rhythm, never: on}}
words: {gone quiet: "{first}, it has been a while since {subject}."}
organisations: {kestrelrail.example: Kestrel Rail}
"""


def line(number: int) -> Origin:
    return Origin("rules.yaml", number)


def test_every_intention_is_taken_over_with_its_line(write: Write) -> None:
    assert load_rules(write(RULES, "rules.yaml")) == Policy(
        circles=(
            Circle("close friends", 28, tags=("friend",), origin=line(2)),
            Circle(
                "people I learn from",
                70,
                people=("ruth@example.edu",),
                say="thank them for one concrete thing",
                origin=line(3),
            ),
            Circle("old colleagues", 120, domains=("northwind.example",), at_least=5, origin=line(7)),
            Circle("everyone else", origin=line(8)),
        ),
        never=("*@bank.example", "list:*", "tag:ex"),
        quiet=(
            Quiet(date(2026, 12, 20), date(2027, 1, 4), origin=line(11)),
            Quiet(date(2000, 8, 1), date(2000, 8, 21), True, line(12)),
            Quiet(date(2027, 5, 1), date(2027, 5, 1), origin=line(13)),
        ),
        week=Week(4, 0, ("promise", "your turn")),
        people=(
            PersonRule("Tomás Leal", 42, note="hates calls", origin=line(15)),
            PersonRule("bilal@example.net", tags=("rail",), not_before=date(2027, 1, 10), origin=line(15)),
            PersonRule("Ines", their_rhythm=True, never=True, origin=line(16)),
        ),
        words={"gone quiet": "{first}, it has been a while since {subject}."},
        organisations={"kestrelrail.example": "Kestrel Rail"},
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "circles:\n", "never: []\n"])
def test_rules_that_say_nothing_change_nothing(write: Write, text: str) -> None:
    assert load_rules(write(text, "rules.yaml")) == Policy()


def test_without_a_file_everybody_keeps_the_rhythm_they_have(tmp_path: Path) -> None:
    assert load_rules(None) == Policy()
    assert load_rules(tmp_path / "absent.yaml") == Policy()


def test_whoever_fits_no_circle_is_still_somebody(write: Write) -> None:
    found = load_rules(write("circles: {family: {every: 2w, tags: family}}", "rules.yaml"))
    assert [(c.name, c.every) for c in found.circles] == [("family", 14), ("everyone else", None)]
    found = load_rules(write("circles: {all of them: {every: 2w}}", "rules.yaml"))
    assert [c.name for c in found.circles] == ["all of them"]


def test_the_rules_speak_before_the_configuration_of_how_many_people(
    write: Write, environ: dict[str, str]
) -> None:
    file = write(LEAST + "  people: 3\n  wildcard: 0\n")
    assert load_policy(load(file, None, environ)).week == Week(3, 0)
    write("week: {people: 7}", "rules.yaml")
    assert load_policy(load(file, None, environ)).week == Week(7, 0)


def test_rules_that_others_can_write_are_refused(write: Write) -> None:
    file = write(RULES, "rules.yaml")
    file.chmod(0o666)
    with pytest.raises(ConfigError, match="others can write"):
        load_rules(file)


def test_faults_of_both_files_are_told_at_once(write: Write) -> None:
    rules = write("circels: {}", "rules.yaml")
    taught = write("learned: {a@b.example: freind}", learned.NAME)
    with pytest.raises(ConfigError) as caught:
        load_rules(rules, taught)
    assert [Path(p.file).name for p in caught.value.problems] == [learned.NAME, "rules.yaml"]


def test_what_is_taught_stands_in_a_readable_file_and_holds(tmp_path: Path) -> None:
    file = learned.learned_beside(tmp_path / "rules.yaml")
    on = date(2026, 11, 22)
    assert learned.teach(file, "jo@parcel.example", "friend", on)
    assert learned.teach(file, '"odd name"@x.example', "not a person", on)
    assert learned.teach(file, "jo@parcel.example", "not a person", on)
    assert not learned.teach(file, "jo@parcel.example", "not a person", date(2027, 1, 1))
    assert "jo@parcel.example: not a person  # 2026-11-22" in file.read_text()
    assert load_rules(None, file).learned == {
        '"odd name"@x.example': "not a person",
        "jo@parcel.example": "not a person",
    }


def test_lines_of_the_owner_survive_teaching_and_taking_back(tmp_path: Path) -> None:
    file = tmp_path / learned.NAME
    file.write_text("# mine\nlearned: {}\n")
    file.chmod(0o600)
    learned.teach(file, "a@b.example", "friend", date(2026, 11, 22))
    assert file.read_text().startswith("# mine\n")
    assert learned.untaught(file, "a@b.example")
    assert not learned.untaught(file, "a@b.example")
    assert load_rules(None, file).learned == {}
    assert file.read_text().startswith("# mine\n")


def test_a_file_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "rules.learned.yaml").mkdir()
    with pytest.raises(DigwellError, match="cannot be"):
        learned.teach(tmp_path / "rules.learned.yaml", "a@b.example", "friend", date(2026, 11, 22))
    with pytest.raises(DigwellError, match="cannot be written"):
        learned.teach(tmp_path / "absent" / learned.NAME, "a@b.example", "friend", date(2026, 11, 22))
    assert list(tmp_path.iterdir()) == [tmp_path / "rules.learned.yaml"]
