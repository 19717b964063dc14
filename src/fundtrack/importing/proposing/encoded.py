"""Which encoding an unknown text file is in: proven by its bytes, or one of few, of which a person chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack.errors import FormatError, UsageError
from fundtrack.identifier import covered
from fundtrack.importing.files import decode
from fundtrack.importing.proposing.point import Point, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fundtrack.importing.proposing.point import State

CHINESE: Final = "gb18030"
WESTERN: Final = "cp1252"
OTHERS: Final = ("big5", "shift_jis")
"""What passes for GB18030 as well, as signs that nobody writes."""

LOOKED_AT: Final = 1 << 21
"""Bytes of which the characters are judged; whether they can be decoded at all, the whole file is asked."""

COMMON: Final = 95
"""Per cent of the Chinese characters of a text that are of the common 3,755 (level 1 of GB 2312)."""

RARE: Final = 3
"""No text in Chinese has only one common character in so many."""

SPARSE: Final = 4
"""A Western text has at least so many plain letters for each that is beyond ASCII."""

HAN: Final = 0x2E80
"""From here on characters are of the East; before it are Latin letters, signs and marks."""


class Decoded(NamedTuple):
    """What the bytes of a file may be, why, and how it is known where they may be only one thing."""

    encodings: tuple[str, ...]
    why: Mapping[str, str]
    state: State = "proven"


def encoding(path: Path, answer: str) -> Point:
    """Return the encoding of a text file. Raises FormatError where it is in none, or holds control characters."""
    found = _possible(path)
    if answer:
        if answer not in {*found.encodings, "utf-8", CHINESE, WESTERN, *OTHERS}:
            raise UsageError("new-choice", topic="encoding", value=answer, choices=", ".join(found.encodings))
        return Point("encoding", answer, "answered", said("new-answered"))
    if len(found.encodings) == 1:
        return Point("encoding", found.encodings[0], found.state, found.why)
    choices = {one: said("new-encoding-choice", sample=_sample(path, one)) for one in found.encodings}
    return Point("encoding", found.encodings[0], "open", found.why, choices)


def _possible(path: Path) -> Decoded:
    """Return the encodings that a file may be in, the likeliest first, and why."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise FormatError("file-empty", path=path)
    if marked := next((name for mark, name in decode.MARKS if start.startswith(mark)), ""):
        return Decoded((marked.removesuffix("-sig"),), said("new-encoding-mark"))
    failed = _fails(path, "utf-8")
    if failed is None:
        return _passing(path)
    chinese, western = _fails(path, CHINESE), _fails(path, WESTERN)
    if chinese is None:
        common, all_of = _common(path)
        if all_of >= decode.ENOUGH and common * 100 >= COMMON * all_of:
            return Decoded((CHINESE,), said("new-encoding-common", common=common, characters=all_of))
        beyond, letters = _density(path)
        sparse = western is None and beyond * SPARSE <= letters
        if sparse and all_of >= decode.ENOUGH and common * RARE <= all_of:
            why = said("new-encoding-western", common=common, characters=all_of, beyond=beyond)
            return Decoded((WESTERN,), why, "taken")
        others = [one for one in OTHERS if all_of >= decode.ENOUGH and _fails(path, one) is None]
        few = all_of < decode.ENOUGH or sparse
        last = [WESTERN] if western is None else []
        chinese_too = [] if _private_use(path) else [CHINESE]
        order = [*last, *chinese_too, *others] if few else [*others, *chinese_too, *last]
        return Decoded(tuple(order), said("new-encoding-several", encodings=", ".join(order)))
    if western is None:
        beyond, letters = _density(path)
        others = [one for one in OTHERS if _fails(path, one) is None] if beyond * SPARSE > letters else []
        why = said("new-encoding-excluded", line=chinese, beyond=beyond)
        if others:
            why = said("new-encoding-several", encodings=", ".join([*others, WESTERN]))
        return Decoded((*others, WESTERN), why, "taken")
    raise FormatError("file-encoding", path=path, line=failed, encoding="UTF-8 / GB18030 / Windows-1252")


def _passing(path: Path) -> Decoded:
    """Return the encodings of a file that passes for UTF-8."""
    with path.open("rb") as file:
        text = file.read(LOOKED_AT).decode("utf-8", "ignore")
    beyond = [character for character in text if character > "\x7f"]
    if not beyond and not _any_beyond(path):
        return Decoded(("utf-8",), said("new-encoding-ascii"))
    latin = all(ord(character) < HAN for character in beyond)
    if len(beyond) >= decode.ENOUGH or latin or _fails(path, CHINESE) is not None:
        return Decoded(("utf-8",), said("new-encoding-utf8", characters=len(beyond)))
    return Decoded(("utf-8", CHINESE), said("new-encoding-several", encodings=f"utf-8, {CHINESE}"))


def _any_beyond(path: Path) -> bool:
    """Say whether any character of a file is beyond ASCII."""
    return any(not text.isascii() for text in decode.texts(path, "utf-8"))


def _fails(path: Path, encoding: str) -> int | None:
    """Return the line on which a file is not of an encoding, or nothing. Raises FormatError (`control-character`)."""
    try:
        for _ in decode.texts(path, encoding):
            pass
    except FormatError as error:
        if error.key != "file-encoding":
            raise
        return int(str(error.details["line"]))
    return None


def _common(path: Path) -> tuple[int, int]:
    """Return how many characters of a file are common Chinese ones, were it GB18030, and how many are Chinese."""
    with path.open("rb") as file:
        text = file.read(LOOKED_AT).decode(CHINESE, "ignore")
    han = [character.encode(CHINESE) for character in text if character >= "\u2e80" and character.isalpha()]
    return sum(_level_one(code) for code in han), len(han)


def _density(path: Path) -> tuple[int, int]:
    """Return how many bytes at the beginning of a file are beyond ASCII, and how many are plain letters."""
    with path.open("rb") as file:
        data = file.read(LOOKED_AT)
    return sum(byte > ord("\x7f") for byte in data), sum(map(str.isalpha, data.decode("ascii", "ignore")))


def _private_use(path: Path) -> bool:
    """Say whether a file, read as GB18030, has characters of nobody's: then it is not written in it."""
    return any("\ue000" <= character <= "\uf8ff" for text in decode.texts(path, CHINESE) for character in text)


def _level_one(code: bytes) -> bool:
    """Say whether the code of a character stands in the first level of GB 2312, where the common ones are."""
    first, second = (*code, 0)[:2]
    return bool(0xB0 <= first <= 0xD7 and second >= 0xA1)  # noqa: PLR2004 - the bounds of the level


def _sample(path: Path, encoding: str) -> str:
    """Return the first line that is beyond ASCII, as it reads in an encoding, with long numbers masked."""
    for text in decode.texts(path, encoding):
        for line in text.splitlines():
            if not line.isascii():
                at = next(at for at, character in enumerate(line) if character > "\x7f")
                return covered(line[max(at - 15, 0) : at + 15].strip())
    return "–"
