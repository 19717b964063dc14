"""Which encoding a text file is in: proven over the whole file, never guessed.

The order is byte-order mark, strict UTF-8, the encoding the page declares, strict. Bytes of two Chinese characters in
GB18030 pass for UTF-8 in 2 % of cases and of eight in none of 60,000, so below eight characters beyond ASCII the
declared encoding decides. In an encoding of single bytes, UTF-8 would be letters such as Ã followed by a sign: what
passes for UTF-8 is UTF-8.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK: Final = 1 << 18
ENOUGH: Final = 8
LINE_MAX: Final = 1 << 20
"""Bytes of a line: as many as 256 cells may have, and no file of a bureau comes near."""

CONTROLS: Final = bytes([*range(9), 11, 12, *range(14, 32), 127])
"""Control characters that no text of a bureau has: all of ASCII's but tab, line feed and carriage return."""

SINGLE: Final = ("cp125", "iso8859", "latin")
"""How the names of encodings begin in which a character is a byte."""

MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding(path: Path, declared: str, *, long: bool = False) -> str:
    """Return the encoding that a file is in, if it is in any: `texts`, which reads all of it, proves that it is.

    Lines may be `long` where they are not read one by one. Raises FormatError (`file-empty`, `file-encoding`,
    `control-character`, `line-too-long`) naming the line.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise FormatError("file-empty", path=path)
    marked = next((encoding for mark, encoding in MARKS if start.startswith(mark)), None)
    if marked:
        return marked
    try:
        beyond = _beyond_ascii(path, long=long)
    except FormatError as error:
        if error.key != "file-encoding" or codecs.lookup(declared).name == "utf-8":
            raise
        return declared
    few = beyond not in (0, ENOUGH) and not codecs.lookup(declared).name.startswith(SINGLE)
    return declared if few and _decodes(path, declared, long=long) else "utf-8"


def _decodes(path: Path, encoding: str, *, long: bool) -> bool:
    """Say whether the whole file can be decoded."""
    try:
        for _ in texts(path, encoding, long=long):
            pass
    except FormatError:
        return False
    return True


def _beyond_ascii(path: Path, *, long: bool) -> int:
    """Decode the whole file as UTF-8 and count its characters beyond ASCII, up to ENOUGH. Raises FormatError."""
    beyond = 0
    for text in texts(path, "utf-8", long=long):
        if beyond < ENOUGH and not text.isascii():
            beyond = min(ENOUGH, beyond + sum(character > "\x7f" for character in text))
    return beyond


def texts(path: Path, encoding: str, *, long: bool = False) -> Iterator[str]:
    """Give the text of a file, piece by piece, strictly in an encoding and without control characters.

    Raises FormatError (`file-encoding`, `control-character`, `line-too-long`) naming the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, begun, data = 1, 0, b"?"
    with path.open("rb") as file:
        while data:
            data = file.read(CHUNK)
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise FormatError("file-encoding", path=path, line=line, encoding=encoding) from error
            plain = text.encode() if encoding == "utf-16" else data
            if len(plain.translate(None, CONTROLS)) != len(plain):
                at = next(at for at, byte in enumerate(plain) if byte in CONTROLS)
                line += plain[:at].count(b"\n")
                raise FormatError("control-character", path=path, line=line, code=f"U+{plain[at]:04X}")
            line += plain.count(b"\n")
            last = max(plain.rfind(b"\n"), plain.rfind(b"\r"))
            begun = len(plain) - last if last >= 0 else begun + len(plain)
            if begun > LINE_MAX and not long:
                raise FormatError("line-too-long", path=path, line=line, limit=LINE_MAX)
            yield text


def lines(path: Path, encoding: str) -> Iterator[str]:
    """Give the lines of a file as `texts` reads it, each with its end: a line feed, a carriage return, or both."""
    pieces: list[str] = []
    for text in texts(path, encoding):
        pieces.append(text)
        if "\n" in text or "\r" in text:
            *whole, begun = io.StringIO("".join(pieces), newline="").readlines()
            yield from whole
            pieces = [begun]  # it may go on, even behind a carriage return
    yield from io.StringIO("".join(pieces), newline="")
