"""/vangmat: who is away is not reminded, whoever stands in is, and where nobody does the division hears it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.vault import Vault
from models.expected import ABSENCE
from models.people import ACCOUNT, MEMBERSHIP
from tests.bot.test_digest import digests, on_duty
from tests.bot.test_submit import join
from tests.driver import NO_BUTTONS, Scene


@pytest.fixture
async def scene(db: Database, vault: Vault) -> Scene:
    """Tuesday 20 April 2021, 09:00; the first reminder comes on Friday 23. The ward has two officers and no leader."""
    scene = await on_duty(await Scene.open(db, vault, capabilities=NO_BUTTONS))
    await join(scene, "phuong-b")
    leader = sa.select(ACCOUNT.c.person).where(ACCOUNT.c.chat == "lanh-dao-phuong")
    await scene.db.run(lambda db: db.execute(sa.update(MEMBERSHIP).where(MEMBERSHIP.c.person.in_(leader)).values(ended_at=scene.clock[0])))
    return scene


async def test_an_absence_in_two_messages(scene: Scene) -> None:
    """When, who stands in; that person is told."""
    await scene.reads(
        "phuong",
        (
            "/vangmat từ mai đến thứ 6",
            """Vắng: T4 21/4 – T6 23/4. Ai làm thay anh/chị?
            1. Cán bộ phuong-b
            2. Không có ai
            3. Tôi không vắng""",
        ),
        ("1", "Đã ghi: vắng T4 21/4 – T6 23/4. Cán bộ phuong-b làm thay và đã được báo."),
    )
    assert (await scene.last("phuong-b")).text == (
        "Cán bộ phường vắng T4 21/4 – T6 23/4 và nhờ anh/chị làm thay. "
        "Trong thời gian đó, báo cáo của người vắng cũng được nhắc tới anh/chị, có ghi rõ tên."
    )


async def away(scene: Scene, days: str = "từ mai đến thứ 6", who: str = "1", sender: str = "phuong") -> None:
    await scene.says(sender, f"/vangmat {days}")
    await scene.says(sender, who)


async def test_whoever_stands_in_gets_it_marked_and_the_absent_one_rests(scene: Scene) -> None:
    """One digest, with the name of the one who is away."""
    await away(scene)
    await scene.passes(days=4)
    assert [at for at, _text in await digests(scene, "phuong")] == []
    ((at, text),) = await digests(scene, "phuong-b")
    assert (at, text.splitlines()[1]) == ("23/04 08:00", "(thay cả cho Cán bộ phường đang vắng)")


async def test_it_is_over_with_its_last_day(scene: Scene) -> None:
    """The next reminder goes to the person again."""
    await away(scene)
    await scene.passes(days=10)
    assert [at for at, _text in await digests(scene, "phuong")] == ["29/04 08:00"]


async def test_back_earlier(scene: Scene) -> None:
    """The substitute is told, and reminded no more for somebody else."""
    await away(scene)
    await scene.reads(
        "phuong",
        (
            "/vangmat",
            """Anh/chị đang được ghi là vắng:
            T4 21/4 – T6 23/4: Cán bộ phuong-b
            Anh/chị vắng những ngày nào? Gõ ví dụ: “mai”, “từ mai đến thứ 6”, “3/5 đến 7/5”.
            1. Tôi đã có mặt
            2. Thôi, để nguyên""",
        ),
        ("1", "Vâng, từ nay lời nhắc lại gửi cho anh/chị."),
    )
    assert (await scene.last("phuong-b")).text == "Cán bộ phường không cần anh/chị làm thay nữa. Cảm ơn anh/chị."
    await scene.passes(days=4)
    assert [at for at, _text in await digests(scene, "phuong")] == ["23/04 08:00"]


async def test_a_newer_absence_takes_the_place_of_the_older(scene: Scene) -> None:
    """Of two that overlap one counts."""
    await away(scene)
    await away(scene, "thứ 6", "2")
    assert [(row.substitute == "", row.cancelled_at is None) for row in await scene.rows(ABSENCE)] == [(False, False), (True, True)]


async def test_where_all_are_away_the_division_hears_it(scene: Scene) -> None:
    """And the administrators, once."""
    await join(scene, "quan-tri", scene.engine.plan.division, "administrator")
    await away(scene, who="2")
    await away(scene, who="2", sender="phuong-b")
    await scene.passes(days=4)
    assert (await digests(scene, "lanh-dao"))[0][1].splitlines()[0] == "⚠ Không có ai để nhắc ở các nơi sau. Anh/chị gọi điện giúp:"
    assert len(await digests(scene, "quan-tri")) == 1


async def test_a_substitute_who_cannot_be_reached_swallows_nothing(scene: Scene) -> None:
    """Then the absent one is reminded after all."""
    await away(scene)
    await scene.db.run(lambda db: db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.chat == "phuong-b").values(gone_at=scene.clock[0])))
    await scene.passes(days=4)
    assert [at for at, _text in await digests(scene, "phuong")] == ["23/04 08:00"]


async def test_two_who_stand_in_for_each_other_are_both_reminded(scene: Scene) -> None:
    """A circle hands nothing on."""
    await away(scene)
    await away(scene, sender="phuong-b")
    await scene.passes(days=4)
    assert [len(await digests(scene, chat)) for chat in ("phuong", "phuong-b")] == [1, 1]


@pytest.mark.parametrize("said", ["hôm kia", "1/1/2021", "từ mai đến 1/12", "chưa biết"])
async def test_other_days_are_asked_again(scene: Scene, said: str) -> None:
    """What is over, too long or no day at all."""
    assert "Anh/chị vắng những ngày nào?" in (await scene.says("phuong", f"/vangmat {said}"))[-1].screen
    assert await scene.rows(ABSENCE) == []


async def test_nothing_is_changed_by_thinking_better_of_it(scene: Scene) -> None:
    """At the last question too."""
    await away(scene, who="huỷ")
    assert await scene.rows(ABSENCE) == []


async def test_an_absence_of_today_counts_from_now(scene: Scene) -> None:
    """What was sent before stays sent."""
    await away(scene, "hôm nay")
    (row,) = await scene.rows(ABSENCE)
    assert (row.start, row.until - row.start < timedelta(days=1)) == (scene.clock[0], True)
