"""/thuhoi: cut an account at once. The list holds only whom the sender may see, and the right is checked on the person again."""

from handlers.commands import rest
from handlers.floor import ask, end, go, held, leave, take_floor
from handlers.reading.folding import fold
from handlers.reply import BACK, CANCEL, Pressed, Reply, Typed, read_reply
from handlers.rights import may_cut
from handlers.wording import role_name, unit_name
from models.commands import CutAccount
from models.facts import Facts, Member
from models.talk import Choice, Frame, Incoming, Join, Say, Text, Turn, lines, msg

FLOOR = "cut"
MOST = 20  # names in one list: more do not fit a small screen
MOST_PAGED = 40  # where a list has pages; whoever stands behind them is found by name


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Whom? "/thuhoi Lan" searches at once."""
    if not _within(facts):
        return Turn(frame, (Say(msg("There is nobody whose account you can cut.")),))
    wanted = rest(incoming.text)
    return _ask_whom(take_floor(frame, FLOOR, "whom"), facts, _search(wanted, facts) if wanted else _within(facts))


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply."""
    reply = read_reply(frame, incoming, always=(CANCEL, BACK))
    if reply in (Pressed(CANCEL), Pressed("no")):
        return end(frame, msg("All right, nothing was changed."))
    if reply == Pressed(BACK):
        return _ask_whom(go(frame, "whom"), facts, _within(facts))
    return _sure(frame, reply, facts) if frame.step == "sure" else _whom(frame, reply, facts)


def _whom(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    found = _search(reply.text, facts) if isinstance(reply, Typed) else ()
    if isinstance(reply, Pressed):
        found = tuple(member for member in _within(facts) if member.person == reply.key)
    if len(found) == 1:
        return _ask_sure(go(frame, "sure", person=found[0].person), facts, found[0])
    return _ask_whom(frame, facts, found)


def _sure(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    member = next((member for member in _within(facts) if member.person == held(frame, "person")), None)
    if member is None:
        return Turn(leave(frame), (Say(msg("That account is already cut.")),))
    if reply == Pressed("yes"):
        text = msg("%(name)s is cut off from now on: no more cases, no more letters.", name=member.name)
        return end(frame, text, CutAccount(member.person))
    return _ask_sure(frame, facts, member, why=msg("Please choose one of these."))


def _within(facts: Facts) -> tuple[Member, ...]:
    return tuple(member for member in facts.members if may_cut(facts.who, member))


def _search(text: str, facts: Facts) -> tuple[Member, ...]:
    """Whose name holds all the words typed."""
    words = fold(text).split()
    return tuple(member for member in _within(facts) if words and all(word in fold(member.name).split() for word in words))


def _ask_whom(frame: Frame, facts: Facts, members: tuple[Member, ...]) -> Turn:
    why = None if members else msg("Nobody of that name.")
    listed = (members or _within(facts))[: MOST if facts.channel.buttons else MOST_PAGED]
    choices = tuple(Choice(member.person, Join((member.name, _roles(member, facts)), separator=" – ")) for member in listed)
    return ask(frame, msg("Whose account do you cut? Choose, or type the name."), *choices, Choice(CANCEL, msg("Nobody")), why=why)


def _ask_sure(frame: Frame, facts: Facts, member: Member, why: Text | None = None) -> Turn:
    text = lines(
        msg("Cut off %(name)s (%(roles)s)?", name=member.name, roles=_roles(member, facts)),
        msg("It takes effect at once. To come back, that person needs a new code."),
    )
    return ask(frame, text, Choice("yes", msg("Cut off"), style="danger"), Choice("no", msg("No")), why=why)


def _roles(member: Member, facts: Facts) -> Text:
    return Join(
        tuple(Join((role_name(held_.role), unit_name(facts.plan, held_.unit)), separator=", ") for held_ in member.held), separator="; "
    )
