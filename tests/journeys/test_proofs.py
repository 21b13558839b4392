"""A sample of the long proofs (``./run prove``) at every run of the tests."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from tests.journeys.household import ROOT


@pytest.mark.timeout(300)
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Debian: strace)")
@pytest.mark.parametrize("proof", ["scan", "rescue", "append", "smtp", "disk", "secrets"])
def test_a_sample_of_each_proof_holds(proof: str) -> None:
    command = [sys.executable, "bench/prove.py", "--sample", "--only", proof]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
