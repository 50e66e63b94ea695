"""What the holder of a case promises: said with a choice, typed, or in plain words; asked about once when its time has come."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers import care_words
from handlers.routes import TIMERS
from handlers.stamps import stamp
from models.commands import Command, KeepPromise, Promise, Release, SetTimer, TellPerson
from models.facts import Asked, Case, Who
from models.talk import Frame, Incoming, Kind, Shown
from tests.handlers.people_driver import CASE, DUTY, DUTY_2, LEADER, NO_BUTTONS, NOW, TAKEN, WARD_OFFICER, Talk, shown

PROMISED = replace(TAKEN, promise="den_noi", promise_by=NOW + timedelta(minutes=60))
NOTHING_ASKED = Asked()
CALM = replace(TAKEN, severity="can_theo_doi", danger="safe")
THE_QUESTION = (
    "VV-2026-0042: việc đầu tiên anh/chị làm là gì, trước mấy giờ?\n"
    "Nói bằng lời của mình kèm giờ hẹn, gõ: /hua 42 30 phút nữa tôi đến nhà\n"
    "[Gọi lại người báo trong 15 phút] [Đến nơi trong 1 giờ] [Báo công an ngay]"
)


def talk(case: Case = TAKEN, person: Who = DUTY, *, asked: Asked = NOTHING_ASKED, waits: bool = False, **more: Any) -> Talk:
    return Talk(who=person, more={"case": case, "asked": asked, "waiting": (case,) if waits else ()}, **more)


def fires(case: Case, **data: int) -> tuple[Command, ...]:
    """The commands of timer "promise"."""
    one = talk(case)
    incoming = Incoming("timer", "t", "", "", Kind.TIMER, one.now, data={"timer": "promise", "subject": case.id, **data})
    return TIMERS["promise"].handle(Frame(), incoming, one.facts).commands


# --- said -------------------------------------------------------------------------------------------------------------


def test_a_choice_is_a_promise_with_the_plans_minutes() -> None:
    """One tap, no form in the way."""
    one = talk()
    answer = one.presses_key(f"promise:{TAKEN.id}.1.{stamp(TAKEN.taken_at)}")
    assert answer == [
        "Đã ghi cho VV-2026-0042: Gọi lại người báo trong 15 phút, trước 10:47 23/11. Cảm ơn anh/chị.\nLàm xong, gõ: /xong 42\n[Xong]"
    ]
    assert one.commands == (Promise(TAKEN.id, DUTY.person, "goi_lai_nguoi_bao", NOW + timedelta(minutes=15)),)


@pytest.mark.parametrize("channel", [NO_BUTTONS, None])
def test_the_same_by_typing(channel: Any) -> None:
    """ "hua 42 2", and the name of the choice."""
    for said in ("hua 42 2", "/hua VV-2026-0042 đến nơi trong 1 giờ"):
        one = talk(**({"channel": channel} if channel else {}))
        one.says(said)
        assert one.commands == (Promise(TAKEN.id, DUTY.person, "den_noi", NOW + timedelta(hours=1)),)


def test_in_their_own_words() -> None:
    """The words are kept with the case, and not repeated on a phone that others may see."""
    one = talk()
    one.transcript(
        (
            "hứa 42 30 phút nữa tôi qua nhà bé Bống",
            "Đã ghi cho VV-2026-0042: việc anh/chị đã ghi, trước 11:02 23/11. Cảm ơn anh/chị.\nLàm xong, gõ: /xong 42\n[Xong]",
        )
    )
    assert one.commands == (Promise(TAKEN.id, DUTY.person, "typed", NOW + timedelta(minutes=30), "30 phút nữa tôi qua nhà bé Bống"),)


def test_the_time_is_asked_for_once_and_then_it_is_the_plans() -> None:
    """Nobody is held up by a clock."""
    one = talk()
    assert one.says("hua 42 tôi gọi cho bà ngoại cháu") == ["Đã ghi. Trước mấy giờ? Ví dụ gõ: /hua 42 15 phút"]
    assert one.commands == (Promise(TAKEN.id, DUTY.person, "typed", None, "tôi gọi cho bà ngoại cháu"),)
    again = talk(replace(TAKEN, promise="typed"))
    assert again.says("hua 42 gọi ngay đây") == [
        "Chưa đọc được giờ hẹn, nên tạm ghi 30 phút.\n"
        "Đã ghi cho VV-2026-0042: việc anh/chị đã ghi, trước 11:02 23/11. Cảm ơn anh/chị.\nLàm xong, gõ: /xong 42\n[Xong]"
    ]


def test_an_urgent_case_is_not_promised_for_tomorrow() -> None:
    """The plan's longest promise counts; a case to be watched may wait until the morning."""
    urgent, calm = talk(), talk(CALM)
    assert urgent.says("hua 42 8h sáng mai")[0].startswith("Với vụ này hẹn như vậy hơi muộn, nên Báo Ngay sẽ hỏi lại lúc 12:32 23/11.")
    calm.says("hua 42 8h sáng mai")
    assert calm.commands == (Promise(TAKEN.id, DUTY.person, "typed", NOW.replace(day=24, hour=1, minute=0), "8h sáng mai"),)


def test_plain_words_are_enough_where_nothing_else_is_open() -> None:
    """The question was just asked: whoever has one case need not name it."""
    one = talk(waits=True)
    one.says("30 phut nua qua nha")
    assert one.commands == (Promise(TAKEN.id, DUTY.person, "typed", NOW + timedelta(minutes=30), "30 phut nua qua nha"),)


@pytest.mark.parametrize(
    "said",
    [
        "8h tối nay có người đánh một cháu bé ở ngõ 5 phố Sài Đồng",
        "tối nay bé bị đánh",
        "bé gái lạc ở chợ",
        "nhà bên cạnh cãi nhau rất to từ chiều đến giờ",
    ],
)
def test_a_report_is_no_promise(said: str) -> None:
    """Whoever holds a case may see the next one: a report is offered, and how to answer for the case that they hold."""
    one = talk(waits=True)
    answer = one.says(said)[0]
    assert (one.commands, "[Báo cáo vụ việc]" in answer) == ((), True)
    assert "Về vụ anh/chị đang giữ, gõ:\nVV-2026-0042: /hua 42 15 phút, hoặc /xong 42" in answer


@pytest.mark.parametrize("said", ["tôi đang gọi công an phường", "15 phút nữa tôi gọi lại cho họ", "tôi chuẩn bị liên lạc ngay", "1"])
def test_plain_words_that_were_noted_may_still_become_a_report(said: str) -> None:
    """One tap away, because words alone are never quite sure."""
    one = talk(waits=True)
    answer = one.says(said)[0]
    assert [type(command) for command in one.commands] == [Promise]
    assert answer.endswith("[Báo cáo vụ việc]")


@pytest.mark.parametrize("said", ["ok", "vâng ạ", "alo"])
def test_a_nod_is_no_promise(said: str) -> None:
    """It says nothing of what is done first."""
    one = talk(waits=True)
    one.says(said)
    assert one.commands == ()


def test_of_two_cases_the_one_must_be_named() -> None:
    """A promise that lands on the wrong case would be missed on the right one."""
    other = replace(TAKEN, id="0192aaaabbbbccccddddeeeeffff0043", number=43)
    one = Talk(who=DUTY, more={"case": None, "waiting": (TAKEN, other)})
    assert one.says("30 phut nua qua nha") == [
        "Anh/chị đang giữ hơn một vụ chờ trả lời. Xin ghi rõ số vụ:\n"
        "VV-2026-0042: /hua 42 15 phút, hoặc /xong 42\nVV-2026-0043: /hua 43 15 phút, hoặc /xong 43"
    ]
    assert one.commands == ()


def test_an_open_form_keeps_its_cursor() -> None:
    """A promise typed or chosen in the middle of a report changes nothing of it; a plain answer there stays an answer of the form."""
    one = talk(waits=True)
    one.frame = replace(one.frame, floor="report", step="place", data={"submission": "s"}, question=5, shown=(Shown("a", "a"),))
    before = one.frame
    one.says("hua 42 15 phút")
    one.presses_key(f"promise:{TAKEN.id}.1.{stamp(TAKEN.taken_at)}")
    assert one.frame == before


def test_in_the_room_only_the_hour_is_repeated() -> None:
    """What they said may name a child."""
    room = talk(group=True)
    assert room.says("hua 42 15 phút nữa gọi mẹ cháu") == ["Đã ghi, trước 10:47 23/11. Cảm ơn anh/chị."]


@pytest.mark.parametrize(
    ("case", "person", "expected"),
    [
        (TAKEN, DUTY_2, "Đã có anh/chị Lê Thị Hoa tiếp nhận lúc 10:32."),
        (CASE, DUTY, "VV-2026-0042: hiện chưa ai giữ. Để nhận, gõ: /nhan 42"),
        (replace(TAKEN, status="closed"), DUTY, "VV-2026-0042 đã kết thúc."),
        (
            replace(TAKEN, restricted=True, taken_by=LEADER.person),
            DUTY,
            "Không có vụ này, hoặc anh/chị không được xem. Xin kiểm tra lại số.",
        ),
    ],
)
def test_only_the_holder_promises(case: Case, person: Who, expected: str) -> None:
    """Everybody else hears how it really stands."""
    one = talk(case, person)
    assert one.says("hua 42 15 phút") == [expected]
    assert one.commands == ()


def test_a_button_of_an_earlier_time_does_nothing() -> None:
    """It was shown for another promise."""
    one = talk(PROMISED)
    assert one.presses_key(f"keep:{TAKEN.id}.done.{stamp(NOW)}") == ["(toast) VV-2026-0042: đã ghi lời hẹn, trước 11:32 23/11."]
    assert one.presses_key(f"promise:{TAKEN.id}.1.{stamp(TAKEN.taken_at)}") == ["(toast) VV-2026-0042: đã ghi lời hẹn, trước 11:32 23/11."]
    assert one.commands == ()


# --- kept? ------------------------------------------------------------------------------------------------------------


def test_done_is_done() -> None:
    """By its button, by "xong 42", and by a plain word once it was asked."""
    due = replace(PROMISED, promise_by=NOW)
    typed, pressed, plain = talk(due), talk(due), talk(due, waits=True)
    assert typed.says("xong 42") == [
        "Cảm ơn anh/chị. VV-2026-0042 vẫn do anh/chị giữ.\nHẹn việc tiếp theo: /hua 42. Chuyển người khác: /chuyen 42"
    ]
    pressed.presses_key(f"keep:{TAKEN.id}.done.{stamp(NOW)}")
    plain.says("xong rồi")
    assert typed.commands == pressed.commands == plain.commands == (KeepPromise(TAKEN.id, DUTY.person),)


def test_more_time_is_granted_once() -> None:
    """The second time somebody else is called, kindly."""
    due = replace(PROMISED, promise_by=NOW)
    first = talk(due, asked=Asked(asked=True))
    first.says("hua 42 20 phút")
    assert first.commands == (Promise(TAKEN.id, DUTY.person, "typed", NOW + timedelta(minutes=20), "20 phút", renewed=True),)
    second = talk(due, asked=Asked(asked=True, renewed=True))
    assert second.says("hua 42 20 phút") == [
        "VV-2026-0042: đã dời hẹn một lần. Nếu chưa làm được, xin để người khác giúp một tay.\n[Xong] [Không làm được, gọi người khác]"
    ]
    assert second.commands == ()


def test_an_earlier_time_is_no_delay() -> None:
    """Whoever corrects a promise to be sooner keeps the one delay."""
    one = talk(PROMISED, asked=Asked(renewed=True))
    one.says("hua 42 1")
    assert one.commands == (Promise(TAKEN.id, DUTY.person, "goi_lai_nguoi_bao", NOW + timedelta(minutes=15), renewed=True),)


def test_cannot_calls_the_others_at_once() -> None:
    """No reason has to be typed at such a moment."""
    due = replace(PROMISED, promise_by=NOW)
    one = talk(due)
    assert one.presses_key(f"keep:{TAKEN.id}.back.{stamp(NOW)}") == [
        "Cảm ơn anh/chị đã báo. Báo Ngay đang gọi người khác cho VV-2026-0042."
    ]
    assert one.commands == (Release(TAKEN.id, DUTY.person, "released"),)


# --- the timer --------------------------------------------------------------------------------------------------------


def test_nothing_said_is_asked_about_once() -> None:
    """Then the plan's grace runs."""
    told, again = fires(TAKEN)
    assert isinstance(told, TellPerson)
    assert shown(told.say).startswith("⏰ Anh/chị đã nhận VV-2026-0042 mà chưa cho biết sẽ làm gì trước.\n" + THE_QUESTION.splitlines()[0])
    assert again == SetTimer("promise", TAKEN.id, NOW + timedelta(minutes=5), urgent=True, data={"asked": 1})


def test_a_promised_time_is_asked_about_once() -> None:
    """With what can be answered; that it was moved before is not forgotten."""
    told, again = fires(PROMISED, renewed=1)
    assert isinstance(told, TellPerson)
    assert shown(told.say) == (
        "⏰ VV-2026-0042: anh/chị hẹn «Đến nơi trong 1 giờ», trước 11:32 23/11. Đã xong chưa?\n"
        "Sau 5 phút chưa thấy trả lời, Báo Ngay sẽ gọi thêm người khác.\n"
        "[Xong] [Cần thêm giờ] [Không làm được, gọi người khác]"
    )
    assert again == SetTimer("promise", TAKEN.id, NOW + timedelta(minutes=5), urgent=True, data={"asked": 1, "renewed": 1})


def test_no_answer_opens_the_ladder_again() -> None:
    """The former holder is told without blame, and how to come back."""
    released, told = fires(PROMISED, asked=1)
    assert released == Release(TAKEN.id, DUTY.person, "released_promise")
    assert isinstance(told, TellPerson)
    assert shown(told.say) == (
        "VV-2026-0042: Báo Ngay chưa thấy anh/chị trả lời nên đang gọi thêm người khác.\nNếu anh/chị đang xử lý, xin nhận lại: /nhan 42"
    )


def test_what_was_said_without_a_time_gets_the_plans() -> None:
    """Said what is better than nothing said: nobody is released for not naming an hour."""
    promise, told = fires(replace(TAKEN, promise="typed"))
    assert promise == Promise(TAKEN.id, DUTY.person, "typed", NOW + timedelta(minutes=30))
    assert isinstance(told, TellPerson)
    assert shown(told.say) == "VV-2026-0042: chưa rõ giờ hẹn, nên Báo Ngay sẽ hỏi lại lúc 11:02 23/11."


@pytest.mark.parametrize("case", [CASE, replace(TAKEN, status="closed"), replace(TAKEN, promise="kept")])
def test_a_timer_that_comes_too_late_does_nothing(case: Case) -> None:
    """Somebody was faster."""
    assert fires(case) == ()


def test_keys_fit_a_button() -> None:
    """At most 60 bytes for an action."""
    say = care_words.ask_promise(TAKEN, Talk(who=WARD_OFFICER).facts.plan)
    assert all(
        len(choice.key.encode()) <= 60 and choice.action and choice.typed for choice in (*say.choices, *care_words.kept_choices(PROMISED))
    )
