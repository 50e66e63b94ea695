"""Papers that come while a report is handed in: whatever the cursor stands on, a file belongs to the report."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from handlers.forms.filling import Filling
from handlers.forms.showing import Around
from handlers.forms.values import files
from handlers.submit_screens import BY_FILE, WAYS, ZERO, again
from models.commands import WantAttachment
from models.facts import Given, Stored
from models.form import QuestionType
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


def without_refused(answers: Mapping[str, Given], attachments: Iterable[Stored]) -> dict[str, Given]:
    """Answers as they count: a file that could not be kept is no report, and where there is no other one the question is open again."""
    refused = {one.id for one in attachments if one.state == "refused"}
    left = dict(answers)
    for name in {one.question for one in attachments if one.id in refused} & answers.keys():
        kept = [one for one in files(answers[name].value) if one not in refused]
        if kept:
            left[name] = replace(answers[name], value=list[Json](kept))
        elif files(answers[name].value):
            del left[name]
    return left
