PRAGMA application_id = 1684502380; -- dgwl
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    user TEXT NOT NULL
) STRICT;
CREATE TABLE folder (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account(id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    watched INTEGER NOT NULL DEFAULT 1,
    gone INTEGER NOT NULL DEFAULT 0,
    uidvalidity INTEGER NOT NULL DEFAULT 0, -- 0: no cursor
    low INTEGER NOT NULL DEFAULT 1,
    high INTEGER NOT NULL DEFAULT 0,
    modseq INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, name)
) STRICT;
CREATE TABLE quarantine (
    folder_id INTEGER NOT NULL REFERENCES folder(id),
    uid INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reader INTEGER NOT NULL,
    PRIMARY KEY (folder_id, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE address (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    person INTEGER NOT NULL, -- id of the main address of its person
    known INTEGER NOT NULL DEFAULT 0 -- 1: came in by an address book, with or without mail
) STRICT;
CREATE TABLE address_name (
    address_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (address_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE own (
    address_id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL, -- configured, learned or asked
    used INTEGER NOT NULL -- 1: counts as the owner's, 0: the owner is to be asked, or said no
) STRICT;
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE, -- 4 bytes of time (0 where undated), 16 of identity
    mid TEXT NOT NULL,
    at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    from_id INTEGER NOT NULL, -- 0: nobody
    parent TEXT NOT NULL,
    root TEXT NOT NULL, -- first Message-ID of References, where it is not the parent
    list_id TEXT NOT NULL,
    marks INTEGER NOT NULL,
    places INTEGER NOT NULL,
    to_count INTEGER NOT NULL,
    answers INTEGER NOT NULL -- 1: answers a message really sent by the owner
) STRICT;
CREATE TABLE participant (
    message_id INTEGER NOT NULL,
    part INTEGER NOT NULL, -- 0 further From, 1 To, 2 Cc, 3 Bcc, 4 Reply-To
    address_id INTEGER NOT NULL,
    PRIMARY KEY (message_id, part, address_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE contact_day (
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
    in_direct_at INTEGER NOT NULL,
    PRIMARY KEY (address_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE pace (day INTEGER NOT NULL PRIMARY KEY, sent INTEGER NOT NULL) STRICT;
CREATE TABLE proven (hash INTEGER NOT NULL PRIMARY KEY, message_id INTEGER NOT NULL) STRICT;
CREATE TABLE awaited (
    hash INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (hash, message_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE bounce (
    mid TEXT NOT NULL,
    address_id INTEGER NOT NULL,
    permanent INTEGER NOT NULL,
    at INTEGER NOT NULL,
    original TEXT NOT NULL,
    PRIMARY KEY (mid, address_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE meeting (
    mid TEXT NOT NULL,
    uid TEXT NOT NULL,
    told INTEGER NOT NULL, -- time of the mail that told of it
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    addresses TEXT NOT NULL, -- JSON list
    summary TEXT NOT NULL,
    PRIMARY KEY (mid, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE forgotten (fingerprint BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
