CREATE TABLE card (
    source TEXT NOT NULL, -- vcard or linkedin
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    addresses TEXT NOT NULL, -- JSON list
    organisation TEXT NOT NULL,
    job TEXT NOT NULL,
    birthday TEXT NOT NULL,
    at INTEGER NOT NULL, -- when it was last told differently
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE trait (
    address_id INTEGER NOT NULL,
    sort TEXT NOT NULL, -- birthday, job, organisation, signature, promise or question
    source TEXT NOT NULL, -- vcard, linkedin, "" for a letter
    mid TEXT NOT NULL, -- the letter it stood in, "" for a card
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address_id, sort, source, mid, at, value)
) STRICT, WITHOUT ROWID;
