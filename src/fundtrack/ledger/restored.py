"""A published ledger as a book to be asked: what reads a book reads this one, for whoever has the folder alone.

The book is a file of its own in a folder that is gone afterwards. It holds what the ledger says, read back as `read`
does and in the order in which it was recorded, and none of the controls: nothing is posted there. What is not published
it has not: rows in quarantine, refusals, findings, waivers, and the original files.
"""

from __future__ import annotations

import heapq
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NoReturn

from sqlalchemy.exc import DBAPIError

from fundtrack import schema
from fundtrack.book.aliases import ALIAS_COLUMNS, Basis
from fundtrack.book.book import Book, Settings
from fundtrack.book.corrections import Correction
from fundtrack.book.policy import add_policy
from fundtrack.chart.write import write_accounts
from fundtrack.errors import UsageError
from fundtrack.ledger.batches import BATCH, MENDED
from fundtrack.ledger.main import MAIN
from fundtrack.ledger.read import language_of, read
from fundtrack.schema import dialect
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.errors import Language
    from fundtrack.ledger.aliases import Words
    from fundtrack.ledger.batches import Batch
    from fundtrack.ledger.canonical import Canonical, Voucher
    from fundtrack.ledger.history import History

NOT_PUBLISHED: Final = "–"
"""Who applied a version of the chart, and what else the tables want and a ledger does not say."""

KEEPS_BALANCES: Final = (
    "account_opens_balance", "voucher_moves_balances", "voucher_of_one_entry_moves_totals",
    "voucher_of_many_entries_moves_totals",
)  # fmt: skip
"""The triggers that derive what is stored of balances; all others are controls."""

OF_VOUCHER: Final = (
    "fund", "year", "number", "date", "kind", "project", "payee", "narration", "document", "bank", "bank_ref",
    "payee_id", "payee_account", "contract", "occurrence", "row", "chart", "fund_basis", "prepared_by",
    "approved_by", "recorded_at",
)  # fmt: skip
"""The columns of a voucher that a ledger says as they are."""


def main_of(path: Path) -> Path:
    """Return the main file of a published ledger, of which the folder or the file itself is named."""
    return path / MAIN if path.is_dir() else path


class Restored(Book):
    """A book that a ledger was read into; nothing is posted there."""

    def writing(self, policy: Callable[[Connection], object] | None = None) -> NoReturn:
        """Refuse to write. Raises UsageError (`ledger-read-only`)."""
        del policy
        raise UsageError("ledger-read-only")


@contextmanager
def restored(path: Path) -> Iterator[Book]:
    """Give a published ledger, its folder or its main file, as a book for as long as the context lasts.

    Raises UsageError: `ledger-missing`, `ledger-foreign` and so on as `read` does; `ledger-no-book` for what no book
    could ever have said.
    """
    main = main_of(path)
    says, language = read(main), language_of(main)
    with TemporaryDirectory(prefix="fundtrack-") as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'book.sqlite'}"
        settings = Settings(says.chart.title, language, database, "fundtrack", folder / "natural.key")
        book = Restored(folder, settings, dialect.engine_of(database, settings.schema))
        try:
            with book.engine.begin() as connection:
                _fill(connection, says, language)
        except (DBAPIError, LookupError, ValueError) as error:
            book.engine.dispose()
            cause = str(getattr(error, "orig", error)).splitlines()[0]
            raise UsageError("ledger-no-book", path=main, cause=cause) from error
        try:
            yield book
        finally:
            book.engine.dispose()


def _fill(connection: Connection, says: Canonical, language: Language) -> None:
    """Create the tables and fill them with what a ledger says; keys are looked at when all is there."""
    schema.upgrade(connection)
    triggers = dialect.rows_of(connection, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (trigger,) in triggers:
        if trigger not in KEEPS_BALANCES:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    _add_chart(connection, says, language)
    sources = _add_batches(connection, says.batches)
    _add_words(connection, says.words)
    ids = _add_vouchers(connection, says.vouchers, sources)
    _add_entries(connection, says, sources)
    _add_applications(connection, says, ids, sources)
    columns = (
        "seq",
        "year",
        "period",
        "act",
        "date",
        "day",
        "document",
        "reason",
        "last_voucher",
        "acted_by",
        "acted_at",
    )
    _insert(connection, "period_act", columns, [
        (one.seq, one.year, one.period, one.act, one.date, _day(one.date), one.document, one.reason, 0, one.acted_by,
         one.acted_at) for one in says.periods
    ])  # fmt: skip


def _add_chart(connection: Connection, says: Canonical, language: Language) -> None:
    """Add the chart, as many versions of it as the ledger speaks of, and what earlier ones said of funds and uses."""
    chart, history = says.chart, says.history
    last = max([
        1, *(one.since for one in history.decided), *(one.until + 1 for one in history.terms),
        *(one.chart for one in chart.quotas), *(one.chart for one in says.vouchers),
    ])  # fmt: skip
    text = write_accounts(chart, language)
    columns = ("version", "applied_at", "applied_by", "document", "text")
    rows = [(version, "", NOT_PUBLISHED, NOT_PUBLISHED, text) for version in range(1, last + 1)]
    _insert(connection, "chart", columns, rows)
    add_policy(connection, chart, last)
    _date_policy(connection, history)
    _insert(connection, "quota", (
        "fund", "line", "year", "parent", "use", "project", "department", "document", "upper_document", "treasury_id",
        "date", "day", "expires", "chart", "recorded_at", "recorded_by",
    ), [
        (one.fund, one.line, one.year, one.parent or None, one.use, one.project, one.department, one.document,
         one.upper_document, one.treasury_id or None, one.date.isoformat(), one.date.toordinal(), _iso(one.expires),
         one.chart, one.recorded_at, one.recorded_by) for one in chart.quotas
    ])  # fmt: skip


def _date_policy(connection: Connection, history: History) -> None:
    """Say since which version of the chart a use was decided about, and until which the terms of a fund held."""
    connection.exec_driver_sql("UPDATE use_grant SET chart = 1")
    decided = [(one.since, one.account, one.date, int(one.granted)) for one in history.decided]
    connection.connection.cursor().executemany(
        "UPDATE use_grant SET chart = ? WHERE path = ? AND date = ? AND granted = ?", decided
    )
    begins: dict[str, int] = {}
    for one in history.terms:
        group, department, level, regime, first, until, advance, authority = one.said
        _insert(connection, "fund_terms", (
            "fund", "chart", "fund_group", "department", "level", "regime", "valid_from", "valid_to", "may_advance",
            "authority",
        ), [
            (one.fund, begins.get(one.fund, 1), group, department, level, regime, first, until, int(bool(advance)),
             authority)
        ])  # fmt: skip
        begins[one.fund] = one.until + 1
    for (fund,) in dialect.rows_of(connection, "SELECT fund FROM fund"):
        since = begins.get(fund, 1)
        connection.exec_driver_sql(
            "UPDATE fund_terms SET chart = ? WHERE fund = ? AND chart = (SELECT MAX(version) FROM chart)", (since, fund)
        )


class _Sources:
    """The imports of a ledger, by the file and sheet that vouchers name."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._of: dict[tuple[str, str], list[Batch]] = {}
        for batch in batches:
            said = dict(zip(BATCH.fields, batch.said, strict=True))
            self._of.setdefault((said["file"], said["sheet"]), []).append(batch)

    def batch(self, source: tuple[str, str] | None, recorded_at: str) -> int | None:
        """Return the import of a file that something came from: of several, the last made by then."""
        if source is None:
            return None
        found = self._of[source]
        return max((one.number for one in found if one.day <= recorded_at[:10]), default=found[0].number)


def _add_batches(connection: Connection, batches: Sequence[Batch]) -> _Sources:
    own = [name for name in BATCH.fields if not name.startswith("default_") and name not in MENDED]
    defaults = ("batch", "fund", "use", "project", "said_by", "said_at")
    rows, said_of = [], []
    for batch in batches:
        said: Mapping[str, Any] = dict(zip(BATCH.fields, batch.said, strict=True))
        at = f"{batch.day}T00:00:00Z"
        rows.append((batch.number, at, "", *(said[name] for name in own)))
        if said["default_by"]:
            said_of.append((batch.number, *(said[f"default_{name}"] for name in ("fund", "use", "project", "by")), at))
    _insert(connection, "batch", ("batch", "imported_at", "encoding", *own), rows)
    _insert(connection, "batch_default", defaults, said_of)
    return _Sources(batches)


def _add_words(connection: Connection, words: Words) -> None:
    """Add what people said of the words and cells of files."""
    said = len(ALIAS_COLUMNS)
    decided = ("alias", "decided", "reason", "decided_at", "decided_by")
    _insert(connection, "alias", ALIAS_COLUMNS, [one[:said] for one in words.aliases])
    _insert(connection, "alias_decision", decided, [(one[0], *one[said:]) for one in words.aliases if one.decided])
    _insert(connection, "fund_basis", Basis._fields, words.bases)
    _insert(connection, "correction", Correction._fields, words.corrections)


def _in_order(vouchers: Sequence[Voucher]) -> Iterator[Voucher]:
    """Yield vouchers in the order in which they were recorded: those of a fund and year by number, as they were."""
    by_year = groupby(sorted(vouchers), key=lambda one: (one.fund, one.year))
    yield from heapq.merge(*(list(of) for _, of in by_year), key=lambda one: one.recorded_at)


def _add_vouchers(connection: Connection, vouchers: Sequence[Voucher], sources: _Sources) -> Mapping[str, int]:
    """Add vouchers, entries first as everywhere, and return their ids by number."""
    in_order = [*_in_order(vouchers)]
    ids = {one.name: at for at, one in enumerate(in_order, 1)}
    entry_columns = ("voucher", "line", "fund", "unit", "debit", "credit", "amount", "red")
    _insert(connection, "entry", entry_columns, [
        (at, line, one.fund, entry.unit, entry.debit, entry.credit, entry.amount, int(entry.red))
        for at, one in enumerate(in_order, 1) for line, entry in enumerate(one.entries, 1)
    ])  # fmt: skip
    columns = (
        "id", *OF_VOUCHER, "day", "link", "reverses", "cites", "natural_key", "batch", "entries",
    )  # fmt: skip
    _insert(connection, "voucher", columns, [
        (at, *(getattr(one, name) for name in OF_VOUCHER), _day(one.date), ids[one.link] if one.link else at,
         ids[one.reverses] if one.reverses else None, ids[one.cites] if one.cites else None, one.name,
         sources.batch(one.source, one.recorded_at), len(one.entries))
        for at, one in enumerate(in_order, 1)
    ])  # fmt: skip
    return ids


def _add_entries(connection: Connection, says: Canonical, sources: _Sources) -> None:
    """Add the entries of the registers."""
    for name, of_register in groupby(says.entries, key=lambda one: one.register):
        columns = ("seq", *REGISTERS[name].columns, "withdrawn", "batch", "row", "recorded_at", "recorded_by")
        _insert(connection, name, columns, [
            (seq, *one.said, int(one.withdrawn), sources.batch(one.source, one.recorded_at), one.row, one.recorded_at,
             one.recorded_by) for seq, one in enumerate(of_register, 1)
        ])  # fmt: skip


def _add_applications(connection: Connection, says: Canonical, ids: Mapping[str, int], sources: _Sources) -> None:
    """Add what was applied for, and what was decided about it."""
    columns = (
        "application", "fund", "line", "amount", "date", "day", "payee", "contract", "document", "narration", "number",
        "natural_key", "occurrence", "batch", "row", "applied_by", "applied_at",
    )  # fmt: skip
    _insert(connection, "application", columns, [
        (one.number, one.quota.partition("-")[0], int(one.quota.rpartition("-Q")[2]), one.amount, one.date,
         _day(one.date), one.payee, one.contract, one.document, one.narration, one.file_number,
         str(one.number) if one.source else None, one.occurrence, sources.batch(one.source, one.recorded_at), one.row,
         one.recorded_by, one.recorded_at) for one in says.applications
    ])  # fmt: skip
    decided = ("application", "voucher", "reason", "decided_by", "decided_at")
    _insert(connection, "application_decision", decided, [
        (one.number, ids[one.voucher] if one.voucher else None, one.reason, one.decided_by, one.decided_at)
        for one in says.applications if one.state != "waiting"
    ])  # fmt: skip


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    dialect.insert_rows(connection, table, columns, rows)


def _day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
