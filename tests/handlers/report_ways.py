"""The ways through a report, as what a reporter says."""

from typing import Any

from tests.transcripts import Talk

DANGER = ("báo cáo", "[ĐANG NGUY HIỂM]")
VIOLATION = (
    "báo cáo", "[TẠM AN TOÀN]", "[Bạo lực hoặc xâm hại]", "[Bạo lực trẻ em]", "[Cha]", "[Có]", "[Không]", "[Phường Ngọc Lâm]", "[Không rõ tổ]",
    "số 8 ngõ 12 Ngọc Lâm", "[Tối qua]", "Cháu kể bị bố đánh", "[Không có ảnh]", "[Có, gọi hay nhắn đều được]", "[Được, cứ nói tên tôi]",
)  # fmt: skip
REVIEW = "Anh/chị xem lại rồi gửi:"
WHERE = "Việc xảy ra ở phường nào?\nChọn, hoặc gõ tên phường."


def talked(*said: str, **talk: Any) -> Talk:
    """A talk that has come as far as these words."""
    found = Talk(**talk)
    for one in said:
        found.say(one)
    return found


def until(talk: Talk, step: str, words: tuple[str, ...] = VIOLATION) -> Talk:
    """The violation path up to a question."""
    for said in words:
        if talk.frame.step == step:
            break
        talk.say(said)
    assert step == talk.frame.step
    return talk


WAYS = {
    "violation, safe for now": VIOLATION,
    "sexual abuse": tuple("[Xâm hại tình dục trẻ em]" if said == "[Bạo lực trẻ em]" else said for said in VIOLATION if said != "[Không có ảnh]"),
    "violation, stranger": tuple("[Người lạ]" if said == "[Cha]" else said for said in VIOLATION if said != "[Có]"),
    "violation, in danger": (
        *DANGER, "[Phường Ngọc Lâm]", "số 8 ngõ 12", "[Chưa gọi]", "[Bạo lực hoặc xâm hại]", "[Bạo lực trẻ em]", "[Cha]", "[Có]", "[Không]", "[Vừa xong]",
        "Nghe tiếng đánh", "[Không có ảnh]", "[Có, gọi hay nhắn đều được]", "[Được, cứ nói tên tôi]",
    ),
    "accident": (
        "báo cáo", "[TẠM AN TOÀN]", "[Tai nạn thương tích]", "[Ngã]", "[Do tai nạn]", "[Nhẹ (sơ cứu tại chỗ)]", "[Trường học]", "[Phường Ngọc Lâm]",
        "[Không rõ tổ]", "trường Ngọc Lâm", "[Sáng nay]", "Cháu ngã", "[Không có ảnh]", "[Có, gọi hay nhắn đều được]", "[Được, cứ nói tên tôi]",
    ),
    "injury by somebody": (
        "báo cáo", "[TẠM AN TOÀN]", "[Tai nạn thương tích]", "[Bỏng/cháy]", "[Có người gây ra]", "[Cần khám/điều trị]", "[Tại nhà]",
        "[Mẹ]", "[Có]", "[Không]",
        "[Phường Ngọc Lâm]", "[Không rõ tổ]", "ngõ 5", "[Hôm qua]", "Tay bỏng nước sôi", "[Không có ảnh]", "[Chỉ gọi, đừng nhắn]", "[Giữ kín tên tôi]",
    ),
    "need": (
        "báo cáo", "[TẠM AN TOÀN]", "[Nguy cơ hoặc cần giúp đỡ]", "[Bỏ học]", "[Phường Ngọc Lâm]", "[Không rõ tổ]", "ngõ 5", "Cháu nghỉ học đi làm",
        "[Có, gọi hay nhắn đều được]", "[Được, cứ nói tên tôi]",
    ),
}  # fmt: skip
MOST = {
    "violation, safe for now": 13, "sexual abuse": 12, "violation, stranger": 12, "violation, in danger": 13, "accident": 13, "injury by somebody": 16,
    "need": 8,
}  # fmt: skip
