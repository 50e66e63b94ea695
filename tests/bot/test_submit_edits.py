"""An edited message corrects what it had answered, and is never taken for the answer to another question."""

from dataclasses import replace

import pytest

from bot.database import Database
from bot.vault import Vault
from models.submission import ANSWER
from models.talk import Incoming, Kind
from tests.bot.reports import FIGURES, expected, spring
from tests.driver import NO_BUTTONS, Scene


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """A ward's draft of the indicators, its way chosen."""
    scene = await spring(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await scene.says("phuong", f"nop {(await expected(scene)).number}")
    await scene.says("phuong", "1")
    return scene


async def types(scene: Scene, text: str) -> Incoming:
    """Type, and remember the message."""
    incoming = scene.incoming("phuong", Kind.TEXT, text=text)
    await scene.hears(incoming)
    return incoming


async def edits(scene: Scene, typed: Incoming, text: str) -> str:
    """Edit it; the answer."""
    again = scene.incoming("phuong", Kind.TEXT, text=text)
    await scene.hears(replace(again, message=typed.message, edits=True))
    return (await scene.letters("phuong"))[-1].screen


async def answered(scene: Scene) -> list[str]:
    """The questions that have an answer now."""
    rows = await scene.rows(ANSWER, ANSWER.c.superseded_at.is_(None))
    return sorted(row.question for row in rows)


async def test_an_edited_message_corrects_its_own_figures(scene: Scene) -> None:
    """The open question stays open."""
    typed = await types(scene, FIGURES[0])
    before = await answered(scene)
    screen = await edits(scene, typed, "130 71 59 100 5")
    assert screen.splitlines()[:3] == [
        "Đã sửa: tổng số 130; nam 71; nữ 59; có khai sinh 100; hộ nghèo, cận nghèo 5.",
        "",
        "Phần 2/11: Trẻ em dưới 6 tuổi",
    ]
    assert before == await answered(scene)


async def test_a_correction_is_checked_like_an_answer(scene: Scene) -> None:
    """What cannot be right is asked at once."""
    typed = await types(scene, FIGURES[0])
    assert (await edits(scene, typed, "130 61 59 100 5")).startswith("Cộng lại, nam + nữ = 120, còn “tổng số” đang là 130.")


async def test_a_correction_that_is_not_clear_changes_nothing(scene: Scene) -> None:
    """It says why."""
    typed = await types(scene, FIGURES[0])
    screen = await edits(scene, typed, "120 61")
    assert screen.splitlines()[:2] == [
        "Anh/chị nhắn 2 số, ở đây chỉ hỏi 5 số. Tôi chưa ghi số nào, anh/chị nhắn lại giúp.",
        "Câu trả lời trước vẫn giữ nguyên.",
    ]


async def test_an_edited_message_that_answered_nothing_answers_nothing(scene: Scene) -> None:
    """Its figures could be of another part by now."""
    typed = await types(scene, "nhiều lắm")
    await types(scene, FIGURES[0])
    before = await answered(scene)
    screen = await edits(scene, typed, "40 21 19 39")
    assert screen.startswith("Tin vừa sửa không được đọc lại. Anh/chị nhắn thành tin mới giúp.")
    assert before == await answered(scene)
