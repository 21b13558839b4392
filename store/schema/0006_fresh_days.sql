CREATE TABLE fresh_day ( -- contact days as they came in bulk, not yet added to contact_day
    address_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    out_direct INTEGER NOT NULL,
    in_direct INTEGER NOT NULL,
    out_all INTEGER NOT NULL,
    in_all INTEGER NOT NULL,
    shared INTEGER NOT NULL,
    in_list INTEGER NOT NULL,
    in_news INTEGER NOT NULL,
    in_auto INTEGER NOT NULL,
    in_answer INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    out_at INTEGER NOT NULL,
    in_at INTEGER NOT NULL,
    out_direct_at INTEGER NOT NULL,
    in_direct_at INTEGER NOT NULL
) STRICT;
