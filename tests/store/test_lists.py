"""Lists are known by the List-Ids of the mail that came through them."""

from __future__ import annotations

from pathlib import Path

from store.facts import Sighting
from store.messages import learn_own, record
from store.opening import open_store
from store.snapshot import load
from tests.store.letters import ME, START, letter


def test_the_address_a_list_id_names_is_listed(tmp_path: Path) -> None:
    post = letter("a@x", "ana@x.example", ("boat@example.org", ME))
    posts = [post._replace(list_id="boat.example.org"), letter("b@x", "bo@x.example")]
    with open_store(tmp_path / "digwell.db") as store:
        learn_own(store, [ME])
        record(store, None, [Sighting(0, one) for one in posts])
        record(
            store, None, [Sighting(0, letter("c@x", "ana@x.example")._replace(list_id="no address at all"))]
        )
        people = load(store, START + 9).people.values()
    assert {a.address: a.listed for p in people for a in p.addresses} == {
        "ana@x.example": False,
        "bo@x.example": False,
        "boat@example.org": True,
    }
