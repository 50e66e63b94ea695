"""Ad-hoc reports, as a leader asks for one by typing and a ward hands it in."""

import pytest

from bot.database import Database
from bot.vault import Vault
from models.expected import EXPECTED, REPORT_REQUEST
from tests.bot.reports import spring
from tests.driver import NO_BUTTONS, Scene, Seen


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    return await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))


def last(seen: list[Seen]) -> str:
    return seen[-1].screen


async def asked(scene: Scene, *words: str) -> list[Seen]:
    for said in ("/yeucau Báo cáo rà soát hồ bơi", *words):
        seen = await scene.says("lanh-dao", said)
    return seen


async def test_an_ad_hoc_report_is_asked_for_and_handed_in(scene: Scene) -> None:
    """What, of whom, by when, in which form; then it is a report like the others."""
    seen = await asked(scene, "Ngọc Lâm, bo de", "thứ 6", "1")
    assert last(seen).splitlines()[:5] == [
        "Anh/chị xem lại:",
        "• Báo cáo rà soát hồ bơi",
        "• Hạn hết ngày 7/5/2021",
        "• Mẫu: Văn bản: tệp kèm tóm tắt",
        "• 2 nơi nộp: Phường Ngọc Lâm, Phường Bồ Đề",
    ]
    assert last(await scene.says("lanh-dao", "1")) == "Đã yêu cầu. Những nơi phải nộp đã được báo và sẽ được nhắc."
    told = "📌 Phòng yêu cầu báo cáo: Báo cáo rà soát hồ bơi, hạn hết ngày 7/5/2021. Để nộp, gõ: /nopbaocao"
    assert (await scene.texts("phuong"))[-1] == told
    rows = await scene.rows(EXPECTED, EXPECTED.c.report == "request")
    number = next(row.number for row in rows if row.unit == "ngoc_lam")
    assert "lời văn của kế hoạch" not in last(await scene.says("phuong", f"nop {number}"))  # the plan has no words about it
    for said in ("1", "12/BC-UBND ngày 6/5/2021", "Phường có 3 hồ bơi, đã rà soát", "bo qua", "bo qua", "hôm nay", "gui"):
        seen = await scene.says("phuong", said)
    assert last(seen).splitlines()[:2] == ["✅ ĐÃ NỘP", f"Báo cáo rà soát hồ bơi, đột xuất (BC-{number})"]


async def test_its_name_is_sealed(scene: Scene) -> None:
    """People type anything there."""
    await asked(scene, "1", "28/5", "1", "1")
    row = (await scene.rows(REPORT_REQUEST))[0]
    assert "bơi".encode() not in row.title
    assert len(await scene.rows(EXPECTED, EXPECTED.c.request == row.id)) == 14


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("Gia Lâm xa lắc",), "Kế hoạch không có đơn vị “gia lam xa lac”."),
        (("1", "hôm qua"), "Tôi chưa đọc được ngày đó."),
        (("1", "blah"), "Tôi chưa đọc được ngày đó."),
        (("1", "28/5", "9"), "Chưa khớp với ý nào. Anh/chị chọn một ý dưới đây, hoặc gõ số thứ tự."),
    ],
)
async def test_what_cannot_be_read_is_asked_again(scene: Scene, words: tuple[str, ...], why: str) -> None:
    """With one sentence why."""
    assert last(await asked(scene, *words)).splitlines()[0] == why


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("Phòng Giáo dục và Đào tạo", "• 1 nơi nộp: Phòng Giáo dục và Đào tạo quận Long Biên"),
        ("Ngọc Lâm và Bồ Đề", "• 2 nơi nộp: Phường Ngọc Lâm, Phường Bồ Đề"),
        ("Ngọc Lâm\nBồ Đề", "• 2 nơi nộp: Phường Ngọc Lâm, Phường Bồ Đề"),
    ],
)
async def test_a_name_with_a_word_that_joins_names_is_one(scene: Scene, said: str, who: str) -> None:
    """ "và" stands between two wards, and within the name of an office."""
    assert last(await asked(scene, said, "28/5", "1")).splitlines()[4] == who


@pytest.mark.parametrize("said", ["Phòng LĐTB&XH", "Quận Long Biên"])
async def test_nobody_is_asked_for_a_report_to_themselves(scene: Scene, said: str) -> None:
    """The division would accept its own report, and above it nobody hands anything in here."""
    assert last(await asked(scene, said)).splitlines()[0].endswith("không phải là nơi nộp báo cáo về đây.")


async def test_only_leaders_ask(scene: Scene) -> None:
    """A ward officer and a duty officer cannot."""
    for who in ("phuong", "truc-a"):
        assert last(await scene.says(who, "/yeucau Báo cáo hồ bơi")).startswith("Vai trò của anh/chị")
    assert await scene.rows(REPORT_REQUEST) == []


async def test_asking_no_longer_keeps_what_was_handed_in(scene: Scene) -> None:
    """The others owe it no more, and nobody is reminded."""
    await asked(scene, "Ngọc Lâm, Bồ Đề", "28/5", "1", "1")
    rows = {row.unit: row for row in await scene.rows(EXPECTED, EXPECTED.c.report == "request")}
    number = rows["ngoc_lam"].number
    for said in (f"nop {number}", "1", "12/BC-UBND", "Đã rà soát", "bo qua", "bo qua", "hôm nay", "gui"):
        await scene.says("phuong", said)
    await scene.says("lanh-dao", f"/huyyeucau {number}")
    rows = {row.unit: row for row in await scene.rows(EXPECTED, EXPECTED.c.report == "request")}
    assert {unit: (row.state, row.remind_at) for unit, row in rows.items()} == {"ngoc_lam": ("handed_in", None), "bo_de": ("dropped", None)}


async def test_no_group_reads_what_was_typed_as_a_title(scene: Scene) -> None:
    """A child's name may stand in it."""
    for said in ("/yeucau Báo cáo cháu Nguyễn Văn An", "Ngọc Lâm", "28/5", "1", "1"):
        await scene.says("lanh-dao", said)
    number = (await scene.rows(EXPECTED, EXPECTED.c.report == "request"))[0].number
    for said in (f"nop {number}", "1", "12/BC-UBND", "Đã rà soát", "bo qua", "bo qua", "hôm nay", "gui"):
        await scene.says("phuong", said)
    await scene.says("truc-a", "/duyet", chat="phong-truc")
    await scene.says("truc-a", f"/duyet {number}", chat="phong-truc")
    texts = await scene.texts("phong-truc")
    assert [text for text in texts if "Nguyễn" in text] == []
    assert texts[0].splitlines()[0] == f"📄 BC-{number} đã nộp: Ngọc Lâm: Báo cáo đột xuất, đột xuất"
