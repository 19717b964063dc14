"""Which way the money of a row went: by the sign of its one amount, or by a word beside an amount without a sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack.errors import FormatError
from fundtrack.importing.source import source_of, texts_of
from fundtrack.importing.values import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fundtrack.importing.source import Source

IN: Final = "in"
OUT: Final = "out"


@dataclass(frozen=True, slots=True)
class Movement:
    """What a page says of the one amount of a row: which way a positive one went, or which `column` says so.

    A word of that column is one of those inwards or outwards, or it does not say. `status` is the column that says
    whether money moved at all, and `settled` the words that say that it did; in `refunded` stands what was paid back.
    """

    positive: str = OUT
    column: Source | None = None
    inwards: tuple[str, ...] = ()
    outwards: tuple[str, ...] = ()
    status: Source | None = None
    settled: tuple[str, ...] = ()
    refunded: Source | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """The columns it reads."""
        return tuple(source for source in (self.column, self.status, self.refunded) if source)


PAID: Final = Movement()
"""What a page says that says nothing: its amounts were paid."""


def movement_of(form: Mapping[str, Any]) -> Movement:
    """Read the table [movement]. Raises ValueError and its like."""
    named = ("column", "status", "refunded")
    column, status, refunded = (source_of(form[name]) if name in form else None for name in named)
    made = Movement(
        positive=form.get("positive", OUT),
        column=column,
        inwards=texts_of(form.get("in", [])),
        outwards=texts_of(form.get("out", [])),
        status=status,
        settled=texts_of(form.get("settled", [])),
        refunded=refunded,
    )
    if made.positive not in {IN, OUT} or bool(column) != bool(made.inwards and made.outwards):
        raise ValueError("[movement] positive, or column, in and out")
    if bool(status) != bool(made.settled):
        raise ValueError("[movement] status, settled")
    return made


def direction(movement: Movement) -> Callable[[str], str]:
    """Return what reads which way the money of a row went; empty where no column says it.

    It raises FormatError (`direction-unknown`) where the word does not say.
    """
    ways = {word.casefold(): way for way, of in ((IN, movement.inwards), (OUT, movement.outwards)) for word in of}

    def way(cell: str) -> str:
        said = cells.text(cell)
        if (found := ways.get(said.casefold())) is None:
            raise FormatError("direction-unknown", text=said)
        return found

    return way if movement.column else lambda _cell: ""


def settled(movement: Movement) -> Callable[[str], str]:
    """Return what reads whether the money of a row moved at all. It raises FormatError (`not-settled`) where not."""

    def status(cell: str) -> str:
        said = cells.text(cell)
        if said not in movement.settled:
            raise FormatError("not-settled", text=said)
        return said

    return status if movement.status else lambda _cell: ""


def currency(book: str) -> Callable[[str], str]:
    """Return what reads the currency of a row of a book. It raises FormatError (`currency-other`) for another one."""
    names = {name.casefold() for name in (book, *NAMED.get(book, ()))}

    def of_row(cell: str) -> str:
        said = cells.text(cell)
        if said.casefold() not in names:
            raise FormatError("currency-other", text=said, currency=book)
        return said

    return of_row


NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "CNY": ("人民币", "人民币元", "RMB", "¥", "￥", "156"),
    "GBP": (
        "£",
        "英镑",
        "Sterling",
        "Pounds sterling",
        "Pound sterling",
        "Pounds",
        "Pound",
        "UK pounds",
        "British pound",
    ),
    "EUR": ("€", "欧元", "Euro", "Euros"),
    "HKD": ("港币", "港元", "Hong Kong dollar", "Hong Kong dollars"),
    "USD": ("美元", "美金", "US$", "US dollar", "US dollars", "Dollar", "Dollars"),
    "JPY": ("日元", "日圆", "Yen"),
    "AUD": ("澳元", "澳大利亚元", "Australian dollar", "Australian dollars"),
    "CAD": ("加元", "加拿大元", "Canadian dollar", "Canadian dollars"),
    "CHF": ("瑞士法郎", "瑞郎", "Swiss franc", "Swiss francs"),
    "KRW": ("韩元", "韩币"),
    "MOP": ("澳门元", "澳门币"),
    "RUB": ("卢布",),
    "SGD": ("新加坡元", "新币"),
    "THB": ("泰铢",),
    "TWD": ("台币", "新台币"),
}
"""How files name a currency, beside its code."""
