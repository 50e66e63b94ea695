"""What Telegram's refusals mean for a letter. One table, read from the top; the first row that fits decides.

| error                                            | outcome                                                        |
|--------------------------------------------------|----------------------------------------------------------------|
| RetryAfter                                       | Later, exactly as long as Telegram says                        |
| BadRequest or Forbidden, of a menu               | Never, whatever it says                                        |
| ChatMigrated                                     | Gone, with the new id                                          |
| Forbidden                                        | Gone                                                           |
| BadRequest (a subclass of NetworkError)          | Delivered where what was wanted is already so; Gone for an     |
|                                                  | unknown chat or one where we may not write; else Never         |
| TimedOut while connecting or waiting for a place | Later: it never left                                           |
| TimedOut while writing or reading                | Unknown                                                        |
| NetworkError before the request left             | Later (refused, no such host, 429 without a time)              |
| NetworkError, 413                                | Never: the same body will be too large tomorrow                |
| NetworkError otherwise, 5xx too                  | Unknown                                                        |
| InvalidToken (401, 404)                          | Later for the whole channel                                    |
| anything else of the platform                    | Unknown                                                        |

Telegram documents no error codes beyond the HTTP status: its words are all there is, compared in lower case because python-telegram-bot
changes their capitals.
"""

import datetime as dt
import logging

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels import Delivered, Gone, Later, Never, Outcome, Unknown
from bot.channels.telegram.guard import scrub
from models.talk import Letter, LetterKind

log = logging.getLogger(__name__)

# What was wanted is already so.
_ALREADY = {
    LetterKind.EDIT: ("message is not modified",),
    LetterKind.RETIRE: ("message is not modified", "message to edit not found", "message_id_invalid"),
    LetterKind.DELETE: ("message to delete not found", "message_id_invalid"),
}
# Nothing will reach this chat, whatever the letter.
_NO_CHAT = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights to send text messages",
    "have no rights to send a message",
)
# Another form of the same letter may pass: short, without buttons and pictures.
_PLAIN_MAY_HELP = (
    "can't parse",
    "too long",
    "too_long",
    "button_",
    "reply markup",
    "photo_",
    "not enough rights to send",  # photos, voice notes, files: a text may pass (texts themselves are in the list above)
    "image_process_failed",
    "wrong type of the web page content",
    "voice_messages_forbidden",
)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


def words(error: TelegramError) -> str:
    """Telegram's own words, lower case."""
    return error.message.lower()


def says(error: TelegramError, *fragments: str) -> bool:
    return any(fragment in words(error) for fragment in fragments)


def outcome(error: TelegramError, letter: Letter) -> Outcome:
    if isinstance(error, RetryAfter):
        # A toast goes to no chat: its 429 is about the bot as a whole.
        return Later(type(error).__name__, wait=_seconds(error), whole_channel=letter.kind == LetterKind.TOAST)
    if letter.kind == LetterKind.MENU and isinstance(error, BadRequest | Forbidden):
        return Never(_reason(error))  # it says nothing of whether letters reach that chat
    if isinstance(error, ChatMigrated):
        return Gone("the group has a new id", moved_to=str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return Gone(_reason(error))
    if isinstance(error, BadRequest):
        return _refused(error, letter)
    if isinstance(error, NetworkError):  # TimedOut is one
        return _broken(error)
    if isinstance(error, InvalidToken):
        log.error("telegram: the token was refused: check BAONGAY_TELEGRAM_TOKEN and BAONGAY_TELEGRAM_API_BASE; nothing can be sent")
        return Later("token refused", whole_channel=True)
    return Unknown(type(error).__name__)


def _seconds(error: RetryAfter) -> dt.timedelta:
    wait = error.retry_after
    return wait if isinstance(wait, dt.timedelta) else dt.timedelta(seconds=wait)


def _refused(error: BadRequest, letter: Letter) -> Outcome:
    if says(error, *_ALREADY.get(letter.kind, ())):
        return Delivered(letter.target_external)
    if says(error, *_NO_CHAT):
        return Gone(_reason(error))
    return Never(_reason(error), plain_may_help=says(error, *_PLAIN_MAY_HELP))


def _broken(error: NetworkError) -> Outcome:
    """The text of a network error may hold an address or a whole answer, so only its kind is told."""
    cause = error.__cause__
    reason = type(cause if cause is not None else error).__name__
    if isinstance(cause, _NEVER_LEFT):
        return Later(reason)
    if says(error, "too many requests"):
        return Later("429")
    if says(error, "entity too large"):
        return Never("413", plain_may_help=True)
    return Unknown(reason)


def _reason(error: TelegramError) -> str:
    return scrub(error.message)[:200]
