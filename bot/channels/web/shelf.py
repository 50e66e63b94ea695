"""Files in memory, each behind an address nobody can guess: what people upload, and the pictures that letters carry."""

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace

CAP = 200 * 1024 * 1024  # bytes, all files together


@dataclass(frozen=True, slots=True)
class Held:
    """`wanted`: an upload that the attachment worker has not fetched yet; such a file is never dropped to make place."""

    token: str
    kind: str  # photo | voice | file
    mime: str
    name: str
    body: bytes
    wanted: bool = False

    @property
    def unique(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


class ShelfFull(Exception):  # noqa: N818  the name says what happened
    """Every file on the shelf is still wanted: the upload must be tried again later."""


class Shelf:
    def __init__(self, cap: int = CAP) -> None:
        self._cap, self._size = cap, 0
        self._files: OrderedDict[str, Held] = OrderedDict()

    def put(self, kind: str, body: bytes, mime: str, name: str, *, wanted: bool = False) -> Held:
        self._make_place(len(body))
        held = Held(secrets.token_urlsafe(24), kind, mime, name, body, wanted)
        self._files[held.token] = held
        self._size += len(body)
        return held

    def get(self, token: str) -> Held | None:
        return self._files.get(token)

    def fetched(self, token: str) -> None:
        """Its bytes were handed over: it stays to be looked at, for as long as there is place."""
        if held := self._files.get(token):
            self._files[token] = replace(held, wanted=False)

    def drop(self, token: str) -> None:
        if held := self._files.pop(token, None):
            self._size -= len(held.body)

    def clear(self) -> None:
        self._files.clear()
        self._size = 0

    def _make_place(self, size: int) -> None:
        spare = [held for held in self._files.values() if not held.wanted]
        if self._size + size - sum(len(held.body) for held in spare) > self._cap:
            raise ShelfFull
        for held in spare:
            if self._size + size <= self._cap:
                return
            self.drop(held.token)
