"""What Telegram offers while somebody types "/", where nothing was set for the chat itself. No chat library."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Menu:
    """`groups`: for all groups, else for all private chats. `language`: two letters, or "" for whoever has no menu in their own.
    `commands`: (word without slash, what it does)."""

    groups: bool
    language: str
    commands: tuple[tuple[str, str], ...]
