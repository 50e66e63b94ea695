"""One-time codes. Only their hash is stored; the alphabet has no letters or digits that are read for one another."""

import hashlib
import secrets

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code() -> tuple[str, str]:
    """A code to hand over ("BN-ABCD-EFGH", 8 of 31 letters: 8.5e11 possibilities) and the hash to keep."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    code = f"BN-{letters[:4]}-{letters[4:]}"
    return code, code_hash(code)


def code_hash(code: str) -> str:
    """SHA-256 of the code in its canonical form: a one-time code of this length needs no slow hash."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
