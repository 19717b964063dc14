"""The lens on candidates: vouchers about to be posted, beside what they touch in the book."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from fundtrack.checking.book import names_of
from fundtrack.checking.lens import LEFT, MET, POLICY, POSTING_COLUMNS, VOUCHER_COLUMNS, Lens
from fundtrack.schema import dialect, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from sqlalchemy import Connection

    from fundtrack.chart.model import Chart
    from fundtrack.checking.lens import Relations, Subject

TABLE: Final = "candidate"
"""Where candidates are staged."""

COLUMNS: Final = (
    "voucher", "line", "fund", "year", "date", "day", "kind", "project", "payee", "narration", "document", "bank",
    "bank_ref", "payee_id", "payee_account", "contract", "quota", "approved_by", "link", "reverses", "cites",
    "natural_key", "occurrence", "batch", "row", "chart", "fund_basis", "entries", "outflow",
    "unit", "debit_fund", "debit", "credit_fund", "credit", "amount", "red",
)  # fmt: skip
"""What is staged, in this order: one row an entry, the voucher's own columns repeated."""

VOUCHER_SCOPES: Final = frozenset(VOUCHER_COLUMNS.split(", "))

DAYS: Final = """SELECT fund, unit, code, account, day, date, SUM(controlled * amount) AS change
    FROM candidate_postings WHERE controlled <> 0 GROUP BY day, date, account, unit, fund, code"""
"""What candidates move on controlled accounts, by day."""

TOUCHED: Final = """SELECT t.fund, t.unit, t.code, t.account, t.day, b.total - COALESCE((
        SELECT SUM(later.change) FROM daily_balance AS later
        WHERE later.fund = t.fund AND later.unit = t.unit AND later.code = t.code AND later.day >= t.day), 0) AS before
    FROM (
        SELECT fund, unit, code, account, MIN(day) AS day FROM candidate_days GROUP BY fund, unit, code, account
    ) AS t
    JOIN balance AS b ON b.fund = t.fund AND b.unit = t.unit AND b.code = t.code"""
"""The accounts they move, the first day, and what stood before: all there is, less what moved on that day and since."""

DAILY: Final = """
SELECT account, fund, unit, day, date, change,
    before + SUM(change) OVER (PARTITION BY fund, unit, code ORDER BY day) AS balance
FROM (
    SELECT t.account, t.fund, t.unit, t.code, t.before, m.day, m.date, SUM(m.change) AS change
    FROM candidate_touched AS t
    JOIN ({moves}) AS m ON m.fund = t.fund AND m.unit = t.unit AND m.code = t.code
    GROUP BY t.account, t.fund, t.unit, t.code, t.before, m.day, m.date
) AS days
"""
"""Day-ends from the first day touched on, day by day from what stood before.

What moved since is added up once an account, not once a day: a voucher dated back by years is cheap as well.
"""

STANDING: Final = """SELECT d.fund, d.unit, d.code, d.day, d.date, d.change
    FROM candidate_touched AS t
    JOIN daily_balance AS d ON d.fund = t.fund AND d.unit = t.unit AND d.code = t.code AND d.day >= t.day"""

BOUND: Final = """SELECT contract FROM candidate WHERE contract <> ''"""

OF_CONTRACTS: Final = f"""WITH bound AS (SELECT id FROM voucher WHERE contract <> '' AND contract IN ({BOUND}))
    SELECT id FROM bound
    UNION ALL SELECT v.id FROM bound AS b CROSS JOIN voucher AS v WHERE v.reverses = b.id
    UNION ALL SELECT v.id FROM bound AS b CROSS JOIN voucher AS v WHERE v.cites = b.id
    UNION ALL SELECT r.id FROM bound AS b CROSS JOIN voucher AS v CROSS JOIN voucher AS r
        WHERE v.cites = b.id AND r.reverses = v.id"""
"""What stands of the contracts that candidates name, and what takes something of it back, whatever that names."""

NAMING: Final = "SELECT voucher FROM candidate WHERE contract <> '' OR cites <> 0 OR reverses <> 0"
"""Candidates that a contract may have to do with."""

KNOWN_CONTRACT: Final = """
SELECT 1 FROM candidate AS c WHERE c.contract <> '' AND (c.kind = 'commitment'
    OR EXISTS (SELECT 1 FROM contract AS k WHERE k.contract = c.contract)
    OR EXISTS (SELECT 1 FROM commitment AS m WHERE m.fund = c.fund AND m.contract = c.contract)) LIMIT 1
"""
"""Whether any candidate is of a contract that is on register, or that a line of its fund has bound or binds now."""

CONTROLLED: Final = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM quota_heading)
    AND EXISTS (SELECT 1 FROM quota_heading WHERE fund IN (SELECT fund FROM candidate))
"""
"""Whether any candidate is of a fund that has quota accounts at all; where no fund has, nobody looks at candidates."""

COMING: Final = "SELECT fund, unit, code, day, date, change FROM candidate_days"

SAME_REFERENCE: Final = """
SELECT 1 FROM candidate WHERE occurrence > 1
UNION ALL
SELECT 1 FROM candidate AS c
WHERE c.bank_ref <> '' AND EXISTS (SELECT 1 FROM voucher AS v WHERE v.bank_ref = c.bank_ref)
UNION ALL
SELECT 1 FROM candidate WHERE bank_ref <> '' GROUP BY bank_ref HAVING MIN(voucher) < MAX(voucher)
LIMIT 1
"""
"""Whether any candidate has a bank reference that another voucher has too, or is like another in every part."""

AT_ALL: Final = {"contract": KNOWN_CONTRACT, "bank_ref": SAME_REFERENCE}
"""By the scope of installed checks, what selects nothing where none of them can find anything."""


def prepare(connection: Connection) -> None:
    """Make the place where candidates are staged, where the connection has none, and empty it."""
    if not dialect.has_temporary(connection, TABLE):
        script = files("fundtrack.checking").joinpath("candidates.sql").read_bytes().decode()
        dialect.run_script(connection, dialect.translated(moved.spelled_out(script), connection.dialect.name))
    dialect.rows_of(connection, f"DELETE FROM {TABLE}")


def stage(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Add candidates: rows of `COLUMNS`."""
    dialect.insert_rows(connection, TABLE, COLUMNS, rows)


def measure(connection: Connection) -> None:
    """Let the database know how many candidates were staged."""
    dialect.measure(connection, TABLE)


def candidate_lens(chart: Chart, subject: Callable[[int, str], Subject]) -> Lens:
    """Return the lens through which checks judge what is staged; `subject` says where a candidate came from."""
    return Lens(
        after=after, before=before, subject=subject, named=names_of(chart), quota_at_all=CONTROLLED,
        scope_at_all=AT_ALL,
    )  # fmt: skip


def after(scope: str) -> Relations:
    """Return the candidates, and those vouchers of the book that are judged together with them."""
    return relations(scope, coming=True)


def before(scope: str) -> Relations:
    """Return the same vouchers of the book without the candidates."""
    return relations(scope, coming=False)


@cache
def relations(scope: str, *, coming: bool) -> Relations:
    """Return the relations of a scope, with or without the candidates themselves."""
    moves = " UNION ALL ".join([STANDING, *([COMING] if coming else [])])
    return POLICY | {
        "candidate_days": DAYS,
        "candidate_touched": TOUCHED,
        "postings": _touched("postings", POSTING_COLUMNS, scope, coming=coming),
        "vouchers": _touched("vouchers", VOUCHER_COLUMNS, scope, coming=coming),
        "daily_balances": DAILY.format(moves=moves),
        **LEFT,
        **MET,
    }


def _touched(relation: str, columns: str, scope: str, *, coming: bool) -> str:
    """Return the rows of a relation that are judged together: those that share the scope with a candidate."""
    arms = [f"SELECT {columns} FROM candidate_{relation}"] if coming else []
    if scope == "contract":
        arms = [f"{arm} WHERE voucher IN ({NAMING})" for arm in arms]
        arms.append(f"SELECT {columns} FROM book_{relation} WHERE voucher IN ({OF_CONTRACTS})")
    elif scope == "balance":
        arms.append(
            f"SELECT {columns} FROM book_{relation} WHERE voucher IN (SELECT voucher FROM book_vouchers"
            " WHERE fund IN (SELECT fund FROM candidate_touched) AND day >= (SELECT MIN(day) FROM candidate_touched))"
        )
    elif scope != "voucher":
        source = "vouchers" if scope in VOUCHER_SCOPES else "postings"
        shared = f"SELECT {scope} FROM candidate_{source} WHERE CAST({scope} AS TEXT) <> ''"
        if scope in columns.replace('"', "").split(", "):
            arms.append(f"SELECT {columns} FROM book_{relation} WHERE {scope} IN ({shared})")
        else:
            arms.append(
                f"SELECT {columns} FROM book_{relation} WHERE voucher IN "
                f"(SELECT voucher FROM book_{source} WHERE {scope} IN ({shared}))"
            )
    return " UNION ALL ".join(arms) or f"SELECT {columns} FROM candidate_{relation} WHERE 0 = 1"
