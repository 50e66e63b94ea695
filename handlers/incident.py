"""Taking a case and looking at it: decided on the locked, true state, whatever the card still showed (rules 5, 7, 9)."""

from dataclasses import replace
from datetime import timedelta

from handlers import card
from handlers.care_words import ask_promise
from handlers.child_words import still_here
from handlers.clock_words import card_lines, telephone_please
from handlers.details import PHOTO_STATES, detail_texts
from handlers.floor import short
from handlers.rights import may_see, may_take
from handlers.wording import duty_line, hotlines_short
from models.commands import Command, Look, TakeIncident, TellPerson, TellReporter
from models.facts import Case, Facts, Stored
from models.talk import Choice, Frame, Incoming, LetterKind, Moment, Say, Text, Turn, Typed, lines, msg

INTERVENTION = timedelta(hours=12)  # what is wanted of every khẩn cấp; where the law says so, the clock names it (NĐ 56/2017 Điều 26, 31)
KEPT = timedelta(hours=24)


def stranger_refused(incoming: Incoming, facts: Facts) -> Text | None:
    """Why this presser cannot even be asked for rights; None if they are known and the case is there."""
    if incoming.anonymous:
        return msg("You write as an anonymous administrator, so nobody can tell who you are. Turn anonymity off and take it again.")
    if facts.who is None:
        return msg("You have not joined yet. Open a private chat with me and type the code from your invitation.")
    return no_such_case() if facts.case is None else None


# --- take -------------------------------------------------------------------------------------------------------------


def take(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """One winner; everybody else hears who it was."""
    refused = stranger_refused(incoming, facts)
    if refused is not None or facts.case is None or facts.who is None:
        return short(frame, incoming, facts, refused or "")
    case = facts.case
    if not may_take(facts.who, case, facts.plan):
        return short(frame, incoming, facts, no_right(incoming))
    if case.status == "open":
        return _won(frame, incoming, facts, case)
    return short(frame, incoming, facts, too_late(case, mine=case.taken_by == facts.who.person))


def no_right(incoming: Incoming) -> Text:
    """Whoever pressed has seen the card; whoever typed a number is not told whether it exists."""
    if incoming.press is None:
        return no_such_case()
    return msg("This case belongs to another unit: you cannot open or take it.")


def no_such_case() -> Text:
    return msg("There is no such case for you. Please check the number.")


def too_late(case: Case, *, mine: bool) -> Text:
    """The true state, told kindly."""
    if case.status == "closed":
        return msg("%(code)s is already closed.", code=case.code)
    if case.taken_at is None:
        return msg("%(code)s is still being reported. You will be called as soon as it can be taken.", code=case.code)
    at = Moment(case.taken_at, "time")
    if mine:
        return msg("You took %(code)s yourself at %(time)s.", code=case.code, time=at)
    return msg("%(name)s already took it at %(time)s.", name=case.taken_by_name, time=at)


def _won(frame: Frame, incoming: Incoming, facts: Facts, case: Case) -> Turn:
    assert facts.who is not None
    commands: list[Command] = [TakeIncident(case.id)]
    if tells_reporter(case) and case.reporter != facts.who.person:
        commands.append(TellReporter(case.id, news()))
    next_steps = now_yours(case, facts)
    if not incoming.group:
        toast = (Say(msg("You took %(code)s.", code=case.code), kind=LetterKind.TOAST),) if incoming.press else ()
        return Turn(frame, (*toast, *next_steps), tuple(commands))
    commands += [TellPerson(facts.who.person, say) for say in next_steps]
    if incoming.press:
        return short(frame, incoming, facts, msg("You took %(code)s. The rest is in your private chat.", code=case.code), *commands)
    # No toast, which may be left out: whoever took a case by typing must see that it worked.
    text = msg("Sent to your private chat.") if case.restricted else card.taken_notice(case, facts.who.name, facts.now)
    return Turn(frame, (Say(text),), tuple(commands))


def now_yours(case: Case, facts: Facts) -> tuple[Say, ...]:
    """Said privately to whoever holds a case from now on: what is due, and the question what they do first."""
    assert facts.who is not None
    held = replace(case, taken_by=facts.who.person, taken_at=facts.now, promise="", promise_by=None)
    return _next_steps(case, facts), ask_promise(held, facts.plan)


def _next_steps(case: Case, facts: Facts) -> Say:
    """Said privately to the taker: no details yet, the phone may lie on a table."""
    urgent = case.severity == "khan_cap" and all(clock.kind != "emergency" for clock in facts.clocks)
    within = Moment(case.received_at + INTERVENTION, "short")
    text = lines(
        msg("You took %(code)s at %(time)s. Thank you.", code=case.code, time=Moment(facts.now, "time")),
        msg("Urgent protective measures wanted by: %(time)s (12 hours)", time=within) if urgent else None,
        *card_lines(facts.clocks, facts.plan, facts.now),
        msg(
            "Open the details first, then call back only if that is safe. To open them, type: %(read)s",
            read=Typed(f"chitiet {case.number}"),
        ),
    )
    return Say(text, choices=(card.details_choice(case, "primary"),), purpose="taken", about=case.id, unpressed="")


# --- the reporter -----------------------------------------------------------------------------------------------------


def tells_reporter(case: Case) -> bool:
    """Whether a content-free letter may go to the reporter unasked. Never to a child: who holds the phone is not known. Whoever told it to an
    officer has no chat here."""
    return case.contact in {"yes", ""} and case.source != "child" and case.came_by == "chat"


def news() -> Say:
    """The content-free letter (rule 7)."""
    return Say(msg("You have news. Type XEM to read it."), purpose="news")


def see(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "XEM": how the sender's newest report stands, from whichever of their chats it came. Asked for, so it may be answered; still nothing of
    what was reported."""
    return Turn(frame, (Say(how_it_stands(facts)),))


def asks_reporter(case: Case) -> bool:
    """Whether the duty to telephone is asked of the reporter: of a member who has said that this phone is safe, and not that they have
    telephoned; never of a child."""
    return tells_reporter(case) and case.contact == "yes" and bool(case.reporter) and case.called != "yes" and not case.restricted


def _telephone(facts: Facts) -> Text | None:
    case = facts.case
    owed = any(clock.kind == "telephone" and clock.running for clock in facts.clocks)
    if case is None or not owed or not asks_reporter(case):
        return None
    return telephone_please(case, facts.plan, facts.service.division_phone)


def how_it_stands(facts: Facts) -> Text:
    """The state of facts.case in the reporter's words, and what is still wanted of them."""
    return lines(_state(facts), _telephone(facts))


def _state(facts: Facts) -> Text:
    case = facts.case
    if case is None:
        return lines(msg("There is no report of yours yet."), msg("To report, type /baocao."))
    if case.source == "child":
        return still_here(case, facts.plan)
    if case.status == "closed":
        return msg("%(code)s is closed. Thank you for speaking up.", code=case.code)
    if case.taken_at is not None:
        return msg("An officer took %(code)s at %(time)s.", code=case.code, time=Moment(case.taken_at, "short"))
    if case.status == "intake" and case.conversation != facts.conversation:
        return elsewhere()
    if case.status == "intake":
        return msg("Your report is not finished yet. Answer the last question, or type /baocao to go on.")
    return lines(
        msg("%(code)s: the officers on duty are being called; nobody has taken it yet.", code=case.code),
        msg("If the child is in danger, do not wait:"),
        hotlines_short(facts.plan),
        duty_line(facts),
    )


def elsewhere() -> Text:
    """An unfinished report stays with the chat where it was begun: two chats that answer one question would lose an answer."""
    return msg("Your report is not finished yet. Please go on with it in the chat where you began it.")


# --- details and photos -----------------------------------------------------------------------------------------------


def details(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """What the taking officer needs at two in the morning, to the presser's private chat; the look is recorded."""
    refused = _look_refused(incoming, facts)
    if refused is not None or facts.case is None:
        return short(frame, incoming, facts, refused or "")
    case, texts = facts.case, detail_texts(facts)
    says = [_private(case, text) for text in texts]
    says[-1] = _private(case, texts[-1], choices=_after_details(facts, case))
    return _deliver(frame, incoming, facts, says, Look(case.id, "details"))


def photos(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Photos and voice notes: one more tap, so that nobody opens them in passing."""
    refused = _look_refused(incoming, facts)
    if refused is not None or facts.case is None:
        return short(frame, incoming, facts, refused or "")
    case = facts.case
    stored = [kept for kept in facts.attachments if kept.state == "stored"]
    if not stored:
        return short(frame, incoming, facts, _no_photos(facts.attachments))
    pictures = tuple(kept.id for kept in stored if kept.kind == "photo")
    rest = [(kept.id,) for kept in stored if kept.kind != "photo"]
    groups = [group for group in (pictures, *rest) if group]
    text = msg("%(code)s · for your eyes only: do not save, do not pass on.", code=case.code)
    says = [_private(case, text, attachments=group) for group in groups]
    return _deliver(frame, incoming, facts, says, Look(case.id, "photos"))


def _look_refused(incoming: Incoming, facts: Facts) -> Text | None:
    refused = stranger_refused(incoming, facts)
    if refused is not None or facts.case is None:
        return refused
    return None if may_see(facts.who, facts.case, facts.plan) else no_right(incoming)


def _no_photos(attachments: tuple[Stored, ...]) -> Text:
    if any(kept.state == "wanted" for kept in attachments):
        return msg("The photos are still on their way. Please try again in a minute.")
    return msg("There is no photo or voice note with this case.")


def _after_details(facts: Facts, case: Case) -> tuple[Choice, ...]:
    found = []
    if case.status == "open" and may_take(facts.who, case, facts.plan):
        found.append(card.take_choice(case))
    count = sum(kept.state in PHOTO_STATES for kept in facts.attachments)
    if count:
        label = msg("Photos and voice (%(count)s)", count=count)
        found.append(Choice(f"photos:{case.id}", label, action=True, typed=f"anh {case.number}"))
    return tuple(found)


def _private(case: Case, text: Text, choices: tuple[Choice, ...] = (), attachments: tuple[str, ...] = ()) -> Say:
    return Say(text, choices=choices, protect=True, delete_after=KEPT, attachments=attachments, purpose="details", about=case.id)


def _deliver(frame: Frame, incoming: Incoming, facts: Facts, says: list[Say], look: Look) -> Turn:
    """To the private chat, wherever it was asked for."""
    assert facts.who is not None
    if not incoming.group:
        return Turn(frame, tuple(says), (look,))
    tells = tuple(TellPerson(facts.who.person, say) for say in says)
    return short(frame, incoming, facts, msg("Sent to your private chat."), look, *tells)
