"""Reads form files and refuses what could not be run: every mistake with file, line, question and reason."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.yaml_lines import FileMistakes, Loc, Located, Mistake, read_yaml
from handlers.forms.names import CONSTRAINTS, EFFECTS
from handlers.reading.folding import fold
from models.condition import compared
from models.form import MAX_KEY, Form, Question, QuestionType
from models.plan import Label, Plan

OFFICE = "%(office)s"
"""In a form's label: what the plan calls the office that runs the duty room."""
_TYPES = {"violation": "violation_types", "injury": "injury_types", "need": "care_needs"}  # the plan's list of types of a kind of case


class FormError(FileMistakes):
    """Form files that cannot be run."""


def load_forms(folder: Path, plan: Plan) -> dict[str, Form]:
    """The forms of a folder and of its folder of reports by id. Raises FormError with everything that is wrong in all of them."""
    forms: dict[str, Form] = {}
    mistakes: list[Mistake] = []
    for path in (*sorted(folder.glob("*.yaml")), *sorted(folder.glob("reports/*.yaml"))):
        try:
            form = load_form(path, plan)
        except FileMistakes as error:
            mistakes += error.mistakes
            continue
        if form.id in forms:
            mistakes.append(Mistake(path.name, 1, f"the form {form.id} stands in another file too"))
        forms[form.id] = form
    if mistakes:
        raise FormError(tuple(mistakes))
    return forms


def load_form(path: Path, plan: Plan) -> Form:
    """One form file, checked against the plan."""
    located = read_yaml(path, path.name)
    try:
        said = _in_the_plans_words(_mapping(located), plan.office)
        form = Form.model_validate({**said, "content_hash": hashlib.sha256(path.read_bytes()).hexdigest()})
    except ValidationError as error:
        raise FormError(located.mistakes(error)) from None
    mistakes = tuple(located.mistake(loc, reason) for loc, reason in (*_unknown_words(said, ()), *check(form, plan)))
    if mistakes:
        raise FormError(mistakes)
    return form


def _mapping(located: Located) -> dict[str, Any]:
    if not isinstance(located.data, dict):
        raise FormError((Mistake(located.file, 1, "a form is a mapping"),))
    if "content_hash" in located.data:
        raise FormError((located.mistake(("content_hash",), "is worked out, not written"),))
    return located.data


# --- the plan's own words ---------------------------------------------------------------------------------------------


def _in_the_plans_words(here: Any, office: Label) -> Any:
    """The file with what the plan calls the office in every label that names it, as "%(office)s": the same questions for any government."""
    if isinstance(here, dict):
        words = {"vi": office.vi, "en": office.en}
        return {
            key: value.replace(OFFICE, words[key]) if key in words and isinstance(value, str) else _in_the_plans_words(value, office)
            for key, value in here.items()
        }
    return [_in_the_plans_words(value, office) for value in here] if isinstance(here, list) else here


def _unknown_words(here: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """A slip in such a place would be read out to people as it stands."""
    if isinstance(here, str) and "%(" in here:
        yield loc, f"a label can name {OFFICE} and nothing else"
    parts = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
    for key, value in parts:
        yield from _unknown_words(value, (*loc, key))


# --- what the models cannot see ---------------------------------------------------------------------------------------


def check(form: Form, plan: Plan) -> Iterator[tuple[Loc, str]]:
    """Places and reasons of everything that the interpreter could not run."""
    seen: dict[str, Question] = {}
    sections = {section.name for section in form.sections}
    for at, question in enumerate(form.questions):
        here: Loc = ("questions", at)
        if question.name in seen:
            yield (*here, "name"), "the name stands twice"
        if question.name.startswith("_"):
            yield (*here, "name"), "names that begin with _ are the interpreter's own"
        if question.section not in sections:
            yield (*here, "section"), f"unknown section {question.section}"
        yield from _check_names(question, here, form)
        yield from _check_choices(question, here, plan)
        yield from _check_conditions(question, here, seen, form, plan)
        yield from _check_figures(question, here, form, plan)
        seen[question.name] = question
    yield from _check_ratios(form)


def _check_figures(question: Question, here: Loc, form: Form, plan: Plan) -> Iterator[tuple[Loc, str]]:
    """Only figures are added up and compared, and only with figures; a figure is no part of itself, not by others either."""
    about = [("sum", name) for name in question.sum] + ([("at_most", question.at_most)] if question.at_most else [])
    for word, name in about:
        if not form.has(name) or not form.question(name).figure:
            yield (*here, word), f"{name} is no figure of the form"
        elif question.name in {name, *_parts(form, name, word)}:
            yield (*here, word), "the figure is compared with itself"
    if len(set(question.sum)) < len(question.sum):
        yield (*here, "sum"), "a part stands twice"
    if not question.figure and (about or question.compare or question.cases or question.measure):
        yield here, f"a {question.type} is neither added up nor compared"
    if question.cases is not None and question.cases not in _counts(plan):
        yield (*here, "cases"), f"no cases are counted as {question.cases}"


def _parts(form: Form, name: str, word: str) -> set[str]:
    """The figures that a figure is made of (`sum`) or bounded by (`at_most`), by way of others too."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        question = form.question(one) if form.has(one) else None
        about = () if question is None else question.sum if word == "sum" else (question.at_most,) if question.at_most else ()
        waiting += [other for other in about if other not in found]
        found.update(about)
    return found


def _counts(plan: Plan) -> set[str]:
    """What `cases` may name: a kind of case, or a kind and a type (models.report_facts.Known.cases)."""
    return {*_TYPES, *(f"{kind}:{item.id}" for kind, name in _TYPES.items() for item in plan.lists.get(name, ()))}


def _check_ratios(form: Form) -> Iterator[tuple[Loc, str]]:
    names = {question.name for question in form.questions}
    for place, ratio in enumerate(form.ratios):
        if ratio.name in names:
            yield ("ratios", place, "name"), "the name stands twice"
        names.add(ratio.name)
        for word, name in (("part", ratio.part), ("whole", ratio.whole)):
            if not form.has(name) or not form.question(name).figure:
                yield ("ratios", place, word), f"{name} is no figure of the form"


def _check_names(question: Question, here: Loc, form: Form) -> Iterator[tuple[Loc, str]]:
    if question.constraint and question.constraint not in CONSTRAINTS:
        yield (*here, "constraint"), f"unknown function {question.constraint}"
    if question.fills and not form.has(question.fills):
        yield (*here, "fills"), f"unknown question {question.fills}"
    for place, choice in enumerate(question.choices):
        if choice.then and choice.then not in EFFECTS:
            yield (*here, "choices", place, "then"), f"unknown effect {choice.then}"


def _check_choices(question: Question, here: Loc, plan: Plan) -> Iterator[tuple[Loc, str]]:
    select = question.type is QuestionType.SELECT_ONE
    if select and not (question.choices or question.choices_from):
        yield here, "a select_one needs choices or choices_from"
    timed = question.type in {QuestionType.DATETIME, QuestionType.DATE}
    if (question.choices and not (select or timed)) or (question.choices_from and not select):
        yield here, f"a {question.type} takes no choices"
    if question.choices_from and question.choices_from not in plan.lists:
        yield (*here, "choices_from"), f"the plan has no list {question.choices_from}"
        return
    known = choice_names(question, plan)
    yield from (((*here, "also", name), f"there is no choice {name}") for name in question.also if name not in known)
    names: set[str] = set()
    for place, name in enumerate(known):
        there = (*here, "choices", place) if question.choices else (*here, "choices_from")
        if name in names:
            yield there, f"the choice {name} stands twice"
        if len(name.encode()) > MAX_KEY:
            yield there, f"the choice {name} is longer than {MAX_KEY} bytes, too long for a button"
        if name.startswith("_"):
            yield there, f"the choice {name}: names that begin with _ are the interpreter's own"
        names.add(name)
    yield from _check_words(question, here, plan)


def _check_words(question: Question, here: Loc, plan: Plan) -> Iterator[tuple[Loc, str]]:
    """Folded, "bà" and "ba" are one word: it must not stand for two choices."""
    means: dict[str, str] = {}
    listed = plan.lists[question.choices_from] if question.choices_from else ()
    said = [(choice.name, (choice.label.vi, choice.label.en, *choice.also)) for choice in question.choices]
    said += [(item.id, (item.name.vi, item.name.en, *question.also.get(item.id, ()))) for item in listed]
    for name, words in said:
        for word in words:
            if means.setdefault(fold(word), name) != name:
                yield (*here, "also" if question.also else "choices"), f"“{word}” could be {means[fold(word)]} or {name}"


def _check_conditions(question: Question, here: Loc, seen: Mapping[str, Question], form: Form, plan: Plan) -> Iterator[tuple[Loc, str]]:
    for word, condition in (("relevant", question.relevant), ("first_when", question.first_when)):
        for name, values in compared(condition) if condition is not None else ():
            other = seen.get(name)
            if other is None:
                yield (*here, word), f"asks about {name}, which {'comes later' if form.has(name) else 'is no question'}"
            elif other.type is not QuestionType.SELECT_ONE:
                yield (*here, word), f"asks about {name}, which is not a select_one"
            else:
                known = choice_names(other, plan)
                yield from (
                    ((*here, word), f"{name} has no choice {value}, so this is never asked") for value in values if value not in known
                )


def choice_names(question: Question, plan: Plan) -> list[str]:
    """What an answer to a select_one can be."""
    if question.choices_from:
        return [item.id for item in plan.lists.get(question.choices_from, ())]
    return [choice.name for choice in question.choices]
