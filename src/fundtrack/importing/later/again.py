"""The rows of a batch read once more from the kept original, with what people have corrected in rows that wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fundtrack.book.aliases import aliases, standing
from fundtrack.book.corrections import CHANNEL, in_force, of_batch
from fundtrack.chart.words import words_of
from fundtrack.errors import PageError
from fundtrack.importing.batch.basis import BY_ACCOUNT, CORRECTED
from fundtrack.importing.batch.default import kept
from fundtrack.importing.batch.file import importers_of
from fundtrack.importing.batch.stage import keyed
from fundtrack.importing.body.blocks import Block, Said
from fundtrack.importing.files.keep import find_original
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.book.corrections import Correction
    from fundtrack.importing.batch.default import Default
    from fundtrack.importing.batch.stage import Keyed
    from fundtrack.importing.body.blocks import Piece
    from fundtrack.importing.importer import Importer


@dataclass(frozen=True)
class Source:
    """Where the rows of a batch came from: its kept original, the sheet, and the page it is read through.

    What its rows do not say has a `default`, which counts once somebody has confirmed it; a statement that does not say
    its account is that of the `bank`. `corrected` are the cells of rows that say something else by now, by row and
    place; `known` are the natural keys of the rows that wait as the
    original has them, `named` those by which they are posted. The batch was imported through the page of a hash.
    """

    batch: int
    original: Path
    file: str
    sheet: str
    importer: Importer
    default: Default | None
    bank: str = ""
    corrected: Mapping[int, Mapping[int, Correction]] = field(default_factory=dict)
    known: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    confirmed_by: str = ""
    named: dict[int, tuple[str, int]] = field(default_factory=dict)
    page_sha256: str = ""

    @property
    def page_since(self) -> str:
        """Return the hash of the page where it was changed since the batch was imported; empty where it was not."""
        digest = self.importer.page.digest
        return "" if digest == self.page_sha256 else digest

    def rows(self, key: bytes) -> Iterator[Keyed]:
        """Give the rows of the sheet with their natural keys, corrected ones as they should have been."""
        if not self.corrected:
            yield from (one for one in keyed(self._pieces(), key) if one[0].sheet == self.sheet)
            return
        self.named.update(self._named(key))
        for piece, keys, occurrences in keyed(self._pieces(), key):
            if piece.sheet == self.sheet:
                said = zip(_numbers(piece), zip(keys, occurrences, strict=True), strict=True)
                names, times = zip(*(self.named.get(number, of) for number, of in said), strict=True)
                yield self._based(piece), names, times

    def amounts(self) -> dict[int, int | None]:
        """Return what the rows of the sheet come to, corrected ones as they should have been; None where unreadable."""
        found: dict[int, int | None] = {}
        for piece in self._pieces():
            if piece.sheet == self.sheet:
                found |= (
                    zip(piece.numbers, piece.amounts, strict=True) if isinstance(piece, Block)
                    else {piece.number: piece.amount}.items()
                )  # fmt: skip
        return found

    def saying(self, field: str, value: str) -> set[int]:
        """Return the rows of the sheet that say a value in a field, corrected ones as they should have been."""
        found: set[int] = set()
        for piece in self._pieces():
            if piece.sheet != self.sheet:
                continue
            if isinstance(piece, Block):
                said: Sequence[str] = getattr(piece.candidates, field, ())  # payments say no department
                found |= {number for number, of in zip(piece.numbers, said, strict=False) if of == value}
            elif piece.entry and piece.entry.get(field) == value:
                found.add(piece.number)
        return found

    def _pieces(self) -> Iterator[Piece]:
        new = {(self.sheet, row): {at: one.new for at, one in of.items()} for row, of in self.corrected.items()}
        return self.importer.candidates(self.original, name=self.file, corrected=new, whose=self.bank).pieces()

    def _named(self, key: bytes) -> dict[int, tuple[str, int]]:
        """Return the natural keys of the rows that wait: of corrected ones those of a file that was right at once.

        So a file that comes again without the fault is known. They are the last of their twins, for these stand.
        """
        own: dict[int, str] = {}
        for piece, keys, _ in keyed(self._pieces(), key):
            if piece.sheet == self.sheet:
                own |= {
                    number: of for number, of in zip(_numbers(piece), keys, strict=True) if number in self.corrected
                }
        wanted, twins = {*own.values()}, Counter[str]()
        for piece, keys, _ in keyed(self._pieces(), key):
            others = zip(_numbers(piece), keys, strict=True)
            twins.update(of for number, of in others if of in wanted
                         and not (number in own and piece.sheet == self.sheet))  # fmt: skip
        named = dict(self.known)
        for number, of in own.items():
            twins[of] += 1
            named[number] = of, twins[of]
        return named

    def _based(self, piece: Piece) -> Piece:
        """Return rows of which those rest on a correction, and on who approved it, whose fund such a cell says."""
        if not any(one.field in CHANNEL for of in self.corrected.values() for one in of.values()):
            return piece
        if not isinstance(piece, Block):
            return piece._replace(fund_said=self._rests(piece.number, piece.fund_said, "fund"))
        of = piece.candidates
        said = [
            self._rests(number, one, _field(one, fund))
            for number, one, fund in zip(piece.numbers, of.fund_said, of.fund, strict=True)
        ]
        return piece._replace(candidates=of._replace(fund_said=said))

    def _rests(self, row: int, said: Said, field: str) -> Said:
        """Return how a row says its fund: by what corrected the field that says it, where anything did."""
        for one in self.corrected.get(row, {}).values():
            if one.field == field:
                return Said(CORRECTED, one.column_name, one.approved_by)
        return said


def _field(said: Said, fund: str) -> str:
    """Return which field says the fund of a payment; one that says none may name the quota line that pays it."""
    return ("bank" if said.how == BY_ACCOUNT else "fund") if fund else "quota"


def _numbers(piece: Piece) -> Sequence[int]:
    """Return the numbers of rows."""
    return piece.numbers if isinstance(piece, Block) else (piece.number,)


def source_of(
    connection: Connection, book: Book, batch: int, importers: Mapping[str, Importer] | None = None
) -> Source:
    """Return where the rows of a batch came from, read by other `importers` than know the words that stand, if given.

    Raises PageError where its page is gone, and UsageError where its original is.
    """
    ((sha256, sheet, page, file, bank, by_page),) = dialect.rows_of(
        connection, f"SELECT sha256, sheet, page, file, bank, page_sha256 FROM batch WHERE batch = {batch:d}"
    )
    known = importers
    if known is None:
        chart = book.chart(connection)
        known = importers_of(book, words_of(chart), chart.currency, standing(aliases(connection)).values())
    if page not in known:
        raise PageError("page-gone", batch=batch, name=page)
    default = next((default for default, _ in kept(connection, batch)), None)
    keys = dialect.rows_of(connection, f"""SELECT row, natural_key, occurrence FROM input_row
        WHERE batch = {batch:d} AND state = 'quarantined'""")  # fmt: skip
    return Source(
        batch, find_original(book, sha256), file, sheet, known[page], default, bank,
        in_force(of_batch(connection, batch)), {row: (key, nth) for row, key, nth in keys},
        page_sha256=by_page,
    )  # fmt: skip
