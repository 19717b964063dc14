"""What can go wrong, told to the person at the desk in English and Chinese.

    FundtrackError          ends the command; nothing was changed
    ├── UsageError          the command was asked in a way it cannot follow
    ├── BookError           the book is missing, damaged or of another release
    ├── ChartError          the chart of accounts cannot be read or applied
    ├── PageError           a check, importer or report page is broken
    ├── FormatError         a file does not have the form its page describes
    └── Refused             vouchers break a check; carries the findings

A message is a key in `messages/*.toml`, where each key has its text and its remedy in both languages, so no sentence
stands in the code and none lacks a translation.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, Language]] = ("en", "zh")


@cache
def messages() -> dict[str, dict[str, str]]:
    """Every message by its key: `en`, `zh` and, where the person can do something, `remedy-en` and `remedy-zh`."""
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(files("fundtrack.messages").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for key, text in tomllib.loads(file.read_text("utf-8")).items():
                assert key not in texts, key
                texts[key] = text
    return texts


def message(key: str, language: Language, /, **details: object) -> str:
    """Return the sentence of a key in a language, with its details filled in."""
    return messages()[key][language].format(**_in(language, details))


def _in(language: Language, details: Mapping[str, object]) -> dict[str, object]:
    return {name: value[language] if isinstance(value, dict) else value for name, value in details.items()}


def words(*keys: str) -> dict[Language, str]:
    """Return a word, or several as a list, in each language: as a detail it is said in the language of its message."""
    commas: dict[Language, str] = {"en": ", ", "zh": "、"}
    return {language: commas[language].join(message(key, language) for key in keys) for language in LANGUAGES}


def both(key: str, /, **details: object) -> str:
    """Return a word or sentence in both languages, for what is kept or printed once for every reader."""
    return " ".join(message(key, language, **details) for language in LANGUAGES)


class FundtrackError(Exception):
    """A command cannot be done: the key of a message, its details, and where it happened.

    The details `path`, `sheet`, `line`, `row` and `column`, where given, are also printed in front of the message.
    """

    exit_code = 2

    def __init__(self, key: str, /, **details: object) -> None:
        """Keep the key and details; the sentences are made when they are asked for."""
        super().__init__(key, details)
        self.key = key
        self.details = details

    def text(self, language: Language) -> str:
        """Return the message in a language, without its remedy."""
        return message(self.key, language, **self.details)

    def remedy(self, language: Language) -> str:
        """Return what to do about it, or an empty string."""
        return messages()[self.key].get(f"remedy-{language}", "").format(**_in(language, self.details))

    def where(self) -> str:
        """Return `file:line` or `file, sheet, row`, or an empty string."""
        details = self.details
        place = str(details.get("path", ""))
        if "line" in details:
            place += f":{details['line']}"
        for part in ("sheet", "row", "column"):
            if details.get(part) not in (None, ""):
                place += f" [{part} {details[part]}]"
        return place

    def __str__(self) -> str:
        """Return where, what and the remedy, in English and then in Chinese."""
        where = f"{self.where()}: " if self.where() else ""
        lines = [f"{where}{self.text(language)} {self.remedy(language)}".rstrip() for language in LANGUAGES]
        return "\n".join(lines)


class UsageError(FundtrackError):
    """The command was asked in a way it cannot follow."""


class BookError(FundtrackError):
    """The book is missing, damaged or of another release."""


class ChartError(FundtrackError):
    """The chart of accounts cannot be read or applied."""


class PageError(FundtrackError):
    """A check, importer or report page is broken."""


class FormatError(FundtrackError):
    """A file does not have the form its page describes."""


class Refused(FundtrackError):
    """Vouchers break a check and were not posted; `findings` says which and why."""

    exit_code = 1

    def __init__(self, findings: Sequence[Any]) -> None:
        """Keep the findings: of `checking.Finding`, which this layer may not know."""
        super().__init__("refused", count=len(findings))
        self.findings = findings
