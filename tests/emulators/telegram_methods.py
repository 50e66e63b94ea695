"""The methods of the Bot API, as strict as the platform: https://core.telegram.org/bots/api ."""

import json
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_chats import BOT_ID, Button, Chat, File, Json, Refused, Sent, bad, units

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramServer

MAX_DOWNLOAD = 20 << 20
TWO_DAYS = 48 * 3600


class Methods:
    """`call` runs one method on what the server remembers."""

    def __init__(self, server: "TelegramServer") -> None:
        self._server = server
        self._by_name: dict[str, Callable[[Mapping[str, str], Mapping[str, File]], Any]] = {
            "getme": self._get_me,
            "sendmessage": self._send_message,
            "sendphoto": self._send_photo,
            "sendvoice": self._send_voice,
            "senddocument": self._send_document,
            "sendmediagroup": self._send_media_group,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "editmessagereplymarkup": self._edit_markup,
            "deletemessage": self._delete,
            "answercallbackquery": self._answer,
            "getfile": self._get_file,
            "setmycommands": lambda params, _files: server.menus.put(params),
            "deletemycommands": lambda params, _files: server.menus.delete(params),
            "getmycommands": lambda params, _files: server.menus.get(params),
            "setwebhook": lambda params, _files: server.hook.put(params),
            "deletewebhook": lambda params, _files: server.hook.delete(params),
            "getwebhookinfo": lambda _params, _files: server.hook.info(),
        }

    def knows(self, name: str) -> bool:
        return name in self._by_name

    def call(self, name: str, params: Mapping[str, str], files: Mapping[str, File]) -> Any:
        return self._by_name[name](params, files)

    # --- what messages need -------------------------------------------------------------------------------------------

    def _chat(self, params: Mapping[str, str]) -> Chat:
        if not params.get("chat_id"):
            raise bad("chat_id is empty")
        chat = self._server.chats.get(int(params["chat_id"]))
        if chat is None:
            raise bad("chat not found")
        chat.check_writable()
        return chat

    def _buttons(self, params: Mapping[str, str]) -> list[list[Button]]:
        if not params.get("reply_markup"):
            return []
        rows = json.loads(params["reply_markup"]).get("inline_keyboard", [])
        buttons = [[self._button(raw) for raw in row] for row in rows]
        if sum(map(len, buttons)) > 100 or any(len(row) > 8 for row in buttons):
            raise bad("reply markup is too long")
        return buttons

    def _button(self, raw: Json) -> Button:
        if not raw.get("text"):
            raise bad("can't parse inline keyboard button: Text must be non-empty")
        if not 1 <= len(raw.get("callback_data", "").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
        style = raw.get("style", "")
        if style and (not self._server.knows_styles or style not in {"danger", "success", "primary"}):
            raise bad("can't parse inline keyboard button: unsupported style")
        return Button(raw["text"], raw["callback_data"], style)

    def _post(self, params: Mapping[str, str], text: str, kind: str = "text", file: File | None = None, album: str = "") -> Sent:
        chat = self._chat(params)
        topic = params.get("message_thread_id", "")
        if topic and topic not in chat.topics:
            raise bad("message thread not found")
        return self._server.record(
            Sent(
                id=self._server.next_message_id(chat),
                chat=chat,
                sender=self._server.me,
                text=text,
                kind=kind,
                buttons=self._buttons(params),
                file=file,
                topic=topic,
                silent=params.get("disable_notification") == "true",
                protected=params.get("protect_content") == "true",
                preview=not json.loads(params.get("link_preview_options") or "{}").get("is_disabled", False),
                album=album,
                extra=self._server.content(kind, file),
            )
        )

    @staticmethod
    def _text(params: Mapping[str, str]) -> str:
        text = params.get("text", "").strip()
        if not text:
            raise bad("message text is empty")
        if units(text) > 4096:
            raise bad("message is too long")
        if params.get("parse_mode"):
            raise bad("can't parse entities: this emulator takes plain text only")
        return text

    @staticmethod
    def _caption(params: Mapping[str, Any]) -> str:
        caption = str(params.get("caption") or "")
        if units(caption) > 1024:
            raise bad("message caption is too long")
        return caption

    # --- sending ------------------------------------------------------------------------------------------------------

    def _get_me(self, _params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        return {**self._server.me, "can_join_groups": True, "can_read_all_group_messages": not self._server.privacy}

    def _send_message(self, params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        self._chat(params)
        return self._post(params, self._text(params)).json()

    def _send_photo(self, params: Mapping[str, str], files: Mapping[str, File]) -> Json:
        return self._send_file(params, files, "photo", 10 << 20)

    def _send_voice(self, params: Mapping[str, str], files: Mapping[str, File]) -> Json:
        return self._send_file(params, files, "voice", 50 << 20)

    def _send_document(self, params: Mapping[str, str], files: Mapping[str, File]) -> Json:
        return self._send_file(params, files, "document", 50 << 20)

    def _send_file(self, params: Mapping[str, str], files: Mapping[str, File], kind: str, most: int) -> Json:
        self._chat(params)
        file = self._file(params.get(kind, f"attach://{kind}"), files)
        if file.size > most:
            raise Refused(413, "Request Entity Too Large")
        return self._post(params, self._caption(params), kind, file).json()

    def _file(self, reference: str, files: Mapping[str, File]) -> File:
        name = reference.removeprefix("attach://")
        found = files.get(name) or self._server.files.get(reference)
        if found is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if not found.body:
            raise bad("file must be non-empty")
        self._server.files[found.id] = found
        return found

    def _send_media_group(self, params: Mapping[str, str], files: Mapping[str, File]) -> list[Json]:
        self._chat(params)
        media = json.loads(params.get("media") or "[]")
        if not 2 <= len(media) <= 10:
            raise bad("expected from 2 to 10 media in an album")
        if params.get("reply_markup"):
            raise bad("an album has no reply markup")
        parts = [(self._caption(item), item["type"], self._file(item["media"], files)) for item in media]
        album = str(self._server.next_number())
        return [self._post(params, caption, kind, file, album).json() for caption, kind, file in parts]

    # --- changing -----------------------------------------------------------------------------------------------------

    def _target(self, params: Mapping[str, str], absent: str) -> Sent:
        chat = self._chat(params)
        message = chat.by_id(int(params.get("message_id") or 0))
        if message is None:
            raise bad(absent)
        return message

    def _mine(self, params: Mapping[str, str]) -> Sent:
        message = self._target(params, "message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        return message

    def _change(self, message: Sent, text: str, buttons: list[list[Button]]) -> Json:
        if text == message.text and buttons == message.buttons:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current content "
                "and reply markup of the message"
            )
        if text != message.text:
            message.history.append(message.text)
        message.text, message.buttons = text, buttons
        self._server.changed()
        return message.json()

    def _edit_text(self, params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        message = self._mine(params)
        if message.kind != "text":
            raise bad("there is no text in the message to edit")
        return self._change(message, self._text(params), self._buttons(params))

    def _edit_caption(self, params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        return self._change(self._mine(params), self._caption(params), self._buttons(params))

    def _edit_markup(self, params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        message = self._mine(params)
        return self._change(message, message.text, self._buttons(params))

    def _delete(self, params: Mapping[str, str], _files: Mapping[str, File]) -> bool:
        message = self._target(params, "message to delete not found")
        if time.time() - message.at > TWO_DAYS or not (message.by_bot or message.chat.bot == "administrator"):
            raise bad("message can't be deleted")
        message.deleted = True
        self._server.changed()
        return True

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _answer(self, params: Mapping[str, str], _files: Mapping[str, File]) -> bool:
        query = self._server.queries.get(params.get("callback_query_id", ""))
        if query is None or query.too_old:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        text = params.get("text", "")
        if units(text) > 200:
            raise bad("MESSAGE_TOO_LONG")
        query.answered, query.text, query.alert = True, text, params.get("show_alert") == "true"
        self._server.changed()
        return True

    def _get_file(self, params: Mapping[str, str], _files: Mapping[str, File]) -> Json:
        file = self._server.files.get(params.get("file_id", ""))
        if file is None or file.gone == "getFile":
            raise bad("wrong file_id or the file is temporarily unavailable")
        if file.size > MAX_DOWNLOAD:
            raise bad("file is too big")
        return {"file_id": file.id, "file_unique_id": file.unique, "file_size": file.size, "file_path": f"files/{file.id}"}


def bot_json(username: str) -> Json:
    return {"id": BOT_ID, "is_bot": True, "first_name": "Báo Ngay", "username": username}
