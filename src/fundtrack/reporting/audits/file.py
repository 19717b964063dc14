"""The file an audit is written to: complete, or as it was before."""

from __future__ import annotations

import errno
import json
import os
import secrets
import stat
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fundtrack.errors import UsageError
from fundtrack.reporting.audits.page import page
from fundtrack.reporting.audits.paper import working_paper
from fundtrack.reporting.audits.rows import as_csv
from fundtrack.reporting.audits.sarif import as_sarif
from fundtrack.reporting.export import unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from fundtrack.checking.audit import Audit
    from fundtrack.errors import Language
    from fundtrack.reporting.sampling import Sample

PAPER: Final = ".xlsx"
"""The suffix of the working paper, which alone takes a sampling list."""


def _json(audit: Audit, language: Language) -> bytes:
    return (json.dumps(audit.record(language), ensure_ascii=False, indent=2) + "\n").encode()


def _csv(audit: Audit, language: Language) -> bytes:
    return as_csv(audit, language).encode("utf-8-sig")  # with the mark by which a spreadsheet knows UTF-8


def _workbook(audit: Audit, language: Language, samples: Sample | None = None) -> bytes:
    out = BytesIO()
    working_paper(audit, language, samples).save(out)
    return out.getvalue()


WRITERS: Final[Mapping[str, Callable[[Audit, Language], bytes]]] = {
    ".json": _json,
    ".csv": _csv,
    ".sarif": lambda audit, language: as_sarif(audit, language).encode(),
    PAPER: _workbook,
    ".html": lambda audit, language: page(audit, language).encode(),
}

SUFFIXES: Final = tuple(WRITERS)


@contextmanager
def writing(
    path: Path | None, read: tuple[Path, ...] = ()
) -> Iterator[Callable[[Audit, Language, Sample | None], None]]:
    """Give what writes an audit to a file of the kind its suffix says, and does nothing without one.

    Whether it can be written is found out before anything is checked, and that it lies outside of what is `read`. The
    file gets its place only when all went well; who may read it stays as it was. A working paper takes a sample.
    Raises UsageError (`audit-suffix`, `export-unwritable`, `output-is-input`).
    """
    if path is None:
        yield lambda _audit, _language, _samples: None
        return
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UsageError("audit-suffix", path=path, suffixes=", ".join(SUFFIXES))
    refuse_input(path, read)
    with draft(path) as place:
        yield lambda audit, language, samples: place(
            _workbook(audit, language, samples) if samples else writer(audit, language)
        )


def refuse_input(path: Path, read: tuple[Path, ...]) -> None:
    """Refuse a file that is part of what is audited. Raises UsageError (`output-is-input`)."""
    out = path.resolve()
    for source in (one.resolve() for one in read):
        if out == source or (source.is_dir() and out.is_relative_to(source)):
            raise UsageError("output-is-input", path=path, source=source.name)


@contextmanager
def draft(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Give what puts bytes into a file: complete, with the mode it had, or not at all. Raises `export-unwritable`.

    Whether there may be such a file is found out at once; a draft beside it is gone afterwards.
    """
    beside = path.resolve().with_name(f".{path.name[:64]}-{secrets.token_hex(8)}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.stat().st_mode & stat.S_IWUSR:  # who protected it meant it to stay
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        beside.touch(exist_ok=False)
    except OSError as error:
        raise unwritable(path, error) from error

    def place(data: bytes) -> None:
        try:
            beside.write_bytes(data)
            if path.exists():
                beside.chmod(stat.S_IMODE(path.stat().st_mode))
            os.replace(beside, path.resolve())  # noqa: PTH105 - the one moment is to be seen
        except OSError as error:
            raise unwritable(path, error) from error

    try:
        yield place
    finally:
        beside.unlink(missing_ok=True)
