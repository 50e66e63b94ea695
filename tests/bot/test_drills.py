"""Exercises through the whole chain: marked everywhere, counted nowhere, ended by the first action, by word, by a real case or by time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot import health, upkeep
from bot.apply.incidents import Stale
from bot.conversations import open_talk
from bot.database import Database
from bot.metrics import Metrics
from bot.training import ROOM_CHAT
from bot.vault import Vault
from bot.writing import Writing
from models.clock import CASE_CLOCK
from models.commands import BeginDrill
from models.drill import DRILL
from models.incident import INCIDENT
from models.letter import LETTER, LetterState, planned_at
from models.people import ROOM
from models.talk import Kind
from models.timer import TIMER
from tests.bot.auditor.audited import administrator
from tests.driver import NO_BUTTONS, WEB, Scene, Seen

PLACES = (ROOM_CHAT, "ctv", "truc-a", "truc-b", "lanh-dao", "phuong", "quan-tri")


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    opened = await Scene.open(db, vault, capabilities=replace(WEB, title="Telegram"))
    await db.run(administrator)
    return opened


async def begins(scene: Scene, who: str = "lanh-dao") -> list[Seen]:
    await scene.says(who, "/dientap")
    return await scene.says(who, "1")


async def arrives(scene: Scene, seconds: float, chat: str = ROOM_CHAT) -> None:
    """The platform has taken what waits for a chat, so long after it was planned."""

    def mark(db: sa.Connection) -> None:
        waiting = LETTER.c.chat == chat, LETTER.c.state == LetterState.PLANNED
        for row in db.execute(sa.select(LETTER.c.id).where(*waiting)).all():
            at = planned_at(row.id) + timedelta(seconds=seconds)
            db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(state=LetterState.DELIVERED, delivered_at=at, external_id="1"))

    await scene.db.run(mark)


async def says_what_first(scene: Scene, who: str) -> None:
    """The taker promises something, as with a real case."""
    await scene.says(who, "hua 1 30 phút")
    await scene.passes(seconds=5)


async def report(scene: Scene, chat: str = ROOM_CHAT) -> str:
    found = [seen.text for seen in await scene.letters(chat) if seen.row.purpose == "drill"]
    assert len(found) <= 1
    return found[0] if found else ""


async def real_case(scene: Scene) -> None:
    await scene.says("ctv", "báo cáo")
    await scene.says("ctv", "đang nguy hiểm")


async def case(scene: Scene, number: int = 1) -> Any:
    return (await scene.rows(INCIDENT, INCIDENT.c.number == number))[0]


# --- from beginning to end ----------------------------------------------------------------------------------------------------


async def test_the_whole_chain_without_buttons(db: Database, vault: Vault) -> None:
    """Begun, called again, taken by typing, the first action said: the report in the room and to whoever began it."""
    scene = await Scene.open(db, vault, capabilities=replace(NO_BUTTONS, title="Zalo"))
    await scene.reads(
        "lanh-dao",
        (
            "diễn tập",
            """Diễn tập: phòng trực được gọi như một vụ KHẨN CẤP, đến khi có người nhận và nói việc làm đầu tiên.
            Mọi tin đều ghi DIỄN TẬP. Chỉ gọi trong Phòng: không gọi phường, cấp trên hay bên ngoài. Không tính vào số liệu.
            Tự kết thúc sau 60 phút; có vụ thật thì dừng ngay.
            1. Bắt đầu diễn tập
            2. Để lúc khác""",
        ),
        ("1", "Bắt đầu diễn tập: VV-2026-0001. Đang gọi phòng trực.\nĐể kết thúc, gõ: /dientap dung"),
    )
    (card,) = await scene.letters(ROOM_CHAT)
    assert card.text == (
        """DIỄN TẬP · 🔴 KHẨN CẤP · VV-2026-0001
Bạo lực hoặc xâm hại · chưa rõ phường
Trẻ: CÒN NGUY HIỂM
Nguồn tin: người dân, chưa xác minh
Gọi 113/115, gọi Phòng: chưa rõ · số Phòng: 024 0000 0000 (số tập huấn)
⏳ Chưa ai nhận
Xem chi tiết, gõ: /chitiet 1
Gõ: /nhan 1. Chưa thấy xác nhận là CHƯA nhận."""
    )
    await arrives(scene, 2.4)
    await scene.passes(minutes=4)
    assert (await scene.texts(ROOM_CHAT))[-1].splitlines()[0] == "DIỄN TẬP · 🔔 GỌI LẦN 2: VV-2026-0001 vẫn chưa ai nhận"
    steps, question = await scene.says("truc-a", "nhận 1")
    assert steps.text.splitlines()[0] == "DIỄN TẬP · Anh/chị đã nhận VV-2026-0001 lúc 10:04. Cảm ơn anh/chị."
    assert question.text.startswith("DIỄN TẬP · ")
    await scene.passes(minutes=2)
    await says_what_first(scene, "truc-a")
    text = """DIỄN TẬP · KẾT THÚC: VV-2026-0001, đã đi hết các bước.
• tin đến phòng qua Zalo: 2 giây
• có người nhận: 4 phút 0 giây
• việc đầu tiên: 6 phút 0 giây
• số lần gọi: 2
Mắt xích yếu nhất: từ lúc có tin đến lúc có người nhận, 3 phút 58 giây.
Không tính vào số liệu."""
    assert (await report(scene), await report(scene, "lanh-dao")) == (text, text)
    row = await case(scene)
    assert (row.status, row.closed_reason, row.drill) == ("closed", "dien_tap", True)


async def test_the_whole_chain_with_buttons(scene: Scene) -> None:
    """Begun and taken by pressing; the card in the room says at its end that it is closed."""
    await scene.says("lanh-dao", "/dientap")
    await scene.presses("lanh-dao", "Bắt đầu diễn tập")
    await arrives(scene, 1)
    (toast,) = [seen for seen in await scene.presses("truc-b", "Tôi tiếp nhận", ROOM_CHAT) if seen.kind == "toast"]
    assert (toast.kind, toast.text) == ("toast", "DIỄN TẬP · Anh/chị đã nhận VV-2026-0001. Xem tiếp trong tin nhắn riêng.")
    await scene.passes(seconds=40)
    await says_what_first(scene, "truc-b")
    edits = [seen.text.splitlines() for seen in await scene.letters(ROOM_CHAT) if seen.kind == "edit"]
    assert [(text[0], text[-1]) for text in edits] == [
        ("DIỄN TẬP · 🔴 KHẨN CẤP · VV-2026-0001", "✅ Anh/chị Cán bộ trực B đã nhận lúc 10:00 23/11"),
        ("DIỄN TẬP · 🔴 KHẨN CẤP · VV-2026-0001", "✔ Đã kết thúc"),
    ]
    assert "Mắt xích yếu nhất: từ lúc nhận đến việc đầu tiên, 40 giây." in await report(scene)


async def test_every_letter_about_it_is_marked(scene: Scene) -> None:
    """The card, every alarm, the details and the photos, the answers to whoever acts on it, the report."""
    await begins(scene)
    await scene.passes(minutes=15)
    await scene.says("truc-a", "nhận 1")
    await scene.presses("truc-a", "Xem chi tiết")
    await scene.says("truc-a", "ảnh 1")
    await scene.says("truc-b", "nhận 1")
    await scene.says("lanh-dao", "diễn tập dừng")
    code = [seen for chat in PLACES for seen in await scene.letters(chat) if "VV-2026-0001" in seen.text]
    assert {seen.text.split(" · ")[0] for seen in code if "iễn tập" not in seen.text} == {"DIỄN TẬP"}
    told = [seen.text for seen in await scene.letters("truc-a") if seen.row.purpose == "details"]
    assert any("DIỄN TẬP. Không có trẻ em nào trong vụ này: Báo Ngay tự tạo ra để thử." in text for text in told)
    assert all(text.startswith("DIỄN TẬP · ") for text in told)


async def test_only_the_division_hears_of_it(scene: Scene) -> None:
    """The whole ladder runs, to the leader too; no ward, nobody above, no reporter."""
    await begins(scene)
    await scene.passes(minutes=59)
    assert [len([seen for seen in await scene.letters(chat) if seen.row.about]) for chat in ("phuong", "ctv")] == [0, 0]
    for chat in ("truc-a", "truc-b", "lanh-dao"):
        assert [seen for seen in await scene.letters(chat) if seen.row.purpose == "card"]


async def test_a_ward_cannot_take_it(scene: Scene) -> None:
    """It happens in no ward."""
    await begins(scene)
    await scene.says("phuong", "nhận 1")
    assert (await case(scene)).status == "open"


# --- how it ends --------------------------------------------------------------------------------------------------------------


async def test_it_ends_by_word(scene: Scene) -> None:
    """From whoever may hold one; nothing rings any more."""
    await begins(scene)
    answers = await scene.says("quan-tri", "/dientap dung")
    assert [seen.text for seen in answers if seen.row.purpose != "drill"] == ["Đã kết thúc diễn tập VV-2026-0001."]
    assert "Mắt xích yếu nhất: tin chưa đến qua Telegram." in await report(scene)
    assert [timer.kind for timer in await scene.rows(TIMER, TIMER.c.fired_at.is_(None)) if timer.kind != "delete"] == []
    assert (await case(scene)).status == "closed"
    (again,) = await scene.says("quan-tri", "/dientap dung")
    assert again.text == "Không có cuộc diễn tập nào đang chạy."


async def test_it_ends_after_an_hour(scene: Scene) -> None:
    """Nobody came: that is the report."""
    await begins(scene)
    await arrives(scene, 1)
    await scene.passes(minutes=61)
    assert (await report(scene)).splitlines()[::5] == [
        "DIỄN TẬP · KẾT THÚC: VV-2026-0001, đã hết một giờ.", "Mắt xích yếu nhất: tin đã đến mà không ai nhận vụ.",
    ]  # fmt: skip
    assert await scene.passes(days=1) == 0


async def test_a_taker_who_says_nothing_is_the_weakest_link(scene: Scene) -> None:
    """Taking alone is no end."""
    await begins(scene)
    await arrives(scene, 1)
    await scene.says("truc-a", "nhận 1")
    await scene.passes(minutes=59)
    assert await report(scene) == ""
    await scene.passes(minutes=2)
    assert "Mắt xích yếu nhất: đã có người nhận mà chưa nói việc làm đầu tiên." in await report(scene)


async def test_done_before_anything_was_promised_ends_it_too(scene: Scene) -> None:
    """Whoever has done the first thing already has said it."""
    await begins(scene)
    await arrives(scene, 1)
    await scene.says("truc-a", "nhận 1")
    await scene.passes(seconds=50)
    await scene.says("truc-a", "xong 1")
    await scene.passes(seconds=5)
    assert (await case(scene)).status == "closed"
    assert "• việc đầu tiên: 50 giây" in await report(scene)


async def test_it_is_not_opened_again(scene: Scene) -> None:
    """A closed exercise would call people as a case without its hour and its report."""
    await begins(scene)
    await scene.says("lanh-dao", "/dientap dung")
    (answer,) = await scene.says("lanh-dao", "molai 1 thử lại")
    assert answer.text == "DIỄN TẬP · VV-2026-0001 là vụ diễn tập nên không mở lại. Cảm ơn anh/chị."
    assert (await case(scene)).status == "closed"


async def test_a_real_case_ends_it_at_once(scene: Scene) -> None:
    """The real one is called first, and everybody reads that the exercise holds no more."""
    await begins(scene)
    await real_case(scene)
    await scene.passes(seconds=5)
    for chat in (ROOM_CHAT, "truc-a", "truc-b", "lanh-dao"):
        assert (await report(scene, chat)).startswith("DIỄN TẬP · DỪNG NGAY, CÓ VỤ THẬT: VV-2026-0001 không còn hiệu lực.")
    urgent = [seen.row.lane for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "drill"]
    assert (urgent, (await case(scene)).status, (await case(scene, 2)).status) == ([0], "closed", "open")
    real = [seen.text for seen in await scene.letters(ROOM_CHAT) if seen.row.about == (await case(scene, 2)).id]
    assert real
    assert not any("DIỄN TẬP" in text for text in real)


async def test_its_own_end_ends_nothing_else(scene: Scene) -> None:
    """A timer that comes late, and a second word, say nothing twice."""
    await begins(scene)
    await scene.db.run(lambda db: db.execute(sa.update(TIMER).where(TIMER.c.kind == "drill").values(due_at=scene.clock[0])))
    await scene.passes(seconds=1)
    await scene.passes(hours=2)
    assert len([seen for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "drill"]) == 1


# --- when there is none -------------------------------------------------------------------------------------------------------


async def test_none_while_a_real_urgent_case_waits(scene: Scene) -> None:
    """Nobody is to wonder which of two calls is real."""
    await real_case(scene)
    (answer,) = await scene.says("lanh-dao", "/dientap")
    assert answer.text == "Chưa diễn tập được: còn 1 vụ KHẨN CẤP thật chưa ai nhận. Để xem, gõ: /vuviec"
    await scene.says("lanh-dao", "1")
    assert await scene.rows(DRILL) == []


async def test_one_that_comes_between_question_and_answer_counts(scene: Scene) -> None:
    """What is true now, not what was shown."""
    await scene.says("lanh-dao", "/dientap")
    await real_case(scene)
    (answer,) = await scene.says("lanh-dao", "1")
    assert (answer.text.startswith("Chưa diễn tập được"), await scene.rows(DRILL)) == (True, [])


async def test_while_a_real_urgent_case_is_in_hand_it_is_asked_once_more(scene: Scene) -> None:
    """The first choice is: not now."""
    await real_case(scene)
    await scene.says("truc-a", "nhận 1")
    await scene.says("lanh-dao", "/dientap")
    (sure,) = await scene.says("lanh-dao", "1")
    assert sure.screen == "Đang xử lý 1 vụ KHẨN CẤP thật. Vẫn diễn tập ạ?\n1. Để lúc khác\n2. Vẫn bắt đầu"
    await scene.says("lanh-dao", "2")
    assert len(await scene.rows(DRILL)) == 1


async def test_one_at_a_time(scene: Scene) -> None:
    """Whoever asks for a second one is shown the first, and may end it."""
    await begins(scene)
    (answer,) = await scene.says("quan-tri", "dien tap")
    assert answer.screen == "Đang diễn tập từ 10:00 23/11: VV-2026-0001.\n1. Kết thúc\n2. Để chạy tiếp"
    await scene.says("quan-tri", "2")
    assert (await case(scene)).status == "open"
    await scene.says("quan-tri", "dien tap")
    await scene.says("quan-tri", "1")
    assert (await case(scene)).status == "closed"


async def test_two_that_begin_together_are_one(scene: Scene) -> None:
    """The second turn fails whole, is taken again and shows the first."""
    await begins(scene)

    def second(db: sa.Connection) -> None:
        from bot.apply.drills import begin

        incoming = scene.incoming("lanh-dao", Kind.TEXT)
        talk = open_talk(db, scene.engine, incoming)
        begin(Writing(db, scene.engine, incoming, talk, scene.facts(talk)), BeginDrill("d", "i"))

    with pytest.raises(Stale):
        await scene.db.run(second)


@pytest.mark.parametrize("who", ["truc-a", "phuong", "ctv", "nguoi-la"])
async def test_nobody_else_may_hold_one(scene: Scene, who: str) -> None:
    """Neither begin nor end."""
    await begins(scene)
    await scene.says(who, "/dientap")
    await scene.says(who, "/dientap dung")
    await scene.says(who, "1")
    assert [row.ended_at for row in await scene.rows(DRILL)] == [None]


# --- counted nowhere ----------------------------------------------------------------------------------------------------------


async def test_it_counts_nowhere(scene: Scene) -> None:
    """No metric, no legal clock, no reconciliation, no report of anybody's."""
    await scene.db.run(partial(upkeep.stay_on_duty, engine=scene.engine))
    await scene.says("lanh-dao", "/dientap")
    await scene.passes(hours=21, minutes=10)
    await scene.says("lanh-dao", "/dientap")
    await scene.says("lanh-dao", "1")
    metrics = Metrics()
    await scene.db.run(partial(health.gauges, engine=scene.engine, metrics=metrics))
    assert [line for line in metrics.text().decode().splitlines() if line.startswith("baongay_open_cases{")] == []
    await scene.passes(minutes=30)
    (morning,) = [seen.text for seen in await scene.letters(ROOM_CHAT) if seen.row.purpose == "reconcile"]
    assert morning.splitlines()[1] == "Từ trước đến nay: nhận 0 = đã đóng 0 + đang mở 0"
    assert await scene.rows(CASE_CLOCK) == []
    (own,) = await scene.says("lanh-dao", "xem")
    assert "VV-" not in own.text


async def test_without_a_room_it_calls_whom_a_real_case_would(scene: Scene) -> None:
    """And measures that."""
    await scene.db.run(lambda db: db.execute(sa.update(ROOM).values(unbound_at=datetime.now(UTC))))
    await begins(scene)
    for chat in ("truc-a", "truc-b", "quan-tri"):
        await arrives(scene, 3, chat)
    await scene.says("lanh-dao", "/dientap dung")
    assert "• tin đến phòng qua Telegram: 3 giây" in await report(scene, "lanh-dao")
