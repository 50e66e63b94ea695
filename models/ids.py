"""Identifiers made before insert, so that a ciphertext can be bound to its row (DESIGN rule 8)."""

import os
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A UUIDv7-like id: 32 hex digits, rising within the process even when the machine's clock steps back.

    The order of letters in one chat is the order of their ids, so real time (never the movable domain clock) and a
    counter make the first 16 digits; the other 16 are random, so that an id cannot be guessed.
    """
    global _last  # noqa: PLW0603  the counter is the one thing that must be shared by all threads
    with _lock:
        _last = max(_last + 1, time.time_ns())
        tick = _last
    return f"{tick:016x}{os.urandom(8).hex()}"
