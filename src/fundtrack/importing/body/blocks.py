"""What comes out of a file: single rows, and blocks of rows that all make candidates, kept as columns."""

from __future__ import annotations

from hashlib import blake2b
from itertools import compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fundtrack.errors import FormatError
    from fundtrack.importing.header.channels import Told


class Said(NamedTuple):
    """How a file says the fund of a row: in a column, a cell, its name, by its account; the place, and the word."""

    how: str
    place: str
    word: str


UNSAID: Final = Said("", "", "")
"""How a row says its fund that says none."""


class Candidate(NamedTuple):
    """A voucher that a row asks for. `amount` is in fen and above zero; `kind` says which way it goes.

    A word that the words do not know stands in `fund`, `use` and `project` as the file wrote it. `fund` is empty when
    neither the file nor its bank account says it; `use_fund` is the fund whose use is charged. `quota` is what the file
    calls the line that pays, `approver` who approved it by the file, `reference` the original that a refund returns.
    Where a row does not say its use itself, what else it says may name one: it is `told`.
    `source_account` and `natural_key` tell whether a row has been read before: the key is date, movement in fen, and
    the page's key columns, so that a corrected amount is another row.
    """

    date: dt.date
    kind: str
    amount: int
    fund: str
    use_fund: str
    use: str
    payee: str
    narration: str
    project: str
    document: str
    bank: str
    bank_ref: str
    payee_id: str
    payee_account: str
    contract: str
    quota: str
    approver: str
    reference: str
    source_account: str
    fund_said: Said
    told: tuple[Told, ...]
    natural_key: tuple[str, ...]


class Candidates(NamedTuple):
    """The candidates of a block: a column for each field of `Candidate`, and of `natural_key` one for each part."""

    date: Sequence[dt.date]
    kind: Sequence[str]
    amount: Sequence[int]
    fund: Sequence[str]
    use_fund: Sequence[str]
    use: Sequence[str]
    payee: Sequence[str]
    narration: Sequence[str]
    project: Sequence[str]
    document: Sequence[str]
    bank: Sequence[str]
    bank_ref: Sequence[str]
    payee_id: Sequence[str]
    payee_account: Sequence[str]
    contract: Sequence[str]
    quota: Sequence[str]
    approver: Sequence[str]
    reference: Sequence[str]
    source_account: Sequence[str]
    fund_said: Sequence[Said]
    told: Sequence[tuple[Told, ...]]
    natural_key: Sequence[Sequence[str]]

    def one(self, at: int) -> Candidate:
        """Return one of them."""
        *columns, key = self
        return Candidate._make((*(column[at] for column in columns), tuple(part[at] for part in key)))

    def where(self, wanted: Sequence[bool]) -> Candidates:
        """Return some of them."""
        *columns, key = self
        kept = [[*compress(column, wanted)] for column in columns]
        return Candidates._make((*kept, [[*compress(part, wanted)] for part in key]))


class Row(NamedTuple):
    """A physical row. Private numbers in `cells` are masked.

    `state` is `data` or `not-data`, then with `why`: preamble, header, blank, total, note, footer, or sheet (one that
    the page does not describe). `amount` is what the row counts in the file's sums, in fen: as printed, or what came
    in less what went out; None when it cannot be read. Data makes a `candidate`, or the `entry` of a register, or has
    `problems`. An entry has the register's columns, as `Register.row` takes them. A row that makes no candidate is
    known by its `digest`: of its cells as they were read, for masked ones of two persons may be equal. An act on
    quota is known by its `key`, and says its fund as payments do. `says` is the keyed hash of all that the page reads
    of a row of data: two rows of one natural key may say different things. `day` is the day, in ISO 8601, of a row
    that has problems, but none with that.
    """

    number: int
    sheet: str
    cells: list[str]
    state: str
    why: str
    amount: int | None
    candidate: Candidate | None
    problems: tuple[FormatError, ...]
    entry: Mapping[str, Any] | None = None
    digest: str = ""
    key: str = ""
    fund_said: Said = UNSAID
    says: str = ""
    day: str = ""


class Block(NamedTuple):
    """Rows of data that all make candidates; for the fields see `Row`.

    `raw` are the cells as they were read: a private number is masked by `mask` when somebody asks for a row.
    """

    numbers: Sequence[int]
    sheet: str
    raw: Sequence[list[str]]
    amounts: Sequence[int]
    candidates: Candidates
    mask: Callable[[list[str]], object]
    says: Callable[[list[str]], str]

    def row(self, at: int) -> Row:
        """Return one of the rows."""
        cells = [*self.raw[at]]
        self.mask(cells)
        return Row(
            self.numbers[at], self.sheet, cells, "data", "", self.amounts[at], self.candidates.one(at), (),
            says=self.says(self.raw[at]),
        )  # fmt: skip

    def where(self, wanted: Sequence[bool]) -> Block:
        """Return some of the rows."""
        return self._replace(
            numbers=[*compress(self.numbers, wanted)],
            raw=[*compress(self.raw, wanted)],
            amounts=[*compress(self.amounts, wanted)],
            candidates=self.candidates.where(wanted),
        )


Piece = Row | Block


def digest(row: Sequence[str]) -> str:
    """Return the hash of the cells of a row; kept only under the key of the book."""
    return blake2b("\x1f".join(row).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def saying(texts: Mapping[str, str], key: bytes) -> str:
    """Return the hash, under the key of the book, of what a row says, by the names of what its page reads."""
    said = "\x1f".join(f"{name}={text.strip()}" for name, text in sorted(texts.items()))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16, key=key).hexdigest()


def rows_of(piece: Piece) -> Iterator[Row]:
    """Give the rows of a piece one by one."""
    if isinstance(piece, Row):
        yield piece
    else:
        yield from map(piece.row, range(len(piece.numbers)))


def not_data(number: int, sheet: str, row: list[str], why: str) -> Row:
    """Return a row that brings nothing to post."""
    return Row(number, sheet, row, "not-data", why, None, None, ())
