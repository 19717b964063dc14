"""The members of a zip, looked at before anything is unpacked."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import Final

from .bounds import BYTES, MEMBERS, RATIO, UNPACKED, UNPACKED_PACE, Unusable, allow, say

ENCRYPTED: Final = 1
NAMED_IN_UTF8: Final = 0x800
"""Bits of a member's flags."""

DAMAGES: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a zip that is none comes to."""

SIGNATURE: Final = b"PK"
HIDDEN: Final = re.compile(r"\.[^.]|__MACOSX$")
"""What a Mac puts beside the files of a zip."""


def sound(archive: zipfile.ZipFile, limit: int = UNPACKED) -> list[zipfile.ZipInfo]:
    """Return the members of a zip. Raises Unusable where they unpack to too much, BadZipFile where one has no name."""
    members = archive.infolist()
    if not all(member.filename for member in members):
        raise zipfile.BadZipFile("File name is missing")
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBERS or size > limit or size > RATIO * max(packed, 1):
        raise Unusable("workbook-too-large", {"limit": limit // 1_000_000})
    allow(size // UNPACKED_PACE)
    return members


def names(path: str) -> None:
    """Write the names of all members of a zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sound(archive):
                say({"member": member.filename})
    except DAMAGES as error:
        raise Unusable("archive-damaged", {"why": str(error)}) from error


def tell(path: str) -> None:
    """Write the members of a zip that are files, each with its place among all of them."""
    found = False
    try:
        with zipfile.ZipFile(path) as archive:
            for at, member in enumerate(sound(archive, BYTES)):
                name = named(member)
                if member.is_dir() or any(HIDDEN.match(part) for part in name.split("/")):
                    continue
                if member.flag_bits & ENCRYPTED:
                    raise Unusable("archive-locked", {"member": name})
                with archive.open(member) as file:
                    if file.read(2) == SIGNATURE and not name.lower().endswith((".xlsx", ".ods", ".xlsm")):
                        raise Unusable("archive-nested", {"member": name})
                say({"member": name, "at": at})
                found = True
    except DAMAGES as error:
        raise Unusable("archive-damaged", {"why": str(error)}) from error
    if not found:
        raise Unusable("archive-empty", {})


def named(member: zipfile.ZipInfo) -> str:
    """Return the name of a member: Chinese programs write it in GB18030 and say nothing of it."""
    if member.flag_bits & NAMED_IN_UTF8 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
