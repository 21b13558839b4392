"""The frame of the command line: the map, near misses, exit codes, options that stand anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from daemon.cli.main import SECTIONS, digwell, run
from tests.cli.town import Town

ROOT = Path(__file__).parents[2]


def dig(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "daemon.cli.main", *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **env}, check=False, timeout=60
    )


def test_alone_it_prints_a_map_of_one_screen_and_is_content(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    shown = capsys.readouterr().out
    assert all(section in shown for section in SECTIONS)
    assert len(shown.splitlines()) < 60


def test_every_command_of_the_map_loads_and_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for name in digwell.commands:
        assert run([name, "--help"]) == 0
        assert f"digwell {name}" in capsys.readouterr().out.partition("Examples:")[2], name


def test_every_command_of_a_group_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for name, command in digwell.commands.items():
        for inner in command.commands if isinstance(command, click.Group) else ():
            assert run([name, inner, "--help"]) == 0
            assert "digwell" in capsys.readouterr().out.partition("Examples:")[2], (name, inner)


def test_a_group_alone_shows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people"]) == 0
    assert "merge" in capsys.readouterr().out


def test_a_near_miss_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dew"]) == 2
    assert "Did you mean due?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("people", "show", "tomas"), 2),
        (("done", "zebedee"), 6),
        (("snooze", "Ana", "yesterday"), 2),
        (("due", "--as-of", "soon"), 2),
        (("due", "--nope"), 2),
    ],
)
def test_an_error_is_an_object_too_where_one_was_asked_for(
    town: Town, words: tuple[str, ...], code: int
) -> None:
    ran = town(*words, "--json")
    assert (ran.code, ran.json["digwell"], ran.json["kind"]) == (code, 1, "error")
    assert ran.json["item"]["exit_code"] == code
    assert ran.json["item"]["message"] in " ".join(ran.err.split())
    assert bool(ran.json["item"]["choices"]) == (words[-1] == "tomas")


def test_who_has_been_answered_hears_of_an_error_on_stderr_only(town: Town) -> None:
    ran = town("forget", "Ana", "--json", "--no-input")
    assert ran.code == 2
    assert ran.json["kind"] == "forget"
    ran = town("who", "zebedee", "--json")
    assert (ran.code, ran.json["kind"], ran.items) == (6, "who", [])


def test_help_is_there_at_once() -> None:
    def seconds() -> float:
        begin = time.perf_counter()
        assert dig("--help").returncode == 0
        return time.perf_counter() - begin

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_imports_no_heavy_room() -> None:
    heavy = (
        "pydantic",
        "ruamel",
        "jinja2",
        "imapclient",
        "mailparser",
        "sqlite_utils",
        "sqlite3",
        "icalendar",
    )
    code = (
        "import sys; from daemon.cli.main import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert not [name for name in heavy if name in loaded.stderr.split()]


def test_the_version_is_printed() -> None:
    assert dig("--version").stdout.startswith("digwell ")


def test_common_options_may_stand_before_and_after(town: Town) -> None:
    words = ["due", "--json", "--store", str(town.store), "--config", str(town.config), "-q", "--no-input"]
    assert run(words) == 0


def test_a_wrong_configuration_is_78_and_shows_the_place(town: Town) -> None:
    town.config.write_text("mailbox:\n  hst: imap.example.org\n")
    ran = town("due")
    assert ran.code == 78
    assert "config.yaml:2:3:" in ran.err
    assert "did you mean “host”?" in ran.err


def test_wrong_rules_are_78(town: Town) -> None:
    town.rules("circles:\n  family: {evry: 2w}\n")
    ran = town("due")
    assert ran.code == 78
    assert "every" in ran.err


def test_no_store_yet_is_6_and_says_what_to_do(town: Town) -> None:
    town.store.unlink()
    ran = town("due")
    assert ran.code == 6
    assert "digwell scan" in ran.err
    assert not town.store.exists()


def test_an_unexpected_error_is_one_line_and_the_path_of_a_report(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGWELL_NOW", "not a time")
    ran = town("due")
    assert ran.code == 1
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1
    report = Path(lines[0].rsplit("report: ", 1)[1])
    assert report.stat().st_mode & 0o777 == 0o600
    assert "not a time" not in report.read_text()


def test_a_traceback_is_shown_only_when_asked_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGWELL_NOW", "not a time")
    assert "Traceback" not in town("due").err
    assert "Traceback" in town("due", "-v").err


def test_closed_streams_are_no_error(town: Town) -> None:
    line = f"{sys.executable} -m daemon.cli.main --config {town.config} --store {town.store} due"
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        ran = subprocess.run(
            f"{line} {closed}", shell=True, capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_narrow_charset_loses_no_value(town: Town) -> None:
    words = ["--config", str(town.config), "--store", str(town.store), "due"]
    assert dig(*words, "--all", PYTHONIOENCODING="ascii").returncode == 0
    assert "Tom\\u00e1s Leal" in dig(*words, "--json", PYTHONIOENCODING="ascii").stdout


def test_a_folder_is_no_store(town: Town) -> None:
    assert town("--store", str(town.folder), "due").code == 2


def test_nobody_reading_is_no_error(town: Town) -> None:
    words = f"--config {town.config} --store {town.store} people list --all --json"
    line = f"{sys.executable} -m daemon.cli.main {words} | head -c 10"
    ran = subprocess.run(line, shell=True, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.stderr == ""
