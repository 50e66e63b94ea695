"""`python -m locales.update`: collects every N_("…") and msg("…") of the code and merges them into both catalogues.

English is filled by itself (the msgid is the text); a Vietnamese one that is missing stays empty, and `make test` fails until somebody writes it.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from locales import LOCALES, catalogue_file, read_catalogue

ROOT = Path(__file__).parent.parent
SOURCES = ("handlers", "bot")
KEYWORDS = {"N_": None, "msg": None}


def used() -> Iterator[tuple[str, str]]:
    """(msgid, file) of every text in the code."""
    for source in SOURCES:
        for name, _line, message, _comments, _context in extract_from_dir(ROOT / source, [("**.py", "python")], keywords=KEYWORDS):
            text = message[0] if isinstance(message, tuple) else message
            if text:
                yield text, f"{source}/{name}"


def merged(locale: str) -> Catalog:
    """The catalogue of `locale` with exactly the texts that the code uses, sorted, so that a diff shows what changed."""
    path = catalogue_file(locale)
    old = {str(m.id): str(m.string) for m in read_catalogue(locale) if m.id} if path.exists() else {}
    catalogue = Catalog(locale=locale, project="bao-ngay", fuzzy=False)
    for text, _file in sorted(set(used())):
        catalogue.add(text, old.get(text) or (text if locale == "en" else ""))
    return catalogue


def main() -> None:
    for locale in LOCALES:
        buffer = BytesIO()
        write_po(buffer, merged(locale), omit_header=False, sort_output=True, no_location=True, width=120)
        kept = [
            line
            for line in buffer.getvalue().decode().splitlines()
            if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By'))
        ]
        path = catalogue_file(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
