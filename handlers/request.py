"""/yeucau: an ad-hoc report (plan section IV): what, of whom, by when, in which form; then everybody who owes it
hears it at once. The frame (floor "request") holds what was answered so far."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from handlers.commands import find
from handlers.floor import ask, end, go, held, short, take_floor
from handlers.forms.parsers import wards_called
from handlers.forms.values import clipped, day_text
from handlers.plan_news import owing
from handlers.reading.duty import read_days
from handlers.reading.folding import fold
from handlers.reply import BACK, CANCEL, Pressed, Reply, Typed, read_reply
from handlers.rights import may_request
from handlers.wording import unit_name
from handlers.workdays import is_working_day
from models.commands import TellRole
from models.facts import Facts
from models.plan import UnitKind
from models.report_commands import DropRequest, RequestReport
from models.talk import Choice, Frame, Incoming, Join, Lane, Say, Text, Turn, lines, msg
from models.talk import Typed as Command

FLOOR = "request"
LONGEST = 120  # letters of a title: it stands in one line of a list
FARTHEST = 366  # days ahead
PAPER = "van_ban"
_WARDS, _OFFICES, _YES = "wards", "offices", "_yes"
_BETWEEN, _AND = re.compile(r"\s*[,;\n]\s*"), re.compile(r"\s+va\s+")


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/yeucau", or "/yeucau <tên báo cáo>"."""
    if not may_request(facts.who, facts.plan):
        return Turn(frame, (Say(msg("Only the %(office)s's leader can ask for a report.", office=facts.plan.office)),))
    given = find(incoming.text)
    frame = take_floor(frame, FLOOR, "title")
    return _title(frame, facts, Typed(given.rest)) if given is not None and given.rest else _ask_title(frame)


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next reply."""
    if not may_request(facts.who, facts.plan):
        return end(frame, msg("Only the %(office)s's leader can ask for a report.", office=facts.plan.office))
    reply = read_reply(frame, incoming, numbers=frame.step != "title")
    if reply == Pressed(CANCEL):
        return end(frame, msg("All right, no report is asked for."))
    if reply == Pressed(BACK):
        return _ask_title(take_floor(frame, FLOOR, "title"))
    return {"title": _title, "whom": _whom, "due": _due, "form": _form}.get(frame.step, _sure)(frame, facts, reply)


# --- what -------------------------------------------------------------------------------------------------------------


def _ask_title(frame: Frame, why: Text | None = None) -> Turn:
    return ask(
        frame,
        msg("Which report is it? Type its name, for example: “Báo cáo rà soát hồ bơi”."),
        Choice(CANCEL, msg("Ask for nothing")),
        why=why,
    )


def _title(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    text = reply.text.strip() if isinstance(reply, Typed) else ""
    if not any(letter.isalnum() for letter in text) or len(text) > LONGEST:
        return _ask_title(frame, msg("A name of a few words, please."))
    return _ask_whom(go(frame, "whom", title=text), facts)


# --- of whom ----------------------------------------------------------------------------------------------------------


def _ask_whom(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    names = ", ".join(ward.short.vi for ward in facts.plan.example_wards())
    text = msg("Who is to hand it in? Choose, or type the wards: “%(names)s”.", names=names)
    return ask(frame, text, Choice(_WARDS, msg("All wards")), Choice(_OFFICES, msg("All offices of the plan")), why=why)


def _whom(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    kinds = {_WARDS: UnitKind.WARD, _OFFICES: UnitKind.AGENCY}
    if isinstance(reply, Pressed) and reply.key in kinds:
        units = [unit.id for unit in facts.plan.units if unit.kind is kinds[reply.key]]
        return _ask_due(go(frame, "due", units=list(units)))
    names = list(_names(reply.text, facts)) if isinstance(reply, Typed) else []
    found = [_named(name, facts) for name in names]
    unread = next((name for name, unit in zip(names, found, strict=True) if not unit), "")
    if unread or not found:
        return _ask_whom(frame, facts, msg("“%(name)s” is no unit of the plan.", name=clipped(unread)) if unread else None)
    own = next((name for name, unit in zip(names, found, strict=True) if facts.plan.is_within(facts.plan.division, unit)), "")
    if own:  # it would accept its own report, or wait for one that nobody can hand in
        return _ask_whom(frame, facts, msg("“%(name)s” is not one of those who hand reports in here.", name=clipped(own)))
    return _ask_due(go(frame, "due", units=list(dict.fromkeys(found))))


def _names(text: str, facts: Facts) -> Iterator[str]:
    """Folded names. "Ngọc Lâm và Bồ Đề" are two, "Phòng Giáo dục và Đào tạo" is one."""
    for name in _BETWEEN.split("\n".join(fold(line) for line in text.splitlines())):
        yield from (one for one in ([name] if _called(name, facts) else _AND.split(name)) if one)


def _named(name: str, facts: Facts) -> str:
    """The one unit of that name, "" if none or several."""
    wards = wards_called(name, facts.plan)
    if len(wards) == 1:
        return wards[0]
    same = _called(name, facts)
    return same[0] if len(same) == 1 else ""


def _called(name: str, facts: Facts) -> list[str]:
    """The units that are called exactly so."""
    return [
        unit.id for unit in facts.plan.units if name in {fold(unit.name.vi), fold(unit.short.vi), *(fold(alias) for alias in unit.aliases)}
    ]


# --- by when, in which form -------------------------------------------------------------------------------------------


def _ask_due(frame: Frame, why: Text | None = None) -> Turn:
    return ask(frame, msg("By the end of which day? Type: “thứ 6”, “28/5”."), why=why)


def _due(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    today = facts.now.astimezone(facts.zone).date()
    days = read_days(reply.text, today) if isinstance(reply, Typed) else None
    if days is None or days.first != days.last:
        return _ask_due(frame, msg("That day could not be read."))
    if not today <= days.last or (days.last - today).days > FARTHEST:
        return _ask_due(frame, msg("That day cannot be: it is over, or more than a year ahead."))
    return _ask_form(go(frame, "form", due=days.last.isoformat()), facts)


def _ask_form(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    return ask(frame, msg("In which form?"), *(Choice(form, label) for form, label in _forms(facts)), why=why)


def _forms(facts: Facts) -> Iterator[tuple[str, Text]]:
    """A paper first, then the forms of the plan's reports."""
    yield PAPER, msg("A paper: a file and its main points")
    for form in dict.fromkeys(report.form for report in facts.plan.reports):
        if form != PAPER and form in facts.forms:
            yield form, facts.forms[form].title


def _form(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    if not isinstance(reply, Pressed) or reply.key not in dict(_forms(facts)):
        return _ask_form(frame, facts, msg("Please choose one of these, or type its number."))
    return _ask_sure(go(frame, "sure", form=reply.key), facts)


# --- sure -------------------------------------------------------------------------------------------------------------


def _ask_sure(frame: Frame, facts: Facts, why: Text | None = None) -> Turn:
    due, units = date.fromisoformat(held(frame, "due")), _units(frame)
    names = Join(tuple(unit_name(facts.plan, unit) for unit in units), ", ")
    off = () if is_working_day(due, facts.plan) else (msg("(that is no working day)"),)
    text = lines(
        msg("Please check:"),
        Join(("• ", held(frame, "title")), ""),
        Join((msg("• By the end of %(day)s", day=day_text(due.isoformat())), *off), " "),
        msg("• Form: %(form)s", form=dict(_forms(facts))[held(frame, "form")]),
        msg("• Of %(count)s units: %(names)s", count=len(units), names=names),
    )
    choices = Choice(_YES, msg("Ask for it now"), style="primary"), Choice(BACK, msg("Begin again")), Choice(CANCEL, msg("Ask for nothing"))
    return ask(frame, text, *choices, why=why)


def _units(frame: Frame) -> list[str]:
    found = frame.data.get("units")
    return [str(unit) for unit in found] if isinstance(found, list) else []


def _sure(frame: Frame, facts: Facts, reply: Reply) -> Turn:
    if reply != Pressed(_YES):
        return _ask_sure(frame, facts, msg("Please choose one of these, or type its number."))
    due, title = date.fromisoformat(held(frame, "due")), held(frame, "title")
    wanted = RequestReport(facts.new_id(), title, held(frame, "form"), tuple(_units(frame)), due, facts.plan.division)
    text = msg(
        "📌 The %(office)s asks for a report: %(title)s, by the end of %(day)s. To hand it in, type: %(typed)s",
        office=facts.plan.office, title=title, day=day_text(due.isoformat()), typed=Command("nopbaocao"),
    )  # fmt: skip
    say = Say(text, lane=Lane.REMINDER, purpose="report")
    told = tuple(TellRole(unit, role, say) for unit in _units(frame) for role in owing(facts.plan, unit))
    return end(frame, msg("Asked for. Those who owe it have been told and will be reminded."), wanted, *told)


# --- no longer --------------------------------------------------------------------------------------------------------


def drop(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "huyyeucau 17": of everybody who has not handed it in; the plan's own reports cannot be dropped by chat."""
    expected = facts.expected
    if expected is None:
        return short(frame, incoming, facts, msg("There is no report of that number."))
    if not may_request(facts.who, facts.plan):
        return short(frame, incoming, facts, msg("Only the %(office)s's leader can ask for a report.", office=facts.plan.office))
    if not expected.request:
        return short(frame, incoming, facts, msg("That one is the plan's own report, so it cannot be dropped by chat."))
    turn = short(frame, incoming, facts, msg("“%(title)s” is no longer asked for. What was handed in stays.", title=expected.title))
    say = Say(
        msg("“%(title)s” is no longer asked for. What was handed in stays.", title=expected.title), lane=Lane.REMINDER, purpose="report"
    )
    return replace(turn, commands=(DropRequest(expected.request, say),))
