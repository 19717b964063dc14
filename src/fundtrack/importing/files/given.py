"""What a file is that somebody gives: told by its first bytes and never by its name, and what is in a zip of files."""

from __future__ import annotations

import codecs
import re
import stat
import tempfile
import zipfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.files import decode, workbook
from fundtrack.importing.files.bounded.archive import DAMAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fundtrack.importing.files.workbook import Sheet

LARGEST: Final = 1_000_000_000
"""Bytes of a file of text; one of a million rows has a fifth of that."""

BEGINS: Final = 1 << 12
"""Bytes in which a file says what it is."""

HTML: Final = re.compile(
    r"\s*(?:<\?[^>]*>\s*)*(?:<!--.*?-->\s*)*<(?:(?:ss:)?workbook|!doctype\s+html|html|head|meta|body|table|div|style)\b",
    re.IGNORECASE | re.DOTALL,
)
IATI: Final = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\])?>\s*)*<iati-activit(?:ies|y)\b", re.DOTALL
)
"""Aid as XML; what it declares beside is refused by its reader."""

LEDGER: Final = re.compile(
    r'^(?:option "|include "|\d{4}-\d\d-\d\d (?:open|close|custom|commodity|balance|note|document|txn|[*!]) )',
    re.MULTILINE,
)
JSON: Final = re.compile(r"\s*[\[{]\s*[\[{\"\]}]")
CHARSET: Final = re.compile(r"""<(?:meta|\?xml)[^>]*(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
"""How a page of HTML says its encoding."""

CHINESE: Final = frozenset({"gb2312", "gbk", "gb_2312-80", "x-gbk"})
"""Names under which programs write GB18030, of which each is a part."""

EMPTY: Final = b"PK\x05\x06"
"""How a zip begins that holds nothing."""

PARTS: Final = frozenset({"[Content_Types].xml", "content.xml", "mimetype"})
"""What a zip holds that is a workbook."""

PICTURES: Final = (b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff")
LETTER: Final = 1 << 16
"""Bytes of the longest letter beside lists."""

ROW: Final = re.compile(rb"\d[^\r\n]*[,;|\t]|[,;|\t][^\r\n]*\d")
"""A line that may be a row of a list."""

SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,5}")


class Part(NamedTuple):
    """A file to import: the path it is read by, its name as evidence, and what a person calls it."""

    path: Path
    name: str
    label: str


def weighed(path: Path) -> None:
    """Refuse what is no file of a size that can be read.

    Raises UsageError (`file-unreadable`, `file-irregular`) or FormatError (`file-too-large`).
    """
    try:
        found = path.stat()
    except OSError as error:
        raise UsageError("file-unreadable", path=path, cause=error.strerror) from error
    if not stat.S_ISREG(found.st_mode):
        raise UsageError("file-irregular", path=path)
    if found.st_size > LARGEST:
        raise FormatError("file-too-large", path=path, limit=LARGEST // 1_000_000)


def kind(path: Path) -> str:
    """Return what a file is by its first bytes: `workbook`, `archive`, `html`, `json`, `xml`, `ledger` or `text`."""
    found = path.stat()
    return _kind(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=64)
def _kind(path: Path, *_unchanged: int) -> str:
    """Return what a file is; one that is as it was is not asked again."""
    with path.open("rb") as file:
        data = file.read(BEGINS)
    if data.startswith(EMPTY):
        return "archive"
    if workbook.is_workbook(path):
        return "archive" if _holds_files(path) else "workbook"
    text = data.replace(b"\0", b"").decode("ascii", "ignore")  # as far as it goes, also in UTF-16
    if LEDGER.search(text):
        return "ledger"
    if IATI.match(text):
        return "xml"
    return "html" if HTML.match(text) else "json" if JSON.match(text) else "text"


def _holds_files(path: Path) -> bool:
    """Say whether a zip holds files, and is no workbook itself.

    Of what is damaged its name decides: whoever reads a thing of that kind says what is wrong with it.
    """
    try:
        names = {said["member"] for said in workbook.told(path, "members")}
    except FormatError:
        return path.suffix.lower() == ".zip"
    return bool(names) and PARTS.isdisjoint(names)


def is_letter(path: Path) -> bool:
    """Say whether a file is a scan, a picture or a text without a row: no line has a figure and what parts cells."""
    with path.open("rb") as file:
        data = file.read(LETTER + 1)
    if data.startswith(PICTURES):
        return True
    return bool(data) and len(data) <= LETTER and kind(path) == "text" and b"\0" not in data and not ROW.search(data)


def encoded(path: Path, of: str, declared: str) -> str:
    """Return the encoding of a file that is no plain text, empty for a workbook, and for XML, which says its own.

    Raises FormatError where it is in no encoding that it says, or that the page declares.
    """
    if of in {"workbook", "xml"}:
        return ""
    return decode.encoding(path, _said(path, declared) if of == "html" else declared, long=True)


def sheets(path: Path, of: str, encoding: str, records: str, most: int | None = None) -> Iterator[Sheet]:
    """Give the sheets of a file that is no plain text; of a workbook only so many rows of each. Raises FormatError."""
    some = () if most is None else (str(most),)
    more = {"workbook": some, "ledger": (), "xml": (), "json": (encoding, records)}.get(of, (encoding,))
    return workbook.sheets(path, of, *more)


def _said(path: Path, otherwise: str) -> str:
    """Return the encoding that a page of HTML says, or another where it says none that is known."""
    with path.open("rb") as file:
        found = CHARSET.search(file.read(BEGINS).decode("ascii", "ignore"))
    name = found[1].lower() if found else otherwise
    try:
        return "gb18030" if name in CHINESE else codecs.lookup(name).name
    except LookupError:
        return otherwise


@contextmanager
def parts(path: Path) -> Iterator[list[Part]]:
    """Give the files that a file is: itself, or those of a zip, unpacked as long as they are needed.

    Raises FormatError where the zip is damaged or locked, unpacks to too much, or holds another.
    """
    if kind(path) != "archive":
        yield [Part(path, path.name, str(path))]
        return
    members = [*workbook.told(path, "archive")]
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path) as archive:
        found = archive.infolist()
        yield [_unpacked(archive, found[int(said["at"])], said, path, Path(folder)) for said in members]


def _unpacked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, said: Mapping[str, Any], path: Path, folder: Path
) -> Part:
    """Unpack a member under a name of ours, up to the size that the zip says. Raises FormatError."""
    suffix = Path(said["member"]).suffix.lower()
    made = folder / f"{said['at']}{suffix if SUFFIX.fullmatch(suffix) else ''}"
    try:
        with archive.open(member) as file, made.open("wb") as copy:
            copy.write(file.read(member.file_size))
    except (*DAMAGES, MemoryError) as error:
        raise FormatError("archive-damaged", path=path, why=f"{said['member']}: {error}") from error
    return Part(made, f"{path.name}:{said['member']}", f"{path}:{said['member']}")
