CREATE TABLE item ( -- what else than a suggestion a letter lets its owner answer to
    edition TEXT NOT NULL,
    item TEXT NOT NULL, -- a number or a letter
    address_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL, -- 0, or the second of a pair
    note TEXT NOT NULL, -- "", or the public id of a promise
    PRIMARY KEY (edition, item)
) STRICT, WITHOUT ROWID;
