"""What is said to a child: short, warm, no blame, no promise that nobody can keep. And the one line that the officers get."""

from handlers.wording import number_of, paragraphs
from models.facts import Case
from models.plan import Plan
from models.talk import N_, Incoming, Moment, Text, Typed, lines, msg

COMFORT = {
    "danger": N_("If you can, go to where people are, or to a grown-up you trust. If somebody is hurting you now, call %(number)s."),
    "unknown": N_("That is all right. If you become afraid, go to where people are."),
}


def call(plan: Plan) -> Text:
    """The one number."""
    return msg("Call %(number)s at any hour, it is free.", number=number_of(plan, "111"))


def comfort(safe: str, plan: Plan) -> Text | None:
    """After the first answer."""
    return msg(COMFORT[safe], number=number_of(plan, "113")) if safe in COMFORT else None


def first(plan: Plan) -> Text:
    """Before any question."""
    return paragraphs(
        msg("It is not your fault. Call %(number)s, it is free.", number=number_of(plan, "111")),
        msg("The people on duty are being told now. You can stop writing whenever you like."),
    )


def nobody_yet(plan: Plan) -> Text:
    """Before the service is on duty: a child must not wait here."""
    return lines(
        msg("It is not your fault. Call %(number)s, it is free.", number=number_of(plan, "111")),
        msg("Nobody reads this chat yet, so do not wait here."),
    )


def withheld_first(plan: Plan) -> Text:
    """To whoever wrote what the platform keeps back: perhaps a child, whose words nobody here can read."""
    told = msg("Somebody on duty, a grown-up, is being told now that you wrote. You can stop writing whenever you like.")
    return paragraphs(_withheld(plan), told)


def withheld_nobody_yet(plan: Plan) -> Text:
    """The same before the service is on duty."""
    return paragraphs(_withheld(plan), msg("Nobody reads this chat yet, so do not wait here."))


def _withheld(plan: Plan) -> Text:
    return lines(
        msg("Your message came, but its words cannot be read here."),
        msg("If you are a child and need help, it is not your fault. Call %(number)s, it is free.", number=number_of(plan, "111")),
        msg(
            "If somebody is hurting you, call %(police)s. If you are hurt, call %(ambulance)s.",
            police=number_of(plan, "113"),
            ambulance=number_of(plan, "115"),
        ),
    )


def thanks(plan: Plan) -> Text:
    """After the two questions."""
    return lines(
        msg("Thank you for telling. You did right."),
        msg("Whatever else you want to say, just write it here."),
        msg("If somebody looks into your phone, delete this chat."),
        call(plan),
    )


def heard(plan: Plan) -> Text:
    """After everything later."""
    return lines(msg("It is kept, and the people on duty are told that you wrote."), call(plan))


def taken_line(case: Case) -> Text | None:
    """Who has it, without a name."""
    if case.taken_at is None:
        return None
    return msg("Since %(time)s somebody is on it whose work it is to protect children.", time=Moment(case.taken_at, "short"))


def still_here(case: Case, plan: Plan) -> Text:
    """How it stands, where a child asks."""
    return lines(
        msg("What you told is kept, and the people on duty know."),
        taken_line(case),
        msg("Whatever else you want to say, just write it here."),
        call(plan),
    )


def unread(incoming: Incoming, plan: Plan) -> Text | None:
    """The channel withheld what was written, or it is nothing that can be read."""
    if incoming.text.strip() or incoming.files or incoming.press is not None:
        return None
    return lines(msg("Your message came, but it cannot be read here. The people on duty are told that you wrote."), call(plan))


def more_of(case: Case) -> Text:
    """For the officers: that there is more, never what."""
    read = Typed(f"chitiet {case.number}")
    return msg("🔔 %(code)s (perhaps a child): there is more. To read it, type: %(read)s", code=case.code, read=read)
