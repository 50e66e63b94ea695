"""What people send, checked before it is kept: pictures are decoded and drawn anew, sound is recognised by its first bytes, papers of an
office are opened and looked through (bot.papers).

Drawing anew is the point: place and time of the photo, the phone's name, thumbnails, comments and whatever is hidden behind the picture's
end do not survive it (DESIGN rule 7).
"""

import contextlib
import io

from PIL import Image, ImageOps

from bot.papers import DOCX, PDF, XLSX, NotKept, paper

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 2560  # enough to read a bruise or a document, a tenth of what a phone sends
QUALITY = 85

TOO_LARGE, WRONG_TYPE, GONE, BROKEN = "too_large", "wrong_type", "gone", "broken"

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")  # no format whose decoder reaches for other files or programs
Image.init()  # makes them all known: a format that is named but not loaded is an error of its own
_PICTURE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")
_MP4_SOUND = (b"M4A", b"M4B", b"mp4", b"iso", b"3gp", b"dash")  # the same box format holds HEIC pictures, which are no sound


class Refused(Exception):  # noqa: N818  the name says what happened
    """It will not be kept, ever: `reason` is too_large | wrong_type | gone | broken, or one of bot.papers."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def checked(kind: str, body: bytes) -> tuple[bytes, str]:
    """What may be kept of a file of this kind (photo | voice | file), and its MIME type. A picture sent as a file is a picture. Raises Refused. Slow:
    call it in a thread."""
    if len(body) > MAX_BYTES:
        raise Refused(TOO_LARGE)
    if not body:
        raise Refused(BROKEN)
    if kind == "photo":
        return _drawn_anew(body), "image/jpeg"
    if kind == "voice":
        return body, _sound(body)
    if kind == "file":
        return (_drawn_anew(body), "image/jpeg") if _looks_like_picture(body) else (body, _paper(body))
    raise Refused(WRONG_TYPE)


def _paper(body: bytes) -> str:
    try:
        return paper(body)
    except NotKept as refusal:
        raise Refused(refusal.reason) from None


_SHORT = {DOCX: "application/docx", XLSX: "application/xlsx"}
_LONG = {short: mime for mime, short in _SHORT.items()}
_ENDINGS = {DOCX: ".docx", XLSX: ".xlsx", PDF: ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def kept_as(mime: str) -> str:
    """A MIME type as an attachment's row holds it: those of office papers are longer than a word."""
    return _SHORT.get(mime, mime)


def mime_of(kept: str) -> str:
    """The MIME type that a row holds."""
    return _LONG.get(kept, kept)


def ending(mime: str) -> str:
    """What the name of such a file ends in, "" if unknown."""
    return _ENDINGS.get(mime, "")


# --- pictures ---------------------------------------------------------------------------------------------------------


def _drawn_anew(body: bytes) -> bytes:
    picture = _decoded(body)
    with contextlib.suppress(Exception):  # a photo with damaged metadata is still a photo; it may then lie on its side
        picture = ImageOps.exif_transpose(picture)
    if "A" in picture.mode or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        picture = Image.new("RGB", clear.size, "white")
        picture.paste(clear, mask=clear.getchannel("A"))
    picture = picture.convert("RGB")
    picture.info = {}  # the encoder would take a comment from here
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


def _decoded(body: bytes) -> Image.Image:
    """The first frame, not larger than MAX_SIDE. The number of pixels is known from the header, before any is decoded."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(body), formats=_FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise Refused(TOO_LARGE)
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(TOO_LARGE) from None
    except (Refused, MemoryError):
        raise
    except Exception:  # noqa: BLE001  decoders raise anything on damaged bytes, and would raise it again at the next try
        raise Refused(BROKEN if _looks_like_picture(body) else WRONG_TYPE) from None
    return picture


def _looks_like_picture(body: bytes) -> bool:
    return body.startswith(_PICTURE_MAGIC) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


# --- sound ------------------------------------------------------------------------------------------------------------


def _sound(body: bytes) -> str:
    """The MIME type by content. Ogg (what Telegram sends) and MP4 say how long they are: cut off, they are broken."""
    if body[:4] == b"OggS":
        return _whole("audio/ogg", _ogg_is_whole(body))
    if body[4:8] == b"ftyp" and body[8:12].startswith(_MP4_SOUND):
        return _whole("audio/mp4", _mp4_is_whole(body))
    if body[:4] == b"RIFF" and body[8:12] == b"WAVE":
        return _whole("audio/wav", len(body) > 44)
    if body[:4] == b"\x1a\x45\xdf\xa3":
        return _whole("audio/webm", len(body) > 64)
    if len(body) > 2 and body[0] == 0xFF and body[1] & 0xF6 == 0xF0:
        return _whole("audio/aac", len(body) > 64)
    if body[:3] == b"ID3" or (len(body) > 2 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0 and body[1] & 0x06):
        return _whole("audio/mpeg", len(body) > 64)
    raise Refused(WRONG_TYPE)


def _whole(mime: str, whole: bool) -> str:
    if not whole:
        raise Refused(BROKEN)
    return mime


def _ogg_is_whole(body: bytes) -> bool:
    """Pages follow one another to the end: 27 bytes of header, the last of which counts the segment lengths that come next."""
    at, pages = 0, 0
    while at < len(body):
        segments = at + 27
        if body[at : at + 4] != b"OggS" or segments > len(body):
            return False
        count = body[segments - 1]
        at = segments + count + sum(body[segments : segments + count])
        pages += 1
    return at == len(body) and pages > 1


def _mp4_is_whole(body: bytes) -> bool:
    """Boxes (length, name) follow one another to the end, and one of them is the index without which nothing plays."""
    at, names = 0, set()
    while at + 8 <= len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        names.add(body[at + 4 : at + 8])
        if size == 1:
            size = int.from_bytes(body[at + 8 : at + 16], "big")
        at = len(body) if size == 0 else at + max(size, 8)
    return at == len(body) and not names.isdisjoint({b"moov", b"moof"})
