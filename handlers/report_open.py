"""A report of this conversation: begun, or opened as it stands."""

from collections.abc import Mapping
from dataclasses import replace

from handlers.floor import leave
from handlers.forms.filling import Filling
from handlers.forms.scribe import is_told
from handlers.report_case import REPORTS_A_DAY, stay_awake
from handlers.report_screens import AGAIN, STOP, advance
from handlers.rights import wards_here
from models.commands import OpenSubmission
from models.facts import Draft, Facts, Given
from models.form import Form
from models.talk import Frame, Incoming

FLOOR = "report"
FORM = "incident"


def form_of(draft: Draft, facts: Facts) -> Form:
    """A child's own call for help has no form of its own: officers add to it in the words of this one."""
    return facts.forms[draft.form if draft.form in facts.forms and draft.form != "child" else FORM]


def begin(frame: Frame, incoming: Incoming, facts: Facts) -> Filling:
    """A new report with its first question."""
    source = (
        "citizen"
        if facts.who is None or (frame.data.get("source") == "citizen" and frame.data.get("staff") is not True)
        else "collaborator"
    )
    work = _new(frame, incoming, facts, source)
    work.data["many"] = source == "citizen" and facts.reports_today >= REPORTS_A_DAY
    if facts.who is not None and facts.who.phone:
        work.put("phone", facts.who.phone)
    if facts.who is None:  # nobody knows a citizen's name, so there is none to keep secret
        work.put("named", "secret")
    if isinstance(said := frame.data.get("said"), str) and said:  # what a stranger wrote before choosing to report: still asked, never lost
        work.put("seen", said)
        work.data["early"] = ["seen"]
    advance(work)
    stay_awake(work)
    return work


def begin_for(frame: Frame, incoming: Incoming, facts: Facts, told: Mapping[str, str]) -> Filling:
    """A report that an officer writes down for somebody else; `told` says how and when it came. What the officer knows by being one is not
    asked: the division need not be telephoned by itself, and a ward officer is told of their own ward (which can be corrected)."""
    work = _new(leave(frame), incoming, facts, "citizen")
    for name, value in told.items():
        work.put(name, value)
    who = facts.who
    if who is not None and any(held.unit == facts.plan.division for held in who.held):
        work.put("called", "yes")
    elif who is not None and len(wards := wards_here(who, facts.plan)) == 1:
        work.put("ward", wards[0])
    advance(work)
    stay_awake(work)
    return work


def _new(frame: Frame, incoming: Incoming, facts: Facts, source: str) -> Filling:
    form, submission = facts.forms[FORM], facts.new_id()
    work = Filling(frame, incoming, facts, form, submission, {})
    work.data = {"submission": submission, "source": source}
    work.commands.append(OpenSubmission(submission, form.id, form.version, form.content_hash))
    return work


def open_report(frame: Frame, incoming: Incoming, facts: Facts) -> Filling | None:
    """The report that this conversation holds."""
    draft = facts.draft
    if draft is not None and frame.floor != FLOOR and draft.state == "draft" and draft.form == FORM:
        frame = _found_again(frame, draft, facts)
    if frame.floor != FLOOR or draft is None or frame.data.get("submission") != draft.id:
        return None
    staff = frame.data.get("staff") is True
    written_down = is_told(draft.answers) and facts.who is not None  # a scribe reads back what they wrote, and nobody reported it here
    answers = dict(draft.answers) if staff or written_down or facts.case is None else own_answers(draft, facts.case.reporter)
    data = dict(frame.data)
    if facts.who is None and data.get("source") == "collaborator":  # cut off in the middle: nobody vouches for it any more
        data["source"] = "citizen"
    return Filling(frame, incoming, facts, form_of(draft, facts), draft.id, answers, staff, data, frame.step)


def _found_again(frame: Frame, draft: Draft, facts: Facts) -> Frame:
    """An unfinished report that another dialogue took the floor from."""
    source = "citizen" if facts.who is None or is_told(draft.answers) else "collaborator"
    return replace(frame, floor=FLOOR, step="", data={"submission": draft.id, "source": source, "case": draft.subject})


def own_answers(draft: Draft, reporter: str) -> dict[str, Given]:
    """What the reporter may read back: of what officers added only that it is answered."""
    return {
        name: given if given.by in {"", reporter} else Given(None, True, "", given.at, given.by) for name, given in draft.answers.items()
    }


def remember_cursor(work: Filling) -> None:
    """Where to go on if the reporter does not stop after all."""
    if work.step not in {STOP, AGAIN}:
        work.data["before"] = work.step
