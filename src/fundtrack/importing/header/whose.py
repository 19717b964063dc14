"""Whose statement a table is: a column says it, or what stands above the table, or else who imports it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fundtrack.errors import FormatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from fundtrack.importing.header.heading import Heading
    from fundtrack.importing.layout import Layout

REGISTER: Final = "bank_line"

MASK = "*"
"""What a bank prints in the place of a figure."""


def is_statement(layout: Layout) -> bool:
    """Say whether a page enters the lines of a bank's statement."""
    return layout.register is not None and layout.register.name == REGISTER


def refuse_bank(layout: Layout, bank: str) -> None:
    """Refuse an account that is said of what is no statement to be compared. Raises UsageError (`bank-of-no-lines`)."""
    if bank and not is_statement(layout):
        raise UsageError("bank-of-no-lines", page=layout.name)


def told(layout: Layout, head: Heading) -> Layout:
    """Return a layout as it stands for a statement's table that says its account once, or leaves it to be said.

    Raises FormatError: `account-unsaid` where nobody says it, or only a part of its number; `account-differs` where
    the table says another than who imports it; `account-in-rows` where each row says its own.
    """
    if not is_statement(layout):
        return layout
    source, bank = layout.columns["bank"], layout.whose
    if not source.label:
        if bank:
            raise FormatError("account-in-rows", column=source.name, bank=bank)
        return layout
    said = head.says(source)
    if bank and said and not _fits(said, bank):
        raise FormatError("account-differs", label=source.label, text=said, bank=bank)
    if not bank and (not said or MASK in said):
        raise FormatError("account-unsaid", label=source.label, text=said or "–", page=layout.name)
    return replace(layout, columns={**layout.columns, "bank": replace(source, constant=bank or said)})


def said_of_all(connection: Connection, batches: Sequence[int], bank: str) -> str:
    """Return whose statement batches of a file were said to be. Raises UsageError (`bank-stands`) for another one."""
    of = ", ".join(map(str, batches))
    (was,) = connection.exec_driver_sql(f"SELECT DISTINCT bank FROM batch WHERE batch IN ({of})").scalars()
    if bank and was != bank:
        raise UsageError("bank-stands", batch=batches[0], bank=bank, was=was or "–")
    return str(was)


def _fits(said: str, bank: str) -> bool:
    """Say whether a number, some of whose figures a bank may have masked, can be that of an account."""
    if MASK not in said:
        return said == bank
    head, tail = said[: said.index(MASK)], said[said.rindex(MASK) + 1 :]
    return bank.startswith(head) and bank.endswith(tail)
