"""Before a report is handed in: what was just answered is checked at once, and everything once more at the end; then it is one command."""

from handlers.floor import end
from handlers.forms import checks
from handlers.forms.filling import Filling
from handlers.submit_files import counted
from handlers.submit_screens import BY_FILE, PAPERS, REVIEW, WAYS, WHY, ask_again, expected_of, show, stamp_of
from handlers.submit_words import already, meanwhile, receipt
from models.report_commands import HandIn
from models.report_facts import Expected
from models.talk import Json, Turn, lines, msg


def check(work: Filling, changed: frozenset[str]) -> None:
    """What was just answered is looked at at once. What cannot be right is asked again; what stands out asks for a reason."""
    found = checks.found_at(work.form, work.filled.values() | _reasons(work), work.facts.known, changed)
    if found is not None:
        _put_right(work, found, changed)


def check_again(work: Filling) -> None:
    """Of a draft that somebody comes back to: figures of a spreadsheet, or of a colleague, that cannot be right are asked first."""
    found = next((one for one in checks.findings(work.form, work.filled.values(), work.facts.known) if one.hard), None)
    if found is not None:
        _put_right(work, found)


def _put_right(work: Filling, found: checks.Finding, changed: frozenset[str] = frozenset()) -> None:
    work.says.clear()  # the next question waits until this one is settled
    if found.hard:
        order = [question.name for question in work.form.questions]
        about = [name for name in found.questions if name in work.answers]
        names = sorted([name for name in about if name in changed] or about, key=order.index)
        ask_again(work, names, lines(found.why, msg("Please look once more.")))
        return
    work.data["about"] = found.question
    work.echo = None
    show(work, WHY)


def _reasons(work: Filling) -> dict[str, Json]:
    return {name: given.value for name, given in work.answers.items() if name.endswith(checks.WHY)}


def send(work: Filling) -> Turn | None:
    """Everything is looked at once more before it is handed in."""
    values = work.filled.values()
    if checks.is_empty(work.form, counted(work)):
        show(
            work,
            WAYS,
            msg("Nothing is filled in yet, so it cannot count as a report. Please answer, send a file, or say that there was nothing."),
        )
        return None
    missing = [question.name for question in work.filled.order("one") if question.required and values.get(question.name) is None]
    if work.word("way") == BY_FILE:
        missing = [name for name in missing if work.form.question(name).type in PAPERS]
    if missing:
        ask_again(work, missing)
        return None
    found = next(checks.findings(work.form, values | _reasons(work), work.facts.known), None)
    if found is not None:
        _put_right(work, found)
        return None
    return hand_in(work, zero=False)


def hand_in(work: Filling, *, zero: bool) -> Turn | None:
    expected, today = expected_of(work), work.facts.now.astimezone(work.facts.zone).date().isoformat()
    if _stands(work, expected, zero=zero):
        return end(work.frame, already(expected, work.facts), *work.commands)
    if expected.standing and work.word("stood") != seen_stamp(expected):
        work.data["stood"] = seen_stamp(expected)
        show(work, REVIEW, meanwhile(expected))
        return None
    if not zero and work.word("looked") != stamp_of(work):  # rule 5: what is handed in is what was looked at
        show(work, REVIEW, msg("The answers have changed since you last saw them. Please look once more."))
        return None
    given = work.answers.get("so_lieu_den")
    as_of = today if zero or given is None or given.value is None else str(given.value)
    again_ = expected.standing or expected.first_at is not None
    done = HandIn(expected.id, work.submission, as_of, zero)
    return end(work.frame, receipt(expected, work.facts, again=again_), *work.commands, done)


def _stands(work: Filling, expected: Expected, *, zero: bool) -> bool:
    """Whether exactly this is handed in already: a second press, or a colleague's a moment before (rule 5)."""
    if not expected.standing or expected.handed_at is None or expected.zero != zero:
        return False
    return not any(given.at is not None and given.at > expected.handed_at for given in work.answers.values())


def seen_stamp(expected: Expected) -> str:
    """Which handing in somebody has seen: what a colleague hands in meanwhile is looked at before it is replaced."""
    return expected.handed_at.isoformat() if expected.handed_at is not None else ""
