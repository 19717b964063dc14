"""What is bound to a header and reads the rows below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fundtrack.errors import FormatError
    from fundtrack.importing.body.blocks import Piece
    from fundtrack.importing.body.outs import Outs
    from fundtrack.importing.header.places import Column

    Count = Callable[[Sequence[int], Sequence[list[str]], "Moved"], Sequence[int]]


class Moved(NamedTuple):
    """What came in and what went out, in fen, row by row."""

    incoming: Sequence[int]
    outgoing: Sequence[int]


class Bound(Protocol):
    """What is bound to a header and reads the rows below it: as vouchers, or as entries of a register.

    `unit` is that of the amounts, `counted` the places of numbers, `mapped` the places that are read, `telling` those
    without which a row says nothing of money; `days` are the dates of its rows in ISO 8601; `outs` is how a table
    prints what went out, where that stands in a column of its own.
    """

    unit: str
    days: set[str]
    telling: set[int]
    counted: set[int]
    outs: Outs | None
    mapped: set[int]

    def mask(self, row: list[str]) -> None:
        """Mask in place whatever may be a person's number."""

    def piece(self, sheet: str, numbers: Sequence[int], rows: Sequence[list[str]], count: Count) -> Piece:
        """Return what rows make, counted. Raises FormatError where one of them makes nothing, then none is counted."""

    def amounts(self, columns: Sequence[Column]) -> Moved:
        """Return what came in and what went out, in fen. Raises FormatError."""

    def sums(self, row: list[str]) -> bool:
        """Say whether a total row has a sum of amounts, and not only of heads."""

    def printed(self, row: list[str]) -> tuple[int, int] | None:
        """Return the amounts of a total row, which may have both, or None where they cannot be read."""

    def balance(self, row: list[str]) -> int | None:
        """Return the balance a row prints, in fen, or None where there is none that can be read."""

    def change(self, row: list[str], moved: tuple[int, int] | None) -> tuple[tuple[str, ...], int | None]:
        """Return what tells the account of a row, and by how much it changed; None where nobody knows."""

    def says(self, row: Sequence[str]) -> str:
        """Return the hash of all that is read of a row but its day and amount."""

    def has_day(self, row: Sequence[str]) -> bool:
        """Say whether a day stands in the place of one; it is none of the file's for that."""

    def day(self, row: Sequence[str]) -> str:
        """Return the day of a row in ISO 8601, nothing where it cannot be read."""

    def problems(self, row: list[str], moved: Moved | None) -> Iterator[FormatError]:
        """Give everything for which a row makes nothing, each once, but an amount that is not known."""
