"""What each folder is for: SPECIAL-USE first (RFC 6154), then names everybody knows, in many languages.

Pure. It must never guess from what is inside a folder.
"""

from __future__ import annotations

from collections.abc import Iterable

from daemon.mail.values import FolderState
from store.facts import Role

_FLAGS = {
    b"\\SENT": Role.SENT,
    b"\\DRAFTS": Role.DRAFTS,
    b"\\ARCHIVE": Role.ARCHIVE,
    b"\\ALL": Role.ALL,
    b"\\ALLMAIL": Role.ALL,
    b"\\TRASH": Role.TRASH,
    b"\\JUNK": Role.JUNK,
    b"\\SPAM": Role.JUNK,
}

_NAMES = {
    Role.SENT: (
        "sent|sent items|sent mail|sent messages|sent-mail|sentmail|outbox sent|gesendet|gesendete"
        "|gesendete objekte|gesendete elemente|gesendete nachrichten|gesendete mails"
        "|postausgang gesendet|envoyés|éléments envoyés|messages envoyés|courrier envoyé"
        "|objets envoyés|enviados|elementos enviados|correo enviado|mensajes enviados|itens enviados"
        "|e-mails enviados|mensagens enviadas|enviadas|inviata|posta inviata|inviati|elementi inviati"
        "|messaggi inviati|verzonden|verzonden items|verzonden berichten|skickat|skickade objekt|sendt"
        "|sendte elementer|sendt post|lähetetyt|wysłane|elementy wysłane|odeslané|odeslaná pošta"
        "|odoslané|odoslaná pošta|elküldött|elküldött elemek|trimise|elemente trimise|poslano"
        "|poslana pošta|изпратени|изпратена поща|отправленные"
        "|надіслані|відправлені|απεσταλμένα|gönderilmiş öğeler|gönderilenler"
        "|gönderilmiş|נשלחו|دریافتی ارسال شده|المرسلة|البريد المرسل|送信済み|送信済みメール"
        "|送信済みアイテム|已发送|已发送邮件|已发邮件|寄件備份|已寄郵件|보낸편지함|보낸 편지함|ส่งแล้ว"
        "|đã gửi|saadetud"
    ),
    Role.DRAFTS: (
        "drafts|draft|draft messages|entwürfe|brouillons|brouillon|borradores|borrador|rascunhos|bozze"
        "|concepten|utkast|kladder|luonnokset|szkice|wersje robocze|koncepty|rozepsané|piszkozatok"
        "|ciorne|osnutki|чернови|черновики|чернетки|πρόχειρα|taslaklar"
        "|טיוטות|مسودات|下書き|草稿|草稿箱|임시보관함|thư nháp"
    ),
    Role.ARCHIVE: (
        "archive|archives|archived|archiv|archivio|archivo|archivos|arquivo|arquivar|archief|arkiv"
        "|arkisto|archiwum|archív|archívum|arhivă|arhiva|архив|архів|αρχείο|arşiv"
        "|ארכיון|أرشيف|アーカイブ|归档|存档|封存|보관함|lưu trữ"
    ),
    Role.ALL: (
        "all mail|allmail|alle nachrichten|tous les messages|todos|todo el correo|toda a correspondência"
    ),
    Role.TRASH: (
        "trash|bin|deleted|deleted items|deleted messages|papierkorb|gelöschte objekte"
        "|gelöschte elemente|gelöscht|corbeille|éléments supprimés|papelera|elementos eliminados"
        "|lixeira|lixo|itens excluídos|cestino|posta eliminata|prullenbak|verwijderde items"
        "|papperskorg|papperskorgen|borttagna objekt|papirkurv|slettede elementer|roskakori|kosz"
        "|elementy usunięte|koš|odstraněná pošta|kôš|lomtár|törölt elemek|coș de gunoi|smetnjak"
        "|koš za smeti|кошче|корзина|удаленные|удалённые|кошик"
        "|κάδος απορριμμάτων|çöp kutusu|silinmiş öğeler|אשפה|المهملات|ごみ箱|ゴミ箱"
        "|已删除|已删除邮件|垃圾桶|휴지통|thùng rác"
    ),
    Role.JUNK: (
        "junk|spam|junk mail|junk e-mail|junk email|bulk mail|spamverdacht|junk-e-mail|indésirables"
        "|courrier indésirable|pourriel|correo no deseado|no deseado|lixo eletrônico|lixo eletrónico"
        "|posta indesiderata|ongewenst|ongewenste e-mail|ongewenste mail|skräppost|søppelpost"
        "|uønsket mail|uønsket post|roskaposti|wiadomości-śmieci|nevyžádaná pošta"
        "|nevyžiadaná pošta|levélszemét|mesaje nedorite|neželena pošta|спам"
        "|нежелана поща|нежелательная почта|ανεπιθύμητα|önemsiz"
        "|istenmeyen|דואר זבל|迷惑メール|垃圾邮件|垃圾郵件|스팸|스팸편지함"
    ),
}
_BY_NAME = {name: role for role, names in _NAMES.items() for name in names.split("|")}
_INHERITED = {Role.SENT, Role.ARCHIVE, Role.TRASH, Role.JUNK, Role.DRAFTS}
_GMAIL = {"[gmail]", "[google mail]"}


def role_of(flags: Iterable[bytes]) -> Role | None:
    """Return the role that SPECIAL-USE (or Gmail's older XLIST) flags give, if any."""
    for flag in flags:
        role = _FLAGS.get(flag.upper())
        if role is not None:
            return role
    return None


def role_by_name(name: str) -> Role:
    """Return the role of a folder known by its name alone."""
    return _BY_NAME.get(name.casefold().strip(), Role.OTHER)


def with_roles(found: Iterable[FolderState], marked: dict[bytes, Role]) -> tuple[FolderState, ...]:
    """Give every folder its role: INBOX by name, then marks of the server, then known names.

    A role found by name is given only to folders at the top of the owner's own mail; what lies under a
    Sent, Archive, Trash, Junk or Drafts folder shares its role.
    """
    roles: dict[str, Role] = {}
    result = []
    for folder in sorted(found, key=lambda f: f.name.count(f.delimiter) if f.delimiter else 0):
        role = _role(folder, marked, roles)
        roles[folder.name] = role
        result.append(folder._replace(role=role))
    return tuple(sorted(result, key=lambda f: f.name))


def _role(folder: FolderState, marked: dict[bytes, Role], roles: dict[str, Role]) -> Role:
    if folder.name.upper() == "INBOX":
        return Role.INBOX
    if not folder.personal:
        return Role.OTHER  # whatever it is marked as: somebody else's Sent proves nothing of the owner's
    if folder.wire in marked:
        return marked[folder.wire]
    parent, _, last = folder.name.rpartition(folder.delimiter) if folder.delimiter else ("", "", folder.name)
    above = roles.get(parent, Role.OTHER)
    if above in _INHERITED:
        return above
    if not parent or parent.upper() == "INBOX" or parent.lower() in _GMAIL:
        return role_by_name(last)
    return Role.OTHER
