"""The commands that a bot offers, by scope and language, as strict as the platform: https://core.telegram.org/bots/api#botcommandscope ."""

import json
import re
from collections.abc import Mapping

from tests.emulators.telegram_chats import Chat, Json, bad, units

_GENERAL = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}


class Menus:
    """`seen` is what a person is offered in a chat, whose app speaks a language."""

    def __init__(self, chats: Mapping[int, Chat]) -> None:
        self._chats = chats
        self._set: dict[tuple[str, str, str], list[Json]] = {}  # by (scope, chat, language)

    def put(self, params: Mapping[str, str]) -> bool:
        commands = json.loads(params.get("commands") or "[]")
        if not 1 <= len(commands) <= 100:
            raise bad("BOT_COMMANDS_TOO_MUCH" if commands else "commands must be non-empty")
        if any(not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")) for command in commands):
            raise bad("BOT_COMMAND_INVALID")
        if any(not 1 <= units(command.get("description", "")) <= 256 for command in commands):
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        if len({command["command"] for command in commands}) < len(commands):
            raise bad("BOT_COMMAND_DUPLICATED")
        self._set[self._key(params)] = commands
        return True

    def delete(self, params: Mapping[str, str]) -> bool:
        self._set.pop(self._key(params), None)
        return True

    def get(self, params: Mapping[str, str]) -> list[Json]:
        return self._set.get(self._key(params), [])

    def seen(self, chat: Chat, language: str) -> dict[str, str]:
        """Command -> description, by the platform's order: this chat before all of its kind before the default, and in each the language
        before none."""
        general = ("all_private_chats" if chat.kind == "private" else "all_group_chats", "default")
        scopes = [("chat", str(chat.id)), *((scope, "") for scope in general)]
        for scope, where in scopes:
            for spoken in (language, ""):
                if found := self._set.get((scope, where, spoken)):
                    return {command["command"]: command["description"] for command in found}
        return {}

    def _key(self, params: Mapping[str, str]) -> tuple[str, str, str]:
        language = params.get("language_code", "")
        if language and not re.fullmatch(r"[a-z]{2}", language):
            raise bad("LANGUAGE_CODE_INVALID")
        scope = json.loads(params.get("scope") or '{"type": "default"}')
        if scope["type"] == "chat":
            chat = self._chats.get(int(scope.get("chat_id") or 0))
            if chat is None or chat.bot == "never":
                raise bad("chat not found")
            return "chat", str(chat.id), language
        if scope["type"] not in _GENERAL:
            raise bad("unsupported BotCommandScope specified")
        return scope["type"], "", language
