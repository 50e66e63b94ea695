"""Groups that hear only what begins with the bot's name: the card, taking it, binding the room, and not being flooded."""

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.facts import Role
from models.people import MEMBERSHIP, ROOM
from models.service import SETTING
from tests.driver import MENTIONED, PLAN, WEB, Scene

CARD = """🔴 KHẨN CẤP · VV-2026-0001
Chưa rõ loại việc · chưa rõ phường
Trẻ: CÒN NGUY HIỂM
Nguồn tin: cộng tác viên
Gọi 113/115, gọi Phòng: chưa rõ · số Phòng: 024 0000 0000 (số tập huấn)
⏱ Báo cáo bằng văn bản: nên xong trước 10:00 24/11, chậm nhất 24:00 Thứ Ba 24/11/2026 (tính từ lúc tiếp nhận)
⏱ Biện pháp can thiệp khẩn cấp hoặc tạm thời cách ly: chậm nhất 22:00 23/11 (tính từ lúc tiếp nhận)
⏳ Chưa ai nhận
"""
OPEN = "Xem chi tiết, gõ: %(bot)s chitiet 1\nGõ: %(bot)s nhan 1. Chưa thấy xác nhận là CHƯA nhận."


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The cast on such a messenger; the collaborator's ward officer is its administrator too."""
    scene = await Scene.open(db, vault, capabilities=MENTIONED)
    await scene.db.run(
        lambda db: db.execute(
            sa.update(MEMBERSHIP).where(MEMBERSHIP.c.role == Role.WARD_OFFICER).values(role=Role.ADMINISTRATOR, unit=PLAN.division)
        )
    )
    return scene


async def report(scene: Scene) -> None:
    for said in ("báo cáo", "1"):
        await scene.says("ctv", said)


async def test_a_card_is_taken_by_mention_and_the_second_taker_is_told(scene: Scene) -> None:
    """Its last words say how, and that silence is no confirmation; whoever took it always reads that it worked."""
    await report(scene)
    assert (await scene.last(ROOM_CHAT)).screen == CARD + OPEN % {"bot": "@Bot"}
    first = await scene.says("truc-a", "@Bot Báo Ngay nhan 1", ROOM_CHAT)
    assert [(seen.kind, seen.screen) for seen in first] == [("say", "Anh/chị Cán bộ trực A đã nhận VV-2026-0001 lúc 10:00.")]
    private = [seen.screen for seen in await scene.letters("truc-a")]
    assert "Để xem, gõ: /chitiet 1" in private[0]
    assert private[1].endswith("• Gọi lại người báo trong 15 phút: /hua 1 1\n• Đến nơi trong 1 giờ: /hua 1 2\n• Báo công an ngay: /hua 1 3")
    second = await scene.says("truc-b", "@Bot Báo Ngay nhan 1", ROOM_CHAT)
    assert [(seen.kind, seen.screen) for seen in second] == [("toast", "Đã có anh/chị Cán bộ trực A tiếp nhận lúc 10:00.")]


async def test_in_a_private_chat_a_slash_is_enough(scene: Scene) -> None:
    """The same card, where no mention is needed."""
    await scene.db.run(lambda db: db.execute(sa.update(ROOM).values(unbound_at=scene.clock[0])))
    await report(scene)
    assert (await scene.last("truc-a")).screen == CARD + "Xem chi tiết, gõ: /chitiet 1\nGõ: /nhan 1. Chưa thấy xác nhận là CHƯA nhận."


async def test_where_there_are_buttons_the_card_has_them(db: Database, vault: Vault) -> None:
    """And no line about typing."""
    scene = await Scene.open(db, vault, capabilities=WEB)
    await report(scene)
    card = await scene.last(ROOM_CHAT)
    assert (card.text, list(card.buttons)) == (CARD.strip(), ["Tôi tiếp nhận", "Xem chi tiết"])


@pytest.mark.parametrize(
    "typed", ["@Bot Báo Ngay /ganphong", "@Bot Báo Ngay ganphong", "@Bot Báo Ngay /ganphong khancap", "@Bot Báo Ngay ganphong khancap"]
)
async def test_binding_learns_how_the_bot_is_called(scene: Scene, typed: str) -> None:
    """From then on every text says it as people type it."""
    answer = await scene.says("phuong", typed, ROOM_CHAT)
    rooms = [(row.purpose, row.chat) for row in await scene.rows(ROOM) if row.unbound_at is None]
    assert rooms == [("alarm" if "khancap" in typed else "main", ROOM_CHAT)]
    assert [row.value for row in await scene.rows(SETTING) if row.name == "mention.web"] == ["@Bot Báo Ngay"]
    if "khancap" not in typed:
        assert "• Mỗi vụ có một thẻ. Để tiếp nhận, gõ: @Bot Báo Ngay nhan 42" in answer[-1].screen
    await report(scene)
    assert (await scene.last(ROOM_CHAT)).screen.endswith(OPEN % {"bot": "@Bot Báo Ngay"})


async def test_a_slash_alone_binds_too_and_keeps_what_was_known(scene: Scene) -> None:
    """By a reply to the bot no name is typed."""
    answer = await scene.says("phuong", "/ganphong", ROOM_CHAT)
    assert "gõ: @Bot nhan 42" in answer[-1].screen
    assert [row for row in await scene.rows(SETTING) if row.name == "mention.web"] == []


@pytest.mark.parametrize(
    "said", ["@Bot Báo Ngay báo cáo", "@Bot Báo Ngay /moi", "@Bot Báo Ngay nhan 77", "@Bot Báo Ngay nhan 1", "@Bot gophong"]
)
async def test_short_answers_in_a_group_come_at_most_once_a_minute(scene: Scene, said: str) -> None:
    """Where there are no toasts they are planned as such: the rule of delivery lets one of them through a minute."""
    await report(scene)
    await scene.says("truc-a", "@Bot nhan 1", ROOM_CHAT)
    answers = await scene.says("ctv" if "gophong" in said else "truc-b", said, ROOM_CHAT)
    assert [seen.kind for seen in answers] == ["toast"]


async def test_what_people_say_to_the_bot_and_to_one_another_binds_nothing(scene: Scene) -> None:
    """A word of a command within a sentence is not one."""
    for said in ("@Bot Báo Ngay mọi người ơi", "@Lan ganphong là gì vậy em", "ganphong", "gophong"):
        await scene.says("truc-a", said, ROOM_CHAT)
    assert [row.chat for row in await scene.rows(ROOM) if row.unbound_at is None] == [ROOM_CHAT]


async def test_help_in_such_a_group_tells_to_mention(scene: Scene) -> None:
    """Line by line as it is typed there."""
    assert (await scene.says("truc-a", "@Bot tro giup", ROOM_CHAT))[0].screen.splitlines() == [
        "• @Bot nhan 42 – tiếp nhận vụ",
        "• @Bot chitiet 42 – xem chi tiết, gửi vào tin nhắn riêng",
        "• Không viết tên, địa chỉ, không gửi ảnh của trẻ vào nhóm này.",
        "• @Bot ganphong – gắn nhóm này làm phòng trực",
        "• @Bot gophong – gỡ",
    ]


async def test_a_repeated_call_ends_with_how_it_is_taken(scene: Scene) -> None:
    """Five minutes later too."""
    await report(scene)
    await scene.passes(minutes=5)
    card = next(seen for seen in await scene.letters(ROOM_CHAT) if seen.text.startswith("🔔 GỌI LẦN 2")).screen.splitlines()
    assert card[1] == "Để tiếp nhận, gõ: @Bot nhan 1"
    assert card[-1] == "Gõ: @Bot nhan 1. Chưa thấy xác nhận là CHƯA nhận."
