"""LibreOffice, as another program that opens what we make and works out what is in it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_libreoffice = pytest.mark.skipif(
    SOFFICE is None and not os.environ.get("BAONGAY_TEST_NO_SKIP"), reason="LibreOffice is not installed"
)


def converted(body: bytes, ending: str, to: str, folder: Path) -> bytes:
    """The same document, opened, worked out anew and saved by LibreOffice, with a profile of its own."""
    assert SOFFICE is not None, "LibreOffice is missing: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"
    source, out = folder / f"in{ending}", folder / "out"
    source.write_bytes(body)
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    done = subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", to, "--outdir", str(out), str(source)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    made = out / f"in.{to.partition(':')[0]}"
    assert made.exists(), done.stderr.decode(errors="replace")[-500:]
    return made.read_bytes()
