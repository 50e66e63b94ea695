"""People of the kill proof: each reports, answers whatever is asked, and never says anything twice."""

import asyncio
import random
from dataclasses import dataclass, field

from tests.emulators.telegram import TelegramServer
from tests.emulators.telegram_chats import Sent
from tests.emulators.telegram_people import Person

AVOID = ("Quay lại", "Tôi chọn nhầm", "Sửa lại", "Phường khác", "Không có ảnh", "Giữ nguyên", "Huỷ", "Dừng", "Viết tiếp", "Bỏ qua")
WORDS = ("số 8 ngõ 12", "tối qua", "cháu bị đau tay", "tổ 5", "0912 345 678")


@dataclass
class Reporter:
    """One person. `begun`: how often "bao cao" was said; `codes`: of the receipts; `told`: the words of each report, by code."""

    server: TelegramServer
    person: Person
    dice: random.Random
    patience: float
    begun: int = 0
    codes: list[str] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    mark: int = 0

    async def report(self) -> None:
        """One whole report, from "bao cao" to its receipt."""
        self.mark = len(self.person.chat.messages)
        self.begun += 1
        await self.person.writes("/baocao")
        for _ in range(60):
            question = await self._next()
            if "Mã vụ việc" in question.text:
                self.codes.append(_code(question.text))
                return
            await self._answer(question)
        raise AssertionError(f"a report without end: {self.person.chat.texts[-3:]}")

    async def _next(self) -> Sent:
        """The next thing that was asked and not answered yet; a question that came twice is one question."""

        def find() -> Sent | None:
            for message in self.person.chat.messages[self.mark :]:
                if message.by_bot and self._key(message) not in self.seen and _asks(message):
                    return message
            return None

        message = await self.server.wait_for(find, self.patience)
        assert message is not None
        self.seen.add(self._key(message))
        return message

    @staticmethod
    def _key(message: Sent) -> tuple[str, ...]:
        return (message.text if not message.buttons else "", *(button.data for row in message.buttons for button in row))

    async def _answer(self, question: Sent) -> None:
        labels = [label for label in question.labels if not any(label.startswith(word) for word in AVOID)]
        send = next((label for label in labels if label.startswith("GỬI NGAY")), None)
        if send or labels:
            await self.person.presses(question, send or self.dice.choice(labels))
        elif any(label.startswith("Không có ảnh") for label in question.labels):
            await self.person.presses(question, next(label for label in question.labels if label.startswith("Không có ảnh")))
        else:
            await self.person.writes(self.dice.choice(WORDS))
        await asyncio.sleep(self.dice.uniform(0, 0.3))


def _asks(message: Sent) -> bool:
    """Questions and receipts; not the alert, nudges or news, which want no answer."""
    labels = message.labels
    return "Mã vụ việc" in message.text or any(not label.startswith("Tôi chọn nhầm") for label in labels)


def _code(text: str) -> str:
    start = text.index("VV-")
    return text[start : start + 12]
