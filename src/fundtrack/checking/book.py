"""The lens on the whole book."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from fundtrack.chart.model import NOT_IN_CHART
from fundtrack.checking.lens import LEFT, MET, POLICY, POSTING_COLUMNS, VOUCHER_COLUMNS, Lens, Subject
from fundtrack.errors import LANGUAGES, message, messages
from fundtrack.ledger.batches import identity
from fundtrack.ledger.rows import voucher_number
from fundtrack.schema import dialect
from fundtrack.schema.registers import BY_RELATION, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from fundtrack.chart.model import Account, Chart
    from fundtrack.checking.lens import Relations
    from fundtrack.errors import Language
    from fundtrack.schema.registers import Register

RELATIONS: Final = POLICY | {
    "postings": f"SELECT {POSTING_COLUMNS} FROM book_postings",
    "vouchers": f"SELECT {VOUCHER_COLUMNS} FROM book_vouchers",
    "daily_balances": "SELECT * FROM book_daily_balances",
    **LEFT,
    **MET,
}
"""The relations over everything that was posted."""

OF_VOUCHER: Final = """
SELECT v.fund, v.year, v.number, COALESCE(b.file, ''), COALESCE(b.sheet, ''), COALESCE(o.row, 0), COALESCE(b.sha256, '')
FROM voucher AS v
LEFT JOIN voucher AS o ON o.id = CASE WHEN v.batch IS NOT NULL THEN v.id ELSE (SELECT MIN(w.id) FROM voucher AS w
    WHERE w.batch IS NOT NULL AND (w.id = v.link OR (w.link = v.link AND w.link <> w.id))) END
LEFT JOIN batch AS b ON b.batch = o.batch
WHERE v.id = """
OF_BATCH: Final = "SELECT file, sheet, sha256 FROM book_batches WHERE batch = "
OF_ENTRY: Final = """
SELECT {columns}, COALESCE(b.file, ''), COALESCE(b.sheet, ''), COALESCE(e.row, 0), COALESCE(b.sha256, '')
FROM {register} AS e
LEFT JOIN batch AS b ON b.batch = e.batch
WHERE e.seq = {seq:d}"""
"""Where vouchers, imports and entries of registers came from; of linked vouchers one has the row, the others by it."""


def book_lens(connection: Connection, chart: Chart) -> Lens:
    """Return the lens through which checks audit everything that was posted."""
    return Lens(
        after=whole_book, subject=vouchers_of(connection), named=names_of(chart), missing=empty_registers(connection)
    )


def empty_registers(connection: Connection) -> dict[str, Mapping[Language, str]]:
    """Return the relations of the registers that nothing was entered in, each with why: what needs one is not run.

    And that of the imports, where nothing was imported.
    """
    held = {name for name, register in BY_RELATION.items() if _holds(connection, register.name)}
    empty = {name: no_register(register) for name, register in BY_RELATION.items() if name not in held}
    return empty if _holds(connection, "batch") else empty | {"batches": no_import()}


def no_import() -> Mapping[Language, str]:
    """Return why a check that needs the imports is not run, where there are none."""
    return {language: message("missing-batches", language) for language in LANGUAGES}


def no_register(register: Register) -> Mapping[Language, str]:
    """Return why a check that needs a register is not run, where there are no entries in it."""
    return {
        language: message("no-register", language, register=register.name, title=register.called(language))
        for language in LANGUAGES
    }


def _holds(connection: Connection, table: str) -> bool:
    return bool(dialect.rows_of(connection, f"SELECT 1 WHERE EXISTS (SELECT 1 FROM {table})"))


def whole_book(_scope: str) -> Relations:
    """Every voucher, whatever belongs together."""
    return RELATIONS


MOVING: Final = {
    "voucher": "MAX(id)", "chart": "MAX(version)", "batch": "MAX(batch)", "audit": "MAX(audit)", "decision": "COUNT(*)",
    **dict.fromkeys(REGISTERS, "MAX(seq)"),
}  # fmt: skip
"""The tables by which a book moves, and what tells that one did."""

MOMENT: Final = " UNION ALL ".join(
    f"SELECT '{table}' AS moving, COALESCE({counted}, 0) AS counted FROM {table}" for table, counted in MOVING.items()
)


def moment(connection: Connection) -> tuple[int, ...]:
    """Return how far the book has come: two looks at the same moment see the same."""
    return tuple(int(counted) for _, counted in sorted(dialect.rows_of(connection, MOMENT)))


def vouchers_of(connection: Connection) -> Callable[[int, str], Subject]:
    """Return what names a posted voucher, or an entry of a register: its number, and the file and row it came from."""

    def subject(voucher: int, entry: str) -> Subject:
        if not voucher and entry:
            return _entered(connection, *entry.split(" "))
        row = connection.exec_driver_sql(f"{OF_VOUCHER}{voucher:d}").one_or_none()
        if row is None:
            return Subject()
        fund, year, number, file, sheet, at, sha256 = row
        return Subject(file=file, sheet=sheet, row=at, voucher=voucher_number(fund, year, number), sha256=sha256)

    return subject


def _entered(connection: Connection, register: str, seq: str) -> Subject:
    """Return where an entry of a register came from; one that a person made is known by register and number.

    Of an import, it is the file.
    """
    if register == "batch":
        file, sheet, sha256 = connection.exec_driver_sql(f"{OF_BATCH}{int(seq):d}").one()
        content = identity({"file": file, "sheet": sheet, "sha256": sha256})
        return Subject(file=file, sheet=sheet, sha256=sha256, content=content)
    of = REGISTERS[register]
    columns = ", ".join(f"e.{column}" for column in of.columns)
    entry = OF_ENTRY.format(columns=columns, register=of.name, seq=int(seq))
    *said, file, sheet, at, sha256 = connection.exec_driver_sql(entry).one()
    return Subject(file=file or f"{register} {seq}", sheet=sheet, row=at, sha256=sha256, content=of.identity(said))


def names_of(chart: Chart) -> Callable[[Language, str, str], str]:
    """Return what adds a name to the codes of funds, accounts and projects."""

    @cache
    def uses() -> dict[str, Account]:  # most vouchers are sound, and nothing has to be named
        return {account.path: account for account in chart.accounts.values()}

    def named(language: Language, column: str, value: str) -> str:
        if column in {"fund", "paying_fund", "other_fund"} and value in chart.funds:
            fund = chart.funds[value]
            return f"{value} {fund.name if language == 'en' else fund.name_zh}"
        if column == "account":
            return uses()[value].written(language, chart) if value in uses() else _unknown(language, value)
        if column == "kind" and f"kind-{value}" in messages():
            return message(f"kind-{value}", language)
        if column == "project" and value in chart.projects:
            project = chart.projects[value]
            return f"{value} {project.name if language == 'en' else project.name_zh}"
        return value

    return named


def _unknown(language: Language, account: str) -> str:
    """Return in words an account that the chart has not, of which only fund and code are known: `?:F09:0601`."""
    root, _, rest = account.partition(":")
    _, _, code = rest.partition(":")
    if root != "?":
        return account
    kind = code.removeprefix(NOT_IN_CHART)
    key = "account-of-fund" if kind == code else "account-none-of-kind"
    return message(key, language, code=code, kind=kind)
