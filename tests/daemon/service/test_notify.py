"""What the service manager hears."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.service.notify import Notifier


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(2)
        yield line


def heard(manager: socket.socket) -> list[str]:
    return manager.recv(4096).decode().splitlines()


def test_the_manager_hears_ready_status_watchdog_and_stopping(manager: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "120000000"})
    assert notifier.watchdog == 120.0
    notifier.ready("watching 3 folders")
    assert heard(manager) == ["READY=1", "STATUS=watching 3 folders"]
    notifier.status("scanning\nREADY=1")
    assert heard(manager) == ["STATUS=scanning READY=1"]
    notifier.alive()
    assert heard(manager) == ["WATCHDOG=1"]
    notifier.stopping()
    assert heard(manager)[0] == "STOPPING=1"


def test_an_unchanged_status_is_not_repeated(manager: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": manager.getsockname()})
    notifier.status("idle")
    notifier.status("idle")
    notifier.status("busy")
    assert heard(manager) == ["STATUS=idle"]
    assert heard(manager) == ["STATUS=busy"]


def test_a_watchdog_meant_for_another_process_is_not_fed(manager: socket.socket) -> None:
    told = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": str(os.getpid() + 1)}
    assert Notifier({"NOTIFY_SOCKET": manager.getsockname(), **told}).watchdog == 0.0


def test_without_a_manager_nothing_happens(tmp_path: Path) -> None:
    Notifier({}).ready("fine")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("fine")
