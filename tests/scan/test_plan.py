"""What a scan decides, from figures alone."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.folders import with_roles
from daemon.mail.values import FolderState
from daemon.scan import plan
from store.facts import Cursor, Folder, Role


def state(
    name: str, exists: int, uidnext: int = 0, role: Role = Role.OTHER, validity: int = 7
) -> FolderState:
    return FolderState(
        name, name.encode(), role, "/", exists=exists, uidnext=uidnext or exists + 1, uidvalidity=validity
    )


def remembered(name: str, exists: int, role: Role = Role.OTHER) -> Folder:
    return Folder(1, "mail", name, role, Cursor(7, 1, exists, 0, exists))


@pytest.mark.parametrize(
    ("cursor", "now", "expected"),
    [
        (None, state("a", 100), plan.Read(None, (1, 100))),
        (None, state("a", 0), plan.Nothing(Cursor(7, 1, 0))),
        (Cursor(7, 1, 100, 0, 100), state("a", 100), plan.Nothing(None)),
        (Cursor(7, 1, 100, 0, 100), state("a", 98, 101), plan.Nothing(Cursor(7, 1, 100, 0, 98))),
        (Cursor(7, 1, 100, 0, 100), state("a", 103, 104), plan.Read((101, 103), None, ask=True)),
        (Cursor(7, 41, 100, 0, 100), state("a", 100), plan.Read(None, (1, 40), ask=True)),
        (Cursor(7, 41, 100, 0, 100), state("a", 102), plan.Read((101, 102), (1, 40), ask=True)),
        (Cursor(6, 1, 100, 0, 100), state("a", 100), plan.Read(None, (1, 100), anew=True)),
        (Cursor(7, 1, 100, 0, 100), state("a", 60, 61), plan.Read(None, (1, 60), anew=True)),
        (Cursor(7, 1, 100, 0, 50), state("a", 90, 101), plan.Read(None, (1, 100), anew=True)),
        (None, state("a", 3, 90_000), plan.Read(None, (1, 89_999), ask=True)),
        (None, FolderState("a", b"a"), plan.Look()),
    ],
)
def test_a_folder_is_read_as_its_figures_say(
    cursor: Cursor | None, now: FolderState, expected: plan.Step
) -> None:
    assert plan.step(cursor, now) == expected


@given(st.integers(1, 9000), st.integers(0, 9000), st.integers(0, 12_000), st.integers(1, 2000))
def test_slices_abut_and_cover_everything_newest_first(
    low: int, width: int, expected: int, size: int
) -> None:
    cut = plan.slices(low, low + width, expected, size)
    assert cut[0].high == low + width
    assert cut[-1].low == low
    assert all(upper.low == lower.high + 1 for upper, lower in itertools.pairwise(cut))


@given(st.sets(st.integers(1, 500), max_size=80), st.integers(1, 50), st.booleans(), st.booleans())
def test_slices_by_uid_abut_cover_and_hold_each_uid_once(
    uids: set[int], size: int, down: bool, only: bool
) -> None:
    listed = sorted(uids)
    cut = plan.slices_of(listed, (1, 500), size, down=down, only=only)
    in_order = cut[::-1] if down else cut
    assert in_order[0].low == 1
    assert in_order[-1].high == 500
    assert all(a.high + 1 == b.low for a, b in itertools.pairwise(in_order))
    assert sum(part.expected for part in cut) == len(listed)
    if only and listed:
        assert sorted(uid for part in cut for uid in part.uids) == listed


def test_everything_that_may_be_a_catastrophe_is_one_and_nothing_else() -> None:
    before = [
        remembered("INBOX", 100, Role.INBOX),
        remembered("Sent", 80, Role.SENT),
        remembered("Old", 60, Role.ARCHIVE),
    ]
    inbox, sent, old = state("INBOX", 100), state("Sent", 80), state("Old", 60)
    assert plan.alarm(before, [inbox, sent, old]) == ""
    assert plan.alarm(before, [state("INBOX", 0, 101), sent, state("Old", 160)]) == ""
    assert "INBOX" in plan.alarm(before, [state("INBOX", 0, 101), sent, old])
    assert "INBOX" in plan.alarm(before, [state("INBOX", 3, 104), sent, old])  # three new ones
    assert "Sent" in plan.alarm(before, [inbox, old])
    assert plan.alarm(before, [inbox, state("Gesendet", 80), old]) == ""
    assert plan.alarm(before, [inbox, sent]) == ""
    assert "most" in plan.alarm(before, [state("INBOX", 20, 101), state("Sent", 30, 81), old])
    assert plan.alarm(before, [state("INBOX", 60, 101), sent, old]) == ""
    assert plan.alarm([remembered("INBOX", 4, Role.INBOX)], [state("INBOX", 0, 5)]) == ""
    gmail = [*before, remembered("All", 300, Role.ALL)]
    assert plan.alarm(gmail, [state("INBOX", 0, 101), sent, old, state("All", 300)]) == ""


def test_gmail_is_read_through_all_mail_and_sent() -> None:
    states = [
        state("INBOX", 5, role=Role.INBOX),
        state("[Gmail]/All Mail", 50, role=Role.ALL),
        state("[Gmail]/Sent Mail", 9, role=Role.SENT),
        state("[Gmail]/Drafts", 1, role=Role.DRAFTS),
    ]
    chosen = plan.watched(("inbox", "sent", "archive"), states, gmail=True)
    assert [s.name for s in chosen.folders] == ["[Gmail]/Sent Mail", "[Gmail]/All Mail"]
    every = plan.watched(("all",), states, gmail=True)
    assert {s.role for s in every.folders} == {Role.INBOX, Role.ALL, Role.SENT}


@pytest.mark.parametrize(
    ("name", "delimiter", "role"),
    [
        ("Sent", "/", Role.SENT), ("Sent Items", "/", Role.SENT), ("INBOX.Sent", ".", Role.SENT),
        ("Gesendete Elemente", "/", Role.SENT), ("Éléments envoyés", "/", Role.SENT),
        ("Отправленные", "/", Role.SENT), ("送信済みメール", "/", Role.SENT), ("Entwürfe", "/", Role.DRAFTS),
        ("Papierkorb", "/", Role.TRASH), ("Spam", "/", Role.JUNK), ("[Gmail]/All Mail", "/", Role.ALL),
        ("Projects/Sent", "/", Role.OTHER), ("Rail", "/", Role.OTHER), ("inbox", "/", Role.INBOX),
    ],
)  # fmt: skip
def test_folders_are_known_by_their_names_in_many_languages(name: str, delimiter: str, role: Role) -> None:
    found = with_roles([FolderState(name, name.encode(), delimiter=delimiter)], {})
    assert found[0].role is role


def test_marks_of_the_server_win_and_folders_below_share_a_role() -> None:
    folders = [
        FolderState(name, name.encode(), delimiter="/")
        for name in ("Archive", "Archive/2024", "Archive/2024/May", "Poczta", "Work")
    ]
    found = {f.name: f.role for f in with_roles(folders, {b"Poczta": Role.SENT})}
    assert found["Archive/2024/May"] is Role.ARCHIVE
    assert found["Poczta"] is Role.SENT
    assert found["Work"] is Role.OTHER
