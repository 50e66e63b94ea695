"""The fuse: what nobody asked for never floods a chat, nothing of it is lost, and neither alarms nor answers ever wait for it."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import Later, Never, Outcome, Unknown
from bot.database import Database
from bot.fuse import BETWEEN_SUMMARIES, PERIOD, SINGLES, SUMMARIES, Fuse
from bot.letters import PLAIN_TEXT, open_letter
from bot.vault import Vault, make_key
from models.letter import FUSE, LETTER, LetterState
from models.talk import Lane, LetterKind
from tests.databases import create_tables
from tests.emulators.wire import EVERYTHING, NOTHING, Wire
from tests.hours import Clock, Hours
from tests.letters import Draft, states

# --- the count --------------------------------------------------------------------------------------------------------


def test_a_chat_is_full_after_its_singles_and_until_they_are_an_hour_old() -> None:
    """Each single counts for an hour; chats do not count for each other."""
    clock = Clock()
    fuse = Fuse(clock)
    for number in range(SINGLES):
        clock.seconds = float(number)
        assert fuse.full() == frozenset()
        fuse.spend("a", str(number), summary=False)
    assert fuse.full() == fuse.due() == {"a"}
    clock.seconds = PERIOD
    assert fuse.full() == {"a"}
    clock.seconds = PERIOD + 0.5
    assert fuse.full() == frozenset()


def test_a_summary_is_due_every_ten_minutes() -> None:
    """Not sooner, and six an hour at most."""
    clock = Clock()
    fuse = Fuse(clock)
    for number in range(SINGLES):
        fuse.spend("a", str(number), summary=False)
    due = []
    for second in range(0, int(PERIOD), 60):
        clock.seconds = float(second)
        if fuse.due():
            due.append(second)
            fuse.spend("a", f"s{second}", summary=True)
    assert due == [number * int(BETWEEN_SUMMARIES) for number in range(SUMMARIES)]


def test_what_did_not_arrive_is_given_back() -> None:
    """A refused letter is none, and an unknown id changes nothing."""
    fuse = Fuse(Clock())
    for number in range(SINGLES):
        fuse.spend("a", str(number), summary=False)
    fuse.give_back("a", "elsewhere")
    assert fuse.full() == {"a"}
    fuse.give_back("a", "3")
    assert fuse.full() == frozenset()


# --- at the outbox ----------------------------------------------------------------------------------------------------


async def test_after_the_singles_comes_one_summary(db: Database, vault: Vault) -> None:
    """Twenty-four letters leave as they are; the rest leaves at once in one, a line each, with what can be typed."""
    hours = Hours(db, vault)
    action = (("0.take:1", "Tôi tiếp nhận", "", "/nhan 42"), ("0.detail:1", "Chi tiết", "", "/chitiet 42"))
    singles = [Draft(f"one {n}") for n in range(SINGLES)]
    rest = [Draft("🔴 KHẨN · VV-1\nBạo lực", buttons=action, purpose="card"), Draft("x" * 300), Draft("third")]
    async with hours.run():
        await hours.plans(*singles, *rest)
    assert hours.texts()[:SINGLES] == [draft.text for draft in singles]
    assert hours.texts()[SINGLES:] == [
        "📋 3 tin gộp làm một, vì lúc này đang có nhiều tin:\n• 🔴 KHẨN · VV-1 → /nhan 42\n• " + "x" * 99 + "…\n• third"
    ]
    summary = hours.sent[-1][1].id
    assert await states(db, rest) == [(LetterState.SUPERSEDED, f"summary {summary}")] * 3


async def test_what_does_not_fit_waits_for_the_next_summary(db: Database, vault: Vault) -> None:
    """A summary is so short that even its plain, second try names everything."""
    hours, rest = Hours(db, vault), [Draft(f"{n} {'y' * 120}") for n in range(25)]
    async with hours.run():
        await hours.plans(*(Draft(f"one {n}") for n in range(SINGLES)))
        hours.wire.will("a", Never("too long", plain_may_help=True))
        await hours.plans(*rest)
        for _ in range(2):
            hours.wire.will("a", Never("too long", plain_may_help=True))
            await hours.passes(minutes=10)
    summaries = hours.texts()[SINGLES:]
    assert [len(text.splitlines()) - 1 for text in summaries] == [9, 9, 9, 9, 7, 7]
    assert max(len(text) for text in summaries) <= PLAIN_TEXT
    named = [line.split()[1] for text in summaries[::2] for line in text.splitlines()[1:]]
    assert named == [str(n) for n in range(25)]


async def test_what_waits_alone_leaves_as_it_is(db: Database, vault: Vault) -> None:
    """A summary of one would only take its buttons away."""
    hours = Hours(db, vault)
    card = Draft("card", buttons=(("0.take:1", "Tôi tiếp nhận", ""),), purpose="card")
    async with hours.run():
        await hours.plans(*(Draft(f"one {n}") for n in range(SINGLES)))
        await hours.plans(card)
        await hours.plans(Draft("next"))
        assert hours.texts()[SINGLES:] == ["card"]
        await hours.passes(minutes=10)
    assert hours.texts()[SINGLES:] == ["card", "next"]
    assert len(hours.sent[SINGLES][1].buttons) == 1


async def test_alarms_and_answers_are_never_held(db: Database, vault: Vault) -> None:
    """In a chat that is full they leave at once, past what is held; so do toasts, retires and edits that really edit."""
    hours = Hours(db, vault)
    card = Draft("card")
    async with hours.run():
        await hours.plans(card, *(Draft(f"one {n}") for n in range(SINGLES)))  # the last one takes the first summary's place
        await hours.plans(Draft("held 1"), Draft("held 2"))
        held = [row.reason for row in await db.run(lambda c: c.execute(sa.select(LETTER).where(LETTER.c.state == "planned")).all())]
        begun = len(hours.sent)
        await hours.plans(
            Draft("alarm", lane=Lane.URGENT), Draft("answer", asked=True), Draft("toast", kind=LetterKind.TOAST, target="p"),
            Draft("now taken", kind=LetterKind.EDIT, target=card.id), Draft(kind=LetterKind.RETIRE, target=card.id),
            *(Draft(f"answer {n}", asked=True) for n in range(40)),
        )  # fmt: skip
        assert held == [FUSE, FUSE]
        assert len(hours.sent) - begun == 45
        assert not [text for text in hours.texts() if "held" in text]
        await hours.passes(minutes=10)
    assert "held 1" in hours.texts()[-1]


async def test_private_details_are_never_summed_up(db: Database, vault: Vault) -> None:
    """They wait for a place of their own, and so does what is protected."""
    hours = Hours(db, vault)
    private = [Draft("details", purpose="details"), Draft("protected", protect=True)]
    async with hours.run():
        await hours.plans(*(Draft(f"one {n}") for n in range(SINGLES)))
        await hours.plans(*private, Draft("a"), Draft("b"))
        assert "details" not in "".join(hours.texts())
        assert "protected" not in "".join(hours.texts())
        await hours.passes(minutes=61)
        await hours.passes(minutes=2)
    assert hours.texts()[-2:] == ["details", "protected"]


async def test_what_names_many_cases_passes_a_full_chat_as_it_is(db: Database, vault: Vault) -> None:
    """A line of a summary would hold one code of a storm or a bundle; they leave at once, and are counted for nobody else."""
    for able in (EVERYTHING, NOTHING):
        hours = Hours(db, vault, Wire(name=f"many{able.edits}", capabilities=able))
        here = Draft(channel=hours.wire.name)
        storm = replace(here, text="VV-1 VV-2", purpose="storm", id=Draft().id)
        bundle = replace(here, text="VV-3 VV-4", purpose="bundle", id=Draft().id)
        more = replace(storm, text="VV-1 VV-2 VV-5", kind=LetterKind.EDIT, target=storm.id, id=Draft().id)
        rest = [replace(here, text=f"rest {n}", id=Draft().id) for n in range(2)]
        async with hours.run():
            await hours.plans(*(replace(here, text=f"one {n}", id=Draft().id) for n in range(SINGLES)))
            await hours.plans(rest[0])  # alone, so it takes the first summary's place
            await hours.plans(storm, bundle, rest[1])
            await hours.plans(more)
            assert hours.texts()[SINGLES:] == ["rest 0", "VV-1 VV-2", "VV-3 VV-4", "VV-1 VV-2 VV-5"]
            await hours.passes(minutes=10)
        assert hours.texts()[-1] == "rest 1"


async def test_a_newer_edit_stands_for_its_card(db: Database, vault: Vault) -> None:
    """A card and its edit that both wait are one line, the newest; an edit where there are no edits is a line too."""
    for able in (EVERYTHING, NOTHING):
        hours = Hours(db, vault, Wire(name=f"w{able.edits}", capabilities=able))
        here = Draft(channel=hours.wire.name)
        card, old = replace(here, text="open", id=Draft().id), replace(here, text="old", id=Draft().id)
        edit = replace(here, text="taken", kind=LetterKind.EDIT, target=card.id, id=Draft().id)
        again = replace(edit, text="old, changed", target=old.id, id=Draft().id)
        async with hours.run():
            await hours.plans(old, *(replace(here, text=f"one {n}", id=Draft().id) for n in range(SINGLES)))
            await hours.plans(card, edit, again, replace(here, text="other", id=Draft().id))
            await hours.passes(minutes=10)
        lines = hours.texts()[-1].splitlines()[1:]
        assert (lines, "old, changed" in hours.texts()) == (
            (["• taken", "• other"], True) if able.edits else (["• taken", "• old, changed", "• other"], False)
        )
        assert (await states(db, [card]))[0] == (LetterState.SUPERSEDED, "newer")


async def test_a_summary_that_fails_is_tried_again(db: Database, vault: Vault) -> None:
    """Nothing that it stands for is lost, whatever the platform says first; while its outcome is unknown no other is made."""
    hours = Hours(db, vault)
    async with hours.run():
        await hours.plans(*(Draft(f"one {n}") for n in range(SINGLES)))
        hours.wire.will("a", Later("busy"), Never("can't parse", plain_may_help=True), Unknown("?"))
        await hours.plans(*(Draft(f"line {n} " + "y" * 80) for n in range(9)))
        for _ in range(5):
            await hours.passes(minutes=0.1)
        summaries = [text for text in hours.texts() if text.startswith("📋")]
        assert (len(summaries), len(set(summaries))) == (3, 1)
        await hours.plans(Draft("late"), Draft("later"))
        assert "late" not in hours.texts()[-1]
        await hours.passes(minutes=10)
        await hours.passes(minutes=10)
    assert [text.splitlines()[0][:4] for text in hours.texts()[SINGLES:]] == ["📋 9 "] * 4 + ["📋 2 "]


async def test_summaries_keep_to_their_forum_topic_and_their_fastest_lane(db: Database, vault: Vault) -> None:
    """Nothing is told in a topic where it does not belong; what must not be missing is not gathered into what may be."""
    hours = Hours(db, vault)
    async with hours.run():
        await hours.plans(*(Draft(f"one {n}") for n in range(SINGLES)))
        mixed = Draft("slow", lane=Lane.BROADCAST), Draft("quick", about="case"), Draft("t1", topic="t"), Draft("t2", topic="t")
        await hours.plans(*mixed)
        await hours.passes(minutes=10)
    found = {row.topic: (Lane(row.lane), row.about) for row in await db.run(
        lambda c: c.execute(sa.select(LETTER).where(LETTER.c.purpose == "summary")).all()
    )}  # fmt: skip
    assert found == {"": (Lane.DIALOGUE, "case"), "t": (Lane.DIALOGUE, "")}


# --- whatever is planned ----------------------------------------------------------------------------------------------

_drafts = st.builds(
    Draft,
    text=st.just(""),
    chat=st.sampled_from("ab"),
    lane=st.sampled_from([Lane.URGENT, Lane.DIALOGUE, Lane.DIALOGUE, Lane.DIALOGUE, Lane.REMINDER]),
    kind=st.sampled_from([LetterKind.SAY, LetterKind.SAY, LetterKind.SAY, LetterKind.EDIT, LetterKind.RETIRE]),
    target=st.sampled_from(["", "nobody", "an earlier one"]),
    asked=st.sampled_from([False, False, False, True]),
    purpose=st.sampled_from(["", "card", "card", "details"]),
    id=st.just(""),
)
_steps = st.lists(st.tuples(st.floats(0, 15), st.lists(_drafts, min_size=10, max_size=40)), min_size=3, max_size=8)
_answers = st.lists(st.sampled_from([Later("busy"), Unknown("?"), Never("no", plain_may_help=True)]), max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=_steps, answers=_answers, edits=st.booleans())
def test_whatever_is_planned_no_chat_is_flooded_and_nothing_is_lost(
    steps: list[tuple[float, list[Draft]]], answers: list[Outcome], edits: bool
) -> None:
    """At most thirty unasked letters in any hour; alarms and answers leave at once; each letter arrives or is named in one that arrives."""
    with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as db:
        asyncio.run(_flood(db, steps, answers, replace(EVERYTHING, edits=edits)))


@contextmanager
def _database(folder: Path) -> Iterator[Database]:
    url = f"sqlite:///{folder / 'fuse.sqlite3'}"
    create_tables(url)
    database = Database(url)
    yield database
    database.close()


async def _flood(db: Database, steps: list[tuple[float, list[Draft]]], answers: list[Outcome], can: Any) -> None:
    hours = Hours(db, Vault([make_key()]), Wire(capabilities=can))
    for chat in "ab":
        hours.wire.will(chat, *answers)
    planned: dict[str, Draft] = {}
    async with hours.run():
        for minutes, drafts in steps:
            await hours.passes(minutes)
            made = _named(drafts, planned)
            begun = len(hours.sent)
            await hours.plans(*made)
            for _ in range(4):
                await hours.passes(minutes=0.01)  # what backs off comes again
            waiting = [d for d in made if (d.asked or d.lane is Lane.URGENT) and d.kind is LetterKind.SAY]
            sent = {letter.id for _at, letter in hours.sent[begun:]}
            assert [d for d in waiting if d.id not in sent and not answers] == []
        for _ in range(40):
            await hours.passes(minutes=5)
    _nobody_was_flooded(hours, planned, answers)
    await _nothing_was_lost(hours, planned)


def _named(drafts: list[Draft], planned: dict[str, Draft]) -> list[Draft]:
    """With ids in order, texts of their own, and targets among those of the same chat."""
    made = []
    for draft in drafts:
        earlier = [other.id for other in planned.values() if other.chat == draft.chat and other.kind is LetterKind.SAY]
        target = earlier[len(earlier) // 2] if earlier and draft.target == "an earlier one" else draft.target and "nobody"
        new = replace(draft, id=Draft().id, text=f"<{len(planned)}> {'z' * 80}", target=target if draft.kind is not LetterKind.SAY else "")
        planned[new.id] = new
        made.append(new)
    return made


def _nobody_was_flooded(hours: Hours, planned: dict[str, Draft], answers: list[Outcome]) -> None:
    for chat in "ab":
        arrived = []
        for number, (at, letter) in enumerate(sent for sent in hours.sent if sent[1].chat == chat):
            draft = planned.get(letter.id)
            counted = letter.kind is LetterKind.SAY and (draft is None or not (draft.asked or draft.lane is Lane.URGENT))
            refused = number < len(answers) and not isinstance(answers[number], Unknown)
            arrived += [at] if counted and not refused else []
        most = max((sum(start <= at <= start + PERIOD for at in arrived) for start in arrived), default=0)
        assert most <= SINGLES + SUMMARIES


async def _nothing_was_lost(hours: Hours, planned: dict[str, Draft]) -> None:
    def read(connection: sa.Connection) -> dict[str, tuple[Any, str]]:
        rows = connection.execute(sa.select(LETTER)).all()
        return {row.id: (row, open_letter(connection, hours.vault, row, LetterKind.SAY).letter.text) for row in rows}

    rows = await hours.db.run(read)
    for id_, draft in planned.items():
        row, _text = rows[id_]
        if row.state == LetterState.SUPERSEDED and row.reason.startswith("summary "):
            carrier, text = rows[row.reason.removeprefix("summary ")]
            assert (carrier.state, draft.text in text) == (LetterState.DELIVERED, True)
        elif row.state == LetterState.GIVEN_UP:
            assert row.reason in {"no", "unknown"} or (draft.kind is LetterKind.RETIRE and row.reason == "target")
        else:
            assert (row.state, row.reason) in {(LetterState.DELIVERED, ""), (LetterState.SUPERSEDED, "newer")}
