"""/dientap: an exercise through the whole chain, for the division's leaders and administrators.

1. One at a time, and none while a real khẩn cấp case waits for somebody; while one is in hand it is asked once more.
2. It ends when whoever took it says what they do first, by "dientap dung", when a real case is called, or after an hour.
3. What it is called with is marked (bot.writing): its first word tells that it is an exercise, wherever it is read.
"""

from handlers.commands import rest
from handlers.drill_words import MINUTES
from handlers.floor import ask, end, go, take_floor
from handlers.reading.folding import fold
from handlers.reply import CANCEL, Pressed, read_reply
from handlers.rights import may_drill
from models.commands import BeginDrill, EndDrill
from models.facts import Facts, RunningDrill
from models.talk import CaseCode, Choice, Frame, Incoming, Moment, Say, Text, Turn, Typed, lines, msg

FLOOR = "drill"
_STOP = frozenset({"dung", "dung lai", "ket thuc", "thoi", "stop", "end"})
_STOPS = Typed("dientap dung")


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/dientap": what it does, and whether to begin. "dientap dung": end the one that runs."""
    if not may_drill(facts.who, facts.plan):
        return Turn(frame, (Say(_not_theirs(facts)),))
    running = facts.drills.running
    if fold(rest(incoming.text)) in _STOP:
        return _stop(frame, running)
    if running is not None:
        return _ask_stop(take_floor(frame, FLOOR, "running"), running)
    return _ask_begin(take_floor(frame, FLOOR, "begin"), facts)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply. What has changed meanwhile counts, not what was shown."""
    if not may_drill(facts.who, facts.plan):
        return end(frame, _not_theirs(facts))
    reply, running = read_reply(frame, incoming, always=(CANCEL,)), facts.drills.running
    if reply in (Pressed(CANCEL), Pressed("no")):
        return end(frame, msg("All right, nothing was changed."))
    if frame.step == "running":
        return _stop(frame, running) if reply == Pressed("stop") or running is None else _ask_stop(frame, running, _choose())
    if running is not None:
        return _ask_stop(go(frame, "running"), running)
    if reply == Pressed("begin") and not facts.drills.urgent_waiting:
        if facts.drills.urgent_held and frame.step != "sure":
            return _ask_sure(go(frame, "sure"), facts)
        return _begin(frame, facts)
    return _ask_sure(frame, facts, _choose()) if frame.step == "sure" else _ask_begin(frame, facts, _choose())


def over(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "drill": its hour is over, or something has ended it before."""
    if facts.case is None:
        return Turn(frame)
    return Turn(frame, commands=(EndDrill(str(incoming.data["subject"]), facts.case.id, str(incoming.data.get("why") or "time")),))


# --- what is asked ------------------------------------------------------------------------------------------------------


def _not_theirs(facts: Facts) -> Text:
    return msg("Only a leader of the %(office)s or an administrator can hold an exercise.", office=facts.plan.office)


def _choose() -> Text:
    return msg("Please choose one of these.")


def _ask_begin(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    waiting = facts.drills.urgent_waiting
    if waiting:
        text = msg(
            "No exercise now: %(count)s real URGENT case(s) wait for somebody. To see them, type: %(cases)s",
            count=waiting,
            cases=Typed("vuviec"),
        )
        return end(frame, text)
    explained = lines(
        msg("An exercise: the duty room is called as for an URGENT case, until somebody takes it and says what they do first."),
        msg(
            "Everything says that it is an exercise. Only the %(office)s is called: no ward, nobody above, nobody outside. It counts nowhere.",
            office=facts.plan.office,
        ),
        msg("It ends by itself after %(count)s minutes, and at once when a real case comes.", count=MINUTES),
    )
    return ask(frame, explained, Choice("begin", msg("Begin the exercise"), style="danger"), Choice("no", msg("Not now")), why=why)


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    text = msg("%(count)s real URGENT case(s) are being handled just now. Hold an exercise all the same?", count=facts.drills.urgent_held)
    return ask(frame, text, Choice("no", msg("Not now")), Choice("begin", msg("Begin all the same"), style="danger"), why=why)


def _ask_stop(frame: Frame, running: RunningDrill, why: Text | None = None) -> Turn:
    text = msg("An exercise is running since %(time)s: %(code)s.", time=Moment(running.started_at, "short"), code=running.code)
    return ask(frame, text, Choice("stop", msg("End it")), Choice("no", msg("Let it run")), why=why)


def _begin(frame: Frame, facts: Facts) -> Turn:
    drill, incident = facts.new_id(), facts.new_id()
    text = lines(
        msg("The exercise has begun: %(code)s. The duty room is being called.", code=CaseCode(incident)),
        msg("To end it, type: %(stop)s", stop=_STOPS),
    )
    return end(frame, text, BeginDrill(drill, incident))


def _stop(frame: Frame, running: RunningDrill | None) -> Turn:
    if running is None:
        return end(frame, msg("No exercise is running."))
    return end(frame, msg("The exercise %(code)s is ended.", code=running.code), EndDrill(running.id, running.incident, "stopped"))
