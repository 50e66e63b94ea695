"""/ghinhan: an officer writes down what was told by telephone, by the hotline or face to face. First how it came and at what hour, because that
hour starts the 12 hours (NĐ 56/2017 Điều 31); then the same form as everybody's, with the officer as the scribe of whoever told it."""

from datetime import datetime, timedelta

from handlers.floor import ask, end, go, held, take_floor
from handlers.forms.parsers import WHEN
from handlers.forms.scribe import CAME_BY, CHANNELS, RECEIVED
from handlers.reading.folding import fold
from handlers.reading.when import Span, Unclear, read_when
from handlers.ready import not_ready_say
from handlers.reply import CANCEL, Pressed, Reply, Typed, read_reply
from handlers.report_open import FLOOR as REPORT
from handlers.report_open import begin_for
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Moment, Say, Text, Turn, msg

FLOOR = "record"
OLDEST = timedelta(days=7)
_NOW = "now"
_AT = "at"  # a reading of what was typed, by its place
_UNREAD = "not_understood"
_LOOSE = timedelta(hours=1)  # a longer span names no hour


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """How did it come?"""
    if not facts.service.ready:
        return Turn(frame, (not_ready_say(facts),))
    if frame.floor == REPORT and not frame.data.get("sent"):
        return Turn(frame, (Say(msg("Please finish your open report first, or type “huy” to stop it.")),))
    return _ask_channel(take_floor(frame, FLOOR, "channel"))


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply, until the form begins."""
    reply = read_reply(frame, incoming, always=(CANCEL,))
    if reply == Pressed(CANCEL):
        return end(frame, msg("All right, nothing was written down."))
    return _channel(frame, reply) if frame.step == "channel" else _hour(frame, incoming, facts, reply)


# --- how it came ------------------------------------------------------------------------------------------------------


def _ask_channel(frame: Frame, why: Text | None = None) -> Turn:
    choices = (Choice(name, msg(words.label)) for name, words in CHANNELS.items())
    return ask(frame, msg("How did it reach you?"), *choices, Choice(CANCEL, msg("Write nothing down")), why=why)


def _channel(frame: Frame, reply: Reply) -> Turn:
    said = fold(reply.text) if isinstance(reply, Typed) else ""
    found = reply.key if isinstance(reply, Pressed) else next((name for name, words in CHANNELS.items() if said in words.also), "")
    if found not in CHANNELS:
        return _ask_channel(frame, why=msg("Please choose one of these, or type its number."))
    return _ask_hour(go(frame, "hour", came_by=found))


# --- at what hour -----------------------------------------------------------------------------------------------------


def _ask_hour(frame: Frame, readings: tuple[datetime, ...] = (), why: Text | None = None) -> Turn:
    frame = go(frame, "hour", readings=[at.isoformat() for at in readings])
    choices = [Choice(f"{_AT}{place}", Moment(at, "short")) for place, at in enumerate(readings)]
    text = msg("When did you receive it? The 12 hours run from then. Choose, or type: “8h15 sáng nay”, “tối qua 9h”.")
    return ask(frame, text, *choices, Choice(_NOW, msg("Now")), why=why)


def _hour(frame: Frame, incoming: Incoming, facts: Facts, reply: Reply) -> Turn:
    if reply == Pressed(_NOW):
        return _begin(frame, incoming, facts, facts.now)
    if isinstance(reply, Pressed):
        at = _kept(frame, reply.key)
        return _begin(frame, incoming, facts, at) if at is not None else _ask_hour(frame)
    if not isinstance(reply, Typed):
        return _ask_hour(frame, why=msg(WHEN[_UNREAD]))
    return _typed(frame, incoming, facts, reply.text)


def _kept(frame: Frame, key: str) -> datetime | None:
    readings, place = frame.data.get("readings"), key.removeprefix(_AT)
    if not isinstance(readings, list) or not place.isdecimal() or int(place) >= len(readings):
        return None
    return datetime.fromisoformat(str(readings[int(place)]))


def _typed(frame: Frame, incoming: Incoming, facts: Facts, text: str) -> Turn:
    """One clear hour is taken; of two readings one is chosen."""
    if fold(text) in {"bay gio", "vua xong", "gio", "luc nay", "now"}:
        return _begin(frame, incoming, facts, facts.now)
    read = read_when(text, facts.now.astimezone(facts.zone))
    spans = read.candidates if isinstance(read, Unclear) else (read, *read.also)
    readings = tuple(span.start for span in spans if _names_an_hour(span))
    if isinstance(read, Unclear):
        why = msg("That time has not come yet. When did you receive it?") if read.reason == "future" else msg(WHEN[read.reason])
        return _ask_hour(frame, _recent(readings, facts), why)
    if not readings:
        return _ask_hour(frame, why=msg("Please say the hour too, for example: “8h15 sáng nay”."))
    recent = _recent(readings, facts)
    if not recent:
        return _ask_hour(frame, why=msg("That is more than 7 days ago. When did you receive it?"))
    return _begin(frame, incoming, facts, recent[0]) if len(readings) == 1 else _ask_hour(frame, recent, msg("Which is right?"))


def _names_an_hour(span: Span) -> bool:
    return span.end - span.start <= _LOOSE


def _recent(readings: tuple[datetime, ...], facts: Facts) -> tuple[datetime, ...]:
    return tuple(at for at in readings if facts.now - OLDEST <= at <= facts.now)


# --- the form ---------------------------------------------------------------------------------------------------------


def _begin(frame: Frame, incoming: Incoming, facts: Facts, at: datetime) -> Turn:
    return begin_for(frame, incoming, facts, {CAME_BY: held(frame, "came_by"), RECEIVED: at.isoformat()}).turn(REPORT)
