"""What is told of a contract number that is nearly another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.cli import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.book import Book
    from fundtrack.errors import Language


def tell_near(
    book: Book, language: Language, *, vouchers: Sequence[int] = (), batch: int = 0, application: int = 0
) -> None:
    """Tell which contracts that vouchers, a batch or an application named are not registered, and nearly others."""
    from fundtrack.reporting.near import near

    for one in near(book, vouchers=vouchers, batch=batch, application=application):
        show.say_message("contract-nearly", language, **one._asdict())
