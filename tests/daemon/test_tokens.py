from __future__ import annotations

import hashlib
import hmac
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daemon import tokens
from store.errors import ConfigError, DigwellError

KEY = bytes(range(32))
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def test_the_mac_is_the_first_eighty_bits_of_the_hmac_in_crockford_letters() -> None:
    digest = hmac.new(KEY, b"v1|2026w48|3", hashlib.sha256).digest()[:10]
    bits = "".join(f"{byte:08b}" for byte in digest)
    expected = "".join(CROCKFORD[int(bits[i : i + 5], 2)] for i in range(0, 80, 5))
    assert tokens.mac(KEY, "2026w48", "3") == expected


def test_a_tag_proves_its_own_item_and_edition_only() -> None:
    good = tokens.tag(KEY, "2026w48b", "a")
    assert tokens.tags(KEY, f"digwell kept Jonas {good}") == (tokens.Tag("2026w48b", "a"),)
    assert tokens.tags(KEY, good.replace("48b.a", "48b.b")) == ()
    assert tokens.tags(KEY, good.replace("48b.a", "48c.a")) == ()
    assert tokens.tags(bytes(32), good) == ()


def test_a_tag_survives_capitals_wrapping_and_letters_read_aloud() -> None:
    good = tokens.tag(KEY, "2026w48", "all")
    mangled = good.upper().replace(" ", "\n ").replace("0", "O").replace("1", "I")
    mangled = mangled.replace("2O26W48", "2026W48")
    assert tokens.tags(KEY, mangled) == (tokens.Tag("2026w48", "all"),)


def test_a_message_id_names_its_edition() -> None:
    mid = tokens.message_id(KEY, "2026w48", "example.org")
    assert mid.startswith("dw.2026w48.all.")
    assert tokens.cited(KEY, ["x@y", f"<{mid}>"]) == (tokens.Tag("2026w48", "all"),)
    assert tokens.cited(KEY, [mid.replace("w48", "w49"), f"pre{mid}", ""]) == ()


def test_the_receipt_of_a_mail_has_one_message_id_for_ever() -> None:
    once = tokens.receipt_id(KEY, "2026w48", "example.org", "a@b")
    assert once == tokens.receipt_id(KEY, "2026w48", "example.org", "a@b")
    assert once != tokens.receipt_id(KEY, "2026w48", "example.org", "c@b")
    assert tokens.cited(KEY, [once])[0].edition == "2026w48"


def test_the_key_is_made_once_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tokens.key_file(tmp_path / "state" / "digwell.db")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: tokens.load_key(path), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["digwell.key"]


def test_a_key_that_others_can_read_or_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digwell.key"
    tokens.load_key(path)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="read by others"):
        tokens.load_key(path)
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="32 bytes"):
        tokens.load_key(path)


def test_a_key_that_cannot_be_made_is_said_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DigwellError):
        tokens.load_key(tmp_path / "file" / "digwell.key")
