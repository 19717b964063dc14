"""What is wrong with a book, and how to mend it.

Nothing here believes what the book says of itself: the schema is compared with a fresh one made by this release, stored
balances with the entries, keys are joined again (a superuser, or a SQLite client without foreign keys, passes by them),
the policy in the tables with the texts of the charts, and what each import says of itself with its rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, NoResultFound

from fundtrack import schema
from fundtrack.book import daily, grounds, onrecord
from fundtrack.book.book import usable_key
from fundtrack.book.chartfile import is_behind, text_of, texts
from fundtrack.book.policy import terms
from fundtrack.chart.quota import is_heading
from fundtrack.chart.read import read_chart
from fundtrack.errors import FundtrackError, message, messages
from fundtrack.money import plain
from fundtrack.schema import dialect
from fundtrack.schema.registers import every_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint

    from fundtrack.book.book import Book
    from fundtrack.errors import Language

STATES: Final = ("posted", "already posted", "quarantined", "not data")
"""What a batch counts its rows by."""

MISSING: Final = "—"
"""What is printed for a stored figure that is not there."""


@dataclass(frozen=True)
class Ailment:
    """Something wrong: its name, which is a key in `messages/doctor.toml` without the prefix, and its details."""

    name: str
    details: Mapping[str, object]

    def message(self, language: Language) -> str:
        """Return what is wrong."""
        return message(f"doctor-{self.name}", language, **self._told(language))

    def remedy(self, language: Language) -> str:
        """Return how to mend it."""
        return messages()[f"doctor-{self.name}"][f"remedy-{language}"].format(**self._told(language))

    def _told(self, language: Language) -> dict[str, object]:
        """Return the details, those that are words of ours in a language."""
        return {
            name: message(key, language) if (key := word(name, detail)) else detail
            for name, detail in self.details.items()
        }


def word(name: str, detail: object) -> str:
    """Return the key of the message that says a detail, where it is a word of ours."""
    said = str(detail).replace(" ", "-")
    return {"what": f"policy-{said}", "state": f"rows-{said}", "decided": f"decided-{said}"}.get(name, "")


def diagnose(book: Book) -> list[Ailment]:
    """Return everything that is wrong with a book; an examination that cannot be made is itself an ailment."""
    found = [*secrets(book), *originals(book)]
    if cause := unreachable(book):
        return [*found, Ailment("unreachable", {"cause": cause})]
    for name, examination in EXAMINATIONS.items():
        try:
            with book.reading() as connection:
                found += examination(book, connection)
        except (DBAPIError, FundtrackError, NoResultFound) as error:
            found.append(Ailment("not-examined", {"examination": name, "cause": cause_of(error)}))
    return found


def unreachable(book: Book) -> str:
    """Return why nothing in the database can be examined, or an empty text."""
    try:
        with book.reading() as connection:
            inspect(connection).get_table_names()
    except DBAPIError as error:
        return cause_of(error)
    return ""


def cause_of(error: Exception) -> str:
    """Return what the database itself said, in a line."""
    return str(getattr(error, "orig", error)).splitlines()[0]


def secrets(book: Book) -> Iterator[Ailment]:
    """Yield what is wrong with the key that recognises imported rows."""
    path = book.settings.key
    try:
        usable_key(path.read_text("ascii"))
    except (OSError, ValueError):
        yield Ailment("key-missing", {"path": path})
        return
    if path.stat().st_mode & 0o077:
        yield Ailment("key-open", {"path": path})


def originals(book: Book) -> Iterator[Ailment]:
    """Yield the kept files whose bytes are no longer those their name is the hash of."""
    for path in sorted((book.folder / "originals").glob("*/*")):
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != path.name.partition(".")[0]:
            yield Ailment("original-changed", {"path": path, "found": found})


def environment(book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield what is wrong with the database program, its file and the rights in it; connecting asserts its settings."""
    name, oldest = dialect.OLDEST[connection.dialect.name]
    version = dialect.database_version(connection)
    if version < oldest:
        details = {"database": name, "found": ".".join(map(str, version)), "wanted": ".".join(map(str, oldest))}
        yield Ailment("database-old", details)
    for cause in dialect.damage(connection):
        yield Ailment("damaged", {"cause": cause})
    if role := dialect.lacks_clerk(connection, book.settings.schema):
        yield Ailment("clerk-missing", {"role": role, "tables": ", ".join(dialect.INSERTED_BY_CLERKS)})
    for role, right, thing in dialect.excessive_rights(connection):
        kind, _, name = thing.rpartition(" ")
        target = f'{kind} "{book.settings.schema}".{name}'.strip()
        yield Ailment("right-excessive", {"role": role, "right": right, "object": thing, "target": target})


def controls(book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the objects of the schema that are not as this release makes them, whatever the book noted about itself."""
    found, wanted = dialect.fingerprint(connection), schema.released(book.engine)
    for thing in sorted(found.keys() | wanted.keys()):
        if thing not in found:
            yield Ailment("object-missing", {"object": thing})
        elif thing not in wanted:
            yield Ailment("object-foreign", {"object": thing})
        elif found[thing] != wanted[thing]:
            yield Ailment("object-changed", {"object": thing})
    noted = connection.exec_driver_sql("SELECT fingerprint FROM release ORDER BY release DESC LIMIT 1").scalar_one()
    if noted != schema.digest(wanted):
        yield Ailment("release-forged", {})


OPENINGS: Final = """
SELECT e.fund, e.unit, e.debit, e.credit, (1 - 2 * e.red) * e.amount
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id WHERE v.kind = 'opening'
"""


def balances(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the stored totals, openings and changes a day of controlled accounts that the entries do not give."""
    openings: Counter[tuple[str, str, str]] = Counter()
    for fund, unit, debit, credit, amount in connection.exec_driver_sql(OPENINGS):
        openings[fund, unit, debit] += amount
        openings[fund, unit, credit] -= amount
    accounts = connection.exec_driver_sql(
        "SELECT fund, unit, code, root, controlled FROM account WHERE controlled <> 0 ORDER BY fund, unit, code"
    ).all()
    for fund, of_fund in groupby(accounts, itemgetter(0)):
        moved, kept = daily.moved(connection, fund), daily.stored(connection, fund)
        totals = daily.stored_totals(connection, fund)
        for _, unit, code, root, controlled in of_fund:
            place = {"account": f"{root}:{fund}:{code}", "unit": unit}
            days = {day: controlled * change for day, change in moved[unit, code].items()}
            side, total, opening = totals.get((unit, code), (None, None, None))
            if side != controlled:
                yield Ailment("control-wrong", {**place, "stored": side, "derived": controlled})
            yield from _differing("balance-wrong", place, total, sum(days.values()))
            yield from _differing("opening-wrong", place, opening, controlled * openings[fund, unit, code])
            for day in sorted(kept[unit, code].keys() | days.keys()):
                on = place | {"date": date.fromordinal(day).isoformat()}
                yield from _differing("day-wrong", on, kept[unit, code].get(day, 0), days.get(day, 0))


COMMITMENTS: Final = """
SELECT COALESCE(k.fund, d.fund), COALESCE(k.code, d.code), COALESCE(k.unit, d.unit), COALESCE(k.contract, d.contract),
    k.total, COALESCE(d.total, 0)
FROM (
    SELECT a.fund, a.unit, a.code, v.contract,
        CAST(SUM((1 - 2 * e.red) * CASE a.code WHEN e.credit THEN e.amount ELSE -e.amount END) AS BIGINT) AS total
    FROM account AS a
    JOIN entry AS e ON e.fund = a.fund AND e.unit = a.unit AND a.code IN (e.debit, e.credit)
    JOIN voucher AS v ON v.id = e.voucher
    WHERE a.kind = 'quota-committed'
    GROUP BY a.fund, a.unit, a.code, v.contract
) AS d
FULL JOIN commitment AS k ON k.fund = d.fund AND k.unit = d.unit AND k.code = d.code AND k.contract = d.contract
WHERE COALESCE(k.total, -1) <> COALESCE(d.total, 0)
ORDER BY 1, 2, 4
"""


def commitments(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield what contracts have bound of quota by the stored totals and not by the entries."""
    for fund, code, unit, contract, stored, derived in connection.exec_driver_sql(COMMITMENTS):
        place = {"account": f"Liabilities:{fund}:{code}", "unit": unit, "contract": contract}
        yield from _differing("commitment-wrong", place, stored, int(derived))


def _differing(name: str, place: Mapping[str, object], stored: int | None, derived: int) -> Iterator[Ailment]:
    """Yield an ailment where a stored figure, in minor units, is not the derived one."""
    if stored != derived:
        figures = {"stored": MISSING if stored is None else plain(stored), "derived": plain(derived)}
        yield Ailment(name, {**place, **figures})


def keys(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the foreign keys that rows break: entries without their voucher, or of another fund than it, and so on."""
    tables = inspect(connection)
    for table in tables.get_table_names():
        first = tables.get_pk_constraint(table)["constrained_columns"][:1]
        for key in tables.get_foreign_keys(table):
            count, at = connection.exec_driver_sql(broken(table, key, first[0])).one()
            if count:
                yield Ailment(
                    "dangling", {"table": table, "key": key["name"], "count": count, "first": f"{first[0]} {at}"}
                )


def broken(table: str, key: ReflectedForeignKeyConstraint, first: str) -> str:
    """Return the select that counts the rows of a table whose key points nowhere."""
    pairs = list(zip(key["constrained_columns"], key["referred_columns"], strict=True))
    given = " AND ".join(f"c.{column} IS NOT NULL" for column, _ in pairs)
    met = " AND ".join(f"p.{referred} = c.{column}" for column, referred in pairs)
    return (f"SELECT COUNT(*), MIN(c.{first}) FROM {table} AS c WHERE {given} "
            f"AND NOT EXISTS (SELECT 1 FROM {key['referred_table']} AS p WHERE {met})")  # fmt: skip


NUMBERS: Final = """
SELECT fund, year, COUNT(*) AS vouchers, MIN(number), MAX(number) FROM voucher
GROUP BY fund, year HAVING MIN(number) <> 1 OR MAX(number) <> COUNT(*)
"""


def numbers(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the funds and years whose voucher numbers have a gap, and the registers whose entries have one."""
    for fund, year, count, first, last in connection.exec_driver_sql(NUMBERS):
        details = {"fund": fund, "year": year, "count": count, "first": first, "last": last}
        yield Ailment("number-gap", details)
    for register, count, first, last in connection.exec_driver_sql(ENTRIES):
        yield Ailment("entry-gap", {"register": register, "count": count, "first": first, "last": last})


BATCHES: Final = f"""
WITH every_entry AS (SELECT entry, batch, row FROM ({every_entry()}) AS e
    UNION ALL SELECT 'application ' || application, batch, row FROM application),
entered AS (SELECT batch, COUNT(*) AS entries FROM every_entry WHERE batch IS NOT NULL GROUP BY batch),
retried AS (SELECT d.batch, COUNT(*) AS entries FROM decision AS d
    JOIN every_entry AS e ON e.entry = d.entry AND e.batch = d.batch AND e.row = d.row GROUP BY d.batch)
SELECT b.batch, b.rows_posted, b.rows_already_posted, b.rows_quarantined, b.rows_not_data,
    (SELECT COUNT(*) FROM voucher AS v WHERE v.batch = b.batch) - (
        SELECT COUNT(*) FROM decision AS d JOIN voucher AS v ON v.id = d.voucher AND v.batch = d.batch AND v.row = d.row
        WHERE d.batch = b.batch)
    + COALESCE((SELECT e.entries FROM entered AS e WHERE e.batch = b.batch), 0)
    - COALESCE((SELECT e.entries FROM retried AS e WHERE e.batch = b.batch), 0),
    COALESCE(SUM(CASE r.state WHEN 'already-posted' THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE r.state WHEN 'quarantined' THEN 1 ELSE 0 END), 0),
    COALESCE(SUM(CASE r.state WHEN 'not-data' THEN 1 ELSE 0 END), 0)
FROM batch AS b LEFT JOIN input_row AS r ON r.batch = b.batch
GROUP BY b.batch ORDER BY b.batch
"""
"""What each batch says of its rows, and what the book holds. A row posted by a later decision was quarantined."""

STOOD: Final = "payment-stands"
"""Why a row of a bank's results is settled by a payment that is not its own: the bank made it, and it stands."""

GROUNDLESS: Final = f"""
WITH every_entry AS (SELECT entry FROM ({every_entry()}) AS e
    UNION ALL SELECT 'application ' || application FROM application)
SELECT d.batch, d.row, d.decided FROM decision AS d
LEFT JOIN input_row AS r ON r.batch = d.batch AND r.row = d.row
LEFT JOIN voucher AS v ON v.id = d.voucher
LEFT JOIN every_entry AS e ON e.entry = d.entry
WHERE COALESCE(r.state, '') <> 'quarantined' OR (d.entry IS NOT NULL AND e.entry IS NULL)
    OR (d.decided = 'posted' AND d.entry IS NULL AND (v.id IS NULL OR NOT (
    (v.natural_key = r.natural_key AND v.occurrence = r.occurrence)
    OR COALESCE(v.batch = d.batch AND v.row = d.row, 1 = 0)
    OR (d.reason = '{STOOD}' AND v.kind IN ('disbursement', 'advance') AND EXISTS (
        SELECT 1 FROM entry AS e WHERE e.voucher = v.id AND e.line = 1 AND e.amount = r.amount))
    OR (v.batch IS NOT NULL AND EXISTS (SELECT 1 FROM correction AS c WHERE c.batch = d.batch AND c.row = d.row)))))
ORDER BY d.batch, d.row
"""
"""Decisions on a row that did not wait, or that name a voucher which is not of that row, or an entry there is not."""

ENTRIES: Final = f"""
SELECT register, COUNT(*) AS entries, MIN(seq), MAX(seq) FROM ({every_entry()}) AS e
GROUP BY register HAVING MIN(seq) <> 1 OR MAX(seq) <> COUNT(*)
"""


def imports(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the batches whose rows are not as many as they say, and the decisions that rest on no waiting row."""
    for batch, *counts in connection.exec_driver_sql(BATCHES):
        for state, stored, derived in zip(STATES, counts[: len(STATES)], counts[len(STATES) :], strict=True):
            if stored != derived:
                yield Ailment("batch-wrong", {"batch": batch, "state": state, "stored": stored, "derived": derived})
    for batch, row, decided in connection.exec_driver_sql(GROUNDLESS):
        yield Ailment("decision-groundless", {"row": f"{batch}:{row}", "decided": decided})


def record(_book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield what is wrong with the record of findings, acts and waivers."""
    for name, details in onrecord.faults(connection):
        yield Ailment(name, details)


def funds(book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield the imported vouchers whose fund does not rest on what it is said to."""
    for name, details in grounds.faults(book, connection):
        yield Ailment(name, details)


def policy(book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield what the tables hold of the policy that the chart does not state, and what they miss.

    Accounts, grants and bank accounts are those of the chart in force; the terms of funds are those of every version.
    """
    if connection.exec_driver_sql("SELECT COUNT(*) FROM chart").scalar_one() == 0:
        return
    chart = book.chart(connection)
    stated: set[tuple[object, ...]] = {
        ("heading" if is_heading(a) else "account", a.path, a.unit, a.kind, a.controlled, a.bank)
        for a in chart.accounts.values()
    }
    stated |= {("grant", u.account, u.date.isoformat(), int(u.granted), u.document) for u in chart.uses}
    stated |= {("bank", bank.code, bank.number) for bank in chart.banks.values()}
    for version, written in connection.exec_driver_sql("SELECT version, text FROM chart").all():
        funds = read_chart(written, f"chart {version}").funds
        stated |= {("terms", code, version, *terms(fund)) for code, fund in funds.items()}
    kept = {(what, *row) for what, select in POLICY.items() for row in connection.exec_driver_sql(select)}
    for what, subject, *rest in sorted(kept ^ stated, key=str):
        told = (what, subject, *rest) in kept
        details = {"what": what, "subject": subject, "rest": " ".join(map(str, rest))}
        yield Ailment("policy-added" if told else "policy-lost", details)


def chart_file(book: Book, connection: Connection) -> Iterator[Ailment]:
    """Yield that the file of the chart still says what an earlier version did: an act was killed before it wrote it."""
    if book.chart_file.is_file() and is_behind(text_of(book.chart_file), texts(connection)):
        yield Ailment("chart-behind", {"path": book.chart_file})


POLICY: Final = {
    "account": "SELECT account, unit, account_kind, controlled, bank FROM book_accounts",
    "heading": "SELECT root || ':' || fund || ':' || code, unit, 'quota-' || status, 0, '' FROM quota_heading",
    "grant": "SELECT account, date, granted, document FROM book_grants",
    "bank": "SELECT bank, number FROM bank_account",
    "terms": "SELECT fund, chart, fund_group, department, level, regime, valid_from, valid_to, may_advance, authority "
    "FROM fund_terms",
}
"""The policy as the tables hold it."""


EXAMINATIONS: Final[dict[str, Callable[[Book, Connection], Iterator[Ailment]]]] = {
    "environment": environment,
    "schema": controls,
    "balances": balances,
    "commitments": commitments,
    "keys": keys,
    "numbers": numbers,
    "imports": imports,
    "funds": funds,
    "record": record,
    "policy": policy,
    "chart": chart_file,
}
"""What is examined in the database, each in a moment of its own, by the name printed where it cannot be."""
