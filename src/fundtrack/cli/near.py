"""What is told of a number, of a contract or a document, that is nearly another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.cli import show
from fundtrack.errors import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fundtrack.book import Book
    from fundtrack.errors import Language


def tell_near(
    book: Book, language: Language, *, vouchers: Sequence[int] = (), batch: int = 0, application: int = 0
) -> None:
    """Tell which numbers that vouchers, a batch or an application named are not registered, and nearly others.

    It is told in both languages, like what is refused.
    """
    from fundtrack.reporting.near import near, near_documents

    order: tuple[Language, ...] = (language, *(one for one in LANGUAGES if one != language))
    told: list[tuple[str, dict[str, str]]] = [
        ("document-nearly", {"document": document, "other": other})
        for document, other in near_documents(book, vouchers=vouchers, batch=batch, application=application)
    ]

    told += [
        ("contract-nearly", one._asdict())
        for one in near(book, vouchers=vouchers, batch=batch, application=application)
    ]
    for key, details in told:
        for one in order:
            show.say_message(key, one, **details)
