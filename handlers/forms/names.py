"""Functions and effects that a form file may name; the loader refuses any other word."""

from collections.abc import Callable, Mapping

from models.talk import N_, Json, Text, msg

EFFECTS: Mapping[str, str] = {"alert": "the room is called at once with what is known"}
MOST_WORDS = 10_000  # letters of one answer: more than one message of any channel

Constraint = Callable[[Json], Text | None]


def in_words(value: Json) -> Text | None:
    """An answer needs at least one word or figure: "..." tells nobody anything."""
    text = value if isinstance(value, str) else ""
    if not any(letter.isalnum() for letter in text):
        return msg(N_("Please use a few words."))
    return msg(N_("That is too long for one message. Please send it in parts.")) if len(text) > MOST_WORDS else None


def of_a_child(value: Json) -> Text | None:
    """Luật Trẻ em Điều 1: a child is under 16. A year more is let pass, because people count ages by the year of birth."""
    years = value.get("low") if isinstance(value, dict) and value.get("unit") == "year" else None
    if isinstance(years, int) and years > 17:
        return msg(N_("That would be an adult. Please give the child's age once more."))
    return None


CONSTRAINTS: Mapping[str, Constraint] = {"in_words": in_words, "of_a_child": of_a_child}
