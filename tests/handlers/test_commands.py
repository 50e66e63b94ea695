"""Commands as people type them."""

import pytest

from handlers.commands import case_number, find


@pytest.mark.parametrize(
    ("typed", "name", "number"),
    [
        ("/baocao", "report", ""), ("báo cáo", "report", ""), ("Bao cao!", "report", ""), ("/BaoCao", "report", ""),
        ("/start BN-ABCD-EF23", "start", ""), ("/ganphong@BaoNgayBot khancap", "bind", ""),
        ("nhận 42", "take", "42"), ("Nhan VV-2026-0042", "take", "42"), ("/nhan 42", "take", "42"), ("@Bot Báo Ngay nhan 42", "take", "42"),
        ("chi tiết 42", "details", "42"), ("chitiet 0042", "details", "42"), ("ảnh 42", "photos", "42"), ("bổ sung 42", "more", "42"),
        ("bổ sung", "more", ""), ("XEM", "see", ""), ("xem.", "see", ""), ("trợ giúp", "help", ""), ("/moi", "invite", ""),
        ("@Bot Báo Ngay /ganphong Ngọc Lâm", "bind", ""), ("@Bot ganphong khancap", "bind", ""), ("@Bot Báo Ngay gophong", "unbind", ""),
        ("lienket 123456", "link", "123456"), ("/lienket 012 345", "link", "012345"), ("Liên kết 123-456", "link", "123456"),
        ("lienket", "link", ""), ("/lienket 12345", "link", ""), ("huỷ liên kết", "unlink", ""), ("/huylienket", "unlink", ""),
        ("chọn nhầm", "misdial", ""), ("Tôi bấm nhầm", "misdial", ""), ("/chonnham", "misdial", ""),
    ],
)  # fmt: skip
def test_a_command_is_read(typed: str, name: str, number: str) -> None:
    """With or without slash, diacritics, capitals, a mention before it."""
    given = find(typed)
    assert given is not None
    assert (given.command.name, given.number) == (name, number)


@pytest.mark.parametrize(
    "typed",
    ["Nhàn", "nhân", "anh ơi", "Anh 42 tuổi", "mới", "mời anh", "tôi nhận 42 cái áo", "xem giúp tôi", "chi tiết thì tôi không rõ", "", "/", "@Bot", "42",
     "báo cáo anh là cháu bị đánh", "/khongco", "ganphong", "@Bot Báo Ngay mọi người ơi", "@Bot Báo Ngay mới", "lienket 12345",
     "liên kết với ai", "tôi chọn nhầm phường"],
)  # fmt: skip
def test_a_sentence_is_no_command(typed: str) -> None:
    """Names and everyday words that are spelled like a command are left to the dialogue that is open."""
    assert find(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"), [("42", "42"), ("#42", "42"), ("VV 2026 0042", "42"), ("vv-2026-0007", "7"), ("vụ 42", "42"), ("hai", "")]
)
def test_a_case_number_is_read(typed: str, number: str) -> None:
    """The short number, or the whole code."""
    assert case_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "case"),
    [
        ("nhan VV-2026-0042", "2026-42"), ("/hua vv 2026 0042 30 phút", "2026-42"), ("@Bot Báo Ngay nhận vụ VV-2026-0042", "2026-42"),
        ("nhận 42", "42"), ("hua 42 đến 2026", "42"), ("/nhan", ""),
    ],
)  # fmt: skip
def test_a_whole_code_names_its_year(typed: str, case: str) -> None:
    """Numbers begin anew each year: 42 alone is the newest of that number, the whole code is that case and no other."""
    given = find(typed)
    assert given is not None
    assert given.case == case


@pytest.mark.parametrize(
    ("typed", "rest", "mention"),
    [
        ("/ganphong Ngọc Lâm", "Ngọc Lâm", ""),
        ("/ganphong@BaoNgayBot khancap", "khancap", ""),
        ("@Bot Báo Ngay /ganphong Ngọc Lâm", "Ngọc Lâm", "@Bot Báo Ngay"),
        ("@Bot ganphong khancap", "khancap", "@Bot"),
        ("@Bot Báo Ngay nhan 42", "42", "@Bot Báo Ngay"),
        ("báo cáo", "", ""),
    ],
)
def test_what_stands_behind_a_command_and_how_the_bot_was_called(typed: str, rest: str, mention: str) -> None:
    """As typed: a ward's name keeps its capitals, the bot's name its spaces."""
    given = find(typed)
    assert given is not None
    assert (given.rest, given.mention) == (rest, mention)
