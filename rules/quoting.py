"""Where an answer's own words end: quotes, attribution lines, signatures, header blocks, our marker.

Pure tables of how mail programs in thirteen languages and more frame what they quote. It only ever
says "stop here"; nothing here may turn a line into a command.
"""

from __future__ import annotations

import re

_WROTE = (
    "wrote", "writes", "said", "schrieb", "schreibt", "a écrit", "escribió", "escreveu", "ha scritto",
    "schreef", "het volgende geschreven", "skrev", "kirjoitti", "napisał", "napisał(a)", "pisze", "написал",
    "написала", "пишет", "писал", "napsal", "napsala", "yazdı", "írta", "написав", "a scris", "έγραψε",
    "写道", "のメール", "님이 작성", "כתב",
)  # fmt: skip
_DATED = (
    "on ", "am ", "le ", "el ", "em ", "no dia ", "il ", "il giorno ", "op ", "den ", "på ", "ma ",
    "w dniu ", "dnia ", "dne ", "в ", "пн,", "вт,", "ср,", "чт,", "пт,", "сб,", "вс,", "mon,", "tue,",
    "wed,", "thu,", "fri,", "sat,", "sun,", "mon ", "tue ", "wed ", "thu ", "fri ", "sat ", "sun ",
)  # fmt: skip
_LABELS = frozenset({
    "from", "sent", "to", "cc", "subject", "date", "reply-to",
    "von", "gesendet", "an", "betreff", "datum",
    "de", "envoyé", "à", "objet", "date d'envoi",
    "enviado", "para", "asunto", "fecha", "assunto", "data", "enviada em",
    "da", "inviato", "a", "oggetto",
    "van", "verzonden", "aan", "onderwerp",
    "från", "skickat", "till", "ämne",
    "fra", "sendt", "til", "emne", "dato",
    "lähettäjä", "lähetetty", "vastaanottaja", "aihe", "päivämäärä",
    "od", "wysłano", "do", "temat",
    "от", "отправлено", "кому", "тема", "дата",
    "odesláno", "komu", "předmět", "kimden", "gönderme tarihi", "kime", "konu",
})  # fmt: skip
_SENT_FROM = (
    "sent from", "sent with", "sent by", "sent via", "get outlook for", "von meinem", "gesendet von",
    "diese nachricht wurde von", "envoyé de", "envoyé depuis", "envoyé à partir", "enviado desde",
    "enviado do", "enviado de", "enviado a partir", "inviato da", "inviata da", "verzonden vanaf",
    "verstuurd vanaf", "verzonden met", "skickat från", "skickades från", "sendt fra", "lähetetty",
    "wysłane z", "wysłano z", "отправлено с", "отправлено из", "odesláno z", "gönderildi", "outlook for",
)  # fmt: skip
_FAREWELLS = (
    "thanks", "thank you", "thx", "many thanks", "cheers", "best", "best regards", "best wishes",
    "kind regards", "regards", "warm regards", "yours", "sincerely", "greetings", "bye", "stop", "quit",
    "danke", "vielen dank", "mit freundlichen grüßen", "viele grüße", "liebe grüße", "gruß", "grüße", "mfg",
    "merci", "cordialement", "bien à vous", "gracias", "saludos", "un saludo", "obrigado", "obrigada",
    "abraço", "cumprimentos", "grazie", "saluti", "cordiali saluti", "bedankt", "groet", "groeten",
    "met vriendelijke groet", "tack", "hälsningar", "mvh", "vänliga hälsningar", "med venlig hilsen",
    "hilsen", "takk", "tak", "med vennlig hilsen", "kiitos", "terveisin", "dzięki", "dziękuję",
    "pozdrawiam", "спасибо", "с уважением", "díky", "s pozdravem", "teşekkürler", "saygılarımla",
)  # fmt: skip
_FAREWELL_STARTS = tuple(f"{word}{mark}" for word in _FAREWELLS for mark in ",!")
_GREETINGS = frozenset({
    "hi", "hello", "hey", "dear", "good morning", "hallo", "moin", "liebes", "bonjour", "salut", "hola",
    "olá", "ciao", "hej", "hei", "cześć", "привет", "ahoj", "merhaba",
})  # fmt: skip
_RULES = "-_=─—*~#"
_CLOCK = re.compile(r"\b[0-9]{1,2}[:.][0-9]{2}\b", re.ASCII)
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b", re.ASCII)


def ends_script(line: str) -> bool:
    """Tell whether the owner's own words end before this line, whatever comes after it."""
    bare = " ".join(line.split())
    low = bare.lower()
    return bool(bare) and (
        bare[0] in ">|»›"
        or is_marker(bare)
        or _is_rule(bare)
        or low.startswith(_SENT_FROM)
        or _is_farewell(low)
        or _is_attribution(low)
        or _is_header(low)
    )


def own_words(text: str, prefilled: tuple[str, ...] = (), below: str = "") -> str:
    """Return what the owner wrote into a mail that a link opened: no sentences of ours, no signature.

    Our sentences are taken out however they were wrapped; nothing under ``below`` counts.
    """
    lines: list[str] = []
    for line in text.splitlines():
        if ends_script(line) or (below and " ".join(line.split()) == below):
            break
        lines.append(line.strip())
    own = "\n".join(lines)
    ours = (*prefilled, *([below] if below else []))
    for sentence in sorted(ours, key=len, reverse=True):  # one may begin with another
        own = re.sub(r"\s+".join(map(re.escape, sentence.split())), " ", own)
    return own.strip()


def is_greeting(line: str) -> bool:
    """Tell whether a line only says hello, such as `Hi digwell,`."""
    words = line.lower().strip(" ,.!").split()
    if words and words[-1] == "digwell":
        words.pop()
    return " ".join(words) in _GREETINGS


def is_marker(line: str) -> bool:
    """Tell whether a line is the top of one of our own mails, as text or copied from HTML."""
    low = line.lower().lstrip(" (>*_")
    return low.startswith(("digwell reads only", "digwell ·", "digwell  ·", "[dw "))


def _is_rule(line: str) -> bool:
    """Tell whether a line is a signature mark or a drawn rule, with or without words in it."""
    return line in {"--", "—"} or (len(line) >= 3 and line[0] in _RULES and line[:3] == line[0] * 3)


def _is_farewell(low: str) -> bool:
    word = low.rstrip(" ,.!")
    return word in _FAREWELLS or low.startswith(_FAREWELL_STARTS)


def _is_attribution(low: str) -> bool:
    """Tell whether a line says who wrote what follows, whole or as the first of its two lines."""
    if low.endswith((":", "：")) and any(word in low for word in _WROTE):
        return True
    if low.startswith("begin forwarded message"):
        return True
    return low.startswith(_DATED) and ("@" in low or (bool(_YEAR.search(low)) and bool(_CLOCK.search(low))))


def _is_header(low: str) -> bool:
    label, colon, value = low.partition(":")
    return bool(colon) and label.strip(" *") in _LABELS and (not value or value[0] in " *\t")
