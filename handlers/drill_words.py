"""What is said of an exercise: the mark on everything about it, and the report at its end."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.wording import bullets
from models.talk import N_, Join, Text, lines, msg

MINUTES = 60  # an exercise that nobody ends is over then
SEEN = N_("EXERCISE. There is no child in this case: the service made it up to try the chain.")
"""What stands in place of a report."""
WHY = {
    "action": N_("THE EXERCISE IS OVER: %(code)s, the whole chain was gone through."),
    "stopped": N_("THE EXERCISE WAS ENDED: %(code)s."),
    "time": N_("THE EXERCISE IS OVER: %(code)s, its hour has passed."),
    "real": N_("THE EXERCISE STOPS NOW, A REAL CASE HAS COME: %(code)s holds no more. Everybody to the real case, please."),
}


@dataclass(frozen=True, slots=True)
class Arrived:
    """The first card on one messenger: how many seconds it took, None if it has not arrived."""

    messenger: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Times:
    """Of one exercise. Seconds from its beginning; None: it did not come to that. Delivery is real time, the others are domain time."""

    code: str
    arrived: tuple[Arrived, ...]
    taken: float | None
    acted: float | None
    calls: int


_NOT_ARRIVED, _BY_NOBODY, _NOTHING_SAID = N_("has not arrived"), N_("by nobody"), N_("nobody said any")


def marked(text: Text) -> Text:
    """The first word of everything about an exercise."""
    return msg("EXERCISE · %(text)s", text=text)


def report(times: Times, why: str) -> Text:
    """How long each link took, and which was the weakest."""
    return lines(
        msg(WHY.get(why, WHY["time"]), code=times.code),
        bullets(*_links(times)),
        msg("Weakest link: %(what)s", what=weakest(times)),
        msg("It counts in no number."),
    )


def _links(times: Times) -> Iterator[Text]:
    for one in times.arrived:
        yield msg("card on %(messenger)s: %(time)s", messenger=one.messenger, time=_time(one.seconds, msg(_NOT_ARRIVED)))
    yield msg("taken: %(time)s", time=_time(times.taken, msg(_BY_NOBODY)))
    yield msg("first action: %(time)s", time=_time(times.acted, msg(_NOTHING_SAID)))
    yield msg("calls: %(count)s", count=times.calls)


def weakest(times: Times) -> Text:
    """What never happened comes before what was slow; of what was slow, the longest."""
    late = [one.messenger for one in times.arrived if one.seconds is None]
    if not times.arrived:
        return msg("there is no duty room and nobody on duty who can be reached.")
    if late:
        return msg("the card has not arrived on %(messengers)s.", messengers=Join(tuple(late), ", "))
    if times.taken is None:
        return msg("the card arrived, and nobody took the case.")
    if times.acted is None:
        return msg("the case was taken, and nobody said what is done first.")
    delivery = max(one.seconds or 0 for one in times.arrived)
    taking, acting = max(0.0, times.taken - delivery), max(0.0, times.acted - times.taken)
    slowest = max(delivery, taking, acting)
    if slowest == taking:
        return msg("from the card to taking the case, %(time)s.", time=_time(taking))
    if slowest == acting:
        return msg("from taking the case to the first action, %(time)s.", time=_time(acting))
    return msg("delivery, %(time)s.", time=_time(delivery))


def _time(seconds: float | None, otherwise: Text = "") -> Text:
    if seconds is None:
        return otherwise
    whole = round(seconds)
    if whole < 60:
        return msg("%(count)s seconds", count=whole)
    return msg("%(minutes)s min %(seconds)s s", minutes=whole // 60, seconds=whole % 60)
