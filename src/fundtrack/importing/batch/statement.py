"""Which line of a bank's statement a row tells of: the bank's own number says it, and no place in a file.

Two statements of one account overlap, and each numbers its lines anew. A row tells of the line that holds already if
account, day, amount and the bank's number are the same; where one of them has no number, if the balance behind it is.
Another line takes no line's place, though it has its number in the file: it comes where its neighbours in the file are.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

    from fundtrack.schema.registers import Register

    T = TypeVar("T")
    Stored = tuple[Any, ...]

"""The register of what banks say."""

Day = tuple[str, str, str]
"""An account and unit on a day."""


class Line(NamedTuple):
    """What tells a line of a statement: where it stands, the bank's number, amount and balance, both in fen."""

    bank: str
    unit: str
    date: str
    line: int
    ref: str
    amount: int
    balance: int

    @property
    def day(self) -> Day:
        """Return the account and the day."""
        return self[:3]

    def same(self, other: Line) -> bool:
        """Say whether two lines of a day are one: by the bank's number, or by the balance where one has none."""
        numbered = self.ref and other.ref
        return self.amount == other.amount and (
            self.ref == other.ref if numbered else bool(self.balance) and self.balance == other.balance
        )

    def corrects(self, other: Line) -> bool:
        """Say whether it may take the place of another: of the same number, or where nothing says that it is not."""
        if self.ref or other.ref:
            return self.ref == other.ref
        return self.amount == other.amount or self.balance == other.balance


class Statement:
    """The lines of statements that hold, each of which answers for one row of a file."""

    def __init__(self, connection: Connection, register: Register) -> None:
        """Know the lines that hold."""
        self._at = {name: at for at, name in enumerate(register.columns)}
        self._days: defaultdict[Day, dict[int, Line]] = defaultdict(dict)
        self._placed: defaultdict[Day, dict[int, Line]] = defaultdict(dict)
        columns = ", ".join(register.columns)
        for one in dialect.rows_of(connection, f"SELECT {columns} FROM book_{register.relation}"):
            line = self._line(one)
            self._days[line.day][line.line] = line

    def placed(self, rows: Iterable[T], says: Callable[[T], Stored]) -> Iterator[tuple[T, Stored]]:
        """Give rows with what each says as it is to be stored: at the place of the line that it tells of."""
        for day, of_day in groupby(rows, lambda row: self._line(says(row)).day):
            together = [*of_day]
            self._place(day, [self._line(says(row)) for row in together])
            for row in together:
                said = [*says(row)]
                line = self._placed[day][said[self._at["line"]]]
                said[self._at["line"]] = line.line
                said[self._at["ref"]] = said[self._at["ref"]] or line.ref
                yield row, tuple(said)

    def _line(self, said: Sequence[Any]) -> Line:
        return Line(*(said[self._at[name]] for name in Line._fields))

    def _place(self, day: Day, rows: Sequence[Line]) -> None:
        """Find the places of rows of a day. Two that have one number in the file have one place: they contradict."""
        held, placed = self._days[day], self._placed[day]
        new = [*{row.line: row for row in reversed(rows) if row.line not in placed}.values()][::-1]
        found = self._known(new, held)
        shift = next((found[row.line].line - row.line for row in new if row.line in found), None)
        if shift is None:
            shift = max(held) + 1 - min(row.line for row in new) if held and new else 0
        for row in new:
            line = found.get(row.line)
            if line is None:
                at = row.line + shift
                line = row._replace(line=max(held) + 1 if at in held else at)
            shift = line.line - row.line
            placed[row.line] = line
            held[line.line] = row._replace(line=line.line, ref=row.ref or line.ref)

    def _known(self, rows: Sequence[Line], held: dict[int, Line]) -> dict[int, Line]:
        """Return the lines of which rows tell, or that they correct, by the rows' numbers; each line once."""
        found: dict[int, Line] = {}
        used = {line.line for day in {row.day for row in rows} for line in self._placed[day].values()}
        free = {at: line for at, line in sorted(held.items()) if at not in used}
        of_amount: defaultdict[int, list[Line]] = defaultdict(list)
        for line in free.values():
            of_amount[line.amount].append(line)
        for row in rows:
            same = [line for line in of_amount[row.amount] if row.same(line)]
            if same:
                line = min(same, key=lambda one: (one.balance != row.balance, one.line))
                found[row.line] = free.pop(line.line)
                of_amount[row.amount].remove(line)
        for row in rows:
            if row.line not in found and row.line in free and row.corrects(free[row.line]):
                found[row.line] = free.pop(row.line)
        return found
