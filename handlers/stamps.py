"""What a button was shown for: a moment in its key, so that one of an earlier state is known."""

from datetime import datetime, timedelta

from models.talk import Incoming

_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"


def stamp(at: datetime | None) -> str:
    """A moment in six letters, for a button that holds for that moment's state alone; "0" if there is none."""
    seconds, found = int(at.timestamp()) if at is not None else 0, ""
    while seconds:
        seconds, rest = divmod(seconds, 36)
        found = _FIGURES[rest] + found
    return found or "0"


def pressed(incoming: Incoming) -> tuple[str, ...]:
    """What stands behind the case in a pressed action: "keep:<id>.done.sx2k4c" -> ("done", "sx2k4c"); empty for what was typed."""
    key = incoming.press.key if incoming.press is not None else ""
    return tuple(key.partition(".")[2].split(".")) if "." in key else ()


def minutes(count: int) -> timedelta:
    """Minutes of the plan as a length of time."""
    return timedelta(minutes=count)
