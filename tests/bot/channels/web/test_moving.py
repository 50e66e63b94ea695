"""The room is started again on any day; moves of the clock are told while they run, and can be stopped."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.web import moving
from bot.channels.web.contract import Onward
from tests.bot.channels.web.stage import START, Stage, say, training_room

MAY = datetime(2021, 5, 3, tzinfo=UTC)  # 7:00 in Long Biên


class Long:
    """A move in steps of a day, each of which waits until the test lets it."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.steps = stage, asyncio.Queue[None]()
        stage.room.move = self.move  # type: ignore[method-assign]

    async def move(self, to: datetime, onward: Onward) -> None:
        while self.stage.room.time < to:
            await self.steps.get()
            self.stage.room.time += timedelta(days=1)
            if not onward():
                return

    def step(self) -> None:
        self.steps.put_nowait(None)


@pytest.fixture(autouse=True)
def _every_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "_TELL_EVERY", 0.0)


async def test_the_room_starts_again_in_the_past() -> None:
    """At a moment of the plan's zone; what was said is gone, and every page loads everything."""
    async with training_room() as stage:
        await stage.post("/api/say", say("ctv", "một"))
        async with stage.events() as events:
            await events.next()
            answer = await stage.post("/api/again", {"id": "again-0001", "to": "2021-05-03T07:00"})
            name, told = await events.next()
        assert (answer, name, told["now"], told["chats"]["ctv"]) == ((200, {"now": MAY.isoformat()}), "reload", MAY.isoformat(), [])


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("2019-12-31T23:59", (409, {"error": "absurd"})),
        ("2036-01-01T00:00", (409, {"error": "absurd"})),
        ("0001-01-01T00:00", (409, {"error": "absurd"})),
        ("T07:00", (400, {"error": "to"})),
        ("2020-01-01T00:00", (200, {"now": "2019-12-31T17:00:00+00:00"})),
        ("2035-12-31T23:59", (200, {"now": "2035-12-31T16:59:00+00:00"})),
    ],
)
async def test_days_that_are_refused(to: str, expected: tuple[int, Any]) -> None:
    """Years that neither the law nor the calendar knows, and what is no day, start nothing."""
    async with training_room() as stage:
        answer = await stage.post("/api/again", {"id": "again-0001", "to": to})
        assert (answer, stage.room.starts) == (expected, int(expected[0] == 200))


async def test_the_day_that_the_plan_suggests_is_told() -> None:
    """In the plan's zone, as the field wants it."""
    async with training_room() as stage, stage.http.get(f"{stage.url}/api/cast") as answer:
        assert (await answer.json())["suggested"] == "2021-05-03T07:00"


async def test_to_what_is_due_next() -> None:
    """The clock goes to where something falls due, however far that is."""
    async with training_room() as stage:
        stage.room.next = START + timedelta(days=40)
        answer = await stage.post("/api/clock", {"id": "move-0001", "next": True})
        assert answer == (200, {"now": stage.room.next.isoformat()})


async def under_way(stage: Stage, then: Callable[[Long, Any], Awaitable[None]]) -> tuple[tuple[int, Any], list[Any]]:
    """A move of three days, of which one was made: what `then` does with it, what the move answers, what pages were told of the clock."""
    long = Long(stage)
    async with stage.events() as events, asyncio.TaskGroup() as tasks:
        await events.next()
        move = tasks.create_task(stage.post("/api/clock", {"id": "move-0001", "plus": 3 * 24 * 60}))
        long.step()
        told = [await events.next()]
        await then(long, events)
        answer = await move
        told.append(await events.next())
    return answer, [data for _name, data in told]


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


async def test_a_long_move_is_told_while_it_runs() -> None:
    """From where to where, and where it is."""

    async def go_on(long: Long, events: Any) -> None:
        for _ in range(2):
            long.step()
            await events.next()

    async with training_room() as stage:
        answer, told = await under_way(stage, go_on)
        moving_now = {"now": day(1), "moving": {"from": day(0), "to": day(3)}}
        assert (answer, told) == ((200, {"now": day(3)}), [moving_now, {"now": day(3)}])


async def test_a_long_move_can_be_stopped() -> None:
    """What runs is finished; the clock stays there, and can be moved again."""

    async def stop(long: Long, events: Any) -> None:
        stopping = await stage.post("/api/clock/stop", {})
        long.step()
        assert (stopping[1]["moving"], (await events.next())[1]["now"]) == ({"from": day(0), "to": day(3)}, day(2))

    async with training_room() as stage:
        answer, told = await under_way(stage, stop)
        assert (answer, told[-1]) == ((200, {"now": day(2)}), {"now": day(2)})


async def test_starting_again_stops_a_move() -> None:
    """Nobody waits for the end of a year that is thrown away."""

    async def again(long: Long, _events: Any) -> None:
        starting = asyncio.ensure_future(stage.post("/api/again", {"id": "again-0001", "to": "2021-05-03T07:00"}))
        while not stage.channel.moving._halt:  # noqa: ASYNC110  the post is on its way
            await asyncio.sleep(0.01)
        long.step()
        assert await starting == (200, {"now": MAY.isoformat()})

    async with training_room() as stage:
        await under_way(stage, again)
        assert (stage.room.starts, stage.room.time) == (1, MAY)


async def test_people_are_heard_while_the_clock_moves() -> None:
    """The room does not stand still for a long move."""

    async def talk(long: Long, events: Any) -> None:
        assert (await stage.post("/api/say", say("ctv", "một")))[0] == 200
        await events.next()
        for _ in range(2):
            long.step()
            await events.next()

    async with training_room() as stage:
        await under_way(stage, talk)
        assert [incoming.text for incoming in stage.heard] == ["một"]
