"""How legal clocks are said: on cards, in details, in reminders. Names of duties, codes and hours, and never a word of a report (rule 7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.facts import Case, RunningClock
from models.plan import Plan
from models.talk import N_, Join, Label, Moment, Text, Typed, lines, msg

BASIS = {
    "event": N_("counted from when it happened"),
    "receipt": N_("counted from the receipt"),
    "statement": N_("counted from the step before it"),
}
RECEIPT = timedelta(hours=24)  # what the ward sees beside an hour that counts from the event


def hour(at: datetime, plan: Plan) -> Text:
    """An hour of a day; midnight is the end of the day before it, as deadlines are written."""
    local = at.astimezone(plan.zone)
    if (local.hour, local.minute) == (0, 0):
        return msg("24:00 %(date)s", date=Moment(at - timedelta(minutes=1), "date"))
    return Moment(at, "short")


# --- cards and details ------------------------------------------------------------------------------------------------


def card_lines(clocks: Sequence[RunningClock], plan: Plan, now: datetime) -> tuple[Text, ...]:
    """What a room sees: the written report, the emergency's hours, and whatever is overdue; what is owed at once, when it has been asked for."""
    return tuple(clock_line(clock, plan, now) for clock in clocks if clock.running and _on_card(clock, plan))


def _on_card(clock: RunningClock, plan: Plan) -> bool:
    if plan.clock(clock.kind).at_once:
        return clock.raised > 0
    return clock.overdue or clock.kind in {"written", "emergency"}


def clock_line(clock: RunningClock, plan: Plan, now: datetime) -> Text:
    """One clock: what, until when, counted from what."""
    if not clock.running:
        return msg("✔ %(duty)s: done", duty=clock.name)
    if plan.clock(clock.kind).at_once:
        return msg("☎ %(duty)s: not confirmed yet", duty=clock.name)
    basis = msg(BASIS[clock.basis])
    if clock.overdue:
        return msg("⏰ %(duty)s: OVERDUE since %(due)s (%(basis)s)", duty=clock.name, due=hour(clock.due_at, plan), basis=basis)
    return msg("⏱ %(duty)s: %(until)s (%(basis)s)", duty=clock.name, until=until(clock, plan, now), basis=basis)


def until(clock: RunningClock, plan: Plan, now: datetime) -> Text:
    """When it is wanted, and the latest that the law lets pass."""
    latest = hour(clock.due_at, plan)
    if clock.strict_at is None or now >= clock.strict_at:
        return msg("at the latest %(due)s", due=latest)
    return msg("best by %(strict)s, at the latest %(due)s", strict=hour(clock.strict_at, plan), due=latest)


def details_lines(case: Case, clocks: Sequence[RunningClock], plan: Plan, now: datetime) -> tuple[Text, ...]:
    """Every clock with its law."""
    return tuple(lines(clock_line(clock, plan, now), *_small_print(case, clock, plan)) for clock in clocks)


def _small_print(case: Case, clock: RunningClock, plan: Plan) -> tuple[Text, ...]:
    if not clock.running:
        return (msg("   stated for %(time)s", time=hour(clock.stated_at, plan)),) if clock.stated_at else ()
    rule = plan.clock(clock.kind)
    parts = (clock.law, rule.start.reason, rule.note, from_receipt(case, clock, plan), why_receipt(clock, plan))
    return (Join(("   ", Join(tuple(part for part in parts if part), separator="; ")), separator=""),)


def from_receipt(case: Case, clock: RunningClock, plan: Plan) -> Text | None:
    """What the ward, which may have heard of it only then, sees beside an hour that counts from the event."""
    if clock.basis != "event":
        return None
    return msg("24 hours from the receipt: %(time)s", time=hour(case.received_at + RECEIPT, plan))


def why_receipt(clock: RunningClock, plan: Plan) -> Text | None:
    """Said where the law counts from the event and nobody can tell it: a date must not be made up for the sake of a deadline."""
    if clock.basis != "receipt" or plan.clock(clock.kind).start.basis != "event":
        return None
    return msg("when it happened is not known, lasts, or lies far back: write only what is known, no date is asked for")


# --- reminders --------------------------------------------------------------------------------------------------------


def reminder(case: Case, clock: RunningClock, plan: Plan, now: datetime) -> Text:
    """Code, duty, hour, law; how to see more, how to say that it is done."""
    rule = plan.clock(clock.kind)
    return lines(
        msg("%(code)s · %(line)s", code=case.code, line=clock_line(clock, plan, now)),
        msg("The reporter says that they telephoned. Please check and confirm it.") if rule.at_once and case.called == "yes" else None,
        *_small_print(case, clock, plan),
        *ways(case, rule.ask),
    )


def moved(case: Case, clock: RunningClock, before: datetime, plan: Plan, now: datetime) -> Text:
    """The answer about when it happened has changed, and the latest hour with it."""
    return lines(
        msg("%(code)s: what is known of the time has changed, so the latest hour was counted anew.", code=case.code),
        clock_line(clock, plan, now),
        msg("Until now it was: %(time)s", time=hour(before, plan)),
        *_small_print(case, clock, plan),
    )


def ways(case: Case, ask: Label) -> tuple[Text, ...]:
    """What can be typed."""
    return (
        msg("When it is done, tell me in our private chat (%(what)s): /xacnhan %(number)s", what=ask, number=case.number),
        msg("To see the details, type: %(typed)s", typed=Typed(f"chitiet {case.number}")),
    )


def telephone_please(case: Case, plan: Plan, phone: str) -> Text:
    """To a reporter who asked how it stands and who may safely be written to."""
    return lines(
        msg("This has to be reported to the %(office)s by telephone at once.", office=plan.office),
        msg("On duty at the %(office)s: %(phone)s", office=plan.office, phone=phone) if phone else None,
        msg("If you have telephoned, please tell me with whom you spoke and when: /xacnhan %(number)s", number=case.number),
    )


def telephone_claimed(case: Case) -> Text:
    """To the ward: a reporter says something, an officer confirms it."""
    return lines(
        msg("☎ %(code)s: the reporter says that they telephoned. Please check and confirm it.", code=case.code),
        msg("In our private chat: /xacnhan %(number)s", number=case.number),
    )
