"""People, rooms, settings."""

from dataclasses import replace

import sqlalchemy as sa

from bot import linking
from bot.apply import roster
from bot.apply.cards import repost_cards
from bot.apply.incidents import release_all, take_away, take_pages
from bot.writing import Writing
from handlers import menu
from models import commands as c
from models.columns import insert_once, upsert
from models.conversation import CONVERSATION
from models.facts import Held, Role, Who
from models.ids import new_id
from models.letter import LETTER, LetterState
from models.people import ACCOUNT, INVITATION, LINK_CODE, MEMBERSHIP, PERSON, ROOM
from models.service import AUDIT, SETTING


def record(w: Writing, command: c.Record) -> None:
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=w.me, action=command.action, subject=command.subject))


def create_invitation(w: Writing, command: c.CreateInvitation) -> None:
    w.db.execute(
        sa.insert(INVITATION).values(
            id=new_id(), code_hash=command.code_hash, role=command.role, unit=command.unit,
            created_by=w.me, created_at=w.now, expires_at=command.expires_at,
        )
    )  # fmt: skip
    record(w, c.Record("invite", command.role))


class AlreadyUsed(Exception):  # noqa: N818  the name says what happened
    """Two people used one code at the same moment: the later turn fails, is tried again, and then reads that the code is used."""


def join(w: Writing, command: c.Join) -> None:
    """One invitation, one membership. Somebody known gets a further role; a known name or number is replaced by what was confirmed now."""
    person = w.me or new_id()
    if command.invitation:
        unused = INVITATION.c.id == command.invitation, INVITATION.c.used_at.is_(None)
        if w.db.execute(sa.update(INVITATION).where(*unused).values(used_at=w.now, used_by=person)).rowcount != 1:
            raise AlreadyUsed
    elif not insert_once(w.db, SETTING, {"name": "admin_code_used", "value": "1", "person": person, "at": w.now}):
        raise AlreadyUsed
    phone = w.engine.vault.seal(w.db, f"person:{person}", "person.phone", person, command.phone.encode()) if command.phone else None
    if w.me is None:
        w.db.execute(sa.insert(PERSON).values(id=person, name=command.name, phone=phone, locale=w.talk.locale, created_at=w.now))
        _attach_account(w, person)
    else:
        w.db.execute(sa.update(PERSON).where(PERSON.c.id == person).values(name=command.name, phone=phone))
    held = (
        MEMBERSHIP.c.person == person,
        MEMBERSHIP.c.role == command.role,
        MEMBERSHIP.c.unit == command.unit,
        MEMBERSHIP.c.ended_at.is_(None),
    )
    if w.db.execute(sa.select(MEMBERSHIP.c.id).where(*held)).first() is None:
        w.db.execute(sa.insert(MEMBERSHIP).values(id=new_id(), person=person, unit=command.unit, role=command.role, created_at=w.now))
    record(w, c.Record("join", command.role))


def _attach_account(w: Writing, person: str) -> str:
    """Bind the sender's account to the person; an account that was cut earlier starts anew, with a new id: ids tell which came later."""
    account = new_id()
    upsert(
        w.db, ACCOUNT, ("channel", "external_id"),
        {
            "channel": w.talk.channel, "external_id": w.talk.sender, "id": account, "person": person, "chat": w.talk.chat,
            "started": True, "gone_at": None, "cut_at": None, "created_at": w.now,
        },
    )  # fmt: skip
    return account


def create_link_code(w: Writing, command: c.CreateLinkCode) -> None:
    """The newest code is the only one: a code that somebody read over a shoulder dies with the next."""
    assert w.me is not None
    _void_link_codes(w, w.me)
    w.db.execute(
        sa.insert(LINK_CODE).values(
            id=new_id(), code_hash=command.code_hash, person=w.me, created_at=w.now, expires_at=command.expires_at, used_at=None
        )
    )  # fmt: skip


def _void_link_codes(w: Writing, person: str) -> None:
    w.db.execute(sa.update(LINK_CODE).where(LINK_CODE.c.person == person, LINK_CODE.c.used_at.is_(None)).values(used_at=w.now))


def link_account(w: Writing, command: c.LinkAccount) -> None:
    """One conditional UPDATE decides who has used the code. The notice is written before the account is bound: it goes to the other chats."""
    live = LINK_CODE.c.id == command.code, LINK_CODE.c.used_at.is_(None), LINK_CODE.c.expires_at > w.now
    if w.db.execute(sa.update(LINK_CODE).where(*live).values(used_at=w.now)).rowcount != 1:
        raise AlreadyUsed
    person = str(w.db.execute(sa.select(LINK_CODE.c.person).where(LINK_CODE.c.id == command.code)).scalar_one())
    for address in w.accounts(person):
        if (address.channel, address.chat) != (w.talk.channel, w.talk.chat):
            w.post(address, command.notice)
    account = _attach_account(w, person)
    held = sa.select(MEMBERSHIP.c.role, MEMBERSHIP.c.unit).where(MEMBERSHIP.c.person == person, MEMBERSHIP.c.ended_at.is_(None))
    w.post(w.here, menu.say(Who(person, "", "", tuple(Held(Role(row.role), row.unit) for row in w.db.execute(held)))))
    w.db.execute(sa.insert(AUDIT).values(id=new_id(), at=w.now, person=person, action="link", subject=account))


def count_wrong_code(w: Writing, command: c.CountWrongCode) -> None:
    linking.count_wrong(w.db, w.talk.id, w.now)


def unlink_accounts(w: Writing, command: c.UnlinkAccounts) -> None:
    assert w.me is not None
    theirs = ACCOUNT.c.id.in_(command.accounts), ACCOUNT.c.person == w.me, ACCOUNT.c.cut_at.is_(None)
    take_away(w, w.me, *theirs)
    w.db.execute(sa.update(ACCOUNT).where(*theirs).values(cut_at=w.now))
    _void_link_codes(w, w.me)
    take_pages(w, w.me)
    record(w, c.Record("unlink"))


def cut_account(w: Writing, command: c.CutAccount) -> None:
    """Whoever is cut sees the commands that everybody sees."""
    reached = w.accounts(command.person)
    mine = MEMBERSHIP.c.person == command.person, MEMBERSHIP.c.ended_at.is_(None)
    w.db.execute(sa.update(MEMBERSHIP).where(*mine).values(ended_at=w.now))
    w.db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.person == command.person, ACCOUNT.c.cut_at.is_(None)).values(cut_at=w.now))
    take_away(w, command.person)
    release_all(w, command.person)
    roster.remove(w, command.person)
    for address in reached:
        w.post(address, menu.say(None))
    take_pages(w, command.person)
    record(w, c.Record("cut", command.person))


def reach_account(w: Writing, command: c.ReachAccount) -> None:
    if w.talk.account:
        gone = None if command.reachable else w.now
        w.db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == w.talk.account).values(gone_at=gone))


def bind_room(w: Writing, command: c.BindRoom) -> None:
    """The unit's earlier room of that purpose on this messenger is let go; what this chat was bound to before, too."""
    live = ROOM.c.unbound_at.is_(None)
    same_unit = sa.and_(ROOM.c.unit == command.unit, ROOM.c.purpose == command.purpose, ROOM.c.channel == w.talk.channel)
    same_chat = sa.and_(ROOM.c.channel == w.talk.channel, ROOM.c.chat == w.talk.chat)
    w.db.execute(sa.update(ROOM).where(live, sa.or_(same_unit, same_chat)).values(unbound_at=w.now))
    w.db.execute(
        sa.insert(ROOM).values(
            id=new_id(), unit=command.unit, purpose=command.purpose, channel=w.talk.channel, chat=w.talk.chat, topic=w.talk.topic,
            bound_by=w.me, bound_at=w.now,
        )
    )  # fmt: skip
    record(w, c.Record("bind_room", command.unit))
    repost_cards(w)


def unbind_room(w: Writing, command: c.UnbindRoom) -> None:
    here = ROOM.c.channel == w.talk.channel, ROOM.c.chat == w.talk.chat, ROOM.c.unbound_at.is_(None)
    w.db.execute(sa.update(ROOM).where(*here).values(unbound_at=w.now))
    record(w, c.Record("unbind_room"))
    repost_cards(w)


def move_chat(w: Writing, command: c.MoveChat) -> None:
    """A group became a supergroup. Its conversations keep their ids, so what is sealed under them stays readable."""
    channel, old = w.talk.channel, w.talk.chat
    w.db.execute(sa.update(ROOM).where(ROOM.c.channel == channel, ROOM.c.chat == old).values(chat=command.to))
    waiting = LETTER.c.state.in_((LetterState.PLANNED, LetterState.LEASED, LetterState.ATTEMPTED))
    w.db.execute(sa.update(LETTER).where(LETTER.c.channel == channel, LETTER.c.chat == old, waiting).values(chat=command.to))
    there = sa.select(CONVERSATION.c.person).where(CONVERSATION.c.channel == channel, CONVERSATION.c.chat == command.to)
    movable = CONVERSATION.c.channel == channel, CONVERSATION.c.chat == old, CONVERSATION.c.person.not_in(there.scalar_subquery())
    w.db.execute(sa.update(CONVERSATION).where(*movable).values(chat=command.to))


def put_setting(w: Writing, command: c.PutSetting) -> None:
    upsert(w.db, SETTING, ("name",), {"name": command.name, "value": command.value, "person": w.me, "at": w.now})
    record(w, c.Record("setting", command.name))


def set_locale(w: Writing, command: c.SetLocale) -> None:
    """What this turn says is said in it already."""
    w.talk = replace(w.talk, locale=command.locale)
    w.db.execute(sa.update(CONVERSATION).where(CONVERSATION.c.id == w.talk.id).values(locale=command.locale))
    if w.me:
        w.db.execute(sa.update(PERSON).where(PERSON.c.id == w.me).values(locale=command.locale))
