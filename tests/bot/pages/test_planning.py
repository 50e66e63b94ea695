"""What becomes of private says in a chat that can keep nothing private: a page and one content-free letter, or the way to somewhere else."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.database import Database
from bot.pages.planning import behind_a_link, hashed, last_digits
from bot.vault import Vault
from models.incident import INCIDENT
from models.letter import LETTER
from models.people import ACCOUNT
from models.service import CHANNEL_STATE, SETTING
from models.tables import METADATA
from models.talk import LetterKind, Say
from tests.bot.pages.people import (
    DIGITS,
    PUBLIC,
    SECRETS,
    give_number,
    link_in,
    opens,
    pages,
    person_of,
    private_scene,
    told_case,
    with_files,
)
from tests.bot.test_privacy import finish
from tests.driver import NO_BUTTONS, WEB, Scene
from tests.emulators.wire import EVERYTHING


async def test_details_become_one_page_and_one_letter_without_content(db: Database, vault: Vault) -> None:
    """The chat gets the code, a time and a link; the page has what was reported, for its reader alone."""
    scene = await private_scene(db, vault)
    incident = await told_case(scene)
    letters = await scene.says("truc-a", "chitiet 1")
    token = link_in(letters)
    assert [seen.text for seen in letters] == [f"VV-2026-0001: mở liên kết này để xem, một lần, đến 10:15:\n{PUBLIC}/xem#{token}"]
    [row] = await pages(scene)
    kept = {"person": await person_of(scene, "truc-a"), "about": incident, "what": "details", "token_hash": hashed(token)}
    assert {name: row._mapping[name] for name in kept} == kept
    shown = await opens(scene, token)
    assert all(word in " ".join(shown.texts) for word in SECRETS)  # type: ignore[union-attr]


async def test_the_letter_is_found_by_whoever_looks_for_details(db: Database, vault: Vault) -> None:
    """Restricting a case and cutting an account look letters up by purpose and case."""
    scene = await private_scene(db, vault)
    incident = await told_case(scene)
    letters = await scene.says("truc-a", "chitiet 1")
    found = [(seen.row.purpose, seen.row.about, seen.row.protect, seen.row.asked) for seen in letters]
    assert found == [("details", incident, False, True)]


async def test_no_word_of_the_reporter_and_no_token_is_readable_anywhere(db: Database, vault: Vault) -> None:
    """Rule 8: of the link only its hash is kept in the page's row, and everything else is sealed."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    token = link_in(await scene.says("truc-a", "chitiet 1"))
    secrets = [word.casefold().encode() for word in (token, *SECRETS)]
    found = [
        (name, column)
        for name, table in METADATA.tables.items()
        for row in await scene.rows(table)
        for column, value in row._mapping.items()
        for secret in secrets
        if secret in (bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()).lower()
    ]
    assert found == []


async def test_what_a_group_asks_for_goes_to_the_askers_own_page(db: Database, vault: Vault) -> None:
    """Typed in the room, the link comes privately, and only to whoever typed."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    before = await scene.texts("phong-truc")
    await scene.says("truc-b", "/chitiet 1", "phong-truc")
    assert (await scene.texts("phong-truc"))[len(before) :] == ["Đã gửi vào tin nhắn riêng."]
    assert PUBLIC not in " ".join(await scene.texts("phong-truc"))
    link_in(await scene.letters("truc-b"))
    assert [row.person for row in await pages(scene)] == [await person_of(scene, "truc-b")]


async def test_photos_and_voice_become_one_page(db: Database, vault: Vault, tmp_path: Path) -> None:
    """Two letters elsewhere, one link here; nothing is attached to it."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    await with_files(scene, tmp_path)
    letters = await scene.says("truc-a", "/anh 1")
    assert len(letters) == 1
    [row] = await pages(scene)
    assert row.what == "photos"
    shown = await opens(scene, link_in(letters))
    assert [(file.number, file.kind, file.mime) for file in shown.files] == [(0, "photo", "image/jpeg"), (1, "voice", "audio/ogg")]  # type: ignore[union-attr]
    assert len(shown.texts) == 1  # type: ignore[union-attr]


async def test_the_case_can_still_be_taken_from_the_letter(db: Database, vault: Vault) -> None:
    """What stands by itself under the details stands under the link."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    [letter] = await scene.says("truc-a", "chitiet 1")
    assert "Tôi tiếp nhận" in letter.buttons


async def test_a_messenger_that_protects_gets_the_details_themselves(db: Database, vault: Vault) -> None:
    """A link is a detour: only where it must be."""
    scene = await private_scene(db, vault, capabilities=WEB)
    await told_case(scene)
    assert SECRETS[0] in " ".join(seen.text for seen in await scene.says("truc-a", "/chitiet 1"))
    assert await pages(scene) == []


# --- without a page ---------------------------------------------------------------------------------------------------


async def test_without_a_public_address_the_letter_names_the_other_messenger(db: Database, vault: Vault) -> None:
    """Where else, and what to type there; nothing is sent there unasked."""
    scene = await private_scene(db, vault, public_url="")
    await told_case(scene)
    await also_on(scene, "truc-a", "other")
    [letter] = await scene.says("truc-a", "chitiet 1")
    assert letter.text == "Để giữ kín cho trẻ, chi tiết không gửi vào chat này. Anh/chị mở Telegram và gõ: /chitiet 1"
    assert await scene.rows(LETTER, LETTER.c.channel == "other") == []


async def also_on(scene: Scene, account: str, channel: str) -> None:
    """Somebody has an account on a messenger that protects, too."""
    assert isinstance(scene.engine.channels, dict)
    scene.engine.channels[channel] = replace(EVERYTHING, title="Telegram")
    known = {"id": "0" * 32, "person": await person_of(scene, account), "channel": channel, "external_id": "77", "chat": "77"}
    values = known | {"started": True, "created_at": scene.clock[0]}
    await scene.db.run(lambda db: db.execute(sa.insert(ACCOUNT).values(**values)))


@pytest.mark.parametrize("why", ["blocked", "messenger down"])
async def test_a_messenger_that_does_not_carry_is_no_way(db: Database, vault: Vault, why: str) -> None:
    """Who blocked the other messenger, or whose other messenger fails just now, is told to telephone."""
    scene = await private_scene(db, vault, public_url="")
    await told_case(scene)
    await also_on(scene, "truc-a", "other")
    gone = sa.update(ACCOUNT).where(ACCOUNT.c.channel == "other").values(gone_at=scene.clock[0])
    down = sa.insert(CHANNEL_STATE).values(name="other", title="Telegram", down_since=scene.clock[0])
    await scene.db.run(lambda db: db.execute(gone if why == "blocked" else down))
    [letter] = await scene.says("truc-a", "chitiet 1")
    assert letter.text == "Để giữ kín cho trẻ, chi tiết không gửi vào chat này. Anh/chị gọi trực ban: 024 0000 0000 (số tập huấn)"


async def test_without_any_number_the_letter_still_says_something(db: Database, vault: Vault) -> None:
    """Nobody is left without an answer."""
    scene = await private_scene(db, vault, public_url="")
    await told_case(scene)
    await scene.db.run(lambda db: db.execute(sa.delete(SETTING).where(SETTING.c.name == "division_phone")))
    [letter] = await scene.says("truc-a", "chitiet 1")
    assert letter.text == "Để giữ kín cho trẻ, chi tiết không gửi vào chat này. Anh/chị gọi điện hỏi trực ban giúp."


async def test_who_has_no_number_on_record_is_told_how_to_get_links(db: Database, vault: Vault) -> None:
    """A page that asks for digits which nobody knows would be a dead end."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    await give_number(scene, "truc-a", "")
    [letter] = await scene.says("truc-a", "chitiet 1")
    assert "quản trị viên mời lại" in letter.text
    assert await pages(scene) == []


async def test_a_private_say_to_nobody_known_never_enters_the_chat(db: Database, vault: Vault) -> None:
    """Whatever a handler says by mistake to somebody who is no member, its words stay here."""
    from bot.conversations import open_talk
    from bot.writing import Writing
    from models.talk import Kind

    scene = await private_scene(db, vault)
    incident = await told_case(scene)

    def write(connection: sa.Connection) -> None:
        incoming = scene.incoming("nguoi-la", Kind.TEXT, text="x")
        talk = open_talk(connection, scene.engine, incoming)
        writing = Writing(connection, scene.engine, incoming, talk, scene.facts(talk))
        writing.post(writing.here, Say("Zebrawood", protect=True, about=incident))
        writing.flush()

    await scene.db.run(write)
    assert await scene.texts("nguoi-la") == [
        "Để giữ kín cho trẻ, chi tiết không gửi vào chat này. Anh/chị gọi trực ban: 024 0000 0000 (số tập huấn)"
    ]
    assert await pages(scene) == []


# --- officers who add to a case ---------------------------------------------------------------------------------------


async def test_no_stored_answer_is_read_out_to_an_officer_who_adds(db: Database, vault: Vault) -> None:
    """Every question of the second stage, back and forth and the review: what the reporter answered never reaches such a chat."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    await finished(scene)
    await scene.says("truc-a", "/bosung 1")
    for words in ("quay lại", "3 tuổi", "quay lại", "1", "Sửa: Về trẻ", "1", "quay lại", "Sửa: Gia đình", "1", "xong"):
        await scene.says("truc-a", words)
    await scene.says("truc-a", "/bosung 1")
    for words in ("xong", "2", "1", "Zebrano", "xong"):
        await scene.says("truc-a", words)
    said = await scene.texts("truc-a")
    assert [text for text in said if any(word in text for word in SECRETS)] == []
    assert [text for text in said if "Đang ghi" in text or "Zebrano" in text] == []
    assert len([seen for seen in await scene.letters("truc-a") if seen.row.purpose == "details" and seen.buttons]) > 8
    assert await pages(scene) == []


async def finished(scene: Scene) -> None:
    """The report is sent, with an answer of the reporter's in the second stage too."""
    await finish(scene)
    await scene.says("ctv", "/bosung 1")
    await scene.says("ctv", f"bé {SECRETS[0]}")


async def test_the_review_names_what_was_added(db: Database, vault: Vault) -> None:
    """Which questions have been added, without what was answered."""
    scene = await private_scene(db, vault)
    await told_case(scene)
    await finished(scene)
    await scene.says("truc-a", "/bosung 1")
    [review] = await scene.says("truc-a", "xong")
    assert "• Về trẻ: Tên trẻ" in review.text
    assert SECRETS[0] not in review.text


# --- the two rules ----------------------------------------------------------------------------------------------------


def test_what_goes_behind_a_link() -> None:
    """Private says where a chat can neither protect nor take back, files where none may be sent; never what is no message."""
    private, file, plain = Say("x", protect=True), Say("x", attachments=("a",)), Say("x")
    no_files = replace(EVERYTHING, files_out=False)
    chats = (EVERYTHING, no_files, NO_BUTTONS)
    assert [[behind_a_link(can, say) for can in chats] for say in (private, file, plain)] == [
        [False, False, True],
        [False, True, True],
        [False, False, False],
    ]
    assert behind_a_link(NO_BUTTONS, Say("x", kind=LetterKind.TOAST, protect=True)) is False


def test_the_digits_that_are_asked_for() -> None:
    """The last four of a number, however it is written; of something too short none."""
    assert [last_digits(number) for number in ("0912 345 678", "+84.912.345.678", "5678", "", "máy lẻ 12")] == ["5678", "5678", "", "", ""]
    assert last_digits("0912345678") == DIGITS


async def test_a_page_is_planned_with_its_turn_or_not_at_all(db: Database, vault: Vault) -> None:
    """Rule 2: a turn that fails leaves no page."""
    scene = await private_scene(db, vault)
    await told_case(scene)

    def fail(connection: sa.Connection) -> None:
        from bot.turn import take_turn
        from models.talk import Kind

        take_turn(connection, scene.engine, scene.incoming("truc-a", Kind.TEXT, text="chitiet 1"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await scene.db.run(fail)
    assert await pages(scene) == []
    assert len(await scene.rows(INCIDENT)) == 1
