"""What somebody typed, read for the question's type: a value, or one sentence that says why it was not understood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from handlers.forms.figures import Unread, read_figures
from handlers.forms.names import CONSTRAINTS
from handlers.forms.offers import all_offers, offers
from handlers.forms.values import birth_text, birth_value, day_text, span_text, span_value
from handlers.reading.folding import fold
from handlers.reading.names import read_phone
from handlers.reading.units import UnitName, find_unit
from handlers.reading.when import Unclear, read_age_or_birth, read_when
from models.facts import Facts
from models.form import Question, QuestionType
from models.plan import Plan
from models.talk import N_, Json, Label, Text, msg

_NEIGHBOURHOOD = re.compile(r"(?:(?:to dan pho|tdp|to|khu pho|kp|khu)\s*)?(?:so\s*)?(\d{1,3}[a-z]?)")
_LASTING = re.compile(
    r"(?:(?:da|duoc|keo dai|tu|khoang|gan|hon|suot)\s+)*"
    r"(?:\d{1,2}|may|vai|hai|ba|bon|nam|sau|bay|tam|chin|muoi|nhieu)\s+"
    r"(?:ngay|hom|bua|tuan|thang|nam)\s+nay(?:\s+roi)?"
)
"""Folded words for what has lasted until now ("3 tháng nay rồi"): no day of an event, so none is made of it."""
_ALTERNATIVES = 2  # other readings on offer beside the likeliest one

WHEN: Mapping[str, str] = {
    "empty": N_("That time could not be read. Try: “8h tối qua”, “thứ 7 tuần trước”, “15/3”."),
    "not_understood": N_("That time could not be read. Try: “8h tối qua”, “thứ 7 tuần trước”, “15/3”."),
    "future": N_("That time has not come yet. When did it happen?"),
    "lunar": N_("That sounds like a date of the lunar calendar. Which day was it by the solar one?"),
    "ambiguous": N_("That could be more than one time. Which is right?"),
    "impossible": N_("There is no such day or hour. When did it happen?"),
    "too_old": N_("That is too long ago. When did it happen?"),
}
BIRTH: Mapping[str, str] = {
    "future": N_("That day has not come yet. When was the child born, or about how old is the child?"),
    "too_old": N_("That would be an adult. Please give the child's age once more."),
    "": N_("That age could not be read. Try: “8 tuổi”, “10 tháng”, “15/3/2016”."),
}
_UNREAD = "unread"
DAYS: Mapping[str, str] = {
    "future": N_("That day has not come yet. Up to which day are the figures?"),
    _UNREAD: N_("That day could not be read. Try: “hôm nay”, “30/4”, “9/5/2021”."),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A value, how it was understood (to be shown back), and other readings of the same words."""

    value: Json
    shown: Text | None = None
    others: tuple[Json, ...] = ()
    fills: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Misread:
    """Why it was not taken; `candidates` are values worth one tap."""

    why: Text
    candidates: tuple[Json, ...] = ()


Parser = Callable[[Question, str, Facts], Read | Misread]


def parse(question: Question, text: str, facts: Facts) -> Read | Misread:
    """Read typed words as an answer to the question."""
    read = PARSERS[question.type](question, text.strip(), facts)
    if isinstance(read, Read) and question.constraint:
        why = CONSTRAINTS[question.constraint](read.value)
        return Misread(why) if why else read
    return read


def _select(question: Question, text: str, facts: Facts) -> Read | Misread:
    folded = fold(text)
    for offer in all_offers(question, facts):
        if folded in {fold(word) for word in (*_labels(offer.label), *offer.also)}:
            return Read(offer.value)
    return Misread(msg("Please choose one of these, or type its number."))


def _labels(label: Text) -> tuple[str, ...]:
    return (label.vi, label.en) if isinstance(label, Label) else ()


def _text(_question: Question, text: str, _facts: Facts) -> Read | Misread:
    return Read(text)


def _datetime(question: Question, text: str, facts: Facts) -> Read | Misread:
    for offer in offers(question, facts, {}):
        if fold(text) in {fold(word) for word in offer.also}:
            return Read(offer.value)
    lasting = next((offer for offer in offers(question, facts, {}) if offer.key == "ongoing"), None)
    if lasting is not None and isinstance(lasting.value, dict) and _LASTING.fullmatch(fold(text)):
        return Read({**lasting.value, "text": text}, lasting.label)
    read = read_when(text, facts.now.astimezone(facts.zone))
    if isinstance(read, Unclear):
        return Misread(msg(WHEN[read.reason]), tuple(span_value(span, text) for span in read.candidates[: _ALTERNATIVES + 1]))
    return Read(span_value(read, text), span_text(read), tuple(span_value(span, text) for span in read.also[:_ALTERNATIVES]))


def _birth(_question: Question, text: str, facts: Facts) -> Read | Misread:
    read = read_age_or_birth(text, facts.now.astimezone(facts.zone))
    if isinstance(read, Unclear):
        return Misread(msg(BIRTH.get(read.reason, BIRTH[""])))
    value = birth_value(read, text)
    return Read(value, birth_text(value) if isinstance(value, dict) else None)


def _unit(question: Question, text: str, facts: Facts) -> Read | Misread:
    if question.level == "neighbourhood":
        number = _NEIGHBOURHOOD.fullmatch(fold(text))
        value = number[1] if number else text
        return (
            Read(value, neighbourhood_text(value))
            if fold(text)
            else Misread(msg("Please type the number of the neighbourhood, for example: 5."))
        )
    return _ward(text, facts)


def _ward(text: str, facts: Facts) -> Read | Misread:
    found = wards_called(text, facts.plan)
    if len(found) == 1:
        return Read(found[0], facts.plan.unit(found[0]).name)
    if found:
        return Misread(msg("More than one ward may be meant. Which is it?"), tuple(found))
    return Misread(msg("No ward here has that name. Please type it once more, or choose below."))


def wards_called(text: str, plan: Plan) -> list[str]:
    """The wards that a text may mean. The name of a later or earlier unit means every ward that may share land with it, because the borders cut
    through each other; written in full it is rather that unit than a ward whose name it resembles."""
    own = [UnitName(unit.id, (unit.name.vi, unit.short.vi, unit.short.en, *unit.aliases)) for unit in plan.wards()]
    match = find_unit(text, own)
    if match.exact:
        return list(match.ids)
    other = find_unit(text, [UnitName(unit.id, (unit.name.vi, unit.short.vi)) for unit in plan.other_units])
    if match.ids and not other.exact:
        return list(match.ids)
    return list(dict.fromkeys(ward.id for unit in other.ids for ward in plan.sharing(unit)))


def neighbourhood_text(typed: str) -> Text:
    """A neighbourhood that the plan does not know: by its number, or as typed."""
    return msg("neighbourhood %(number)s", number=typed) if typed[:1].isdigit() else typed


def _phone(_question: Question, text: str, _facts: Facts) -> Read | Misread:
    number = read_phone(text)
    return Read(number, number) if number else Misread(msg("That is not a full telephone number. Example: 0912 345 678."))


def _photo(_question: Question, _text: str, _facts: Facts) -> Read | Misread:
    return Misread(msg("Send photos here, or choose below."))


def _file(_question: Question, _text: str, _facts: Facts) -> Read | Misread:
    return Misread(msg("Send files here, or choose below."))


def _figure(question: Question, text: str, _facts: Facts) -> Read | Misread:
    read = read_figures(text, (question,))
    if isinstance(read, Unread):
        return Misread(read.why)
    return Read(read.values[0][1])


def _date(_question: Question, text: str, facts: Facts) -> Read | Misread:
    """A day, today at the latest. Of two readings that differ in the day none is taken."""
    read = read_when(text, facts.now.astimezone(facts.zone))
    if isinstance(read, Unclear):
        return Misread(msg(DAYS.get(read.reason, DAYS[_UNREAD])))
    first, last = read.start.date(), (read.end - timedelta(microseconds=1)).date()
    if first != last or read.precision in {"week", "month"}:
        return Misread(msg(DAYS[_UNREAD]))
    return Read(first.isoformat(), day_text(first.isoformat()))


PARSERS: Mapping[QuestionType, Parser] = {
    QuestionType.SELECT_ONE: _select,
    QuestionType.TEXT: _text,
    QuestionType.DATETIME: _datetime,
    QuestionType.BIRTH: _birth,
    QuestionType.UNIT: _unit,
    QuestionType.PHONE: _phone,
    QuestionType.PHOTO: _photo,
    QuestionType.FILE: _file,
    QuestionType.INTEGER: _figure,
    QuestionType.DECIMAL: _figure,
    QuestionType.DATE: _date,
}
