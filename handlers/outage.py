"""After an outage of the service: the division's room and administrators hear how long nobody listened, and what may be lost.

One letter speaks for every messenger; a gap in a single messenger's ear is told by handlers.failover.deaf, and only one that is not part of this.
"""

from datetime import datetime, timedelta

from models.commands import ListenFromNow, TellRole, TellRoom
from models.facts import Facts, Role
from models.talk import Frame, Incoming, Join, Json, Lane, Moment, Say, Text, Turn, lines, msg

KEPT = timedelta(hours=24)  # so long a platform that gives messages again keeps them


def tell(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "outage". Before /sansang nobody relied on the service, so nobody is told."""
    if not facts.service.ready:
        return Turn(frame, commands=(ListenFromNow(),))
    say = Say(_text(incoming), lane=Lane.URGENT, purpose="outage")
    return Turn(frame, commands=(TellRoom(facts.plan.division, say), TellRole("", Role.ADMINISTRATOR, say), ListenFromNow()))


def _text(incoming: Incoming) -> Text:
    since, until = (datetime.fromisoformat(str(incoming.data[name])) for name in ("since", "until"))
    kept, lost = _names(incoming.data.get("kept")), _names(incoming.data.get("lost"))
    return lines(
        msg("🔔 Báo Ngay did not work from %(since)s to %(until)s.", since=Moment(since, "short"), until=Moment(until, "short")),
        _kept(kept, long=until - since > KEPT) if kept else None,
        msg("What people wrote on %(messengers)s meanwhile may be lost: please ask the wards and collaborators.", messengers=lost)
        if lost
        else None,
        msg("Cases whose call is due are called again now."),
    )


def _kept(messengers: Text, *, long: bool) -> Text:
    if long:
        return msg(
            "Of what people wrote on %(messengers)s only the last 24 hours still come in; what is older may be lost.", messengers=messengers
        )
    return msg("What people wrote on %(messengers)s meanwhile comes in now.", messengers=messengers)


def _names(value: Json) -> Text | None:
    return Join(tuple(str(name) for name in value), separator=", ") if isinstance(value, list) and value else None
