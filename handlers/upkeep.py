"""What the service does by itself, without a person's word: take letters back, ask again for a picture that could not be kept."""

from dataclasses import replace

from handlers.emptied import emptied
from models.commands import Note, TakeBack, TellConversation
from models.facts import Facts
from models.talk import N_, Frame, Incoming, Lane, Say, Turn, lines, msg

_REASONS = {
    "too_large": N_("That file is too large to be kept (20 MB at most). Could you send a smaller one?"),
    "wrong_type": N_("That file cannot be kept: please send a photo, a voice note, or a paper as .docx, .xlsx or PDF."),
    "old_office": N_(
        "That file is of an old kind (.doc, .xls), so it cannot be kept. Please save it as .docx or .xlsx, or as PDF, and send it again."
    ),
    "macros": N_(
        "That file holds a macro or another file inside, so it cannot be kept. Please save it as plain .docx, .xlsx or PDF and send it again."
    ),
    "active": N_(
        "That PDF holds a script or another file inside, so it cannot be kept. Please print it to a new PDF, or send photos of it."
    ),
    "locked": N_("That file is protected by a password, so nobody here could read it. Please send it without one."),
    "unpacks_too_large": N_("That file is too large once it is unpacked, so it cannot be kept. Could you send a smaller one?"),
    "gone": N_("That file could not be fetched any more. Could you send it again?"),
    "broken": N_("That file arrived damaged. Could you send it again?"),
}


def take_back(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "delete": private details do not stay on a phone longer than a day (where the channel can take them back)."""
    return Turn(frame, commands=(TakeBack(str(incoming.data["subject"])),))


def ask_again(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """Timer "refused": the sender of a file is told what was wrong with it; the report goes on meanwhile, or is owed again where it held
    nothing else."""
    file = facts.refused_file
    if file is None:
        return Turn(frame)
    if file.silent:
        return Turn(frame, commands=(Note(file.incident, "file_refused"),))
    why, report = msg(_REASONS.get(file.reason, _REASONS["broken"])), emptied(file, facts)
    if report is None:
        return Turn(frame, commands=(TellConversation(file.conversation, Say(why)),))
    say = replace(report.say, text=lines(why, report.say.text), lane=Lane.DIALOGUE)
    return Turn(frame, commands=(report, TellConversation(file.conversation, say)))
