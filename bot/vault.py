"""The vault: what is private is sealed before it reaches a row or a file, and only here are both sides seen (DESIGN rule 8).

    master keys (BAONGAY_SECRET_KEYS, the first wraps)  ->  one data key a subject (table data_key)  ->  AES-256-GCM of each value

A sealed value is bound to its place ("letter.body") and row id: moved to another row, column or subject it does not open. Erasing a
subject's data key erases everything that was sealed under it, backups of the rows included.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.database import Unit, current_unit
from models.columns import insert_once
from models.service import DATA_KEY

_VERSION = b"\x01"  # of the sealed format: version, 12 bytes nonce, ciphertext with tag
_CACHED = 4096  # data keys kept unwrapped
_CACHED_SECONDS = 300.0  # after which an erasure by another process is noticed

_SELECT = sa.select(DATA_KEY.c.wrapped, DATA_KEY.c.master).where(DATA_KEY.c.subject == sa.bindparam("subject"))


class VaultError(Exception):
    """It does not open, or a key is missing or malformed. Says why, never what."""


def make_key() -> str:
    """A new master key for BAONGAY_SECRET_KEYS: 32 random bytes, 44 characters."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def fingerprint(master_key: str) -> str:
    """Names a master key without telling it: 16 hex digits, the same for good."""
    return hashlib.sha256(b"baongay master key\x00" + _decoded(master_key)).hexdigest()[:16]


class Vault:
    """`master_keys`: as `make_key` makes them; the first wraps, all unwrap. Safe to share between threads."""

    def __init__(self, master_keys: Sequence[str]) -> None:
        if not master_keys:
            raise VaultError("at least one secret key is needed (BAONGAY_SECRET_KEYS)")
        self._masters = {fingerprint(key): AESGCM(_decoded(key)) for key in master_keys}
        self._first = fingerprint(master_keys[0])
        self._mac_key = hashlib.sha256(b"baongay mac\x00" + _decoded(master_keys[0])).digest()
        self._cache: OrderedDict[str, tuple[AESGCM, Unit, float]] = OrderedDict()
        self._lock = threading.Lock()

    def mac(self, purpose: str, text: str) -> str:
        """64 hex digits that only the holder of the first master key can compute; for what is looked up by a short secret."""
        return hmac.new(self._mac_key, f"{purpose}\x00{text}".encode(), hashlib.sha256).hexdigest()

    def seal(self, db: sa.Connection, subject: str, place: str, row: str, plain: bytes) -> bytes:
        """`subject` ("conversation:<id>") owns the data key, made at its first use; `place` is "table.column"; `row` the row's id."""
        key = self._cached(db, subject) or self._read(db, subject) or self._make(db, subject)
        nonce = os.urandom(12)
        return _VERSION + nonce + key.encrypt(nonce, plain, _bound(place, row))

    def open(self, db: sa.Connection, subject: str, place: str, row: str, sealed: bytes) -> bytes:
        """The opposite of `seal`, with the same arguments. Raises VaultError."""
        cached = self._cached(db, subject)
        if cached is not None:
            try:
                return _opened(cached, place, row, sealed)
            except VaultError:
                self._forget(subject)  # another process may have erased the subject and begun it anew
        key = self._read(db, subject)
        if key is None:
            raise VaultError("there is no data key for it: it was erased, or never sealed")
        return _opened(key, place, row, sealed)

    def seal_json(self, db: sa.Connection, subject: str, place: str, row: str, value: Any) -> bytes:
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return self.seal(db, subject, place, row, plain)

    def open_json(self, db: sa.Connection, subject: str, place: str, row: str, sealed: bytes) -> Any:
        return json.loads(self.open(db, subject, place, row, sealed))

    def rewrap(self, db: sa.Connection, limit: int = 500) -> int:
        """Wrap up to `limit` data keys anew under the first master key; how many were. Call it in transactions of their own until it says
        0, then the old master key may leave BAONGAY_SECRET_KEYS. Nothing that is sealed changes."""
        old = sa.select(DATA_KEY).where(DATA_KEY.c.master != self._first).order_by(DATA_KEY.c.subject).limit(limit)
        rows = db.execute(old).all()
        for subject, wrapped, master in rows:
            again = self._wrapped(subject, self._unwrapped(subject, wrapped, master))
            same = sa.and_(DATA_KEY.c.subject == subject, DATA_KEY.c.master == master)
            db.execute(sa.update(DATA_KEY).where(same).values(wrapped=again, master=self._first))
        return len(rows)

    def erase(self, db: sa.Connection, subject: str) -> None:
        """Delete the data key: what was sealed under it opens never again. Only for subjects that nobody writes to any more: another
        process may seal under the key that it has cached for up to five minutes, which nobody could read."""
        db.execute(sa.delete(DATA_KEY).where(DATA_KEY.c.subject == subject))
        self._forget(subject)

    # --- data keys ----------------------------------------------------------------------------------------------------

    def _cached(self, db: sa.Connection, subject: str) -> AESGCM | None:
        """A key counts only if the work that read or made it has committed, or is this one: a key whose row was rolled back would seal
        what nobody can ever open."""
        with self._lock:
            entry = self._cache.get(subject)
            if entry is None:
                return None
            key, unit, until = entry
            if time.monotonic() < until and (unit.committed or unit is current_unit(db)):
                self._cache.move_to_end(subject)
                return key
        return None

    def _remember(self, db: sa.Connection, subject: str, key: AESGCM) -> AESGCM:
        unit = current_unit(db)
        if unit is not None:
            with self._lock:
                self._cache[subject] = (key, unit, time.monotonic() + _CACHED_SECONDS)
                self._cache.move_to_end(subject)
                if len(self._cache) > _CACHED:
                    self._cache.popitem(last=False)
        return key

    def _forget(self, subject: str) -> None:
        with self._lock:
            self._cache.pop(subject, None)

    def _read(self, db: sa.Connection, subject: str) -> AESGCM | None:
        row = db.execute(_SELECT, {"subject": subject}).one_or_none()
        return None if row is None else self._remember(db, subject, AESGCM(self._unwrapped(subject, row.wrapped, row.master)))

    def _make(self, db: sa.Connection, subject: str) -> AESGCM:
        raw = AESGCM.generate_key(256)
        if insert_once(db, DATA_KEY, {"subject": subject, "wrapped": self._wrapped(subject, raw), "master": self._first}):
            return self._remember(db, subject, AESGCM(raw))
        key = self._read(db, subject)  # another process was faster
        if key is None:
            raise VaultError("the data key was erased while it was being made")
        return key

    def _wrapped(self, subject: str, raw: bytes) -> bytes:
        nonce = os.urandom(12)
        return _VERSION + nonce + self._masters[self._first].encrypt(nonce, raw, _bound("data_key.wrapped", subject))

    def _unwrapped(self, subject: str, wrapped: bytes, master: str) -> bytes:
        key = self._masters.get(master)
        if key is None:
            raise VaultError(f"a data key is wrapped by the master key {master}, which BAONGAY_SECRET_KEYS does not have")
        return _opened(key, "data_key.wrapped", subject, wrapped)


def _bound(place: str, row: str) -> bytes:
    return _VERSION + f"{place}\x00{row}".encode()


def _opened(key: AESGCM, place: str, row: str, sealed: bytes) -> bytes:
    if sealed[:1] != _VERSION:
        raise VaultError("it is not in a format that this version can open")
    try:
        return key.decrypt(sealed[1:13], sealed[13:], _bound(place, row))
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise VaultError("it was changed, moved, or sealed under another key") from None


def _decoded(master_key: str) -> bytes:
    try:
        raw = base64.b64decode(master_key.strip(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise VaultError("a secret key must be 32 bytes in URL-safe base64: 44 characters, see .env.example")
    return raw
