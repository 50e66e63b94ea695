"""/xacnhan 42: an officer states that a duty was done: which, what, and when. One look at it, then it is kept for good and the clock ends.

1. What is typed stays in this chat and, sealed, with the case; a room is told nothing of it.
2. A duty that was stated can be stated again: the newer statement holds, the earlier one stays in the trail.
3. A reporter, who may say that they telephoned, confirms nothing: it is kept, and the ward is asked to check it.
4. The hour is never in the future, and never before it happened: what was done before the report came in was done all the same.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.clock_words import hour, telephone_claimed
from handlers.clocks import LIVE
from handlers.floor import ask, end, go, held, leave, take_floor
from handlers.forms.parsers import WHEN
from handlers.incident import asks_reporter, no_such_case
from handlers.reading.when import Span, Unclear, read_when
from handlers.reply import BACK, CANCEL, Pressed, Reply, Typed, read_reply
from handlers.rights import may_see
from models.commands import Command, StateClock, TellRoom, UpdateIncident
from models.facts import Case, Facts, RunningClock
from models.talk import Choice, Frame, Incoming, Join, Lane, Moment, Say, Text, Turn, lines, msg

FLOOR = "confirm"
KEPT = timedelta(hours=24)  # how long an officer's words stay on the phone, where the channel can take them back
BEFORE_THE_REPORT = timedelta(days=1)  # how long before it something may have been done, where the hour of the event is not known
READINGS = 2  # other readings of the same words on offer
_EXACT = frozenset({"minute", "hour"})


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/xacnhan 42", or the button of a reminder."""
    case = facts.case
    if case is None and not incoming.press and not any(letter.isdigit() for letter in incoming.text):
        return Turn(frame, (Say(msg("Of which case? Type its number, for example: /xacnhan 42")),))
    if case is None or not _may(facts):
        return Turn(frame, (Say(no_such_case()),))
    offered = _offered(facts)
    if not offered:
        return Turn(frame, (Say(_nothing_due(case)),))
    frame = take_floor(frame, FLOOR, "which", submission=case.submission)
    return _ask_what(go(frame, "what", kind=offered[0].kind), facts, offered[0]) if len(offered) == 1 else _ask_which(frame, facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply; the right is checked on the case at each of them."""
    if facts.case is None or not _may(facts):
        return Turn(leave(frame), (Say(no_such_case()),))
    if not _offered(facts):  # closed meanwhile, or somebody else stated it
        closed = facts.case.status == "closed"
        return Turn(leave(frame), (Say(_closed(facts.case) if closed else _nothing_due(facts.case)),))
    reply = read_reply(frame, incoming, always=(CANCEL, BACK))
    if reply in (Pressed(CANCEL), Pressed("no")):
        return end(frame, msg("All right, nothing was confirmed."))
    clock = next((clock for clock in _offered(facts) if clock.kind == held(frame, "kind")), None)
    if frame.step == "which" or clock is None or reply == Pressed(BACK):
        return _which(frame, reply, facts)
    return {"what": _what, "when": _when}.get(frame.step, _look)(frame, reply, facts, clock)


def _nothing_due(case: Case) -> Text:
    return msg("%(code)s: nothing has to be confirmed now.", code=case.code)


def _closed(case: Case) -> Text:
    return msg("%(code)s is closed: nothing has to be confirmed any more.", code=case.code)


# --- rights -----------------------------------------------------------------------------------------------------------


def _may(facts: Facts) -> bool:
    return facts.case is not None and (may_see(facts.who, facts.case, facts.plan) or _reporter(facts))


def _reporter(facts: Facts) -> bool:
    """Whoever reported it, and may be asked whether they telephoned; an officer who reported speaks as an officer."""
    case = facts.case
    if case is None or facts.who is None or case.reporter != facts.who.person or may_see(facts.who, case, facts.plan):
        return False
    return asks_reporter(case)


def _offered(facts: Facts) -> tuple[RunningClock, ...]:
    """What can be stated: what runs first, then what was stated and may have to be put right."""
    if facts.case is None or facts.case.status not in LIVE:
        return ()
    if _reporter(facts):
        return tuple(clock for clock in facts.clocks if clock.kind == "telephone" and clock.running)
    return tuple(sorted(facts.clocks, key=lambda clock: not clock.running))


# --- which, what, when ------------------------------------------------------------------------------------------------


def _which(frame: Frame, reply: Reply, facts: Facts) -> Turn:
    clock = next((clock for clock in _offered(facts) if frame.step == "which" and reply == Pressed(clock.kind)), None)
    if clock is not None:
        return _ask_what(go(frame, "what", kind=clock.kind), facts, clock)
    again = frame.step == "which" and reply != Pressed(BACK)
    return _ask_which(go(frame, "which"), facts, msg("Please choose one of these, or type its number.") if again else None)


def _ask_which(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    assert facts.case is not None
    choices = (Choice(clock.kind, _offer(clock, facts)) for clock in _offered(facts))
    return ask(frame, msg("%(code)s: what was done?", code=facts.case.code), *choices, _nothing(), why=why)


def _offer(clock: RunningClock, facts: Facts) -> Text:
    if clock.stated_at is not None:
        return msg("%(duty)s (stated for %(time)s: put it right)", duty=clock.name, time=hour(clock.stated_at, facts.plan))
    if facts.plan.clock(clock.kind).at_once:
        return clock.name
    return Join((clock.name, msg("at the latest %(due)s", due=hour(clock.due_at, facts.plan))), separator=" – ")


def _nothing() -> Choice:
    return Choice("no", msg("Nothing"))


def _ask_what(frame: Frame, facts: Facts, clock: RunningClock, why: Text | None = None) -> Turn:
    assert facts.case is not None
    text = lines(
        Join((facts.case.code, clock.name), separator=" · "),
        msg("In your own words: %(what)s. The hour is asked next.", what=facts.plan.clock(clock.kind).ask),
    )
    return ask(frame, text, why=why)


def _what(frame: Frame, reply: Reply, facts: Facts, clock: RunningClock) -> Turn:
    if not isinstance(reply, Typed) or not any(letter.isalpha() for letter in reply.text):
        return _ask_what(frame, facts, clock, msg("Please type it in a few words."))
    return _ask_when(go(frame, "when", text=reply.text.strip()))


def _ask_when(frame: Frame, why: Text | None = None, *readings: datetime) -> Turn:
    choices = (Choice(f"at.{reading.isoformat()}", Moment(reading, "full")) for reading in readings)
    return ask(frame, msg("When was it done? For example: “14h30”, “9h sáng nay”, “hôm qua 16h”."), *choices, why=why)


def _when(frame: Frame, reply: Reply, facts: Facts, clock: RunningClock) -> Turn:
    if isinstance(reply, Pressed) and (chosen := _reading(reply)) is not None:
        return _take(frame, facts, clock, chosen, ())
    read = read_when(reply.text, facts.now.astimezone(facts.zone)) if isinstance(reply, Typed) else Unclear("empty")
    if isinstance(read, Unclear):
        why = msg("That hour has not come yet.") if read.reason == "future" else msg(WHEN[read.reason])
        return _ask_when(frame, why, *_starts(read.candidates, facts))
    if read.precision not in _EXACT and facts.plan.clock(clock.kind).working_days is None:
        return _ask_when(frame, msg("Please give the hour too."))
    return _take(frame, facts, clock, _done_at(read, facts), read.also)


def _done_at(read: Span, facts: Facts) -> datetime:
    """ "Vừa xong" is a stretch that reaches until now, and its first minute could make a late duty one in time: it was done now."""
    if read.precision not in _EXACT:
        return max(read.start, _earliest(facts))
    now = facts.now.replace(second=0, microsecond=0)
    return now if read.start < now <= read.end else read.start


def _take(frame: Frame, facts: Facts, clock: RunningClock, at: datetime, also: tuple[Span, ...]) -> Turn:
    """An hour that cannot be is asked about again, and the other readings of it are on offer."""
    others = _starts(also, facts)
    if at > facts.now:
        return _ask_when(frame, msg("That hour has not come yet."), *others)
    if at < _earliest(facts):
        return _ask_when(frame, msg("The earliest hour that can be stated is %(time)s.", time=Moment(_earliest(facts), "short")), *others)
    return _show(go(frame, "look", at=at.isoformat(), also=[other.isoformat() for other in others]), facts, clock)


def _reading(reply: Pressed) -> datetime | None:
    return datetime.fromisoformat(reply.key.removeprefix("at.")) if reply.key.startswith("at.") else None


def _starts(spans: tuple[Span, ...], facts: Facts) -> list[datetime]:
    """Other readings that could be."""
    found = (span.start for span in spans if span.precision in _EXACT)
    return [at for at in found if _earliest(facts) <= at <= facts.now][:READINGS]


def _earliest(facts: Facts) -> datetime:
    """To the minute, as hours are typed."""
    assert facts.case is not None
    received = facts.case.received_at.replace(second=0, microsecond=0)
    events = [one.starts_at for one in facts.clocks if one.basis == "event"]
    return min([*events, received] if events else [received - BEFORE_THE_REPORT])


# --- the look ---------------------------------------------------------------------------------------------------------


def _show(frame: Frame, facts: Facts, clock: RunningClock, why: Text | None = None) -> Turn:
    assert facts.case is not None
    text = lines(
        Join((facts.case.code, clock.name), separator=" · "),
        msg("What: %(what)s", what=held(frame, "text")) if facts.channel.confidential else None,
        msg("When: %(time)s", time=Moment(_at(frame), "full")),
        msg("Is that right?"),
    )
    others = frame.data.get("also")
    choices = (
        Choice("yes", msg("Yes, confirm it"), style="success"),
        *(
            Choice(f"at.{other}", Moment(datetime.fromisoformat(str(other)), "full"))
            for other in (others if isinstance(others, list) else [])
        ),
        Choice("time", msg("Another hour")),
        _nothing(),
    )
    turn = ask(frame, text, *choices, why=why)
    if not facts.channel.confidential:  # the words stand above as they were typed, and nothing is said that would have to be taken back
        return turn
    return replace(turn, says=tuple(replace(say, protect=True, delete_after=KEPT) for say in turn.says))


def _at(frame: Frame) -> datetime:
    return datetime.fromisoformat(held(frame, "at"))


def _look(frame: Frame, reply: Reply, facts: Facts, clock: RunningClock) -> Turn:
    if isinstance(reply, Pressed) and (chosen := _reading(reply)) is not None:
        return _take(frame, facts, clock, chosen, ())
    if reply == Pressed("time"):
        return _ask_when(go(frame, "when"))
    if reply != Pressed("yes"):
        return _show(frame, facts, clock, msg("Please choose one of these, or type its number."))
    return end(frame, _thanks(facts, clock, _at(frame)), *_stated(frame, facts, clock))


def _stated(frame: Frame, facts: Facts, clock: RunningClock) -> Iterator[Command]:
    case = facts.case
    assert case is not None
    claim = _reporter(facts)
    yield StateClock(case.id, clock.kind, _at(frame), held(frame, "text"), claim=claim)
    if claim:
        yield UpdateIncident(case.id, {"called": "yes"})
        say = Say(telephone_claimed(case), lane=Lane.REMINDER, purpose="clock", about=case.id)
        yield TellRoom(case.ward or facts.plan.division, say)


def _thanks(facts: Facts, clock: RunningClock, at: datetime) -> Text:
    """In time or late, said kindly; what a reporter says is passed on."""
    case: Case | None = facts.case
    assert case is not None
    if _reporter(facts):
        return msg("Thank you. It was added to %(code)s, and the ward will check it.", code=case.code)
    late = at > clock.due_at and not facts.plan.clock(clock.kind).at_once
    head = msg("✔ %(code)s: noted. %(duty)s is done.", code=case.code, duty=clock.name)
    after = msg("It was due %(due)s; thank you for seeing it through.", due=hour(clock.due_at, facts.plan)) if late else msg("Thank you.")
    return lines(head, after, msg("To put it right later: /xacnhan %(number)s", number=case.number))
