"""Papers that come while a report is handed in: whatever the cursor stands on, a file belongs to the report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from handlers.forms.filling import Filling
from handlers.forms.showing import Around
from handlers.forms.values import files
from handlers.submit_screens import BY_FILE, WAYS, ZERO, again, expected_of
from models.commands import WantAttachment
from models.facts import Given, Stored
from models.form import Question, QuestionType
from models.report_commands import AttachFiles
from models.talk import Json, Text, lines, msg


def take_files(work: Filling) -> None:
    """Whatever the cursor stands on, a file belongs to the report."""
    question = next((question for question in work.form.questions if question.type is QuestionType.FILE), None)
    if question is None:
        again(work, msg("Files cannot be kept here."))
        return
    given = work.answers.get(question.name)
    before = files(given.value) if given is not None else []
    kept = list(before)
    room = max(0, question.most - len(kept))
    known = {one.unique for one in work.facts.attachments if one.unique and one.state != "refused"}
    usable = [file for file in work.incoming.files if file.kind != "voice" and not (file.unique and file.unique in known)]
    for file in usable[:room]:
        attachment = work.facts.new_id()
        work.commands.append(WantAttachment(attachment, work.submission, question.name, file))
        kept = [*kept, attachment]
    if len(kept) > len(before):
        work.put(question.name, list(kept), message=work.incoming.message)
        lead: Text = msg("File received (%(count)s in all).", count=len(kept))
        if len(usable) > room:
            lead = lines(lead, msg("%(count)s could not be kept: at most %(most)s files.", count=len(usable) - room, most=question.most))
    elif not usable and any(file.unique in known for file in work.incoming.files):
        lead = msg("That file is kept already.")
    else:
        lead = msg("That file could not be kept: at most %(most)s files, and no voice notes.", most=question.most)
    if work.incoming.text.strip():
        lead = lines(lead, msg("Words under a file are not kept: please type them where they are asked for."))
    if work.step in {WAYS, ZERO}:
        work.data["way"] = BY_FILE
        work.show(question, Around(lead=lead))
    else:
        again(work, lead)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is said of a file that had come by itself, and the question that it answers."""

    question: Question
    said: Text


def take_kept(work: Filling) -> Taken | None:
    """Files that had come by themselves go into the report; None if there are none."""
    kept = work.facts.kept
    question = next((question for question in work.form.questions if question.type is QuestionType.FILE), None)
    if not kept or question is None:
        return None
    given = work.answers.get(question.name)
    before = files(given.value) if given is not None else []
    known = {one.unique for one in work.facts.attachments if one.unique and one.state != "refused"}
    new = [file.id for one in kept for file in one.files if not (file.unique and file.unique in known)]
    if len(before) + len(new) > question.most:
        return Taken(question, msg("That file could not be kept: at most %(most)s files, and no voice notes.", most=question.most))
    work.commands.append(AttachFiles(tuple(one.id for one in kept), expected_of(work).id, question.name))
    if not new:
        return Taken(question, msg("That file is kept already."))
    work.put(question.name, list[Json]([*before, *new]))
    return Taken(question, msg("File received (%(count)s in all).", count=len(before) + len(new)))


def counted(work: Filling) -> dict[str, Json]:
    """Answers as they count for a report: a spreadsheet of ours that came back blank is kept, and says nothing."""
    blank = {one.id for one in work.facts.attachments if one.blank}
    return {
        name: [one for one in value if one not in blank] if isinstance(value, list) else value
        for name, value in work.filled.values().items()
    }


def without_refused(answers: Mapping[str, Given], attachments: Iterable[Stored]) -> dict[str, Given]:
    """Answers as they count: a file that could not be kept is no report, and where there is no other one the question is open again."""
    refused = {one.id for one in attachments if one.state == "refused"}
    left = dict(answers)
    for name, given in answers.items():
        kept = [one for one in files(given.value) if one not in refused]
        if kept and len(kept) < len(files(given.value)):
            left[name] = replace(given, value=list[Json](kept))
        elif refused.intersection(files(given.value)):
            del left[name]
    return left
