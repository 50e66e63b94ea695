"""Somebody unknown writes: the numbers that answer at once, then three ways on."""

from handlers import child
from handlers.floor import ask, held, leave, take_floor
from handlers.reading.folding import fold
from handlers.ready import not_ready_say
from handlers.reply import Pressed, Reply, read_reply
from handlers.wording import hotlines, hotlines_short, number_of, paragraphs
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Kind, Say, Text, Turn, lines, msg

FLOOR = "stranger"
_KEPT = 1000  # characters of what was written before the choice: it goes into the case, and must not make the frame large
_HELP = tuple(
    f"{plea}{end}"
    for who in ("con", "em", "chau")
    for plea in (f"cuu {who}", f"giup {who}", f"{who} can giup")
    for end in ("", " voi", " a")
)
_ALSO = {
    **dict.fromkeys((*_HELP, "con la tre em", "em la tre em", "chau la tre em"), "child"),
    **dict.fromkeys(("bao tin", "toi muon bao tin", "nguoi dan", "toi la nguoi dan"), "citizen"),
    **dict.fromkeys(("toi co ma", "co ma", "ma moi"), "code"),
}


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The first words of somebody whom nobody knows, whatever they are."""
    if not facts.service.ready:
        return Turn(leave(frame), (not_ready_say(facts),))
    reply = read_reply(take_floor(frame, FLOOR, "choose"), incoming, also=_ALSO, always=())
    if isinstance(reply, Pressed) and reply.key in _WAYS:
        return _way(take_floor(frame, FLOOR, "choose"), reply.key, incoming, facts)
    frame = take_floor(frame, FLOOR, "choose", said=_said(incoming), unread=incoming.kind is Kind.UNSUPPORTED)
    return _ask_way(
        frame, facts, hotlines(facts.plan), _unread(incoming, facts) or msg("This is Báo Ngay, where harm to children is reported.")
    )


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Which of the three ways."""
    reply: Reply = read_reply(frame, incoming, also=_ALSO, always=())
    if isinstance(reply, Pressed) and reply.key in _WAYS:
        return _way(frame, reply.key, incoming, facts)
    if incoming.kind is Kind.UNSUPPORTED and frame.data.get("unread"):
        # They were told what a second message means.
        return child.start(frame, incoming, facts)
    frame = take_floor(frame, FLOOR, "choose", said=_joined(held(frame, "said"), _said(incoming)), unread=incoming.kind is Kind.UNSUPPORTED)
    return _ask_way(
        frame, facts, hotlines_short(facts.plan), _unread(incoming, facts) or msg("Please choose one, so that the right person reads you.")
    )


def _way(frame: Frame, key: str, incoming: Incoming, facts: Facts) -> Turn:
    if key == "child":
        plea = incoming.text if fold(incoming.text) in _ALSO else ""
        return child.start(take_floor(frame, FLOOR, "choose", said=_joined(held(frame, "said"), plea)), incoming, facts)
    if key == "citizen":
        from handlers import report

        return report.start(take_floor(frame, "", "", source="citizen", said=held(frame, "said")), incoming, facts)
    return Turn(frame, (Say(_how_to_join()),))


_WAYS = frozenset({"child", "citizen", "code"})


def _ask_way(frame: Frame, facts: Facts, first: Text, why: Text | None) -> Turn:
    choices = (
        Choice("child", msg("I am a child and I need help"), style="danger"),
        Choice("citizen", msg("Report as a citizen")),
        Choice("code", msg("I have a code")),
    )
    how = None if facts.channel.buttons else msg("Type a number to choose:")
    return ask(frame, paragraphs(first, lines(why, msg("How can we help?"), how)), *choices)


def _how_to_join() -> Text:
    return lines(
        msg("Please type your code here, as it was given to you. Example: BN-ABCD-EFGH"),
        msg("No code yet? Ask the child-protection officer of your ward, or the duty room."),
    )


def _joined(before: str, text: str) -> str:
    return "\n".join(part for part in (before, text) if part)[-_KEPT:]


def _said(incoming: Incoming) -> str:
    return incoming.text.strip()[:_KEPT] if incoming.kind is Kind.TEXT and not incoming.text.startswith("/") else ""


def _unread(incoming: Incoming, facts: Facts) -> Text | None:
    """A message that says nothing to us must get a safe, human answer all the same."""
    if incoming.kind is Kind.UNSUPPORTED:
        return lines(
            msg(
                "This message cannot be read here. If you are a child and need help, call %(number)s: it is free.",
                number=number_of(facts.plan, "111"),
            ),
            msg("Cannot call? Send one more message of any kind, and the people on duty will be told."),
        )
    if incoming.files:
        return msg("The picture or recording is not kept yet. Please send it again after you have chosen.")
    return None
