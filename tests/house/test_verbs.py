"""``./run`` on a machine that lacks something: one line says what, and how Debian calls it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAID = "run: missing: python3-venv; on Debian or Ubuntu: sudo apt install python3-venv"
BARE = f"""#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; esac
exec {sys.executable} "$@"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what ``./run`` reads, and make everybody a user without rights."""
    for name in ("run", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name, text in (("id", "#!/bin/sh\necho 1000\n"), ("bare-python", BARE)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def said(checkout: Path, python: str) -> list[str]:
    environ = {**os.environ, "PATH": f"{checkout}:{os.environ['PATH']}", "PYTHON": python}
    ran = subprocess.run(
        [checkout / "run", "demo"], capture_output=True, text=True, env=environ, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    return ran.stderr.splitlines()


def test_a_python_that_can_make_no_environment_is_told_by_the_package_that_lacks(checkout: Path) -> None:
    assert said(checkout, str(checkout / "bare-python")) == ["run: setting up .venv", SAID]


def test_a_machine_without_python_is_told_the_same(checkout: Path) -> None:
    assert said(checkout, "no-such-python") == [SAID]
