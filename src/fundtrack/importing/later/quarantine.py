"""The rows that wait: listed, shown, tried again, or rejected by somebody who says why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from fundtrack import identifier
from fundtrack.book.aliases import bases
from fundtrack.book.create import now
from fundtrack.book.doctor import STOOD
from fundtrack.book.person import same_person
from fundtrack.checking import candidates, checks
from fundtrack.errors import UsageError
from fundtrack.importing.batch.acts import Acts
from fundtrack.importing.batch.basis import Bases, Confirmed
from fundtrack.importing.batch.became import became
from fundtrack.importing.batch.default import kept, refuse_unknown_batch
from fundtrack.importing.batch.enterer import Enterer
from fundtrack.importing.batch.file import refuse_approval
from fundtrack.importing.batch.judge import judge, place_of, rejected
from fundtrack.importing.batch.report import held_rows
from fundtrack.importing.batch.stage import Stager
from fundtrack.importing.batch.tally import told
from fundtrack.importing.later.again import source_of
from fundtrack.ledger.rows import voucher_number
from fundtrack.posting.enter import enter
from fundtrack.posting.post import next_voucher
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.checking import Check
    from fundtrack.importing.batch.tally import Reason
    from fundtrack.importing.later.again import Source

ASSUMED: Final = "fund-by-default"
"""The reason with which a row is posted whose fund or use somebody said, and not the file."""

SOMEBODY: Final = "?"
"""Who confirms where it is only asked what would happen."""

STANDS: Final = """
SELECT id, fund, year, number FROM voucher
WHERE (natural_key = :key AND occurrence = :occurrence) OR (batch = :batch AND row = :row) ORDER BY id LIMIT 1
"""

DECISION: tuple[str, ...] = ("batch", "row", "decided", "voucher", "entry", "reason", "decided_at", "decided_by")


@dataclass(frozen=True)
class Waiting:
    """A row in quarantine. `amount` is fen, None where it cannot be read; `cells` are masked."""

    batch: int
    row: int
    file: str
    sheet: str
    amount: int | None
    reasons: Sequence[Reason]
    cells: Sequence[str]

    @property
    def name(self) -> str:
        """What a person calls the row: `3:15` is row 15 of batch 3."""
        return f"{self.batch}:{self.row}"


@dataclass(frozen=True)
class Retried:
    """What a second try gave: a voucher's number or the name of an entry, or the reasons why the row still waits.

    Of `before` the voucher stood already: another file has the same row. `page` is the hash of the page that the row
    was read through, where that was changed since the import.
    """

    row: Waiting
    voucher: str
    reasons: Sequence[Reason]
    before: bool = False
    page: str = ""


def waiting(connection: Connection) -> list[Waiting]:
    """Return every row in quarantine, by batch and row: one that several files hold once, and no rejected one."""
    batches = connection.exec_driver_sql("SELECT batch FROM batch WHERE rows_quarantined > 0 ORDER BY batch").scalars()
    return [_waiting(row) for batch in batches.all() for row in held_rows(connection, batch)
            if _waits(row)]  # fmt: skip


def find(connection: Connection, name: str) -> Waiting:
    """Return the waiting row a person names. Raises UsageError where it waits no more, saying what became of it."""
    batch, _, row = name.partition(":")
    if batch.isdecimal() and row.isdecimal():
        for held in held_rows(connection, int(batch)):
            if held["row"] == int(row) and _waits(held):
                return _waiting(held)
            if held["row"] == int(row) and held["state"] in {"quarantined", "posted", "rejected"}:
                raise became(connection, held)
    raise UsageError("not-waiting", name=name)


def _waits(row: Mapping[str, Any]) -> bool:
    """Say whether somebody has to decide about a held row."""
    return row["state"] == "quarantined" and bool(row["waits"])


def _waiting(row: Mapping[str, Any]) -> Waiting:
    return Waiting(**{name: row[name] for name in ("batch", "row", "file", "sheet", "amount", "reasons", "cells")})


def reject(book: Book, name: str, *, by: str, reason: str) -> Waiting:
    """Keep a row out for good, by a decision with its reason; the same row of any later file stays out too."""

    def act(connection: Connection) -> Waiting:
        row = find(connection, name)
        decide(connection, row, "rejected", reason=identifier.covered(reason), by=by)
        return row

    if not reason.strip():
        raise UsageError("reason-needed")
    return book.act(act)


def confirm(book: Book, batch: int, *, by: str, approved_by: str = "") -> list[Retried]:
    """Try all waiting rows of a batch again, with the fund and use that somebody else said they have.

    Raises UsageError: `batch-unknown`; `default-missing` where nobody said any, `default-own` where the same person
    did; and as `retry`.
    """
    judged_by = checks(book.folder / "checks", at_posting=True)

    def act(connection: Connection) -> list[Retried]:
        refuse_unknown_batch(connection, batch)
        said = next((who for _, who in kept(connection, batch)), None)
        if said is None:
            raise UsageError("default-missing", batch=batch)
        if same_person(said, by):
            raise UsageError("default-own", batch=batch, by=by)
        rows = [row for row in waiting(connection) if row.batch == batch]
        source = replace(source_of(connection, book, batch), confirmed_by=by)
        refuse_approval(source.importer, by, approved_by)
        return [*tried(connection, book, source, rows, judged_by, (by, approved_by))] if rows else []

    return book.act(act)


def retry(book: Book, names: Iterable[str], *, by: str, approved_by: str = "") -> list[Retried]:
    """Try waiting rows again, all of them where none is named: the chart, the cash or the pages may have changed.

    `approved_by` approved what does not name its own approver; approval of the file was of what was posted then. Raises
    PageError, before any row is tried, where the page of a batch is gone; UsageError as `refuse_approval` does.
    """
    judged_by = checks(book.folder / "checks", at_posting=True)

    def act(connection: Connection) -> list[Retried]:
        rows = [find(connection, name) for name in names] or waiting(connection)
        return _all_tried(connection, book, rows, judged_by, (by, approved_by))

    return book.act(act)


class _Undone(Exception):
    def __init__(self, tried: list[Retried]) -> None:
        super().__init__()
        self.tried = tried


def as_of_now(book: Book, *, by: str) -> tuple[list[Waiting], list[Waiting]]:
    """Return the rows that wait with the reasons they would have if they were tried now, and those that would pass.

    They are tried, and it is undone: the chart, the aliases or the cash may have changed since they were imported.
    """
    judged_by = checks(book.folder / "checks", at_posting=True)

    def act(connection: Connection) -> None:
        raise _Undone(_all_tried(connection, book, waiting(connection), judged_by, (by, "")))

    try:
        book.act(act)
    except _Undone as undone:
        rows = undone.tried
    waits = [replace(one.row, reasons=one.reasons) for one in rows if not one.voucher]
    return waits, [one.row for one in rows if one.voucher]


def _all_tried(
    connection: Connection, book: Book, rows: Iterable[Waiting], judged_by: Mapping[str, Check], hands: tuple[str, str]
) -> list[Retried]:
    """Try rows again, batch by batch. Raises PageError, before any is tried, where the page of a batch is gone."""
    by_batch: dict[int, list[Waiting]] = {}
    for row in rows:
        by_batch.setdefault(row.batch, []).append(row)
    sources = {batch: source_of(connection, book, batch) for batch in by_batch}
    for source in sources.values():
        refuse_approval(source.importer, *hands)
    done: list[Retried] = []
    for batch, of in by_batch.items():
        found = [*tried(connection, book, sources[batch], of, judged_by, hands)]
        done += _if_confirmed(connection, book, sources[batch], found, judged_by, hands[1])
    return done


def _if_confirmed(
    connection: Connection,
    book: Book,
    source: Source,
    done: list[Retried],
    judged_by: Mapping[str, Check],
    approved_by: str,
) -> list[Retried]:
    """Return rows that were tried; those that wait to be confirmed also with what would refuse them then.

    A confirmation that posts nothing is kept nowhere, so it is tried as if somebody gave it, and undone. It is somebody
    else who gives it and decides, for who said the fund may not, and may ask.
    """
    rows = [one.row for one in done if [why["check"] for why in one.reasons] == [ASSUMED]]
    if not rows:
        return done
    trial = connection.begin_nested()
    confirmed, hands = replace(source, confirmed_by=SOMEBODY), (SOMEBODY, approved_by)
    then = {one.row.row: one.reasons for one in tried(connection, book, confirmed, rows, judged_by, hands)}
    trial.rollback()
    return [replace(one, reasons=[*one.reasons, *then.get(one.row.row, ())]) for one in done]


def tried(
    connection: Connection,
    book: Book,
    source: Source,
    rows: list[Waiting],
    judged_by: Mapping[str, Check],
    hands: tuple[str, str],
) -> Iterator[Retried]:
    """Read the original of a batch again, and post of the named rows what passes now; `hands` bring and approve it."""
    by, approved_by = hands
    if source.importer.layout.becomes:
        yield from _do(connection, book, source, rows, judged_by, hands)
        return
    if source.importer.layout.register:
        yield from _enter(connection, book, source, rows, by)
        return
    stager = _restage(connection, book, source, {row.row for row in rows})
    why, _ = judge(connection, stager, place_of(stager, rows[0].file, rows[0].sheet), judged_by, by, approved_by)
    why |= {held.row: (held.state, held.reasons) for held in stager.held}
    for row in rows:
        state, reasons = why.get(row.row, ("posted", []))
        if state == "quarantined":
            yield Retried(row, "", [*map(told, reasons)])
            continue
        voucher, number = _stands(connection, row, source)
        why_so = ASSUMED if row.row in stager.assumed else by_page(source)
        decide(connection, row, "posted", voucher=voucher, by=by, reason=why_so)
        yield Retried(row, number, (), before=state == "already-posted", page=source.page_since)


def by_page(source: Source) -> str:
    """Return what a decision says of a row that was read through another page than its batch was imported by."""
    return f"page {source.page_since}" * bool(source.page_since)


def _enter(connection: Connection, book: Book, source: Source, rows: Sequence[Waiting], by: str) -> Iterator[Retried]:
    """Read the original of a register's batch again, and enter of the named rows what can be read now."""
    register = source.importer.layout.register
    assert register is not None
    enterer = Enterer(connection, register, source.batch, {row.row for row in rows})
    enter(connection, register, enterer.entered(source.rows(book.key)), by=by)
    why = {held.row: held.reasons for held in enterer.held if held.state == "quarantined"}
    for row in rows:
        entry = enterer.entries.get(row.row, "")
        if entry:
            decide(connection, row, "posted", entry=entry, by=by, reason=by_page(source))
        yield Retried(row, entry, why.get(row.row, ()), page=source.page_since)


def _do(
    connection: Connection,
    book: Book,
    source: Source,
    rows: list[Waiting],
    judged_by: Mapping[str, Check],
    hands: tuple[str, str],
) -> Iterator[Retried]:
    """Read the original of a batch of acts on quota again, and do of the named rows what can be done now."""
    by, approved_by = hands
    basis, becomes = (
        Bases(bases(connection), source.importer.name, source.importer.fund_aliases),
        source.importer.layout.becomes,
    )
    acts = Acts(connection, book, becomes, source.batch, by, basis, approved_by, {row.row for row in rows})
    acts.done(source.rows(book.key), place_of(acts, rows[0].file, rows[0].sheet), judged_by)
    why = {held.row: held.reasons for held in acts.held if held.state == "quarantined"}
    for row in rows:
        if row.row in why:
            yield Retried(row, "", why[row.row])
        elif paid := acts.confirmed.get(row.row):
            decide(connection, row, "posted", voucher=paid.voucher, by=by, reason=STOOD)
            yield Retried(row, paid.number, (), before=True)
        elif applied := _application(connection, row):
            decide(connection, row, "posted", entry=applied, by=by, reason=by_page(source))
            yield Retried(row, applied, (), page=source.page_since)
        else:
            voucher, number = _stands(connection, row, source)
            decide(connection, row, "posted", voucher=voucher, by=by, reason=by_page(source))
            yield Retried(row, number, (), page=source.page_since)


def _application(connection: Connection, row: Waiting) -> str:
    """Return the application that a row has become, from this file or another that has it; empty where none."""
    found = connection.exec_driver_sql(f"""
        SELECT a.application FROM input_row AS r
        JOIN application AS a ON a.natural_key = r.natural_key AND a.occurrence = r.occurrence
        WHERE r.batch = {row.batch:d} AND r.row = {row.row:d}""").scalar()
    return f"application {found}" if found else ""


def _restage(connection: Connection, book: Book, source: Source, wanted: set[int]) -> Stager:
    """Stage the wanted rows of a batch from its original; every row is read, so that twins are counted as before."""
    confirmed = Confirmed(source.batch, source.confirmed_by) if source.confirmed_by else None
    basis = Bases(bases(connection), source.importer.name, source.importer.fund_aliases, confirmed)
    stager = Stager(
        book.chart(connection), book.chart_version(connection), next_voucher(connection), source.batch, basis,
        source.default, confirmed=bool(source.confirmed_by), rejected=rejected(connection),
    )  # fmt: skip
    candidates.prepare(connection)
    at = candidates.COLUMNS.index("row")
    staged = stager.staged(source.rows(book.key))
    candidates.stage(connection, (row for row in staged if row[at] in wanted))
    return stager


def _stands(connection: Connection, row: Waiting, source: Source) -> tuple[int, str]:
    """Return the voucher of a row: posted from it just now, or meanwhile from another file that has the same row."""
    key, occurrence = source.named.get(row.row) or source.known[row.row]
    named = {"key": key, "occurrence": occurrence, "batch": row.batch, "row": row.row}
    ((voucher, fund, year, number),) = dialect.rows_of(connection, STANDS, named)
    return voucher, voucher_number(fund, year, number)


def decide(
    connection: Connection,
    row: Waiting,
    decided: str,
    *,
    by: str,
    voucher: int | None = None,
    entry: str | None = None,
    reason: str = "",
) -> None:
    """Keep what was decided about a row, and by whom."""
    said = (row.batch, row.row, decided, voucher, entry, reason, now(), by)
    dialect.insert_rows(connection, "decision", DECISION, [said])
