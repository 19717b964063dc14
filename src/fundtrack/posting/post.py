"""Posting drafts: stage, check, insert, all or nothing."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fundtrack.beantext.escape import stored
from fundtrack.book.create import KEY_FILE
from fundtrack.checking import candidates, checks, run
from fundtrack.checking.book import vouchers_of
from fundtrack.errors import BookError, Refused, UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.insert import insert_candidates
from fundtrack.posting.refusal import keep_refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from fundtrack.posting.draft import Draft


@dataclass(frozen=True)
class Posted:
    """What was posted: the vouchers' numbers and ids in the order of the drafts, and leads that did not refuse them."""

    numbers: tuple[str, ...]
    vouchers: tuple[int, ...]
    findings: tuple[Finding, ...]


Say = Callable[["Connection", "Chart"], "Sequence[Draft]"]
"""What says the drafts once the writer's turn is taken, from what then stands in the book."""


def post(
    book: Book,
    drafts: Sequence[Draft] | Say,
    *,
    by: str,
    approved_by: str = "",
    pages: Mapping[str, Check] | None = None,
) -> Posted:
    """Post drafts as one act: all of them, or none and the reasons.

    Raises Refused with every finding where a fatal check finds something that was not there before; the refusal is
    kept in the book. Raises FormatError (`text-unsafe`) where a text could not be published.
    """
    by, approved_by = stored(by), stored(approved_by)
    if by == approved_by:
        raise UsageError("duties-apart", who=by)
    judged_by = pages if pages is not None else checks(book.folder / "checks")
    said: list[Draft] = []

    def act(connection: Connection) -> Posted:
        spoken = drafts(connection, book.chart(connection)) if callable(drafts) else drafts
        said[:] = [draft.storable() for draft in spoken]
        return _post(connection, book, said, judged_by, by, approved_by)

    try:
        return book.act(act)
    except Refused as refused:
        keep_refusal(book, said, refused.findings, by)
        raise


def _post(
    connection: Connection, book: Book, drafts: Sequence[Draft], pages: Mapping[str, Check], by: str, approved_by: str
) -> Posted:
    first = next_voucher(connection)
    candidates.prepare(connection)
    candidates.stage(connection, staged(keyed(connection, book, drafts), first, book.chart_version(connection)))
    lens = candidates.candidate_lens(book.chart(connection), vouchers_of(connection))
    findings = run(connection, pages.values(), lens)
    if any(finding.severity == "fatal" for finding in findings):
        raise Refused(findings)
    insert_candidates(connection, by, approved_by)
    rows = connection.exec_driver_sql(f"SELECT id, fund, year, number FROM voucher WHERE id >= {first:d} ORDER BY id")
    ids, numbers = zip(*((row[0], voucher_number(*row[1:])) for row in rows), strict=True)
    return Posted(numbers, ids, tuple(replace(f, subject=vouchers_of(connection)(f.voucher, "")) for f in findings))


def staged(drafts: Iterable[Draft], first: int, chart: int) -> list[tuple[object, ...]]:
    """Return the staging rows of drafts, numbered from `first`; drafts of one bill are linked to its first voucher."""
    bills: dict[int, int] = {}
    rows: list[tuple[object, ...]] = []
    for voucher, draft in enumerate(drafts, first):
        link = bills.setdefault(draft.bill, voucher) if draft.bill else voucher
        rows += draft.staged(voucher, link, chart)
    return rows


def next_voucher(connection: Connection) -> int:
    """Return the id of the next voucher; the caller holds the writer's turn.

    On SQLite a stock client can leave entries without a voucher; none is adopted by a voucher that gets their id.
    """
    last = "SELECT COALESCE(MAX(id), 0) FROM voucher UNION ALL SELECT COALESCE(MAX(voucher), 0) FROM entry"
    return int(max(connection.exec_driver_sql(last).scalars())) + 1


def read_key(book: Book) -> bytes:
    """Return the key of the natural keys. Raises BookError where its file is missing or damaged."""
    try:
        return bytes.fromhex((book.folder / KEY_FILE).read_text("ascii"))
    except (OSError, ValueError) as error:
        raise BookError("no-key", path=book.folder / KEY_FILE) from error


def natural_key(key: bytes, content: str) -> str:
    """Return the keyed hash of what makes a row or draft itself; without the key nobody can guess it back."""
    return hmac.digest(key, content.encode(), "sha256").hex()[:32]


def keyed(connection: Connection, book: Book, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Give drafts that came from a person with their natural keys, and which of the identical ones each is."""
    secret = read_key(book)
    twins: Counter[str] = Counter()
    for draft in drafts:
        if draft.natural_key:
            yield draft
            continue
        key = natural_key(secret, json.dumps(draft.content(), ensure_ascii=False))
        standing = f"SELECT COALESCE(MAX(occurrence), 0) FROM voucher WHERE natural_key = '{key}'"
        twins[key] += 1
        yield replace(draft, natural_key=key, occurrence=connection.exec_driver_sql(standing).scalar_one() + twins[key])
