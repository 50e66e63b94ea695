"""/chuyen 42: the holder offers a case to somebody else, who must accept it. Until then it stays with the holder; an offer that nobody answers
lapses, and the holder is told."""

from handlers import care_words as words
from handlers.card import where
from handlers.commands import find
from handlers.floor import ask, end, go, leave, short, take_floor
from handlers.held import is_mine, refused, say, standing
from handlers.incident import now_yours
from handlers.reading.folding import fold
from handlers.reply import CANCEL, Pressed, Typed, read_reply
from handlers.rights import may_take
from handlers.stamps import pressed, stamp
from handlers.wording import role_name
from models.commands import Command, EndOffer, Offer, PassOn, TellPerson
from models.facts import Case, Facts, Member, Who
from models.talk import Choice, Frame, Incoming, Join, Text, Turn, lines, msg

FLOOR = "hand_over"
MOST = 20  # names in one list


# --- offering ---------------------------------------------------------------------------------------------------------


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """To whom? "chuyen 42 Lan" asks her at once."""
    case, why = _holding(incoming, facts)
    if case is None:
        return say(frame, why)
    given = find(incoming.text)
    frame = take_floor(frame, FLOOR, "whom", case=case.id)
    return _whom(frame, facts, case, given.tail) if given is not None and given.tail else _ask(frame, facts, case)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """A name, or a choice of the list."""
    case, why = _holding(incoming, facts)
    if case is None:
        return say(leave(frame), why)
    match read_reply(frame, incoming, always=(CANCEL,)):
        case Pressed(key) if key in (CANCEL, "nobody"):
            return end(frame, msg("All right, %(code)s stays with you.", code=case.code))
        case Pressed(key):
            member = next((one for one in _candidates(facts, case) if one.person == key), None)
            return _offer(frame, facts, case, member) if member is not None else _ask(frame, facts, case)
        case Typed(text):
            return _whom(frame, facts, case, text)
    return _ask(frame, facts, case, why=msg("Please choose one of these, or type its number."))


def _holding(incoming: Incoming, facts: Facts) -> tuple[Case | None, Text]:
    why = refused(incoming, facts)
    if why is not None or facts.case is None:
        return None, why or ""
    return (facts.case, "") if is_mine(facts.case, facts) else (None, standing(facts.case, facts))


def _candidates(facts: Facts, case: Case) -> tuple[Member, ...]:
    """Everybody with the right to take it, but its holder."""
    return tuple(one for one in facts.officers if one.person != case.taken_by and may_take(_who(one), case, facts.plan))


def _who(member: Member) -> Who:
    return Who(member.person, member.name, "", member.held)


def _whom(frame: Frame, facts: Facts, case: Case, text: str) -> Turn:
    """Whose name holds all the words typed."""
    said = fold(text).split()
    found = tuple(one for one in _candidates(facts, case) if said and all(word in fold(one.name).split() for word in said))
    if len(found) == 1:
        return _offer(frame, facts, case, found[0])
    return _ask(frame, facts, case, found, why=None if found else msg("Nobody of that name."))


def _ask(frame: Frame, facts: Facts, case: Case, found: tuple[Member, ...] = (), why: Text | None = None) -> Turn:
    listed = (found or _candidates(facts, case))[:MOST]
    if not listed:
        return end(frame, msg("There is nobody else who may take %(code)s. It stays with you.", code=case.code))
    choices = tuple(Choice(one.person, Join((one.name, _roles(one)), separator=" – ")) for one in listed)
    text = msg("To whom do you hand %(code)s over? Choose, or type the name.", code=case.code)
    return ask(go(frame, "whom"), text, *choices, Choice("nobody", msg("Nobody, it stays with me")), why=why)


def _roles(member: Member) -> Text:
    return Join(tuple(role_name(held.role) for held in member.held), separator=", ")


def _offer(frame: Frame, facts: Facts, case: Case, member: Member) -> Turn:
    holder, level = facts.who.name if facts.who is not None else "", facts.plan.level(case.severity)
    asked = words.ask_accept(
        case, holder, Join((level.sign, level.name), separator=" "), where(case, facts.plan), facts.plan, stamp(facts.now)
    )
    text = lines(
        msg("%(name)s is being asked. Until they accept, %(code)s stays with you.", name=member.name, code=case.code),
        msg("If they do not answer within %(count)s minutes, I will tell you.", count=facts.plan.care_of(case.severity).offer),
    )
    return end(frame, text, Offer(case.id, case.taken_by, member.person), TellPerson(member.person, asked))


# --- answering --------------------------------------------------------------------------------------------------------


def accept(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "dongy 42": the case is theirs from now on, with a promise of their own."""
    case, why = _offered(incoming, facts)
    if case is None or facts.who is None:
        return short(frame, incoming, facts, why)
    told: list[Command] = [
        PassOn(case.id, case.taken_by, "handed_over"),
        TellPerson(case.taken_by, words.handed_over(case, facts.who.name)),
    ]
    return begin_holding(frame, incoming, facts, case, told)


def begin_holding(frame: Frame, incoming: Incoming, facts: Facts, case: Case, commands: list[Command]) -> Turn:
    """What the new holder hears, privately: what they have, and the question what they do first."""
    assert facts.who is not None
    says = now_yours(case, facts)
    if not incoming.group:
        return Turn(frame, says, tuple(commands))
    tells = [TellPerson(facts.who.person, one) for one in says]
    return short(frame, incoming, facts, msg("Sent to your private chat."), *commands, *tells)


def decline(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "tuchoi 42": the holder is told at once."""
    case, why = _offered(incoming, facts)
    if case is None or facts.who is None:
        return short(frame, incoming, facts, why)
    told = TellPerson(case.taken_by, words.offer_declined(case, facts.who.name))
    text = msg("All right. %(code)s stays with %(name)s.", code=case.code, name=case.taken_by_name)
    return short(frame, incoming, facts, text, EndOffer(case.id, facts.who.person, "offer_declined"), told)


def lapse(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "offer": nobody said yes."""
    case = facts.case
    if case is None or case.status != "taken" or not case.offered_to:
        return Turn(frame)
    return Turn(frame, commands=(EndOffer(case.id, case.offered_to, "offer_lapsed"), TellPerson(case.taken_by, words.offer_lapsed(case))))


def _offered(incoming: Incoming, facts: Facts) -> tuple[Case | None, Text]:
    """The case, if it is offered to the sender just now and they may take it; else the true state."""
    why = refused(incoming, facts)
    if why is not None or facts.case is None or facts.who is None:
        return None, why or ""
    case, bound = facts.case, pressed(incoming)
    mine = case.status == "taken" and case.offered_to == facts.who.person and may_take(facts.who, case, facts.plan)
    if not mine or (bound and bound[0] != stamp(case.offered_at)):
        return None, standing(case, facts) if case.status != "taken" else msg(
            "That offer holds no more. %(state)s", state=standing(case, facts)
        )
    return case, ""
