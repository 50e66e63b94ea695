"""What is on offer for a question: the choices of the form, of the plan, of the clock, and the reporter's own units first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from handlers.forms.values import figure_text, span_value
from handlers.reading.folding import fold
from handlers.reading.when import Span, read_when
from models.facts import Facts
from models.form import Question, QuestionType
from models.plan import Plan, Unit, UnitKind
from models.talk import Join, Json, Text, msg

_folded = lru_cache(maxsize=1024)(fold)  # words of forms and plans: nearly always the same few hundred
WARDS_SHOWN = 8  # a list that fits a small screen together with "other ward" and "back"
PAGE = "_page"
AS_BEFORE = "_as_before"  # every figure of a block as in the report before


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice with the value that it stands for. `then` is an effect by name; `fills` answers other questions in the same tap."""

    key: str
    label: Text
    value: Json
    hint: Text = ""
    said: Text = ""  # how the review says it, where the bare label would be a riddle ("Có")
    also: tuple[str, ...] = ()
    then: str = ""
    fills: Mapping[str, Json] = field(default_factory=dict)
    turns: bool = False  # turns to more choices instead of answering


def offers(question: Question, facts: Facts, values: Mapping[str, Json], page: int = 0) -> tuple[Offer, ...]:
    """Everything that can be chosen for the question now; `values` are the answers so far, `page` the page of a long list."""
    if question.type is QuestionType.UNIT:
        return tuple(_wards(question, facts, page) if question.level == "ward" else _neighbourhoods(facts, values))
    if question.type is QuestionType.DATETIME:
        return tuple(_times(question, facts))
    if question.type is QuestionType.DATE:
        return tuple(_days(question, facts))
    if question.figure:
        return tuple(_known(question, facts))
    return tuple(_listed(question, facts))


def all_offers(question: Question, facts: Facts) -> tuple[Offer, ...]:
    """Everything that an answer to the question can be, on whatever page, to show a stored answer or to read a typed one."""
    if question.type is QuestionType.UNIT and question.level == "ward":
        return tuple(_ward(facts, unit) for unit in wards(facts))
    return tuple(_listed(question, facts))


def spoken(found: tuple[Offer, ...]) -> dict[str, str]:
    """Folded words for keys, beyond the labels themselves."""
    return {_folded(word): offer.key for offer in found for word in offer.also}


# --- lists ------------------------------------------------------------------------------------------------------------


def _listed(question: Question, facts: Facts) -> Iterator[Offer]:
    for choice in question.choices:
        yield Offer(choice.name, choice.label, choice.name, choice.hint or "", choice.said or "", choice.also, choice.then or "")
    if question.choices_from:
        for item in facts.plan.lists[question.choices_from]:
            yield Offer(item.id, item.name, item.id, item.hint or "", also=question.also.get(item.id, ()))


# --- units ------------------------------------------------------------------------------------------------------------


def wards(facts: Facts) -> tuple[str, ...]:
    """The plan's wards, in its order."""
    return tuple(unit.id for unit in facts.plan.wards())


def own_units(facts: Facts, kind: UnitKind) -> tuple[str, ...]:
    """Units of that kind that the sender belongs to, directly or through what lies within them."""
    found = [unit.id for held in (facts.who.held if facts.who else ()) for unit in _upwards(facts.plan, held.unit) if unit.kind is kind]
    return tuple(dict.fromkeys(found))


def ward_of(plan: Plan, unit: str) -> str:
    """The ward that a unit is or lies in; "" if none."""
    return next((one.id for one in _upwards(plan, unit) if one.kind is UnitKind.WARD), "")


def _upwards(plan: Plan, unit: str | None) -> Iterator[Unit]:
    known = {one.id: one for one in plan.units}
    while unit in known:
        yield known[unit]
        unit = known[unit].parent


def _ward(facts: Facts, unit: str) -> Offer:
    return Offer(unit, facts.plan.unit(unit).name, unit)


def _wards(question: Question, facts: Facts, page: int) -> Iterator[Offer]:
    own = own_units(facts, UnitKind.WARD)
    if page == 0 and own:
        for unit in own_units(facts, UnitKind.NEIGHBOURHOOD) if question.fills else ():
            ward = ward_of(facts.plan, unit)
            label = Join((facts.plan.unit(unit).name, facts.plan.unit(ward).name), separator=", ")
            yield Offer(f"own.{unit}", label, ward, fills={question.fills or "": unit})
        yield from (_ward(facts, unit) for unit in own)
        yield Offer(f"{PAGE}1", msg("Another ward"), None, turns=True)
        return
    others = [unit for unit in wards(facts) if unit not in own]
    pages = max(1, -(-len(others) // WARDS_SHOWN))
    here = (page - 1 if own else page) % pages
    yield from (_ward(facts, unit) for unit in others[here * WARDS_SHOWN :][:WARDS_SHOWN])
    if pages > 1:
        yield Offer(f"{PAGE}{page + 1}", msg("More wards"), None, turns=True)


def _neighbourhoods(facts: Facts, values: Mapping[str, Json]) -> Iterator[Offer]:
    for unit in own_units(facts, UnitKind.NEIGHBOURHOOD):
        if ward_of(facts.plan, unit) == values.get("ward"):
            yield Offer(unit, facts.plan.unit(unit).name, unit)


# --- times ------------------------------------------------------------------------------------------------------------


def _times(question: Question, facts: Facts) -> Iterator[Offer]:
    now = facts.now.astimezone(facts.zone)
    for choice in question.choices:
        if choice.reads is None:
            value: Json = {"start": None, "end": None, "approximate": True, "precision": choice.name, "text": ""}
            yield Offer(choice.name, choice.label, value, choice.hint or "", also=choice.also)
        elif isinstance(span := read_when(choice.reads, now), Span):  # "sáng nay" is not on offer at two in the morning
            yield Offer(choice.name, choice.label, span_value(span, choice.reads), choice.hint or "", also=choice.also)


def _days(question: Question, facts: Facts) -> Iterator[Offer]:
    now = facts.now.astimezone(facts.zone)
    for choice in question.choices:
        span = read_when(choice.reads or choice.name, now)
        if isinstance(span, Span):
            yield Offer(choice.name, choice.label, span.start.date().isoformat(), choice.hint or "", also=choice.also)


# --- figures ----------------------------------------------------------------------------------------------------------


def _known(question: Question, facts: Facts) -> Iterator[Offer]:
    """What the service knows already: to be confirmed or changed."""
    if question.cases is not None and question.cases in facts.known.cases:
        cases = facts.known.cases[question.cases]
        yield Offer("by_cases", msg("As the service counts"), cases, figure_text(cases), also=("he thong", "theo he thong"))
    last = facts.known.last.get(question.name)
    if isinstance(last, int | float):
        yield Offer("as_before", msg("As in the report before"), last, figure_text(last), also=("ky truoc", "nhu ky truoc", "nhu cu"))


def before_all(block: Sequence[Question], facts: Facts) -> tuple[Json, ...]:
    """The figures of the report before for a whole block, to be confirmed in one answer; none unless all of them are known."""
    found = tuple(facts.known.last.get(question.name) for question in block)
    return found if len(found) > 1 and all(isinstance(value, int | float) for value in found) else ()
