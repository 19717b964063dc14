"""What corrections say of the sums of their files, worked out again from the originals: part of `doctor`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from fundtrack.book.corrections import GUARDED, of_batch
from fundtrack.book.doctor import Ailment, cause_of, unreachable
from fundtrack.errors import FundtrackError
from fundtrack.importing.later.again import source_of
from fundtrack.money import plain
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from fundtrack.book import Book

MOVED: Final = f"""
SELECT DISTINCT batch FROM correction
WHERE moves IS NOT NULL OR reads IS NOT NULL OR field IN ({", ".join(f"'{name}'" for name in sorted(GUARDED))})
ORDER BY batch
"""
"""Files whose sum is other than that of their rows as they came, or might be."""


def recounted(book: Book) -> Iterator[Ailment]:
    """Yield the rows whose corrections say another sum than the original gives; a file that cannot be read is told."""
    if unreachable(book):
        return
    try:
        with book.reading() as connection:
            for (batch,) in dialect.rows_of(connection, MOVED):
                yield from _of_batch(book, connection, batch)
    except (DBAPIError, FundtrackError) as error:
        if not (isinstance(error, FundtrackError) and error.key == "no-key"):  # that it is missing is told as such
            yield Ailment("not-examined", {"examination": "corrections", "cause": cause_of(error)})


def _of_batch(book: Book, connection: Connection, batch: int) -> Iterator[Ailment]:
    said: dict[int, tuple[int, int]] = {}
    for one in of_batch(connection, batch):
        moves, reads = said.get(one.row, (0, 0))
        said[one.row] = moves + (one.moves or 0), reads + (one.reads or 0)
    source = source_of(connection, book, batch)
    before, after = replace(source, corrected={}).amounts(), source.amounts()
    for row, (moves, reads) in said.items():
        was, now_is = before.get(row), after.get(row)
        derived = (now_is or 0) - (was or 0), (now_is is not None) - (was is not None)
        if (moves, reads) != derived:
            yield Ailment("sum-wrong", {"row": f"{batch}:{row}", "stored": plain(moves), "derived": plain(derived[0]),
                                        "reads": reads, "read": derived[1]})  # fmt: skip
