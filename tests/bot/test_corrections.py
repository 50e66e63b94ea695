"""Corrections of a report: whatever is changed and handed in again, in any order, the recipient reads what was handed in, and the trail leads there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alone import alone
from bot.apply.forms import put_answer
from bot.engine import Engine
from bot.expected_rows import ROWS, as_expected, wanted
from bot.expected_rows import insert as insert_expected
from bot.gather.drafts import read_draft
from bot.gather.reading import Reading
from bot.gather.reports import corrections
from bot.vault import Vault, make_key
from models.commands import PutAnswer
from models.expected import EXPECTED
from models.submission import SUBMISSION
from models.tables import METADATA
from models.talk import Json
from tests.bot.reports import SPRING
from tests.driver import FORMS, PLAN

QUESTIONS = ("tong_tre_em", "tong_nam", "ghi_chu")
MOVES = st.lists(st.none() | st.tuples(st.sampled_from(QUESTIONS), st.none() | st.integers(0, 2)), max_size=14)
"""None hands it in; else a question gets an answer, None is a skip."""


@pytest.fixture(scope="module")
def memory() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as db:
        yield db


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_the_trail_leads_from_what_was_first_handed_in_to_what_stands(memory: sa.Connection, moves: list[tuple[str, Json] | None]) -> None:
    """And nothing that is still being typed is read by anybody else."""
    clock = [SPRING]
    engine = Engine(PLAN, FORMS, Vault([make_key()]), PLAN.zone, lambda: clock[0])
    insert_expected(memory, engine, 1, [next(wanted(PLAN))])
    row = memory.execute(sa.select(EXPECTED.c.id)).scalar_one()
    submission = {"id": "s", "form": "bo_chi_tieu", "version": 1, "form_hash": "", "expected": row, "conversation": "c", "state": "draft"}
    memory.execute(sa.insert(SUBMISSION).values(**submission, created_at=SPRING))
    live, first, stands = dict[str, Json](), dict[str, Json](), dict[str, Json]()
    handed = False
    for move in moves:
        clock[0] += timedelta(minutes=1)
        if move is not None:
            put_answer(alone(memory, engine, "test"), PutAnswer("s", move[0], move[1], skipped=move[1] is None))
            live[move[0]] = move[1]
            continue
        stands, first, handed = dict(live), first if handed else dict(live), True
        at = {"first_at": sa.func.coalesce(EXPECTED.c.first_at, clock[0]), "handed_at": clock[0], "submission": "s", "state": "handed_in"}
        memory.execute(sa.update(EXPECTED).values(**at))
    found = as_expected(memory, engine, memory.execute(ROWS).one())
    writing = alone(memory, engine, "test")
    trail = corrections(Reading(memory, engine, writing.incoming, writing.talk, {"expected": found}))
    filed = read_draft(memory, engine, "s", filed=True)
    assert filed is not None
    assert {name: given.value for name, given in filed.answers.items()} == stands
    for one in trail:
        assert one.before == first.get(one.question)
        first[one.question] = one.after
    assert {name: value for name, value in first.items() if value is not None} == {
        name: value for name, value in stands.items() if value is not None
    }
    memory.rollback()
