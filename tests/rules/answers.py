"""How people answer: own samples of ordinary answers and of what mail programs put around them."""

from __future__ import annotations

from dataclasses import dataclass

WHOM = "digwell <maya@example.org>"


@dataclass(frozen=True)
class Tongue:
    """One language: prose that is no command, and the frames its mail programs draw."""

    code: str
    prose: str
    attribution: str
    labels: tuple[str, str, str, str]
    original: str
    farewell: str
    sent_from: str


TONGUES = (
    Tongue(
        "en",
        "What a lovely list this week. I saw Ana on Friday, she is done with\nmoving and sends her love. "
        "Never mind the slides.",
        f"On Mon, 23 Nov 2026 at 07:30, {WHOM} wrote:",
        ("From", "Sent", "To", "Subject"),
        "-----Original Message-----",
        "Best regards,\nMaya",
        "Sent from my iPhone",
    ),
    Tongue(
        "de",
        "Schöne Liste diese Woche. Mit Ana habe ich am Freitag gesprochen, 2 Stunden\nlang. Später mehr.",
        f"Am Mo., 23. Nov. 2026 um 07:30 Uhr schrieb {WHOM}:",
        ("Von", "Gesendet", "An", "Betreff"),
        "-----Ursprüngliche Nachricht-----",
        "Mit freundlichen Grüßen\nMaya",
        "Von meinem iPhone gesendet",
    ),
    Tongue(
        "fr",
        "Merci pour la liste. J'ai appelé Tomás, il va bien, 3 enfants déjà.\nJe vois le reste plus tard.",
        f"Le lun. 23 nov. 2026 à 07:30, {WHOM} a écrit :",
        ("De", "Envoyé", "À", "Objet"),
        "-----Message d'origine-----",
        "Cordialement,\nMaya",
        "Envoyé de mon iPhone",
    ),
    Tongue(
        "es",
        "Qué bien la lista de hoy. Llamé a Grace, 2 horas al teléfono.\nMañana sigo con los demás.",
        f"El lun, 23 nov 2026 a las 7:30, {WHOM} escribió:",
        ("De", "Enviado", "Para", "Asunto"),
        "-----Mensaje original-----",
        "Un saludo,\nMaya",
        "Enviado desde mi iPhone",
    ),
    Tongue(
        "pt",
        "Obrigada pela lista. Falei com o Tomás na terça, 1 hora.\nO resto fica para depois.",
        f"Em seg., 23 de nov. de 2026 às 07:30, {WHOM} escreveu:",
        ("De", "Enviada em", "Para", "Assunto"),
        "-----Mensagem original-----",
        "Abraço,\nMaya",
        "Enviado do meu iPhone",
    ),
    Tongue(
        "it",
        "Bella lista. Ho visto Ruth ieri, 2 caffè e tante chiacchiere.\nIl resto la settimana prossima.",
        f"Il giorno lun 23 nov 2026 alle ore 07:30 {WHOM} ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"),
        "-----Messaggio originale-----",
        "Cordiali saluti\nMaya",
        "Inviato da iPhone",
    ),
    Tongue(
        "nl",
        "Mooie lijst. Ik heb Ana gesproken, 2 keer zelfs.\nDe rest komt later.",
        f"Op ma 23 nov. 2026 om 07:30 schreef {WHOM}:",
        ("Van", "Verzonden", "Aan", "Onderwerp"),
        "-----Oorspronkelijk bericht-----",
        "Met vriendelijke groet,\nMaya",
        "Verzonden vanaf mijn iPhone",
    ),
    Tongue(
        "sv",
        "Fin lista. Jag pratade med Bilal i fredags, 1 timme.\nResten tar jag senare.",
        f"Den mån 23 nov. 2026 kl 07:30 skrev {WHOM}:",
        ("Från", "Skickat", "Till", "Ämne"),
        "-----Ursprungligt meddelande-----",
        "Vänliga hälsningar\nMaya",
        "Skickat från min iPhone",
    ),
    Tongue(
        "da",
        "Fin liste. Jeg talte med Grace i fredags, 2 gange.\nResten kommer senere.",
        f"Den man. 23. nov. 2026 kl. 07.30 skrev {WHOM}:",
        ("Fra", "Sendt", "Til", "Emne"),
        "-----Oprindelig meddelelse-----",
        "Med venlig hilsen\nMaya",
        "Sendt fra min iPhone",
    ),
    Tongue(
        "no",
        "Fin liste. Jeg snakket med Ruth på fredag, 3 timer.\nResten tar jeg senere.",
        f"man. 23. nov. 2026 kl. 07:30 skrev {WHOM}:",
        ("Fra", "Sendt", "Til", "Emne"),
        "-----Opprinnelig melding-----",
        "Med vennlig hilsen\nMaya",
        "Sendt fra min iPhone",
    ),
    Tongue(
        "fi",
        "Hyvä lista. Puhuin Anan kanssa perjantaina, 2 tuntia.\nLoput myöhemmin.",
        f"ma 23. marrask. 2026 klo 7.30 {WHOM} kirjoitti:",
        ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
        "-----Alkuperäinen viesti-----",
        "Terveisin\nMaya",
        "Lähetetty iPhonesta",
    ),
    Tongue(
        "pl",
        "Ładna lista. Rozmawiałam z Aną w piątek, 2 godziny.\nReszta później.",
        f"pon., 23 lis 2026 o 07:30 {WHOM} napisał(a):",
        ("Od", "Wysłano", "Do", "Temat"),
        "-----Wiadomość oryginalna-----",
        "Pozdrawiam,\nMaya",
        "Wysłane z iPhone'a",
    ),
    Tongue(
        "ru",
        "Хороший список. Вчера говорила с Аной, 2 часа.\nОстальное потом.",
        f"пн, 23 нояб. 2026 г. в 07:30, {WHOM} написал:",
        ("От", "Отправлено", "Кому", "Тема"),
        "-----Исходное сообщение-----",
        "С уважением,\nМайя",
        "Отправлено с iPhone",
    ),
)


def quoted(text: str, mark: str = "> ") -> str:
    """Return text as most mail programs quote it."""
    return "\n".join(f"{mark}{line}".rstrip() for line in text.splitlines())


def wrapped_attribution(line: str) -> str:
    """Return an attribution line broken in two, as a program does at 72 columns."""
    head, space, tail = line.rpartition(" ")
    return f"{head}{space}\n{tail}"


def header_block(tongue: Tongue) -> str:
    """Return the header block that stands above an unquoted mail."""
    values = (WHOM, "Monday, 23 November 2026 07:30", "maya@example.org", "Ana, Tomás (23 November)")
    return "\n".join(f"{label}: {value}" for label, value in zip(tongue.labels, values, strict=True))


def tails(tongue: Tongue, plain: str, copied: str) -> dict[str, str]:
    """Return what stands under an answer, by quoting style; ``copied`` is the HTML form as text."""
    block = header_block(tongue)
    return {
        "gmail": f"\n{tongue.attribution}\n\n{quoted(plain)}",
        "gmail wrapped": f"\n{wrapped_attribution(tongue.attribution)}\n\n{quoted(plain)}",
        "apple": f"\n\n{tongue.sent_from}\n\n> {tongue.attribution}\n>\n{quoted(plain)}",
        "thunderbird": f"\n{tongue.attribution}\n{quoted(plain, '>')}",
        "outlook": f"\n{'_' * 32}\n{block}\n\n{copied}",
        "outlook headers only": f"\n{block}\n\n{copied}",
        "outlook mobile": f"\nGet Outlook for iOS<https://aka.ms/o0ukef>\n{'_' * 32}\n{block}\n\n{copied}",
        "original message": f"\n{tongue.original}\n{block}\n\n{plain}",
        "bare": "",
        "signature": f"\n-- \nMaya Okafor\n{tongue.prose}",
        "farewell": f"\n{tongue.farewell}\n\n{tongue.attribution}\n{quoted(plain)}",
        "unquoted text": f"\n{plain}",
        "unquoted copy": f"\n{copied}",
        "attribution, not quoted": f"\n{tongue.attribution}\n\n{copied}",
    }
