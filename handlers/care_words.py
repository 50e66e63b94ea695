"""What is said about a case that somebody holds: promises, offers, why others are called again. Texts only; codes and hours, never content,
because a pushed letter may be read by somebody else."""

from datetime import timedelta

from handlers.stamps import stamp
from models.facts import Case
from models.plan import Plan
from models.talk import N_, Choice, Lane, Moment, Say, Text, Typed, lines, msg

TYPED, KEPT = "typed", "kept"  # words of the column incident.promise beside the plan's own: said in their own words; done
PROMISES = "promises"
_MORE, _BACK, _DONE = "more", "back", "done"

CALLED_AGAIN = {
    "released": N_("🔔 %(code)s was handed back and needs somebody to take it, please."),
    "released_promise": N_("🔔 %(code)s: whoever took it may be held up, no answer has come. Could somebody else take it, please?"),
    "released_cut": N_("🔔 %(code)s has nobody any more and needs somebody to take it, please."),
    "reopened_by_report": N_(
        "🔔 %(code)s was closed; the reporter has added something serious. It is open again and needs somebody to take it, please."
    ),
    "reopened": N_("🔔 %(code)s is open again and needs somebody to take it, please."),
}


def called_again(case: Case, event: str) -> Text:
    """Above the new card in the room: why it comes again. No name, no blame."""
    return msg(CALLED_AGAIN[event], code=case.code)


def worse(case: Case, plan: Plan) -> Text:
    """To whoever holds it."""
    return msg(
        "%(sign)s %(code)s is worse than it was: the reporter has just said so. Details, type: %(read)s",
        sign=plan.level(case.severity).sign,
        code=case.code,
        read=Typed(f"chitiet {case.number}"),
    )


# --- promises ---------------------------------------------------------------------------------------------------------


def ask_promise(case: Case, plan: Plan, lead: Text | None = None) -> Say:
    """What do you do first, and by when? Each answer stands by itself, so that no open form is disturbed."""
    text = lines(
        lead,
        msg("%(code)s: what will you do first, and by when?", code=case.code),
        msg("In your own words, with a time, type: %(typed)s", typed=Typed(f"hua {case.number} 30 phút nữa tôi đến nhà")),
    )
    bound = stamp(case.promise_by or case.taken_at)
    choices = tuple(
        Choice(f"promise:{case.id}.{place}.{bound}", item.name, action=True, typed=f"hua {case.number} {place}")
        for place, item in enumerate(plan.list(PROMISES), 1)
    )
    return Say(text, choices, purpose="promise", about=case.id)


def ask_again(case: Case, plan: Plan) -> Say:
    """The one reminder of whoever has not said anything yet; it rings for what is urgent."""
    say = ask_promise(case, plan, msg("⏰ You took %(code)s and have not said yet what you do first.", code=case.code))
    return _ringing(
        say, case, plan, msg("Without an answer within %(count)s minutes others are called.", count=plan.care_of(case.severity).grace)
    )


def ask_kept(case: Case, plan: Plan) -> Say:
    """The promised time has come: done, more time, or not possible?"""
    say = Say(
        msg("⏰ %(code)s: you said “%(what)s”, until %(time)s. Is it done?", code=case.code, what=promised(case, plan), time=until(case)),
        kept_choices(case),
        purpose="promise",
        about=case.id,
    )
    return _ringing(
        say, case, plan, msg("Without an answer within %(count)s minutes others are called.", count=plan.care_of(case.severity).grace)
    )


def _ringing(say: Say, case: Case, plan: Plan, last: Text) -> Say:
    urgent = plan.severity_rules.rank(case.severity) == 0
    return Say(lines(say.text, last), say.choices, lane=Lane.URGENT if urgent else Lane.DIALOGUE, purpose=say.purpose, about=say.about)


def kept_choices(case: Case, *, more: bool = True) -> tuple[Choice, ...]:
    """Done, more time (once), or not possible."""
    bound = stamp(case.promise_by)
    found = [done_choice(case)]
    if more:
        key = f"keep:{case.id}.{_MORE}.{bound}"
        found.append(Choice(key, msg("I need more time"), action=True, typed=f"hua {case.number} 30 phút"))
    back = f"keep:{case.id}.{_BACK}.{bound}"
    return (*found, Choice(back, msg("I cannot do it, call somebody else"), action=True, typed=f"tralai {case.number}"))


def done_choice(case: Case) -> Choice:
    """What was promised is done."""
    return Choice(f"keep:{case.id}.{_DONE}.{stamp(case.promise_by)}", msg("Done"), "success", action=True, typed=f"xong {case.number}")


def promised(case: Case, plan: Plan) -> Text:
    """What was promised, by the plan's words; what they typed themselves is not repeated on a phone that others may see."""
    try:
        return plan.item(PROMISES, case.promise).name
    except KeyError:
        return msg("what you typed")


def until(case: Case) -> Text:
    """The promised hour, with its day."""
    return Moment(case.promise_by, "short") if case.promise_by is not None else ""


def called_others(case: Case) -> Say:
    """To the former holder: nobody blames them, and they may come back."""
    text = lines(
        msg("%(code)s: no answer came, so others are being called.", code=case.code),
        msg("If you are on it, take it again, please: %(take)s", take=Typed(f"nhan {case.number}")),
    )
    return Say(text, lane=Lane.URGENT, purpose="released", about=case.id)


# --- offers -----------------------------------------------------------------------------------------------------------


def to_think(case: Case, plan: Plan) -> timedelta:
    """How long an offer holds."""
    return timedelta(minutes=plan.care_of(case.severity).offer)


def ask_accept(case: Case, holder: str, level: Text, where: Text, plan: Plan, bound: str) -> Say:
    """To whoever is to get the case: code, severity and ward, as on its card."""
    text = lines(
        msg(
            "%(name)s would like to hand %(code)s over to you (%(level)s, %(ward)s).", name=holder, code=case.code, level=level, ward=where
        ),
        msg(
            "Do you accept it? Until then it stays where it is; the offer holds for %(count)s minutes.",
            count=plan.care_of(case.severity).offer,
        ),
    )
    choices = (
        Choice(f"accept:{case.id}.{bound}", msg("I accept it"), "success", action=True, typed=f"dongy {case.number}"),
        Choice(f"decline:{case.id}.{bound}", msg("I cannot take it now"), action=True, typed=f"tuchoi {case.number}"),
    )
    return Say(text, choices, lane=Lane.URGENT, purpose="offer", about=case.id)


def offer_lapsed(case: Case) -> Say:
    """To the holder: nobody has said yes."""
    return _still_yours(case, msg("%(code)s: no answer to your offer.", code=case.code))


def offer_declined(case: Case, name: str) -> Say:
    """To the holder: asked and answered."""
    return _still_yours(case, msg("%(name)s cannot take %(code)s over just now.", name=name, code=case.code))


def _still_yours(case: Case, first: Text) -> Say:
    again = msg(
        "You still hold it. Somebody else: %(other)s. To have everybody called: %(back)s",
        other=Typed(f"chuyen {case.number}"),
        back=Typed(f"tralai {case.number}"),
    )
    return Say(lines(first, again), lane=Lane.URGENT, purpose="handover", about=case.id)


def handed_over(case: Case, name: str) -> Say:
    """To the former holder: it is somebody else's now."""
    return Say(msg("%(name)s accepted %(code)s and holds it now. Thank you.", name=name, code=case.code), purpose="handover", about=case.id)


def taken_over(case: Case, name: str) -> Say:
    """To the former holder, when the division takes a case over."""
    text = msg(
        "%(name)s has taken %(code)s over from you. Please tell them what has been done so far. Thank you.", name=name, code=case.code
    )
    return Say(text, lane=Lane.URGENT, purpose="handover", about=case.id)


def closed(case: Case, name: str) -> Say:
    """To the holder, when somebody else closes the case."""
    return Say(msg("%(name)s has closed %(code)s. Thank you.", name=name, code=case.code), purpose="closed", about=case.id)
