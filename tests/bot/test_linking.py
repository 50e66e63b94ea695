"""/lienket: one person on two messengers. A dialogue belongs to the chat where it runs, a case to the person."""

import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.linking import OF_ALL, OF_ONE
from bot.vault import Vault
from models.incident import INCIDENT
from models.people import ACCOUNT, LINK_CODE
from models.service import AUDIT, COUNTER
from tests.driver import MENTIONED, WEB, Scene

WRONG = """Mã liên kết này không dùng được. Mã có 6 số, chỉ dùng một lần, trong 15 phút.
Anh/chị gõ lại /lienket ở ứng dụng đã tham gia, rồi gõ mã mới vào đây nhé.
Khẩn cấp gọi: 111, 113, 115"""
GREETING = """Xong rồi ạ. Ở đây Báo Ngay cũng đã nhận ra anh/chị Cộng tác viên (tập huấn).
cộng tác viên, Phường Ngọc Lâm

• /baocao – báo tin trẻ bị xâm hại, bị thương hoặc có nguy cơ
• /bosung 42 – bổ sung tin đã báo; XEM – tin đến đâu rồi
• /trogiup – trợ giúp; /ngonngu – ngôn ngữ

Khẩn cấp gọi: 111, 113, 115"""
NOTICE = """Một tài khoản Zalo vừa được liên kết với anh/chị lúc 10:00 23/11.
Nếu không phải anh/chị làm, gõ ngay: /huylienket"""


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The cast on one messenger; nobody is known on the other yet."""
    return await Scene.open(db, vault, capabilities=replace(WEB, title="Telegram"), zalo=MENTIONED)


async def code_of(scene: Scene, sender: str = "ctv") -> str:
    """What /lienket answers."""
    found = re.search(r"lienket (\d{6})", (await scene.says(sender, "/lienket"))[-1].text)
    assert found is not None
    return found[1]


async def linked(scene: Scene, account: str = "z1") -> Scene:
    """The collaborator, known on the other messenger too."""
    zalo = scene.on("zalo")
    await zalo.says(account, f"lienket {await code_of(scene)}")
    return zalo


# --- a code -----------------------------------------------------------------------------------------------------------


async def test_a_code_is_told_with_how_to_use_it(scene: Scene) -> None:
    """Where, and the very words; it is taken back where it can be."""
    answer = (await scene.says("ctv", "/lienket"))[0]
    code = re.search(r"\d{6}", answer.text)
    assert code is not None
    assert answer.text == (
        f"Mã liên kết: {code[0]} (dùng một lần, trước 10:15).\n"
        f"Trên ứng dụng kia (Zalo), anh/chị mở chat với Báo Ngay và gõ: lienket {code[0]}\n"
        "Không đưa mã này cho ai: ai gõ mã sẽ được coi là anh/chị."
    )
    assert code[0] not in str(await scene.rows(LINK_CODE))


@pytest.mark.parametrize("typed", ["lienket %s", "/lienket %s", "Liên kết %s", "%s"])
async def test_a_code_typed_on_the_other_messenger_greets_by_name_and_role(scene: Scene, typed: str) -> None:
    """And the chats that the person had before hear of it at once, without content."""
    code = await code_of(scene)
    zalo = scene.on("zalo")
    assert [seen.screen for seen in await zalo.says("z1", typed % code)] == [GREETING]
    notice = await scene.last("ctv")
    assert (notice.text, notice.row.lane) == (NOTICE, 0)
    people = {row.person for row in await scene.rows(ACCOUNT) if row.external_id in {"ctv", "z1"}}
    assert len(people) == 1


async def test_a_code_works_once(scene: Scene) -> None:
    """Whoever comes second gets what everybody with a wrong code gets."""
    code = await code_of(scene)
    zalo = scene.on("zalo")
    await zalo.says("z1", code)
    assert [seen.screen for seen in await zalo.says("z2", code)] == [WRONG]


async def test_a_code_lasts_a_quarter_of_an_hour(scene: Scene) -> None:
    """Not a minute more."""
    code = await code_of(scene)
    await scene.passes(minutes=15)
    assert [seen.screen for seen in await scene.on("zalo").says("z1", f"lienket {code}")] == [WRONG]


async def test_only_the_newest_code_counts(scene: Scene) -> None:
    """One that was read over a shoulder dies with the next."""
    old, new = await code_of(scene), await code_of(scene)
    zalo = scene.on("zalo")
    assert [seen.screen for seen in await zalo.says("z1", old)] == [WRONG if old != new else GREETING]
    assert [seen.screen for seen in await zalo.says("z1", new)] == [GREETING]


async def test_whoever_was_cut_meanwhile_has_no_code(scene: Scene) -> None:
    """A code is worth what its person is."""
    code = await code_of(scene)
    await scene.db.run(lambda db: db.execute(sa.text("UPDATE membership SET ended_at = created_at WHERE role = 'collaborator'")))
    assert [seen.screen for seen in await scene.on("zalo").says("z1", code)] == [WRONG]


async def test_where_there_is_no_other_messenger_none_is_promised(db: Database, vault: Vault) -> None:
    """Said plainly."""
    scene = await Scene.open(db, vault)
    assert [seen.text for seen in await scene.says("ctv", "/lienket")] == [
        "Báo Ngay hiện chỉ có ở đây, chưa có ứng dụng nào khác để liên kết."
    ]


async def test_somebody_unknown_learns_where_to_get_a_code(scene: Scene) -> None:
    """On the messenger where they have joined."""
    assert [seen.screen for seen in await scene.on("zalo").says("z1", "/lienket")] == [
        "Muốn dùng Báo Ngay ở đây nữa, anh/chị mở ứng dụng đã tham gia, nhắn cho Báo Ngay: /lienket\n"
        "Rồi gõ vào đây mã 6 số nhận được.\nKhẩn cấp gọi: 111, 113, 115"
    ]


async def test_an_account_of_somebody_else_is_never_given_away(scene: Scene) -> None:
    """Neither by a code that is right nor by one that is wrong, and the same is said to both."""
    code = await code_of(scene)
    refused = "Tài khoản này đã là của Cán bộ trực A nên không dùng mã ở đây được.\nMuốn chuyển cho người khác, xin nhờ quản trị viên thu hồi trước."
    await scene.reads("truc-a", (f"lienket {code}", refused), ("lienket 000000", refused))
    assert [seen.screen for seen in await scene.on("zalo").says("z1", code)] == [GREETING]


async def test_ones_own_code_belongs_on_the_other_messenger(scene: Scene) -> None:
    """Typed where it was told, it says so, and still works there."""
    code = await code_of(scene)
    await scene.reads(
        "ctv", (f"lienket {code}", "Ở đây Báo Ngay đã biết anh/chị là Cộng tác viên (tập huấn) rồi. Mã này để gõ ở ứng dụng kia ạ.")
    )
    assert [seen.screen for seen in await scene.on("zalo").says("z1", code)] == [GREETING]


# --- guessing ---------------------------------------------------------------------------------------------------------


async def test_after_five_wrong_codes_nothing_is_looked_up_for_an_hour(scene: Scene) -> None:
    """The right one gets the same answer as a wrong one; another conversation is not concerned, and the next hour is a new one."""
    code, zalo = await code_of(scene), scene.on("zalo")
    for number in range(OF_ONE):
        assert [seen.screen for seen in await zalo.says("z1", f"{int(code) ^ (number + 1):06d}")] == [WRONG]
    assert [seen.screen for seen in await zalo.says("z1", code)] == [WRONG]
    assert [seen.screen for seen in await zalo.says("z2", code)] == [GREETING]
    await scene.passes(hours=1)
    assert [seen.screen for seen in await zalo.says("z1", await code_of(scene))] == [GREETING]


async def test_after_thirty_wrong_ones_altogether_no_code_counts(scene: Scene) -> None:
    """Six digits must not be guessed by many accounts either; what is past is not kept."""
    code, zalo = await code_of(scene), scene.on("zalo")
    for number in range(OF_ALL):
        await zalo.says(f"many-{number % 6}", f"{int(code) ^ (number + 1):06d}")
    assert [seen.screen for seen in await zalo.says("z1", code)] == [WRONG]
    assert len(await scene.rows(COUNTER)) == 7
    await scene.passes(hours=1)
    await zalo.says("z1", "000000")
    assert len(await scene.rows(COUNTER)) == 2


async def test_one_person_cannot_close_the_door_for_all(scene: Scene) -> None:
    """What comes behind one's own five is not counted."""
    code, zalo = await code_of(scene), scene.on("zalo")
    for number in range(OF_ALL + 5):
        await zalo.says("many", f"{int(code) ^ (number + 1):06d}")
    assert [seen.screen for seen in await zalo.says("z1", code)] == [GREETING]


# --- undoing ----------------------------------------------------------------------------------------------------------


async def test_a_link_that_was_not_wanted_is_undone(scene: Scene) -> None:
    """The other account knows nobody any more; the person keeps everything else."""
    zalo = await linked(scene)
    await scene.reads(
        "ctv",
        (
            "/huylienket",
            "Đã gỡ 1 tài khoản vừa liên kết: từ giờ tài khoản đó không xem được gì của anh/chị.\n"
            "Nếu không phải anh/chị đã liên kết, xin báo cho quản trị viên.",
        ),
        ("/huylienket", "Trong 24 giờ qua không có tài khoản nào khác được liên kết với anh/chị."),
    )
    assert (await zalo.says("z1", "alo"))[0].text.startswith("111 – ")
    assert (await scene.says("ctv", "alo"))[0].text.startswith("Chào anh/chị Cộng tác viên (tập huấn).")
    assert [row.action for row in await scene.rows(AUDIT)] == ["link", "unlink"]


async def test_undoing_voids_the_codes_that_are_out(scene: Scene) -> None:
    """Whoever got in once has perhaps asked for the next one already."""
    zalo = await linked(scene)
    stolen = await code_of(zalo, "z1")
    await scene.says("ctv", "/huylienket")
    assert [seen.screen for seen in await zalo.says("z2", stolen)] == [WRONG]


async def test_a_stolen_account_cannot_throw_out_its_owner(scene: Scene) -> None:
    """Only what was linked after the account that writes can be undone from it."""
    zalo = await linked(scene)
    later = scene.on("zalo")
    await later.says("z2", await code_of(zalo, "z1"))
    await zalo.reads("z2", ("/huylienket", "Trong 24 giờ qua không có tài khoản nào khác được liên kết với anh/chị."))
    assert (await scene.says("ctv", "/huylienket"))[0].text.startswith("Đã gỡ 2 tài khoản")


async def test_after_a_day_a_link_is_no_longer_undone(scene: Scene) -> None:
    """Then it is an administrator's matter."""
    await linked(scene)
    await scene.passes(hours=24)
    assert (await scene.says("ctv", "/huylienket"))[0].text.startswith("Trong 24 giờ qua không có")


# --- a case belongs to the person -------------------------------------------------------------------------------------


async def test_a_case_is_seen_and_added_to_from_the_other_messenger(scene: Scene) -> None:
    """XEM, /bosung and "chọn nhầm" there mean the person's newest case, wherever it was reported."""
    zalo = await linked(scene)
    for said in ("báo cáo", "3", "3", "5", "ngoc lam", "5", "sau chợ", "cháu đi lang thang", "3", "2", "1"):
        await scene.says("ctv", said)
    assert (await scene.rows(INCIDENT))[0].sent_at is not None
    assert (await zalo.says("z1", "xem"))[0].text.startswith("Vụ VV-2026-0001: đang báo cán bộ, chưa có người nhận.")
    assert (await zalo.says("z1", "bổ sung"))[0].text.startswith("VV-2026-0001: biết gì anh/chị bổ sung nấy, câu nào cũng có thể bỏ qua.")
    await zalo.says("z1", "Bé Na")
    await zalo.says("z1", "đủ rồi dừng ở đây")
    assert (await zalo.says("z1", "xong"))[-1].text.startswith("Cảm ơn anh/chị.")
    assert (await zalo.says("z1", "chọn nhầm"))[0].text.startswith("Đã ghi là chọn nhầm.")
    assert (await scene.rows(INCIDENT))[0].misdial is True
    await scene.says("truc-a", "nhan 1")
    assert "Bé Na" in (await scene.says("truc-a", "chitiet 1"))[0].text


async def test_what_was_answered_where_it_is_taken_back_is_not_shown_where_it_stays(scene: Scene) -> None:
    """The reporter adds from the other messenger: neither the question, nor the review, nor a correction tells the child's name there."""
    zalo = await linked(scene)
    for said in ("báo cáo", "3", "3", "5", "ngoc lam", "5", "sau chợ", "cháu đi lang thang", "3", "2", "1"):
        await scene.says("ctv", said)
    await scene.says("ctv", "bổ sung")
    await scene.says("ctv", "Bé Na")
    assert "Đang ghi: Bé Na" in (await scene.says("ctv", "quay lại"))[-1].text
    await scene.says("ctv", "giữ nguyên")
    assert "Bé Na" in (await scene.says("ctv", "đủ rồi dừng ở đây"))[-1].text
    for said in ("bổ sung", "quay lại", "giữ nguyên", "đủ rồi dừng ở đây"):
        await zalo.says("z1", said)
    assert "• Về trẻ: Tên trẻ" in (await zalo.last("z1")).text
    assert [seen.text for seen in await zalo.letters("z1") if "Bé Na" in seen.text] == []


async def test_an_unfinished_report_stays_with_its_chat(scene: Scene) -> None:
    """Two chats that answer one question would lose an answer; elsewhere a new report can be begun."""
    zalo = await linked(scene)
    for said in ("báo cáo", "1"):
        await scene.says("ctv", said)
    elsewhere = "Tin báo này đang làm dở. Anh/chị làm tiếp ở cuộc trò chuyện lúc đầu nhé."
    assert [seen.screen for seen in await zalo.says("z1", "/bosung")] == [elsewhere]
    assert (await zalo.says("z1", "báo cáo"))[0].text.startswith("Trẻ đang như thế nào?")


async def test_somebody_else_on_that_messenger_learns_nothing(scene: Scene) -> None:
    """A case of another person is nobody's own."""
    await linked(scene)
    for said in ("báo cáo", "1"):
        await scene.says("ctv", said)
    assert (await scene.says("phuong", "xem"))[0].text.startswith("Anh/chị chưa có tin báo nào.")
    assert (await scene.on("zalo").says("z2", "chọn nhầm"))[0].text.startswith("Không có vụ này")


async def test_the_code_is_taken_back_where_the_channel_can(scene: Scene) -> None:
    """A quarter of an hour later nothing of it stands in the chat."""
    await code_of(scene)
    await scene.passes(minutes=15)
    assert [seen.kind for seen in await scene.letters("ctv")] == ["say", "delete"]
