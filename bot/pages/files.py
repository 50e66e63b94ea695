"""Files for chats that carry none: a page behind a one-time link, and where there can be none, where the same file can be had."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from handlers.document import again
from models.document import DOCUMENT
from models.people import ACCOUNT, REACHED
from models.talk import Moment, Say, Text, lines, msg

if TYPE_CHECKING:
    from bot.writing import Address, Writing

FILES = "files"  # what such a page is, in its row
LASTS = timedelta(days=1)  # no child's details: whoever asked may be out just now

_DOCUMENT = sa.select(DOCUMENT.c.kind, DOCUMENT.c.data).where(DOCUMENT.c.id == sa.bindparam("id"))
_ACCOUNTS = sa.select(ACCOUNT.c.channel).where(ACCOUNT.c.person == sa.bindparam("person"), *REACHED).order_by(ACCOUNT.c.id.desc())


def only_files(says: Sequence[Say]) -> bool:
    """Whether it is files of the service or of a report, and no case's details."""
    return any(say.attachments for say in says) and not any(say.about or say.protect for say in says)


def link_text(says: Sequence[Say], until: Moment, address: str) -> Text:
    """What stands with the file may stand in the chat; the file is behind the link."""
    return lines(
        *_captions(says), msg("This messenger carries no files. Open this link to get it, once, until %(time)s:", time=until), address
    )


def elsewhere(w: "Writing", to: "Address", says: Sequence[Say], how: Text | None) -> Text:
    """Where the same can be had: privately, or on another messenger; `how` one gets links."""
    command = next((found for say in says for name in say.attachments if (found := _again(w, name)) is not None), None)
    captions = _captions(says)
    if to.group:
        if command is None:
            return lines(*captions, msg("This messenger carries no files."))
        return lines(
            *captions, msg("This messenger carries no files. Whoever needs it types to me privately: %(command)s", command=command)
        )
    title = _carrier(w, to.person)
    if title and command is not None:
        return lines(*captions, msg("This messenger carries no files. On %(title)s, type: %(command)s", title=title, command=command))
    return lines(*captions, msg("This messenger carries no files, and I have no page to show it on. Please ask the administrator."), how)


def _captions(says: Sequence[Say]) -> list[Text]:
    return [say.text for say in says if say.text]


def _again(w: "Writing", attachment: str) -> Text | None:
    row = w.db.execute(_DOCUMENT, {"id": attachment}).first()
    return again(row.kind, row.data) if row is not None else None


def _carrier(w: "Writing", person: str) -> str:
    """The name of a messenger of theirs that carries files and works just now, "" if there is none."""
    channels = w.db.execute(_ACCOUNTS, {"person": person}).scalars().all() if person else []
    capabilities = (w.engine.capabilities(channel) for channel in channels if w.carries(channel))
    return next((can.title for can in capabilities if can.files_out and can.title), "")
