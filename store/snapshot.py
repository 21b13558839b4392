"""The one read model: everything judgement may see, as of an instant, in a fixed number of queries.

Whole days before the instant come summed from the contact days; the day of the instant itself is
counted again from its messages, if any of them came later. Nothing here judges.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping

from store.addresses import person_id
from store.days import Seen, Tally
from store.db import Store
from store.dossiers import dossiers
from store.facts import DAY, Address, Mark, Person, Snapshot, Timeline
from store.ledger import bounces, editions, meetings, said, suggested
from store.outbox import our_mids
from store.own import own_addresses, own_ids
from store.people import grouping
from store.threads import stamp

__all__ = ["dossiers", "load"]

NAMES = 8
_OWN = int(Mark.OWN)

_SUMS = """
SELECT d.address_id, a.address,
    d.out_all, d.in_all, d.shared, d.in_list, d.in_news, d.in_auto, d.in_answer,
    d.first_at, d.last_at, d.in_at, d.out_at, d.in_direct_at, d.out_direct_at
FROM (
    SELECT address_id, sum(out_all) AS out_all, sum(in_all) AS in_all, sum(shared) AS shared,
        sum(in_list) AS in_list, sum(in_news) AS in_news, sum(in_auto) AS in_auto,
        sum(in_answer) AS in_answer, min(first_at) AS first_at, max(last_at) AS last_at,
        max(in_at) AS in_at, max(out_at) AS out_at,
        max(in_direct_at) AS in_direct_at, max(out_direct_at) AS out_direct_at
    FROM contact_day WHERE day < ? GROUP BY address_id
) d JOIN address a ON a.id = d.address_id
"""
