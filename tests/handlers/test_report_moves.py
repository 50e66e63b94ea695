"""Moving about in a report: back, help, corrections, late buttons, photos, voice notes, several messages at once."""

from handlers.forms.values import account_text
from models import commands as c
from models.facts import ChannelFacts
from models.talk import Frame, LetterKind
from tests.handlers.report_ways import REVIEW, VIOLATION, WHERE, talked, until
from tests.transcripts import BETWEEN, Talk, read


def test_back_shows_what_was_said_and_keeping_it_goes_on() -> None:
    """An answer is changed only by another answer."""
    talk = until(Talk(), "relation")
    read(
        talk,
        ("quay lại", "Gần với việc nào nhất? Chưa chắc cũng được.\nĐang ghi: Bạo lực trẻ em"),
        ("[Giữ nguyên]", "Theo anh/chị, ai có thể đã gây ra việc này?\nChưa chắc cũng được, cán bộ sẽ xác minh."),
    )


def test_help_in_the_middle_asks_the_same_question_again() -> None:
    """A side question never moves the cursor."""
    talk = until(Talk(), "ward")
    assert talk.say("trợ giúp").endswith(BETWEEN + WHERE)
    assert talk.frame.step == "ward"


def test_every_answer_can_be_changed_at_the_review() -> None:
    """Section by section, then back to the review."""
    talk = talked(*VIOLATION)
    read(
        talk,
        ("[Sửa: Ai gây ra]", "Anh/chị muốn sửa ý nào?"),
        ("[Ai gây ra]", "Theo anh/chị, ai có thể đã gây ra việc này?\nChưa chắc cũng được, cán bộ sẽ xác minh.\nĐang ghi: Cha"),
    )
    assert talk.say("hàng xóm").startswith(REVIEW)
    assert talk.say("[Sửa: Lúc nào]").startswith("Việc xảy ra lúc nào?")
    assert talk.say("9h sáng nay").startswith("Đã ghi: Thứ Hai 23/11/2026, 09:00.\n\n" + REVIEW)
    assert talk.answers["relation"] == "hang_xom_nguoi_quen"


def test_a_change_that_opens_new_questions_asks_them() -> None:
    """From violation to injury at the review: what an injury needs is asked, then the review comes again."""
    talk = talked(*VIOLATION, "[Sửa: Việc gì]", "[Loại việc]", "[Tai nạn thương tích]")
    assert talk.frame.step == "injury"
    for said in ("[Ngã]", "[Do tai nạn]", "[Nhẹ (sơ cứu tại chỗ)]"):
        talk.say(said)
    assert talk.say("[Tại nhà]").startswith(REVIEW)


def test_what_was_understood_is_shown_back_with_one_tap_to_correct() -> None:
    """The other reading of "7h" is on offer too."""
    talk = until(Talk(), "when")
    assert talk.say("7h").startswith("Đã ghi: Thứ Hai 23/11/2026, 19:00.\n\nAnh/chị đã thấy")
    assert talk.say("[Không, là Thứ Hai 23/11/2026, 07:00]").startswith("Đã ghi: Thứ Hai 23/11/2026, 07:00.\n\nAnh/chị đã thấy")
    assert talk.say("[Sửa lại]").startswith("Việc xảy ra lúc nào?")


def test_a_time_that_has_not_come_is_questioned() -> None:
    """One sentence, the same question, nothing lost."""
    talk = until(Talk(), "when")
    assert talk.say("ngày mai").startswith("Thời gian này chưa tới, anh/chị xem lại giúp.\n\nViệc xảy ra lúc nào?")
    assert "when" not in talk.answers


def test_a_late_button_is_answered_kindly_with_the_open_question() -> None:
    """A button of an old question changes nothing."""
    talk = until(Talk(), "ward")
    said = talk.press_key("danger", 1)
    assert said.startswith("Ý vừa chọn là của câu trước.")
    assert said.endswith(WHERE)
    assert talk.answers["danger"] == "safe"


def test_the_same_finger_twice_is_a_toast() -> None:
    """Not a lecture."""
    talk = talked("báo cáo", "[TẠM AN TOÀN]")
    assert talk.press_key("safe", 1) == "(Đã ghi rồi ạ.)"
    assert [say.kind for say in talk.says] == [LetterKind.TOAST]


def test_without_buttons_numbers_and_words_do_everything() -> None:
    """As on a channel that has none."""
    talk = Talk(channel=ChannelFacts(buttons=False, toasts=False))
    for said in ("báo cáo", "2", "1", "1", "1", "1", "1", "1", "5", "số 8 ngõ 12", "3", "cháu kể bị đánh", "bỏ qua", "1", "1", "1"):
        talk.say(said)
    assert (talk.frame.step, talk.answers["neighbourhood"], talk.answers["place"]) == ("_sent", "5", "số 8 ngõ 12")


def test_a_photo_before_it_was_asked_for_is_kept_and_the_cursor_stays() -> None:
    """And the photo question counts as answered."""
    talk = until(Talk(), "ward")
    assert talk.send("photo") == "Đã nhận ảnh.\nMời anh/chị trả lời tiếp câu trên."
    assert talk.frame.step == "ward"
    wanted = talk.did(c.WantAttachment)
    assert [one.question for one in wanted] == ["photos"]
    assert [one.id for one in wanted] == talk.answers["photos"]


def test_an_album_is_acknowledged_once() -> None:
    """Three pictures, one answer."""
    talk = until(Talk(), "photos")
    assert [talk.send("photo", album="a").partition(" Còn")[0] for _ in range(3)] == ["Đã nhận ảnh.", "", ""]
    assert len(talk.did(c.WantAttachment)) == 3
    assert talk.say("[Hết ảnh rồi]").startswith("Liên lạc lại máy này có an toàn không?")


def test_an_eleventh_photo_is_declined() -> None:
    """Ten are enough; the ten stay."""
    talk = until(Talk(), "photos")
    said = [talk.send("photo") for _ in range(11)]
    assert said[-1].startswith("Đã đủ 10 ảnh")
    assert len(talk.did(c.WantAttachment)) == 10


def test_a_voice_note_tells_what_was_seen() -> None:
    """Spoken words answer the account."""
    talk = until(Talk(), "seen")
    assert talk.send("voice").startswith("Đã nhận ghi âm.\n\nCó ảnh thì gửi luôn ở đây")
    assert [one.question for one in talk.did(c.WantAttachment)] == ["seen"]


def test_words_under_a_photo_belong_to_the_account_which_is_still_asked() -> None:
    """Nothing said early is lost, and nothing is left unasked for it."""
    talk = until(Talk(), "ward")
    talk.send("photo", text="nhà cháu đây")
    until(talk, "seen", VIOLATION[7:])
    talk.say("bố cháu hay say rượu")
    assert account_text(talk.answers["seen"]) == "nhà cháu đây\nbố cháu hay say rượu"


def test_messages_in_quick_succession_make_one_account() -> None:
    """The second half comes when photos, or the next choice, are already asked."""
    talk = until(Talk(), "seen")
    talk.say("Cháu bị đánh")
    assert talk.say("tay bầm tím") == "Đã ghi thêm vào lời kể. Mời anh/chị trả lời tiếp câu trên."
    talk.say("[Không có ảnh]")
    assert talk.frame.step == "contact"
    assert len(talk.answers["seen"]["parts"]) == 2  # type: ignore[index, arg-type, call-overload]


def test_an_edited_message_corrects_its_answer() -> None:
    """Typed answers know the message that gave them."""
    talk = until(Talk(), "place")
    talk.say("số 8 ngõ 12")
    given = talk.drafts[str(talk.frame.data["submission"])].answers["place"].message
    assert talk.edit(given, "số 9 ngõ 12") == "Đã sửa. Địa điểm: số 9 ngõ 12"
    assert (talk.frame.step, talk.answers["place"]) == ("when", "số 9 ngõ 12")


def test_an_edit_that_cannot_be_read_keeps_the_earlier_answer() -> None:
    """And says so."""
    talk = until(Talk(), "when")
    talk.say("9h sáng nay")
    given = talk.drafts[str(talk.frame.data["submission"])].answers["when"]
    assert talk.edit(given.message, "lúc nào đó").endswith("Câu trả lời trước vẫn giữ nguyên.")
    assert given.value == talk.answers["when"]


def test_forwarded_words_are_an_answer() -> None:
    """As if they were typed."""
    talk = until(Talk(), "seen")
    talk.forward("Chị Hoa kể: cháu bị nhốt ngoài ban công")
    assert talk.answers["seen"] == "Chị Hoa kể: cháu bị nhốt ngoài ban công"


def test_what_is_sent_right_behind_the_receipt_is_added() -> None:
    """A last photo, a last sentence."""
    talk = talked(*VIOLATION, "[GỬI NGAY]")
    assert talk.send("photo") == "Đã ghi thêm vào VV-2026-0042."
    assert talk.say("mẹ cháu vừa về") == "Đã ghi thêm vào VV-2026-0042."


def test_what_a_stranger_wrote_before_choosing_is_kept_and_still_asked_about() -> None:
    """The first words belong to the account."""
    talk = Talk(who=None, frame=Frame(data={"source": "citizen", "said": "có đứa bé bị nhốt"}))
    for said in ("báo cáo", "tạm an toàn", "cần giúp", "lang thang", "ngoc lam", "bỏ qua", "ngõ 5"):
        heard = talk.say(said)
    assert heard.endswith("Đang ghi: có đứa bé bị nhốt")
    talk.say("cháu chừng 5 tuổi")
    assert account_text(talk.answers["seen"]) == "có đứa bé bị nhốt\ncháu chừng 5 tuổi"


def test_plain_words_answer_whether_to_stop() -> None:
    """ "không" goes on, "có" stops."""
    talk = until(Talk(), "ward")
    talk.say("huỷ")
    assert talk.say("không") == WHERE
    talk.say("huỷ")
    assert talk.say("có").startswith("Đã dừng.")


def test_no_photo_may_be_said_in_words() -> None:
    """ "không có" is not a part of the account."""
    talk = until(Talk(), "photos")
    assert talk.say("không có").startswith("Liên lạc lại máy này")
    assert talk.answers["seen"] == "Cháu kể bị bố đánh"
