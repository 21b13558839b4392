CREATE TABLE command (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mid TEXT NOT NULL, -- Message-ID of the mail, "" for the command line
    at INTEGER NOT NULL,
    channel TEXT NOT NULL, -- mail or cli
    edition TEXT NOT NULL,
    item TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL, -- obeyed, misread or refused
    answer TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0, -- id of the command that took it back
    told INTEGER NOT NULL DEFAULT 0 -- 1: a digest has said so
) STRICT;
CREATE UNIQUE INDEX command_mid ON command (mid) WHERE mid <> '';
CREATE TABLE act (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public TEXT NOT NULL UNIQUE,
    command_id INTEGER NOT NULL REFERENCES command(id),
    at INTEGER NOT NULL,
    verb TEXT NOT NULL,
    address_id INTEGER NOT NULL, -- 0: of nobody
    other_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    value TEXT NOT NULL,
    until INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX act_command ON act (command_id);
CREATE TABLE link (
    address_id INTEGER NOT NULL,
    main_id INTEGER NOT NULL,
    source TEXT NOT NULL, -- certain
    evidence TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address_id, main_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE edition (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    slot INTEGER NOT NULL,
    state TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    people INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE suggestion (
    edition_id INTEGER NOT NULL REFERENCES edition(id),
    item TEXT NOT NULL,
    address_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    sentence TEXT NOT NULL,
    evidence TEXT NOT NULL, -- JSON list of [sort, value]
    wildcard INTEGER NOT NULL,
    PRIMARY KEY (edition_id, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    raw BLOB NOT NULL,
    channel TEXT NOT NULL,
    target TEXT NOT NULL,
    state TEXT NOT NULL, -- pending, trying, done or failed
    at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    tried INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE health (
    name TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_ok INTEGER NOT NULL,
    last_try INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    error TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE verdict (
    address_id INTEGER NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    warmth REAL NOT NULL,
    score REAL NOT NULL,
    rhythm_days REAL NOT NULL, -- 0: none learned
    silence_days REAL NOT NULL,
    circle TEXT NOT NULL,
    due INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
