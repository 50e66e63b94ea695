"""Ten thousand letters at Telegram's real figures: nothing is refused, and what matters does not wait behind them."""

import os
from pathlib import Path

import pytest
import structlog

from bot.database import Database
from bot.vault import Vault, make_key
from models.talk import Lane
from tests.broadcast import Broadcast, by_outbox, table
from tests.databases import create_tables

LETTERS = int(os.environ.get("BAONGAY_PROVE_LETTERS", "10000"))


@pytest.mark.prove
async def test_a_broadcast_of_ten_thousand_holds_nobody_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server that keeps Telegram's limits refuses nothing; less than a second of letters pass an urgent one, less than two an answer."""
    url = f"sqlite:///{tmp_path / 'baongay.sqlite3'}"
    create_tables(url)
    db = Database(url)
    with structlog.testing.capture_logs():  # a line a letter
        found = await Broadcast(by_outbox(db, Vault([make_key()])), LETTERS, between=LETTERS // 100).run()
    db.close()
    with capsys.disabled():
        print("", *table(found), sep="\n")
    assert (found.refused, found.arrived) == (0, LETTERS + 3 * (LETTERS // 100))
    assert found.most_before(Lane.URGENT) < 1
    assert found.most_before(Lane.DIALOGUE) < 2
