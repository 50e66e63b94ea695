"""What a report says beside its questions: the alert, the receipt, the ways to call."""

from datetime import datetime

from handlers.forms.filling import Filling
from handlers.forms.scribe import RECEIVED, is_told
from handlers.wording import hotlines_short
from models.facts import Facts
from models.plan import Plan
from models.talk import CaseCode, Choice, Lane, Moment, Say, Text, lines, msg


def alert(work: Filling) -> Say:
    """Right after ĐANG NGUY HIỂM: the room is being called, and the numbers that answer at once."""
    plan = work.facts.plan
    text = lines(
        msg("🔴 The officers on duty of the %(office)s have been told.", office=plan.office),
        msg(
            "Call now: %(police)s police, %(ambulance)s ambulance, %(children)s child protection. Fire or drowning: %(rescue)s.",
            police=plan.hotline("113").number,
            ambulance=plan.hotline("115").number,
            children=plan.hotline("111").number,
            rescue=plan.hotline("114").number,
        ),
        msg("Keep yourself and the child safe. A few short questions follow."),
    )
    by_mistake = Choice(f"misdial:{work.word('case')}", msg("I chose by mistake"), action=True, typed="chonnham")
    choices = () if is_told(work.answers) else (by_mistake,)
    return Say(text, choices, lane=Lane.URGENT, purpose="alert", about=work.word("case"))


def receipt(work: Filling, *, urgent: bool) -> Text:
    """The code, and what happens next. It promises only what will really be done: a restricted case goes to the division's leader alone."""
    case, values = work.facts.case, work.filled.values()
    taken, quiet = case is not None and case.taken_at is not None, values.get("kind") == "need" and not urgent
    restricted = values.get("network_involved") == "yes" or (case is not None and case.restricted)
    if is_told(work.answers):
        return _written_down(work, quiet=quiet, taken=taken, restricted=restricted)
    return lines(
        msg("✅ Sent. Case code: %(code)s", code=CaseCode(work.word("case"))),
        _next_step(work.facts.plan, quiet=quiet, taken=taken, restricted=restricted),
        _contact(str(values.get("contact"))),
        None if quiet or restricted else msg("The ward will write the report on paper: nothing more for you to write."),
        do_not_wait(work.facts) if urgent and not taken else None,
        None if urgent or quiet or restricted else _telephone(work),
    )


def _written_down(work: Filling, *, quiet: bool, taken: bool, restricted: bool) -> Text:
    """To the officer who wrote it down: the hour that counts, and that everybody is called as for any other case."""
    received = datetime.fromisoformat(str(work.answers[RECEIVED].value))
    return lines(
        msg("✅ Sent. Case code: %(code)s", code=CaseCode(work.word("case"))),
        msg("Received at %(time)s: the 12 hours run from then.", time=Moment(received, "short")),
        _next_step(work.facts.plan, quiet=quiet, taken=taken, restricted=restricted),
    )


def _next_step(plan: Plan, *, quiet: bool, taken: bool, restricted: bool) -> Text:
    if taken:
        return msg("An officer has already taken the case.")
    if restricted:
        return msg("Only the head of the %(office)s is told of it and may see it.", office=plan.office)
    if quiet:
        return msg("It has gone to the child-protection officer of the ward.")
    return msg("The officers on duty of the %(office)s and the ward are being told.", office=plan.office)


def _contact(contact: str) -> Text | None:
    promises = {
        "yes": msg("An officer may call you or write to you."),
        "call_only": msg("An officer may call you; nobody will write."),
        "no": msg("Nobody will contact you."),
    }
    return promises.get(contact)


def do_not_wait(facts: Facts) -> Text:
    """For khẩn cấp: the machine must not be waited for."""
    phone = facts.service.division_phone
    if phone:
        return msg("If nobody has taken it within 3 minutes, do not wait: call 113/115 and the officers on duty, %(phone)s.", phone=phone)
    return msg("If nobody has taken it within 3 minutes, do not wait: call 113/115.")


def _telephone(work: Filling) -> Text | None:
    """Plan 116/KH-UBND section IV: at once by telephone too."""
    phone = work.facts.service.division_phone
    return msg("Please also telephone the %(office)s: %(phone)s.", office=work.facts.plan.office, phone=phone) if phone else None


def still_nobody(case: str, facts: Facts) -> Text:
    """Three minutes later, to a reporter whom it is safe to write to."""
    phone = facts.service.division_phone
    return lines(
        msg("⏳ Nobody has taken %(code)s yet. The people on duty are being called again.", code=CaseCode(case)),
        msg("Do not wait: call 113/115 and the officers on duty, %(phone)s.", phone=phone) if phone else msg("Do not wait: call 113/115."),
    )


def hotlines_reminder(facts: Facts) -> Text:
    """The content-free letter: it says nothing of a report, a child or a case, because somebody else may hold the phone."""
    return lines(msg("Báo Ngay reminds you:"), hotlines_short(facts.plan))


def help_text(work: Filling) -> Text:
    """In the middle of a report: how to move about in it."""
    return lines(
        msg("You can choose, type its number, or type in your own words."),
        msg("Type “quay lai” to go back, “huy” to stop, “tiep tuc” to go on. A photo or voice note can be sent at any time."),
        hotlines_short(work.facts.plan),
    )
