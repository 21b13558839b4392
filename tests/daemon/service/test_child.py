"""Work in a process beside this one: its result, its errors, and where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from daemon.service.child import BrokenError, beside
from store.errors import NeedsOwnerError, TemporaryError

ROOT = Path(__file__).parents[3]


def test_work_goes_on_in_another_process_and_its_result_comes_whole() -> None:
    wait = beside(lambda: (os.getpid(), "x" * 300_000))
    pid, text = wait()
    assert pid != os.getpid()
    assert len(text) == 300_000


def test_an_error_for_the_owner_is_raised_where_the_result_is_asked_for() -> None:
    def work() -> None:
        raise NeedsOwnerError("the password is wrong", "because", "do this")

    wait = beside(work)
    with pytest.raises(NeedsOwnerError) as caught:
        wait()
    told = caught.value
    assert (told.what, told.why, told.hint) == ("the password is wrong", "because", "do this")


def test_a_fault_of_ours_comes_with_its_traceback_and_a_death_as_a_sentence() -> None:
    with pytest.raises(BrokenError, match="ZeroDivisionError"):
        beside(lambda: 1 / 0)()
    with pytest.raises(TemporaryError):
        beside(lambda: os.kill(os.getpid(), 9))()


def test_where_there_are_threads_nothing_is_forked() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert beside(os.getpid)() == os.getpid()
    finally:
        done.set()
        thread.join()


def test_where_no_process_may_be_made_the_work_is_done_here() -> None:
    code = (
        "import os, resource\n"
        "os.setuid(65534)\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
        "print(beside(os.getpid)() == os.getpid())\n"
    )
    if os.getuid() != 0:
        code = code.replace("os.setuid(65534)\n", "")
    code = "from daemon.service.child import beside\n" + code
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr
