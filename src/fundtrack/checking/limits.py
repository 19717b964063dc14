"""What an audit cannot prove: said with every result, so that silence is never taken for soundness."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fundtrack import money
from fundtrack.checking.figures import threshold, unit_of
from fundtrack.errors import LANGUAGES, message
from fundtrack.schema import dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.checking.check import Check
    from fundtrack.checking.lens import Lens
    from fundtrack.errors import Language

STATEMENTS: Final = """
SELECT b.bank, COALESCE(MIN(s.first), 0), COALESCE(MAX(s.last), 0), b.last
FROM (
    SELECT b.bank, b.number, MAX(p.day) AS last
    FROM ({banks}) AS b
    JOIN ({daily_balances}) AS p ON p.account = b.account
    GROUP BY b.bank, b.number
) AS b
LEFT JOIN (
    SELECT l.bank, MIN(l.date_day) AS first, MAX(l.date_day) AS last FROM ({bank_lines}) AS l GROUP BY l.bank
) AS s ON s.bank = b.bank OR s.bank = b.number
GROUP BY b.bank, b.last
ORDER BY b.bank
"""
"""Each bank account that money moved on, the days its statements cover, and the last day on which money moved."""


@dataclass(frozen=True)
class Limit:
    """One thing that was not looked at, or not by the rules as they are delivered; `names` are the checks concerned."""

    kind: str
    says: Mapping[Language, str]
    names: tuple[str, ...] = ()

    def record(self, language: Language) -> dict[str, Any]:
        """Return the limit for machine-readable output."""
        return {"kind": self.kind, "says": self.says[language], "checks": list(self.names)}

    def line(self, language: Language) -> str:
        """Return the limit as a line of print."""
        colon = "：" if language == "zh" else ": "
        return f"{self.says[language]}{colon if self.names else ''}{', '.join(self.names)}"


def limits(
    connection: Connection, lens: Lens, reasons: Sequence[tuple[Check, Mapping[Language, str]]], *, whole: bool
) -> tuple[Limit, ...]:
    """Return what an audit by these checks, each with why it is not run, cannot prove.

    Where not the `whole` catalogue is asked, only what concerns the checks that are.
    """
    checks = [check for check, _ in reasons]
    found = [*_not_run(reasons), *_thresholds(checks), *_pages(checks)]
    if whole:
        found += [*_statements(connection, lens), limit("never-asked"), limit("unsealed")]
    return tuple(found)


def limit(kind: str, names: Iterable[str] = (), **details: object) -> Limit:
    """Return a limit in both languages; its message is `limit-` and the kind."""
    says: dict[Language, str] = {language: message(f"limit-{kind}", language, **details) for language in LANGUAGES}
    return Limit(kind, says, tuple(names))


NAMELESS: Final = """
SELECT unit, COUNT(*), SUM(ABS(amount)) FROM ({postings}) AS p WHERE fund = '' AND account_kind = 'cash'
GROUP BY unit ORDER BY unit
"""
"""What moves on accounts of cash and is of no fund, by unit."""

BY_FUND: Final = ("mixed-channel", "overdrawn")
"""Checks that find nothing in what names no fund."""


def without_fund(connection: Connection, lens: Lens, checks: Iterable[Check]) -> Iterator[Limit]:
    """Yield what a ledger from elsewhere moves without naming a fund; a book has nothing of the kind."""
    concerned = [check.name for check in checks if check.name in BY_FUND]
    if not concerned:
        return
    for unit, count, total in dialect.rows_of(connection, NAMELESS.format_map(lens.after("book"))):
        amount = money.grouped(int(total), lens.scales.get(unit, money.SCALE))
        yield limit("cash-without-fund", concerned, count=count, amount=amount, unit=unit)


def _not_run(reasons: Sequence[tuple[Check, Mapping[Language, str]]]) -> Iterator[Limit]:
    """Yield why checks were not run, each reason with all of its checks."""
    together: dict[str, tuple[Mapping[Language, str], list[str]]] = {}
    for check, why in reasons:
        if why:
            together.setdefault(why["en"], (why, []))[1].append(check.name)
    for says, names in together.values():
        yield Limit("not-run", says, tuple(names))


def _thresholds(checks: Iterable[Check]) -> Iterator[Limit]:
    for check in checks:
        for name, value in check.parameters.items():
            if value != check.defaults[name]:
                of = {"value": value, "default": check.defaults[name]}
                unit = unit_of(check.page.front, name)
                said = {key: {one: threshold(by, unit, one) for one in LANGUAGES} for key, by in of.items()}
                yield limit("threshold", [check.name], name=name, **said)


def _pages(checks: Iterable[Check]) -> Iterator[Limit]:
    for check in checks:
        if not check.is_installed:
            yield limit("page", [check.name], sha256=check.page.digest)


def _statements(connection: Connection, lens: Lens) -> Iterator[Limit]:
    """Yield the bank accounts whose statements are missing, or end before the book does."""
    relations = lens.after("book")
    covered = dialect.rows_of(connection, STATEMENTS.format_map(relations))
    if without := [bank for bank, _, last, _ in covered if not last]:
        yield limit("no-statement", bank=", ".join(without))
    for bank, first, last, needed in covered:
        if last and last < needed:
            days = [dt.date.fromordinal(day) for day in (first, last, needed)]
            yield limit("statement-ends", bank=bank, first=days[0], last=days[1], needed=days[2])
