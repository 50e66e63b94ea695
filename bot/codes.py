"""One-time codes. Only their hash is stored; the alphabet has no letters or digits that are read for one another."""

import hashlib
import secrets

from bot.vault import Vault

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_code() -> tuple[str, str]:
    """A code to hand over ("BN-ABCD-EFGH", 8 of 31 letters: 8.5e11 possibilities) and the hash to keep."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    code = f"BN-{letters[:4]}-{letters[4:]}"
    return code, code_hash(code)


def new_link_code(vault: Vault) -> tuple[str, str]:
    """Six digits, which people type from one phone to another, and the hash to keep."""
    digits = f"{secrets.randbelow(10**6):06d}"
    return digits, link_hash(digits, vault)


def link_hash(digits: str, vault: Vault) -> str:
    """Keyed with the service's own key: of a million possibilities a plain hash in a stolen backup would hide nothing."""
    return vault.mac("link_code", digits)


def code_hash(code: str) -> str:
    """SHA-256 of the code in its canonical form: a one-time code of this length needs no slow hash."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
