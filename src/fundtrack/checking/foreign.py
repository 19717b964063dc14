"""The lens on a Beancount ledger from anywhere: loaded into memory, judged by the same selects as a book.

A published ledger of ours says in metadata what a book knows of a voucher; one from elsewhere says less, and what it
cannot say is `missing`: checks that need it are not run, and that is told. What a ledger claims and can be looked up is
looked up: `reverses` counts only where it names a voucher of the ledger that it negates, amount by amount. Where a
ledger says since which version of the chart something holds, a published voucher is judged by its own version, all else
by the last.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine

from fundtrack.beantext.booking import tolerances, weight
from fundtrack.beantext.directives import Transaction
from fundtrack.checking.batches import COLUMNS, Batches
from fundtrack.checking.declared import FUND_COMPONENT, VERSION, Declared, meta_of, text
from fundtrack.checking.entries import Entries
from fundtrack.checking.kinds import kind_of
from fundtrack.checking.lens import LEFT, MET, POSTING_COLUMNS, VOUCHER_COLUMNS, Lens, Origin, Subject
from fundtrack.checking.moved import Moved
from fundtrack.checking.units import Units
from fundtrack.errors import UsageError
from fundtrack.ledger.batches import BATCH
from fundtrack.ledger.rows import NUMBER
from fundtrack.schema import dialect, registers
from fundtrack.schema.registers import BY_RELATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import Amount, Directive, Options
    from fundtrack.checking.lens import Relations
    from fundtrack.errors import Language

KINDS: Final = frozenset({
    "opening", "transfer-received", "disbursement", "advance", "verification", "refund", "interest", "bank-charge",
    "loan", "repayment", "adjustment", "quota-received", "allotment", "quota-adjustment", "commitment", "application",
    "carry-over", "reclaim", "pooling", "returned-payment",
})  # fmt: skip
"""The kinds of voucher, which a published one has as its tag."""

RELATIONS: Final = {
    "postings": f"SELECT {POSTING_COLUMNS} FROM staged_postings",
    "vouchers": f"SELECT {VOUCHER_COLUMNS} FROM staged_voucher",
    **{
        name: f"SELECT * FROM staged_{name}"
        for name in (
            *BY_RELATION,
            "funds",
            "accounts",
            "banks",
            "grants",
            "quotas",
            "quota_statuses",
            "quota_controls",
            "batches",
            "replaced",
            "daily_balances",
        )
    },
    **LEFT,
    **MET,
}

POSTING: Final = (
    "voucher", "line", "leg", "day", "fund", "account", "account_kind", "controlled", "unit", "amount", "red",
    "weight_unit", "weight", "tolerance", '"use"', "quota",
)  # fmt: skip

STAGED: Final[Mapping[str, Sequence[str]]] = {
    "staged_voucher": VOUCHER_COLUMNS.split(", "),
    "staged_posting": POSTING,
    "staged_funds": (
        "fund", "fund_group", "department", "level", "regime", "valid_from", "valid_to", "may_advance", "authority",
        "chart", "chart_last",
    ),
    "staged_accounts": ("account", "fund", "unit", "code", "account_kind", "controlled", "bank", "opened"),
    "staged_banks": ("fund", "account", "bank", "number"),
    "staged_grants": ("account", "day", "date", "granted", "document", "chart", "seq"),
    "staged_quotas": (
        "quota", "fund", "year", "parent", '"use"', "project", "department", "document", "upper_document", "date",
        "day", "expires", "chart",
    ),
    "staged_quota_controls": ("fund", "unit", "day"),
    "staged_batches": COLUMNS,
}  # fmt: skip
"""The staging tables with their columns, in the order in which they are filled; those of registers come last."""

REGISTERS_SCRIPT: Final = registers.script("staged")

IDENTIFYING: Final = (
    "kind", "project", "doc", "bank", "bank-ref", "payee-id", "payee-account", "contract", "reverses", "cites",
)  # fmt: skip
"""Metadata by which two transactions that are otherwise alike are told apart."""

ROW: Final = "__row__"
SHEET: Final = "__sheet__"
"""Metadata of a voucher that was read from a table, which no Beancount text can write: where it stands in the file."""

OCCURRENCE_MAX: Final = Decimal(10**9)
"""Beyond this nobody counts twins; a number without end must not stop the audit."""

EXACT: Final = Context(prec=80)
"""Enough digits that no product of an amount and a price is rounded before we say so."""


@dataclass(frozen=True)
class Foreign:
    """A ledger in memory: a connection to it, the lens on it, and its transactions; voucher 1 is the first."""

    connection: Connection
    lens: Lens
    transactions: Sequence[Transaction]


@contextmanager
def foreign(
    entries: Sequence[Directive], options: Options, fund_pattern: str = "", *, whole: bool = True
) -> Iterator[Foreign]:
    """Load booked directives into memory for as long as the context lasts.

    `fund_pattern` replaces the rule by which the name of an account says its fund: group 1, or the whole match. A
    ledger that is not `whole` may reverse vouchers that stand in another one, such as last year's.

    Raises UsageError: `ledger-without-funds`, `ledger-amounts`, `fund-pattern`.
    """
    declared = Declared(entries, options, _compiled(fund_pattern))
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            with localcontext(EXACT):
                staged = _Staged(declared, transactions, whole=whole)
                _load(connection, declared, staged)
            yield Foreign(connection, _lens(connection, declared, transactions, staged), transactions)
    finally:
        engine.dispose()


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern) if pattern else FUND_COMPONENT
    except re.error as error:
        raise UsageError("fund-pattern", pattern=pattern, why=str(error)) from error


def _load(connection: Connection, declared: Declared, staged: _Staged) -> None:
    """Create the staging tables and fill them."""
    package = files("fundtrack.checking")
    dialect.run_script(connection, package.joinpath("staging.sql").read_bytes().decode() + REGISTERS_SCRIPT)
    rows = (
        staged.vouchers(), staged.postings(), declared.funds(), declared.accounts(staged.used), declared.banks(),
        declared.grants(), declared.quotas(), declared.quota_controls(), staged.batches.rows(staged.units),
    )  # fmt: skip
    for (table, columns), told in zip(STAGED.items(), rows, strict=True):
        dialect.insert_rows(connection, table, columns, told)
    for table, (columns, entered) in staged.entries.tables(staged.units):
        dialect.insert_rows(connection, table, columns, entered)
    dialect.run_script(connection, package.joinpath("staging_index.sql").read_bytes().decode())


class _Staged:
    """The rows of the staging tables; amounts become integers when all of them are known."""

    def __init__(self, declared: Declared, transactions: Sequence[Transaction], *, whole: bool) -> None:
        self.transactions = transactions
        self.units = Units()
        self.used: set[tuple[str, str]] = set()
        self._declared = declared
        self._whole = whole
        self._funds: list[str] = []
        self._kinds: list[tuple[str, str]] = []  # as what it is, and as what takes such a voucher back
        self._postings: list[tuple[Any, ...]] = []
        self.entries = Entries(declared, self.units)
        self.batches = Batches(declared, self.units)
        for voucher, entry in enumerate(transactions, 1):
            self._read(voucher, entry)
        path = declared.options["filename"]
        if not any(self._funds) and not declared.knows_funds:
            raise UsageError("ledger-without-funds", path=path)
        self.units.settle(path)

    def _read(self, voucher: int, entry: Transaction) -> None:
        """Read the postings of a transaction; its own fund is the first that one of them has."""
        day = entry.date.toordinal()
        allowed = tolerances(entry.postings, self._declared.options)
        first = ""
        moved: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line, posting in enumerate(entry.postings, 1):
            account = self._declared.account(posting.account)
            fund = account.fund or text(posting.meta, "fund") or text(entry.meta, "fund")
            number, unit = _plain(posting.units)
            self.units.met(number, unit)
            weighed, weight_unit = number, unit
            if posting.cost is not None or posting.price is not None:
                weighed, weight_unit = _plain(weight(posting))
                self.units.met_weight(weighed, weight_unit)
            self.used.add((posting.account, unit))
            red = int((posting.meta or {}).get("red", entry.meta.get("red")) is True)
            self._postings.append((
                voucher, line, int(number < 0) ^ red, day, fund, account.path, account.kind, account.controlled(unit),
                unit, number, red, weight_unit, weighed, allowed.get(weight_unit),
                account.code if account.kind == "use" else "", account.quota,
            ))  # fmt: skip
            first = first or fund
            moved[account.kind] += number
        self._funds.append(first)
        said = text(entry.meta, "kind") or min(KINDS.intersection(entry.tags or ()), default="")
        self._kinds.append((said or kind_of(moved, 1), said or kind_of(moved, -1)))

    def postings(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `staged_posting`, with integers for amounts."""
        units = self.units
        for *head, unit, number, red, weight_unit, weighed, allowed, use, quota in self._postings:
            amount = units.integer(number, unit)
            counted = amount if weighed is number else units.integer(weighed, weight_unit)
            yield *head, unit, amount, red, weight_unit, counted, units.tolerance(allowed, weight_unit), use, quota

    def vouchers(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `staged_voucher`."""
        numbers: dict[str, int] = {}
        for voucher, entry in enumerate(self.transactions, 1):
            if "voucher" in entry.meta:
                numbers.setdefault(text(entry.meta, "voucher"), voucher)
        links = dict(numbers)
        moved = Moved(
            self.transactions, partial(self._reversed, numbers=numbers), partial(self._cited, numbers=numbers)
        )
        projects = self._declared.named("project").keys()
        seen: Counter[tuple[Any, ...]] = Counter()
        for voucher, (entry, fund) in enumerate(zip(self.transactions, self._funds, strict=True), 1):
            meta, date = entry.meta, entry.date
            published = NUMBER.fullmatch(text(meta, "voucher"))
            link, reverses = text(meta, "link"), self._reversed(entry, numbers)
            yield (
                voucher, int(published[3]) if published else 0, date.isoformat(), date.toordinal(), date.year,
                date.month, self._kinds[voucher - 1][bool(reverses)],
                links.setdefault(link, voucher) if link else voucher, reverses, self._cited(entry, numbers), fund,
                text(meta, "project") or min(projects & (entry.links or set()), default=""), entry.payee or "",
                entry.narration or "", text(meta, "doc"), text(meta, "bank"), text(meta, "bank-ref"),
                text(meta, "payee-id"), text(meta, "payee-account"), text(meta, "contract"),
                _occurrence(entry, seen, published=bool(published)), 0, 0,
                _version(meta, self._declared.version) if published else self._declared.version,
                text(meta, "prepared-by"), text(meta, "approved-by"), text(meta, "voucher"),
                *moved.of(voucher),
            )  # fmt: skip

    def _named(self, said: str, entry: Transaction, numbers: Mapping[str, int]) -> int:
        """Return the voucher of a number; 0 for none, -1 for one that stands in the ledger of an earlier year."""
        voucher = numbers.get(said, 0)
        published = NUMBER.fullmatch(said)
        elsewhere = not self._whole and published and int(published[2]) < entry.date.year
        return -1 if elsewhere and not voucher else voucher

    def _cited(self, entry: Transaction, numbers: Mapping[str, int]) -> int:
        """Return the voucher that a transaction cites, as `_named` does."""
        return self._named(text(entry.meta, "cites"), entry, numbers)

    def _reversed(self, entry: Transaction, numbers: Mapping[str, int]) -> int:
        """Return the voucher that a transaction reverses, as `_named` does: of an earlier year only what spends not."""
        voucher = self._named(text(entry.meta, "reverses"), entry, numbers)
        if voucher < 0:
            return 0 if self._spends(entry) else voucher
        if not voucher:
            return 0
        other = self.transactions[voucher - 1]
        total: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for posting in (*entry.postings, *other.postings):
            number, unit = _plain(posting.units)
            total[self._declared.account(posting.account).path, unit] += number
        return 0 if entry is other or any(total.values()) else voucher

    def _spends(self, entry: Transaction) -> bool:
        """Return whether a transaction charges a use: who claims to take back what nobody can look up may not."""
        charged = (posting.units for posting in entry.postings if self._declared.account(posting.account).kind == "use")
        return any(_plain(units)[0] > 0 for units in charged)


def _plain(amount: Amount | None) -> tuple[Decimal, str]:
    """Return the number and unit of a booked amount, which has both."""
    assert amount is not None
    assert amount.number is not None
    return amount.number, amount.currency


def _version(meta: Mapping[str, Any], latest: int) -> int:
    """Return the version of the chart that a voucher says it was posted under, or the latest."""
    said = text(meta, "chart")
    return int(said) if VERSION.fullmatch(said) else latest


def _occurrence(entry: Transaction, seen: Counter[tuple[Any, ...]], *, published: bool) -> int:
    """Return which of its twins this is; a published voucher says so itself, unless it is the first."""
    said = entry.meta.get("occurrence")
    if isinstance(said, Decimal) or published:
        return int(min(said, OCCURRENCE_MAX)) if isinstance(said, Decimal) else 1
    postings = tuple((posting.account, posting.units, posting.cost, posting.price) for posting in entry.postings)
    said_of_it = tuple(text(entry.meta, key) for key in IDENTIFYING)
    same = (entry.date, entry.payee, entry.narration, entry.tags, said_of_it, postings)
    seen[same] += 1
    return seen[same]


def _content(connection: Connection, voucher: int, entry: Transaction) -> str:
    """Return what stands for all that a transaction says, and which of its twins it is."""
    (row,) = dialect.rows_of(connection, f"SELECT occurrence FROM staged_voucher WHERE voucher = {voucher:d}")
    said = [entry.date, entry.payee, entry.narration, *(text(entry.meta, key) for key in IDENTIFYING), *row]
    legs = [(leg.account, leg.units, leg.cost, leg.price) for leg in entry.postings]
    return sha256(repr((list(map(str, said)), [list(map(str, leg)) for leg in legs])).encode()).hexdigest()[:16]


def _lens(connection: Connection, declared: Declared, transactions: Sequence[Transaction], staged: _Staged) -> Lens:
    """Return the lens; a finding stands at the line of its transaction, under the voucher's number if it has one."""
    rows = _rows(transactions)

    def subject(voucher: int, entry: str) -> Subject:
        if not voucher and entry:
            told, _, number = entry.partition(" ")
            if told == BATCH.name:
                return staged.batches.subject(number)
            return staged.entries.subject(entry, staged.batches.origin)
        if not 0 < voucher <= len(transactions):
            return Subject(file=str(declared.options["filename"]), line=1)
        transaction = transactions[voucher - 1]
        meta, number = transaction.meta, text(transaction.meta, "voucher")
        content = "" if number else _content(connection, voucher, transaction)
        if ROW in meta:
            place = {"sheet": meta[SHEET], "row": meta[ROW], "voucher": number, "content": content}
            return Subject(file=str(meta["filename"]), **place)
        of_row = meta if text(meta, "source") else rows.get(text(meta, "link") or number, meta)
        came = staged.batches.origin(of_row) if number else Origin()
        file, line = str(meta["filename"]), int(meta["lineno"])
        return Subject(file=file, line=line, voucher=number, content=content, came_from=came)

    return Lens(
        after=_whole,
        subject=subject,
        named=_named(declared),
        scales=staged.units.scales,
        missing=declared.missing() | staged.batches.missing() | staged.entries.missing(),
    )


def _rows(transactions: Sequence[Transaction]) -> dict[str, Mapping[str, Any]]:
    """Return what says the row of linked vouchers, by the number of the first: one of them has it."""
    found: dict[str, Mapping[str, Any]] = {}
    for meta in (one.meta for one in transactions if text(one.meta, "source")):
        found.setdefault(text(meta, "link") or text(meta, "voucher"), meta)
    return found


def _whole(_scope: str) -> Relations:
    """Every voucher, whatever belongs together."""
    return RELATIONS


def _named(declared: Declared) -> Callable[[Language, str, str], str]:
    """Return what adds names to codes: accounts as the ledger writes them, funds and projects as it declares them."""
    accounts = declared.names()
    declarations: Mapping[str, Mapping[str, Any]] = {
        "fund": {code: meta_of(entry) for code, entry in declared.named("fund").items()},
        "project": {code: meta_of(entry) for code, entry in declared.named("project").items()},
    }

    def named(language: Language, column: str, value: str) -> str:
        if column == "account":
            return accounts.get(value, value)
        kind = "fund" if column in {"paying_fund", "other_fund"} else column
        meta = declarations.get(kind, {}).get(value, {})
        name, name_zh = text(meta, "name"), text(meta, "name-zh")
        return f"{value} {(name or name_zh) if language == 'en' else (name_zh or name)}".rstrip()

    return named
