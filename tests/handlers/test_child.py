"""A child asks for help: few words, no blame, no nudge, nothing lost."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.commands import (
    CallRoom,
    Note,
    OpenIncident,
    OpenSubmission,
    PutAnswer,
    SetTimer,
    TellPerson,
    TellReporter,
    TellRole,
    TellRoom,
    UpdateIncident,
    WantAttachment,
)  # fmt: skip
from models.facts import Draft, Given, Role, Service
from models.talk import Kind, Turn
from tests.handlers.people_driver import CASE, DIVISION, DUTY, NOW, Talk

CRY = replace(CASE, source="child", kind="", type="", ward="", danger="unknown", contact="", called="", reporter="")
FIRST = """Con không có lỗi. Gọi 111, miễn phí.

    Báo Ngay đang báo cho cô chú trực. Con muốn dừng nhắn lúc nào cũng được.
    ---
    Bây giờ con có an toàn không?
    [Con đang an toàn] [Con không an toàn] [Con không biết]"""
PLACE = "Con đang ở đâu? Tên đường, tên trường hay chỗ nào gần đó đều được. Con không muốn nói cũng không sao.\n[Con không muốn nói]"
THANKS = """Cảm ơn con đã nhắn. Con làm đúng rồi.
    Con muốn kể thêm gì thì cứ viết ở đây.
    Nếu có người hay xem máy của con, con xoá cuộc trò chuyện này nhé.
    Con gọi 111 lúc nào cũng được, miễn phí."""
HEARD = "Báo Ngay đã nhận tin của con và đang báo cho cô chú trực.\nCon gọi 111 lúc nào cũng được, miễn phí."
UNREAD = "Tin của con đã đến nhưng ở đây không đọc được. Báo Ngay đang báo cho cô chú trực là con vừa nhắn.\nCon gọi 111 lúc nào cũng được, miễn phí."


def kept(talk: Talk, turn: Turn) -> None:
    """What the database would tell next: the open case and the answers so far."""
    for command in turn.commands:
        if isinstance(command, OpenIncident):
            talk.more["open_child_case"] = replace(CRY, submission=command.submission)
        if isinstance(command, PutAnswer):
            before = talk.more.get("draft") or Draft(command.submission, "child", "draft", {}, NOW)
            talk.more["draft"] = replace(before, answers={**before.answers, command.question: Given(command.value, command.skipped)})


def child(**more: Any) -> Talk:
    """Somebody who has just chosen the first way."""
    talk = Talk(after=kept, **more)
    for said in ("alo", "1"):
        talk.says(said)
    return talk


def kinds(talk: Talk) -> list[type]:
    return [type(command) for command in talk.commands]


def told_by(turn: Turn) -> list[str]:
    return [text for _, text in Talk(turn=turn).told]


def answer(talk: Talk, question: str) -> Any:
    return talk.more["draft"].answers[question].value


# --- a child ----------------------------------------------------------------------------------------------------------


def test_a_child_is_asked_two_things_and_the_room_is_called_first() -> None:
    """The case is open before the first question."""
    talk = Talk(after=kept)
    talk.says("chào")
    talk.transcript(("[Con là trẻ em, con cần giúp]", FIRST))
    assert kinds(talk) == [OpenSubmission, OpenIncident, PutAnswer, CallRoom]
    assert talk.commands[1].columns == {"source": "child", "severity": "khan_cap", "danger": "unknown"}  # type: ignore[union-attr]
    talk.transcript(
        (
            "[Con không an toàn]",
            f"Nếu được, con ra chỗ có đông người hoặc tìm người lớn con tin. Ai đang làm con đau thì con gọi 113 ngay.\n---\n{PLACE}",
        ),
        ("sau chợ ạ", THANKS),
        ("bố con về rồi", HEARD),
    )


def test_a_child_who_begins_by_crying_for_help_needs_no_menu() -> None:
    """ "Cứu con với" is the choice, and the words are kept."""
    talk = Talk(after=kept)
    talk.transcript(("cứu con với", FIRST))
    assert answer(talk, "seen") == "cứu con với"


def test_what_was_written_before_the_choice_is_not_lost() -> None:
    """A child does not say it twice."""
    talk = Talk(after=kept)
    for said in ("bố say đánh con", "con sợ lắm", "1"):
        talk.says(said)
    assert answer(talk, "seen") == "bố say đánh con\ncon sợ lắm"


@pytest.mark.parametrize(
    ("said", "danger"),
    [
        ("[Con đang an toàn]", "safe"),
        ("an toàn ạ", "safe"),
        ("có", "safe"),
        ("2", "danger"),
        ("không", "danger"),
        ("con không biết", "unknown"),
    ],
)
def test_the_first_answer_is_on_the_card(said: str, danger: str) -> None:
    """The room sees whether the child is in danger."""
    talk = child()
    talk.says(said)
    assert UpdateIncident(CASE.id, {"danger": danger}) in talk.commands
    assert answer(talk, "child_safe") == danger


def test_words_instead_of_a_choice_are_kept_and_the_question_is_let_go() -> None:
    """No question is asked twice."""
    talk = child()
    talk.transcript(("mẹ đi rồi con ở nhà với ông ấy", PLACE))
    assert [part["text"] for part in answer(talk, "seen")["parts"]] == ["alo", "mẹ đi rồi con ở nhà với ông ấy"]
    assert TellRoom in kinds(talk)


def test_fear_says_more_than_an_answer() -> None:
    """ "Con sợ" means not safe, and is kept as words too."""
    talk = child()
    talk.says("con sợ")
    assert answer(talk, "child_safe") == "danger"
    assert "con sợ" in str(answer(talk, "seen"))


def test_a_place_that_names_its_ward_calls_the_ward() -> None:
    """Nothing is guessed: only a ward that is named in full."""
    talk = child()
    talk.says("2")
    talk.says("ngõ 5 phường Ngọc Lâm")
    assert UpdateIncident(CASE.id, {"ward": "ngoc_lam"}) in talk.commands
    other = child()
    other.says("2")
    other.says("gần cầu Long Biên")
    assert UpdateIncident not in kinds(other)


def test_a_child_need_not_say_where() -> None:
    """A skip is an answer."""
    talk = child()
    talk.says("1")
    talk.transcript(("con không muốn nói", THANKS))
    assert talk.commands == (PutAnswer(talk.more["draft"].id, "place", skipped=True),)


def test_everything_later_is_added_and_the_room_is_told_that_there_is_more() -> None:
    """Never what it is."""
    talk = child()
    for said in ("2", "sau chợ", "nó cầm dao"):
        talk.says(said)
    talk.says("cứu con")
    assert "nó cầm dao" in str(answer(talk, "seen"))
    assert "cứu con" in str(answer(talk, "seen"))
    assert [text for _, text in talk.told] == [
        "🔔 VV-2026-0042 (có thể là trẻ em): vừa nhắn thêm. Muốn xem, gõ: /chitiet 42\n[Xem chi tiết]"
    ]
    assert talk.told[0][0].unit == DIVISION  # type: ignore[union-attr]


def test_after_somebody_took_it_that_officer_is_told() -> None:
    """Privately; and the child learns that somebody is on it, because it asked by writing."""
    talk = child()
    for said in ("1", "sau chợ"):
        talk.says(said)
    talk.more["open_child_case"] = replace(
        talk.more["open_child_case"], status="taken", taken_by=DUTY.person, taken_at=NOW, taken_by_name=DUTY.name
    )
    said_back = talk.says("còn ai không ạ")[0]
    assert "Từ 10:32 23/11 đã có cô chú làm công tác bảo vệ trẻ em lo việc của con." in said_back
    assert DUTY.name not in said_back
    assert [type(one) for one, _ in talk.told] == [TellPerson]


def test_a_restricted_case_tells_the_leader_alone() -> None:
    """The room has lost it."""
    talk = child()
    talk.says("1")
    talk.more["open_child_case"] = replace(talk.more["open_child_case"], restricted=True)
    talk.says("sau chợ")
    told = talk.told[0][0]
    assert isinstance(told, TellRole)
    assert told.role is Role.LEADER


def test_photos_and_voice_notes_are_kept() -> None:
    """Each with the answer that lists it."""
    talk = child()
    for said in ("1", "sau chợ"):
        talk.says(said)
    talk.sends(Kind.VOICE)
    assert kinds(talk) == [WantAttachment, PutAnswer, TellRoom]
    voice = talk.commands[0].id  # type: ignore[union-attr]
    assert {"voice": voice} == {key: value for key, value in answer(talk, "seen")["parts"][-1].items() if key == "voice"}
    talk.sends(Kind.PHOTO, text="tay con")
    assert answer(talk, "photos") == [talk.commands[0].id]  # type: ignore[union-attr]
    assert "tay con" in str(answer(talk, "seen"))


def test_one_open_case_a_chat() -> None:
    """Asking for help again adds to the same case."""
    talk = child()
    talk.says("1")
    talk.frame = replace(talk.frame, floor="")
    talk.says("alo")
    talk.transcript(
        (
            "1",
            """Lời con kể vẫn được giữ, cô chú trực đã biết.
            Con muốn kể thêm gì thì cứ viết ở đây.
            Con gọi 111 lúc nào cũng được, miễn phí.""",
        )
    )
    assert OpenIncident not in kinds(talk)
    talk.says("con đây")
    assert PutAnswer in kinds(talk)


def test_after_the_case_was_closed_new_words_are_a_new_call() -> None:
    """Nobody has to find the menu again."""
    talk = child()
    for said in ("1", "sau chợ"):
        talk.says(said)
    talk.more |= {"open_child_case": None, "draft": None}
    talk.transcript(("nó lại đánh con", FIRST))
    assert answer(talk, "seen") == "nó lại đánh con"
    assert CallRoom in kinds(talk)


def test_xem_is_answered_in_a_childs_words() -> None:
    """How it stands, without a name."""
    assert child().says("XEM")[0].startswith("Lời con kể vẫn được giữ, cô chú trực đã biết.")


def test_no_nudge_is_ever_set() -> None:
    """Nothing comes to the phone unasked: no timer, no letter."""
    talk = child()
    for said in ("2", "sau chợ", "bố về", "xem"):
        talk.says(said)
    assert not [command for turn in talk.history for command in turn.commands if isinstance(command, SetTimer | TellReporter)]


def test_a_child_on_a_service_that_is_not_on_duty_is_sent_to_111() -> None:
    """Nobody waits here in vain."""
    talk = child()
    talk.frame = replace(talk.frame, floor="stranger")
    talk.more |= {"open_child_case": None}
    talk.service = Service()
    assert talk.says("cứu con") == ["Con không có lỗi. Gọi 111, miễn phí.\nỞ đây chưa có cô chú đọc tin, con đừng chờ ở đây nhé."]
    assert talk.commands == ()


# --- a channel that withholds what is written -------------------------------------------------------------------------


def test_withheld_messages_of_a_child_are_told_to_the_room() -> None:
    """Also what cannot be read says that somebody is there; the two questions pass by."""
    talk = child()
    assert talk.sends(Kind.UNSUPPORTED) == [UNREAD, PLACE]
    assert kinds(talk) == [Note, TellRoom]
    assert talk.sends(Kind.UNSUPPORTED)[0] == UNREAD
    assert talk.sends(Kind.UNSUPPORTED) == [UNREAD]
    assert kinds(talk) == [Note, TellRoom]


@given(words=st.text(min_size=8, max_size=80).filter(lambda text: any(letter.isalpha() for letter in text)).map(lambda text: f"☂{text}☂"))
def test_nothing_a_child_writes_is_told_to_anybody_else_than_the_record(words: str) -> None:
    """Letters to the room say that there is more, never what (rule 7)."""
    talk = child()
    for said in (words, words, words):
        talk.says(said)
    told = [text for turn in talk.history for text in told_by(turn)]
    assert told
    assert not [text for text in told if "☂" in text]
    assert "☂" in str(talk.more["draft"].answers)
