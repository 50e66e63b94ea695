"""Telegram's mouth: letters to the wire through python-telegram-bot's ExtBot, without its rate limiter (the outbox paces).

Texts are sent as they are, without parse_mode: nothing that somebody typed can break a letter.
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

os.environ["PTB_TIMEDELTA"] = "1"  # before the library: without it the wait of a RetryAfter is a deprecated int, with a warning each

from telegram import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
)
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels import Delivered, FileGone, FileTooLarge, Never, Outcome, buttons
from bot.channels.telegram.guard import TokenRefused, Unreachable, hush
from bot.channels.telegram.limits import MAX_ALBUM, MAX_CAPTION, MAX_DOES, MAX_FILE, MAX_ROW, MAX_TEXT, MAX_TOAST
from bot.channels.telegram.outcomes import outcome, says
from models.talk import Button, FileRef, Letter, LetterKind, Picture

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

T = TypeVar("T")


def cut(text: str, most: int) -> str:
    """At most `most` UTF-16 units; what is cut ends in "…", never in half a character."""
    if len(text.encode("utf-16-le")) <= most * 2:
        return text
    return text.encode("utf-16-le")[: (most - 1) * 2].decode("utf-16-le", errors="ignore") + "…"


def keyboard(letter: Letter, *, styled: bool) -> InlineKeyboardMarkup | None:
    if not letter.buttons:
        return None
    keys = [
        InlineKeyboardButton(button.label, callback_data=button.data, style=(button.style or None) if styled else None)
        for button in letter.buttons
    ]
    columns = max(1, min(letter.columns, MAX_ROW))
    return InlineKeyboardMarkup([keys[start : start + columns] for start in range(0, len(keys), columns)])


def batches(pictures: Sequence[Picture]) -> list[list[Picture]]:
    """Photos together, ten to an album; voices and files one by one, because they may not be mixed."""
    photos = [picture for picture in pictures if picture.kind == "photo"]
    albums = [photos[start : start + MAX_ALBUM] for start in range(0, len(photos), MAX_ALBUM)]
    return albums + [[picture] for picture in pictures if picture.kind != "photo"]


class Mouth:
    def __init__(self, token: str, base: str, *, connect: float = 5, read: float = 20, write: float = 20) -> None:
        """Seconds: how long to wait for a connection, for an answer, for the request to leave."""
        base = base.rstrip("/")
        self._request = HTTPXRequest(
            connection_pool_size=32, connect_timeout=connect, read_timeout=read, write_timeout=write, pool_timeout=5, media_write_timeout=60
        )
        hush("telegram", "httpx", "httpcore")  # all imported by now, and the bot's first line would be its address
        # Never initialized: that would ask getMe and quote the token in its error. The request works without.
        self._bot: ExtBot[None] = ExtBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._by_kind: Mapping[LetterKind, Callable[[Letter], Awaitable[Outcome]]] = {
            LetterKind.SAY: self._say,
            LetterKind.EDIT: self._edit,
            LetterKind.RETIRE: self._retire,
            LetterKind.TOAST: self._toast,
            LetterKind.DELETE: self._delete,
            LetterKind.MENU: self._menu,
        }
        self._styles = True  # until a server shows that it does not know them

    async def close(self) -> None:
        await self._request.shutdown()

    async def send(self, letter: Letter) -> Outcome:
        """One attempt at one letter; what the platform says is told by the Outcome."""
        if letter.kind in {LetterKind.EDIT, LetterKind.RETIRE, LetterKind.DELETE} and not letter.target_external.isdecimal():
            return Never("the message to change is not known")
        try:
            return await self._by_kind[letter.kind](letter)
        except TelegramError as error:
            if letter.topic and isinstance(error, BadRequest) and says(error, "thread not found", "topic_closed", "topic_deleted"):
                return await self.send(replace(letter, topic=""))  # the room is still there, only its corner is not
            return outcome(error, letter)

    # --- one method a kind --------------------------------------------------------------------------------------------

    async def _say(self, letter: Letter) -> Outcome:
        if not letter.pictures:
            return await self._text(letter)
        parts = batches(letter.pictures)
        captioned = cut(letter.text, MAX_CAPTION) == letter.text and not (letter.buttons and len(parts[0]) > 1)
        first: Message | None = None
        for part in parts:
            with_text = captioned and first is None
            message = await self._pictures(letter, part, letter.text if with_text else None)
            first = first or message
        if not captioned:
            # An album carries no buttons and a caption is short: the text follows, and is what later edits aim at.
            # Should it fail, the pictures go twice: rather twice than a letter without its text.
            return await self._text(letter)
        return Delivered(str(first.message_id) if first else "")

    async def _text(self, letter: Letter) -> Outcome:
        message = await self._styled(
            letter,
            lambda markup: self._bot.send_message(
                text=cut(letter.text, MAX_TEXT), reply_markup=markup, link_preview_options=NO_PREVIEW, **_where(letter)
            ),
        )
        return Delivered(str(message.message_id))

    async def _pictures(self, letter: Letter, part: list[Picture], caption: str | None) -> Message:
        """The first message of the part. Buttons hang on what carries the caption."""
        if len(part) > 1:
            media = [InputMediaPhoto(picture.body, filename=picture.name or None) for picture in part]
            return (await self._bot.send_media_group(media=media, caption=caption, **_where(letter)))[0]
        picture, where = part[0], _where(letter)
        name = picture.name or None

        def send(markup: InlineKeyboardMarkup | None) -> Awaitable[Message]:
            if picture.kind == "photo":
                return self._bot.send_photo(photo=picture.body, filename=name, caption=caption, reply_markup=markup, **where)
            if picture.kind == "voice":
                return self._bot.send_voice(voice=picture.body, filename=name, caption=caption, reply_markup=markup, **where)
            return self._bot.send_document(document=picture.body, filename=name, caption=caption, reply_markup=markup, **where)

        return await self._styled(letter if caption is not None else replace(letter, buttons=()), send)

    async def _edit(self, letter: Letter) -> Outcome:
        target: dict[str, Any] = {"chat_id": letter.chat, "message_id": int(letter.target_external)}
        try:
            await self._styled(
                letter,
                lambda markup: self._bot.edit_message_text(
                    text=cut(letter.text, MAX_TEXT), reply_markup=markup, link_preview_options=NO_PREVIEW, **target
                ),
            )
        except BadRequest as error:
            if not says(error, "no text in the message to edit"):
                raise
            caption = cut(letter.text, MAX_CAPTION)  # it went out as the caption of a picture
            await self._styled(letter, lambda markup: self._bot.edit_message_caption(caption=caption, reply_markup=markup, **target))
        return Delivered(letter.target_external)

    async def _retire(self, letter: Letter) -> Outcome:
        await self._bot.edit_message_reply_markup(chat_id=letter.chat, message_id=int(letter.target_external), reply_markup=None)
        return Delivered(letter.target_external)

    async def _toast(self, letter: Letter) -> Outcome:
        """Without a text it only stops the little clock on the button."""
        await self._bot.answer_callback_query(letter.target_external, text=cut(letter.text, MAX_TOAST) or None)
        return Delivered(letter.target_external)

    async def _delete(self, letter: Letter) -> Outcome:
        await self._bot.delete_message(chat_id=letter.chat, message_id=int(letter.target_external))
        return Delivered(letter.target_external)

    async def _menu(self, letter: Letter) -> Outcome:
        """The commands on offer in this chat alone, in its person's language; without any it is offered what everybody is."""
        scope = BotCommandScopeChat(letter.chat)
        commands = [BotCommand(word, cut(button.label, MAX_DOES)) for button in letter.buttons if (word := _word(button))]
        if commands:
            await self._bot.set_my_commands(commands, scope=scope)
        else:
            await self._bot.delete_my_commands(scope=scope)
        return Delivered()

    async def _styled(self, letter: Letter, send: Callable[[InlineKeyboardMarkup | None], Awaitable[T]]) -> T:
        """Once more without button colours where a server older than Bot API 9.4 refuses them; it is not asked again."""
        try:
            return await send(keyboard(letter, styled=self._styles))
        except BadRequest as error:
            coloured = self._styles and any(button.style for button in letter.buttons)
            if not (coloured and says(error, "style", "inline keyboard", "reply markup", "button_")):
                raise
        sent = await send(keyboard(letter, styled=False))
        self._styles = False
        return sent

    # --- what is not a letter -----------------------------------------------------------------------------------------

    async def identity(self) -> str:
        """The bot's user name. Raises TokenRefused, or Unreachable."""
        try:
            return (await self._bot.get_me()).username or ""
        except InvalidToken:
            raise TokenRefused("Telegram refused the token (401): check BAONGAY_TELEGRAM_TOKEN") from None
        except TelegramError as error:
            raise Unreachable(f"Telegram cannot be asked: {type(error).__name__}") from None

    async def fetch(self, file: FileRef) -> bytes:
        """The file's bytes. Its address holds the token, so no error of the libraries leaves here."""
        if (file.size or 0) > MAX_FILE:
            raise FileTooLarge(f"{file.size} bytes")
        try:
            found = await self._bot.get_file(file.ref)
        except BadRequest as error:
            raise (FileTooLarge if says(error, "file is too big") else FileGone)("Telegram does not hand it out") from None
        except TelegramError as error:
            raise Unreachable(f"Telegram cannot be asked for a file: {type(error).__name__}") from None
        if (found.file_size or 0) > MAX_FILE:
            raise FileTooLarge(f"{found.file_size} bytes")
        try:
            body = bytes(await found.download_as_bytearray(read_timeout=60))
        except (BadRequest, InvalidToken) as error:
            if says(error, "unauthorized"):
                raise Unreachable("Telegram refused the token for a file") from None
            raise FileGone("Telegram no longer has it") from None  # the library says InvalidToken for any 404
        except NetworkError as error:
            raise Unreachable(f"a file cannot be downloaded: {type(error).__name__}") from None
        if len(body) > MAX_FILE:
            raise FileTooLarge(f"{len(body)} bytes")
        return body


def _word(button: Button) -> str:
    """The command that a line of a menu stands for."""
    return (buttons.decode(button.data) or (0, ""))[1]


def _where(letter: Letter) -> dict[str, Any]:
    return {
        "chat_id": letter.chat,
        "message_thread_id": int(letter.topic) if letter.topic.isdecimal() else None,
        "disable_notification": letter.silent or None,
        "protect_content": letter.protect or None,
    }
