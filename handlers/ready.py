"""/sansang: what is still missing before the service may answer people, and taking it. Also what people hear until then."""

from dataclasses import replace

from handlers import duty_watch, reconcile
from handlers import reply as replies
from handlers.floor import ask, end, go, leave, take_floor
from handlers.reading.names import read_phone
from handlers.reply import BACK, CANCEL, Pressed, read_reply
from handlers.roster import empty
from handlers.wording import hotlines, paragraphs
from models.commands import PutSetting, SetTimer
from models.facts import Facts, Role, Service
from models.plan import Plan
from models.talk import N_, Choice, Frame, Incoming, Lane, Say, Text, Turn, Typed, lines, msg

FLOOR = "ready"
DUTY_OFFICERS = 2
NEEDED = {
    "division_phone": N_("the duty room's telephone number"),
    "room": N_("a duty room: add me to the %(office)s's group and type there: %(bind)s"),
    "duty_officers": N_("two duty officers (now: %(count)s): invite them with /moi"),
    "leader": N_("a leader of the %(office)s: invite them with /moi"),
    "keys": N_("“the secret keys are backed up”, confirmed here"),
}


def missing(service: Service, plan: Plan) -> tuple[str, ...]:
    """Words of NEEDED that do not hold yet, in the order in which they are best done. Also read by `python -m bot check`."""
    holds = {
        "division_phone": bool(service.division_phone),
        "room": any(room.unit == plan.division and room.purpose == "main" for room in service.rooms),
        "duty_officers": service.duty_officers >= DUTY_OFFICERS,
        "leader": service.leaders >= 1,
        "keys": bool(service.settings.get("keys_backed_up")),
    }
    return tuple(name for name in NEEDED if not holds[name])


def missing_text(name: str, service: Service, plan: Plan) -> Text:
    """One line of the list, for people."""
    return msg(NEEDED[name], count=service.duty_officers, bind=Typed("ganphong", in_group=True), office=plan.office)


def not_ready_say(facts: Facts) -> Say:
    """What reporters hear on a real channel until /sansang was taken: never that a report arrived."""
    text = paragraphs(
        msg("NOT YET ON DUTY: nobody reads this chat yet. Please call now:"),
        hotlines(facts.plan),
        msg("Have an invitation code? Type it here."),
    )
    return Say(text, lane=Lane.URGENT)


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The list, and what can be done about it from here."""
    if facts.who is None or not facts.who.is_(Role.ADMINISTRATOR):
        return Turn(frame, (Say(msg("Only an administrator can do this.")),))
    return _list(take_floor(frame, FLOOR, "list"), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply of the administrator."""
    if facts.who is None or not facts.who.is_(Role.ADMINISTRATOR):
        return Turn(leave(frame), (Say(msg("Only an administrator can do this.")),))
    reply = read_reply(frame, incoming, always=(CANCEL, BACK))
    match reply:
        case Pressed(key) if key in (CANCEL, "close"):
            return end(frame, msg("All right. Type /sansang to come back."))
        case Pressed(key) if key == BACK:
            return _list(go(frame, "list"), facts)
        case replies.Typed(text) if frame.step == "phone":
            return _phone(frame, text, facts)
        case Pressed("phone"):
            return _ask_phone(go(frame, "phone"), facts)
        case Pressed("keys"):
            return _ask_keys(go(frame, "keys"))
        case Pressed("keys_yes") if frame.step == "keys":
            return _put(frame, "keys_backed_up", facts.now.isoformat(), facts)
        case Pressed("ready"):
            return _take(frame, facts)
    return _again(frame, facts)


def _again(frame: Frame, facts: Facts) -> Turn:
    why = msg("Please choose one of these.")
    if frame.step == "phone":
        return _ask_phone(frame, facts, why=msg("That does not look like a telephone number yet."))
    return _ask_keys(frame, why=why) if frame.step == "keys" else _list(frame, facts, why=why)


def _phone(frame: Frame, text: str, facts: Facts) -> Turn:
    phone = read_phone(text)
    if not phone:
        return _ask_phone(frame, facts, why=msg("That does not look like a telephone number yet."))
    return _put(frame, "division_phone", phone, facts)


def _put(frame: Frame, name: str, value: str, facts: Facts) -> Turn:
    """Keep it, and show the list as it now stands."""
    service = replace(facts.service, settings={**facts.service.settings, name: value})
    turn = _list(go(frame, "list"), replace(facts, service=service), why=msg("Noted."))
    return replace(turn, commands=(PutSetting(name, value),))


def _take(frame: Frame, facts: Facts) -> Turn:
    if missing(facts.service, facts.plan):
        return _list(frame, facts, why=msg("Something is still missing."))
    text = lines(
        msg("The service is on duty from now on."),
        msg("Try it once with the whole room: an exercise, marked as such everywhere: %(drill)s", drill=Typed("dientap")),
    )
    watch = SetTimer(duty_watch.TIMER, facts.plan.division, facts.now)
    morning = SetTimer(reconcile.TIMER, facts.plan.division, reconcile.next_morning(facts.now, facts.plan))
    return end(frame, text, PutSetting("ready_at", facts.now.isoformat()), watch, morning)


# --- what is asked ----------------------------------------------------------------------------------------------------


def _list(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    still = missing(facts.service, facts.plan)
    marks = tuple(
        msg("❌ %(what)s", what=missing_text(name, facts.service, facts.plan))
        if name in still
        else msg("✔ %(what)s", what=_done(name, facts))
        for name in NEEDED
    )
    head = msg("On duty.") if facts.service.ready else msg("NOT YET ON DUTY. Still missing: %(count)s", count=len(still))
    if not still and not facts.service.ready:
        head = msg("Nothing is missing. The service can go on duty.")
    return ask(frame, lines(head, *marks, _recommended(facts)), *_choices(still, facts), why=why)


def _recommended(facts: Facts) -> Text:
    """The roster: without one every duty officer is called."""
    if empty(facts.roster, facts.now):
        return msg("○ recommended: a duty roster, with %(roster)s", roster=Typed("lichtruc"))
    return msg("✔ duty roster")


def _choices(still: tuple[str, ...], facts: Facts) -> tuple[Choice, ...]:
    office = facts.plan.office
    asked = "division_phone" in still
    phone = msg("Enter the %(office)s's number", office=office) if asked else msg("Change the %(office)s's number", office=office)
    found = [Choice("ready", msg("Go on duty"), style="success")] if not still and not facts.service.ready else []
    found.append(Choice("phone", phone))
    if "keys" in still:
        found.append(Choice("keys", msg("The keys are backed up")))
    return (*found, Choice("close", msg("Close")))


def _done(name: str, facts: Facts) -> Text:
    if name == "division_phone":
        return msg("number on duty of the %(office)s: %(phone)s", office=facts.plan.office, phone=facts.service.division_phone)
    return {
        "room": msg("duty room"),
        "duty_officers": msg("duty officers: %(count)s", count=facts.service.duty_officers),
        "leader": msg("leader of the %(office)s: %(count)s", office=facts.plan.office, count=facts.service.leaders),
        "keys": msg("secret keys backed up"),
    }[name]


def _ask_phone(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    asked = msg("Which number does the %(office)s answer day and night? (Example: 024 3872 4033)", office=facts.plan.office)
    return ask(frame, asked, why=why)


def _ask_keys(frame: Frame, why: Text | None = None) -> Turn:
    text = lines(
        msg("Without the secret keys (BAONGAY_SECRET_KEYS) no report can ever be read again, not even from a backup."),
        msg("Is a copy kept in a second, safe place?"),
    )
    return ask(
        frame, text, Choice("keys_yes", msg("Yes, the keys are backed up"), style="success"), Choice("close", msg("Not yet")), why=why
    )
