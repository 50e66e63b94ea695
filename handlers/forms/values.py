"""How answers are stored (JSON) and shown (Text).

| type       | stored                                                                                                  |
|------------|---------------------------------------------------------------------------------------------------------|
| select_one | the choice's name                                                                                       |
| text       | a str; with several messages or voice notes {"parts": [{"text": …, "message": …} or {"voice": id}, …]}  |
| datetime   | {"start", "end" (ISO 8601 or null), "approximate", "precision", "text"}; precision may also be a choice |
| birth      | {"first", "last", "precision", "text"} or {"low", "high", "unit", "approximate", "text"}                |
| unit       | the unit's id; a neighbourhood outside the plan as typed                                                |
| phone      | digits as read                                                                                          |
| photo,file | attachment ids                                                                                          |
| integer    | an int; decimal: an int or a float with at most three places                                            |
| date       | ISO 8601                                                                                                |
"""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.reading.values import Age, BirthDate, PartName, Span, parts
from models.talk import N_, Join, Json, Moment, Text, msg

PARTS: dict[PartName, str] = {
    "small_hours": N_("%(date)s, small hours"),
    "morning": N_("%(date)s, in the morning"),
    "noon": N_("%(date)s, around noon"),
    "afternoon": N_("%(date)s, in the afternoon"),
    "evening": N_("%(date)s, in the evening"),
    "night": N_("%(date)s, at night"),
}
AGES = {"year": N_("%(age)s years old"), "month": N_("%(age)s months old"), "day": N_("%(age)s days old")}

# --- when -------------------------------------------------------------------------------------------------------------


def span_value(span: Span, text: str) -> Json:
    """A span as it is stored."""
    start, end = span.start.isoformat(), span.end.isoformat()
    return {"start": start, "end": end, "approximate": span.approximate, "precision": span.precision, "text": text}


def value_span(value: Json, zone: ZoneInfo) -> Span | None:
    """A stored span in the plan's zone; None where no time is known."""
    if not isinstance(value, dict) or not isinstance(value.get("start"), str):
        return None
    start, end = (datetime.fromisoformat(str(value[edge])).astimezone(zone) for edge in ("start", "end"))
    precision = str(value["precision"])
    return Span(start, end, bool(value["approximate"]), precision)  # type: ignore[arg-type]  # written by span_value


def span_text(span: Span) -> Text:
    """A span in full: "Chủ nhật 22/11/2026, khoảng 19:30"."""
    shown, day = parts(span), Moment(span.start, "date")
    if span.precision in {"week", "month"}:
        return msg("from %(first)s to %(last)s", first=day, last=Moment(datetime.combine(shown.last_day, span.start.timetz()), "date"))
    if span.precision == "part" and shown.part:
        return msg(PARTS[shown.part], date=day)
    if shown.clock is None:
        return day
    if shown.until is not None and span.precision == "hour":
        return msg("%(date)s, %(start)s–%(end)s", date=day, start=Moment(span.start, "time"), end=Moment(span.end, "time"))
    if span.approximate:
        return msg("%(date)s, around %(time)s", date=day, time=Moment(span.start, "time"))
    return Moment(span.start, "full")


# --- birth ------------------------------------------------------------------------------------------------------------


def birth_value(birth: BirthDate | Age, text: str) -> Json:
    """A birth date or an age as it is stored."""
    if isinstance(birth, Age):
        return {"low": birth.low, "high": birth.high, "unit": birth.unit, "approximate": birth.approximate, "text": text}
    return {"first": birth.first.isoformat(), "last": birth.last.isoformat(), "precision": birth.precision, "text": text}


def birth_text(value: Mapping[str, Json]) -> Text:
    """A stored birth date or age."""
    if "unit" in value:
        low, high = str(value["low"]), str(value["high"])
        age = msg(AGES[str(value["unit"])], age=low if low == high else f"{low}–{high}")
        return msg("about %(age)s", age=age) if value["approximate"] else age
    first = date.fromisoformat(str(value["first"]))
    written = {"day": f"{first.day}/{first.month}/{first.year}", "month": f"{first.month}/{first.year}", "year": f"{first.year}"}
    return msg("born %(date)s", date=written[str(value["precision"])])


# --- accounts ---------------------------------------------------------------------------------------------------------


def account_parts(value: Json, message: str = "") -> list[dict[str, Json]]:
    """The messages of a text answer, oldest first; `message` is the one that a plain str came in."""
    if isinstance(value, str):
        return [{"text": value, "message": message}]
    found = value.get("parts") if isinstance(value, dict) else None
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def account_value(pieces: list[dict[str, Json]]) -> Json:
    """A text answer made of messages: a plain str while it is only one."""
    return pieces[0]["text"] if len(pieces) == 1 and "text" in pieces[0] else {"parts": list[Json](pieces)}


def account_text(value: Json) -> str:
    """The words of a text answer, without its voice notes."""
    return "\n".join(str(part["text"]) for part in account_parts(value) if "text" in part)


def voices(value: Json) -> list[str]:
    """Attachment ids of the voice notes of a text answer."""
    return [str(part["voice"]) for part in account_parts(value) if "voice" in part]


def account_shown(value: Json, most: int = 0) -> Text:
    """A text answer for people: its words (cut at `most` letters if given) and how many voice notes."""
    words, spoken = account_text(value), len(voices(value))
    words = clipped(words, most) if most else words
    if not spoken:
        return words
    notes = msg("voice notes: %(count)s", count=spoken)
    return Join((words, notes), separator="; ") if words else notes


def clipped(words: str, most: int = 30) -> str:
    """Words of somebody's, at most so many letters of them: what is only named is not repeated whole."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def files(value: Json) -> list[str]:
    """Attachment ids of an answer made of photos or files."""
    return [str(one) for one in value] if isinstance(value, list) else []


# --- figures ----------------------------------------------------------------------------------------------------------


def figure_text(value: Json) -> str:
    """A figure as it is written in Vietnamese: 1.234 and 1,5."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value)
    whole, _, rest = f"{value:,.3f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", ".") + (f",{rest}" if rest else "")


def day_text(value: Json) -> str:
    """A day as it is written: 9/5/2021."""
    day = date.fromisoformat(str(value))
    return f"{day.day}/{day.month}/{day.year}"
