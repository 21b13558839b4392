"""What people are called in sentences."""

from __future__ import annotations

import pytest

from rules.words import LONGEST_NAME, first_name


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Tomás Leal", "Tomás"),
        ("Leal, Tomás", "Tomás"),
        ("Dr. Ana Ribeiro (NL)", "Ana"),
        ("", "Tomas"),
        ("tomas@example.com", "Tomas"),
    ],
)
def test_somebody_is_called_by_the_first_name(name: str, called: str) -> None:
    assert first_name(name, "tomas@example.com") == called


def test_a_name_without_end_does_not_burst_the_line() -> None:
    called = first_name("N" * 300, "n@example.com")
    assert len(called) == LONGEST_NAME
    assert called.endswith("…")
