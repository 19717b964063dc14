"""What a book consists of: vouchers and entries of registers, and how they are written as Beancount text."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Fen(int):
    """An amount of money, in fen."""

    def __str__(self) -> str:
        """Return it as a ledger writes it."""
        sign, of = ("-", -self) if self < 0 else ("", int(self))
        return f"{sign}{of // 100}.{of % 100:02d} CNY"


class Quota(Fen):
    """An amount of quota, in fen."""

    def __str__(self) -> str:
        """Return it as a ledger writes it."""
        return f"{super().__str__()}.Q"


@dataclass(eq=False)
class Voucher:
    """A voucher: what it moves between accounts, debits positive; what it says; when the bank moved the money.

    `place` is the day by which it is numbered, `skipped` how many numbers are left out before it. `moved` is what the
    bank moved, if that is something else, and `slip` what the bank added wrongly. `statement`, `number` and `line` are
    known when the book is written.
    """

    fund: str
    date: dt.date
    kind: str
    legs: tuple[tuple[str, int], ...]
    payee: str = ""
    narration: str = ""
    says: dict[str, str | Voucher] = field(default_factory=dict)
    bank: str = ""
    settled: dt.date | None = None
    place: dt.date | None = None
    skipped: int = 0
    moved: int = 0
    slip: int = 0
    statement: Entry | None = None
    number: str = ""
    line: int = 0

    @property
    def cash(self) -> int:
        """What it brings into the bank."""
        return sum(amount for account, amount in self.legs if ":1001-" in account)

    @property
    def order(self) -> tuple[dt.date, int]:
        """The order in which vouchers are numbered and written: of a day, money in first, then loans, then the rest."""
        flow = 1 if self.kind in {"loan", "repayment"} else 0 if self.cash > 0 else 2
        return self.place or self.date, flow

    def text(self) -> Iterator[str]:
        """Yield its lines."""
        payee = f'"{self.payee}" ' if self.payee else ""
        yield f'{self.date} * {payee}"{self.narration or self.kind}" #{self.kind}'
        yield f'  voucher: "{self.number}"'
        for key, value in self.says.items():
            yield f'  {key}: "{value.number if isinstance(value, Voucher) else value}"'
        for account, amount in self.legs:
            yield f"  {account}  {amount if isinstance(amount, Quota) else Fen(amount)}"


Value = str | int | dt.date | Voucher


@dataclass(eq=False)
class Entry:
    """An entry of a register, or an import (`batch`); `says` by column, a voucher for its number."""

    register: str
    date: dt.date
    says: Mapping[str, Value]
    line: int = 0

    def text(self) -> Iterator[str]:
        """Yield its lines."""
        kind = f'"batch" "{self.says["batch"]}"' if self.register == "batch" else f'"register" "{self.register}"'
        yield f"{self.date} custom {kind}"
        for key, value in self.says.items():
            if key != "batch":
                yield f"  {key.replace('_', '-')}: {_written(value)}"


def _written(value: Value) -> str:
    if isinstance(value, Voucher):
        return f'"{value.number}"'
    return f'"{value}"' if isinstance(value, str) else str(value)
