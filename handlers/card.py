"""The card of a case: what a group may know. It is made of the incident's columns alone, and a word that is not in the tables below is
never shown, so nothing that somebody typed can reach a room (DESIGN rule 7; NĐ 56/2017 Điều 33)."""

from collections.abc import Sequence
from datetime import datetime

from handlers.clock_words import card_lines
from handlers.wording import unit_name
from models.facts import Case, RunningClock, Service
from models.plan import Plan
from models.talk import N_, Choice, Join, Lane, Moment, Say, Text, Typed, lines, msg

KIND = {
    "violation": N_("Violence or abuse"),
    "injury": N_("Accident or injury"),
    "need": N_("At risk or in need of help"),
}
DANGER = {
    "danger": N_("Child: STILL IN DANGER"),
    "safe": N_("Child: safe for now"),
    "unknown": N_("Child: not known whether safe"),
}
SOURCE = {
    "collaborator": N_("Source: collaborator"),
    "citizen": N_("Source: citizen, not verified"),
    "child": N_("Source: perhaps a child"),
}
CAME_BY = {
    "phone": N_("Source: telephone, written down by an officer"),
    "hotline": N_("Source: hotline 111, written down by an officer"),
    "in_person": N_("Source: face to face, written down by an officer"),
}
CALLED = {
    # Only the division is asked about: to say that 113 or 115 is on its way would be a guess that could cost a life.
    "yes": N_("Telephoned the %(office)s: yes (113/115: ask the reporter)"),
    "no": N_("Telephoned the %(office)s: NOT YET (113/115: ask the reporter)"),
    "": N_("113/115 and %(office)s: not known whether called"),
}


def card(case: Case, plan: Plan, now: datetime, service: Service, clocks: Sequence[RunningClock] = ()) -> Text:
    """The whole card. `now` only tells what is overdue: an hour, not a countdown, because an old card does not tick; `service` gives the number to
    ring where nobody has."""
    return lines(
        headline(case, plan),
        Join((known(KIND, case.kind, N_("Kind not known yet")), where(case, plan)), separator=" · "),
        known(DANGER, case.danger, DANGER["unknown"]),
        source(case),
        called(case, plan, service),
        *card_lines(clocks, plan, now),
        *flags(case, plan),
        state(case),
    )


def headline(case: Case, plan: Plan) -> Text:
    """Severity in words and a sign, and the code."""
    try:
        level = plan.level(case.severity)
    except KeyError:
        return case.code
    return Join((Join((level.sign, level.name), separator=" "), case.code), separator=" · ")


def known(words: dict[str, str], word: str, otherwise: str) -> Text:
    return msg(words.get(word, otherwise))


def source(case: Case) -> Text:
    """From whom it is, or how it came where an officer wrote it down."""
    return msg(CAME_BY[case.came_by]) if case.came_by in CAME_BY else known(SOURCE, case.source, SOURCE["citizen"])


def where(case: Case, plan: Plan) -> Text:
    """The ward, never more."""
    return unit_name(plan, case.ward) if case.ward else msg("ward not known yet")


def called(case: Case, plan: Plan, service: Service) -> Text:
    """Whether anybody was telephoned; the number, where it is still to be done."""
    said = msg(CALLED.get(case.called, CALLED[""]), office=plan.office)
    ring = case.severity == "khan_cap" and case.called != "yes" and not case.taken_at and service.division_phone
    if not ring:
        return said
    number = msg("number of the %(office)s: %(phone)s", office=plan.office, phone=service.division_phone)
    return Join((said, number), separator=" · ")


def flags(case: Case, plan: Plan) -> tuple[Text, ...]:
    """What the room must know about the report itself."""
    found = (
        (case.restricted, msg("⚠ Restricted: the %(office)s's leader alone", office=plan.office)),
        (case.misdial, msg("⚠ The reporter says it was chosen by mistake: telephone and check")),
        (case.unfinished, msg("⚠ Unfinished report: the reporter fell silent")),
        (case.bundled, msg("⚠ Several reports from one person today")),
    )
    return tuple(text for holds, text in found if holds)


def state(case: Case) -> Text:
    """Who has it."""
    if case.status == "closed":
        return msg("✔ Closed")
    if case.taken_at is not None:
        return msg("✅ %(name)s took it at %(time)s", name=case.taken_by_name, time=Moment(case.taken_at, "short"))
    return msg("⏳ Nobody has taken it yet")


def choices(case: Case) -> tuple[Choice, ...]:
    """What a reader of the card can do. A case that is taken can only be looked at."""
    details = details_choice(case)
    if case.status != "open":
        return (details,) if case.status == "taken" else ()
    return take_choice(case), details


def details_choice(case: Case, style: str = "") -> Choice:
    """Look at a case, wherever it is spoken of."""
    return Choice(f"detail:{case.id}", msg("See details"), style, action=True, typed=f"chitiet {case.number}")


def take_choice(case: Case) -> Choice:
    """Take a case."""
    return Choice(f"take:{case.id}", msg("I take it"), "success", action=True, typed=f"nhan {case.number}")


def unpressed(case: Case) -> Text | None:
    """The same where there are no buttons. The last words on an open case are how to take it, and that silence is no confirmation: a letter
    may be lost on its way in, and then nobody has the case."""
    if case.status not in {"open", "taken"}:
        return None
    read = msg("To see the details, type: %(typed)s", typed=Typed(f"chitiet {case.number}"))
    if case.status == "taken":
        return read
    return lines(read, Join((msg("Type: %(typed)s.", typed=Typed(f"nhan {case.number}")), unconfirmed()), " "))


def unconfirmed() -> Text:
    """What nobody may take silence for."""
    return msg("No confirmation seen means NOT taken.")


def alarm(case: Case, step: int) -> Text:
    """The first lines of a repeated call. Step 1 is the second call: the card itself was the first."""
    return lines(
        msg("🔔 CALL %(count)s: nobody has taken %(code)s yet", count=step + 1, code=case.code),
        msg("To take it, type: %(take)s", take=Typed(f"nhan {case.number}")),
    )


def taken_notice(case: Case, name: str, at: datetime) -> Text:
    """Said where the case was taken by typing."""
    return msg("%(name)s took %(code)s at %(time)s.", name=name, code=case.code, time=Moment(at, "time"))


def state_of(case: Case) -> Text:
    """Code and state: what is said where the card itself cannot be changed."""
    return Join((case.code, state(case)), separator=" · ")


def superseded(case: Case) -> Text:
    """What remains of a card that was called again: it must not go on saying that nobody has taken the case."""
    return msg("%(code)s was called again: see the newest card below.", code=case.code)


def no_leader(case: Case, plan: Plan) -> Say:
    """To administrators, when a restricted case has nobody who may take it or see to it. They may not see it, but can find a leader."""
    text = msg(
        "🔔 %(code)s waits for a leader of the %(office)s, and none can be reached. Please invite one now: /moi",
        code=case.code, office=plan.office,
    )  # fmt: skip
    return Say(text, lane=Lane.URGENT)


def withdrawn(case: Case) -> Text:
    """What remains of a card whose case was restricted: no word of why."""
    return msg("%(code)s: handed over. This card no longer holds.", code=case.code)
