"""Telegram's limits, kept by a real outbox and the real mouth against a server that refuses whatever passes them."""

from bot.database import Database
from bot.vault import Vault
from models.talk import Lane
from tests.broadcast import Broadcast, by_outbox

LETTERS, BETWEEN, SCALE = 400, 10, 3.0


async def test_a_broadcast_is_never_refused_and_holds_nobody_up(db: Database, vault: Vault) -> None:
    """Four hundred letters, three times as fast as life: no 429, and alerts pass within a second of them, answers within two."""
    found = await Broadcast(by_outbox(db, vault), LETTERS, SCALE, between=BETWEEN).run()
    assert (found.refused, found.arrived) == (0, LETTERS + 3 * BETWEEN)
    assert found.most_before(Lane.URGENT) < 1
    assert found.most_before(Lane.DIALOGUE) < 2


async def test_several_letters_to_each_chat_are_never_refused(db: Database, vault: Vault) -> None:
    """Chats that are closed for their second step aside for the others."""
    found = await Broadcast(by_outbox(db, vault), 150, SCALE, chats=30, between=3).run()
    assert (found.refused, found.arrived) == (0, 159)
