"""What the changes of a roster share: who may, asking for a person, telling them."""

from handlers.floor import ask
from handlers.reading.folding import fold
from handlers.reply import Pressed, Reply, Typed
from handlers.rights import may_change_roster, may_give_duty, may_see_roster
from models.commands import TellPerson, TellRole
from models.facts import Facts, Officer, Role, Roster
from models.talk import Choice, Frame, Say, Text, Turn, msg
from models.talk import Typed as Command

FLOOR = "roster"
NOBODY = "nobody"
SHOW = Command("lichtruc")


def may(step: str, facts: Facts) -> bool:
    """Steps are named after what they change: "week_who", "give_days"."""
    change = may_change_roster(facts.who, facts.plan)
    kind = step.partition("_")[0]
    if kind in {"week", "days"}:
        return change
    return may_give_duty(facts.who, facts.plan) if kind == "give" else may_see_roster(facts.who, facts.plan)


def me(facts: Facts) -> str:
    return facts.who.person if facts.who else ""


def choose_person(reply: Reply, officers: tuple[Officer, ...]) -> tuple[Officer, ...]:
    """Who is meant: by choice, or by typed words of the name; none or several are to be asked again."""
    if isinstance(reply, Pressed):
        return tuple(one for one in officers if one.person == reply.key)
    words = fold(reply.text).split() if isinstance(reply, Typed) else []
    return tuple(one for one in officers if words and all(word in fold(one.name).split() for word in words))


def ask_person(frame: Frame, text: Text, officers: tuple[Officer, ...], *more: Choice, why: Text | None = None) -> Turn:
    return ask(frame, text, *(Choice(one.person, one.name) for one in officers), *more, why=why)


def which(found: tuple[Officer, ...]) -> Text:
    """Why a name is asked for again."""
    return msg("Which of these do you mean?") if found else msg("Nobody of that name is a duty officer here.")


def on_roster(roster: Roster) -> tuple[Officer, ...]:
    """Duty officers first, then leaders."""
    return tuple(sorted(roster.officers, key=lambda one: (not one.duty, one.name)))


def tell(facts: Facts, person: str, text: Text) -> tuple[TellPerson, ...]:
    """Nobody is told what they have done themselves."""
    return (TellPerson(person, Say(text, purpose="roster")),) if person and person != me(facts) else ()


def leaders(facts: Facts, say: Say) -> TellRole:
    """The division's leaders; administrators where there is none."""
    if any(one.leader for one in facts.roster.officers):
        return TellRole(facts.plan.division, Role.LEADER, say)
    return TellRole("", Role.ADMINISTRATOR, say)


def put_somebody() -> Text:
    return msg("Put somebody on duty: type %(show)s", show=SHOW)
