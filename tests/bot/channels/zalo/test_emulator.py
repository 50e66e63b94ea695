"""The emulator is as strict as the platform where a mistake of ours would hide behind a kind one."""

from typing import Any

import aiohttp
import pytest

from tests.emulators.zalo import ZaloServer


async def ask(server: ZaloServer, method: str, body: object = None, token: str = "") -> tuple[int, dict[str, Any]]:
    url = f"{server.base_url}/bot{token or server.token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, json=body or {}) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "a"}, 400),
        ({"chat_id": 1, "text": "a"}, 400),
        ({"chat_id": "unknown", "text": "a"}, 404),
        ({"chat_id": f"{1:020x}", "text": " "}, 400),
        ({"chat_id": f"{1:020x}", "text": "🙂" * 1001}, 400),
        ({"chat_id": f"{1:020x}", "text": "a", "parse_mode": "html"}, 400),
        ({"chat_id": f"{1:020x}", "text": "a", "reply_markup": {}}, 400),
    ],
)
async def test_what_a_message_may_not_be(server: ZaloServer, body: object, code: int) -> None:
    """Refused, at HTTP 200."""
    await server.user(1).writes("chào")
    status, answer = await ask(server, "sendMessage", body)
    assert (status, answer["ok"], answer["error_code"]) == (200, False, code)
    assert server.sent == 0


async def test_nobody_is_written_to_who_has_not_written(server: ZaloServer) -> None:
    """A bot cannot begin a talk."""
    lan, letter = server.user(1), {"chat_id": f"{1:020x}", "text": "a" * 2000}
    assert (await ask(server, "sendMessage", letter))[1]["description"] == "chat not found"
    await lan.writes("chào")
    status, answer = await ask(server, "sendMessage", letter)
    assert (status, answer["result"]["message_id"]) == (200, lan.chat.last.id)


async def test_polls(server: ZaloServer) -> None:
    """One event a poll, then 408; another token learns nothing."""
    lan = server.user(1)
    await lan.writes("một")
    await lan.writes("hai")
    answers = [await ask(server, "getUpdates", {"timeout": 0}) for _ in range(3)]
    assert [answer[1]["result"]["message"]["text"] for answer in answers[:2]] == ["một", "hai"]
    assert answers[2] == (408, {"ok": False, "error_code": 408, "description": "Request timeout"})
    assert (await ask(server, "getUpdates", token="1:x"))[0] == 401


async def test_webhooks(server: ZaloServer) -> None:
    """None set is 404; only https and a secret of a certain length are taken; polling gives nothing meanwhile."""
    assert (await ask(server, "getWebhookInfo"))[0] == 404
    for bad in ({"url": "http://a.example.org", "secret_token": "x" * 8}, {"url": "https://a.example.org", "secret_token": "x" * 7}):
        assert not (await ask(server, "setWebhook", bad))[1]["ok"]
    assert (await ask(server, "setWebhook", {"url": "https://a.example.org", "secret_token": "x" * 8}))[1]["ok"]
    assert not (await ask(server, "getUpdates", {"timeout": 0}))[1]["ok"]
    assert (await ask(server, "getWebhookInfo"))[1]["result"]["url"] == "https://a.example.org"


async def test_what_is_not_there(server: ZaloServer) -> None:
    """No edits, no deletes, no looking up of files."""
    for method in ("editMessageText", "deleteMessage", "getFile", "answerCallbackQuery", "sendDocument"):
        assert (await ask(server, method))[0] == 404
