"""The errors that are told when a month is closed are those of its rows, also one of an import that came later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.auditing.record import record
from fundtrack.auditing.standing import unsettled
from fundtrack.checking.audit import audit_book
from treasury import bring, pay, total

if TYPE_CHECKING:
    from copies import Template


def test_an_error_of_an_import_counts_from_its_first_row(template: Template) -> None:
    """Though the file was imported long after the month; not before."""
    with template.copy() as book:
        bring(book, "t", pay("1", amount="1000.00"), total("1500.00"))
        record(book, audit_book(book, only=["import-total-differs"]), by="clerk")
        with book.reading() as connection:
            (first,) = connection.exec_driver_sql("SELECT date_first FROM batch").scalars()
            assert unsettled(connection, first) > unsettled(connection, "2014-12-31") == 0
