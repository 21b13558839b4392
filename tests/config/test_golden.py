"""Wrong files and what is said of them, word for word: ``tests/golden/config`` and ``tests/golden/rules``.

``DIGWELL_GOLDEN=write`` writes the answers anew; read the difference before keeping it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from daemon.config import build, files
from daemon.config.problems import render_problems
from daemon.config.rules_file import load_rules
from store.errors import ConfigError

GOLDEN = Path(__file__).parents[1] / "golden"
HOME = build.Home(Path("/nowhere"), Path("/nowhere"), Path("/nowhere/digwell.db"))
CASES = sorted((GOLDEN / "config").glob("*.yaml"))
RULES = sorted((GOLDEN / "rules").glob("*.yaml"))


def judged(file: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        build.read(file.name, file.read_text("utf-8"), HOME)
    return caught.value


def compare(file: Path, told: str) -> None:
    golden = file.with_suffix(".txt")
    if os.environ.get("DIGWELL_GOLDEN") == "write":
        golden.write_text(told, "utf-8")
    assert told == golden.read_text("utf-8")


@pytest.mark.parametrize("file", CASES, ids=lambda f: f.stem)
def test_a_wrong_configuration_is_told_word_for_word(file: Path) -> None:
    error = judged(file)
    compare(file, render_problems(error.problems) + "\n")
    assert error.exit_code == 78


@pytest.mark.parametrize("file", RULES, ids=lambda f: f.stem)
def test_wrong_rules_are_told_word_for_word(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "rules.yaml"
    copy.write_bytes(file.read_bytes())
    with pytest.raises(ConfigError) as caught:
        load_rules(copy)
    told = render_problems(caught.value.problems).replace(f"{tmp_path}/", "")
    compare(file, told + "\n")


@pytest.mark.parametrize("file", CASES, ids=lambda f: f.stem)
def test_no_answer_shows_a_secret_or_a_control_character(file: Path) -> None:
    told = render_problems(judged(file).problems)
    assert "hunter" not in told
    assert "sesame" not in told
    assert all(c == "\n" or c.isprintable() for c in told)


@pytest.mark.parametrize("file", CASES, ids=lambda f: f.stem)
def test_every_fault_stands_at_a_place_of_the_file(file: Path) -> None:
    lines = file.read_text("utf-8").split("\n")
    for problem in judged(file).problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


def test_there_are_enough_wrong_files_to_learn_from() -> None:
    assert len(CASES) >= 50


def test_a_file_of_a_megabyte_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("# x\n" * 300_000)
    with pytest.raises(ConfigError, match="megabyte"):
        files.read_guarded(file)
