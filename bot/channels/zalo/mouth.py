"""Zalo's mouth: letters as plain text. Choices become numbered lines, long texts go in parts, pictures are not sent (they stand behind links
elsewhere). Without parse_mode: nothing that somebody typed can break a letter."""

from dataclasses import replace

from bot.channels import Delivered, Gone, Never, Outcome
from bot.channels.numbered import listed
from bot.channels.zalo.client import Client, NoAnswer, NotSent, Refused
from bot.channels.zalo.limits import MAX_TEXT
from bot.channels.zalo.outcomes import outcome
from bot.channels.zalo.split import split
from models.talk import Letter, LetterKind

MAX_BEGUN = 500  # letters; one that was forgotten goes whole again: rather twice than not


class Mouth:
    def __init__(self, client: Client, channel: str) -> None:
        self._client, self._channel = client, channel
        self._begun: dict[str, tuple[list[str], int]] = {}  # letter id: its parts, and how many of them have arrived

    async def send(self, letter: Letter) -> Outcome:
        """One attempt at one letter; what the platform says is told by the Outcome. A letter that stopped in the middle goes on where it
        stopped, as long as this process lives."""
        if letter.kind is not LetterKind.SAY:
            return Never("impossible here")
        parts = split(as_text(letter), MAX_TEXT)
        if not parts:
            return Delivered(messages=0)
        said, arrived = self._begun.pop(letter.id, (parts, 0))
        stopped = await self._say(letter, parts, arrived if said == parts else 0)  # other parts: the second, plain try of this letter
        return replace(stopped, messages=len(parts)) if isinstance(stopped, Delivered) else stopped

    async def _say(self, letter: Letter, parts: list[str], arrived: int) -> Outcome:
        """From the first part that has not arrived on; remembers how far it came if it has to stop."""
        last = ""
        for number in range(arrived, len(parts)):
            try:
                last = _message_id(await self._client.call("sendMessage", {"chat_id": letter.chat, "text": parts[number]}))
            except (Refused, NotSent, NoAnswer) as error:
                stopped = outcome(error, self._channel)
                if number and not isinstance(stopped, Never | Gone):
                    self._remember(letter.id, parts, number)
                return stopped
        return Delivered(last)

    def _remember(self, letter: str, parts: list[str], arrived: int) -> None:
        self._begun[letter] = (parts, arrived)
        if len(self._begun) > MAX_BEGUN:
            del self._begun[next(iter(self._begun))]


def as_text(letter: Letter) -> str:
    """The letter's text, and below it what can be chosen."""
    return "\n\n".join(part for part in (letter.text, "\n".join(listed(letter.buttons))) if part)


def _message_id(sent: object) -> str:
    found = sent.get("message_id") if isinstance(sent, dict) else None
    return str(found)[:128] if isinstance(found, str | int) else ""
