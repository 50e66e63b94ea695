"""What the webhooks of all platforms share: where they post to, and the secret by which a post is known to be theirs.

The operator sets one secret (BAONGAY_WEBHOOK_SECRET); each platform is told only one that is derived from it, so whoever reads one platform's
cannot post in the name of another.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Webhook:
    """`url`: the public address of this server; `secret`: the operator's, of which each platform gets only what is derived from it."""

    url: str
    secret: str

    def __repr__(self) -> str:
        return f"Webhook({self.url!r})"


def hook_path(channel: str) -> str:
    """Where the platform of this channel posts to, below the public address: "/hook/<name>"."""
    return f"/hook/{channel}"


def hook_secret(secret: str, channel: str) -> str:
    """The secret that this channel's platform sends with each post: 64 hex characters, which every platform allows (letters and digits, at
    most 256). Raises ValueError for an empty `secret`: it would let everybody in who knows how this is made."""
    if not secret:
        raise ValueError("a webhook needs a secret")
    return hmac.new(secret.encode(), channel.encode(), hashlib.sha256).hexdigest()


def is_from_platform(given: str | None, secret: str, channel: str) -> bool:
    """Whether the header of a post carries this channel's secret; takes the same time however much of it is right."""
    return hmac.compare_digest((given or "").encode(errors="surrogateescape"), hook_secret(secret, channel).encode())


async def limited(request: web.Request, most: int) -> bytes | None:
    """The body, None if it is larger than `most` bytes."""
    body = bytearray()
    async for piece in request.content.iter_chunked(1 << 16):
        body += piece
        if len(body) > most:
            return None
    return bytes(body)


def as_json(body: bytes) -> Any:
    """None for what is no JSON: recorded like any other post that cannot be decoded."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
