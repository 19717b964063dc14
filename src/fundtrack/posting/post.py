"""Posting drafts: stage, check, insert, all or nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from fundtrack.auditing.record import record_waived
from fundtrack.auditing.waivers import waived
from fundtrack.book.periods import refuse_closed
from fundtrack.book.person import named, same_person
from fundtrack.checking import candidates, checks, run
from fundtrack.checking.book import vouchers_of
from fundtrack.errors import Refused, UsageError
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.advised import advised
from fundtrack.posting.execution import execute_quota
from fundtrack.posting.insert import insert_candidates
from fundtrack.posting.refusal import keep_refusal
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.checking import Check, Finding
    from fundtrack.posting.draft import Draft

HASH_SIZE: Final = 12
"""Bytes of the hash in a natural key: no two of a million million rows will ever have the same."""

NO_DATE: Final = "00000000"
"""What stands in a natural key for a date that cannot be read."""


@dataclass(frozen=True)
class Posted:
    """What was posted: the vouchers' numbers and ids in the order of the drafts, and leads that did not refuse them."""

    numbers: tuple[str, ...]
    vouchers: tuple[int, ...]
    findings: tuple[Finding, ...]


class Undone(Exception):
    """Everything was done, and is undone."""

    def __init__(self, posted: Posted) -> None:
        """Take what would have been posted."""
        super().__init__()
        self.posted = posted


LAST: Final = "SELECT COALESCE(MAX(id), 0) FROM voucher UNION ALL SELECT COALESCE(MAX(voucher), 0) FROM entry"
STANDING: Final = """
SELECT COALESCE(MAX(occurrence), 0), EXISTS (
    SELECT 1 FROM voucher AS v
    WHERE v.natural_key = :key AND NOT EXISTS (SELECT 1 FROM voucher AS r WHERE r.reverses = v.id))
FROM voucher WHERE natural_key = :key
"""
"""How often what has a natural key was posted, and whether any of those vouchers stands."""

POSTED: Final = """
SELECT id, fund, year, number FROM voucher WHERE id IN (SELECT voucher FROM candidate WHERE line = 1) ORDER BY id
"""

Say = Callable[["Connection", "Chart"], "Sequence[Draft]"]
"""What says the drafts once the writer's turn is taken, from what then stands in the book."""

Then = Callable[["Connection", Posted], None]
"""What is done beside the vouchers that were posted, or not at all."""


def post(
    book: Book,
    drafts: Sequence[Draft] | Say,
    *,
    by: str,
    approved_by: str = "",
    pages: Mapping[str, Check] | None = None,
    then: Then | None = None,
    policy: Callable[[Connection], object] | None = None,
    trial: bool = False,
) -> Posted:
    """Post drafts as one act: all of them, or none and the reasons; `then` is done in the same act.

    So is `policy`, first and with the owner's rights: it puts in force the chart under which the drafts are posted.
    A `trial` does all of it and undoes it, and keeps no refusal.

    Raises Refused with every finding where a fatal check finds something that was not there before; the refusal is
    kept in the book. Raises UsageError (`period-closed`) for a date in a month that is closed, and FormatError
    (`text-unsafe`) where a text could not be published.
    """
    by, approved_by = named(by), named(approved_by)
    if same_person(by, approved_by):
        raise UsageError("duties-apart", who=by, option="--approved-by")
    judged_by = pages if pages is not None else checks(book.folder / "checks", at_posting=True)
    said: list[Draft] = []

    def act(connection: Connection) -> Posted:
        version = book.chart_version(connection)
        spoken = drafts(connection, book.chart(connection, version)) if callable(drafts) else drafts
        said[:] = [draft.storable() for draft in spoken]
        posted = enter(connection, book, said, judged_by, (by, approved_by), version)
        if then is not None:
            then(connection, posted)
        if trial:
            raise Undone(posted)
        return posted

    try:
        return book.act(act, policy)
    except Undone as undone:
        return undone.posted
    except Refused as refused:
        if not trial:
            keep_refusal(book, said, refused.findings, by)
        raise


def enter(
    connection: Connection, book: Book, said: Sequence[Draft], pages: Mapping[str, Check], by: tuple[str, str],
    version: int,
) -> Posted:  # fmt: skip
    """Post drafts under a version of the chart; the caller holds the writer's turn. `by` prepared and approved them."""
    refuse_closed(connection, *(draft.date for draft in said))
    _stage(connection, book, said, version)
    return _post(connection, pages, book.chart(connection, version), *by)


def _stage(connection: Connection, book: Book, drafts: Iterable[Draft], chart: int) -> None:
    candidates.prepare(connection)
    candidates.stage(connection, staged(keyed(connection, book, drafts), next_voucher(connection), chart))
    execute_quota(connection)


def _post(connection: Connection, checks: Mapping[str, Check], chart: Chart, by: str, approved_by: str) -> Posted:
    """Post what is staged, all of it, unless a check finds what refuses it and no waiver covers."""
    if not dialect.rows_of(connection, "SELECT 1 FROM candidate LIMIT 1"):
        return Posted((), (), ())
    lens = candidates.candidate_lens(chart, vouchers_of(connection))
    findings = waived(connection, run(connection, checks.values(), lens), checks, (by, approved_by))
    if any(finding.refuses for finding in findings):
        raise Refused([advised(connection, chart, finding) for finding in findings])
    insert_candidates(connection, by, approved_by)
    record_waived(connection, findings, checks, by)
    ids, numbers = zip(
        *((row[0], voucher_number(*row[1:])) for row in dialect.rows_of(connection, POSTED)), strict=True
    )
    return Posted(numbers, ids, tuple(replace(f, subject=lens.subject(f.voucher, "")) for f in findings))


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
    return int(max(last for (last,) in dialect.rows_of(connection, LAST))) + 1


def natural_key(key: bytes) -> Callable[[str, str], str]:
    """Return what makes a natural key of a date, in ISO 8601 or empty, and of what makes a row or draft itself.

    It is the date and a keyed hash: without the key nobody can guess it back. The date, which the voucher bears anyhow,
    stands in front so that keys of one time stand together in an index; and all are of one length.
    """
    begun = blake2b(key=key, digest_size=HASH_SIZE)

    def of(date: str, content: str) -> str:
        digest = begun.copy()
        digest.update(content.encode())
        return (date.replace("-", "") or NO_DATE) + digest.hexdigest()

    return of


def keyed(connection: Connection, book: Book, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Give drafts that came from a person with their natural keys, and which of the identical ones each is."""
    known = natural_key(book.key)
    twins: Counter[str] = Counter()
    for draft in drafts:
        if draft.natural_key:
            yield draft
            continue
        key, before = _key_of(connection, known, draft)
        twins[key] += 1
        yield replace(draft, natural_key=key, occurrence=before + twins[key])


def _key_of(connection: Connection, known: Callable[[str, str], str], draft: Draft) -> tuple[str, int]:
    """Return the natural key of a draft, and how many vouchers have it.

    What was posted and reversed, every one of it, is no twin of what is said again: that begins with a key of its own.
    """
    said = draft.content()
    while True:
        key = known(draft.date.isoformat(), json.dumps(said, ensure_ascii=False))
        ((before, standing),) = dialect.rows_of(connection, STANDING, {"key": key})
        if standing or not before:
            return key, before
        said = [*said, "again"]
