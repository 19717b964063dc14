"""Objections: what is wrong with what was read itself, as findings, counted and shown wherever those are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fundtrack.checking.finding import Finding
from fundtrack.errors import LANGUAGES, FundtrackError, message, messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fundtrack.checking.lens import Subject
    from fundtrack.errors import Language


def objected(key: str, subject: Subject, **details: object) -> Finding:
    """Return an objection that is no check's: `key` is that of its message, and the name under which it is counted.

    A detail that is an error, or several, is told in the language of the sentence.
    """
    said = {language: _said(details, language) for language in LANGUAGES}
    return Finding(
        check=key,
        severity="error",
        subject=subject,
        voucher=0,
        date="",
        fund="",
        use="",
        unit="",
        amount=None,
        key=(*map(str, said["en"].values()),),
        group="",
        measure=0,
        messages={language: message(key, language, **said[language]) for language in LANGUAGES},
        remedies={language: messages()[key][f"remedy-{language}"] for language in LANGUAGES},
        basis=(),
    )


def _said(details: Mapping[str, object], language: Language) -> dict[str, Any]:
    return {name: _in(language, value) for name, value in details.items()}


def _in(language: Language, value: object) -> object:
    if isinstance(value, FundtrackError):
        column = value.details.get("column")
        colon = message("form-colon", language)
        return f"{column}{colon}{value.text(language)}" if column else value.text(language)
    if isinstance(value, list):
        return " ".join(str(_in(language, one)) for one in value)
    return value
