"""Papers of an office as people send them: DOCX, XLSX and PDF, looked through before they are kept. They are kept byte for byte and never opened by
a program that would run what is in them.

A DOCX or XLSX is a zip: its directory is read, and every part is unpacked once, in pieces and up to a limit, so that a zip bomb costs time but no
memory. A PDF is refused for what can act by itself or hide another file.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"

OLD_OFFICE, MACROS, ACTIVE, LOCKED, UNPACKS_TOO_LARGE = "old_office", "macros", "active", "locked", "unpacks_too_large"
MAX_UNPACKED = 100 * 2**20  # bytes of all parts together
MAX_PARTS = 2000
MAX_PDF_STREAMS = 50 * 2**20  # bytes of all unpacked streams together

_MAIN = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}
_TYPES = "[Content_Types].xml"
_PIECE = 2**16
_MACRO_NAMES = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/|macrosheets/|dialogsheets/)", re.IGNORECASE)
_HIDDEN_FILES = re.compile(r"(^|/)embeddings/.*\.(bin|exe|js|vbs|docm|xlsm|pptm)$", re.IGNORECASE)
_FETCHES = re.compile(
    rb"""<Relationship\b(?=[^>]*(?:attachedTemplate|oleObject|subDocument|/frame)["'])(?=[^>]*Target=["'](?:https?:|ftp:|\\\\))""",
    re.IGNORECASE,
)
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a compound file: DOC, XLS, PPT, and every encrypted DOCX or XLSX


class NotKept(Exception):  # noqa: N818  the name says what happened
    """`reason`: wrong_type | broken | old_office | macros | active | locked | unpacks_too_large."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def paper(body: bytes) -> str:
    """The MIME type of a paper that may be kept. Raises NotKept."""
    if body.startswith(_OLD):
        raise NotKept(LOCKED if "EncryptedPackage".encode("utf-16-le") in body else OLD_OFFICE)
    if body.startswith(b"PK\x03\x04"):
        return _office(body)
    if body[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(body)
    raise NotKept("wrong_type")


# --- DOCX, XLSX -------------------------------------------------------------------------------------------------------


def _office(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return _looked_through(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, UnicodeError, OSError):
        raise NotKept("broken") from None


def _looked_through(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise NotKept(LOCKED)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise NotKept(UNPACKS_TOO_LARGE)
    mime = next((mime for name, mime in _MAIN.items() if name in names), None)
    if mime is None or _TYPES not in names or len(names) < len(parts):  # a name that is there twice shows two programs two papers
        raise NotKept("wrong_type")
    if any(_MACRO_NAMES.search(name) or _HIDDEN_FILES.search(name) for name in names):
        raise NotKept(MACROS)
    left = MAX_UNPACKED
    for part in parts:
        left -= _unpacked(archive, part, left)
    small = [part for part in parts if part.filename == _TYPES or part.filename.endswith(".rels")]
    if any(part.file_size > 2**20 for part in small):
        raise NotKept(UNPACKS_TOO_LARGE)
    relations = (part.filename for part in small if part.filename != _TYPES)
    if b"macroenabled" in archive.read(_TYPES).lower() or any(_FETCHES.search(archive.read(name)) for name in relations):
        raise NotKept(MACROS)
    return mime


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    """How large a part really is, whatever the directory says; its checksum is compared on the way. Raises NotKept, or what zipfile raises."""
    size = 0
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > most:
                raise NotKept(UNPACKS_TOO_LARGE)
    return size


# --- PDF --------------------------------------------------------------------------------------------------------------


_ACTIVE_WORDS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)(?![A-Za-z0-9])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[^\s/<>\[\](){}%]*#[^\s/<>\[\](){}%]*")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY = 2048  # bytes before a stream in which its dictionary stands


def _pdf(body: bytes) -> str:
    """The words are looked for everywhere, also in what calls itself a picture: a reader finds objects by their place, not by what is around them."""
    if b"%%EOF" not in body[-2048:]:
        raise NotKept("broken")
    if _ENCRYPTED.search(body):
        raise NotKept(LOCKED)
    if _acts(body) or any(_acts(plain) for plain in _packed_objects(body)):
        raise NotKept(ACTIVE)
    return PDF


def _packed_objects(body: bytes) -> Iterator[bytes]:
    """Since PDF 1.5 objects stand in packed streams as well. One that is packed in an uncommon way could hide anything. Raises NotKept."""
    left = MAX_PDF_STREAMS
    for stream in _STREAM.finditer(body):
        before = _spelled(body[max(0, stream.start() - _DICTIONARY) : stream.start()]).rpartition(b" obj")[2]
        if b"/ObjStm" not in before or b"/Filter" not in before:
            continue
        if before.count(b"Decode") != 1 or b"/FlateDecode" not in before:
            raise NotKept(ACTIVE)
        end = body.find(b"endstream", stream.end())
        plain = _inflated(body[stream.end() : end if end >= 0 else None], left)
        left -= len(plain)
        if left <= 0:
            raise NotKept(UNPACKS_TOO_LARGE)
        yield plain


def _inflated(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        raise NotKept("broken") from None


def _acts(text: bytes) -> bool:
    """Whether it names something that runs, opens or hides."""
    return _ACTIVE_WORDS.search(_spelled(text)) is not None


def _spelled(text: bytes) -> bytes:
    """Names without "#6a" for a letter."""
    return _NAME.sub(lambda name: _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name[0]), text) if b"#" in text else text
