"""A messenger that fails, and one that is back: what administrators and rooms are told. The messenger is named as people know it; nobody here
asks which one it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers import card
from handlers.wording import role_name, unit_name
from models.commands import Command, MessengerDown, MessengerUp, Reroute, TellRole
from models.facts import Case, Facts, Held, Role
from models.plan import Plan
from models.talk import N_, Frame, Incoming, Join, Lane, Moment, Say, Text, Turn, lines, msg

MOST = 12  # cases on the lines of one summary: the screen is small, and all of them have cards

# --- turns of our own -------------------------------------------------------------------------------------------------


def down(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "messenger_down": for five minutes nothing has got through, or it was switched off."""
    title, failed_for = str(incoming.data.get("title") or ""), _seconds(incoming)
    since = Moment(facts.now - failed_for, "short")
    off = incoming.data.get("off") is True
    first = (
        msg("🔔 %(messenger)s is switched off here.", messenger=title)
        if off
        else msg("🔔 %(messenger)s has not been reachable since %(time)s.", messenger=title, time=since)
    )
    text = lines(first, msg("What is urgent goes over the other messengers, to whoever has one."))
    return Turn(frame, commands=(MessengerDown(str(incoming.data["subject"]), title, failed_for), _to_administrators(text)))


def up(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "messenger_up": it answers again."""
    text = msg("✔ %(messenger)s works again.", messenger=str(incoming.data.get("title") or ""))
    return Turn(frame, commands=(MessengerUp(str(incoming.data["subject"])), _to_administrators(text, Lane.DIALOGUE)))


def reroute(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "reroute": an urgent letter has waited long enough for a messenger that does not carry it."""
    return Turn(frame, commands=(Reroute(str(incoming.data["subject"])),))


def deaf(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Internal "deaf": nobody listened for a while to a messenger that keeps nothing for those who are away; or, without an end, what a
    messenger posts does not arrive."""
    if "until" not in incoming.data:
        return Turn(frame, commands=(_to_administrators(_unposted(incoming)),))
    text = lines(
        msg(
            "🔔 From %(since)s to %(until)s I could not hear %(messenger)s.",
            since=_moment(incoming, "since"),
            until=_moment(incoming, "until"),
            messenger=str(incoming.data.get("title") or ""),
        ),
        msg("What people wrote there meanwhile may be lost. Please ask the wards and collaborators whether anybody reported."),
    )
    return Turn(frame, commands=(_to_administrators(text),))


def _unposted(incoming: Incoming) -> Text:
    return lines(
        msg(
            "🔔 Since %(since)s what people write on %(messenger)s has not arrived here.",
            since=_moment(incoming, "since"),
            messenger=str(incoming.data.get("title") or ""),
        ),
        msg("Please have the server checked now: the web server in front of it must pass on every address that begins with /hook/."),
    )


def _to_administrators(text: Text, lane: Lane = Lane.URGENT) -> Command:
    return TellRole("", Role.ADMINISTRATOR, Say(text, lane=lane, purpose="messenger"))


def _seconds(incoming: Incoming) -> timedelta:
    given = incoming.data.get("failed_for")
    return timedelta(seconds=given if isinstance(given, int | float) else 0)


def _moment(incoming: Incoming, name: str) -> Moment:
    return Moment(datetime.fromisoformat(str(incoming.data[name])), "short")


# --- one person who cannot be reached ---------------------------------------------------------------------------------


def lost(facts: Facts) -> tuple[Command, ...]:
    """Somebody of the network has blocked us, or their account is gone: whoever is responsible for them hears it once, so that they telephone."""
    if facts.who is None or not facts.reachable:
        return ()
    text = msg(
        "📵 %(name)s (%(roles)s) can no longer be written to on %(messenger)s. Please telephone, and invite them again if need be: /moi",
        name=facts.who.name,
        roles=Join(tuple(_role(held, facts.plan) for held in facts.who.held), separator="; "),
        messenger=facts.channel.title,
    )
    say = Say(text, purpose="lost_account")
    whom = dict.fromkeys(_responsible(held, facts.plan) for held in facts.who.held)
    return tuple(TellRole(unit, role, say) for unit, role in whom)


def _role(held: Held, plan: Plan) -> Text:
    return Join((role_name(held.role), unit_name(plan, held.unit)), separator=", ")


def _responsible(held: Held, plan: Plan) -> tuple[str, Role]:
    if held.role is Role.COLLABORATOR:
        return held.unit, Role.WARD_OFFICER
    if held.role is Role.LEADER or held.role is Role.ADMINISTRATOR:
        return "", Role.ADMINISTRATOR
    return plan.division, Role.LEADER


# --- texts of what follows --------------------------------------------------------------------------------------------

INSTEAD = N_("⚠ %(messenger)s does not get through, so this comes here.")
PERHAPS_TWICE = N_("It may also have reached you there.")


def instead_of(title: str, *, perhaps_twice: bool) -> Text:
    """The mark on what comes over another messenger than usual."""
    return lines(msg(INSTEAD, messenger=title), msg(PERHAPS_TWICE) if perhaps_twice else None)


def meanwhile(cases: Sequence[Case], title: str, since: datetime, until: datetime, plan: Plan) -> Text:
    """To a room whose messenger is back: from when until when, and how every case stands that came or changed in that time."""
    rows = tuple(Join((card.headline(case, plan), card.where(case, plan), card.state(case)), separator=" · ") for case in cases[:MOST])
    more = len(cases) - len(rows)
    return lines(
        msg(
            "⚠ %(messenger)s did not work here from %(since)s to %(until)s.",
            messenger=title,
            since=Moment(since, "short"),
            until=Moment(until, "short"),
        ),
        msg("Meanwhile:") if rows else msg("Nothing happened meanwhile."),
        *rows,
        msg("and %(count)s more cases", count=more) if more > 0 else None,
    )
