"""/hanbaocao: all dates ahead of the units that somebody hands in for, and how many of all units have handed in to the ones they look after.

1. What is late and still owed stands first, because the list goes by date.
2. Eight dates a page; "hanbaocao 2" is the next one.
3. It asks nothing, so an open dialogue goes on as it was.
"""

from datetime import timedelta

from handlers.commands import find
from handlers.forms.values import day_text
from handlers.submit_words import last_day, name_of, unit_name, until
from models.facts import Facts
from models.report_facts import Expected, Round
from models.talk import Frame, Incoming, Join, Moment, Say, Text, Turn, Typed, lines, msg

PAGE = 8
_AN_INSTANT = timedelta(seconds=1)  # an end that is midnight belongs to the day before


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The list for whoever asks."""
    return Turn(frame, (Say(_listed(facts, _page(incoming))),))


def _page(incoming: Incoming) -> int:
    given = find(incoming.text)
    return int(given.number) if given is not None and given.number else 1


def _listed(facts: Facts, page: int) -> Text:
    own, rounds = facts.ahead.own, facts.ahead.rounds
    count = len(own) + len(rounds)
    if not count:
        return msg("There is no date ahead: nothing more is asked for in the plan just now.")
    pages = -(-count // PAGE)
    page = min(max(page, 1), pages)
    begin, behind = (page - 1) * PAGE, page * PAGE
    theirs = rounds[max(0, begin - len(own)) : max(0, behind - len(own))]
    return lines(
        *_own(own[begin:behind], facts), *_theirs(theirs, facts), _to_do(facts),
        msg("Page %(page)s of %(pages)s. The next one, type: %(next)s", page=page, pages=pages, next=Typed(f"hanbaocao {page % pages + 1}"))
        if pages > 1 else None,
    )  # fmt: skip


def _to_do(facts: Facts) -> Text | None:
    if not any(can_hand_in(expected, facts) for expected in facts.ahead.own):
        return None
    return msg("To hand one in, type: %(typed)s", typed=Typed("nopbaocao"))


def can_hand_in(expected: Expected, facts: Facts) -> bool:
    """Whether it is owed, open and not locked just now."""
    return expected.owed and expected.opens_at <= facts.now and not expected.locked(facts.now)


# --- the sender's units -----------------------------------------------------------------------------------------------


def _own(shown: tuple[Expected, ...], facts: Facts) -> tuple[Text, ...]:
    if not shown:
        return ()
    units = {expected.unit for expected in facts.ahead.own}
    head = msg("Dates of your reports:") if len(units) > 1 else msg("Dates of reports, %(unit)s:", unit=unit_name(shown[0], facts))
    return head, *(_line(expected, facts, with_unit=len(units) > 1) for expected in shown)


def _line(expected: Expected, facts: Facts, *, with_unit: bool) -> Text:
    owner = (unit_name(expected, facts),) if with_unit else ()
    what = Join((Join((name_of(expected), *owner), " · "), Join(("(", expected.code, ")"), "")), " ")
    return _two_lines(what, Join((_when(expected, facts), _state(expected, facts)), " · "))


def _two_lines(what: Text, how: Text) -> Text:
    return lines(Join(("• ", what), ""), Join(("   ", how), ""))


def _when(expected: Expected, facts: Facts) -> Text:
    """What is left is told of what is owed: whoever has handed in needs no countdown."""
    return (
        until(expected, facts) if expected.owed else msg("due by the end of %(day)s", day=day_text(last_day(expected, facts).isoformat()))
    )


def _state(expected: Expected, facts: Facts) -> Text:
    if expected.state == "accepted":
        return msg("accepted, nothing is left to do")
    if expected.state == "handed_in":
        return msg("handed in, on time") if expected.on_time() else msg("handed in late")
    if expected.locked(facts.now):
        return msg("locked: please telephone the %(office)s", office=facts.plan.office_of(expected.recipient))
    if expected.unlocked_until is not None and facts.now >= expected.expires_at:
        return msg("opened again until %(day)s", day=Moment(expected.unlocked_until - _AN_INSTANT, "date"))
    if facts.now < expected.opens_at:
        return msg("can be handed in from %(day)s", day=Moment(expected.opens_at, "date"))
    if expected.state == "returned":
        return msg("sent back, to be put right")
    return msg("begun, not handed in yet") if expected.submission else msg("not handed in yet")


# --- those who hand in to them ----------------------------------------------------------------------------------------


def _theirs(shown: tuple[Round, ...], facts: Facts) -> tuple[Text, ...]:
    if not shown:
        return ()
    office = facts.plan.office_of(shown[0].one.recipient)
    return msg("Dates of the units that hand in to the %(office)s:", office=office), *(_counted(one, facts) for one in shown)


def _counted(round_: Round, facts: Facts) -> Text:
    parts: list[Text] = [until(round_.one, facts), msg("handed in: %(here)s of %(all)s", here=round_.here, all=round_.all)]
    if round_.returned:
        parts.append(msg("sent back: %(count)s", count=round_.returned))
    return _two_lines(name_of(round_.one), Join(tuple(parts), " · "))
