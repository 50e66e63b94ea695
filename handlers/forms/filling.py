"""One turn of filling a form: takes one reply, moves the cursor, keeps what was given. The dialogue around it (a report, a checklist) decides
what the answers cause and what is shown where no question is left."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from handlers import reply
from handlers.forms.checks import WHY
from handlers.forms.engine import Filled
from handlers.forms.figures import BLOCK, Unread, checked, read_figures
from handlers.forms.offers import AS_BEFORE, PAGE, Offer, all_offers, before_all, offers, spoken
from handlers.forms.parsers import Misread, Read, parse
from handlers.forms.showing import ALTERNATIVE, Around, alternative_text, ask
from handlers.forms.values import account_parts, account_value, figure_text, span_text, value_span
from handlers.reading.folding import fold
from models.commands import Command, PutAnswer
from models.facts import Facts, Given
from models.form import HOLDS_FILES, Form, Question, QuestionType, Stage
from models.talk import Frame, Incoming, Join, Json, Say, Text, Turn, msg

_SKIPPING = frozenset({"bo qua", "boqua", "skip"})  # "không rõ" is an answer of its own to many an open question
MORE_WORDS = 3  # fewer words behind a free account are a slip, not a part of it


@dataclass
class Filling:
    """What a turn has read and decided so far. `moved`: the cursor's question was answered or left, the next one is due."""

    frame: Frame
    incoming: Incoming
    facts: Facts
    form: Form
    submission: str
    answers: dict[str, Given]
    staff: bool = False
    data: dict[str, Json] = field(default_factory=dict)
    step: str = ""
    says: list[Say] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)
    echo: Text | None = None
    _filled: Filled | None = None  # until the next answer: walking the form is most of a handler's work

    @property
    def filled(self) -> Filled:
        """The form with the answers of this turn."""
        if self._filled is None:
            self._filled = Filled(self.form, dict(self.answers), self.staff)
        return self._filled

    @property
    def discreet(self) -> bool:
        """Whether what was answered elsewhere may not be read out here, in a chat that can keep nothing private: an officer adds to a case, or its
        reporter from another conversation than the one where it was reported (there the messenger may have promised to take it back)."""
        case = self.facts.case
        elsewhere = case is not None and case.conversation != self.facts.conversation
        return (self.staff or elsewhere) and not self.facts.channel.confidential

    @property
    def stage(self) -> Stage:
        """Which stage is being asked."""
        return "more" if self.data.get("stage") == "more" else "one"

    @property
    def question(self) -> Question | None:
        """The question at the cursor, if the cursor stands on one."""
        return self.form.question(self.step) if self.form.has(self.step) else None

    @property
    def early(self) -> list[str]:
        """Questions that are still asked although something was said about them before their turn."""
        found = self.data.get("early")
        return [str(name) for name in found] if isinstance(found, list) else []

    def word(self, name: str) -> str:
        """A word that the frame remembers, "" if none."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def say(self, text: Text) -> None:
        """Something that is no question."""
        self.says.append(Say(text))

    def put(self, question: str, value: Json, *, skipped: bool = False, message: str = "") -> None:
        """Keep an answer. The reason for a figure goes with the figure: another one may need another."""
        before, reason = self.answers.get(question), self.answers.get(question + WHY)
        if reason is not None and before is not None and before.value != value:
            self._put(question + WHY, None, skipped=True, message=message)
        self._put(question, value, skipped=skipped, message=message)

    def _put(self, question: str, value: Json, *, skipped: bool, message: str) -> None:
        self.answers[question] = Given(value, skipped, message, self.facts.now)
        self._filled = None
        self.commands.append(PutAnswer(self.submission, question, value, skipped, message))

    def next(self) -> Question | None:
        """The next question of the stage."""
        return self.filled.next(self.stage, self.early)

    def show(self, question: Question, around: Around | None = None) -> None:
        """Ask a question: the cursor stands on it."""
        around = replace(around or Around(), block=block(self, question))
        self.data["block"] = [one.name for one in around.block]
        self.data |= reply.same_question(self.frame, question.name)
        self.data["page"] = around.page
        self.data["alternatives"] = list(around.alternatives)
        self.data["candidates"] = around.candidates
        asked = ask(question, self.filled, self.facts, around, discreet=self.discreet)
        self.says.append(replace(asked, figures=_figures(question)))
        self.step = question.name

    def turn(self, floor: str) -> Turn:
        """What was decided. Empty words are not remembered."""
        data = {name: value for name, value in self.data.items() if value not in (None, "", [], 0, False)}
        return Turn(replace(self.frame, floor=floor, step=self.step, data=data), tuple(self.says), tuple(self.commands))


# --- reading ----------------------------------------------------------------------------------------------------------


NO_PHOTO = dict.fromkeys(
    ("khong", "khong co", "khong co anh", "chua co", "chua co anh", "het anh", "khong gui", "khong co tep", "chua co tep", "khong co file",
     "khong co van ban", "chua co van ban"), reply.SKIP,
)  # fmt: skip


def read(filling: Filling, said: Mapping[str, str] | None = None) -> reply.Reply:
    """The reply to the question at the cursor; `said` are words for a screen that is no question."""
    question = filling.question
    if question is None:
        return reply.read_reply(filling.frame, filling.incoming, also=said)
    found = offers(question, filling.facts, filling.filled.values(), _page(filling))
    # Beside real buttons a bare number under an open question is what somebody means to say; without buttons it is how they choose.
    numbers = not _figures(question) and (question.type is not QuestionType.TEXT or not filling.facts.channel.buttons)
    return reply.read_reply(
        filling.frame, filling.incoming, also=spoken(found) | (NO_PHOTO if question.type in HOLDS_FILES else {}), numbers=numbers
    )


def _figures(question: Question) -> bool:
    """Whether the answer itself is a figure: a bare number never chooses there, on any channel."""
    return (
        question.figure or question.type is QuestionType.BIRTH or (question.type is QuestionType.UNIT and question.level == "neighbourhood")
    )


def press(filling: Filling, question: Question, key: str) -> Around | None:
    """A choice at a question; None if the cursor may move on, else what to ask the same question again with."""
    if key.startswith(PAGE):
        return Around(page=int(key.removeprefix(PAGE)))
    if key.startswith(ALTERNATIVE):
        return _alternative(filling, question, key)
    if key == AS_BEFORE:
        here = _shown_block(filling, question)
        _take_figures(filling, tuple(zip(here, before_all(here, filling.facts), strict=False)))
        return None
    if key in {reply.KEEP, reply.DONE}:
        return _keep_all(filling, question)
    if key == reply.SKIP and not question.required:
        return _skip(filling, question)
    found = offers(question, filling.facts, filling.filled.values(), _page(filling))
    offer = next((offer for offer in found if offer.key == key), None)
    if offer is None:
        return Around(lead=msg("Please choose one of these, or type its number."))
    _take(filling, question, offer)
    return _leave(filling, question)


def _keep_all(filling: Filling, question: Question) -> Around | None:
    """A list is kept as it is read: whole."""
    for one in _shown_block(filling, question):
        if one.name in filling.answers:
            _leave(filling, one)
    return _leave(filling, question)


def _skip(filling: Filling, question: Question) -> Around | None:
    if question.figure:  # the same list comes again without it: say which one was left out
        _take_figures(filling, ((question, None),))
        return None
    if question.name not in filling.answers:
        filling.put(question.name, None, skipped=True, message=filling.incoming.message)
    return _leave(filling, question)


def typed(filling: Filling, question: Question, text: str) -> Around | None:
    """Words at a question; None if the cursor may move on."""
    given = filling.answers.get(question.name)
    if question.account and given and not given.skipped and question.name in filling.early:
        add_words(filling, question, text, filling.incoming.message)
        return _leave(filling, question)
    if question.required and not filling.incoming.forwarded and fold(text) in _SKIPPING:
        return Around(lead=msg("This one needs an answer, however short."))
    if question.figure:
        return _figures_typed(filling, question, text)
    found = parse(question, text, filling.facts)
    if filling.incoming.forwarded and question.type is QuestionType.SELECT_ONE:  # somebody else's words are no choice
        found = Misread(msg("Please choose one of these, or type its number."))
    if isinstance(found, Misread):
        return Around(lead=found.why, alternatives=found.candidates, candidates=True)
    if question.type is QuestionType.SELECT_ONE:  # a choice in its own words may have an effect too
        offer = next(one for one in all_offers(question, filling.facts) if one.value == found.value)
        _take(filling, question, offer)
        return _leave(filling, question)
    keep(filling, question, found)
    return _leave(filling, question)


def block(filling: Filling, question: Question) -> tuple[Question, ...]:
    """The figures that one message may answer: this one, and those behind it in its part of the form that are still to be asked."""
    if not question.figure:
        return ()
    part = [one for one in filling.filled.order(filling.stage) if one.section == question.section and one.type is question.type]
    behind = part[part.index(question) + 1 :] if question in part else []
    open_ = (one for one in behind if one.name not in filling.answers or one.name in filling.early)
    return (question, *list(open_)[: BLOCK - 1])


def given_with(filling: Filling, question: Question) -> tuple[Question, ...]:
    """Figures of one message are corrected together: this one, and those right before it in its part that came in the same message."""
    message = filling.answers[question.name].message
    if not question.figure or not message:
        return (question,)
    part = [one for one in filling.filled.order(filling.stage) if one.section == question.section and one.figure]
    until = part[: part.index(question) + 1]
    same = itertools.takewhile(lambda one: one.name in filling.answers and filling.answers[one.name].message == message, reversed(until))
    return tuple(reversed(list(same)))


def _shown_block(filling: Filling, question: Question) -> tuple[Question, ...]:
    """As it was last shown: a colleague may have answered some of it meanwhile."""
    names = filling.frame.data.get("block")
    shown = tuple(filling.form.question(str(name)) for name in names if filling.form.has(str(name))) if isinstance(names, list) else ()
    return shown if question in shown[:1] else block(filling, question)


def shown_together(filling: Filling, question: Question) -> tuple[Question, ...]:
    """What one message was asked for: the question, or the list of figures as it was shown."""
    return _shown_block(filling, question) or (question,)


def _figures_typed(filling: Filling, question: Question, text: str) -> Around | None:
    read = read_figures(text, _shown_block(filling, question))
    if isinstance(read, Unread):
        return Around(lead=read.why)
    _take_figures(filling, read.values)
    return None


def _take_figures(filling: Filling, values: Sequence[tuple[Question, Json]]) -> None:
    for one, value in values:
        filling.put(one.name, value, skipped=value is None, message=filling.incoming.message)
        _leave(filling, one)
    filling.echo = Join(tuple(Join((one.short, " ", "–" if value is None else figure_text(value)), "") for one, value in values), "; ")


def read_table(form: Form, values: Mapping[str, Json], facts: Facts) -> tuple[dict[str, Json], tuple[tuple[Question, Text], ...]]:
    """Figures that came in a table, by the question's name, and those that were not understood with why. Empty cells and unknown names say nothing."""
    found: dict[str, Json] = {}
    misread: list[tuple[Question, Text]] = []
    for question in form.questions:
        given = values.get(question.name)
        if not question.figure or given is None or not str(given).strip():
            continue
        cell = _cell(question, given, facts)
        if isinstance(cell, Misread | Unread):
            misread.append((question, cell.why))
        else:
            found[question.name] = cell
    return found, tuple(misread)


def _cell(question: Question, given: Json, facts: Facts) -> Json | Misread | Unread:
    """A cell: a number as it is, words as if they were typed."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return checked(given, question)
    found = parse(question, str(given), facts)
    return found if isinstance(found, Misread) else found.value


def keep(filling: Filling, question: Question, found: Read) -> None:
    """Store what was read, and remember how to show it back."""
    filling.put(question.name, found.value, message=filling.incoming.message)
    for name, value in found.fills.items():
        filling.put(name, value, message=filling.incoming.message)
    filling.echo = found.shown
    filling.data["alternatives"] = list(found.others)


def add_words(filling: Filling, question: Question, text: str, message: str) -> None:
    """What is said behind (or before) a free account is a part of it."""
    given = filling.answers.get(question.name)
    pieces = account_parts(given.value, given.message) if given and not given.skipped else []
    pieces.append({"text": text, "message": message})
    filling.put(question.name, account_value(pieces), message=message)


def belongs_to(filling: Filling, text: str) -> Question | None:
    """The free account that words at the cursor still belong to: they came right behind it, or where only photos are expected."""
    here = filling.question
    account = next((question for question in filling.filled.order(filling.stage) if question.account), None)
    if account is None or here is None or account.name not in filling.answers:
        return None
    behind = filling.word("last") == account.name and len(text.split()) >= MORE_WORDS and here.type is QuestionType.SELECT_ONE
    return account if behind or here.type is QuestionType.PHOTO else None


# --- moves ------------------------------------------------------------------------------------------------------------


def _page(filling: Filling) -> int:
    page = filling.data.get("page")
    return page if isinstance(page, int) else 0


def _take(filling: Filling, question: Question, offer: Offer) -> None:
    filling.put(question.name, offer.value, message=filling.incoming.message)
    for name, value in offer.fills.items():
        filling.put(name, value, message=filling.incoming.message)
    if offer.then:
        filling.effects.append(offer.then)
    span = value_span(offer.value, filling.facts.zone) if question.type is QuestionType.DATETIME else None
    filling.echo = span_text(span) if span is not None else None
    filling.data["alternatives"] = []
    filling.data["tap"] = offer.key


def _alternative(filling: Filling, question: Question, key: str) -> Around | None:
    """Another reading of the words: of this question, or of the one before, which was answered with the likeliest."""
    found, place = filling.data.get("alternatives"), int(key.removeprefix(ALTERNATIVE))
    if not isinstance(found, list) or place >= len(found):
        return Around()
    here = filling.data.get("candidates") is True
    target = question if here else filling.form.question(filling.word("last"))
    filling.put(target.name, found[place], message=filling.incoming.message)
    filling.echo = alternative_text(found[place], filling.facts)
    filling.data["alternatives"] = []
    return _leave(filling, question) if here else Around(echo=filling.echo)


def _leave(filling: Filling, question: Question) -> Around | None:
    """The question is done with. None, so that a caller can say so in the same breath."""
    filling.data["last"] = question.name
    filling.data["early"] = [name for name in filling.early if name != question.name]
    return None
