"""What is kept of a picture or a voice note, decided on real files."""

import io
import struct
import zlib

import pytest
from PIL import Image

from bot.media import BROKEN, MAX_BYTES, MAX_SIDE, TOO_LARGE, WRONG_TYPE, Refused, checked


def photo(size: tuple[int, int] = (320, 240), form: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A picture: its left half red, its right half blue, with a little noise so that it can be cut off."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    noise = Image.effect_noise((size[0], size[1] // 4), 40).convert("RGB")
    picture.paste(noise, (0, size[1] // 2))
    file = io.BytesIO()
    picture.convert(mode).save(file, form, **options)
    return file.getvalue()


def opened(body: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(body))
    picture.load()
    return picture


def ogg(pages: int = 3) -> bytes:
    """An Ogg stream of empty Opus pages."""
    page = b"OggS" + bytes(22) + bytes([1]) + bytes([200]) + b"OpusHead".ljust(200, b"\x07")
    return page * pages


def mp4(brand: bytes = b"M4A ") -> bytes:
    boxes = ((b"ftyp", brand + bytes(4)), (b"moov", bytes(40)), (b"mdat", bytes(100)))
    return b"".join(struct.pack(">I", len(body) + 8) + name + body for name, body in boxes)


def refusal(kind: str, body: bytes) -> str:
    with pytest.raises(Refused) as caught:
        checked(kind, body)
    return caught.value.reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_usual_picture_becomes_a_jpeg(form: str) -> None:
    """Whatever format a phone sends, a JPEG of the same size is kept."""
    body, mime = checked("photo", photo(form=form))
    assert (mime, opened(body).format, opened(body).size) == ("image/jpeg", "JPEG", (320, 240))


def test_nothing_is_kept_but_the_picture() -> None:
    """Place, time, phone, comment, colour profile, XMP and what is appended behind the picture are all gone."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = "SECRETPHONE", "2026:11:23 08:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 2.0, 0.0)})
    body = photo(exif=exif, comment=b"SECRETCOMMENT", icc_profile=b"SECRETPROFILE", xmp=b"<x>SECRETXMP</x>") + b"SECRETMOVIE"
    assert all(word in body for word in (b"SECRETPHONE", b"SECRETCOMMENT", b"SECRETPROFILE", b"SECRETXMP"))
    kept, _ = checked("photo", body)
    assert b"SECRET" not in kept
    assert dict(opened(kept).getexif()) == {}
    assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_taken_sideways_stands_upright() -> None:
    """The orientation is applied before it is stripped."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right: what was left is on top
    kept = opened(checked("photo", photo(exif=exif))[0])
    assert kept.size == (240, 320)
    red, _, blue = kept.getpixel((200, 10))  # type: ignore[misc]
    assert (red > 200, blue < 100) == (True, True)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_metadata_costs_no_photo() -> None:
    """A photo whose metadata are rubbish is still kept."""
    kept, _ = checked("photo", photo(exif=b"Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff"))
    assert opened(kept).size == (320, 240)


def test_a_large_photo_is_made_smaller() -> None:
    """The longer side has at most 2560 pixels, the proportions stay."""
    kept = opened(checked("photo", photo((3000, 1500)))[0])
    assert kept.size == (MAX_SIDE, MAX_SIDE // 2)


def test_a_transparent_picture_gets_a_white_ground() -> None:
    """What is transparent does not turn black."""
    file = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(file, "PNG")
    assert min(opened(checked("photo", file.getvalue())[0]).getpixel((10, 10))) > 250  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["L", "P", "CMYK"])
def test_unusual_colours_are_kept(mode: str) -> None:
    """Grey, palette and print colours become a plain picture."""
    kept, _ = checked("photo", photo(form="PNG" if mode == "P" else "JPEG", mode=mode))
    assert opened(kept).mode == "RGB"


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it has that many pixels, in a few bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(7072, 7072), (12000, 9000), (60000, 60000)])
def test_a_decompression_bomb_is_too_large(size: tuple[int, int]) -> None:
    """More than 50 million pixels are refused by the header, before any is decoded."""
    assert refusal("photo", bomb(*size)) == TOO_LARGE


def test_more_than_twenty_megabytes_are_too_large() -> None:
    """The limit holds for photos and sound alike."""
    assert [refusal(kind, bytes(MAX_BYTES + 1)) for kind in ("photo", "voice")] == [TOO_LARGE, TOO_LARGE]


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><html>", b"%PDF-1.7", b"MZ\x90", b"\x00\x00\x00\x18ftypheic" + bytes(99), ogg(), b"<svg/>"]
)
def test_what_is_no_picture_is_of_the_wrong_type(body: bytes) -> None:
    """A web page instead of a picture, a document, a program, a format that we do not read: the sender is asked for a photo."""
    assert refusal("photo", body) == WRONG_TYPE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.9])
def test_a_picture_cut_off_is_broken(form: str, part: float) -> None:
    """Half a picture is not kept as a picture with a grey half."""
    body = photo(form=form)
    assert refusal("photo", body[: max(12, int(len(body) * part))]) == BROKEN


@pytest.mark.parametrize("kind", ["photo", "voice"])
def test_nothing_is_broken(kind: str) -> None:
    """No bytes at all are a broken file."""
    assert refusal(kind, b"") == BROKEN


SOUNDS = {
    "audio/ogg": ogg(),
    "audio/mp4": mp4(),
    "audio/mpeg": b"ID3\x04" + bytes(200),
    "audio/aac": b"\xff\xf1" + bytes(200),
    "audio/webm": b"\x1a\x45\xdf\xa3" + bytes(200),
    "audio/wav": b"RIFF\x00\x01\x00\x00WAVEfmt " + bytes(200),
}


@pytest.mark.parametrize("mime", SOUNDS)
def test_sound_is_recognised_by_its_content_and_not_changed(mime: str) -> None:
    """The usual recordings are kept byte for byte."""
    assert checked("voice", SOUNDS[mime]) == (SOUNDS[mime], mime)


def test_an_mp3_without_a_tag_is_sound() -> None:
    """An MP3 may begin with its first frame."""
    assert checked("voice", b"\xff\xfb\x90\x00" + bytes(200))[1] == "audio/mpeg"


@pytest.mark.parametrize("body", [photo(), b"<html>", mp4(b"heic"), bytes(300), b"just text that is long enough " * 9])
def test_what_is_no_sound_is_of_the_wrong_type(body: bytes) -> None:
    """A picture, a web page, a picture in sound's box format: no voice note."""
    assert refusal("voice", body) == WRONG_TYPE


@pytest.mark.parametrize(
    "body", [ogg()[:-50], ogg()[:300], ogg()[:10], ogg(1), mp4()[:-20], mp4()[:30], b"ID3", b"RIFF\x00\x01\x00\x00WAVE"]
)
def test_sound_cut_off_is_broken(body: bytes) -> None:
    """A recording that ends in the middle is asked for again."""
    assert refusal("voice", body) == BROKEN


def test_other_files_are_of_the_wrong_type() -> None:
    """Only photos and voice notes are kept."""
    assert refusal("film", photo()) == WRONG_TYPE
