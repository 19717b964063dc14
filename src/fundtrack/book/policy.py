"""The chart in the book: every version kept, each change a recorded, dated act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundtrack.book.create import now
from fundtrack.chart.change import diff, forbidden
from fundtrack.chart.model import Chart
from fundtrack.chart.quota import headings, is_heading
from fundtrack.chart.read import read_chart
from fundtrack.errors import ChartError
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from sqlalchemy import Connection

    from fundtrack.book.book import Book
    from fundtrack.chart.change import Change
    from fundtrack.chart.model import Fund


def apply_chart(book: Book, text: str, *, by: str, document: str, after: int | None = None) -> list[Change]:
    """Put a chart in force as the next version, and return what it changes; nothing is done where nothing changes.

    `after` is the version that the text was made from. Raises ChartError where it would alter the past: remove an
    account, or change what was granted or ended; and `chart-meanwhile` where another version is in force by now, of
    which the text knows nothing.
    """
    with book.owning() as connection:
        dialect.take_turn(connection)
        return put_in_force(book, connection, text, by=by, document=document, after=after)


def put_in_force(
    book: Book, connection: Connection, text: str, *, by: str, document: str, after: int | None = None
) -> list[Change]:
    """Put a chart in force as `apply_chart` does, within an act of the owner, who holds the writer's turn."""
    new = read_chart(text, str(book.chart_file))
    latest, old = in_force_before(book, connection, new)
    if after is not None and latest != after:
        raise ChartError("chart-meanwhile", path=book.chart_file, version=latest)
    changes = diff(old, new)
    forbidden(old, new, str(book.chart_file))
    if not changes:
        return []
    if not document:
        raise ChartError("chart-needs-document")
    version = latest + 1
    _insert(
        connection,
        "chart",
        ("version", "applied_at", "applied_by", "document", "text"),
        [(version, now(), by, document, text)],
    )
    add_policy(connection, new, version)
    dialect.measure(connection, "fund_terms", "bank_account", "account", "use_grant", "balance")
    return changes


def in_force_before(book: Book, connection: Connection, new: Chart) -> tuple[int, Chart]:
    """Return the version and the chart that another would follow: 0 and an empty one in a book that has none yet."""
    latest = connection.exec_driver_sql("SELECT COALESCE(MAX(version), 0) FROM chart").scalar_one()
    return latest, book.policy(connection) if latest else Chart(new.title, new.language, {}, {}, (), {}, {}, {})


def add_policy(connection: Connection, chart: Chart, version: int) -> None:
    """Add the funds, terms, banks, accounts and grants that the book does not hold yet."""
    known = {
        table: _known(connection, table, key)
        for table, key in (
            ("fund", "fund"),
            ("bank_account", "bank"),
            ("account", "fund || ':' || unit || ':' || code"),
            ("quota_heading", "fund || ':' || status"),
            ("use_grant", "fund || ':' || code || ' ' || date || ' ' || granted"),
        )
    }
    _insert(
        connection, "fund", ("fund", "chart"), [(code, version) for code in chart.funds if code not in known["fund"]]
    )
    _insert(connection, "fund_terms", (
        "fund", "chart", "fund_group", "department", "level", "regime", "valid_from", "valid_to", "may_advance",
        "authority",
    ), [
        (fund.code, version, *terms(fund)) for fund in chart.funds.values()
    ])  # fmt: skip
    _insert(
        connection,
        "bank_account",
        ("bank", "number", "chart"),
        [(b.code, b.number, version) for b in chart.banks.values() if b.code not in known["bank_account"]],
    )
    _add_accounts(connection, chart, version, known)
    seq = connection.exec_driver_sql("SELECT COALESCE(MAX(seq), 0) FROM use_grant").scalar_one()
    units = {account.path: account.unit for account in chart.accounts.values()}
    fresh = [use for use in chart.uses if _event(use.account, use.date, granted=use.granted) not in known["use_grant"]]
    _insert(
        connection,
        "use_grant",
        ("seq", "fund", "unit", "code", "date", "day", "granted", "document", "chart"),
        [
            (
                seq + at,
                use.account.split(":")[1],
                units[use.account],
                use.account.split(":")[2],
                use.date.isoformat(),
                use.date.toordinal(),
                int(use.granted),
                use.document,
                version,
            )
            for at, use in enumerate(fresh, 1)
        ],
    )


def _add_accounts(connection: Connection, chart: Chart, version: int, known: Mapping[str, set[str]]) -> None:
    """Add the accounts that the book does not hold yet, and the headings of quota, which are none."""
    _insert(
        connection,
        "account",
        ("fund", "unit", "code", "root", "kind", "controlled", "bank", "opened", "chart"),
        [
            (a.fund, a.unit, a.code, a.root, a.kind, a.controlled, a.bank or None, a.date.isoformat(), version)
            for a in chart.accounts.values()
            if not is_heading(a) and f"{a.fund}:{a.unit}:{a.code}" not in known["account"]
        ],
    )
    _insert(
        connection,
        "quota_heading",
        ("fund", "status", "unit", "code", "root", "day", "chart"),
        [
            (fund, status, a.unit, a.code, a.root, a.date.toordinal(), version)
            for (fund, status), a in headings(chart).items()
            if f"{fund}:{status}" not in known["quota_heading"]
        ],
    )


def terms(fund: Fund) -> tuple[str | int, ...]:
    """Return the terms of a fund as a row of `fund_terms` states them."""
    first, last = _iso(fund.valid_from), _iso(fund.valid_to)
    return fund.group, fund.department, fund.level, fund.regime, first, last, int(fund.may_advance), fund.authority


def _event(account: str, date: date, *, granted: bool) -> str:
    _, fund, code = account.split(":")
    return f"{fund}:{code} {date.isoformat()} {int(granted)}"


def _iso(date: date | None) -> str:
    return date.isoformat() if date else ""


def _known(connection: Connection, table: str, key: str) -> set[str]:
    return set(connection.exec_driver_sql(f"SELECT {key} FROM {table}").scalars())


def _insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    dialect.insert_rows(connection, table, columns, rows)
