"""A messenger fails: what is urgent arrives on the other one, once and marked; a case has one state in all of them. On both engines."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from bot.database import Database
from bot.training import ROOM_CHAT
from bot.turn import store
from bot.vault import Vault
from bot.watch import internal, reroute_waiting
from models.ids import new_id
from models.incident import INCIDENT, Status
from models.letter import LETTER, LetterState, movable
from models.people import ACCOUNT, PERSON, ROOM
from models.service import CHANNEL_STATE
from models.talk import Incoming, Json, Kind, Lane
from tests.driver import GROUPS, NO_BUTTONS, WEB, Scene, Seen

OTHER, OTHER_ROOM = "zalo-1", "zgr-phong"
MARK = "Telegram đang không gửi được nên tin này gửi qua đây."


@dataclass
class Two:
    """The training room's people on Telegram, and the same division on a messenger without anything but text."""

    telegram: Scene
    zalo: Scene

    @classmethod
    async def open(cls, db: Database, vault: Vault, *, room: bool = True, people: tuple[str, ...] = ("truc-a", "truc-b")) -> "Two":
        GROUPS.add(OTHER_ROOM)
        scene = await Scene.open(db, vault, capabilities=replace(WEB, title="Telegram"))
        both = {"web": replace(WEB, title="Telegram"), OTHER: replace(NO_BUTTONS, title="Zalo", mention="@Bot")}
        scene.engine = replace(scene.engine, channels=both)
        await db.run(lambda connection: _join(connection, people, room=room))
        return cls(scene, replace(scene, channel=OTHER))

    async def fails(self, seconds: float = 300) -> None:
        await self._tell("messenger_down", failed_for=seconds)

    async def works_again(self) -> None:
        await self._tell("messenger_up")

    async def _tell(self, what: str, **data: Json) -> None:
        given: dict[str, Json] = {"timer": what, "subject": "web", "title": "Telegram", **data}
        await self.telegram.hears(internal(f"{what}:{next(self.telegram.ids)}", given, self.telegram.clock[0]))

    async def moves_what_waits(self) -> None:
        """What bot.watch does at every look."""
        waiting = await self.telegram.db.run(lambda db: movable(db, "web", [OTHER], self.telegram.clock[0] + timedelta(days=9999)))
        for letter in waiting:
            again = f"reroute:{letter}:{next(self.telegram.ids)}"
            await self.telegram.hears(internal(again, {"timer": "reroute", "subject": letter}, self.telegram.clock[0]))

    async def delivers(self, chat: str) -> None:
        """What waits for a chat of Telegram has arrived."""

        def mark(db: sa.Connection) -> None:
            mine = LETTER.c.channel == "web", LETTER.c.chat == chat, LETTER.c.state == LetterState.PLANNED
            db.execute(sa.update(LETTER).where(*mine).values(state=LetterState.DELIVERED, external_id="1"))

        await self.telegram.db.run(mark)

    async def waiting(self, chat: str) -> list[Seen]:
        """What is still to be sent to a chat of Telegram, toasts aside."""
        return [seen for seen in await self.telegram.letters(chat) if seen.row.state == LetterState.PLANNED and seen.kind != "toast"]


def _join(db: sa.Connection, people: tuple[str, ...], *, room: bool) -> None:
    for actor in people:
        row = db.execute(sa.select(ACCOUNT).where(ACCOUNT.c.external_id == actor)).one()
        known = {"id": new_id(), "person": row.person, "channel": OTHER, "external_id": f"z-{actor}", "chat": f"z-{actor}"}
        db.execute(sa.insert(ACCOUNT).values(**known, started=True, created_at=row.created_at))
        # Last used: Telegram. A member who has only joined elsewhere is still written to where they write.
        db.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(id=new_id()))
    if room:
        bound = db.execute(sa.select(ROOM)).one()
        values = {"unit": bound.unit, "purpose": "main", "channel": OTHER, "chat": OTHER_ROOM, "topic": "", "bound_by": bound.bound_by}
        db.execute(sa.insert(ROOM).values(id=new_id(), **values, bound_at=bound.bound_at))


async def danger(scene: Scene) -> str:
    await scene.says("ctv", "báo cáo")
    await scene.presses("ctv", "ĐANG NGUY HIỂM")
    return str((await scene.rows(INCIDENT))[-1].id)


def cards(letters: list[Seen]) -> list[Seen]:
    return [seen for seen in letters if seen.row.purpose == "card" and seen.kind == "say"]


# --- one state --------------------------------------------------------------------------------------------------------


async def test_a_division_has_a_room_on_each_messenger_and_both_are_called(db: Database, vault: Vault) -> None:
    """Nobody has to look into two of them, and whoever is in one only is called too."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    assert [len(cards(await two.telegram.letters(ROOM_CHAT))), len(cards(await two.zalo.letters(OTHER_ROOM)))] == [1, 1]


async def test_taken_on_one_shows_as_taken_on_the_other(db: Database, vault: Vault) -> None:
    """The second presser, on the other messenger, hears kindly who was first."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    await two.zalo.says("z-truc-a", "@Bot nhan 1", OTHER_ROOM)
    assert [row.status for row in await two.telegram.rows(INCIDENT)] == [Status.TAKEN]
    edit = [seen for seen in await two.telegram.letters(ROOM_CHAT) if seen.kind == "edit"][-1]
    assert "✅ Anh/chị Cán bộ trực A đã nhận lúc 10:00" in edit.text
    late = await two.telegram.presses("truc-b", "Tôi tiếp nhận", ROOM_CHAT)
    assert "Cán bộ trực A" in late[-1].text


async def test_where_a_card_cannot_be_edited_the_room_is_told_in_one_line(db: Database, vault: Vault) -> None:
    """Taken on Telegram: the room on Zalo reads code, name and hour, and not the whole card once more."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    await two.telegram.presses("truc-a", "Tôi tiếp nhận", ROOM_CHAT)
    told = (await two.zalo.letters(OTHER_ROOM))[-1]
    assert (told.text, told.row.lane, told.buttons) == (
        "VV-2026-0001 · ✅ Anh/chị Cán bộ trực A đã nhận lúc 10:00 23/11",
        Lane.DIALOGUE,
        {},
    )


async def test_a_report_that_is_still_being_written_is_not_told_line_by_line(db: Database, vault: Vault) -> None:
    """Every answer would be a message of its own where nothing can be edited: the changes wait for one another, behind nobody else."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    await two.telegram.presses("ctv", "Phường Ngọc Lâm")
    edits = [seen for seen in await two.zalo.letters(OTHER_ROOM) if seen.kind == "edit"]
    assert {seen.row.lane for seen in edits} == {Lane.REMINDER}
    assert all(seen.row.not_before - _planned(seen) > timedelta(seconds=50) for seen in edits)


def _planned(seen: Seen) -> Any:
    from models.letter import planned_at

    return planned_at(seen.id)


async def test_whoever_takes_a_case_by_typing_is_answered_once(db: Database, vault: Vault) -> None:
    """The answer says it, and no older change of the card comes after it."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    await two.telegram.presses("ctv", "Phường Ngọc Lâm")
    before = len(await two.zalo.letters(OTHER_ROOM))
    await two.zalo.says("z-truc-a", "@Bot nhan 1", OTHER_ROOM)
    after = await two.zalo.letters(OTHER_ROOM)
    assert len(after) == before + 1
    assert {seen.row.state for seen in after if seen.kind == "edit"} == {LetterState.SUPERSEDED}


# --- a messenger fails ------------------------------------------------------------------------------------------------


async def test_an_urgent_card_that_waits_in_a_dead_room_is_covered_by_the_other_room(db: Database, vault: Vault) -> None:
    """It was called there already: the one that waits is closed, nothing comes twice."""
    two = await Two.open(db, vault)
    await danger(two.telegram)
    await two.fails()
    assert [seen.row.reason for seen in cards(await two.telegram.letters(ROOM_CHAT))] == ["moved"]
    assert len(cards(await two.zalo.letters(OTHER_ROOM))) == 1


async def test_without_another_room_the_officers_are_called_privately_and_told_why(db: Database, vault: Vault) -> None:
    """A room on a dead messenger is no room that can be reached."""
    two = await Two.open(db, vault, room=False)
    await danger(two.telegram)
    await two.fails()
    await two.moves_what_waits()
    for officer in ("z-truc-a", "z-truc-b"):
        got = cards(await two.zalo.letters(officer))
        assert len(got) == 1
        assert got[0].text.startswith(f"⚠ {MARK}\n🔴 KHẨN CẤP")
    assert [seen.row.reason for seen in cards(await two.telegram.letters(ROOM_CHAT))] == ["moved"]


async def test_what_is_planned_while_a_messenger_is_down_goes_elsewhere_at_once(db: Database, vault: Vault) -> None:
    """A case that comes then is called in the room that works, and in no other."""
    two = await Two.open(db, vault)
    await two.fails()
    await danger(two.telegram)
    assert (len(cards(await two.telegram.letters(ROOM_CHAT))), len(cards(await two.zalo.letters(OTHER_ROOM)))) == (0, 1)


async def test_an_urgent_letter_to_a_person_moves_once_and_says_so(db: Database, vault: Vault) -> None:
    """The original is closed with the copy in one transaction; moving again finds nothing."""
    two = await Two.open(db, vault, people=("truc-a", "ctv"))
    await danger(two.telegram)
    alert = [seen for seen in await two.telegram.letters("ctv") if seen.row.purpose == "alert"]
    await two.fails()
    for _ in range(3):
        await two.moves_what_waits()
    moved = [seen for seen in await two.zalo.letters("z-ctv") if seen.row.copy_of == alert[0].id]
    assert [seen.text.split("\n")[0] for seen in moved] == [f"⚠ {MARK}"]
    assert (await two.telegram.rows(LETTER, LETTER.c.id == alert[0].id))[0].state == LetterState.SUPERSEDED


async def test_what_may_have_arrived_says_that_it_may(db: Database, vault: Vault) -> None:
    """An attempt with an unknown outcome: the reader knows that two messages are one."""
    two = await Two.open(db, vault, people=("ctv",))
    await danger(two.telegram)
    await two.telegram.db.run(lambda connection: connection.execute(sa.update(LETTER).values(attempts=1)))
    await two.fails()
    await two.moves_what_waits()
    assert "Có thể tin này cũng đã tới anh/chị bên đó." in (await two.zalo.last("z-ctv")).text


async def test_a_moved_card_shows_how_the_case_stands_now(db: Database, vault: Vault) -> None:
    """A card that waits while somebody takes the case must not arrive with yesterday's "nobody has taken it"."""
    two = await Two.open(db, vault, room=False, people=("truc-b",))
    await danger(two.telegram)
    await two.telegram.passes(minutes=9)  # the third call goes to every duty officer privately
    await two.telegram.presses("truc-a", "Tôi tiếp nhận", ROOM_CHAT)
    await two.fails()
    await two.moves_what_waits()
    got = cards(await two.zalo.letters("z-truc-b"))
    assert got
    assert all("Cán bộ trực A đã nhận" in seen.text and "Chưa ai nhận" not in seen.text for seen in got)
    assert not [seen for seen in await two.waiting("truc-b") if seen.row.purpose == "card"]


async def test_an_urgent_letter_that_one_room_does_not_get_goes_to_its_people(db: Database, vault: Vault) -> None:
    """The messenger works, the group does not: after five minutes the officers have it privately, once."""
    two = await Two.open(db, vault, room=False)
    await danger(two.telegram)
    for _ in range(2):
        await two.moves_what_waits()
    for officer in ("truc-a", "truc-b"):
        assert [seen.text.split("\n")[0] for seen in cards(await two.telegram.letters(officer))] == [f"⚠ {MARK}"]


async def test_a_citizen_and_a_child_are_written_to_only_where_they_wrote(db: Database, vault: Vault) -> None:
    """They have no second account, and nobody guesses one."""
    two = await Two.open(db, vault)
    await two.telegram.says("khach", "con cần giúp")
    await two.fails()
    await two.moves_what_waits()
    assert {seen.row.chat for seen in await two.zalo.letters()} <= {OTHER_ROOM, "z-truc-a", "z-truc-b"}
    assert await two.waiting("khach")


async def test_where_no_other_messenger_works_everything_waits(db: Database, vault: Vault) -> None:
    """With one messenger alone a failure changes nothing: letters stay planned and leave when it is back."""
    scene = await Scene.open(db, vault, capabilities=replace(WEB, title="Telegram"))
    given: dict[str, Json] = {"timer": "messenger_down", "subject": "web", "title": "Telegram", "failed_for": 300}
    await scene.hears(internal("down", given, scene.clock[0]))
    await danger(scene)
    assert [seen.row.state for seen in cards(await scene.letters(ROOM_CHAT))] == [LetterState.PLANNED]


async def test_administrators_hear_that_a_messenger_fails(db: Database, vault: Vault) -> None:
    """Over the one that works, once, with the hour since when."""
    two = await Two.open(db, vault, people=("truc-a",))
    await two.telegram.db.run(_make_administrator)
    await two.fails(seconds=600)
    told = [seen.text for seen in await two.zalo.letters("z-truc-a") if seen.row.purpose == "messenger"]
    assert told == [
        f"⚠ {MARK}\n🔔 Không liên lạc được với Telegram từ 09:50 23/11.\nTin khẩn được gửi qua ứng dụng khác, cho ai có ứng dụng khác."
    ]


async def test_administrators_hear_that_posts_do_not_arrive(db: Database, vault: Vault) -> None:
    """It lasts, so it has no end, and they learn what to have checked."""
    two = await Two.open(db, vault, people=("truc-a",))
    await two.telegram.db.run(_make_administrator)
    await two._tell("deaf", since=two.telegram.clock[0].isoformat())
    told = [seen.text for seen in await two.telegram.letters("truc-a") if seen.row.purpose == "messenger"]
    assert [line for line in told[0].splitlines() if "/hook/" in line or "Telegram" in line] == [
        "🔔 Từ 10:00 23/11, tin mọi người viết trên Telegram không tới được Báo Ngay.",
        "Xin nhờ người phụ trách máy chủ kiểm tra ngay: máy chủ web phía trước phải chuyển tiếp mọi đường dẫn bắt đầu bằng /hook/.",
    ]


def _make_administrator(db: sa.Connection) -> None:
    from models.people import MEMBERSHIP

    person = db.execute(sa.select(ACCOUNT.c.person).where(ACCOUNT.c.external_id == "truc-a")).scalar_one()
    values = {"id": new_id(), "person": person, "unit": "phong_ldtbxh", "role": "administrator"}
    db.execute(sa.insert(MEMBERSHIP).values(**values, created_at=db.execute(sa.select(PERSON.c.created_at)).scalars().first()))


# --- it works again ---------------------------------------------------------------------------------------------------


async def test_a_room_that_is_back_sees_what_happened_meanwhile(db: Database, vault: Vault) -> None:
    """One line a case with its state now, then the cards of those that are still open."""
    two = await Two.open(db, vault)
    await two.fails()
    await danger(two.telegram)
    await two.zalo.says("z-truc-a", "@Bot nhan 1", OTHER_ROOM)
    await two.telegram.says("phuong", "báo cáo")
    await two.telegram.presses("phuong", "ĐANG NGUY HIỂM")
    await two.telegram.passes(minutes=2)
    await two.works_again()
    told = await two.waiting(ROOM_CHAT)
    assert told[0].text.split("\n") == [
        "⚠ Telegram ở đây bị gián đoạn từ 09:55 23/11 đến 10:02 23/11.",
        "Trong lúc đó:",
        "🔴 KHẨN CẤP · VV-2026-0001 · chưa rõ phường · ✅ Anh/chị Cán bộ trực A đã nhận lúc 10:00 23/11",
        "🔴 KHẨN CẤP · VV-2026-0002 · chưa rõ phường · ⏳ Chưa ai nhận",
    ]
    assert [("VV-2026-0002" in seen.text, list(seen.buttons)) for seen in cards(told)] == [(True, ["Tôi tiếp nhận", "Xem chi tiết"])]
    assert [row.down_since for row in await two.telegram.rows(CHANNEL_STATE)] == [None]


async def test_a_room_that_is_back_after_a_quiet_outage_is_told_so(db: Database, vault: Vault) -> None:
    """Whoever saw nothing for an hour wants to know that there was nothing."""
    two = await Two.open(db, vault)
    await two.fails()
    await two.works_again()
    assert (await two.waiting(ROOM_CHAT))[-1].text.endswith("Trong lúc đó không có vụ việc nào.")


async def test_a_restricted_case_is_in_no_summary(db: Database, vault: Vault) -> None:
    """It belongs to the leader alone, also after an outage."""
    two = await Two.open(db, vault)
    await two.fails()
    incident = await danger(two.telegram)
    await two.telegram.db.run(
        lambda connection: connection.execute(sa.update(INCIDENT).where(INCIDENT.c.id == incident).values(restricted=True))
    )
    await two.works_again()
    assert "VV-" not in " ".join(seen.text for seen in await two.waiting(ROOM_CHAT) if seen.row.purpose == "meanwhile")


# --- one account is gone ----------------------------------------------------------------------------------------------


async def test_a_letter_to_somebody_who_has_blocked_us_goes_to_their_other_messenger(db: Database, vault: Vault) -> None:
    """The account is marked, the letter arrives elsewhere, and the next one goes there by itself."""
    two = await Two.open(db, vault, room=False, people=("ctv",))
    await danger(two.telegram)
    alert = next(seen for seen in await two.telegram.letters("ctv") if seen.row.purpose == "alert")
    await two.telegram.hears(_blocked(two, alert.id))
    assert MARK in (await two.zalo.last("z-ctv")).text
    await two.telegram.presses("truc-a", "Tôi tiếp nhận", ROOM_CHAT)
    gone = {row.channel: row.gone_at is not None for row in await two.telegram.rows(ACCOUNT, ACCOUNT.c.chat.in_(("ctv", "z-ctv")))}
    assert gone == {"web": True, OTHER: False}


async def test_the_same_word_about_a_lost_account_again_does_not_make_it_reachable(db: Database, vault: Vault) -> None:
    """Only its owner's own message does."""
    two = await Two.open(db, vault)
    for number in range(2):
        await two.telegram.hears(_blocked(two, "", number))
    row = (await two.telegram.rows(ACCOUNT, ACCOUNT.c.chat == "ctv"))[0]
    assert row.gone_at is not None
    await two.telegram.says("ctv", "chào")
    assert (await two.telegram.rows(ACCOUNT, ACCOUNT.c.chat == "ctv"))[0].gone_at is None


def _blocked(two: Two, letter: str, number: int = 0) -> Incoming:
    data: dict[str, Json] = {"letter": letter} if letter else {}
    return Incoming("web", f"gone:{letter}{number}", "ctv", "ctv", Kind.BLOCKED, two.telegram.clock[0], data=data)


async def test_a_messenger_that_was_switched_off_keeps_nothing_urgent(db: Database, vault: Vault) -> None:
    """What waited there when the service was started without it leaves by the others, though nobody sends for it any more."""
    two = await Two.open(db, vault, room=False, people=("ctv", "truc-a"))
    await danger(two.telegram)
    await two.fails()

    async def hear(incoming: Incoming) -> None:
        await two.telegram.hears(incoming)

    await reroute_waiting(db, hear, "web", frozenset({OTHER}), datetime.now(UTC), two.telegram.clock[0])
    assert MARK in (await two.zalo.last("z-ctv")).text
    assert MARK in (await two.zalo.last("z-truc-a")).text


async def test_of_a_card_that_was_called_again_while_it_waited_the_newest_moves(db: Database, vault: Vault) -> None:
    """The old one holds no more; the case is not lost with it."""
    two = await Two.open(db, vault, room=False)
    await danger(two.telegram)
    await two.telegram.passes(minutes=4)  # called again: the first card is retired
    first, *_rest, newest = cards(await two.telegram.letters(ROOM_CHAT))
    assert (first.row.retired, newest.row.retired) == (True, False)
    for letter in (first.id, first.id):
        again = f"reroute:{next(two.telegram.ids)}"
        await two.telegram.hears(internal(again, {"timer": "reroute", "subject": letter}, two.telegram.clock[0]))
    assert cards(await two.telegram.letters(ROOM_CHAT))[-1].row.reason == "moved"
    assert len([seen for seen in cards(await two.telegram.letters("truc-a")) if not seen.row.retired]) == 1


async def test_a_room_that_throws_us_out_hands_over_what_waits_there(db: Database, vault: Vault) -> None:
    """Also what is no card: the question how an urgent case stands goes to the officers on duty."""
    two = await Two.open(db, vault, room=False, people=())
    await danger(two.telegram)
    await two.telegram.db.run(_post_to_the_room)
    await two.telegram.hears(two.telegram.incoming("x", Kind.BLOCKED, ROOM_CHAT))
    assert [seen.row.purpose for seen in await two.telegram.letters("truc-a") if seen.row.copy_of] == ["follow_up"]
    assert not [seen for seen in await two.waiting(ROOM_CHAT) if seen.row.purpose == "follow_up"]


def _make_follow_up(db: sa.Connection, letter: str) -> None:
    """Asked of nobody's words: a question that came by itself."""
    incident = db.execute(sa.select(INCIDENT.c.id)).scalar_one()
    db.execute(sa.update(LETTER).where(LETTER.c.id == letter).values(purpose="follow_up", about=incident, asked=False, kind="say"))


def _post_to_the_room(db: sa.Connection) -> None:
    """The room's card, made a question: purpose and words are all that differ."""
    row = db.execute(sa.select(LETTER).where(LETTER.c.chat == ROOM_CHAT, LETTER.c.purpose == "card")).one()
    db.execute(sa.update(LETTER).where(LETTER.c.id == row.id).values(purpose="follow_up"))


async def test_the_division_is_asked_where_the_holder_is_out_of_reach(db: Database, vault: Vault) -> None:
    """Whoever took the case has blocked us and uses nothing else: how it stands is asked of the division's room."""
    two = await Two.open(db, vault, room=False, people=())
    await danger(two.telegram)
    await two.telegram.presses("truc-a", "Tôi tiếp nhận", ROOM_CHAT)
    asked = (await two.telegram.letters("truc-a"))[-1]
    await two.telegram.db.run(partial(_make_follow_up, letter=asked.id))
    gone: dict[str, Json] = {"letter": asked.id}
    await two.telegram.hears(Incoming("web", "gone:1", "truc-a", "truc-a", Kind.BLOCKED, two.telegram.clock[0], data=gone))
    moved = [seen for seen in await two.telegram.letters(ROOM_CHAT) if seen.row.copy_of == asked.id]
    assert len(moved) == 1


async def test_an_answer_stays_in_the_chat_that_asked_for_it(db: Database, vault: Vault) -> None:
    """Even if the reserve of a monthly quota has made it urgent."""
    two = await Two.open(db, vault, people=("ctv",))
    await two.telegram.says("ctv", "báo cáo")
    await two.telegram.db.run(lambda connection: connection.execute(sa.update(LETTER).values(lane=int(Lane.URGENT))))
    await two.fails()
    await two.moves_what_waits()
    assert await two.zalo.letters("z-ctv") == []


async def test_a_platform_that_keeps_events_first_does_not_make_a_lost_account_reachable(db: Database, vault: Vault) -> None:
    """Storing the word that an account is gone is not its owner's message."""
    two = await Two.open(db, vault)
    for number in range(2):
        event = _blocked(two, "", number)
        await db.run(partial(store, engine=two.telegram.engine, incoming=event))
        await two.telegram.hears(event)
        row = (await two.telegram.rows(ACCOUNT, ACCOUNT.c.chat == "ctv"))[0]
        assert row.gone_at is not None
