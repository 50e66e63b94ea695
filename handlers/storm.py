"""Storms: many cases at once. In one chat nine come on cards of their own within five minutes; the tenth and those behind it stand in one
message, as long as that lasts. Khẩn cấp always comes alone, and a restricted case never comes to a room.

Each case keeps its own ladder. The codes stand first, so that the plain and short text that a platform's refusal leaves still names every case.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from handlers import ladder
from handlers.card import KIND, known
from models.facts import Case
from models.plan import Plan
from models.talk import N_, Join, Text, Typed, lines, msg

SPAN = timedelta(minutes=5)
SINGLES = 9  # cases told one by one in one chat within the span
MOST = 40  # cases in one message: all of its text stays below the smallest limit of a channel, 2,000 characters


def is_bundled(case: Case, others: int) -> bool:
    """Whether a case goes into the chat's one message; `others`: how many other cases were told there within the span."""
    return others >= SINGLES and case.severity != ladder.URGENT and not case.restricted


def storm(cases: Sequence[Case], plan: Plan) -> Text:
    """All codes by severity and state, then where by kind; never anything that was typed."""
    if not cases:
        return msg("📚 This list no longer holds: each of its cases is told on its own, or elsewhere.")
    number = next((case.number for case in reversed(cases) if case.taken_at is None), cases[-1].number)
    return lines(
        msg("📚 Many at once: %(count)s cases in one message, none of them URGENT", count=len(cases)),
        *_codes(cases, plan),
        *_places(cases, plan),
        msg("To read one, type: %(read)s. To take it: %(take)s", read=Typed(f"chitiet {number}"), take=Typed(f"nhan {number}")),
    )


def _codes(cases: Sequence[Case], plan: Plan) -> Iterator[Text]:
    """Those that nobody has taken first, the highest severity before the others."""
    waiting = [case for case in cases if case.taken_at is None]
    for level in plan.severity_rules.levels:
        yield from _line(f"⏳ {level.sign}", [case for case in waiting if case.severity == level.id])
    known_levels = {level.id for level in plan.severity_rules.levels}
    yield from _line("⏳", [case for case in waiting if case.severity not in known_levels])
    yield from _line("✅", [case for case in cases if case.taken_at is not None and case.status != "closed"])
    yield from _line("✔", [case for case in cases if case.status == "closed"])


def _line(sign: str, cases: Sequence[Case]) -> Iterator[Text]:
    if cases:
        yield " ".join([sign, *(case.code for case in cases)])


def _places(cases: Sequence[Case], plan: Plan) -> Iterator[Text]:
    """A line for each kind: the wards with the numbers of their cases."""
    for kind in dict.fromkeys(case.kind for case in cases):
        there = [case for case in cases if case.kind == kind]
        wards = dict.fromkeys(case.ward for case in there)
        named = tuple(
            Join((_ward(ward, plan), ", ".join(str(case.number) for case in there if case.ward == ward)), separator=" ") for ward in wards
        )
        yield Join((known(KIND, kind, N_("Kind not known yet")), Join(named, separator="; ")), separator=": ")


def _ward(ward: str, plan: Plan) -> Text:
    """Its short name: forty of them stand in one message."""
    if not ward:
        return msg("ward not known yet")
    return plan.short_of(ward) or msg("(unit not in this plan)")
