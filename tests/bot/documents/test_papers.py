"""Papers of an office: what is kept, and what is not, each with its reason."""

import contextlib
import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import Refused, checked
from bot.papers import DOCX, PDF, XLSX
from tests.bot.test_media import photo


def docx(**parts: bytes) -> bytes:
    """A real DOCX, with further parts by name ("/" written as "__")."""
    from docx import Document

    body = io.BytesIO()
    document = Document()
    document.add_paragraph("Báo cáo Tháng hành động")
    document.save(body)
    return _with(body.getvalue(), {name.replace("__", "/"): part for name, part in parts.items()})


def xlsx() -> bytes:
    from openpyxl import Workbook

    body = io.BytesIO()
    book = Workbook()
    book.create_sheet("Số liệu").append(["Phường", 12])
    book.save(body)
    return body.getvalue()


def _with(body: bytes, parts: dict[str, bytes]) -> bytes:
    into = io.BytesIO(body)
    with zipfile.ZipFile(into, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return into.getvalue()


def pdf(inside: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
        + inside
        + b">>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )


def packed(objects: bytes, more: bytes = b"/FlateDecode") -> bytes:
    stream = zlib.compress(objects)
    return (
        pdf()[:-6]
        + b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter "
        + more
        + b" >>\nstream\n"
        + stream
        + b"\nendstream\nendobj\n%%EOF\n"
    )


def bomb(size: int, name: str = "word/media/image1.bin") -> bytes:
    return docx(**{name.replace("/", "__"): b"\0" * size})


def lying() -> bytes:
    """A zip whose directory says that a large part is small."""
    body = bytearray(bomb(200 * 2**20))
    size = (200 * 2**20).to_bytes(4, "little")
    at = body.rfind(size)
    body[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(body)


def refusal(body: bytes) -> str:
    with pytest.raises(Refused) as refused:
        checked("file", body)
    return refused.value.reason


@pytest.mark.parametrize(("make", "mime"), [(docx, DOCX), (xlsx, XLSX), (pdf, PDF)], ids=["docx", "xlsx", "pdf"])
def test_papers_are_kept_byte_for_byte(make: Callable[[], bytes], mime: str) -> None:
    """They are evidence: nothing in them is changed."""
    body = make()
    assert checked("file", body) == (body, mime)


def test_a_picture_sent_as_a_file_is_a_picture() -> None:
    """It is drawn anew like every picture: place and time do not survive it."""
    kept, mime = checked("file", photo())
    assert (mime, kept[:3]) == ("image/jpeg", b"\xff\xd8\xff")


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "an old Word or Excel file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_office"),
    "a DOCX with a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked"),
    "macros": (lambda: docx(**{"word__vbaProject.bin": b"x"}), "macros"),
    "macros in capitals": (lambda: docx(**{"word__VBAPROJECT.BIN": b"x"}), "macros"),
    "a program inside": (lambda: docx(**{"word__embeddings__oleObject1.bin": b"MZ"}), "macros"),
    "a template from elsewhere": (
        lambda: docx(
            **{
                "word___rels__settings.xml.rels": b'<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate"'
                b' Target="https://bad.example/t.dotm" TargetMode="External"/></Relationships>'
            }
        ),
        "macros",
    ),
    "a zip that is no paper": (lambda: _with(b"PK\x05\x06" + b"\0" * 18, {"a.txt": b"x"}), "wrong_type"),
    "a presentation": (lambda: _with(b"PK\x05\x06" + b"\0" * 18, {"ppt/presentation.xml": b"x", "[Content_Types].xml": b"x"}), "wrong_type"),
    "a zip bomb": (lambda: bomb(101 * 2**20), "unpacks_too_large"),
    "half a file": (lambda: docx()[:3000], "broken"),
    "a program": (lambda: b"MZ\x90\0", "wrong_type"),
    "a web page": (lambda: b"<html><script>alert(1)</script>", "wrong_type"),
    "half a PDF": (lambda: pdf()[:40], "broken"),
    "a PDF with a script": (lambda: pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "active"),
    "a PDF with a script spelled oddly": (lambda: pdf(b"/OpenAction << /S /J#61v#61Script >>"), "active"),
    "a PDF that starts a program": (lambda: pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"), "active"),
    "a PDF with a file inside": (lambda: pdf(b"/Names << /EmbeddedFiles 3 0 R >>"), "active"),
    "a PDF with a packed script": (lambda: packed(b"1 0 << /S /JavaScript /JS (x) >>"), "active"),
    "a PDF packed in an odd way": (lambda: packed(b"1 0 << >>", b"[/ASCIIHexDecode /FlateDecode]"), "active"),
    "a PDF that is a bomb": (lambda: packed(b" " * (51 * 2**20)), "unpacks_too_large"),
    "a PDF with a password": (lambda: pdf(b"/Encrypt 4 0 R"), "locked"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_could_do_harm_is_not_kept(what: str) -> None:
    """Each with the reason that its sender hears."""
    make, reason = REFUSED[what]
    assert refusal(make()) == reason


def test_a_directory_that_lies_does_not_help_a_bomb() -> None:
    """What is unpacked is counted, whatever is promised."""
    assert refusal(lying()) in {"unpacks_too_large", "broken"}


def test_packed_objects_without_anything_that_acts_are_kept() -> None:
    """Nearly every program packs its objects today."""
    assert checked("file", packed(b"1 0 << /Type /Page >>"))[1] == PDF


@given(st.binary(max_size=3000), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
def test_whatever_the_bytes_are_they_are_kept_or_refused(body: bytes, magic: bytes) -> None:
    """Nothing else is raised: the worker would try it again without end."""
    with contextlib.suppress(Refused):
        assert checked("file", magic + body)[0]
