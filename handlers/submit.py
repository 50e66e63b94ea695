"""/nopbaocao: what my units owe, and handing one in: by answers, by a file, by both, or by stating that there was nothing.

The frame (floor "submit") holds the expected report, its submission, the way and the cursor. The draft belongs to the report and not to the
conversation, so another officer of the unit goes on with it, and every answer is a row at once.
"""

from handlers import reply
from handlers.floor import end, leave, take_floor
from handlers.forms import checks
from handlers.forms import filling as fill
from handlers.forms.corrections import corrected
from handlers.forms.filling import Filling
from handlers.forms.showing import Around
from handlers.forms.values import files
from handlers.reading.folding import fold
from handlers.rights import may_hand_in
from handlers.submit_end import check, check_again, hand_in, seen_stamp, send
from handlers.submit_files import take_files, take_kept, without_refused
from handlers.submit_screens import (
    BY_CHAT,
    BY_FILE,
    EDIT,
    FIX,
    NOTHING,
    PAPERS,
    REVIEW,
    TABLE,
    WAYS,
    WHY,
    YES,
    ZERO,
    advance,
    again,
    ask_again,
    edit_section,
    expected_of,
    said,
    sent_back,
    show,
)
from handlers.submit_words import line, true_state
from models.commands import PutAnswer
from models.facts import Facts
from models.form import Question, QuestionType
from models.report_commands import OpenReport, WantDocument
from models.report_facts import Expected
from models.talk import Choice, Frame, Incoming, Join, Moment, Say, Text, Turn, Typed, lines, msg

FLOOR = "submit"
SHOWN = 6  # reports on one small screen, with their dates
LONGEST = 500  # letters of a reason
_EAGER = frozenset({"gui", "gui ngay", "gui di", "nop", "nop ngay", "nop luon", "nop bao cao"})  # no answer to a question of the form


# --- what is owed -----------------------------------------------------------------------------------------------------


def start(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """ "/nopbaocao", or "nop 17". The list asks nothing, so an open dialogue goes on as it was."""
    if facts.expected is not None:
        return begin(frame, incoming, facts)
    if incoming.text.split()[-1:] and incoming.text.split()[-1].isdecimal():
        return Turn(frame, (Say(msg("There is no report of that number. To see what is owed, type: %(typed)s", typed=Typed("nopbaocao"))),))
    if not facts.owed:
        return Turn(frame, (Say(msg("You owe no report just now. For the dates ahead, type: %(typed)s", typed=Typed("hanbaocao"))),))
    several = len({expected.unit for expected in facts.owed}) > 1
    rows = tuple(line(expected, facts, with_unit=several) for expected in facts.owed[:SHOWN])
    more = len(facts.owed) - SHOWN
    text = lines(
        msg("Reports that are owed, the most urgent first:"), *rows, msg("and %(count)s more", count=more) if more > 0 else None,
        msg("To begin, type “nop” and the number, for example: %(typed)s", typed=Typed(f"nop {facts.owed[0].number}")),
    )  # fmt: skip
    return Turn(frame, (Say(text, tuple(submit_choice(expected) for expected in facts.owed[:SHOWN]), unpressed=""),))


def submit_choice(expected: Expected) -> Choice:
    """Begin, or go on with, one report."""
    return Choice(f"submit:{expected.id}", msg("Hand in %(code)s", code=expected.code), action=True, typed=f"nop {expected.number}")


def begin(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """One report: as it stands, or begun."""
    expected = facts.expected
    if expected is None or not may_hand_in(facts.who, expected):
        return Turn(frame, (Say(msg("That report belongs to another unit, so it cannot be handed in from here.")),))
    if not _open(expected, facts):
        return Turn(frame, (Say(true_state(expected, facts)),))
    if expected.form not in facts.forms:
        return Turn(frame, (Say(_no_questions(expected)),))
    work = _work(take_floor(frame, FLOOR, WAYS, expected=expected.id, stood=seen_stamp(expected)), incoming, facts)
    if facts.draft is None:
        work.commands.append(OpenReport(expected.id, work.submission, work.form.id, work.form.version, work.form.content_hash))
    came = take_kept(work)
    if came is not None and work.answers.keys() == {came.question.name}:
        work.data["way"] = BY_FILE
        work.show(came.question, Around(lead=came.said))
    elif expected.state == "returned":
        _sent_back(work, came.said if came is not None else None)
    elif not any(name != "tep" for name in work.answers):
        lead = _nothing(expected) if expected.zero and expected.standing else _kept(work)
        show(work, WAYS, came.said if came is not None else lead)
    else:
        work.data["way"] = _way(work)
        stands = _handed_in(expected) if expected.standing else _as_it_stands(work)
        advance(work, lines(came.said if came is not None else None, stands))
        check_again(work)
    return work.turn(FLOOR)


def _no_questions(expected: Expected) -> Text:
    """The plan was changed, and knows this report no more."""
    return msg("The questions of %(code)s are not known here any more. Please telephone the duty room.", code=expected.code)


def _open(expected: Expected, facts: Facts) -> bool:
    """Whether it can be handed in, or a correction of it, just now."""
    if expected.settled:
        return False
    return expected.opens_at <= facts.now and not expected.locked(facts.now)


def _sent_back(work: Filling, came: Text | None) -> None:
    """At what is to be put right; where the whole was sent back, at the review. `came`: what is said of a file that has just been taken."""
    work.data["way"] = _way(work)
    reasons = expected_of(work).reasons
    named = [name for name in reasons if work.form.has(name)]
    whole = reasons.get("")
    lead = lines(came, sent_back(work, whole) if whole else None) if came is not None or whole else None
    if named:
        ask_again(work, named, lead)
    else:
        show(work, REVIEW, lead)


def _kept(work: Filling) -> Text | None:
    given = work.answers.get("tep")
    count = len(files(given.value)) if given is not None else 0
    return msg("File received (%(count)s in all).", count=count) if count else None


def _way(work: Filling) -> str:
    """How it was begun: by chat where anything but papers and their day was answered, or is to be put right."""
    named = {*work.answers, *expected_of(work).reasons}
    by_chat = any(question.type not in PAPERS and question.name in named for question in work.form.questions)
    return BY_CHAT if by_chat else BY_FILE


def _as_it_stands(work: Filling) -> Text:
    asked = [question for question in work.filled.order("one") if work.word("way") != BY_FILE or question.type in PAPERS]
    done = sum(question.name in work.answers for question in asked)
    if done == len(asked):
        return msg("All %(all)s are answered. It is not handed in yet.", all=len(asked))
    return msg("Going on with the draft: %(done)s of %(all)s answered.", done=done, all=len(asked))


def _handed_in(expected: Expected) -> Text:
    """It is no draft any more: whoever only looks shall not think that something is missing."""
    at = Moment(expected.handed_at, "short") if expected.handed_at is not None else ""
    return msg("%(code)s is handed in (%(time)s). To put something right, choose it, then hand in once more.", code=expected.code, time=at)


def _nothing(expected: Expected) -> Text:
    at = Moment(expected.handed_at, "short") if expected.handed_at is not None else ""
    return msg(
        "%(code)s is handed in (%(time)s): there was nothing. You need do nothing more; to replace it, choose below.",
        code=expected.code, time=at,
    )  # fmt: skip


def _work(frame: Frame, incoming: Incoming, facts: Facts) -> Filling:
    expected, draft = facts.expected, facts.draft
    if expected is None:
        raise ValueError("no report was named")
    submission = draft.id if draft is not None else facts.new_id()
    answers = without_refused(draft.answers, facts.attachments) if draft is not None else {}
    data = dict(frame.data) | {"submission": submission}
    return Filling(frame, incoming, facts, facts.forms[expected.form], submission, answers, data=data, step=frame.step)


# --- one reply --------------------------------------------------------------------------------------------------------


def answer(frame: Frame, incoming: Incoming, facts: Facts) -> Turn:
    """The next message of whoever fills it in. Rights and state are looked at each time: somebody else may have handed it in meanwhile."""
    expected = facts.expected
    if expected is None or facts.draft is None or not may_hand_in(facts.who, expected):
        return Turn(leave(frame), (Say(msg("That report belongs to another unit, so it cannot be handed in from here.")),))
    if not _open(expected, facts):
        return Turn(leave(frame), (Say(true_state(expected, facts)),))
    if expected.form not in facts.forms:
        return Turn(leave(frame), (Say(_no_questions(expected)),))
    work = _work(frame, incoming, facts)
    turn: Turn | None = None
    if incoming.edits:
        turn = _edited(work)
    elif incoming.files:
        take_files(work)
    else:
        turn = _reply(work)
    if turn is not None:
        return turn
    check(work, frozenset(command.question for command in work.commands if isinstance(command, PutAnswer)))
    return work.turn(FLOOR)


def _edited(work: Filling) -> Turn | None:
    """A correction in place: then the same question or screen once more."""
    said, before = corrected(work), work.word("about")
    if work.step == WHY and any(isinstance(command, PutAnswer) and command.question == before for command in work.commands):
        advance(work, said)  # the figure that wanted a reason is another one now
    else:
        again(work, said)
    return None


def _reply(work: Filling) -> Turn | None:
    match fill.read(work, _SAID.get(work.step)):
        case reply.Late():
            again(work, msg("That was for an earlier question. Here is the one that is open:"))
        case reply.Nothing():
            again(work, msg("That cannot be used here. Please type, or choose below."))
        case reply.Pressed(key):
            return _pressed(work, key)
        case reply.Typed(text):
            return _typed(work, text)
    return None


_SAID = {ZERO: {"co": YES, "dung": YES, "dong y": YES, "khong": reply.BACK}, WHY: {"sua": FIX, "sua so": FIX}, REVIEW: {"nop": reply.SEND}}


def _pressed(work: Filling, key: str) -> Turn | None:
    if key == reply.CANCEL:
        return _later(work)
    if key == reply.RESUME:
        again(work)
        return None
    if key == reply.BACK:
        return _back(work)
    question = work.question
    if question is None:
        return _on_screen(work, key)
    if _filled_meanwhile(work, question):
        return None
    shown = frozenset(one.name for one in fill.shown_together(work, question))
    around = fill.press(work, question, key)
    if around is None:
        advance(work, _kept_unfit(work, shown) if key == reply.KEEP else None)
    else:
        work.show(question, around)
    return None


def _typed(work: Filling, text: str) -> Turn | None:
    if work.step == WHY:
        if not any(letter.isalpha() for letter in text) or len(text) > LONGEST:  # figures are meant to replace the figure
            again(work, msg("Please use a few words."))
            return None
        name = work.word("about")
        work.put(name + checks.WHY, text, message=work.incoming.message)
        work.data["about"] = ""
        advance(work, msg("Thank you, the reason is kept with the figure."))
        return None
    question = work.question
    if question is None:
        again(work, msg("Please choose one of these, or type its number."))
        return None
    if _filled_meanwhile(work, question):
        return None
    if fold(text) in _EAGER:
        again(work, msg("A few questions are still open. After the last one you can hand it in at once."))
        return None
    around = fill.typed(work, question, text)
    if around is None:
        advance(work)
    else:
        work.show(question, around)
    return None


def _kept_unfit(work: Filling, names: frozenset[str]) -> Text | None:
    """Kept figures that cannot be right do not hold anybody up, but nobody shall take them for accepted."""
    found = checks.found_at(work.form, work.filled.values(), work.facts.known, names)
    return (
        msg("Kept for now. These figures do not fit yet; they are asked once more before it is handed in.")
        if found and found.hard
        else None
    )


def _filled_meanwhile(work: Filling, question: Question) -> bool:
    """A colleague at the same draft, or a spreadsheet that was read since, has answered what is open here: that is shown before it is replaced."""
    new = [one for one in fill.shown_together(work, question) if one.name in work.answers and one.name not in work.early]
    if not new or question.type is QuestionType.FILE:  # files are added, none takes another's place
        return False
    work.data["early"] = [*(one.name for one in new), *work.early]
    what = Join(tuple(said(work, one) for one in new), "; ")
    work.show(question, Around(msg("Filled in meanwhile: %(what)s. Keep it, or type another.", what=what)))
    return True


def _on_screen(work: Filling, key: str) -> Turn | None:
    if key == reply.SEND and work.step == REVIEW:
        return send(work)
    if work.step == ZERO and key == YES:
        return hand_in(work, zero=True)
    if key == TABLE:
        return _table(work)
    if key in {BY_CHAT, BY_FILE}:
        work.data["way"] = key
        advance(work)
    elif key == NOTHING:
        show(work, ZERO)
    elif key == FIX:
        ask_again(work, [work.word("about")])
    elif key.startswith(EDIT):
        edit_section(work, key.removeprefix(EDIT))
    else:
        again(work)
    return None


def _back(work: Filling) -> Turn | None:
    here = work.question
    if here is None:
        show(work, WAYS if work.step in {ZERO, WAYS} else REVIEW)
        return None
    before = work.filled.before(here.name)
    if before is None or (work.word("way") == BY_FILE and before.type not in PAPERS):
        show(work, WAYS)
    else:
        together = fill.given_with(work, before)
        work.data["early"] = [*(one.name for one in together), *work.early]
        work.show(together[0])
    return None


def _later(work: Filling) -> Turn:
    text = msg(
        "All right. The draft is kept, and a colleague of your unit can go on with it too. To go on, type: %(typed)s",
        typed=Typed(f"nop {expected_of(work).number}"),
    )
    return end(work.frame, text, *work.commands)


def _table(work: Filling) -> Turn:
    """The spreadsheet comes by itself; when it is sent back its figures are read into the draft."""
    who = work.facts.who
    wanted = WantDocument(
        work.facts.new_id(),
        "template",
        {"expected": expected_of(work).id, "number": expected_of(work).number},
        person=who.person if who else "",
    )
    text = msg("The spreadsheet is on its way. Fill in the column of figures and send it back here, whenever you like.")
    work.data["way"] = BY_CHAT
    return Turn(work.turn(FLOOR).frame, (Say(text),), (*work.commands, wanted))
