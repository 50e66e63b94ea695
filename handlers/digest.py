"""Reminders: one digest a person and day, with all that they owe, the most urgent first; "nhắc tôi lúc…" moves it to an hour of their own.

The timer "reports" (subject: the division) is each working morning's tick; the timer "digest" (subject: a person) says it to one of them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from handlers.commands import find
from handlers.floor import ask, end, take_floor
from handlers.reading.ahead import read_ahead
from handlers.reading.duty import read_days
from handlers.reading.folding import fold
from handlers.reminding import fits, next_morning
from handlers.reply import CANCEL, Pressed, Typed, read_reply
from handlers.submit_words import days_left, line, name_of, unit_name, until
from models.commands import SetTimer
from models.facts import Facts
from models.report_commands import RemindReports, SendDigest
from models.report_facts import Digest, Expected
from models.talk import Choice, Frame, Incoming, Join, Lane, Moment, Say, Text, Turn, lines, msg
from models.talk import Typed as Command

TICK, TIMER, FLOOR = "reports", "digest", "snooze"
SHOWN = 5  # reports with their dates on one small screen; the others are a number
UNITS_SHOWN = 20  # with something overdue, a line each: a district's wards are 14
LONGEST = timedelta(days=7)  # that somebody can put a reminder off
_PUNCTUAL = timedelta(hours=1)  # an hour of one's own that is told later than that is not told in the night
_LOUD = 3  # days before the last one


_DAY = re.compile(
    r"(?:ngay )?\b\d{1,2}/\d{1,2}(?:/\d{4})?\b|\b(?:thu (?:[2-7]|hai|ba|tu|nam|sau|bay)|t[2-7]|chu nhat|cn)\b(?: (?:tuan )?(?:nay|sau|toi))?"
)
_AFTER_NEXT = re.compile(r"\b(?:ngày )?mốt\b|\bngày kia\b")
_FARTHER = re.compile(r"\b(?:thu|tuan|thang|kia|ngay \d+|ngay mung|(?:h|gio) .*\d[.-]\d+)\b|\dh .*\d[.-]\d")
NOTHING_OWED = msg("You owe no report any more. Thank you.")


# --- the tick and the letter ------------------------------------------------------------------------------------------


def tick(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The morning's turn; the next one is always set. One that an outage has put off into a night or a day off waits for the next working morning."""
    again = SetTimer(TICK, facts.plan.division, next_morning(facts.now, facts.plan))
    return Turn(frame, commands=(RemindReports(), again) if fits(facts.now, facts.plan) else (again,))


def send(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "digest": what this person owes now. Nothing owed any more, nothing said."""
    digest = facts.digest
    if digest is None:
        return Turn(frame)
    asked = incoming.data.get("asked") is True
    if not asked and not fits(facts.now, facts.plan):  # put off by an outage
        return Turn(frame, commands=(SetTimer(TIMER, digest.person, next_morning(facts.now, facts.plan)),))
    if (
        asked and facts.now - incoming.at > _PUNCTUAL and (at := _after_quiet(facts)) > facts.now
    ):  # an outage: 14:00 was asked for, and not the night
        return Turn(frame, commands=(SetTimer(TIMER, digest.person, at, data={"asked": True, "put_off": True}),))
    text = digest_text(digest, facts, asked=asked and incoming.data.get("put_off") is not True)
    if text is None:
        return Turn(frame)
    return Turn(frame, commands=(SendDigest(digest.person, letter(digest, text, facts), asked=asked),))


def _after_quiet(facts: Facts) -> datetime:
    """Now, or the end of the quiet hours that it is within."""
    at = facts.now.astimezone(facts.zone)
    while facts.plan.ladder.quiet(at.time()):
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at


def letter(digest: Digest, text: Text, facts: Facts) -> Say:
    """The digest with a choice to begin for each that it names, and one to be reminded at another hour. It makes a sound only where something is
    late or will be within three days: the last working morning may be as far from the last day."""
    silent = not digest.led and not digest.all and all(days_left(one, facts) > _LOUD for one in digest.own)
    begin = [
        Choice(f"submit:{one.id}", msg("Hand in %(code)s", code=one.code), action=True, typed=f"nop {one.number}")
        for one in digest.own[:SHOWN]
    ]
    later = [Choice(f"snooze:{digest.person}", msg("Remind me at…"), action=True, typed="nhac")] if digest.own else []
    return Say(text, (*begin, *later), lane=Lane.REMINDER, silent=silent, purpose="digest", about=digest.person)


def digest_text(digest: Digest, facts: Facts, *, asked: bool = False, done: tuple[Expected, ...] = ()) -> Text | None:
    """Everything in one message; None if there is nothing to say. `done`: what was handed in since, on an older digest that is changed."""
    parts = [part for part in (_own(digest, facts), _led(digest, facts), _all(digest, facts), _nobody(digest, facts)) if part is not None]
    finished = [Join(("✅ ", name_of(one), " (", one.code, ")"), "") for one in done]
    if not parts and not finished:
        return None
    head = msg("You asked to be reminded at this hour, %(time)s.", time=Moment(facts.now, "time")) if asked else None
    rest = [] if parts else [NOTHING_OWED]
    return Join(tuple(text for text in (head, lines(*finished) if finished else None, *parts, *rest) if text is not None), "\n\n")


def _own(digest: Digest, facts: Facts) -> Text | None:
    if not digest.own:
        return None
    several = len({one.unit for one in digest.own}) > 1
    head = msg("📌 Reports to hand in (%(count)s):", count=len(digest.own))
    instead = msg("(also for %(names)s, who is away)", names=Join(digest.instead_of, ", ")) if digest.instead_of else None
    more = len(digest.own) - SHOWN
    rest = msg("and %(count)s more: %(typed)s", count=more, typed=Command("nopbaocao")) if more > 0 else None
    return lines(head, instead, *(_line(one, facts, with_unit=several) for one in digest.own[:SHOWN]), rest)


def _line(one: Expected, facts: Facts, *, with_unit: bool) -> Text:
    """With the section of the plan that asks for it."""
    where = Join(("   ", one.section), "") if one.section else None
    return lines(line(one, facts, with_unit=with_unit), where)


def _led(digest: Digest, facts: Facts) -> Text | None:
    shown = [one for one in digest.led if one not in digest.own]
    if not shown:
        return None
    return lines(msg("Overdue in your unit, its officers have been reminded:"), *_by_unit(shown, facts))


def _all(digest: Digest, facts: Facts) -> Text | None:
    shown = [one for one in digest.all if one not in digest.own]
    if not shown:
        return None
    return lines(msg("Overdue reports of all units (%(count)s):", count=len(shown)), *_by_unit(shown, facts))


def _by_unit(shown: Sequence[Expected], facts: Facts) -> Iterator[Text]:
    """One line a unit, in the order of the plan; of many units those that are the most days late."""
    late: dict[str, list[Expected]] = {}
    for one in shown:
        late.setdefault(one.unit, []).append(one)
    days = {unit: max(-days_left(one, facts) for one in of) for unit, of in late.items()}
    worst = sorted(late, key=lambda unit: days[unit], reverse=True)[:UNITS_SHOWN]
    order = {unit.id: place for place, unit in enumerate(facts.plan.units)}
    for unit in (unit for unit in sorted(late, key=lambda unit: order.get(unit, len(order))) if unit in worst):
        names = Join(tuple(msg("%(what)s (%(count)s days)", what=one.short, count=-days_left(one, facts)) for one in late[unit]), ", ")
        yield Join(("• ", unit_name(late[unit][0], facts), ": ", names), "")
    if len(late) > UNITS_SHOWN:
        yield msg("and %(count)s more units: %(typed)s", count=len(late) - UNITS_SHOWN, typed=Command("tiendo"))


def _nobody(digest: Digest, facts: Facts) -> Text | None:
    """With what is due first there and how many days are left: it changes with each digest, and whoever telephones knows what about."""
    if not digest.nobody:
        return None
    rows = (Join(("• ", Join((unit_name(one, facts), name_of(one), until(one, facts)), ": ")), "") for one in digest.nobody[:UNITS_SHOWN])
    more = len(digest.nobody) - UNITS_SHOWN
    return lines(
        msg("⚠ Nobody can be reminded there. Please telephone them:"), *rows,
        msg("and %(count)s more units: %(typed)s", count=more, typed=Command("tiendo")) if more > 0 else None,
    )  # fmt: skip


# --- at another hour --------------------------------------------------------------------------------------------------


def snooze(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "nhac toi luc 14h", or the choice under a digest."""
    digest = facts.digest
    if digest is None or not digest.own:
        return Turn(frame, (Say(msg("You owe no report just now, so there is nothing to remind you of.")),))
    given = find(incoming.text) if incoming.text else None
    if given is not None and given.rest:
        return _set(frame, facts, digest, given.rest)
    return _ask(take_floor(frame, FLOOR, "when"), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The hour."""
    reply = read_reply(frame, incoming, always=(CANCEL,))
    if reply == Pressed(CANCEL) or facts.digest is None:
        return end(frame, msg("All right, the reminders stay as they are."))
    if isinstance(reply, Pressed):
        at = dict(_offers(facts)).get(reply.key)
        return _keep(frame, facts, at) if at is not None else _ask(frame, facts)
    return _set(frame, facts, facts.digest, reply.text) if isinstance(reply, Typed) else _ask(frame, facts)


def _ask(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    choices = (Choice(key, Moment(at, "short")) for key, at in _offers(facts))
    return ask(frame, msg("When shall I remind you? Choose, or type: “14h”, “chiều nay”, “8h mai”."), *choices, why=why)


def _offers(facts: Facts) -> Iterator[tuple[str, datetime]]:
    """In two hours, this afternoon, tomorrow morning, an hour before the most urgent one is late: as far as they lie ahead and are not too late."""
    now = facts.now.astimezone(facts.zone).replace(second=0, microsecond=0)
    urgent = _most_urgent(facts.digest, facts)
    for key, at in (
        ("soon", (now + timedelta(hours=2)).replace(minute=0)),
        ("afternoon", now.replace(hour=14, minute=0)),
        ("tomorrow", (now + timedelta(days=1)).replace(hour=8, minute=0)),
    ):
        if at > now and 7 <= at.hour < 21 and (urgent is None or at < urgent.due_at):
            yield key, at
    if urgent is not None and now < (at := urgent.due_at - timedelta(hours=1)) < now + timedelta(days=2):
        yield "before", at


def _most_urgent(digest: Digest | None, facts: Facts) -> Expected | None:
    """The first that will be late; what is late already sets no limit."""
    ahead = [one for one in (digest.own if digest is not None else ()) if one.due_at > facts.now]
    return min(ahead, key=lambda one: one.due_at, default=None)


def _set(frame: Frame, facts: Facts, digest: Digest, text: str) -> Turn:
    at = _moment(text, facts.now.astimezone(facts.zone))
    if at is None:
        return _ask(take_floor(frame, FLOOR, "when"), facts, msg("That hour could not be read."))
    if at - facts.now > LONGEST:
        return _ask(take_floor(frame, FLOOR, "when"), facts, msg("At most a week ahead, please."))
    urgent = _most_urgent(digest, facts)
    if urgent is not None and urgent.due_at <= at:
        day = Moment(urgent.due_at - timedelta(minutes=1), "date")
        why = msg(
            "%(what)s is due by the end of %(day)s, and that would be too late. An earlier hour, please.", what=name_of(urgent), day=day
        )
        return _ask(take_floor(frame, FLOOR, "when"), facts, why)
    return _keep(frame, facts, at)


def _moment(text: str, now: datetime) -> datetime | None:
    """An hour of today or tomorrow, or of the day that is named beside it ("8h thứ 6", "14h 27/4"); a day or a week that is not understood is no hour of
    today."""
    after_next = _AFTER_NEXT.search(text.lower())
    words = _hour_alone(_AFTER_NEXT.sub(" ", text.lower()))
    named = _DAY.search(words)
    if after_next is None and named is None:
        return None if _FARTHER.search(words) else read_ahead(words, now)
    days = read_days(named[0].strip(), now.date()) if named is not None else None
    day = days.first if days is not None and days.first == days.last else now.date() + timedelta(days=2) if after_next else None
    if day is None:
        return None
    at = read_ahead(_DAY.sub(" ", words), max(now, datetime.combine(day, time(), now.tzinfo) - timedelta(minutes=1)))
    return at if at is not None and at.date() == day else None


def _hour_alone(text: str) -> str:
    """ "tôi lúc 14h" is about an hour."""
    words = fold(text)
    for lead in ("toi luc ", "toi vao ", "luc ", "toi "):
        words = words.removeprefix(lead)
    return words


def _keep(frame: Frame, facts: Facts, at: datetime) -> Turn:
    person = facts.who.person if facts.who is not None else ""
    return end(frame, msg("All right, I remind you at %(time)s.", time=Moment(at)), SetTimer(TIMER, person, at, data={"asked": True}))
