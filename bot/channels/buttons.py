"""What a button carries: the number of the question that it was shown for, and its key ("12.danger", "0.take:0192…").

Ear and mouth share this and nothing else: it imports no chat library.
"""

MAX_BYTES = 64  # Telegram's limit for callback data, the smallest of all channels


def encode(question: int, key: str) -> str:
    """The data of a button. Raises ValueError when it could not come back as it went: no key, a negative number, over 64 bytes."""
    data = f"{question}.{key}"
    if not key or question < 0:
        raise ValueError("a button needs a question number from 0 and a key")
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"button data over {MAX_BYTES} bytes: {len(data.encode())}")
    return data


def decode(data: str) -> tuple[int, str] | None:
    """(question, key), or None for data that we never wrote: anybody can send anything from a modified app."""
    question, dot, key = data.partition(".")
    if not (dot and key and question.isascii() and question.isdigit()) or len(data.encode(errors="replace")) > MAX_BYTES:
        return None
    return int(question), key
