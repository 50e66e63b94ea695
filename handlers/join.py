"""Joining by a one-time code: name, call-back number, a look at it, done. A wrong, used or expired code gets one and the same answer."""

import re
from dataclasses import replace

from handlers.floor import ask, end, go, held, leave, take_floor
from handlers.help import can_do
from handlers.menu import say as say_menu
from handlers.reading.names import read_phone, tidy_name
from handlers.reply import BACK, CANCEL, Pressed, Reply, Typed, read_reply
from handlers.wording import hotlines_short, paragraphs, role_name, unit_name
from models.commands import Join
from models.facts import Facts, Held, Role, Who
from models.talk import Choice, Frame, Incoming, Say, Text, Turn, lines, msg

FLOOR = "join"
_LETTERS = "A-HJKMNP-Z2-9"  # of a code; kept in step with bot.codes by a test
_CODE = re.compile(rf"(?:BN)?([{_LETTERS}]{{4}})([{_LETTERS}]{{4}})")
_SEPARATORS = re.compile(r"[\s\-–—_.·]+")


def canonical_code(text: str) -> str:
    """ "BN-ABCD-EFGH" for whatever way a whole message gives a code ("/start bn abcd efgh", "Mã: BNABCDEFGH"); "" if it is not one.

    Without its "BN" eight letters count only if there is a digit among them or a dash: words of eight letters are written all day.
    """
    bare = re.sub(r"^\s*/\w+(@\w+)?\s+", "", text)
    bare = re.sub(r"^\s*(mã|ma)(\s+(mời|moi))?\s*[:=]?\s+", "", bare, flags=re.IGNORECASE).strip()
    joined = _SEPARATORS.sub("", bare).upper()
    found = _CODE.fullmatch(joined)
    if found is None:
        return ""
    sure = joined.startswith("BN") and len(joined) == 10
    if not sure and not re.search(r"\d", joined) and not re.fullmatch(r"\w{4}-\w{4}", bare):
        return ""
    return f"BN-{found[1]}-{found[2]}"


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/start", "/start CODE", or a code typed on its own."""
    if not _gives_code(incoming.text):
        return _greet(frame, incoming, facts)
    invited = facts.invited
    if invited is None:
        return _no_such_code(frame, facts)
    if facts.who is not None and Held(invited.role, invited.unit) in facts.who.held:
        return Turn(frame, (Say(_already(invited.role, invited.unit, facts)),))
    frame = take_floor(frame, FLOOR, "name", invitation=invited.id, role=str(invited.role), unit=invited.unit)
    if facts.who is not None:
        frame = go(frame, "check", name=facts.who.name, phone=facts.who.phone)
        return _look(frame, facts) if facts.who.phone else _ask_phone(go(frame, "phone"), facts)
    welcome = msg("Welcome! You are invited as %(role)s, %(unit)s.", role=role_name(invited.role), unit=unit_name(facts.plan, invited.unit))
    return _ask_name(frame, why=welcome)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply of whoever is joining. Another code begins anew: the first one may have been the wrong role."""
    if incoming.press is None and canonical_code(incoming.text) and facts.invited is not None:
        return start(frame, incoming, facts)
    reply = read_reply(frame, incoming, always=(CANCEL, BACK), numbers=frame.step == "check")
    if reply == Pressed(CANCEL):
        return end(frame, msg("Joining is cancelled. Your code still works: send it again whenever you like."))
    if reply == Pressed(BACK):
        return _ask_phone(go(frame, "phone"), facts) if frame.step == "check" else _ask_name(go(frame, "name"))
    return {"name": _name, "phone": _phone}.get(frame.step, _check)(frame, reply, facts)


# --- the steps --------------------------------------------------------------------------------------------------------


def _name(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    name = tidy_name(reply.text) if isinstance(reply, Typed) and not canonical_code(reply.text) else None
    if not name:
        return _ask_name(frame, why=msg("That does not look like a name yet."))
    if held(frame, "phone"):
        return _look(go(frame, "check", name=name), facts)
    return _ask_phone(go(frame, "phone", name=name), facts)


def _phone(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    phone = read_phone(reply.text) if isinstance(reply, Typed) else None
    if not phone:
        return _ask_phone(frame, facts, why=msg("That does not look like a telephone number yet."))
    return _look(go(frame, "check", phone=phone), facts)


def _check(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    match reply:
        case Pressed("yes"):
            return _join(frame, facts)
        case Pressed("name"):
            return _ask_name(go(frame, "name"))
        case Pressed("phone"):
            return _ask_phone(go(frame, "phone"), facts)
    return _look(frame, facts, why=msg("Please choose one of these."))


def _join(frame: Frame, facts: Facts) -> Turn:
    """Still the same live invitation? Somebody else may have used it, or a week may have passed."""
    if facts.invited is None or facts.invited.id != held(frame, "invitation"):
        return _no_such_code(leave(frame), facts)
    role, unit = facts.invited.role, facts.invited.unit
    joined = Join(facts.invited.id, str(role), unit, held(frame, "name"), held(frame, "phone"))
    done = msg("Done, %(name)s. You are: %(role)s, %(unit)s.", name=joined.name, role=role_name(role), unit=unit_name(facts.plan, unit))
    how = None if facts.channel.buttons else msg("Where answers are numbered, just type the number.")
    known = facts.who.held if facts.who else ()
    menu = say_menu(Who("", joined.name, joined.phone, (*known, Held(role, unit))))
    turn = end(frame, paragraphs(done, can_do(role), how, _after(role, facts)), joined)
    return replace(turn, says=(*turn.says, menu))


# --- what is asked and said -------------------------------------------------------------------------------------------


def _ask_name(frame: Frame, why: Text | None = None) -> Turn:
    return ask(frame, msg("What is your full name? (Example: Nguyễn Thị Lan)"), why=why)


def _ask_phone(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    return ask(frame, msg("Which number can the officers call you back on? (Example: 0912 345 678)"), why=why)


def _look(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    role, unit = Role(held(frame, "role")), held(frame, "unit")
    text = lines(
        msg("Is this right?"),
        msg("Name: %(name)s", name=held(frame, "name")),
        msg("Number: %(phone)s", phone=held(frame, "phone")),
        msg("Role: %(role)s, %(unit)s", role=role_name(role), unit=unit_name(facts.plan, unit)),
    )
    choices = (
        Choice("yes", msg("Right, join"), style="success"),
        Choice("name", msg("Change the name")),
        Choice("phone", msg("Change the number")),
    )
    return ask(frame, text, *choices, why=why)


def _no_such_code(frame: Frame, facts: Facts) -> Turn:
    text = lines(
        msg("This code cannot be used. Please ask whoever invited you for a new one: each code works once, for 7 days."),
        hotlines_short(facts.plan),
    )
    return Turn(frame, (Say(text),))


def _already(role: Role, unit: str, facts: Facts) -> Text:
    return msg(
        "You are already %(role)s, %(unit)s. This code was not used up: it still works for somebody else.",
        role=role_name(role),
        unit=unit_name(facts.plan, unit),
    )


def _after(role: Role, facts: Facts) -> Text | None:
    """What is to be done next, where the service is not yet on duty."""
    if facts.service.ready:
        return None
    if role is Role.ADMINISTRATOR:
        return msg("Next: type /sansang to see what is still missing before the service may answer people.")
    return lines(msg("The service is still being set up. Until then, in an emergency please call."), hotlines_short(facts.plan))


def _greet(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    if facts.who is None:
        from handlers import stranger

        return stranger.start(frame, incoming, facts)
    return Turn(frame, (Say(welcome(msg("Hello %(name)s.", name=facts.who.name), facts.who.held, facts)),))


def welcome(hello: Text, memberships: tuple[Held, ...], facts: Facts) -> Text:
    """What somebody known is, where, and what they can do."""
    roles = tuple(msg("%(role)s, %(unit)s", role=role_name(held_.role), unit=unit_name(facts.plan, held_.unit)) for held_ in memberships)
    return paragraphs(lines(hello, *roles), can_do(memberships[0].role), hotlines_short(facts.plan))


def _gives_code(text: str) -> bool:
    """Whether a message tries a code: anything after "/start", or something shaped like one."""
    words = text.split()
    return bool(canonical_code(text)) or (bool(words) and words[0].startswith("/") and len(words) > 1)
