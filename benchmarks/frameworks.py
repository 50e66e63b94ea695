"""The same dialogue, the same words, by the two frameworks themselves: state in memory, one handler a state, no database, and a network that
answers at once. What they do not do (keep, encrypt, number, call anybody, survive a restart) costs them nothing here."""

import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import aiogram
import telegram.ext
from aiogram.client.session.base import BaseSession
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import TelegramMethod
from telegram.request import BaseRequest

from benchmarks.dialogue import PEOPLE, STEPS, name

_TOKEN = "1:benchmark"
_CHAT: dict[str, Any] = {"id": 1, "type": "private", "first_name": "Báo Ngay"}
_BOT = {"id": 1, "is_bot": True, "first_name": "Báo Ngay", "username": "bao_ngay_bot"}
_SENT: dict[str, Any] = {"message_id": 1, "date": 1_795_000_000, "chat": _CHAT, "text": "…"}
Answer = dict[str, Any]  # "text", "buttons": [[data, label, style], …]


def _update(person: int, place: int) -> dict[str, Any]:
    """The update that Telegram would send for this step."""
    sender = {"id": 1000 + person, "is_bot": False, "first_name": name(person)}
    chat = {"id": 1000 + person, "type": "private", "first_name": name(person)}
    message = {"message_id": place + 1, "date": 1_795_000_000, "chat": chat, "from": sender, "text": STEPS[place].said}
    if not STEPS[place].pressed:
        return {"update_id": place + 1, "message": message}
    press = {"id": "1", "from": sender, "chat_instance": "1", "message": message, "data": STEPS[place].said}
    return {"update_id": place + 1, "callback_query": press}


class _Walk:
    """Where everybody stands, and the updates that bring them on: made beforehand, as decoding is not what is measured."""

    def __init__(self, decode: Callable[[dict[str, Any]], Any]) -> None:
        self._updates = [[decode(_update(person, place)) for place in range(len(STEPS))] for person in range(PEOPLE)]
        self.done = [0] * PEOPLE

    def next(self, person: int) -> Any:
        place = self.done[person] % len(STEPS)
        self.done[person] += 1
        return self._updates[person][place]


# --- aiogram ----------------------------------------------------------------------------------------------------------


class _AiogramNetwork(BaseSession):
    async def make_request(self, bot: aiogram.Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109
        return True if method.__api_method__ == "answerCallbackQuery" else aiogram.types.Message.model_construct(**_SENT)

    async def stream_content(self, *_given: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        yield b""

    async def close(self) -> None: ...


class Aiogram:
    """A dispatcher with its states in memory; the filter is the quick `StateFilter`."""

    def __init__(self, answers: list[Answer]) -> None:
        self.bot = aiogram.Bot(_TOKEN, session=_AiogramNetwork())
        self.dispatcher = aiogram.Dispatcher(storage=MemoryStorage())
        self.answered = 0
        for place, step in enumerate(STEPS):
            observer = self.dispatcher.callback_query if step.pressed else self.dispatcher.message
            waiting = StateFilter(_state(place) if place else None)
            observer.register(self._handler(place, answers[place]), waiting)
        self.walk = _Walk(lambda update: aiogram.types.Update.model_validate(update, context={"bot": self.bot}))

    def _handler(self, place: int, answer: Answer) -> Callable[..., Awaitable[None]]:
        types = aiogram.types

        async def handle(event: aiogram.types.Message | aiogram.types.CallbackQuery, state: FSMContext) -> None:
            said = event.data if isinstance(event, types.CallbackQuery) else event.text
            await state.update_data({f"answer_{place}": said})
            if place + 1 < len(STEPS):
                await state.set_state(_state(place + 1))
            else:
                await state.clear()
            buttons = [[types.InlineKeyboardButton(text=label, callback_data=data)] for data, label, _style in answer["buttons"]]
            if isinstance(event, types.CallbackQuery):
                await event.answer()
            message = event.message if isinstance(event, types.CallbackQuery) else event
            assert isinstance(message, types.Message)
            await message.answer(answer["text"], reply_markup=types.InlineKeyboardMarkup(inline_keyboard=buttons) if buttons else None)
            self.answered += 1

        return handle

    async def turn(self, person: int) -> None:
        await self.dispatcher.feed_update(self.bot, self.walk.next(person))

    def check(self) -> None:
        assert self.answered == sum(self.walk.done)


def _state(place: int) -> State:
    return State(f"step_{place}", group_name="report")


# --- python-telegram-bot ----------------------------------------------------------------------------------------------


class _PtbNetwork(BaseRequest):
    read_timeout = None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, *_given: Any, **_more: Any) -> tuple[int, bytes]:
        return 200, _PTB_ANSWERS[url.rsplit("/", 1)[-1]]


def _ok(result: Any) -> bytes:
    import json

    return json.dumps({"ok": True, "result": result}).encode()


_PTB_ANSWERS = {"getMe": _ok(_BOT), "sendMessage": _ok(_SENT), "answerCallbackQuery": _ok(True)}
_Application = telegram.ext.Application[Any, Any, Any, Any, Any, Any]


class Ptb:
    """An application with one ConversationHandler, its states in memory."""

    def __init__(self, answers: list[Answer]) -> None:
        network = _PtbNetwork()
        builder = telegram.ext.Application.builder().token(_TOKEN).request(network).get_updates_request(network)
        self.application: _Application = builder.updater(None).build()
        self.answered = 0
        handlers = [self._handler(place, answers[place]) for place in range(len(STEPS))]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it advises about buttons under several messages; there is one report a chat here
            states: dict[object, list[Any]] = {place: [handler] for place, handler in enumerate(handlers) if place}
            self.application.add_handler(telegram.ext.ConversationHandler([handlers[0]], states, []))
        self.walk: _Walk | None = None

    def _handler(self, place: int, answer: Answer) -> Any:
        async def handle(update: telegram.Update, context: telegram.ext.ContextTypes.DEFAULT_TYPE) -> int:
            query, data = update.callback_query, context.user_data
            assert update.effective_message is not None
            assert data is not None
            data[f"answer_{place}"] = query.data if query else update.effective_message.text
            buttons = [[telegram.InlineKeyboardButton(label, callback_data=key)] for key, label, _style in answer["buttons"]]
            if query:
                await query.answer()
            await update.effective_message.reply_text(
                answer["text"], reply_markup=telegram.InlineKeyboardMarkup(buttons) if buttons else None
            )
            self.answered += 1
            return place + 1 if place + 1 < len(STEPS) else telegram.ext.ConversationHandler.END

        if STEPS[place].pressed:
            return telegram.ext.CallbackQueryHandler(handle)
        return telegram.ext.MessageHandler(telegram.ext.filters.TEXT, handle)

    async def open(self) -> None:
        await self.application.initialize()
        self.walk = _Walk(lambda update: telegram.Update.de_json(update, self.application.bot))

    async def turn(self, person: int) -> None:
        assert self.walk is not None
        await self.application.process_update(self.walk.next(person))

    def check(self) -> None:
        assert self.walk is not None
        assert self.answered == sum(self.walk.done)
