"""Letters as the mouth gets them: the row's sealed body opened, and what the second, plain try leaves of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.channels.numbered import listed
from bot.vault import Vault, VaultError
from models.letter import LETTER
from models.talk import Button, Lane, Letter, LetterKind

PLAIN_TEXT = 1000  # characters: under every channel's limit
SHORT_TEXT = 200  # of a toast that has to go as a message


class Unreadable(Exception):  # noqa: N818  the name says what happened
    """The body does not open or is not what a turn writes. Says why, never what."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter without its pictures, and the attachments that are to become them."""

    letter: Letter
    attachments: tuple[str, ...] = ()


def open_letter(db: sa.Connection, vault: Vault, row: sa.Row[Any], kind: LetterKind, target_external: str = "") -> Opened:
    """`kind`: what it goes as. Raises Unreadable."""
    try:
        body = vault.open_json(db, f"conversation:{row.conversation}", "letter.body", row.id, row.body or b"")
        return _composed(row, body, kind, target_external)
    except (VaultError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(type(error).__name__) from None


def opened(db: sa.Connection, vault: Vault, row: sa.Row[Any]) -> Opened:
    """A letter of the past as it went out. Raises Unreadable."""
    kind, target = LetterKind(row.kind), row.target
    if kind in {LetterKind.EDIT, LetterKind.RETIRE, LetterKind.DELETE}:
        target = db.execute(sa.select(LETTER.c.external_id).where(LETTER.c.id == row.target)).scalar() or ""
    if kind is LetterKind.EDIT and row.external_id != target:
        kind = LetterKind.SAY  # it became one: the original was never delivered, or nothing can be edited there
    found = open_letter(db, vault, row, kind, target)
    return Opened(plainly(found.letter)) if row.plain else found


def plainly(letter: Letter) -> Letter:
    """Short, without buttons and pictures. What is on offer is listed with what to type for it."""
    lines = "".join(f"\n{line}" for line in listed(letter.buttons))
    if len(lines) > PLAIN_TEXT // 2:
        lines = ""
    return replace(letter, text=shortened(letter.text, PLAIN_TEXT - len(lines)) + lines, buttons=(), pictures=())


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _composed(row: sa.Row[Any], body: Mapping[str, Any], kind: LetterKind, target_external: str) -> Opened:
    letter = Letter(
        id=row.id,
        channel=row.channel,
        chat=row.chat,
        kind=kind,
        text=str(body["text"]),
        lane=Lane(row.lane),
        buttons=tuple(Button(*button) for button in body["buttons"]),  # of an earlier version without `typed`
        columns=int(body["columns"]),
        topic=row.topic,
        group=row.is_group,
        silent=row.silent,
        protect=row.protect,
        target_external=target_external,
    )
    return Opened(letter, tuple(str(attachment) for attachment in body["attachments"]))
