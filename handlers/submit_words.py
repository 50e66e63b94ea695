"""Expected reports in words: what is owed and until when, and the receipt."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.forms.values import day_text
from handlers.stamps import stamp
from models.facts import Facts
from models.report_facts import Expected
from models.talk import Choice, Join, Label, Lane, Moment, Say, Text, Typed, lines, msg

CARD = "report_card"  # the line in the recipient's room


def name_of(expected: Expected) -> Text:
    """ "Bộ chỉ tiêu, 6 tháng năm 2021"."""
    return Join((expected.short, expected.period_name), ", ")


def unit_name(expected: Expected, facts: Facts) -> Text:
    """The unit's short name; a row of an earlier plan may name one that is gone."""
    return facts.plan.short_of(expected.unit) or expected.unit


def last_day(expected: Expected, facts: Facts) -> date:
    """The last day on which it is on time, by the plan's clock."""
    return (expected.due_at - timedelta(seconds=1)).astimezone(facts.zone).date()


def days_left(expected: Expected, facts: Facts) -> int:
    """Days until the last one: 0 is today, below 0 it is late."""
    return (last_day(expected, facts) - facts.now.astimezone(facts.zone).date()).days


def until(expected: Expected, facts: Facts) -> Text:
    """ "hết ngày 9/5/2021, còn 6 ngày"."""
    left, day = days_left(expected, facts), day_text(last_day(expected, facts).isoformat())
    if left < 0:
        return msg("was due by %(day)s, %(count)s days late", day=day, count=-left)
    if left == 0:
        return msg("due today by midnight")
    return msg("due by the end of %(day)s, %(count)s days left", day=day, count=left)


def line(expected: Expected, facts: Facts, *, with_unit: bool = False) -> Text:
    """One that is owed, on two or three lines of a small screen."""
    head = Join((name_of(expected), *((unit_name(expected, facts),) if with_unit else ()), Join(("(", expected.code, ")"), "")), " ")
    back = msg("Sent back: %(why)s", why=returned_for(expected)) if expected.state == "returned" else None
    return lines(Join(("• ", head), ""), Join(("   ", until(expected, facts)), ""), Join(("   ", back), "") if back is not None else None)


def returned_for(expected: Expected) -> Text:
    """Why it was sent back, in the words of who did; by question these are told where the question stands."""
    return Join(tuple(dict.fromkeys(expected.reasons.values())), "; ")


def on_time(expected: Expected, at: datetime, facts: Facts) -> Text:
    """Whether what was handed in first at that moment is on time, and how late it is."""
    if at < expected.due_at:
        return msg("ON TIME")
    days = (at.astimezone(facts.zone).date() - last_day(expected, facts)).days
    return msg("%(count)s days late", count=days)


def receipt(expected: Expected, facts: Facts, *, again: bool) -> Text:
    """What whoever handed it in keeps: what, whose, when exactly, and what comes next."""
    first = expected.first_at or facts.now
    after = (
        msg(
            "%(who)s will look at it and tell you here. To put something right before that, type: %(typed)s",
            who=_recipient(expected, facts),
            typed=Typed(f"nop {expected.number}"),
        )
        if expected.recipient
        else msg("It goes out of the service, so this closes it.")
    )
    head = msg("✅ HANDED IN AGAIN") if again else msg("✅ HANDED IN")
    what = Join((name_of(expected), Join(("(", expected.code, ")"), "")), " ")
    stamp = msg("Received %(time)s. %(on_time)s.", time=Moment(facts.now), on_time=on_time(expected, first, facts))
    return lines(head, what, unit_name(expected, facts), stamp, after)


def _recipient(expected: Expected, facts: Facts) -> Text:
    try:
        return facts.plan.unit(expected.recipient).short
    except KeyError:
        return facts.plan.office


def true_state(expected: Expected, facts: Facts) -> Text:
    """How it stands, to somebody who comes too late, too early or a second time."""
    what = Join((name_of(expected), Join(("(", expected.code, ")"), "")), " ")
    if expected.state == "accepted":
        return msg(
            "%(what)s has been accepted, so it cannot be changed here. If something is wrong, ask the %(office)s to send it back.",
            what=what, office=facts.plan.office_of(expected.recipient),
        )  # fmt: skip
    if expected.state == "dropped":
        return msg("%(what)s is no longer asked for. You need do nothing.", what=what)
    if facts.now < expected.opens_at:
        return msg("%(what)s can be handed in from %(day)s.", what=what, day=Moment(expected.opens_at, "date"))
    return msg(
        "%(what)s has been locked since %(day)s. The %(office)s's leader can open it again: please telephone them.",
        what=what, day=Moment(expected.unlocked_until or expected.expires_at, "date"), office=facts.plan.office_of(expected.recipient),
    )  # fmt: skip


def already(expected: Expected, facts: Facts) -> Text:
    """To a second press: it stands, and since when."""
    what = Join((name_of(expected), Join(("(", expected.code, ")"), "")), " ")
    at = expected.handed_at or facts.now
    return lines(
        msg("%(what)s is handed in: %(who)s, %(time)s. Nothing has changed since.", what=what, who=_by(expected), time=Moment(at)),
        on_time(expected, expected.first_at or at, facts),
        msg("To put something right, type: %(typed)s", typed=Typed(f"nop {expected.number}")),
    )


def meanwhile(expected: Expected) -> Text:
    """Above the review of somebody who has not seen yet that a colleague has handed it in."""
    at = Moment(expected.handed_at, "short") if expected.handed_at is not None else ""
    return msg("%(who)s has handed this in meanwhile (%(time)s). Please look once more.", who=_by(expected), time=at)


def _by(expected: Expected) -> Text:
    return expected.handed_by_name or msg("A colleague")


def accept_key(expected: Expected, handed_at: datetime | None = None) -> str:
    """A choice that accepts what was handed in at that moment, and nothing newer (rule 5)."""
    return f"report_accept:{expected.id}.{stamp(handed_at or expected.handed_at)}"


def in_public(expected: Expected) -> Expected:
    """As a group may read it: the name of an ad-hoc report was typed by a person, and anything may stand in it (rule 7)."""
    if not expected.request:
        return expected
    name = Label("Báo cáo đột xuất", "Ad-hoc report")
    return replace(expected, title=name, short=name)


def told_recipient(expected: Expected, facts: Facts, *, again: bool, zero: bool) -> Say:
    """One line for the recipient's room: figures are read in private, so none stands here."""
    expected = in_public(expected)
    what = Join((unit_name(expected, facts), name_of(expected)), ": ")
    head = (
        msg("📄 %(code)s put right: %(what)s", code=expected.code, what=what)
        if again
        else msg("📄 %(code)s handed in: %(what)s", code=expected.code, what=what)
    )
    text = lines(head, on_time(expected, expected.first_at or facts.now, facts), msg("It states that there was nothing.") if zero else None)
    number = expected.number
    choices = (
        Choice(f"report_see:{expected.id}", msg("Look at it"), action=True, typed=f"xembc {number}"),
        Choice(accept_key(expected, facts.now), msg("Accept"), action=True, typed=f"duyet {number}"),
        Choice(f"report_return:{expected.id}", msg("Send back"), action=True, typed=f"tra {number}"),
    )
    return Say(text, choices, lane=Lane.REMINDER, silent=True, purpose=CARD, about=expected.id)


def not_any_more(expected: Expected, facts: Facts) -> Text:
    """What the room reads of a report whose only file could not be kept."""
    expected = in_public(expected)
    what = Join((unit_name(expected, facts), name_of(expected)), ": ")
    return lines(
        msg("↩ %(code)s is owed again: %(what)s", code=expected.code, what=what),
        msg("Its file could not be kept, and it held nothing else. The unit has been told."),
    )


def decided(expected: Expected, facts: Facts, *, accepted: bool) -> Text:
    """What the room's line reads once it is decided, so that nobody else goes for it."""
    expected = in_public(expected)
    what, who = Join((unit_name(expected, facts), name_of(expected)), ": "), facts.who.name if facts.who is not None else ""
    if accepted:
        return msg("✅ %(code)s accepted by %(who)s: %(what)s", code=expected.code, who=who, what=what)
    return msg("↩ %(code)s sent back by %(who)s: %(what)s", code=expected.code, who=who, what=what)
