"""Publishing a book as Beancount text: all of it, with nothing changed, with a month changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.posting import poster
from fundtrack.book import open_book
from fundtrack.ledger import publish

if TYPE_CHECKING:
    from benchmarks.child import Clock


def publish_all(clock: Clock, book: str) -> dict[str, int]:
    """Publish a book that was never published."""
    shutil.rmtree(Path(book) / "ledger", ignore_errors=True)
    return publish_again(clock, book)


def publish_again(clock: Clock, book: str) -> dict[str, int]:
    """Publish a book; `written` counts the files written anew."""
    opened = open_book(Path(book))
    with clock:
        published = publish(opened)
    return {"written": len(published.written), "vouchers": published.vouchers}


def publish_month(clock: Clock, book: str) -> dict[str, int]:
    """Publish a book after a voucher was posted in its last month."""
    opened = open_book(Path(book))
    poster(opened)()
    opened.engine.dispose()
    return publish_again(clock, book)
