"""/lienket: the same person on two messengers is one person. Six digits, told on one and typed on the other, once, within a quarter of an hour.

1. A wrong code, a used one, an expired one and one that came after too many wrong ones get the same answer.
2. An account that is somebody's is never given to somebody else.
3. The person's other chats hear of every new account at once, and can undo it for a day (/huylienket).
"""

from datetime import timedelta

from handlers import join, stranger
from handlers.commands import find, six_digits
from handlers.floor import leave
from handlers.wording import hotlines_short
from models.commands import CountWrongCode, CreateLinkCode, LinkAccount, UnlinkAccounts
from models.facts import Facts, Linked
from models.talk import Frame, Incoming, Join, Lane, Moment, Say, Text, Turn, Typed, lines, msg

LASTS = timedelta(minutes=15)
UNDONE_WITHIN = timedelta(hours=24)


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/lienket": a code for the other messenger. "lienket 123456", or six digits alone: use it here. No cursor moves."""
    given = find(incoming.text)
    if given.rest if given is not None else six_digits(incoming.text):
        return _use(frame, facts)
    if facts.who is None:
        text = msg("To be known here too, write to me on the messenger where you have joined, and type: %(link)s", link=Typed("lienket"))
        return Turn(frame, (Say(lines(text, msg("Then type here the six digits that you get there."), hotlines_short(facts.plan))),))
    if not facts.channel.others:
        return Turn(frame, (Say(msg("There is no second messenger to link yet: Báo Ngay is only here.")),))
    return _code(frame, facts)


def _code(frame: Frame, facts: Facts) -> Turn:
    digits, hashed = facts.new_link
    until = facts.now + LASTS
    say = Say(
        lines(
            msg("Code: %(digits)s (until %(time)s, once)", digits=digits, time=Moment(until, "time")),
            msg(
                "On the other messenger (%(others)s) open a chat with Báo Ngay and type: %(typed)s",
                others=Join(facts.channel.others, ", "),
                typed=f"lienket {digits}",
            ),
            msg("Give this code to nobody: whoever types it is you."),
        ),
        delete_after=LASTS,
    )
    return Turn(frame, (say,), (CreateLinkCode(hashed, until),))


def _use(frame: Frame, facts: Facts) -> Turn:
    link = facts.link
    if facts.who is not None:
        return Turn(frame, (Say(_already(facts, link)),))
    if link is None:
        text = msg("This code cannot be used: it has six digits, works once and for 15 minutes.")
        again = msg("Please type %(link)s once more where you have joined, and type the new code here.", link=Typed("lienket"))
        return Turn(frame, (Say(lines(text, again, hotlines_short(facts.plan))),), (CountWrongCode(),))
    done = msg("Done: here too you are %(name)s.", name=link.name)
    if frame.floor in {stranger.FLOOR, join.FLOOR}:
        frame = leave(frame)
    return Turn(frame, (Say(join.welcome(done, link.held, facts)),), (LinkAccount(link.id, _notice(facts)),))


def _already(facts: Facts, link: Linked | None) -> Text:
    assert facts.who is not None
    if link is not None and link.person == facts.who.person:
        return msg("Here you are %(name)s already. The code is to be typed on the other messenger.", name=facts.who.name)
    return lines(
        msg("This account belongs to %(name)s already, so no code can be used here.", name=facts.who.name),
        msg("To give it to somebody else, please ask an administrator."),
    )


def _notice(facts: Facts) -> Say:
    """To the person's other chats, at once. Content-free: somebody else may look at the phone."""
    where = facts.channel.title or msg("another messenger")
    text = lines(
        msg("%(where)s was linked to you at %(time)s.", where=where, time=Moment(facts.now, "short")),
        msg("If that was not you, type at once: %(undo)s", undo=Typed("huylienket")),
    )
    return Say(text, lane=Lane.URGENT, purpose="linked")


def undo(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/huylienket": what was linked within a day, after the account that writes, is cut. What the person is and holds stays."""
    if not facts.recent_links:
        return Turn(frame, (Say(msg("No other account was linked to you within the last 24 hours.")),))
    text = lines(
        msg("Undone: %(count)s linked account(s) can see nothing of yours any more.", count=len(facts.recent_links)),
        msg("Please tell an administrator if it was not you who linked it."),
    )
    return Turn(frame, (Say(text),), (UnlinkAccounts(facts.recent_links),))
