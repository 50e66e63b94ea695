"""Telegram's rates, as far as it names them: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this .

Who asks for them (`TelegramServer(limits=Limits())`) is refused with 429 as soon as one of them is passed.
"""

import math
from collections import deque
from dataclasses import dataclass, field

COUNTED = frozenset({
    "sendmessage", "sendphoto", "sendvoice", "senddocument", "sendmediagroup",
    "editmessagetext", "editmessagecaption", "editmessagereplymarkup",
})  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Messages and edits: altogether in any second, to one group in any minute, to one chat a second with a short burst. `scale`: how many
    times faster than real time all of it runs."""

    per_second: int = 30
    per_group_minute: int = 20
    per_chat_second: float = 1.0
    chat_burst: int = 3
    scale: float = 1.0


@dataclass
class _Span:
    """So many in any span of seconds, counted by their moments."""

    most: int
    seconds: float
    moments: deque[float] = field(default_factory=deque)

    def wait(self, count: int, now: float) -> float:
        while self.moments and self.moments[0] <= now - self.seconds:
            self.moments.popleft()
        over = len(self.moments) + count - self.most
        return self.moments[min(over, len(self.moments)) - 1] + self.seconds - now if over > 0 and self.moments else 0.0

    def take(self, count: int, now: float) -> None:
        self.moments.extend([now] * count)


@dataclass
class _Bucket:
    """`most` at once, refilled at `rate` a second. An album may take more than there is; the next one waits for it."""

    most: float
    rate: float
    held: float
    at: float

    def wait(self, _count: int, now: float) -> float:
        self.held, self.at = min(self.most, self.held + (now - self.at) * self.rate), now
        return max(0.0, (1 - self.held) / self.rate)

    def take(self, count: int, _now: float) -> None:
        self.held -= count


class Gate:
    """Lets requests in or says how long to wait. `refused` has the chat of every refusal; `passed` the moments of what was let in."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = _Span(limits.per_second, 1 / limits.scale)
        self._groups: dict[str, _Span] = {}
        self._chats: dict[str, _Bucket] = {}
        self.refused: list[str] = []

    def retry_after(self, method: str, chat: str, count: int, now: float) -> int:
        """0: let in, and counted. Whole seconds otherwise, at least one, as the platform tells them. `now` in seconds."""
        if method not in COUNTED:
            return 0
        limits, budgets = self._limits, [self._all, self._chat(chat, now)]
        if chat.startswith("-"):
            budgets.append(self._groups.setdefault(chat, _Span(limits.per_group_minute, 60 / limits.scale)))
        wait = max(budget.wait(count, now) for budget in budgets)
        if wait > 0:
            self.refused.append(chat)
            return max(1, math.ceil(wait))
        for budget in budgets:
            budget.take(count, now)
        return 0

    def _chat(self, chat: str, now: float) -> _Span | _Bucket:
        limits = self._limits
        if chat not in self._chats:
            self._chats[chat] = _Bucket(limits.chat_burst, limits.per_chat_second * limits.scale, limits.chat_burst, now)
        return self._chats[chat]
