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
