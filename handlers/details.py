"""The details of a case as letters: what is needed first at two in the morning comes first, and no letter is longer than a screen channel takes.

1. Call-back and whether it is safe, where, who is with the child, is the one who harms there, what was seen, when; then all other answers.
2. A reporter is named only after saying so; until then the number is the taker's alone. Of whoever asked not to be contacted no number is shown.
"""

from collections.abc import Iterator

from handlers.card import CAME_BY, flags, headline, known, source
from handlers.clock_words import details_lines
from handlers.forms.engine import Filled
from handlers.forms.showing import answer_text
from handlers.forms.values import account_text
from models.facts import Case, Draft, Facts, Given
from models.form import Form, Question, QuestionType
from models.talk import N_, Join, Label, Moment, Msg, Text, lines, msg

LONGEST = 3500  # letters of one letter; Telegram takes 4096, and a translation may be longer than our estimate
_CHUNK = 2500  # letters of free text in one piece
PHOTO_STATES = frozenset({"wanted", "stored"})

FIRST = ("ward", "neighbourhood", "place", "child_whereabouts", "relation", "lives_with_child", "danger", "child_safe", "seen", "when")
"""Questions in the order of their use; names that a form does not have are passed over."""
OF_THE_REPORTER = frozenset({"contact", "phone", "named"})
CONTACT = {
    "yes": N_("safe to call and to write"),
    "call_only": N_("CALL ONLY, do not write"),
    "no": N_("DO NOT contact this person"),
    "": N_("not asked: whether this phone is safe is not known"),
}


def detail_texts(facts: Facts) -> list[Text]:
    """One text a letter, in order; never empty."""
    assert facts.case is not None
    pieces = [*_head(facts.case, facts), *_reporter(facts.case, facts), *_answers(facts), *_remarks(facts)]
    return _letters(pieces, facts.case)


def _head(case: Case, facts: Facts) -> Iterator[Text]:
    yield headline(case, facts.plan)
    yield from details_lines(case, facts.clocks, facts.plan, facts.now)
    yield from flags(case, facts.plan)
    if case.came_by in CAME_BY:
        yield source(case)


# --- the reporter -----------------------------------------------------------------------------------------------------


def _reporter(case: Case, facts: Facts) -> Iterator[Text]:
    """Who reported, as far as they wish to be known, and how to reach them."""
    if case.source == "child":
        yield msg("📞 No call-back number: perhaps a child wrote. Do not write to this chat; whoever holds the phone is not known.")
        return
    if case.source != "citizen":  # nobody knows a citizen's name
        yield _name(facts)
    yield msg("📞 Call-back: %(number)s – %(safe)s", number=_number(case, facts), safe=known(CONTACT, case.contact, CONTACT[""]))


def _name(facts: Facts) -> Text:
    named = _value(facts, "named")
    if named == "named" and facts.reporter is not None:
        return msg("👤 Reporter: %(name)s", name=facts.reporter.name)
    return msg("👤 Reporter: asked for secrecy") if named == "secret" else msg("👤 Reporter: not asked yet whether the name may be told")


def _number(case: Case, facts: Facts) -> Text:
    """Until somebody has agreed to be named, the number is the taker's alone, because it gives the name away."""
    mine = facts.who is not None and case.taken_by == facts.who.person
    if case.contact == "no":
        return msg("not shown")
    if case.source != "citizen" and _value(facts, "named") != "named" and not mine:
        return msg("shown to whoever has taken the case")
    if facts.case_draft is not None and "phone" in facts.case_draft.answers:
        return str(_value(facts, "phone") or "") or msg("not known")
    return (facts.reporter.phone if facts.reporter is not None else "") or msg("not known")


def _value(facts: Facts, question: str) -> object:
    given = facts.case_draft.answers.get(question) if facts.case_draft is not None else None
    return given.value if given is not None else None


# --- the answers ------------------------------------------------------------------------------------------------------


def _answers(facts: Facts) -> Iterator[Text]:
    draft = facts.case_draft
    form = facts.forms.get(draft.form) if draft is not None else None
    if draft is None or form is None:
        yield msg("Nothing more is known yet.")
        return
    asked = [question for question in _relevant(form, draft) if question.name not in OF_THE_REPORTER]
    order = {name: place for place, name in enumerate(FIRST)}
    given = [(question, draft.answers[question.name]) for question in asked if question.name in draft.answers]
    told = [(question, one) for question, one in given if not one.skipped and one.value is not None]
    for question, one in sorted(told, key=lambda pair: order.get(pair[0].name, len(order))):
        yield from _line(question, one, facts)
    if not told:
        yield msg("Nothing more is known yet.")


def _relevant(form: Form, draft: Draft) -> list[Question]:
    return Filled(form, draft.answers, staff=True).relevant()


def _line(question: Question, given: Given, facts: Facts) -> Iterator[Text]:
    """ "Short name: answer"; a long account in pieces, so that it can run over several letters."""
    if question.type is not QuestionType.TEXT:
        yield Join((question.short, answer_text(question, given, facts)), separator=": ")
        return
    words = account_text(given.value)
    if len(words) <= _CHUNK:
        yield Join((question.short, answer_text(question, given, facts)), separator=": ")
        return
    pieces = [words[start : start + _CHUNK] for start in range(0, len(words), _CHUNK)]
    yield Join((question.short, pieces[0]), separator=": ")
    yield from pieces[1:]


# --- what officers said -----------------------------------------------------------------------------------------------


REMARKS = {
    "statement": N_("📝 Done"),
    "claim": N_("📝 The reporter says"),
    "close": N_("📝 Closed"),
    "release": N_("📝 Handed back"),
    "takeover": N_("📝 Taken over"),
    "promise": N_("📝 Promised"),
    "reopen": N_("📝 Opened again"),
}


def _remarks(facts: Facts) -> Iterator[Text]:
    """Whoever gets a case reads why it came to them."""
    for remark in facts.remarks:
        head = Join(
            (known(REMARKS, remark.kind, REMARKS["statement"]), Moment(remark.at, "short"), *((remark.by,) if remark.by else ())),
            separator=" · ",
        )
        yield Join((head, remark.text), separator=": ")


# --- letters ----------------------------------------------------------------------------------------------------------


def _letters(pieces: list[Text], case: Case) -> list[Text]:
    """Pieces gathered into letters of at most LONGEST; from the second on each begins with the code."""
    gathered: list[list[Text]] = [[]]
    size = 0
    for piece in pieces:
        length = size_of(piece) + 1
        if gathered[-1] and size + length > LONGEST:
            gathered.append([msg("%(code)s, continued", code=case.code)])
            size = 40
        gathered[-1].append(piece)
        size += length
    return [lines(*some) for some in gathered]


def size_of(text: Text) -> int:
    """About how long a text is once rendered; a translation may be half as long again as its English."""
    match text:
        case str():
            return len(text)
        case Label(vi, en):
            return max(len(vi), len(en))
        case Msg(message, args):
            return len(message) * 3 // 2 + sum(size_of(arg) for arg in args.values())
        case Join(parts, separator):
            return sum(size_of(part) + len(separator) for part in parts)
        case _:
            return 40
