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
from difflib import SequenceMatcher
from functools import cache
from heapq import nsmallest
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Language = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, Language]] = ("en", "zh")

SLIP: Final = 0.9
"""How alike two names are of which one is the other with a letter too many, too few or wrong."""

HALF: Final = 0.5
"""How alike two names are of which one may have been meant."""


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


class Count(int):
    """A number in a sentence, behind which `{count:s}` is the plural's s, or nothing for one."""

    def __format__(self, spec: str) -> str:
        """Return the number, or the s."""
        return ("" if self == 1 else "s") if spec == "s" else super().__format__(spec)


def message(key: str, language: Language, /, **details: object) -> str:
    """Return the sentence of a key in a language, with its details filled in."""
    return messages()[key][language].format(**_in(language, details))


def _in(language: Language, details: Mapping[str, object]) -> dict[str, object]:
    """Return the details of a message as its sentence takes them: words in its language, numbers with their plural."""
    said = {name: value[language] if isinstance(value, dict) else value for name, value in details.items()}
    return {name: Count(value) if type(value) is int else value for name, value in said.items()}


def words(*keys: str) -> dict[Language, str]:
    """Return a word, or several as a list, in each language: as a detail it is said in the language of its message."""
    commas: dict[Language, str] = {"en": ", ", "zh": "、"}
    return {language: commas[language].join(message(key, language) for key in keys) for language in LANGUAGES}


def paragraph(sentence: str, remedy: str) -> str:
    """Return what is the matter and what to do as one paragraph: Chinese leaves no space behind its marks."""
    gap = "" if sentence.endswith(("。", "？")) or not remedy else " "
    return f"{sentence}{gap}{remedy}"


def both(key: str, /, **details: object) -> str:
    """Return a word or sentence in both languages, for what is kept or printed once for every reader."""
    return " ".join(message(key, language, **details) for language in LANGUAGES)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the three names most like one that is none: a slip of a letter, then what shares most of its words."""
    words = set(name.split("-"))

    def far(other: str) -> tuple[bool, int, float]:
        alike = SequenceMatcher(None, name, other).ratio()
        return alike < SLIP, -len(words & set(other.split("-"))), -alike

    return ", ".join(nsmallest(3, sorted(known), key=far)) or "–"


def near(name: str, known: Iterable[str]) -> str:
    """Return the names like one that is none, at most three: those that share a word, or half of the letters."""
    words = set(name.split("-"))
    like = (one for one in known if words & {*one.split("-")} or SequenceMatcher(None, name, one).ratio() >= HALF)
    return found if (found := nearest(name, like)) != "–" else ""


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

    def where(self, language: Language = "en") -> str:
        """Return `file:line` or `file [sheet …] [row …]`, or an empty string."""
        details = self.details
        place = str(details.get("path", ""))
        if "line" in details:
            place += f":{details['line']}"
        for part in ("sheet", "row", "column"):
            if details.get(part) not in (None, ""):
                place += f" [{message(f'head-{part}', language)} {details[part]}]"
        return place

    def __str__(self) -> str:
        """Return where, what and the remedy, in English and then in Chinese."""
        return "\n".join(map(self.said, LANGUAGES))

    def said(self, language: Language) -> str:
        """Return where, what and the remedy in a language."""
        where = self.where(language)
        return (f"{where}: " if where else "") + paragraph(self.text(language), self.remedy(language))


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
