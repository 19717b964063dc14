"""Public money has no profit: the words of private accounting that Fava shows, said as a finance bureau says them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fundtrack.errors import LANGUAGES, message

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

LOCALES: Final = {"en": "en", "zh": "zh"}

WORDS: Final = {
    "Income Statement": "fava-income-statement",
    "Net Profit": "fava-net-profit",
    "Net Worth": "fava-net-worth",
}
"""What Fava says, and the key of the message that is said instead."""


def sentences(key: str) -> str:
    """Return a message in both languages, a line each: who looks may read either."""
    return "\n".join(message(key, language) for language in LANGUAGES)


def say_public_words(application: Flask, folder: Path) -> None:
    """Let Fava speak of public money, by catalogues of translations that are written into a folder."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    for language in LANGUAGES:
        catalogue = Catalog(LOCALES[language])
        for said, key in WORDS.items():
            catalogue.add(said, message(key, language))
        path = folder / LOCALES[language] / "LC_MESSAGES" / "messages.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, catalogue)
    application.extensions["babel"].translation_directories.append(str(folder))
