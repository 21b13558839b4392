"""The people of the invented village: who they are, how often they write, what about.

Data only. Everybody here is made up; every address is in a domain reserved for examples.
"""

from __future__ import annotations

from dataclasses import dataclass

OWNER = ("Maya Okafor", "maya@example.org")


@dataclass(frozen=True, slots=True)
class Villager:
    """One correspondent: ``every`` days between conversations, from ``since`` to ``until`` days ago.

    ``ends`` says who writes the last message: me or them. ``talk`` is the usual length of a
    conversation in messages; ``lead`` the share of conversations the owner begins.
    """

    name: str
    address: str
    every: float
    since: int
    until: int
    topics: tuple[str, ...]
    ends: str = "me"
    talk: int = 3
    lead: float = 0.5


LEADS = (
    Villager(
        "Ana Ribeiro",
        "ana.ribeiro@example.net",
        21,
        900,
        18,
        ("Flat hunting in Alfama", "School places", "Sunday walk", "That cake recipe"),
        "me",
        3,
    ),
    Villager(
        "Tomás Leal",
        "tomas@example.com",
        35,
        1300,
        97,
        ("that bakery startup", "Ovens and loans", "Flour prices"),
        "them",
        4,
    ),
    Villager(
        "Grace Adeyemi",
        "grace@kestrelrail.example",
        60,
        1300,
        55,
        ("Panel photos", "Signalling talk", "Mentoring circle"),
        "them",
        3,
    ),
    Villager("Bilal Hassan", "bilal@lantern.example", 9, 24, 17, ("Good to meet you",), "me", 2),
    Villager(
        "Ruth Lindqvist",
        "ruth.lindqvist@example.edu",
        40,
        3300,
        2450,
        ("thesis thank-you", "Drawing the failure first", "Reading group"),
        "them",
        3,
    ),
    Villager(
        "Jonas Weber",
        "jonas.weber@utrecht.example",
        16,
        560,
        6,
        ("Utrecht slides", "Train to Basel", "Workshop budget"),
        "them",
        3,
    ),
    Villager(
        "Ines Duarte",
        "ines@northwind.example",
        28,
        900,
        9,
        ("Northwind leaving drinks", "Hiring stories", "Bike tour"),
        "them",
        3,
    ),
    Villager(
        "Mei Tanaka",
        "mei.tanaka@studio-hibiki.example",
        45,
        1200,
        150,
        ("Poster draft", "Letterpress evening"),
        "me",
        3,
    ),
    Villager(
        "Aidan Okafor",
        "aidan@family.example",
        12,
        500,
        3,
        ("Mum's birthday", "Photos from the lake", "Dog sitting"),
        "me",
        3,
    ),
    Villager(
        "Priya Nair",
        "priya.nair@meridian.example",
        30,
        900,
        74,
        ("Grant proposal", "Two open questions", "Panel on open data"),
        "them",
        4,
        0.8,
    ),
    Villager(
        "Samir Haddad",
        "samir@kestrelrail.example",
        50,
        1500,
        700,
        ("Timetable data", "Old rolling stock"),
        "me",
        3,
    ),
    Villager(
        "Lucía Paz", "lucia.paz@example.com", 24, 1100, 390, ("Choir weekend", "Songbook scans"), "them", 3
    ),
    Villager("Dana Cole", "dana.cole@kestrelrail.example", 40, 1000, 260, ("Depot visit",), "them", 2),
    Villager(
        "Oskar Lindholm",
        "oskar@fjordlabs.example",
        21,
        640,
        66,
        ("Sensor prototype", "Boat house roof", "Winter swim"),
        "me",
        3,
    ),
    Villager(
        "Nadia Petrova",
        "nadia@example.net",
        30,
        900,
        88,
        ("Translation of chapter three", "Your garden"),
        "them",
        3,
    ),
    Villager(
        "Kwame Mensah",
        "kwame@brightwater.example",
        40,
        1450,
        210,
        ("Well pump spare parts", "Accra in spring"),
        "them",
        3,
    ),
    Villager(
        "Hannah Fischer",
        "hannah.fischer@example.edu",
        33,
        900,
        41,
        ("Seminar list", "Guest lecture"),
        "me",
        3,
    ),
    Villager("Leo Marchetti", "leo@piazza.example", 14, 400, 8, ("Lunch", "Kitchen shelves"), "them", 3),
    Villager(
        "Zoe Papadaki",
        "zoe.papadaki@example.gr.example",
        55,
        1500,
        900,
        ("Ferry tickets", "Olive harvest"),
        "them",
        3,
    ),
    Villager(
        "Ewan Fraser", "ewan@highlandpress.example", 38, 1600, 1250, ("Proofs", "Index corrections"), "me", 3
    ),
    Villager(
        "Farah Siddiqui",
        "farah@lantern.example",
        20,
        420,
        12,
        ("Lantern intake", "Reference letter"),
        "me",
        3,
    ),
    Villager(
        "Milan Novák",
        "milan.novak@example.cz.example",
        44,
        1500,
        480,
        ("Chess by mail", "Prague flat"),
        "them",
        4,
    ),
    Villager("Chloé Bernard", "chloe@atelier.example", 18, 480, 5, ("Glaze tests", "Market stall"), "me", 3),
    Villager(
        "Ravi Iyer",
        "ravi.iyer@meridian.example",
        30,
        800,
        130,
        ("Data dictionary", "Cricket on Sunday"),
        "them",
        3,
    ),
)

GIVEN = (
    "Alma",
    "Boris",
    "Carmen",
    "Dmitri",
    "Elif",
    "Fiona",
    "Goran",
    "Hilde",
    "Ivan",
    "Jana",
    "Karim",
    "Linnea",
    "Marco",
    "Noor",
    "Olga",
    "Pablo",
    "Quentin",
    "Rosa",
    "Stefan",
    "Tara",
    "Umar",
    "Vera",
    "Wanda",
    "Xavier",
    "Yuki",
    "Zita",
    "Anton",
    "Bruna",
    "Cyril",
    "Delia",
    "Emre",
    "Freya",
    "Gustav",
    "Hiro",
    "Isla",
    "Jorge",
    "Kirsi",
)
FAMILY = (
    "Abril",
    "Brandt",
    "Castell",
    "Dragan",
    "Ekholm",
    "Farkas",
    "Greco",
    "Holm",
    "Ilic",
    "Jansen",
    "Kaya",
    "Lund",
    "Moreau",
    "Nagy",
    "Orsini",
    "Polak",
    "Quist",
    "Rossi",
    "Sorel",
    "Thorn",
    "Urban",
    "Vidal",
    "Wirth",
    "Xu",
    "Yildiz",
    "Zeman",
    "Arendt",
    "Basso",
    "Carlsen",
    "Duval",
    "Eriks",
    "Fabri",
    "Gomez",
    "Hora",
    "Innes",
    "Jung",
    "Koski",
)
SMALL_TALK = (
    "Next week",
    "Photos",
    "A question",
    "Thank you",
    "Dinner in May",
    "The book I mentioned",
    "Moving house",
    "Concert tickets",
    "Job news",
    "Holiday plans",
    "Old minutes",
    "Reading list",
    "A favour",
    "Saturday",
)

MACHINES = (
    ("Parcelhub", "no-reply@parcelhub.example", 12, ("Your parcel is on its way", "Delivered"), "auto"),
    ("Corner Bank", "statements@cornerbank.example", 30, ("Your statement is ready",), "auto"),
    ("The Slow Reader", "letter@slowreader.example", 7, ("Issue", "A long read for the weekend"), "news"),
    ("Rail Weekly", "editor@railweekly.example", 7, ("Rail Weekly",), "news"),
    ("Garden Shop", "offers@gardenshop.example", 9, ("Spring offers", "Last bulbs"), "news"),
    (
        "open-data list",
        "open-data@lists.example.org",
        6,
        ("[open-data] licences", "[open-data] next call"),
        "list",
    ),
    ("Build robot", "ci@forge.example", 10, ("Build failed", "Build passed"), "auto"),
    ("Newsroom", "daily@newsroom.example", 5, ("Your briefing",), "news"),
)

SAID = (
    ("promised", "ana.ribeiro@example.net", "the agent's name", 18),
    ("note", "ana.ribeiro@example.net", "Moving to Lisbon in May; worried about schools.", 40),
    ("note", "tomas@example.com", "Was deciding whether to take outside money.", 140),
    ("note", "grace@kestrelrail.example", "Her first team of more than ten. She is hiring in spring.", 56),
    ("note", "bilal@lantern.example", "Hiring his first data engineer.", 17),
    ("note", "ines@northwind.example", "Data engineer; looking for something new after Northwind.", 9),
    ("tag", "tomas@example.com", "friend", 300),
    ("tag", "ana.ribeiro@example.net", "friend", 300),
    ("gave", "farah@lantern.example", "a reference letter", 60),
    ("gave", "leo@piazza.example", "a Saturday with his kitchen shelves", 33),
    ("asked", "priya.nair@meridian.example", "her view of the grant budget", 120),
)
"""What Maya told digwell before: verb, address, words, days ago."""

BIRTHDAY_OF = ("Grace Adeyemi", "grace@kestrelrail.example")
"""Whose birthday the imported address book tells, some days ahead."""
