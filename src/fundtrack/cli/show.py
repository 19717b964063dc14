"""Printing: tables with wide Chinese characters, machine-readable rows, findings, and errors.

Text from files goes to a terminal only through `say`, which disarms what could steer it.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import unicodedata
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

import typer

from fundtrack import money
from fundtrack.errors import LANGUAGES, FundtrackError, Language, Refused, message, messages, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.checking import Finding
    from fundtrack.cli.options import Format


def say(text: str = "", *, error: bool = False) -> None:
    """Print a line; a control or formatting character is shown as its code."""
    typer.echo("".join(map(_harmless, text)), err=error)


def _harmless(character: str) -> str:
    if character == "\n" or unicodedata.category(character)[0] != "C":
        return character
    return f"\\u{ord(character):04x}"


def say_message(key: str, language: Language, /, **details: object) -> None:
    """Print a sentence."""
    say(message(key, language, **details))


def as_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def rows(found: Sequence[Mapping[str, Any]], form: Format, language: Language, columns: Sequence[str]) -> None:
    """Print records: as JSON whole, otherwise their columns, headed in the language by the message `head-NAME`."""
    if form == "json":
        as_json(list(found))
    elif form == "csv":
        from fundtrack.reporting.table import safe

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        for row in found:
            cells = (_text(row.get(name)) for name in columns)
            writer.writerow([cell if _number(cell) else safe(cell) for cell in cells])
    else:
        heads = [message(f"head-{name}", language) for name in columns]
        table(heads, [[_text(row.get(name)) for name in columns] for row in found])


def in_words(record: Mapping[str, Any], language: Language, **prefixes: str) -> dict[str, Any]:
    """Return a record as people read it: the values of some columns by the messages that begin with a prefix."""
    keys = {name: f"{prefix}-{str(record[name]).lower()}" for name, prefix in prefixes.items()}
    return {**record} | {name: message(key, language) for name, key in keys.items() if key in messages()}


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _number(text: str) -> bool:
    return text.removeprefix("-").replace(",", "").replace(".", "", 1).isdecimal()


def table(heads: Sequence[str], body: Iterable[Sequence[str]]) -> None:
    """Print a table in columns; those that hold numbers only are set to the right."""
    lines = [list(heads), *map(list, body)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    numeric = [all(_number(cell) for cell in column[1:] if cell) for column in zip(*lines, strict=True)]
    for at, line in enumerate(lines):
        cells = [_padded(*cell) for cell in zip(line, widths, numeric, strict=True)]
        say("  ".join(cells).rstrip())
        if at == 0:
            say("  ".join("-" * size for size in widths))


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def _padded(text: str, size: int, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space


def findings(found: Iterable[Finding], language: Language) -> None:
    """Print findings by check: where, what, and once what to do about them; that a ledger was altered stands first."""
    from fundtrack.ledger.intact import ALTERATIONS

    in_order = sorted(found, key=lambda finding: (finding.check not in ALTERATIONS, finding.check))
    for check, group in groupby(in_order, key=lambda finding: finding.check):
        remedy = ""
        for finding in group:
            said = finding.subject.said(language)
            place = f"{said}: " if said else ""
            words = [message(f"severity-{finding.severity}", language)]
            words += [] if finding.is_open else [message(f"state-{finding.state}", language)]
            say(f"{place}{check} [{', '.join(words)}]: {finding.messages[language]}")
            remedy = finding.remedies[language]
        say(f"  → {remedy}")


@contextmanager
def refusal(form: Format, language: Language) -> Iterator[None]:
    """Let a program that asked for JSON read why vouchers are refused; the refusal goes on to end the command."""
    try:
        yield
    except Refused as refused:
        if form == "json":
            found = cast("Sequence[Finding]", refused.findings)
            as_json({"refused": True, "findings": [finding.record(language) for finding in found]})
        raise


def spoken() -> Language:
    """Return the language of the terminal: what `FUNDTRACK_LANG` says, or else the system."""
    said = next(filter(None, map(os.environ.get, ("FUNDTRACK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if said.startswith("zh") else "en"


def problem(error: FundtrackError) -> None:
    """Print an error, and for refused vouchers every reason, in both languages to the standard error.

    The one that is spoken by `FUNDTRACK_LANG` or the system comes first.
    """
    order = LANGUAGES[::-1] if spoken() == "zh" else LANGUAGES
    for language in order:
        say(error.said(language), error=True)
    if isinstance(error, Refused):
        for finding in cast("Sequence[Finding]", error.findings):
            for language in order:
                said = paragraph(finding.messages[language], finding.remedies[language])
                say(f"  {finding.check}: {said}", error=True)


def yuan(amount: int | None) -> str:
    """Return an amount for people, empty for none."""
    return "" if amount is None else money.grouped(amount)


def progress(done: int, total: int = 0) -> None:
    """Show how far long work is, on a terminal only."""
    if sys.stderr.isatty():
        of = f" / {total:,}" if total else ""
        typer.echo(f"\r{done:,}{of}", nl=done == total, err=True)
