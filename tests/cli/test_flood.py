"""A flood: however much a stranger writes, and whatever he claims, he becomes nobody's friend."""

from __future__ import annotations

from typing import Any

from daemon.mail.parse import read
from store import messages
from store.facts import Role, Sighting
from store.opening import open_store
from tests.cli.town import MAYA, NOW, Town, letter

MALLORY = "Mallory <mallory@flood.example>"
ANA = "Ana Ribeiro <mallory@friendly.example>"


def flood(town: Town) -> int:
    """Put four hundred mails into the inbox: letters, answers to nothing, mail in the owner's name."""
    mails = []
    for day in range(200):
        claimed = {"In_Reply_To": f"<mine{day}@example.org>", "References": f"<mine{day}@example.org>"}
        mails.append(letter(MALLORY if day % 2 else ANA, MAYA, day / 3, f"Re: our talk {day}", **claimed))
        mails.append(letter(MAYA, MALLORY if day % 2 else ANA, day / 3 + 0.1, f"our talk {day}"))
    with open_store(town.store) as store:
        account = messages.account_id(store, "maya", "imap.example.org", "maya@example.org")
        listed = [("INBOX", Role.INBOX, True), ("Sent", Role.SENT, True)]
        inbox, _ = messages.sync_folders(store, account, listed)
        seen = [Sighting(1000 + n, read(raw, NOW)) for n, raw in enumerate(mails)]
        new = messages.record(store, inbox, seen).new
        messages.learn_own(store, ["maya@example.org"])
    return new


def named(one: dict[str, Any]) -> str:
    return str(one.get("contact") or one["address"])


def test_no_flood_makes_a_friend_of_a_stranger(town: Town) -> None:
    asked = (("due", "--all", "--json"), ("rank", "--json"), ("digest", "preview", "--format", "json"))
    before = [town(*words, "--as-of", "2026-11-23T07:30:00Z").items for words in asked]
    mine = town("people", "list", "--json").items
    assert flood(town) == 400
    for words, was in zip(asked, before, strict=True):
        now = town(*words, "--as-of", "2026-11-23T07:30:00Z").items
        assert [named(one) for one in now] == [named(one) for one in was] != []
        assert "flood.example" not in str(now)
        assert "friendly.example" not in str(now)
    known = town("people", "list", "--all", "--json").items
    assert any("mallory@flood.example" in one["addresses"] and one["received"] for one in known)
    ana = next(one for one in town("people", "list", "--json").items if "ana@example.net" in one["addresses"])
    assert ana == next(one for one in mine if "ana@example.net" in one["addresses"])
