"""The incident form as a graph, what the interpreter does with it, and random walks through it."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.form_files import choice_names
from handlers.forms.engine import Filled
from handlers.forms.offers import WARDS_SHOWN, offers
from handlers.forms.parsers import Misread, Read, parse
from handlers.forms.scribe import CAME_BY
from handlers.forms.showing import Around, ask, value_text
from models import commands as c
from models.facts import Given, Who
from models.form import QuestionType
from models.talk import Choice, Label
from tests.transcripts import COLLABORATOR, Talk, form, plan, render

FORM, PLAN = form(), plan()
SELECTS = [question for question in FORM.questions if question.type is QuestionType.SELECT_ONE]
FORKS = ("danger", "kind", "violation", "injury_cause", "relation", "contact")  # the questions that conditions ask about


def filled(answers: dict[str, Any], *, staff: bool = False) -> Filled:
    return Filled(FORM, {name: Given(value) for name, value in answers.items()}, staff)


def walk(choose: dict[str, str]) -> list[str]:
    """The questions of stage one, in the order of asking, when forks are answered as told."""
    answers: dict[str, Any] = {}
    while question := filled(answers).next("one"):
        answers[question.name] = choose.get(question.name) or next(iter(choice_names(question, PLAN)), "x")
    return list(answers)


def paths(answers: dict[str, Any] | None = None) -> list[list[str]]:
    """Every way through stage one: branches where a condition may ask about the answer."""
    answers = answers or {}
    question = filled(answers).next("one")
    if question is None:
        return [list(answers)]
    choices = choice_names(question, PLAN) if question.name in FORKS else [next(iter(choice_names(question, PLAN)), "x")]
    return [path for choice in choices for path in paths({**answers, question.name: choice})]


PATHS = paths()


# --- the graph --------------------------------------------------------------------------------------------------------


def test_every_question_is_reached_and_every_path_ends() -> None:
    """Whatever is chosen, stage one ends, and between all choices every question is asked once."""
    reached = {name for path in PATHS for name in path} | {question.name for question in filled({}, staff=True).order("more")}
    reached |= {question.name for question in filled({CAME_BY: "phone", "named": "named"}).order("one") if question.scribe}
    assert {question.name for question in FORM.questions} == reached


def test_no_path_asks_more_than_eighteen_questions() -> None:
    """The longest way (in danger, an injury that nobody can explain, no number known) has eighteen questions, one of them skipped by most."""
    assert max(len(path) for path in PATHS) == 18


def test_danger_asks_where_next_and_then_whether_the_division_was_telephoned() -> None:
    """What the room needs in order to come stands first."""
    assert walk({"danger": "danger"})[:5] == ["danger", "ward", "place", "called", "kind"]


def test_without_danger_the_order_is_that_of_the_form() -> None:
    """What, by whom, where, when, seen."""
    expected = [
        "danger",
        "kind",
        "violation",
        "relation",
        "lives_with_child",
        "network_involved",
        "ward",
        "neighbourhood",
        "place",
        "when",
        "seen",
    ]
    assert expected == walk({"danger": "safe"})[:11]


@pytest.mark.parametrize("item", [item.id for item in PLAN.list("violation_types") if item.sexual])
def test_no_photo_is_asked_for_sexual_abuse(item: str) -> None:
    """For every kind that the plan marks as sexual."""
    assert "photos" not in walk({"danger": "safe", "kind": "violation", "violation": item})


@pytest.mark.parametrize(("cause", "asked"), [("accident", False), ("inflicted", True), ("self", True), ("unknown", True)])
def test_an_injury_that_was_no_accident_goes_the_protection_way(cause: str, asked: bool) -> None:
    """All but the first ask whether somebody of the network is involved; who may have done it is not asked of a child who hurt itself."""
    path = walk({"danger": "safe", "kind": "injury", "injury_cause": cause})
    assert asked is ("network_involved" in path)
    assert ("relation" in path) is (asked and cause != "self")


def test_the_childs_group_is_asked_of_officers_only() -> None:
    """The 14 groups are never asked of a reporter."""
    assert "child_group" not in [question.name for question in filled({}).order("more")]
    assert "child_group" in [question.name for question in filled({}, staff=True).order("more")]


def test_nothing_of_the_second_stage_is_required() -> None:
    """It can be skipped, before and after sending."""
    assert [question.name for question in FORM.questions if question.stage == "more" and question.required] == []


def test_every_value_of_a_severity_rule_can_be_answered() -> None:
    """The plan's rules ask about answers that the form can give."""
    rules = PLAN.severity_rules
    expected = {name: set(values) for name, values in rules.answers.items() if name != "source"}
    expected |= {name: {item.id for item in PLAN.list(of)} for name, of in rules.answers_from.items()}
    assert expected == {name: set(choice_names(FORM.question(name), PLAN)) for name in expected}


# --- texts ------------------------------------------------------------------------------------------------------------


def every_say() -> list[Any]:
    talk = Talk()
    empty = Filled(FORM, {}, staff=True)
    return [ask(question, empty, talk.facts(), Around(page=page)) for question in FORM.questions for page in (0, 1, 2)]


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_question_fits_a_small_screen(locale: str) -> None:
    """At most 300 letters above the choices; at most 12 choices, but for the officers' 14 groups."""
    says = every_say()
    assert [render(say.text, locale) for say in says if len(render(say.text, locale)) > 300] == []
    assert [render(say.text, locale) for say in says if len(say.choices) > 12 and "Điều 10" not in render(say.text)] == []


def test_every_text_has_both_languages() -> None:
    """No label is empty, and none is the same letters by mistake where it is a sentence."""
    labels = [question.label for question in FORM.questions]
    labels += [
        label for question in FORM.questions for choice in question.choices for label in (choice.label, choice.hint, choice.said) if label
    ]
    assert [label for label in labels if not (label.vi.strip() and label.en.strip()) or (label.vi == label.en and " " in label.vi)] == []


def test_every_button_fits_the_wire() -> None:
    """Telegram takes 64 bytes: the question's number, a dot, the key."""
    assert [choice.key for say in every_say() for choice in say.choices if len(f"99999.{choice.key}".encode()) > 64] == []


def test_every_answer_can_be_shown_in_both_languages() -> None:
    """A stored choice always finds its words again."""
    facts = Talk().facts()
    for question in SELECTS:
        for name in choice_names(question, PLAN):
            shown = value_text(question, name, facts)
            assert isinstance(shown, Label), name
            assert render(shown) != name


def test_a_typed_label_finds_its_choice_in_both_languages() -> None:
    """Whole labels and the form's own short words, folded or not."""
    facts = Talk().facts()
    for question in SELECTS:
        for offer in offers(question, facts, {}):
            assert Read(offer.value) == parse(question, render(offer.label, "vi").upper(), facts)
            assert Read(offer.value) == parse(question, render(offer.label, "en"), facts)
            for word in offer.also:
                assert offer.value == getattr(parse(question, word, facts), "value", None), word


# --- wards ------------------------------------------------------------------------------------------------------------


def ward_labels(page: int, who: Who | None = COLLABORATOR) -> list[str]:
    talk = Talk(who=who)
    return [render(offer.label) for offer in offers(FORM.question("ward"), talk.facts(), {}, page)]


def test_the_reporters_own_ward_comes_first() -> None:
    """One tap where most cases happen."""
    assert ward_labels(0) == ["Phường Ngọc Lâm", "Phường khác"]


@pytest.mark.parametrize("who", [COLLABORATOR, None])
def test_the_pages_hold_every_ward_once(who: Who | None) -> None:
    """Turning the pages shows the fourteen wards."""
    pages = ward_labels(0, who)[:-1] + ward_labels(1, who)[:-1] + (ward_labels(2, who)[:-1] if who else [])
    assert sorted(render(unit.name) for unit in PLAN.wards()) == sorted(pages)
    assert all(len(ward_labels(page, who)) <= WARDS_SHOWN + 1 for page in range(3))


@pytest.mark.parametrize(
    ("typed", "ward"),
    [("Ngọc Lâm", "ngoc_lam"), ("p ngoc lam", "ngoc_lam"), ("ngoc lâm ạ", "ngoc_lam"), ("bo de", "bo_de"), ("ngoc lan", "ngoc_lam")],
)
def test_a_ward_is_read_as_people_type_it(typed: str, ward: str) -> None:
    """Prefixes, missing marks, slips of a letter."""
    found = parse(FORM.question("ward"), typed, Talk().facts())
    assert isinstance(found, Read)
    assert ward == found.value


def test_the_name_of_a_later_ward_is_asked_back() -> None:
    """Phường Hồng Hà of 2025 may be any of several wards of this plan."""
    found = parse(FORM.question("ward"), "Hồng Hà", Talk().facts())
    assert isinstance(found, Misread)
    assert found.candidates


# --- random walks -----------------------------------------------------------------------------------------------------

WORDS = [
    "", "có", "không", "quay lại", "bỏ qua", "huỷ", "tiếp tục", "gửi", "xong", "trợ giúp", "1", "2", "9", "12", "tổ 5", "ngoc lam", "hôm qua", "7h",
    "15/3", "rằm tháng 7", "mai", "0912345678", "8 tuổi", "...", "bố nó đánh suốt", "báo cáo", "xem", "bổ sung", "toi bam nham", "%s %(x)s", "🙂",
]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32), texts=st.lists(st.text(max_size=30), max_size=5), known=st.booleans(), locale=st.sampled_from(["vi", "en"])
)
def test_whatever_is_said_nothing_breaks_and_nothing_given_is_lost(seed: int, texts: list[str], known: bool, locale: str) -> None:
    """A random talk of eighty turns: no exception, always an open question or an end, and no answer ever disappears."""
    chance, talk = random.Random(seed), Talk(who=COLLABORATOR if known else None, locale=locale)
    talk.say("/baocao")
    for _ in range(80):
        before = {name: dict(draft.answers) for name, draft in talk.drafts.items()}
        step(talk, chance, [*WORDS, *texts])
        for name, answers in before.items():
            assert answers.keys() <= talk.drafts[name].answers.keys()
        if not talk.frame.floor:
            talk.say("/baocao")
        assert talk.frame.shown or talk.frame.step == "seen"
        assert not talk.case or talk.frame.data.get("case") or talk.frame.data.get("submission") != talk.case["submission"]


def step(talk: Talk, chance: random.Random, texts: list[str]) -> None:
    """One random thing that a person does."""
    match chance.randrange(8):
        case 0 | 1 | 2 | 3 if talk.choices:
            choice: Choice = chance.choice(talk.choices[: chance.choice([1, 3, 20])])  # mostly forward, so that many walks come to the end
            talk.press(render(choice.label, talk.locale))
        case 4:
            talk.send(chance.choice(["photo", "voice", "file"]), text=chance.choice(["", "ảnh đây"]), album=chance.choice(["", "a"]))
        case 5:
            talk.edit(f"m{chance.randrange(1, talk.count + 1)}", chance.choice(texts))
        case 6:
            talk.press_key(chance.choice(["danger", "yes", "_skip", "_alt0", "_page3", "x"]), chance.randrange(talk.frame.question + 1) + 1)
        case _:
            talk.say(chance.choice(texts))


def test_an_answer_that_lost_its_relevance_counts_no_more_and_is_kept() -> None:
    """Changed from violation to injury: the kind of violation stays as trail, and is no value."""
    found = filled({"danger": "safe", "kind": "injury", "violation": "bao_luc"})
    assert "violation" not in found.values()
    assert "violation" in found.answers


def test_commands_of_a_talk_are_of_known_kinds() -> None:
    """The interpreter puts answers and wants attachments; only the report's own rules touch a case."""
    talk = Talk()
    talk.say("/baocao")
    assert {c.OpenSubmission, c.PutAnswer, c.SetTimer} == {type(command) for command in talk.log}
