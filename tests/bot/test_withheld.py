"""A messenger that keeps back what protected senders write, children among them: never silence, and somebody is told."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.training import ROOM_CHAT
from bot.vault import Vault
from models.incident import INCIDENT, INCIDENT_EVENT
from models.service import SETTING
from models.talk import Kind
from tests.bot.screens import DANGER, KIND
from tests.bot.test_cases import make_administrator
from tests.driver import MENTIONED, Scene

FIRST = """Tin nhắn đã đến, nhưng ở đây không đọc được nội dung.
Nếu con là trẻ em và cần giúp: con không có lỗi. Con gọi 111, miễn phí.
Ai đang làm con đau, con gọi 113. Con bị thương, con gọi 115.

"""
TOLD = "Báo Ngay đang báo cho cô chú trực (người lớn bảo vệ trẻ em) là con vừa nhắn. Con muốn dừng nhắn lúc nào cũng được."
AGAIN = """Tin của con đã đến nhưng ở đây không đọc được. Báo Ngay đang báo cho cô chú trực là con vừa nhắn.
Con gọi 111 lúc nào cũng được, miễn phí."""
UNREAD = "Ở đây không đọc được tin vừa rồi: ứng dụng nhắn tin không chuyển nội dung sang."


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """The cast on a messenger without buttons (which takes details back, so that they can be read here)."""
    return await Scene.open(db, vault, capabilities=replace(MENTIONED, deletes=True))


async def screens(scene: Scene, sender: str, chat: str = "") -> list[str]:
    """What a withheld message is answered with."""
    return [seen.screen for seen in await scene.withheld(sender, chat)]


async def test_the_first_withheld_message_of_somebody_unknown_calls_the_room(scene: Scene) -> None:
    """The same khẩn cấp case as of a child who writes; nothing is asked, because no answer could be read."""
    assert await screens(scene, "tre") == [FIRST + TOLD]
    case = (await scene.rows(INCIDENT))[0]
    assert (case.source, case.severity, case.danger, case.status) == ("child", "khan_cap", "unknown", "open")
    card = (await scene.last(ROOM_CHAT)).screen
    assert "Nguồn tin: có thể là trẻ em" in card
    assert card.endswith("Gõ: @Bot nhan 1. Chưa thấy xác nhận là CHƯA nhận.")


async def test_one_open_case_a_chat(scene: Scene) -> None:
    """What is withheld later is noted, and the room hears that there is more."""
    await scene.withheld("tre")
    assert await screens(scene, "tre") == [AGAIN]
    assert await screens(scene, "tre") == [AGAIN]
    assert len(await scene.rows(INCIDENT)) == 1
    assert [row.kind for row in await scene.rows(INCIDENT_EVENT) if row.kind == "unread"] == ["unread", "unread"]
    more = "🔔 VV-2026-0001 (có thể là trẻ em): vừa nhắn thêm. Muốn xem, gõ: @Bot chitiet 1"
    assert [seen.screen for seen in await scene.letters(ROOM_CHAT)][-2:] == [more, more]


async def test_whoever_took_the_case_is_told_and_reads_that_words_were_withheld(scene: Scene) -> None:
    """What can be read beside it is kept as ever."""
    await scene.withheld("tre")
    await scene.says("truc-a", "@Bot Báo Ngay nhan 1", ROOM_CHAT)
    await scene.says("tre", "con sợ")
    assert await screens(scene, "tre") == [AGAIN]
    assert (await scene.last("truc-a")).screen == "🔔 VV-2026-0001 (có thể là trẻ em): vừa nhắn thêm. Muốn xem, gõ: /chitiet 1"
    details = (await scene.says("truc-a", "chitiet 1"))[0].text
    assert "Trẻ viết: con sợ" in details
    assert "Tin không đọc được: ứng dụng nhắn tin không cho xem nội dung (thường để bảo vệ trẻ em)" in details


async def test_what_was_written_before_is_not_lost(scene: Scene) -> None:
    """The first word could be read, the second not."""
    await scene.says("tre", "cô ơi")
    assert await screens(scene, "tre") == [FIRST + TOLD]
    assert "Trẻ viết: cô ơi" in (await scene.says("truc-a", "chitiet 1"))[0].text


async def test_before_the_service_is_on_duty_nobody_waits_here(scene: Scene) -> None:
    """The numbers, and that nobody reads yet."""
    await scene.db.run(lambda db: db.execute(sa.delete(SETTING).where(SETTING.c.name == "ready_at")))
    assert await screens(scene, "tre") == [FIRST + "Ở đây chưa có cô chú đọc tin, con đừng chờ ở đây nhé."]
    assert await scene.rows(INCIDENT) == []


async def test_a_member_hears_kindly_that_it_cannot_be_read(scene: Scene) -> None:
    """No case: whoever is known is no child who hides."""
    assert (await screens(scene, "truc-b"))[0].splitlines()[:3] == [
        UNREAD,
        "Anh/chị gõ lại bằng chữ giúp, hoặc gọi điện.",
        "Khẩn cấp gọi: 111, 113, 115",
    ]
    assert await scene.rows(INCIDENT) == []


async def told_room(scene: Scene) -> list[str]:
    return [seen.screen for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "withheld"]


async def test_the_room_hears_once_a_day_of_a_members_withheld_message(scene: Scene) -> None:
    """Their phone may be in a child's hands; by role and ward, never by name, and never once a sticker. In the middle of a report too."""
    for said in ("báo cáo", "2"):
        await scene.says("ctv", said)
    for _ in range(3):
        await scene.withheld("ctv")
    notice = "🔔 Một thành viên (cộng tác viên, Phường Ngọc Lâm) vừa nhắn điều Zalo không cho đọc. Có thể trẻ đang cầm máy: anh/chị gọi hỏi giúp."
    assert await told_room(scene) == [notice]
    await scene.withheld("phuong")
    assert [len(await told_room(scene)), await scene.rows(INCIDENT)] == [2, []]
    scene.clock[0] += timedelta(days=1)
    await scene.withheld("ctv")
    assert (await told_room(scene))[2:] == [notice]


@pytest.mark.parametrize(("asked", "answer"), [("/ngonngu", "ngôn ngữ"), ("a code", "họ và tên")])
async def test_whatever_somebody_unknown_was_asked_it_is_a_call(scene: Scene, asked: str, answer: str) -> None:
    """Somebody who joins, or chooses a language, may hand the phone to a child as well: never "that does not look like a name"."""
    if asked == "a code":
        await make_administrator(scene, "lanh-dao")
        for said in ("/moi", "1", "ngoc lam"):
            await scene.says("lanh-dao", said)
        found = re.search(r"BN-[A-Z0-9]{4}-[A-Z0-9]{4}", " ".join(await scene.texts("lanh-dao")))
        assert found is not None
        asked = found[0]
    assert answer.casefold() in (await scene.says("dan", asked))[-1].text.casefold()
    assert await screens(scene, "dan") == [FIRST + TOLD]
    assert [row.source for row in await scene.rows(INCIDENT)] == ["child"]


@pytest.mark.parametrize("sender", ["ctv", "dan"])
async def test_in_the_middle_of_a_report_the_same_question_comes_again(scene: Scene, sender: str) -> None:
    """A citizen's goes on as well as a member's."""
    for said in ("alo", "2") if sender == "dan" else ("báo cáo",):
        await scene.says(sender, said)
    assert await screens(scene, sender) == [
        "\n".join(line.strip() for line in f"{UNREAD}\nKhẩn cấp gọi: 111, 113, 115\n\n{DANGER}".splitlines())
    ]
    await scene.reads(sender, ("2", KIND))
    assert await scene.rows(INCIDENT) == []


async def test_after_a_sent_report_it_is_a_call_of_its_own(scene: Scene) -> None:
    """The phone that reported yesterday may be a child's today."""
    for said in ("alo", "2", "3", "3", "5", "bo de", "bỏ qua", "sau chợ", "cháu đi lang thang", "3", "1"):
        await scene.says("dan", said)
    assert (await scene.rows(INCIDENT))[0].sent_at is not None
    assert await screens(scene, "dan") == [FIRST + TOLD]
    assert [row.source for row in await scene.rows(INCIDENT)] == ["citizen", "child"]


async def test_after_the_case_was_closed_it_is_a_new_call(scene: Scene) -> None:
    """Nothing is asked then either."""
    await scene.withheld("tre")
    await scene.db.run(lambda db: db.execute(sa.update(INCIDENT).values(status="closed")))
    assert await screens(scene, "tre") == [FIRST + TOLD]
    assert len(await scene.rows(INCIDENT)) == 2


async def test_in_a_group_it_is_left_alone(scene: Scene) -> None:
    """What people say to one another is not ours, and what was withheld even less."""
    assert await screens(scene, "truc-a", ROOM_CHAT) == []
    assert await scene.rows(INCIDENT) == []


async def test_a_sticker_is_still_only_a_sticker(scene: Scene) -> None:
    """The first one is answered with the numbers, and calls nobody."""
    await scene.hears(scene.incoming("dan", Kind.UNSUPPORTED))
    assert (await scene.last("dan")).text.startswith("111 – ")
    assert await scene.rows(INCIDENT) == []
