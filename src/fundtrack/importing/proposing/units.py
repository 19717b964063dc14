"""In which unit and currency the amounts of an unknown table are: stated, shown by the amounts, or asked."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from fundtrack import money
from fundtrack.chart.model import CURRENCY
from fundtrack.errors import UsageError
from fundtrack.identifier import covered
from fundtrack.importing import movement
from fundtrack.importing.header import currencies, heading
from fundtrack.importing.layout import BOOK
from fundtrack.importing.proposing.look import answered, choices_of, same
from fundtrack.importing.proposing.point import Point, said
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from fundtrack.importing.proposing.look import Column, Looked
    from fundtrack.importing.proposing.point import Said, State

    Judged = tuple[str, Said, State]

YUAN: Final = "元"
YUAN_MARK: Final = re.compile(r"[¥￥]|元$")
YUANS: Final = tuple(unit for unit in money.OF_YUAN if unit != "yuan")
"""The units of yuan as Chinese files write them."""

MARKS: Final = {"£": "GBP", "€": "EUR", "HK$": "HKD", "NT$": "TWD", "US$": "USD"}
"""What stands beside amounts of a currency and of no other; $ and ¥ are of several."""

UNITED: Final = re.compile(r"单\s*位|币|currency", re.IGNORECASE)
"""What is in a title that says a currency: 单位：美元, 币种：港币."""

SCALED: Final = re.compile(r"thousand|million|billion|\bpence\b|\bcents\b", re.IGNORECASE)
"""What may say that amounts are in another unit than that of their currency, where no title states one."""


def currency(look: Looked, amount: Column, book: str, answers: Mapping[str, str]) -> Point:
    """Return the column of currencies, or the one currency; where the file says none, the book's."""
    if answer := answers.get("currency", ""):
        if answer == BOOK or money.is_currency(answer):
            return Point("currency", answer, "answered", said("new-answered"))
        return answered("currency", answer, look)
    named = [one for one in (*look.known("currency"), *look.saying("currency")) if one.filled and _codes(one)]
    if named:
        return _by_row(amount, [*dict.fromkeys(named)])
    beside = " ".join((amount.name, *(cell for _, row in look.grid.above for cell in row)))
    marks = Counter(code for mark, code in MARKS.items() for cell in (*amount.cells, beside) if mark in cell)
    titles = (cell for _, row in look.grid.above for cell in row if UNITED.search(cell))
    marks.update(code for text in (amount.name, *titles) for code in currencies.named_in(text) if code not in marks)
    if not marks:
        return Point("currency", BOOK, "taken", said("new-currency-book", code=book))
    code, count = marks.most_common(1)[0]
    if len(marks) == 1:
        return Point("currency", code, "proven", said("new-currency-marked", code=code, count=count))
    choices = {code: said("new-currency-marked", code=code, count=count) for code, count in marks.items()}
    return Point("currency", code, "open", said("new-currency-several", columns=len(marks)), choices)


def _by_row(amount: Column, named: Sequence[Column]) -> Point:
    """Return the column that says the currency of an amount: the nearest behind it, where all say the same."""
    after = min(named, key=lambda one: abs(one.place - amount.place - 1))
    if len(named) == 1 or same(named):
        why = said("new-currency-column", column=after.name, words=", ".join(list(after.words())[:4]))
        return Point("currency", after.name, "proven", why)
    why = said("new-currency-several", columns=len(named))
    return Point("currency", after.name, "open", why, choices_of(named))


def _codes(column: Column) -> bool:
    """Say whether a column holds nothing but currencies."""
    names = {name for of in movement.NAMED.values() for name in of}
    return all(money.is_currency(word) or word in names for word in column.words())


class Stated(NamedTuple):
    """What says the unit beside the amounts: whether a bank printed them, their currency, and its column."""

    statement: bool
    currency: str
    column: str


def unit(look: Looked, amounts: Sequence[Column], beside: Stated, answers: Mapping[str, str]) -> Point:
    """Return the unit of the amounts; of a currency without units of its own, the currency is it."""
    offered = YUANS if beside.currency == CURRENCY else (beside.currency, *money.OF_ANY)
    choices = {one: said("new-unit-choice", unit=one) for one in offered}
    if answer := answers.get("unit", ""):
        if answer not in choices:
            raise UsageError("new-choice", topic="unit", value=answer, choices=", ".join(choices))
        return Point("unit", answer, "answered", said("new-answered"), choices)
    above = [cell for _, row in look.grid.above for cell in row]
    value, why, state = _written(amounts, above, beside, choices) or _shown(amounts, beside)
    return Point("unit", value, state, why, choices if state == "open" else {})


def _written(
    amounts: Sequence[Column], above: Sequence[str], beside: Stated, offered: Collection[str]
) -> Judged | None:
    """Return the unit that the file states, in words, in a mark or in a column; nothing where it states none."""
    yuan, main = beside.currency == CURRENCY, _main(beside)
    stated = [*_stated(amounts, above, offered)]
    if len(stated) > 1:
        return stated[0], said("new-unit-conflict", units="、".join(stated)), "open"
    if stated:
        return stated[0], said("new-unit-stated", unit=stated[0]), "proven"
    if scaled := next((text for text in (*above, *(one.name for one in amounts)) if SCALED.search(text)), ""):
        return main, said("new-unit-scaled", text=covered(scaled[:60])), "open"
    marked = sum(bool(YUAN_MARK.search(cell.strip())) for one in amounts for cell in one.cells)
    if yuan and marked:
        return main, said("new-unit-marked", count=marked), "proven"
    named = any(beside.currency in currencies.named_in(one.name) for one in amounts)
    if named or (beside.column and not yuan):
        why = said("new-unit-beside", column=beside.column, unit=main)
        return main, said("new-unit-stated", unit=beside.currency) if named else why, "proven"
    return None


def _shown(amounts: Sequence[Column], beside: Stated) -> Judged:
    """Return the unit that the amounts show by their hundredths, or that nothing shows it."""
    main, count, parts = _main(beside), sum(one.numbers for one in amounts), sum(one.fractions for one in amounts)
    printed = sum(one.printed for one in amounts)
    if beside.statement and printed:
        return main, said("new-unit-bank", count=printed, of=count), "proven"
    if not parts:
        return main, said("new-unit-whole", count=count), "open"
    if beside.currency == CURRENCY:
        return main, said("new-unit-unstated", count=parts, of=count), "open"
    return main, said("new-unit-parts", count=parts, of=count, unit=main), "proven"


def _main(beside: Stated) -> str:
    """Return the unit that most amounts of a currency are in."""
    return YUAN if beside.currency == CURRENCY else beside.currency


def _stated(amounts: Sequence[Column], above: Sequence[str], offered: Collection[str]) -> dict[str, None]:
    """Return the units among those offered that stand in brackets behind the columns, in their names, or above them."""
    behind = [cells.column(one.name)[1] for one in amounts]
    titled = [unit for cell in (*above, *(one.name for one in amounts)) for unit in heading.stated(cell)]
    return {unit: None for unit in (*behind, *titled) if unit in offered}
