"""What arrives beside the questions of a report: photos and voice notes whenever they come, corrections of earlier messages, words that still
belong to the account."""

from handlers.forms import filling as fill
from handlers.forms.filling import Filling
from handlers.forms.parsers import Misread, Read, parse
from handlers.forms.showing import value_text
from handlers.forms.values import account_parts, account_value, files
from handlers.report_case import tell_taker
from handlers.report_screens import REVIEW, advance, again
from models.commands import WantAttachment
from models.form import Question, QuestionType
from models.talk import CaseCode, FileRef, Json, Text, lines, msg

# --- files ------------------------------------------------------------------------------------------------------------


def take_files(work: Filling) -> None:
    """Keep every file for the question that it answers. The cursor moves only if that question is the one being asked."""
    taken, refused = set[str](), False
    for file in work.incoming.files:
        question = _wants(work, file)
        if question is not None and _keep(work, question, file):
            taken.add(question.name)
        else:
            refused = True
    if work.incoming.text.strip():
        _caption(work)
    same, full = _same_album(work), work.data.get("full") is True
    work.data["full"] = refused
    if refused and not taken:
        if not (same and full):
            again(work, _refusal(work))
    elif not same:
        _acknowledge(work, taken)


def _wants(work: Filling, file: FileRef) -> Question | None:
    if file.kind == "photo" or file.mime.startswith("image/"):
        return next((question for question in work.form.questions if question.type is QuestionType.PHOTO), None)
    if file.kind == "voice" or file.mime.startswith("audio/"):
        here = work.question
        if here is not None and here.voice:
            return here
        return next((question for question in work.form.questions if question.voice), None)
    return None


def _keep(work: Filling, question: Question, file: FileRef) -> bool:
    given = work.answers.get(question.name)
    old: Json = given.value if given and not given.skipped else None
    attachment = work.facts.new_id()
    value: Json
    if question.type is QuestionType.PHOTO:
        if len(files(old)) >= question.most:
            return False
        value = [*files(old), attachment]
    else:
        value = account_value(
            [*account_parts(old, given.message if given else ""), {"voice": attachment, "message": work.incoming.message}]
        )
    work.commands.append(WantAttachment(attachment, work.submission, question.name, file))
    work.put(question.name, value, message=work.incoming.message)
    return True


def _caption(work: Filling) -> None:
    """Words under a picture belong to the account; the account is still asked for when its turn comes."""
    account = next((question for question in work.form.questions if question.account), None)
    if account is None:
        return
    asked_later = account.name not in work.answers
    fill.add_words(work, account, work.incoming.text.strip(), work.incoming.message)
    if asked_later:
        work.data["early"] = [*work.early, account.name]


def _same_album(work: Filling) -> bool:
    """An album arrives as several messages and is acknowledged once."""
    album, known = work.incoming.album, work.word("album")
    work.data["album"] = album
    return bool(album) and album == known


def _acknowledge(work: Filling, taken: set[str]) -> None:
    here = work.question
    if work.word("sent"):
        work.say(msg("Added to %(code)s.", code=CaseCode(work.word("case"))))
        tell_taker(work)
    elif here is not None and here.name in taken and here.type is not QuestionType.PHOTO:
        work.data["last"] = here.name
        advance(work, msg("Voice note received."))
    elif here is not None and here.name in taken:
        again(work, msg("Photo received. Send more, or go on."))
    elif work.step == REVIEW:
        again(work, msg("Received and added."))
    else:
        work.say(lines(_received(work, taken), msg("Please go on with the question above.")))


def _received(work: Filling, taken: set[str]) -> Text:
    photos = any(work.form.question(name).type is QuestionType.PHOTO for name in taken)
    if not photos:
        return msg("Voice note received.")
    if all(question.type is not QuestionType.PHOTO for question in work.filled.relevant()) and work.answers.get("violation") is not None:
        return msg("Photo received and kept. For this kind of case please take and send no more photos of the child.")
    return msg("Photo received and kept.")


def _refusal(work: Filling) -> Text:
    kinds = {file.kind for file in work.incoming.files}
    if "photo" in kinds:
        return msg("Ten photos have been received, no more are needed. The latest was not kept.")
    return msg("Only photos and voice notes can be kept here.")


# --- corrections ------------------------------------------------------------------------------------------------------


def correct(work: Filling) -> bool:
    """An earlier message was edited: the answer that it gave is corrected. False if it gave none."""
    for question in work.form.questions:
        given = work.answers.get(question.name)
        if given is None or given.skipped or not work.incoming.message:
            continue
        pieces = account_parts(given.value, given.message) if question.type is QuestionType.TEXT else []
        if any(piece.get("message") == work.incoming.message and "text" in piece for piece in pieces):
            _correct_words(work, question, pieces)
            return True
        if not pieces and given.message == work.incoming.message and work.incoming.text:
            _correct_value(work, question)
            return True
    return False


def _correct_words(work: Filling, question: Question, pieces: list[dict[str, Json]]) -> None:
    text = work.incoming.text.strip()
    if isinstance(misread := parse(question, text, work.facts), Misread):
        work.say(lines(misread.why, msg("Your earlier answer stays as it was.")))
        return
    corrected = [piece | {"text": text} if piece.get("message") == work.incoming.message and "text" in piece else piece for piece in pieces]
    work.put(question.name, account_value(corrected), message=work.answers[question.name].message)
    _say_corrected(work, question)


def _correct_value(work: Filling, question: Question) -> None:
    found = parse(question, work.incoming.text, work.facts)
    if isinstance(found, Read):
        work.put(question.name, found.value, message=work.incoming.message)
        _say_corrected(work, question)
    else:
        work.say(lines(found.why, msg("Your earlier answer stays as it was.")))


def _say_corrected(work: Filling, question: Question) -> None:
    answer = msg("noted") if work.discreet else value_text(question, work.answers[question.name].value, work.facts, 120)
    text = msg("Corrected: %(question)s: %(answer)s", question=question.short, answer=answer)
    if work.step == REVIEW and not work.word("sent"):
        again(work, text)
    elif work.question is not None and work.question not in work.filled.relevant():
        advance(work, text)  # the correction made the open question needless
    else:
        work.say(text)
