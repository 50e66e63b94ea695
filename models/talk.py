"""The values of a talk: what came in, what is said, what is carried to a channel. Nothing here knows a database or a platform."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.commands import Command

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


# --- what came in -----------------------------------------------------------------------------------------------------


class Kind(StrEnum):
    """What an Incoming is, the same on every channel."""

    TEXT = "text"
    PRESS = "press"  # a button: see Press
    PHOTO = "photo"
    VOICE = "voice"
    FILE = "file"
    LOCATION = "location"
    UNSUPPORTED = "unsupported"  # stickers, polls: content that no dialogue can use
    WITHHELD = "withheld"  # the platform keeps back what a protected sender wrote, children among them
    BLOCKED = "blocked"  # the person blocked the bot, or the group threw it out
    UNBLOCKED = "unblocked"
    MIGRATED = "migrated"  # a group got a new id: data["to"]
    TIMER = "timer"  # a timer row fell due: data = {"timer": kind, "subject": id, ...}
    INTERNAL = "internal"  # one turn starts something elsewhere


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button: the number of the question it was shown for (0: an action that stands by itself) and its key."""

    question: int
    key: str
    id: str = ""  # the platform's id of the press, which a toast answers
    message: str = ""  # the platform's id of the message that carried the button


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file at the platform: `ref` is what its channel's `fetch` takes (Telegram file_id, Zalo address, web upload id)."""

    ref: str
    kind: str  # photo | voice | file
    size: int | None = None  # bytes, as the platform says
    mime: str = ""
    name: str = ""
    unique: str = ""  # the same picture sent twice has the same


@dataclass(frozen=True, slots=True)
class Incoming:
    """One neutral message. `external_id` is unique for good within `channel`; `chat` and `sender` are the platform's ids as text."""

    channel: str
    external_id: str
    chat: str
    sender: str
    kind: Kind
    at: datetime  # UTC, aware: when the platform says it was sent
    text: str = ""  # text, or the caption of a file
    press: Press | None = None
    files: tuple[FileRef, ...] = ()
    group: bool = False
    topic: str = ""  # forum topic within a group
    anonymous: bool = False  # an anonymous administrator of a group: cannot be told apart from the others
    sender_name: str = ""  # as the platform shows it; never trusted as a person's name
    message: str = ""  # the platform's id of this message
    edits: bool = False  # the sender edited an earlier message of that id
    album: str = ""
    forwarded: bool = False
    locale: str = ""  # the language of the sender's app, if told
    data: Mapping[str, Json] = field(default_factory=dict)


# --- texts, rendered for their reader only at the end -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Msg:
    """A translatable text: English msgid with %(name)s places, and what goes into them (rendered for the same reader)."""

    id: str
    args: Mapping[str, "Text"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Label:
    """A text of a form or plan, in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, shown in the plan's zone: style `full` (Chủ nhật 22/11/2026, 19:30), `date`, `time`, `short` (19:30 22/11)."""

    at: datetime
    style: str = "full"


@dataclass(frozen=True, slots=True)
class CaseCode:
    """An incident's code ("VV-2026-0042"), known only when the turn has given it one."""

    incident: str


@dataclass(frozen=True, slots=True)
class Join:
    """Texts one after another."""

    parts: tuple["Text", ...]
    separator: str = "\n"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as its reader types it where the text is read: "/nhan 42", or "@Bot Báo Ngay nhan 42" in a group that hears only mentions.
    `words` have no slash. `in_group`: as it is typed in a group of that messenger, wherever the text itself is read."""

    words: str
    in_group: bool = False


Text = str | int | Msg | Label | Moment | CaseCode | Join | Typed  # a bare str is final: a code, a name, what somebody typed


def mention_setting(channel: str) -> str:
    """The setting that holds how people in groups call that channel's bot."""
    return f"mention.{channel}"[:64]


def N_(message: str) -> str:  # noqa: N802  the field's name for "marked for translation, translated later"
    """Mark an English msgid for the catalogues; returns it unchanged."""
    return message


def msg(message: str, **args: Text) -> Msg:
    """`msg(N_("Hello %(name)s"), name=...)`; the extractor reads msg(...) as a marker too."""
    return Msg(message, args)


def lines(*parts: Text | None) -> Join:
    """Texts on lines of their own; None is left out."""
    return Join(tuple(part for part in parts if part is not None))


# --- what is said -----------------------------------------------------------------------------------------------------


class Lane(IntEnum):
    """Lower leaves first; within a lane a chat's letters keep their order."""

    URGENT = 0
    DIALOGUE = 1
    REMINDER = 2
    BROADCAST = 3


class LetterKind(StrEnum):
    SAY = "say"
    EDIT = "edit"  # of the letter `target`; becomes a say where editing is impossible
    RETIRE = "retire"  # takes the buttons off the letter `target`
    TOAST = "toast"  # the direct answer to a press, seen only by the presser: best effort
    DELETE = "delete"  # of the letter `target`, where the channel can
    MENU = "menu"  # the commands on offer in this chat (`choices`: key "/nhan", label what it does), where the channel can; none resets it


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer on offer. An `action` key ("take:<incident id>") works by itself, whatever question is open; at most 60 bytes. Where there
    are no buttons, an answer to a question is chosen by its number, and an action by what is `typed` for it."""

    key: str
    label: Text
    style: str = ""  # danger | primary | success, where the channel can
    action: bool = False
    hint: Text = ""  # shown in the list above the buttons
    typed: str = ""  # of an action: the words that do the same ("nhan 42"), without slash


@dataclass(frozen=True, slots=True)
class Say:
    """One message to the chat of the turn (or, inside Tell, to somebody else)."""

    text: Text
    choices: tuple[Choice, ...] = ()
    asks: bool = False  # a question: its choices become what the next reply is read against
    kind: LetterKind = LetterKind.SAY
    lane: Lane = Lane.DIALOGUE
    silent: bool = False  # arrives without a sound where the channel can
    protect: bool = False  # not to be forwarded or saved, where the channel can
    delete_after: timedelta | None = None  # domain time after which it is taken back, where the channel can
    attachments: tuple[str, ...] = ()  # attachment ids, sent with the text as caption
    purpose: str = ""  # "card", "alarm", "details"…: what later turns look letters up by
    about: str = ""  # incident id
    target: str = ""  # letter id, for edit, retire, delete
    settle: timedelta = timedelta()  # of an edit that has to go as a message: how long it waits for a newer one (real time)
    columns: int = 1  # buttons a row
    unpressed: Text | None = None  # where there are no buttons: the last line, instead of the choices ("": the text says how to type them)
    figures: bool = False  # a question whose answer is a figure: where there are no buttons its choices are words to type, never numbers


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice as it was last shown: its key and its label folded (no diacritics, lower case) in the reader's language. `text` is what was
    written there, kept only of a list that goes on over several pages."""

    key: str
    label: str
    action: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """All that is remembered of a talk. `floor` names the dialogue that has the floor ("" = none); `data` holds ids and small words."""

    floor: str = ""
    step: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)
    question: int = 0  # rises with every new question: a button carries it, so a late press is known
    shown: tuple[Shown, ...] = ()
    pages: tuple[Shown, ...] = ()  # the whole list where `shown` is one page of it (handlers.paging)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a handler decided: the new frame, what is said in this chat, and the commands to apply in the same transaction."""

    frame: Frame
    says: tuple[Say, ...] = ()
    commands: tuple["Command", ...] = ()


# --- what is carried to a channel -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    data: str  # at most 64 bytes: "<question>.<key>"
    label: str
    style: str = ""
    typed: str = ""  # of an action: how it is typed in this chat ("/nhan 42", "@Bot Báo Ngay nhan 42"), "" if it cannot be


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment on its way out: bytes already decrypted."""

    kind: str  # photo | voice | file
    body: bytes
    mime: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as the mouth gets it: final text in the reader's language; `target_external` is the platform's id of what it edits, retires,
    deletes, or (toast) the id of the press."""

    id: str
    channel: str
    chat: str
    kind: LetterKind
    text: str
    lane: Lane = Lane.DIALOGUE
    buttons: tuple[Button, ...] = ()
    columns: int = 1
    topic: str = ""
    group: bool = False
    silent: bool = False
    protect: bool = False
    target_external: str = ""
    pictures: tuple[Picture, ...] = ()
