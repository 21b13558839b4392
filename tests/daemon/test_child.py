"""Work in a process beside this one: its result, its errors, its end, and where there is none.

Each story runs in a process of its own, for where there are threads (as in a test run) nothing is forked.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAD = """
import os, resource, signal, threading, time
from daemon.child import BrokenError, beside
from store.errors import NeedsOwnerError, TemporaryError
"""


def story(code: str) -> str:
    """Return what a story prints."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert not done.stderr
    return done.stdout.strip()


def test_work_goes_on_in_another_process_and_its_result_comes_whole() -> None:
    told = story(
        "pid, text = beside(lambda: (os.getpid(), 'x' * 300_000))(); print(pid != os.getpid(), len(text))"
    )
    assert told == "True 300000"


def test_an_error_for_the_owner_is_raised_where_the_result_is_asked_for() -> None:
    told = story(
        "def work(): raise NeedsOwnerError('the password is wrong', 'because', 'do this')\n"
        "wait = beside(work)\n"
        "try: wait()\n"
        "except NeedsOwnerError as error: print(error.what, error.why, error.hint, sep='|')"
    )
    assert told == "the password is wrong|because|do this"


def test_a_fault_of_ours_comes_with_its_traceback() -> None:
    told = story("try: beside(lambda: 1 / 0)()\nexcept BrokenError as error: print(error)")
    assert "ZeroDivisionError" in told


def test_a_death_comes_as_a_sentence() -> None:
    told = story(
        "try: beside(lambda: os.kill(os.getpid(), 9))()\nexcept TemporaryError as error: print(error)"
    )
    assert told.startswith("a piece of work did not end")


def test_a_child_whose_parent_was_killed_ends_and_does_not_go_on_in_its_place(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    told = story(
        "def work():\n"
        "    time.sleep(1)\n"
        "    return 'x' * 300_000\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    wait = beside(work)\n"
        f"    open({str(trace)!r}, 'a').write('went on ')\n"
        "    wait()\n"
        "time.sleep(0.5)\n"
        "os.kill(pid, signal.SIGKILL)\n"
        "os.waitpid(pid, 0)"
    )
    time.sleep(1.5)
    assert told == ""
    assert trace.read_text() == "went on "


def test_where_there_are_threads_nothing_is_forked() -> None:
    told = story(
        "done = threading.Event()\n"
        "threading.Thread(target=done.wait).start()\n"
        "print(beside(os.getpid)() == os.getpid())\n"
        "done.set()"
    )
    assert told == "True"


def test_where_no_process_may_be_made_the_work_is_done_here() -> None:
    told = story(
        "if os.getuid() == 0: os.setuid(65534)\n"  # root may always make one
        "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
        "print(beside(os.getpid)() == os.getpid())"
    )
    assert told == "True"


def test_where_no_process_may_be_made_the_daemon_waits_and_leaks_nothing() -> None:
    told = story(
        "from daemon.service.apart import apart\n"
        "from daemon.service.stop import Stop\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))\n"
        "stop, before = Stop(), os.listdir('/proc/self/fd')\n"
        "for _ in range(3):\n"
        "    try: apart(lambda _: 5, stop, lambda *_: None)\n"
        "    except TemporaryError as error: print(error)\n"
        "print(len(os.listdir('/proc/self/fd')) - len(before))"
    )
    assert told.splitlines()[1:] == [
        *["no process could be started (Resource temporarily unavailable)"] * 2,
        "0",
    ]


def test_work_is_done_where_whoever_started_us_lets_no_child_be_waited_for() -> None:
    told = story(
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "from daemon.service.apart import apart\n"
        "from daemon.service.stop import Stop\n"
        "print(beside(lambda: 5)(), apart(lambda _: 6, Stop(), lambda *_: None))"
    )
    assert told == "5 6"
