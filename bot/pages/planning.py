"""Private says to a chat that cannot keep them: of one turn, to one reader, about one case, they become ONE page and ONE letter. The letter says
nothing of the case but its code; where there can be no page it says where else the same can be read."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.gather.people import read_person, read_service
from bot.pages import files
from models.ids import new_id
from models.incident import INCIDENT
from models.page import PAGE
from models.people import ACCOUNT, REACHED
from models.talk import CaseCode, LetterKind, Moment, Say, Text, Typed, lines, msg

if TYPE_CHECKING:
    from bot.writing import Address, Writing

LASTS = timedelta(minutes=15)  # long enough for somebody who has to park a motorbike first
PATH = "/xem"
DIGITS = 4


def behind_a_link(can: Capabilities, say: Say) -> bool:
    """Whether a say must not enter a chat of such a channel. What is private may stand only where it can be protected or taken back."""
    if say.kind not in {LetterKind.SAY, LetterKind.EDIT}:
        return False
    private = say.protect or bool(say.attachments)
    return (private and not can.confidential) or (bool(say.attachments) and not can.files_out)


def letter(w: "Writing", to: "Address", says: Sequence[Say]) -> Say:
    """The one letter instead of these says, all about the same case. Choices that stand by themselves stay: to take a case must stay as near."""
    first = says[0]
    choices = {choice.key: choice for say in says for choice in say.choices if choice.action}
    text = _link(w, to, says) or _elsewhere(w, to, says)
    return Say(text, tuple(choices.values()), lane=min(say.lane for say in says), purpose=first.purpose, about=first.about)


def hashed(secret: str) -> str:
    """What is kept of a token of 256 random bits: it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def last_digits(phone: str) -> str:
    """What the reader is asked for, "" where the number is too short to ask for it."""
    digits = "".join(letter for letter in phone if letter.isascii() and letter.isdigit())
    return digits[-DIGITS:] if len(digits) > DIGITS else ""


# --- a page -----------------------------------------------------------------------------------------------------------


def _link(w: "Writing", to: "Address", says: Sequence[Say]) -> Text | None:
    """None where no page can be made: nobody reaches this server, or nobody could prove to be its reader."""
    about = says[0].about
    if not (w.engine.public_url and to.person and (about or files.only_files(says))) or to.group:
        return None
    reader = read_person(w.db, w.engine, to.person)
    if reader is None or not last_digits(reader.phone):
        return None
    lasts = files.LASTS if files.only_files(says) else LASTS
    token, until = secrets.token_hex(32), w.now + lasts  # hex: what makes links of texts may leave out a "-" or "_" at the end
    _keep(w, to, says, token, until)
    address = f"{w.engine.public_url}{PATH}#{token}"
    if files.only_files(says):
        return files.link_text(says, Moment(until, "short"), address)
    return lines(
        msg("%(code)s: open this link to read it, once, until %(time)s:", code=CaseCode(about), time=Moment(until, "time")),
        address,
    )


def _keep(w: "Writing", to: "Address", says: Sequence[Say], token: str, until: datetime) -> None:
    page, render = new_id(), w.renderer(to.locale)
    attachments = tuple(dict.fromkeys(attachment for say in says for attachment in say.attachments))
    what = files.FILES if files.only_files(says) else "photos" if attachments else "details"
    body = {"texts": list(dict.fromkeys(render(say.text) for say in says)), "attachments": list(attachments)}
    w.db.execute(
        sa.insert(PAGE).values(
            id=page, token_hash=hashed(token), person=to.person, about=says[0].about, what=what,
            locale=to.locale, body=w.engine.vault.seal_json(w.db, f"person:{to.person}", "page.body", page, body), wrong=0, session_hash="",
            created_at=w.now, expires_at=until,
        )
    )  # fmt: skip


# --- where else -------------------------------------------------------------------------------------------------------


_ACCOUNTS = sa.select(ACCOUNT.c.channel).where(ACCOUNT.c.person == sa.bindparam("person"), *REACHED).order_by(ACCOUNT.c.id.desc())
_NUMBER = sa.select(INCIDENT.c.number).where(INCIDENT.c.id == sa.bindparam("incident"))


def _elsewhere(w: "Writing", to: "Address", says: Sequence[Say]) -> Text:
    """The way to the same details, for somebody who did nothing wrong. Nothing is sent there unasked: perhaps that phone lies on a table."""
    if files.only_files(says):
        return files.elsewhere(w, to, says, _how_to_get_links(w, to))
    title, number = _confidential_messenger(w, to.person), _number(w, says[0].about)
    if title and number:
        command = Typed(f"{'anh' if any(say.attachments for say in says) else 'chitiet'} {number}")
        return msg("Private details are not shown in this chat. Please open %(title)s and type: %(command)s", title=title, command=command)
    phone = read_service(w.db).division_phone
    ask = (
        msg("Private details are not shown in this chat. Please telephone the officers on duty: %(phone)s", phone=phone)
        if phone
        else msg("Private details are not shown in this chat. Please ask the officers on duty by telephone.")
    )
    return lines(ask, _how_to_get_links(w, to))


def _how_to_get_links(w: "Writing", to: "Address") -> Text | None:
    """Links are bound to the reader's own number, and this reader has none on record."""
    if not w.engine.public_url or not to.person or to.group:
        return None
    return msg(
        "So that I can send you a link next time: please ask the administrator for a new invitation, and give your telephone number."
    )


def _confidential_messenger(w: "Writing", person: str) -> str:
    """The name of a messenger of theirs where private details may stand and that works just now, "" if there is none."""
    channels = w.db.execute(_ACCOUNTS, {"person": person}).scalars().all() if person else []
    capabilities = (w.engine.capabilities(channel) for channel in channels if w.carries(channel))
    return next((can.title for can in capabilities if can.confidential and can.files_out and can.title), "")


def _number(w: "Writing", incident: str) -> int:
    return int(w.db.execute(_NUMBER, {"incident": incident}).scalar() or 0) if incident else 0
