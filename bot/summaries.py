"""One letter that stands for many: a line for each, and how to act by typing. Nothing of what it stands for is lost or sent twice.

The summary is a row of its own, made in the transaction that closes the others ("summary <its id>"). It is tried again like any letter. Not one
of the others carries it: what is still to edit, retire or delete one of those must not meet the summary.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.channels import Capabilities
from bot.channels.buttons import decode
from bot.conversations import locale_of
from bot.delivery import Close, way
from bot.letters import PLAIN_TEXT, Unreadable, open_letter, shortened
from bot.rendering import Renderer
from bot.vault import Vault
from models import letter
from models.held import gatherable, open_summaries, release
from models.ids import new_id
from models.letter import LETTER, OPEN_STATES, SUMMARY, Around, LetterState
from models.talk import Lane, Letter, LetterKind, Text, msg

MOST = PLAIN_TEXT  # characters: its second, plain try must not cut off what it names
LINE = 100  # characters of a letter's first line


@dataclass(frozen=True, slots=True)
class _Part:
    """A letter that is to become a line."""

    row: sa.Row[Any]
    letter: Letter

    def line(self) -> str:
        first = next((line.strip() for line in self.letter.text.splitlines() if line.strip()), "…")
        return f"• {shortened(first, LINE)}" + ("" if self.row.retired else self._typed())

    def _typed(self) -> str:
        """The first thing that can be done with it by typing."""
        actions = (button.typed for button in self.letter.buttons if button.typed and (decode(button.data) or (1, ""))[0] == 0)
        typed = next(actions, "")
        return f" → {typed}" if typed else ""


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Makes summaries for one channel at one moment (real time)."""

    db: sa.Connection
    vault: Vault
    channel: str
    can: Capabilities
    zone: ZoneInfo
    now: datetime

    def gather(self, chat: str, fastest: Lane) -> list[str]:
        """The chat's summary may leave: one that was made before, else what waits there of this lane or slower, as far as it fits on one
        letter. What waits alone leaves as it is. Returns the ids of what may leave now."""
        made = open_summaries(self.db, self.channel, chat)
        if made:
            release(self.db, made, self.now)
            return made
        parts = self._parts(gatherable(self.db, self.channel, chat, fastest, self.now))
        edited = {part.row.target for part in parts if part.row.kind == LetterKind.EDIT}
        shown = [part for part in parts if part.row.id not in edited]
        if len(shown) == 1:
            release(self.db, [shown[0].row.id], self.now)
            self._close([part.row for part in parts if part.row.id in edited], "newer")
            return [shown[0].row.id]
        return [self._sum_up(parts, shown)] if shown else []

    def _parts(self, rows: Sequence[sa.Row[Any]]) -> list[_Part]:
        """What can stand in a summary: an edit that would really edit is none of the letters that disturb anybody."""
        around, ids = letter.around(self.db, rows), {row.id for row in rows}
        parts = []
        for row in rows:
            about = around.get(row.id, Around())
            to = way(row, about, self.can, self.now, toasted=False)
            if isinstance(to, Close):
                self._close([row], to.reason)
            elif to.kind is LetterKind.SAY and not _follows_one_outside(about, ids) and (part := self._opened(row)) is not None:
                parts.append(part)
        return parts

    def _opened(self, row: sa.Row[Any]) -> _Part | None:
        try:
            opened = open_letter(self.db, self.vault, row, LetterKind.SAY)
        except Unreadable:  # the claim gives it up
            return None
        return None if opened.attachments else _Part(row, opened.letter)

    def _sum_up(self, parts: Sequence[_Part], shown: Sequence[_Part]) -> str:
        render = Renderer(locale_of(self.db, shown[0].row.conversation), self.zone, str)
        room, lines = MOST - len(render(heading(len(shown)))), []
        for part in shown:
            room -= len(part.line()) + 1
            if room < 0:
                break
            lines.append(part.line())
        taken = [part.row for part in shown[: len(lines)]]
        replaced = {row.target for row in taken if row.kind == LetterKind.EDIT}
        made = self._insert(taken, "\n".join([render(heading(len(taken))), *lines]))
        self._close(taken, f"{SUMMARY} {made}")
        self._close([part.row for part in parts if part.row.id in replaced], "newer")
        return made

    def _insert(self, rows: Sequence[sa.Row[Any]], text: str) -> str:
        """In the fastest lane of what it stands for: it must be tried as long as any of them would be."""
        made, first = new_id(), rows[0]
        body = json.dumps({"text": text, "buttons": [], "columns": 1, "attachments": []}, ensure_ascii=False).encode()
        sealed = self.vault.seal(self.db, f"conversation:{first.conversation}", "letter.body", made, body)
        same = {name: getattr(first, name) for name in ("conversation", "channel", "chat", "topic", "is_group", "created_at")}
        about = next((row.about for row in rows if row.about), "")  # taken away with its case where an account is cut
        own = {
            "id": made, "lane": min(row.lane for row in rows), "kind": str(LetterKind.SAY), "purpose": SUMMARY, "about": about, "target": "",
            "body": sealed, "silent": all(row.silent for row in rows), "protect": False, "plain": False, "retired": False,
            "state": str(LetterState.PLANNED), "attempts": 0, "not_before": self.now, "external_id": "", "reason": "", "asked": False,
            "copy_of": "",
        }  # fmt: skip
        self.db.execute(sa.insert(LETTER), [same | own])
        return made

    def _close(self, rows: Sequence[sa.Row[Any]], reason: str) -> None:
        for row in rows:
            letter.change(self.db, row.id, {"state": LetterState.SUPERSEDED, "reason": reason, "lease_until": None})


def _follows_one_outside(about: Around, ids: set[str]) -> bool:
    """It edits a letter that is still to go out by itself: it waits for that one."""
    return about.target is not None and about.target.state in OPEN_STATES and about.target.id not in ids


def heading(count: int) -> Text:
    """The first line of a summary."""
    return msg("📋 %(count)s messages in one, because there are many just now:", count=count)
