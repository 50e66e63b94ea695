"""Groups: binding a duty room and letting it go, what happens to a room, and silence towards everything else that is written there."""

from dataclasses import dataclass

from handlers.commands import Given, find
from handlers.failover import lost
from handlers.floor import short
from handlers.reading.folding import fold
from handlers.rights import may_manage, wards_here
from handlers.wards import find_wards
from handlers.wording import bullets, unit_name
from models.commands import BindRoom, Command, MoveChat, PutSetting, ReachAccount, Reroute, RerouteRoom, TellRole, UnbindRoom
from models.facts import Facts, Role, Who
from models.talk import Frame, Incoming, Kind, Lane, Say, Text, Turn, Typed, lines, mention_setting, msg

MAIN, ALARM = "main", "alarm"
_ALARM_WORDS = frozenset({"khancap", "khan cap"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bind command asks for; `unit` "" where the named ward was not understood."""

    unit: str
    purpose: str = MAIN


def bind(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/ganphong", "/ganphong khancap", "/ganphong <phường>": this chat becomes a unit's room; again elsewhere moves it."""
    refused, given = _refused(incoming, facts), find(incoming.text)
    if refused is not None or facts.who is None or given is None:
        return short(frame, incoming, facts, refused or "")
    wanted = _wanted(facts.who, given.rest, facts)
    if not wanted.unit:
        example = Typed(f"ganphong {''.join(ward.short.vi for ward in facts.plan.example_wards()[:1])}")
        return short(frame, incoming, facts, msg("I do not know that ward. Type it like this: %(example)s", example=example))
    if not all(may_manage(facts.who, unit) for unit in (wanted.unit, *(room.unit for room in facts.room_here))):
        return short(frame, incoming, facts, _not_yours())
    return Turn(frame, (Say(_bound(wanted, facts)),), (*_called(given, incoming, facts), BindRoom(wanted.unit, wanted.purpose)))


def _called(given: Given, incoming: Incoming, facts: Facts) -> tuple[Command, ...]:
    """How the bot is called in groups is learned from whoever just called it: the platform does not tell its display name."""
    known = given.mention and facts.channel.mention
    return (PutSetting(mention_setting(incoming.channel), given.mention),) if known else ()


def unbind(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/gophong": this chat is nobody's room any more."""
    refused = _refused(incoming, facts)
    if refused is not None:
        return short(frame, incoming, facts, refused)
    if not facts.room_here:
        return short(frame, incoming, facts, msg("This group is no duty room."))
    if not all(may_manage(facts.who, room.unit) for room in facts.room_here):
        return short(frame, incoming, facts, _not_yours())
    text = msg("This group is no longer a duty room. Until another group is bound, the officers on duty are called privately.")
    return Turn(frame, (Say(text),), (UnbindRoom(),))


def event(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The bot was blocked or thrown out, let in again, or the group got another id."""
    if incoming.kind is Kind.MIGRATED:
        to = incoming.data.get("to")
        return Turn(frame, commands=(MoveChat(to),) if isinstance(to, str) and to else ())
    back = incoming.kind is Kind.UNBLOCKED
    if not incoming.group:
        letter = incoming.data.get("letter")
        again = (Reroute(letter, gone=True),) if isinstance(letter, str) and letter else ()
        return Turn(frame, commands=(ReachAccount(back), *(() if back else (*again, *lost(facts)))))
    if back:
        text = msg("Hello. To make this the duty room, an administrator types here: %(bind)s", bind=Typed("ganphong"))
        return Turn(frame, (Say(text),))
    letter = incoming.data.get("letter")
    return Turn(frame, commands=_thrown_out(facts, letter if isinstance(letter, str) else ""))


def chatter(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """What people say to one another in a group is not ours to answer."""
    return Turn(frame)


def private_only(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """A command that belongs in private: one short hint, and nothing of it is repeated."""
    return short(frame, incoming, facts, msg("Please write that to me in our private chat, not in the group."))


def group_only(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """A command that belongs in a group."""
    return Turn(frame, (Say(msg("Please type that in the group that is to be the duty room.")),))


def not_allowed(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """A command that the sender's roles do not include."""
    if incoming.anonymous or facts.who is None:
        return short(frame, incoming, facts, _refused(incoming, facts) or "")
    text = msg("Your role does not include this. To see what you can do, type: %(help)s", help=Typed("trogiup"))
    return short(frame, incoming, facts, text)


# --- who, what, where -------------------------------------------------------------------------------------------------


def _refused(incoming: Incoming, facts: Facts) -> Text | None:
    if incoming.anonymous:
        return msg("You write as an anonymous administrator, so nobody can tell who you are. Turn anonymity off and try again.")
    if facts.who is None:
        return msg("You have not joined yet. Open a private chat with me and type the code from your invitation.")
    return None


def _wanted(who: Who, rest: str, facts: Facts) -> Wanted:
    """The division for an administrator, a ward officer's own ward; a named ward for either, checked against their rights afterwards."""
    words = fold(rest)
    purpose = ALARM if any(words == word or words.startswith(word + " ") for word in _ALARM_WORDS) else MAIN
    for word in sorted(_ALARM_WORDS, key=len, reverse=True):
        words = words.removeprefix(word).strip() if purpose == ALARM else words
    if words:
        found = find_wards(words, facts.plan)
        return Wanted(found[0].id if len(found) == 1 else "", purpose)
    wards = wards_here(who, facts.plan)
    return Wanted(facts.plan.division if who.is_(Role.ADMINISTRATOR) or not wards else wards[0], purpose)


def _not_yours() -> Text:
    return msg("You can only do this for your own ward.")


def _bound(wanted: Wanted, facts: Facts) -> Text:
    name = unit_name(facts.plan, wanted.unit)
    if wanted.purpose == ALARM:
        return msg("This group is now the alarm room of %(unit)s: urgent cases only.", unit=name)
    return lines(
        msg("This group is now the duty room of %(unit)s. Open cases follow.", unit=name),
        bullets(
            msg("A card comes for each case. To take one, type: %(take)s", take=Typed("nhan 42")),
            msg("Details come to your private chat only."),
            msg("Never write a child's name, address or picture in this group."),
        ),
    )


def _thrown_out(facts: Facts, letter: str) -> tuple[Command, ...]:
    """A room that no longer hears us must be known at once: administrators are told privately, and its cases are called otherwise."""
    if not facts.room_here:
        return ()
    rooms = (msg("🔔 I was removed from the duty room of %(unit)s.", unit=unit_name(facts.plan, room.unit)) for room in facts.room_here)
    text = lines(*rooms, msg("Until you add me again and type /ganphong there, the officers on duty are called privately."))
    return RerouteRoom(letter), UnbindRoom(), TellRole("", Role.ADMINISTRATOR, Say(text, lane=Lane.URGENT, purpose="room_lost"))
