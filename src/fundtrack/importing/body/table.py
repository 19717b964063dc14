"""The rows below a header, each told apart: a payment or entry, a total, a note, or a row that cannot be read."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from fundtrack import identifier
from fundtrack.errors import FormatError
from fundtrack.importing.body import footers, foots, repeats
from fundtrack.importing.body.balances import Balances
from fundtrack.importing.body.below import Below
from fundtrack.importing.body.blocks import Row, digest, not_data
from fundtrack.importing.body.doubt import FEWEST, Doubts
from fundtrack.importing.body.totals import SIDES, Sums
from fundtrack.importing.values import cells, fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fundtrack.importing.body.blocks import Piece
    from fundtrack.importing.body.bound import Bound, Moved
    from fundtrack.importing.header.heading import Heading, Numbered
    from fundtrack.importing.layout import Layout

MOSTLY: Final = 5
"""So many rows, and four of five of them negative, tell that a list counts what it paid as negative."""

BLANKS: Final = frozenset({"", " ", "\t", "\u3000", "\u00a0"})

REPEATING: Final = frozenset({"row-repeats", "total-unfit"})
"""What is said of a row that may repeat others."""


class Table:
    """A table under its header: reads its rows, many at a time, and keeps its sums and running balance."""

    def __init__(self, layout: Layout, head: Heading, columns: Bound, place: Mapping[str, object]) -> None:
        """Prepare what tells a total or a note from data by its first character, before looking closer.

        `place` is what errors are told with: the file and, in a workbook, the sheet.
        """
        self.layout, self.head, self.columns, self.place = layout, head, columns, place
        self.sheet = str(place.get("sheet", ""))
        self.sums, self.balances = Sums(self.sheet), Balances(self.sheet, columns.day)
        self._doubts = Doubts(layout, head)
        self._last: Sequence[str] = head.names
        self._below = Below(head, columns.unit, place)
        self._width = len(head.names)
        self._named = head.named
        self._netted, self._negative = layout.netted, 0
        self._unsigned = not (layout.netted or layout.form or "reference" in layout.columns)
        self._balanced = "balance" in layout.columns
        kept = layout.form is not None and "balance" in layout.form.fields
        self._directed = not self._netted and (kept or bool(layout.movement.column))
        self._sided = self._netted or self._directed
        self._side = fields.side(columns.unit or layout.currency, layout.red, comma=layout.decimal == ",")
        totals, self._notes = ([cells.label(word) for word in words] for words in (layout.total, layout.notes))
        self._total = re.compile(rf"(?:{'|'.join(map(re.escape, totals)) or '(?!)'})(?![^\W\d])", re.IGNORECASE)
        begun = {word[:1] for word in (*totals, *self._notes, head.names[0])}
        self._suspect = BLANKS | begun | {*map(str.upper, begun), *map(str.lower, begun)}

    def read(self, numbered: Sequence[Numbered]) -> Iterator[Piece]:
        """Give what physical rows are: those that make candidates in blocks as large as can be."""
        if self._below.other or len(numbered) == 1:
            yield from (self._one(number, row) for number, row in numbered)
            return
        numbers, rows = zip(*numbered, strict=True)
        plain = {*map(len, rows)} == {self._width} and self._suspect.isdisjoint(row[0][:1] for row in rows)
        if plain and not (self._doubts.loose and self._like_total(rows)):
            with suppress(FormatError):  # which row it is, and why, its own reading tells
                yield self._block(numbers, rows)
                return
        half = len(numbered) // 2
        yield from self.read(numbered[:half])
        yield from self.read(numbered[half:])

    def _one(self, number: int, row: list[str]) -> Piece:
        """Return what a physical row is; below the header of another table, which this one does not read, it waits."""
        if len(row) != self._width or self._below.other or row[0][:1] in self._suspect:
            if why := self._not_data(number, row):
                return not_data(number, self.sheet, cells.cautious(row), why)
            if self._below.other:
                return self._unreadable(number, row, None, [self._below.other])
            if len(row) != self._width:
                ragged = FormatError("row-ragged", found=len(row), columns=self._width)
                return self._unreadable(number, row, self._of_ragged(number, row), [ragged])
        elif self._doubts.loose and self._like_total([row]) and self._is_total(number, row, _filled(row)):
            return not_data(number, self.sheet, cells.cautious(row), "total")
        try:
            return self._block((number,), (row,))
        except FormatError:
            why = self._no_payment(number, row, _filled(row))
            return not_data(number, self.sheet, cells.cautious(row), why) if why else self._faulty(number, row)

    def _no_payment(self, number: int, row: list[str], filled: set[int]) -> str:
        """Say why a row is no data that begins as data do, or nothing. Raises FormatError (`unit-below`)."""
        if self._foot(number, row) or self._is_total(number, row, filled):
            return "total"
        if self._below.is_header(number, row, filled):
            return "header"
        if self._only_balance(row):
            return "note"
        return "footer" * self._noted(number, row, filled, aside=self._is_footer(row, filled))

    def _noted(self, number: int, row: list[str], filled: set[int], *, aside: bool) -> bool:
        """Note what a row says of those around it: all of it if it stands `aside` of them, else what is in its amounts.

        Returns whether it does. Raises FormatError (`unit-below`).
        """
        self._below.note(number, [row[at] for at in (filled if aside else filled & self.columns.counted)])
        return aside

    def _like_total(self, rows: Sequence[list[str]]) -> bool:
        """Say whether rows may be totals: they have no number that tells a payee, or a page knows no such column."""
        return not self._doubts.told(rows) if self._doubts.places else any(map(repeats.hinted, rows))

    def _block(self, numbers: Sequence[int], rows: Sequence[list[str]]) -> Piece:
        """Return what rows make together, and count them. Raises FormatError, then none is counted."""
        return self.columns.piece(self.sheet, numbers, rows, self._judged)

    def _judged(self, numbers: Sequence[int], rows: Sequence[list[str]], moved: Moved) -> Sequence[int]:
        """Count rows unless one of them may repeat others. Raises FormatError, then none is counted."""
        self._doubts.refuse(rows, moved)
        if self._sided and len(rows) == 1 and not _any_moved(moved) and self._only_balance(rows[0]):
            raise FormatError("amount-zero")
        for row in rows[:1] if len(rows) == 1 else ():
            for doubt in self._doubtful(row, moved):
                raise doubt
        self._doubts.add(rows, moved)
        return self._count(numbers, rows, moved)

    def _doubtful(self, row: list[str], moved: Moved) -> list[FormatError]:
        """Return why a row may be no payment."""
        found = self._doubts.wrong(row, moved)
        filled = _filled(row)
        marks = self._marks(row, filled) if self._doubts.loose else set()
        if marks and self._doubts.lacks(row, filled - marks) and not any(one.key == "row-repeats" for one in found):
            found.append(FormatError("row-repeats"))
        return found

    def _count(self, numbers: Sequence[int], rows: Sequence[list[str]], moved: Moved) -> Sequence[int]:
        """Count rows in the sums and follow their balances; return what each counts."""
        self._last = rows[-1]
        self._below.go_on()
        incoming, outgoing = map(sum, moved)
        self.sums.add(len(numbers), *((incoming - outgoing, 0) if self.layout.signed else (incoming, outgoing)))
        amounts = [*map(int.__sub__, *moved)] if self._netted else moved.outgoing
        if self._unsigned and min(moved.outgoing) < 0:
            self._negative += sum(amount < 0 for amount in moved.outgoing)
        if self._netted:
            self.sums.move(incoming, outgoing)
        if self._balanced or self._directed:
            for number, row, come, gone in zip(numbers, rows, *moved, strict=True):
                self._follow(number, row, (come, gone))
        return amounts

    def refuse_reversed(self) -> None:
        """Refuse a list of payments of which most are below zero. Raises FormatError (`signs-reversed`).

        Its few amounts above zero would be posted, and are what came back. A page that reads which payment a refund
        returns knows what is below zero.
        """
        rows = self.sums.rows
        if rows >= MOSTLY and rows > self._negative and self._negative * MOSTLY >= rows * (MOSTLY - 1):
            raise FormatError("signs-reversed", **self.place, count=self._negative, of=rows, page=self.layout.name)

    def _follow(self, number: int, row: list[str], moved: tuple[int, int] | None) -> None:
        """Compare the balance that a row prints; where nobody knows what it moved, the next goes on from it."""
        of, change = self.columns.change(row, moved)
        if self._balanced:
            self.balances.follow(of, number, row, self.columns.balance(row), change)
        if self._directed and moved is not None:
            self._move(change, moved[1])

    def _move(self, change: int | None, amount: int) -> None:
        """Count what came in, or went out, by what says so: a word, which an amount taken back has too, or the sign."""
        if change is None:
            self.sums.lose()
        elif change == amount if self.layout.movement.column else change > 0:
            self.sums.move(change, 0)
        else:
            self.sums.move(0, -change)

    def _of_ragged(self, number: int, row: list[str]) -> int | None:
        """Return what a row counts that has too few cells or too many; None where nobody knows.

        One that ends before its last columns has to end behind its amounts. Of one that goes on behind them a cell too
        many may stand anywhere: before its amounts it would have moved them to the right, where there must be none, and
        the day behind them, which must be one.
        """
        last = max(self.columns.counted, default=0)
        if len(row) <= last:
            return None
        whole = [*row, *[""] * (self._width - len(row))][: self._width]
        moved = self._moves(whole)
        further = [row[at : at + self._width] for at in range(1, len(row) - self._width + 1)]
        if last < max(self.columns.telling, default=0) and self.columns.has_day(whole):
            further = [*filter(self.columns.has_day, further)]
        if moved is None or any(map(_any_moved, map(self._moves, further))):
            return None
        (amount,) = self._count((number,), (whole,), moved)
        return amount

    def _moves(self, row: list[str]) -> Moved | None:
        """Return what a row moves by its cells, or nothing where they cannot be read so."""
        try:
            return self.columns.amounts([(cell,) for cell in row])
        except FormatError:
            return None

    def _faulty(self, number: int, row: list[str]) -> Row:
        """Return a row of data that makes no candidate, with everything that is wrong with it."""
        try:
            moved = self.columns.amounts([(cell,) for cell in row])
        except FormatError as error:
            return self._unreadable(number, row, None, [error, *self.columns.problems(row, None)])
        doubtful = self._doubtful(row, moved)
        self._doubts.add((row,), moved, repeats=any(error.key in REPEATING for error in doubtful))
        (amount,) = self._count((number,), (row,), moved)
        return self._unreadable(number, row, amount, [*self.columns.problems(row, moved), *doubtful])

    def _unreadable(self, number: int, row: list[str], amount: int | None, problems: Iterable[FormatError]) -> Row:
        """Return a row of data that makes no candidate; without an amount the sums no longer say anything.

        A number that may be a person's leaves it only masked, in whatever cell it stands.
        """
        if amount is None:
            self.sums.unknown = True
            if self._balanced and len(row) == self._width:
                self._follow(number, row, None)
        told = tuple(FormatError(error.key, **_covered(error.details), **self.place, row=number) for error in problems)
        shown = [*row]
        if len(row) == self._width:
            self.columns.mask(shown)
        else:
            shown = cells.cautious(row)
        says, day = self.columns.says(row) if len(row) == self._width else "", self._day(row)
        return Row(number, self.sheet, shown, "data", "", amount, None, told, digest=digest(row), says=says, day=day)

    def _day(self, row: list[str]) -> str:
        """Return the day of a row, which is one of the file's; one that is ragged is not known by it."""
        day = self.columns.day([*row, *[""] * (self._width - len(row))][: self._width])
        return day if len(row) == self._width else ""

    def _beside(self, row: list[str], filled: set[int]) -> bool:
        """Say whether a row of payments, behind an amount that stands first, is called nothing but a total."""
        texts = filled - self.columns.counted
        named = self.layout.form is None and min(filled) in self.columns.counted and bool(texts)
        return named and all(self._total.fullmatch(cells.label(row[place])) for place in texts)

    def _tells(self, row: list[str], filled: set[int]) -> bool:
        """Say whether a row of payments has a day and an amount."""
        if self.layout.form:
            return False
        numbers, days = self.columns.counted, self.columns.telling - self.columns.counted
        return bool(numbers & filled) and any(map(str.isdigit, "".join(row[day] for day in days & filled)))

    def _not_data(self, number: int, row: list[str]) -> str:
        """Say why a row is not data, or nothing. Counts a total.

        Blank cells beyond the header's last column are dropped, and those of its last columns that have no name added.
        """
        if not any(row[self._width :]):
            del row[self._width :]
        if len(row) >= self._named:
            row += [""] * (self._width - len(row))
        filled = _filled(row)
        if not filled:
            return "blank"
        if self._below.is_header(number, row, filled):
            return "header"
        if self._below.other:
            return "footer" * self._is_footer(row, filled)
        if self._foot(number, row) or self._is_total(number, row, filled):
            return "total"
        if self._tells(row, filled - self._marks(row, filled)):
            return ""  # what has a date and an amount is a payment, whatever it is called
        first = cells.label(row[min(filled)])
        worded = bool(self._total.match(first)) or self._beside(row, filled)
        lone = len(filled) == 1 and self.layout.form is None and filled.isdisjoint(self.columns.telling)
        noted = first.startswith(tuple(self._notes)) or filled.isdisjoint(self.columns.mapped) or lone
        why = "note" if noted and not worded else "footer" * self._is_footer(row, filled)
        return why if self._noted(number, row, filled, aside=bool(why)) else ""

    def _is_footer(self, row: Sequence[str], filled: set[int]) -> bool:
        """Say whether a row says only what is printed at the foot of a page: one text, or several of payments.

        Of payments any text that stands alone is, and what a label such as 制表人： begins, if there is no amount.
        """
        if footers.is_footer(row[at] for at in filled) and (len(filled) == 1 or self.layout.form is None):
            return True
        at = min(filled)
        if self.layout.form or at in self.columns.counted or self._total.match(cells.label(row[at])):
            return False
        if repeats.letters(row[at]):
            return False
        if len(filled) == 1:
            return footers.prose(row[at])
        others = (row[other] for other in filled & self.columns.telling if other != at)
        return footers.labelled(row[at]) and not any(map(footers.figures, others))

    def _is_total(self, number: int, row: list[str], filled: set[int]) -> bool:
        """Say whether a row repeats others, and compare it with what it repeats.

        It does by the page's words; by a word of every list that is its first text, if it lacks what a payment has; and
        without that if it comes to the sum of several, and does not go on with their running numbers. What it is called
        else, nobody knows.
        """
        marks = self._marks(row, filled)
        if not filled or self._tells(row, filled - marks):
            return False
        lacking = self._doubts.lacks(row, filled - marks)
        if lacking and self._in_letters(number, row):
            return True
        named = lacking and next((at for at in sorted(filled) if not repeats.counts(row[at])), None) in marks
        worded = named or bool(self._total.match(cells.label(row[min(filled)]))) or self._beside(row, filled)
        if worded and not self.columns.sums(row) and (lacking or self.layout.form):
            return True
        numbers = {at for at in filled if repeats.heads(row[at]) or at in self.columns.counted
                   or (at not in self.columns.mapped and repeats.counts(row[at]))}  # fmt: skip
        printed = self.columns.printed(row) if worded or (lacking and marks) or filled <= numbers else None
        if not printed or not (worded or self.sums.reach(printed, 1 if marks else FEWEST)):
            return False
        if not (worded or marks) and self._next(row, filled):
            return False
        said = [row[at] for at in marks]
        called = {one.__name__: any(map(one, said)) for one in (repeats.brought, repeats.grand, repeats.cumulative)}
        self.sums.compare(number, printed, **called)
        self._doubts.begin()
        return True

    def _next(self, row: list[str], filled: set[int]) -> bool:
        """Say whether a row has the running number that follows that of the last."""
        places = filled - self.columns.mapped - self.columns.counted
        pairs = [(row[at].strip(), self._last[at].strip()) for at in places]
        return any(now.isdecimal() and last.isdecimal() and int(now) == int(last) + 1 for now, last in pairs)

    def _in_letters(self, number: int, row: list[str]) -> bool:
        """Say whether a row is a total that is written out, and compare it, and its figures."""
        said = repeats.in_letters(row) if self.columns.unit else None
        if said is None or self.layout.two_sided:
            return repeats.form_of_letters(row)
        self.sums.compare(number, (said, 0) if self.layout.signed else (0, said), written=True)
        if self.columns.sums(row) and (printed := self.columns.printed(row)):
            self.sums.compare(number, printed)
        return True

    def finish(self) -> None:
        """Compare what stands above the table, once all its rows are read."""
        for number, row in self.head.above:
            self._foot(number, row)
        self.sums.finish()

    def _foot(self, number: int, row: list[str]) -> bool:
        """Say whether a row beneath a statement totals what came in, or what went out, and compare what it says."""
        said = foots.foot(row) if self._sided else None
        if said is None:
            return False
        try:
            printed = [abs(self._side(amount)) if amount else None for amount in said]
        except FormatError:
            return False
        for side, amount in zip(SIDES, printed, strict=True):
            if amount is not None:
                self.sums.compare_side(number, side, amount)
        return True

    def _only_balance(self, row: list[str]) -> bool:
        """Say whether a row of a statement says what there was, and moved nothing."""
        if not (self._sided and foots.balance(row)):
            return False
        try:
            return not _any_moved(self.columns.amounts([(cell,) for cell in row]))
        except FormatError as error:
            return error.key == "amount-empty"

    def _marks(self, row: list[str], filled: set[int]) -> set[int]:
        """Return where a row is called one that repeats others; a page may say that it is only a note."""
        if cells.label(row[min(filled, default=0)]).startswith(tuple(self._notes)):
            return set()
        return {place for place in filled - self.columns.counted if repeats.called(row[place])}


def _any_moved(moved: Moved | None) -> bool:
    """Say whether there is an amount in what a row may move."""
    return moved is not None and any(map(any, moved))


def _filled(row: Sequence[str]) -> set[int]:
    """Return the places of a row that are not blank."""
    return {place for place, cell in enumerate(row) if cell.strip()}


def _covered(details: Mapping[str, object]) -> dict[str, object]:
    """Return the details of an error, with every long number masked in what a file says."""
    return {name: identifier.covered(str(said)) if name == "text" else said for name, said in details.items()}
