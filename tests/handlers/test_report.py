"""The report as it is spoken: whole transcripts in Vietnamese, and how many taps each way takes."""

from dataclasses import replace

import pytest

from models.facts import Held, Role
from models.plan import Plan, Unit, UnitKind
from tests.handlers.report_ways import MOST, WAYS, talked, until
from tests.transcripts import COLLABORATOR, Talk, plan, read


def test_violation() -> None:
    """A violation by a parent, the child safe for now: from the first word to the receipt."""
    talk = Talk()
    read(
        talk,
        ("báo cáo", "Trẻ đang như thế nào?"),
        ("[TẠM AN TOÀN]", "Trẻ gặp chuyện gì?"),
        ("[Bạo lực hoặc xâm hại]", "Gần với việc nào nhất? Chưa chắc cũng được."),
        ("[Bạo lực trẻ em]", "Theo anh/chị, ai có thể đã gây ra việc này?\nChưa chắc cũng được, cán bộ sẽ xác minh."),
        ("[Cha]", "Người đó có sống cùng trẻ không?"),
        ("[Có]", "Có liên quan cán bộ, cộng tác viên hoặc cơ sở nuôi dạy trẻ không?\nNếu có, chỉ lãnh đạo Phòng được xem tin này."),
        ("[Không]", "Việc xảy ra ở phường nào?\nChọn, hoặc gõ tên phường."),
        ("[Phường Ngọc Lâm]", "Ở tổ dân phố số mấy?\nGõ số tổ, ví dụ: 5."),
        ("[Không rõ tổ]", "Cụ thể ở chỗ nào? Gõ số nhà, ngõ, đường, hoặc gần đâu.\nVí dụ: số 8 ngõ 12 Ngọc Lâm, gần trường mầm non."),
        ("số 8 ngõ 12 Ngọc Lâm", "Việc xảy ra lúc nào?\nChọn, hoặc gõ: «8h tối qua», «thứ 7 tuần trước», «15/3»."),
        (
            "[Tối qua]",
            "Đã ghi: Chủ nhật 22/11/2026, buổi tối.\n\n"
            "Anh/chị đã thấy, đã nghe gì? Cứ kể như nói chuyện, gõ hay ghi âm đều được.\n"
            "Trẻ tự kể thì ghi đúng lời trẻ. Không hỏi đi hỏi lại trẻ.",
        ),
        (
            "Cháu kể bị bố đánh bằng thắt lưng",
            "Có ảnh thì gửi luôn ở đây, nhiều nhất 10 ảnh.\n"
            "Không chụp vùng kín, không chụp khi người gây hại ở gần, không hỏi đi hỏi lại trẻ.",
        ),
        ("[Không có ảnh]", "Liên lạc lại máy này có an toàn không?\nNếu người gây hại có thể xem máy này, chọn «Đừng liên lạc»."),
        ("[Có, gọi hay nhắn đều được]", "Có cho cán bộ xử lý biết tên anh/chị không?"),
        (
            "[Được, cứ nói tên tôi]",
            "Anh/chị xem lại rồi gửi:\n"
            "• Trẻ lúc này: TẠM AN TOÀN\n"
            "• Việc gì: Bạo lực hoặc xâm hại; Bạo lực trẻ em\n"
            "• Ai gây ra: Cha; sống cùng trẻ; không liên quan cán bộ\n"
            "• Ở đâu: Phường Ngọc Lâm; Không rõ tổ; số 8 ngõ 12 Ngọc Lâm\n"
            "• Lúc nào: Chủ nhật 22/11/2026, buổi tối\n"
            "• Đã thấy gì: Cháu kể bị bố đánh bằng thắt lưng; Không có ảnh\n"
            "• Người báo: gọi hay nhắn đều được; 0912345678; cho biết tên",
        ),
        (
            "[GỬI NGAY]",
            "✅ Đã gửi. Mã vụ việc: VV-2026-0042\n"
            "Báo Ngay đang báo cán bộ trực của Phòng và phường.\n"
            "Cán bộ có thể gọi hoặc nhắn cho anh/chị.\n"
            "Phường sẽ làm văn bản, anh/chị không phải viết thêm gì.\n"
            "Nếu sau 3 phút chưa có ai nhận, đừng chờ: gọi 113/115 và trực ban 024 3872 4033.",
        ),
    )


def test_danger() -> None:
    """Danger calls the room at once, then asks where, then whether the division was telephoned."""
    talk = Talk()
    read(
        talk,
        ("báo cáo", "Trẻ đang như thế nào?"),
        (
            "[ĐANG NGUY HIỂM]",
            "🔴 Đã báo cho cán bộ trực của Phòng.\n"
            "Anh/chị gọi ngay: 113 công an, 115 cấp cứu, 111 bảo vệ trẻ em. Cháy hoặc đuối nước: 114.\n"
            "Giữ an toàn cho mình và cho trẻ. Còn mấy câu hỏi ngắn nữa thôi.\n"
            "---\n"
            "Việc xảy ra ở phường nào?\n"
            "Chọn, hoặc gõ tên phường.",
        ),
        ("[Phường Ngọc Lâm]", "Cụ thể ở chỗ nào? Gõ số nhà, ngõ, đường, hoặc gần đâu.\nVí dụ: số 8 ngõ 12 Ngọc Lâm, gần trường mầm non."),
        ("số 8 ngõ 12, gần chợ", "Anh/chị đã gọi điện cho phòng trực chưa?\nTrực ban Phòng: 024 3872 4033"),
        ("[Chưa gọi]", "Trẻ gặp chuyện gì?"),
        ("[Bạo lực hoặc xâm hại]", "Gần với việc nào nhất? Chưa chắc cũng được."),
        ("[Bạo lực trẻ em]", "Theo anh/chị, ai có thể đã gây ra việc này?\nChưa chắc cũng được, cán bộ sẽ xác minh."),
        ("[Hàng xóm, người quen]", "Người đó có sống cùng trẻ không?"),
        ("[Không]", "Có liên quan cán bộ, cộng tác viên hoặc cơ sở nuôi dạy trẻ không?\nNếu có, chỉ lãnh đạo Phòng được xem tin này."),
        ("[Không]", "Việc xảy ra lúc nào?\nChọn, hoặc gõ: «8h tối qua», «thứ 7 tuần trước», «15/3»."),
        (
            "[Kéo dài hoặc vẫn đang xảy ra]",
            "Anh/chị đã thấy, đã nghe gì? Cứ kể như nói chuyện, gõ hay ghi âm đều được.\n"
            "Trẻ tự kể thì ghi đúng lời trẻ. Không hỏi đi hỏi lại trẻ.",
        ),
        (
            "Nghe tiếng đánh, cháu khóc thét",
            "Có ảnh thì gửi luôn ở đây, nhiều nhất 10 ảnh.\n"
            "Không chụp vùng kín, không chụp khi người gây hại ở gần, không hỏi đi hỏi lại trẻ.",
        ),
        ("[Không có ảnh]", "Liên lạc lại máy này có an toàn không?\nNếu người gây hại có thể xem máy này, chọn «Đừng liên lạc»."),
        ("[Đừng liên lạc]", "Có cho cán bộ xử lý biết tên anh/chị không?"),
        (
            "[Giữ kín tên tôi]",
            "Anh/chị xem lại rồi gửi:\n"
            "• Trẻ lúc này: ĐANG NGUY HIỂM; chưa gọi Phòng\n"
            "• Việc gì: Bạo lực hoặc xâm hại; Bạo lực trẻ em\n"
            "• Ai gây ra: Hàng xóm, người quen; không sống cùng trẻ; không liên quan cán bộ\n"
            "• Ở đâu: Phường Ngọc Lâm; số 8 ngõ 12, gần chợ\n"
            "• Lúc nào: Kéo dài hoặc vẫn đang xảy ra\n"
            "• Đã thấy gì: Nghe tiếng đánh, cháu khóc thét; Không có ảnh\n"
            "• Người báo: đừng liên lạc; giữ kín tên",
        ),
        (
            "[GỬI NGAY]",
            "✅ Đã gửi. Mã vụ việc: VV-2026-0042\n"
            "Báo Ngay đang báo cán bộ trực của Phòng và phường.\n"
            "Sẽ không ai liên lạc lại với anh/chị.\n"
            "Phường sẽ làm văn bản, anh/chị không phải viết thêm gì.\n"
            "Nếu sau 3 phút chưa có ai nhận, đừng chờ: gọi 113/115 và trực ban 024 3872 4033.",
        ),
    )


def test_accident() -> None:
    """A light accident at school."""
    talk = Talk()
    read(
        talk,
        ("báo cáo", "Trẻ đang như thế nào?"),
        ("[TẠM AN TOÀN]", "Trẻ gặp chuyện gì?"),
        ("[Tai nạn thương tích]", "Trẻ bị tai nạn gì?"),
        ("[Ngã]", "Vì sao trẻ bị thương? Chưa chắc cũng được."),
        ("[Do tai nạn]", "Trẻ bị nặng hay nhẹ?"),
        ("[Nhẹ (sơ cứu tại chỗ)]", "Việc xảy ra ở nơi nào?"),
        ("[Trường học]", "Việc xảy ra ở phường nào?\nChọn, hoặc gõ tên phường."),
        ("[Phường Ngọc Lâm]", "Ở tổ dân phố số mấy?\nGõ số tổ, ví dụ: 5."),
        ("[Không rõ tổ]", "Cụ thể ở chỗ nào? Gõ số nhà, ngõ, đường, hoặc gần đâu.\nVí dụ: số 8 ngõ 12 Ngọc Lâm, gần trường mầm non."),
        ("Trường tiểu học Ngọc Lâm", "Việc xảy ra lúc nào?\nChọn, hoặc gõ: «8h tối qua», «thứ 7 tuần trước», «15/3»."),
        (
            "[Sáng nay]",
            "Đã ghi: Thứ Hai 23/11/2026, buổi sáng.\n\n"
            "Anh/chị đã thấy, đã nghe gì? Cứ kể như nói chuyện, gõ hay ghi âm đều được.\n"
            "Trẻ tự kể thì ghi đúng lời trẻ. Không hỏi đi hỏi lại trẻ.",
        ),
        (
            "Cháu ngã cầu thang, xước tay",
            "Có ảnh thì gửi luôn ở đây, nhiều nhất 10 ảnh.\n"
            "Không chụp vùng kín, không chụp khi người gây hại ở gần, không hỏi đi hỏi lại trẻ.",
        ),
        ("[Không có ảnh]", "Liên lạc lại máy này có an toàn không?\nNếu người gây hại có thể xem máy này, chọn «Đừng liên lạc»."),
        ("[Có, gọi hay nhắn đều được]", "Có cho cán bộ xử lý biết tên anh/chị không?"),
        (
            "[Được, cứ nói tên tôi]",
            "Anh/chị xem lại rồi gửi:\n"
            "• Trẻ lúc này: TẠM AN TOÀN\n"
            "• Việc gì: Tai nạn thương tích; Ngã; Do tai nạn; Nhẹ (sơ cứu tại chỗ); Trường học\n"
            "• Ở đâu: Phường Ngọc Lâm; Không rõ tổ; Trường tiểu học Ngọc Lâm\n"
            "• Lúc nào: Thứ Hai 23/11/2026, buổi sáng\n"
            "• Đã thấy gì: Cháu ngã cầu thang, xước tay; Không có ảnh\n"
            "• Người báo: gọi hay nhắn đều được; 0912345678; cho biết tên",
        ),
        (
            "[GỬI NGAY]",
            "✅ Đã gửi. Mã vụ việc: VV-2026-0042\n"
            "Báo Ngay đang báo cán bộ trực của Phòng và phường.\n"
            "Cán bộ có thể gọi hoặc nhắn cho anh/chị.\n"
            "Phường sẽ làm văn bản, anh/chị không phải viết thêm gì.\n"
            "Anh/chị nhớ gọi điện báo Phòng nữa: 024 3872 4033.",
        ),
    )


def test_need() -> None:
    """A child in need: a short way that goes quietly to the ward."""
    talk = Talk()
    read(
        talk,
        ("báo cáo", "Trẻ đang như thế nào?"),
        ("[TẠM AN TOÀN]", "Trẻ gặp chuyện gì?"),
        ("[Nguy cơ hoặc cần giúp đỡ]", "Trẻ đang cần giúp việc gì?"),
        ("[Chưa có thẻ BHYT]", "Việc xảy ra ở phường nào?\nChọn, hoặc gõ tên phường."),
        ("[Phường Ngọc Lâm]", "Ở tổ dân phố số mấy?\nGõ số tổ, ví dụ: 5."),
        ("[Không rõ tổ]", "Cụ thể ở chỗ nào? Gõ số nhà, ngõ, đường, hoặc gần đâu.\nVí dụ: số 8 ngõ 12 Ngọc Lâm, gần trường mầm non."),
        (
            "nhà trọ số 3 ngõ 5",
            "Anh/chị đã thấy, đã nghe gì? Cứ kể như nói chuyện, gõ hay ghi âm đều được.\n"
            "Trẻ tự kể thì ghi đúng lời trẻ. Không hỏi đi hỏi lại trẻ.",
        ),
        (
            "Cháu 4 tuổi, ốm mà chưa có thẻ",
            "Liên lạc lại máy này có an toàn không?\nNếu người gây hại có thể xem máy này, chọn «Đừng liên lạc».",
        ),
        ("[Có, gọi hay nhắn đều được]", "Có cho cán bộ xử lý biết tên anh/chị không?"),
        (
            "[Được, cứ nói tên tôi]",
            "Anh/chị xem lại rồi gửi:\n"
            "• Trẻ lúc này: TẠM AN TOÀN\n"
            "• Việc gì: Nguy cơ hoặc cần giúp đỡ; Chưa có thẻ BHYT\n"
            "• Ở đâu: Phường Ngọc Lâm; Không rõ tổ; nhà trọ số 3 ngõ 5\n"
            "• Đã thấy gì: Cháu 4 tuổi, ốm mà chưa có thẻ\n"
            "• Người báo: gọi hay nhắn đều được; 0912345678; cho biết tên",
        ),
        (
            "[GỬI NGAY]",
            "✅ Đã gửi. Mã vụ việc: VV-2026-0042\nTin đã chuyển tới cán bộ trẻ em của phường.\nCán bộ có thể gọi hoặc nhắn cho anh/chị.",
        ),
    )


@pytest.mark.parametrize("way", WAYS)
def test_taps_and_typed_answers_of_each_way(way: str) -> None:
    """Counted from the first question to "sent"; two answers are typed on every way."""
    talk = talked(*WAYS[way], "[GỬI NGAY]")
    print(f"{way}: {talk.taps} taps, {talk.words} typed")
    assert talk.frame.step == "_sent"
    assert (MOST[way], 2) == (talk.taps, talk.words)


def test_a_collaborator_of_a_neighbourhood_says_where_with_one_tap() -> None:
    """Their own neighbourhood answers two questions."""
    base = plan()
    unit = Unit.model_validate({
        "id": "ngoc_lam_5", "kind": UnitKind.NEIGHBOURHOOD, "parent": "ngoc_lam", "name": {"vi": "Tổ 5", "en": "Group 5"},
        "short": {"vi": "Tổ 5", "en": "Group 5"}, "status": "design",
    })  # fmt: skip
    who = replace(COLLABORATOR, held=(Held(Role.COLLABORATOR, "ngoc_lam_5"),))
    talk = until(Talk(who=who, plan=Plan.model_construct(**{**dict(base), "units": (*base.units, unit)})), "ward")
    assert "Cụ thể ở chỗ nào?" in talk.say("[Tổ 5, Phường Ngọc Lâm]")
    assert (talk.answers["ward"], talk.answers["neighbourhood"]) == ("ngoc_lam", "ngoc_lam_5")
