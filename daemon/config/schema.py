"""config.yaml as models: every key with its type, default, sentence and example.

The sample file, the JSON Schema and the reference page are made from these models, so a key is
described here or nowhere. Must never hold a secret: only where to get one.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from daemon.config import wording

VERSION = 1
"""Raised with every change of a model: what was checked under an older one is checked again."""

LENGTH_PATTERN = r"^[0-9]{1,5} ?(d|w|m|y)(ays?|eeks?|onths?|ears?)?$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WEEKLY_PATTERN = r"^[A-Za-z]+ +[0-9]{1,2}:[0-9]{2}$"


def words_schema(item: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one word or a list of words."""
    one = item or {"type": "string"}
    return {"anyOf": [one, {"type": "array", "items": one}]}


Text = Annotated[str, PlainValidator(wording.text), WithJsonSchema({"type": "string", "minLength": 1})]
Words = Annotated[list[Text], BeforeValidator(wording.as_list), WithJsonSchema(words_schema())]
Switch = Annotated[
    bool,
    PlainValidator(wording.switch),
    WithJsonSchema({"enum": ["on", "off", "yes", "no", True, False]}),
]
Host = Annotated[str, PlainValidator(wording.host), WithJsonSchema({"type": "string", "minLength": 1})]
Port = Annotated[
    int,
    PlainValidator(wording.number(1, 65_535)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 65_535}),
]
Mail = Annotated[str, PlainValidator(wording.address), WithJsonSchema({"type": "string", "format": "email"})]
Mails = Annotated[
    list[Mail],
    BeforeValidator(wording.as_list),
    WithJsonSchema(words_schema({"type": "string", "format": "email"})),
]
Weekly = Annotated[
    tuple[int, time],
    PlainValidator(wording.weekly),
    WithJsonSchema({"type": "string", "pattern": WEEKLY_PATTERN}),
]
Length = Annotated[
    int, PlainValidator(wording.length), WithJsonSchema({"type": "string", "pattern": LENGTH_PATTERN})
]
Back = Annotated[
    int | date | None,
    PlainValidator(wording.back),
    WithJsonSchema(
        {"anyOf": [{"const": "all"}, {"type": "string", "pattern": f"{LENGTH_PATTERN}|{DATE_PATTERN}"}]}
    ),
]
Zone = Annotated[str, PlainValidator(wording.zone), WithJsonSchema({"type": "string"})]
FewPeople = Annotated[
    int,
    PlainValidator(wording.number(0, 20)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 20}),
]
SomePeople = Annotated[
    int,
    PlainValidator(wording.number(1, 20)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 20}),
]
Tls = Annotated[
    Literal["implicit", "starttls", "none"], BeforeValidator(wording.one_of("implicit", "starttls", "none"))
]
SignIn = Annotated[Literal["google", "microsoft"], BeforeValidator(wording.one_of("google", "microsoft"))]
Accept = Annotated[
    list[Annotated[str, PlainValidator(wording.one_of("sent", "inbox"))]],
    BeforeValidator(wording.as_list),
    WithJsonSchema(words_schema({"enum": ["sent", "inbox"]})),
]


def written(default: str, description: str, *examples: str) -> Any:  # noqa: ANN401 - read into the key's own type
    """Describe a key whose default stands here as the owner would write it."""
    return Field(default, description=description, examples=list(examples) or None)


def section(description: str) -> Any:  # noqa: ANN401 - read into the section's model
    """Describe a section that may be left out."""
    return Field({}, description=description)


class Strict(BaseModel):
    """A mapping without unknown keys; a key without a value counts as absent.

    Defaults stand as the owner would write them and are read like anything else.
    """

    model_config = ConfigDict(extra="forbid", validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: object) -> object:
        if data is None:
            return {}
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


class Server(Strict):
    """A mail server, and where its password comes from."""

    host: Host = Field(description="The mail server.", examples=["imap.example.org"])
    user: Text = Field(description="The name you sign in with.", examples=["maya@example.org"])
    port: Port | None = Field(None, description="993, or 143 where tls is starttls or none.", examples=[993])
    tls: Tls = Field("implicit", description="implicit, starttls, or none (loopback addresses only).")
    ca_file: Text | None = Field(
        None, description="An extra CA certificate for a private server.", examples=["/etc/ssl/my-ca.pem"]
    )
    password_command: Text | None = Field(
        None,
        description="A command that prints the password; its first line counts.",
        examples=["pass show mail/digwell"],
    )
    password_file: Text | None = Field(
        None,
        description="A file with the password, mode 0600.",
        examples=["~/.config/digwell/password"],
    )
    password_credential: Text | None = Field(
        None, description="The name of a systemd credential.", examples=["digwell-password"]
    )
    keyring: Switch = written("off", "yes: the password lies in the system keyring.", "yes")
    token_command: Text | None = Field(
        None,
        description="A command that prints an OAuth access token.",
        examples=["oama access maya@example.org"],
    )
    sign_in: SignIn | None = Field(
        None, description="Sign in on the web: google or microsoft.", examples=["microsoft"]
    )
    sign_in_client: Text | None = Field(
        None,
        description="For sign_in: Google's client file, or the client id at Microsoft.",
        examples=["~/.config/digwell/client.json"],
    )
    sign_in_tenant: Text | None = Field(
        None, description="For sign_in: microsoft, the tenant of your organisation.", examples=["common"]
    )


class Mailbox(Server):
    """One IMAP account."""

    name: Text | None = Field(
        None, description="What to call it; needed where there are several.", examples=["home"]
    )
    watch: Annotated[Words, AfterValidator(wording.some)] = Field(
        ["inbox", "sent", "archive"],
        description="Folders to read: inbox, sent, archive, all, or names; a word or a list.",
    )
    since: Back = written("all", "How far back the first scan goes: all, 3y or 2021-01-01.")
    read: Annotated[
        Literal["headers", "first lines"], BeforeValidator(wording.one_of("headers", "first lines"))
    ] = Field("headers", description="headers, or first lines (needed for promises and signatures).")
    also_me: Mails = Field([], description="Your other addresses.")


class Smtp(Server):
    """Sending by SMTP. Without this section the digest is put straight into your own inbox."""

    host: Host = Field(description="The mail server.", examples=["smtp.example.org"])
    port: Port | None = Field(None, description="465, or 587 (starttls), or 25 (none).", examples=[465])
    user: Text | None = Field(  # type: ignore[assignment]
        None,
        description="The name you sign in with; by default the mailbox's.",
        examples=["maya@example.org"],
    )
    sender: Mail | None = Field(
        None,
        alias="from",
        description="The From address; your own by default.",
        examples=["maya@example.org"],
    )


class Digest(Strict):
    """The weekly mail."""

    when: Weekly = written("monday 07:30", "Weekday and clock time.")
    time_zone: Zone = Field("system", description="An IANA name such as Europe/Berlin, or system.")
    to: Mail | None = Field(
        None, description="Who receives it; the mailbox's user by default.", examples=["maya@example.org"]
    )
    people: SomePeople = Field(5, description="How many people it names.")
    wildcard: FewPeople = Field(1, description="Of those, drawn by lot from people you have lost.")
    slot: Weekly | None = Field(
        None,
        description="When you mean to write; shown in the mail, also as a calendar entry.",
        examples=["tuesday 08:30"],
    )
    folder: Text = Field("INBOX", description="The folder it is put into.")
    subject: Annotated[Literal["names", "discreet"], BeforeValidator(wording.one_of("names", "discreet"))] = (
        Field("names", description="names, or discreet: nobody's name in the subject.")
    )


class Commands(Strict):
    """Answers by mail."""

    accept: Accept = Field(["sent"], description="Where they are looked for: sent, inbox.")
    expire: Length = written("60d", "How long a digest can be answered.")
    answer: Annotated[
        Literal["problems", "always", "never"],
        BeforeValidator(wording.one_of("problems", "always", "never")),
    ] = Field("problems", description="When digwell writes back: problems, always or never.")
    tidy: Annotated[
        Literal["trash", "archive", "keep"], BeforeValidator(wording.one_of("trash", "archive", "keep"))
    ] = Field("trash", description="Where your copy of an obeyed answer goes: trash, archive or keep.")


class ConfigFile(Strict):
    """config.yaml."""

    mailbox: Mailbox | None = Field(None, description="Your mailbox.")
    mailboxes: list[Mailbox] | None = Field(
        None, description="Instead of mailbox: several, each with a name; the first receives the digest."
    )
    digest: Digest = section("The weekly mail.")
    smtp: Smtp | None = Field(
        None, description="Send the digest by SMTP instead of putting it into your inbox over IMAP."
    )
    commands: Commands = section("Answers by mail.")
    drafts: Switch = written("off", "on: ready replies in the Drafts folder; never sent.")
    store: Text | None = Field(
        None, description="The store file.", examples=["~/.local/share/digwell/digwell.db"]
    )
    rules: Text = Field("rules.yaml", description="Your rules, relative to this file; it may be absent.")
