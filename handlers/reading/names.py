"""Names of people and telephone numbers.

Rules:

1. A name keeps its letters and marks (NFC). Capitals are only put right where the typist used none or only capitals; mixed case is the
   owner's own ("K'Brêu", "H'Hen Niê", "Ma Văn A Sùng"). Digits, links, signs, sentences that say "don't know", and more than 80 letters
   are refused.
2. Telephone numbers are given as 10 digits (mobile: 03, 05, 07, 08, 09) or 11 (landline: 02), beginning with 0. "+84", "84", "0084", a
   missing first zero, spaces, points and the letter o for zero are read.
3. Mobile numbers of 11 digits ended in 2018 and are given their new prefix: the official table is one to one, and the old number rings
   nobody.
4. Short numbers (111, 113, 19001567) are no call-back numbers and are refused, and so is a text with anything else in it, or two numbers.
"""

import re
import unicodedata

from handlers.reading.folding import fold

_LONGEST_NAME = 80
_NO_NAME = frozenset(
    {
        "khong", "khong biet", "khong ro", "khong nho", "khong co", "ko", "ko biet", "ko ro", "k", "k biet", "chua biet", "chua ro",
        "chua co", "an danh", "giau ten", "khong ten", "bo qua", "test",
    }
)  # fmt: skip
_LINK = re.compile(r"www\.|://|\.(?:com|vn|net|org)\b|@", re.IGNORECASE)
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})
_LABELS = re.compile(
    r"^(?:\s*(?:da|thua|so dien thoai|dien thoai|sdt|dtdd|dt|so|zalo|tel|phone|mobile|lien he|goi|cua em|cua chau|em|la|a)\b[\s:.]*)+"
)
_ENDING = re.compile(r"(?:\s+(?:a|nhe|nha|em|co|cua em|cua toi|zalo))+$")
_NUMBER = re.compile(r"\+?[\d\s.\-()o]+")
_OLD_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_MOBILE = re.compile(r"0[35789]\d{8}")
_LANDLINE = re.compile(r"02\d{9}")


def tidy_name(text: str) -> str | None:
    """A person's name, tidied, or None where the text is none."""
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cc", "Cs"} or c.isspace())
    name = " ".join(visible.translate(_APOSTROPHES).split()).strip(' .,;:!?"-_*()')
    if not name or len(name) > _LONGEST_NAME or fold(name) in _NO_NAME or _LINK.search(name):
        return None
    if not all(c.isalpha() or unicodedata.category(c) == "Mn" or c in " '-." for c in name) or not name[0].isalpha():
        return None
    return _capitalised(name) if name.islower() or (name.isupper() and len(name) > 1) else name


def _capitalised(name: str) -> str:
    # Each word, and what follows a one-letter prefix with an apostrophe: "h'hen niê" is "H'Hen Niê".
    return "".join(c.title() if i == 0 or name[i - 1] in " '-." else c.lower() for i, c in enumerate(name))


def read_phone(text: str) -> str | None:
    """A Vietnamese telephone number as digits that begin with 0, or None."""
    folded = fold(("+" if text.strip().startswith("+") else "") + text)
    bare = _ENDING.sub("", _LABELS.sub("", folded)).strip()
    if not _NUMBER.fullmatch(bare) or not any(c.isdecimal() for c in bare):
        return None
    digits = re.sub(r"[^0-9]", "", "".join("0" if c == "o" else c for c in _latin_digits(bare)))
    return _national(digits)


def _latin_digits(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def _national(digits: str) -> str | None:
    for country in ("0084", "84"):
        if digits.startswith(country) and len(digits) - len(country) in {9, 10, 11}:
            rest = digits[len(country) :]
            digits = rest if rest.startswith("0") else "0" + rest
            break
    else:
        # Spreadsheets drop the first zero.
        digits = "0" + digits if len(digits) == 9 and digits[0] in "35789" else digits
    if len(digits) == 11 and digits[:4] in _OLD_PREFIXES:
        digits = _OLD_PREFIXES[digits[:4]] + digits[4:]
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None
