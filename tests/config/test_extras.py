"""What to type where a package is missing that only some need."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from daemon.config.extras import how_to_add

ROOT = Path(__file__).parents[2]
WITHOUT = """\
import sys
sys.modules.update(dict.fromkeys({missing}))
from daemon.cli.main import run
sys.exit(run({words}))
"""


def ran_without(missing: list[str], words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = WITHOUT.format(missing=missing, words=words)
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "XDG_STATE_HOME": str(folder)},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/maya/.local/pipx/venvs/digwell", "pipx inject digwell keyring"),
        ("/home/maya/.local/share/pipx/venvs/digwell-test", "pipx inject digwell-test keyring"),
        ("/home/maya/.digwell", "/home/maya/.digwell/bin/pip install keyring"),
    ],
)
def test_the_command_fits_the_environment(prefix: str, command: str) -> None:
    assert how_to_add("keyring", prefix) == command


def test_a_demo_without_its_extra_says_what_to_type_and_makes_no_folder(tmp_path: Path) -> None:
    ran = ran_without(["pymap"], ["demo"], tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines()[0] == "digwell: the demo's mail server is an extra package"
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_names_the_version_of_its_extra_that_the_project_asks_for(tmp_path: Path) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = next(line for line in extras["demo"] if line.startswith("pymap"))
    assert f"'{wanted}'" in ran_without(["pymap"], ["demo"], tmp_path).stderr
