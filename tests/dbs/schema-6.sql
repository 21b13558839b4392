PRAGMA application_id = 1684502380;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'digwell','0001_mail','2026-11-22 04:55:18.590428+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'digwell','0002_words','2026-11-22 04:55:18.590799+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'digwell','0003_views','2026-11-22 04:55:18.591301+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'digwell','0004_cards','2026-11-22 04:55:18.591436+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'digwell','0005_items','2026-11-22 04:55:18.591525+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'digwell','0006_fresh_days','2026-11-22 04:55:18.591617+00:00');
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    user TEXT NOT NULL
) STRICT;
INSERT INTO "account" VALUES(1,'main','imap.example.org','maya@example.org');
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
INSERT INTO "act" VALUES(1,'nabcdefghij',1,1600000100,'note',2,0,'tall','',0,0);
CREATE TABLE address (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    person INTEGER NOT NULL, -- id of the main address of its person
    known INTEGER NOT NULL DEFAULT 0 -- 1: came in by an address book, with or without mail
) STRICT;
INSERT INTO "address" VALUES(1,'maya@example.org',1,0);
INSERT INTO "address" VALUES(2,'ana@x.example',2,0);
CREATE TABLE address_name (
    address_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (address_id, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "address_name" VALUES(2,'Ana',1);
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
INSERT INTO "command" VALUES(1,'c1@x',1600000100,'mail','2020w38','1','note 1: tall','obeyed','',0,0);
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
INSERT INTO "contact_day" VALUES(2,18518,1,0,1,0,0,0,0,0,0,1600000000,1600000000,1600000000,0,1600000000,0);
CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "counter" VALUES('address',2);
INSERT INTO "counter" VALUES('message',1);
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
INSERT INTO "edition" VALUES(1,'2020w38',1600000000,'delivered','dw@x',1600000050,'',1);
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
INSERT INTO "folder" VALUES(1,1,'INBOX','inbox',1,0,7,1,3,0,0);
CREATE TABLE forgotten (fingerprint BLOB NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
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
CREATE TABLE health (
    name TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    last_ok INTEGER NOT NULL,
    last_try INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    error TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE item ( -- what else than a suggestion a letter lets its owner answer to
    edition TEXT NOT NULL,
    item TEXT NOT NULL, -- a number or a letter
    address_id INTEGER NOT NULL,
    other_id INTEGER NOT NULL, -- 0, or the second of a pair
    note TEXT NOT NULL, -- "", or the public id of a promise
    PRIMARY KEY (edition, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE link (
    address_id INTEGER NOT NULL,
    main_id INTEGER NOT NULL,
    source TEXT NOT NULL, -- certain
    evidence TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address_id, main_id)
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
INSERT INTO "message" VALUES(1,X'5F5E1000AABBCCDDEEFF00112233445566778899','a@x',1600000000,'hello',1,'','','',0,1,1,0);
CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
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
CREATE TABLE own (
    address_id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL, -- configured, learned or asked
    used INTEGER NOT NULL -- 1: counts as the owner's, 0: the owner is to be asked, or said no
) STRICT;
INSERT INTO "own" VALUES(1,'configured',1);
CREATE TABLE pace (day INTEGER NOT NULL PRIMARY KEY, sent INTEGER NOT NULL) STRICT;
INSERT INTO "pace" VALUES(18518,1);
CREATE TABLE participant (
    message_id INTEGER NOT NULL,
    part INTEGER NOT NULL, -- 0 further From, 1 To, 2 Cc, 3 Bcc, 4 Reply-To
    address_id INTEGER NOT NULL,
    PRIMARY KEY (message_id, part, address_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "participant" VALUES(1,1,2);
CREATE TABLE proven (hash INTEGER NOT NULL PRIMARY KEY, message_id INTEGER NOT NULL) STRICT;
CREATE TABLE quarantine (
    folder_id INTEGER NOT NULL REFERENCES folder(id),
    uid INTEGER NOT NULL,
    reason TEXT NOT NULL,
    reader INTEGER NOT NULL,
    PRIMARY KEY (folder_id, uid)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "suggestion" VALUES(1,'1',2,'new','Ana is new','[]',0);
CREATE TABLE trait (
    address_id INTEGER NOT NULL,
    sort TEXT NOT NULL, -- birthday, job, organisation, signature, promise or question
    source TEXT NOT NULL, -- vcard, linkedin, "" for a letter
    mid TEXT NOT NULL, -- the letter it stood in, "" for a card
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address_id, sort, source, mid, at, value)
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
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE UNIQUE INDEX command_mid ON command (mid) WHERE mid <> '';
CREATE INDEX act_command ON act (command_id);
CREATE VIEW people AS -- one row a person, under the main address
SELECT
    main.address AS address,
    coalesce((SELECT n.name FROM address_name n JOIN address b ON b.id = n.address_id
        WHERE b.person = main.id ORDER BY n.count DESC, n.name LIMIT 1), '')
        AS name,
    (SELECT group_concat(b.address, ' ') FROM address b WHERE b.person = main.id) AS addresses,
    sum(d.out_all) AS sent, -- mail from the owner
    sum(d.in_all) AS received, -- mail to the owner
    sum(d.in_answer) AS answers, -- mail that answers the owner
    count(DISTINCT CASE WHEN d.out_direct OR d.in_direct THEN d.day END) AS contact_days,
    datetime(min(d.first_at), 'unixepoch') AS first,
    datetime(max(d.last_at), 'unixepoch') AS last,
    datetime(nullif(max(d.in_at), 0), 'unixepoch') AS last_in,
    datetime(nullif(max(d.out_at), 0), 'unixepoch') AS last_out
FROM address main
JOIN address a ON a.person = main.id
JOIN contact_day d ON d.address_id = a.id
GROUP BY main.id;
CREATE VIEW interactions AS -- one row a message, person and direction
SELECT DISTINCT
    m.mid AS message_id,
    datetime(m.at, 'unixepoch') AS at,
    'out' AS direction,
    main.address AS person,
    a.address AS address,
    m.to_count <= 3 AND p.part = 1 AS direct,
    m.subject AS subject
FROM message m
JOIN own o ON o.address_id = m.from_id AND o.used
JOIN participant p ON p.message_id = m.id AND p.part IN (1, 2, 3)
JOIN address a ON a.id = p.address_id
JOIN address main ON main.id = a.person
WHERE m.places & 53 AND a.id NOT IN (SELECT address_id FROM own WHERE used)
UNION ALL
SELECT
    m.mid,
    datetime(m.at, 'unixepoch'),
    'in',
    main.address,
    a.address,
    m.to_count <= 3 AND EXISTS (SELECT 1 FROM participant p JOIN own o ON o.address_id = p.address_id
        WHERE p.message_id = m.id AND p.part = 1 AND o.used),
    m.subject
FROM message m
JOIN address a ON a.id = m.from_id
JOIN address main ON main.id = a.person
WHERE m.places & ~64 AND m.from_id NOT IN (SELECT address_id FROM own WHERE used);
CREATE VIEW digests AS -- one row a suggestion
SELECT
    e.key AS edition,
    datetime(e.slot, 'unixepoch') AS slot,
    e.state AS state,
    s.item AS item,
    main.address AS person,
    s.reason AS reason,
    s.sentence AS sentence,
    s.wildcard AS wildcard
FROM edition e
JOIN suggestion s ON s.edition_id = e.id
JOIN address a ON a.id = s.address_id
JOIN address main ON main.id = a.person;
CREATE VIEW verdicts AS -- who was due when last judged
SELECT
    a.address AS person,
    v.kind AS kind,
    v.rule AS rule,
    v.warmth AS warmth,
    v.score AS score,
    nullif(v.rhythm_days, 0) AS rhythm_days,
    v.silence_days AS silence_days,
    v.circle AS circle,
    v.due AS due,
    v.reason AS reason,
    v.version AS version,
    date(v.day * 86400, 'unixepoch') AS day
FROM verdict v
JOIN address a ON a.id = v.address_id;
CREATE VIEW notes AS -- what the owner noted about people
SELECT act.public AS id, datetime(act.at, 'unixepoch') AS at, main.address AS person, act.text AS text
FROM act
JOIN address a ON a.id = act.address_id
JOIN address main ON main.id = a.person
WHERE act.verb IN ('note', 'log', 'done') AND act.text <> '' AND NOT act.undone;
CREATE VIEW tags AS -- the tags people carry
SELECT person, tag FROM (
    SELECT main.address AS person, act.value AS tag, act.verb AS verb,
        row_number() OVER (PARTITION BY main.id, act.value ORDER BY act.at DESC, act.id DESC) AS nth
    FROM act
    JOIN address a ON a.id = act.address_id
    JOIN address main ON main.id = a.person
    WHERE act.verb IN ('tag', 'untag') AND NOT act.undone
) WHERE nth = 1 AND verb = 'tag';
CREATE VIEW snoozes AS -- until when people are put off
SELECT person, until FROM (
    SELECT main.address AS person, datetime(act.until, 'unixepoch') AS until, act.verb AS verb,
        row_number() OVER (PARTITION BY main.id ORDER BY act.at DESC, act.id DESC) AS nth
    FROM act
    JOIN address a ON a.id = act.address_id
    JOIN address main ON main.id = a.person
    WHERE act.verb IN ('snooze', 'done') AND NOT act.undone
) WHERE nth = 1 AND verb = 'snooze';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('account',1);
INSERT INTO "sqlite_sequence" VALUES('folder',1);
INSERT INTO "sqlite_sequence" VALUES('command',1);
INSERT INTO "sqlite_sequence" VALUES('act',1);
INSERT INTO "sqlite_sequence" VALUES('edition',1);
COMMIT;
