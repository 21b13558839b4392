"""The reference of all commands is what the program says of itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli.main import SAYS, digwell, run
from daemon.cli.manual import manual
from daemon.cli.reference import commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FILE = DOCS / "reference" / "commands.md"
MANUAL = DOCS / "digwell.1"
COMPLETIONS = ROOT / "completions"
SCRIPTS = {"bash": "digwell.bash", "zsh": "_digwell", "fish": "digwell.fish"}


def test_the_written_reference_is_what_the_commands_say() -> None:
    assert FILE.read_text(encoding="utf-8") == commands(), "run: python -m daemon.cli.reference > " + str(
        FILE
    )


def test_the_reference_tells_of_every_command_and_every_exit_code() -> None:
    text = commands()
    assert all(f"### `digwell {name}" in text for name in SAYS)
    assert all(f"| {code} |" in text for code in (0, 1, 2, 3, 4, 5, 6, 7, 65, 78, 130))


def test_the_map_and_the_rooms_name_the_same_commands() -> None:
    assert all(digwell.commands[name].name == name for name in SAYS)


def test_the_manual_page_is_what_the_commands_say_and_names_each() -> None:
    text = manual()
    assert MANUAL.read_text(encoding="utf-8") == text, f"run: python -m daemon.cli.manual > {MANUAL}"
    assert all(f".SS digwell {name}".replace("-", r"\-") in text for name in SAYS)


@pytest.mark.parametrize(("shell", "name"), SCRIPTS.items())
def test_the_completion_files_are_what_the_program_prints(
    shell: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell]) == 0
    file = COMPLETIONS / name
    assert capsys.readouterr().out == file.read_text(), f"run: digwell completion {shell} > {file}"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not here")
def test_bash_completes_from_the_file_as_packages_install_it(tmp_path: Path) -> None:
    program = tmp_path / "digwell"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m daemon.cli.main "$@"\n')
    program.chmod(0o755)
    script = (
        f'source "{COMPLETIONS / "digwell.bash"}"; complete -p digwell; COMP_WORDS=(digwell dem);'
        ' COMP_CWORD=1; _digwell_completion digwell; echo "found ${COMPREPLY[*]}"'
    )
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path, env=environ
    )
    assert "-F _digwell_completion digwell" in ran.stdout
    assert ran.stdout.endswith("found demo\n"), ran.stderr


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not here")
def test_the_manual_page_is_sound_roff() -> None:
    ran = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", "-Kutf8", str(MANUAL)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
