"""One digwell a store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from daemon.service.lock import POST, Lock, is_held
from store.errors import DigwellError, LockedError

HOLD = "import sys,time; from pathlib import Path; from daemon.service.lock import Lock\nwith Lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"  # noqa: E501


def holder(store: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(store)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    store = tmp_path / "digwell.db"
    with holder(store) as process:
        try:
            with pytest.raises(LockedError, match=str(process.pid)) as refusal, Lock(store):
                pass
            assert refusal.value.exit_code == 7
            assert is_held(store)
        finally:
            process.kill()


def test_a_killed_holder_leaves_no_stale_lock(tmp_path: Path) -> None:
    store = tmp_path / "digwell.db"
    with holder(store) as process:
        os.kill(process.pid, signal.SIGKILL)
    assert not is_held(store)
    with Lock(store):
        assert is_held(store)
    assert not is_held(store)


def test_a_patient_one_waits_for_the_other(tmp_path: Path) -> None:
    store = tmp_path / "digwell.db"
    with holder(store) as process:
        threading.Timer(0.5, process.kill).start()
        with Lock(store, patience=10):
            assert process.wait() < 0


def test_scanning_and_delivering_are_two_rights(tmp_path: Path) -> None:
    store = tmp_path / "digwell.db"
    with Lock(store), Lock(store, POST), pytest.raises(LockedError), Lock(store, POST):
        pass


def test_the_lock_file_is_the_owners_alone(tmp_path: Path) -> None:
    with Lock(tmp_path / "deep" / "digwell.db") as lock:
        assert lock.path.stat().st_mode & 0o777 == 0o600
        assert lock.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_lock_that_cannot_be_made_is_said_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DigwellError, match="cannot be"), Lock(tmp_path / "file" / "digwell.db"):
        pass
