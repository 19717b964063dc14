"""JSON as tables: each list of records becomes a sheet, named by its path; a field of a field is a column, `a/0/b`.

Row 1 names the columns, row 2 is the first record. A page may name another list by its path, `projects/payments`: then
what stands above it is in columns that begin with a slash, `/projects/name`.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .bounds import CELLS, DEPTH, Unusable, fits, head, short

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = 1024
"""Records have a column for every field of every field, so more of them than a sheet has."""

NAMED: Final = 5
"""So many files of a package are named."""

EXACT: Final = 15
"""Digits of a whole number that every program keeps."""

LITERAL: Final = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
"""A number in proportion; another is kept as text."""


class Number(str):
    """A number as it is written in the file."""

    __slots__ = ()


def tell(path: str, encoding: str, records: str) -> None:
    """Write every list of records, or the one that is named."""
    try:
        whole = _whole_of(Path(path).read_text(encoding))
        found = [(records, [*_at(whole, records.split("/"), {}, "")])] if records else [*_lists(whole, "")]
    except RecursionError as error:
        raise Unusable("file-deep", {"limit": DEPTH}) from error
    except json.JSONDecodeError as error:
        raise Unusable("json-damaged", {"why": error.msg, "line": error.lineno}) from error
    if (files := _described(whole)) and not (records and found[0][1]):
        raise Unusable("json-descriptor", {"files": files})
    if not any(rows for _, rows in found):
        raise Unusable("json-no-records", {})
    names = [unicodedata.normalize("NFC", " ".join(name.split())) for name, _ in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Unusable("json-twice", {"name": twice[:80]})
    for name, rows in found:
        _sheet(name, rows)


def _whole_of(text: str) -> Any:  # noqa: ANN401 - whatever JSON says
    """Return what a text says; a record a line is a list of them. Raises JSONDecodeError."""
    reader = json.JSONDecoder(
        object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_constant
    )  # fmt: skip
    try:
        return reader.decode(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data" or text[: error.pos].strip().count("\n"):
            raise
    return [reader.decode(line) for line in text.splitlines() if line.strip()]


def _described(whole: Any) -> str:  # noqa: ANN401 - whatever JSON says
    """Return the files that a data package describes; nothing of another file, or where the rows stand beside that."""
    resources = whole.get("resources") if isinstance(whole, dict) else None
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        return ""
    paths = [one.get("path", one.get("url")) for one in resources if "data" not in one]
    named = [one for path in paths for one in (path if isinstance(path, list) else [path]) if isinstance(one, str)]
    return ", ".join(map(short, named[:NAMED])) + ", …" * (len(named) > NAMED)


def _lists(value: Any, name: str) -> Iterator[tuple[str, list[Any]]]:  # noqa: ANN401 - whatever JSON says
    """Give the outermost lists of records and their paths."""
    if isinstance(value, list):
        if any(isinstance(one, dict) for one in value):
            yield name, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _lists(one, f"{name}/{key}" if name else key)


def _at(value: Any, path: list[str], above: dict[str, str], name: str) -> Iterator[Any]:  # noqa: ANN401
    """Give the records at a path, with the fields of what stands above them."""
    if isinstance(value, list):
        for one in value:
            if path or isinstance(one, dict):
                yield from _at(one, path, above, name)
            else:
                yield one
    elif isinstance(value, dict) and path:
        single = {f"{name}/{key}": one for key, one in value.items() if not isinstance(one, (dict, list))}
        yield from _at(value.get(path[0]), path[1:], above | single, f"{name}/{path[0]}")
    elif isinstance(value, dict):
        yield value | above


def _sheet(name: str, rows: list[Any]) -> None:
    """Write a list of records: the names of all their fields, then a row for each; looked at twice, to keep no copy."""
    names = {key: "" for one in rows if isinstance(one, dict) for key, _ in _flat(one, "", 0)}
    fits(name, len(rows) + 1, len(names), COLUMNS)
    if len(rows) * len(names) > CELLS:
        raise Unusable("workbook-too-far", {"member": name or "–", "at": f"{len(rows)} x {len(names)}"})
    head(short(name), len(rows) + 1)
    _row(1, names)
    for number, one in enumerate(rows, 2):
        _row(number, (names | dict(_flat(one, "", 0))).values() if isinstance(one, dict) else [_scalar(one)])


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Give the fields of a record and of its fields, each by its path."""
    if depth > DEPTH:
        raise Unusable("file-deep", {"limit": DEPTH})
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, one in pairs:
            yield from _flat(one, f"{name}/{key}" if depth else str(key), depth + 1)
    else:
        yield short(name), _scalar(value)


def _scalar(value: Any) -> str:  # noqa: ANN401
    """Return a value as a cell."""
    if isinstance(value, str):
        return short(value)
    if isinstance(value, (dict, list)):
        return short(json.dumps(value, ensure_ascii=False))
    return "" if value is None else str(value).upper()


def _row(number: int, cells: Any) -> None:  # noqa: ANN401
    """Write a row; a number as it is written, for a float would not be exact."""
    said = (cell if isinstance(cell, Number) else json.dumps(cell, ensure_ascii=True) for cell in cells)
    sys.stdout.write(f"[{number}, [{', '.join(said)}]]\n")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raises Unusable where a field stands twice: programs differ about which of them counts."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise Unusable("json-twice", {"name": next(name for name in names if names.count(name) > 1)[:80]})
    return made


def _number(literal: str) -> str:
    """Return a number with decimals as it is written; one that is out of all proportion as text."""
    return Number(literal) if LITERAL.fullmatch(literal) else literal


def _whole(literal: str) -> str:
    """Return a whole number: as text while every program would keep its digits."""
    return literal if len(literal) <= EXACT else _number(literal)


def _constant(literal: str) -> str:
    """Refuse NaN and Infinity, which are no numbers of JSON."""
    raise Unusable("json-damaged", {"why": literal, "line": 1})
