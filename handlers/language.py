"""/ngonngu: Vietnamese or English. In the middle of another dialogue the language is typed, so that nobody loses the floor."""

from handlers.commands import rest
from handlers.floor import ask, leave, take_floor
from handlers.menu import say as menu_of
from handlers.reading.folding import fold
from handlers.reply import CANCEL, Pressed, read_reply
from models.commands import SetLocale
from models.facts import Facts
from models.talk import Choice, Frame, Incoming, Label, Say, Turn, lines, msg

FLOOR = "language"
_NAMES = {"vi": "vi", "viet": "vi", "tieng viet": "vi", "en": "en", "anh": "en", "tieng anh": "en", "english": "en"}
# Each language is named in itself, because whoever needs it cannot read the other one; the confirmation comes in the new one.
_DONE = {
    "vi": Label("Từ giờ tin nhắn sẽ bằng tiếng Việt.", "Từ giờ tin nhắn sẽ bằng tiếng Việt."),
    "en": Label("Messages will be in English from now on.", "Messages will be in English from now on."),
}
_TYPED = lines("/ngonngu vi – Tiếng Việt", "/ngonngu en – English")


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/ngonngu", or "/ngonngu en" at once."""
    wanted = _NAMES.get(fold(rest(incoming.text)), "")
    if wanted:
        return _set(frame, wanted, facts)
    if frame.floor:
        return Turn(frame, (Say(lines(msg("Which language? Type one of these:"), _TYPED)),))
    return _ask(take_floor(frame, FLOOR, "which"))


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The language that was chosen; anything else leaves it as it is."""
    reply = read_reply(frame, incoming, also=_NAMES, always=(CANCEL,))
    if isinstance(reply, Pressed) and reply.key in _DONE:
        return _set(leave(frame), reply.key, facts)
    if reply == Pressed(CANCEL):
        return Turn(leave(frame), (Say(msg("All right, nothing was changed.")),))
    return _ask(frame)


def _set(frame: Frame, locale: str, facts: Facts) -> Turn:
    """The menu of somebody unknown is the messenger's, in the language of their app."""
    menu = (menu_of(facts.who),) if facts.who else ()
    return Turn(frame, (Say(_DONE[locale]), *menu), (SetLocale(locale),))


def _ask(frame: Frame) -> Turn:
    return ask(frame, lines(msg("Which language?"), _TYPED), Choice("vi", "Tiếng Việt"), Choice("en", "English"), columns=2)
