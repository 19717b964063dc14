"""Balances: what each fund received, spent, advanced and still has, by fund and whatever else is asked for.

    opening + received + interest + other + recovered = spent + advanced + lent + due + balance

`received` are transfers received, those an opening voucher states among them; `opening` is what Equity brought
in, but what came back of a year before: that is `recovered`. `spent` is net of refunds; `advanced` was paid to
owner companies and townships and is not verified (拨付不是支出); `lent` is due from other funds less what is due to
them, `due` is receivables less payables; `balance` is cash. By a year or a month the same columns say what
moved in it, but that a year opens with what the last one closed with: `opening` has that too, and `balance` is
what stood at its end; a month is one of its year, which stands before it. As of a day, it is what stood at the end of
that day. Receipts are of no one project, payee or line: by these no balance is shown but that of all rows; nor is what
is available by payee or month.

Of funds under quota control, in quota:

    quota_received + pooled + carried_in + returned
        = unallotted + available + committed + applied + paid + carried + reclaimed

`quota_received` is what documents gave, and `pooled` what came from other funds less what went to them (统筹整合);
`reclaimed` was taken back. `unallotted` is what was received and not allotted; `allotted` to uses, each fen once,
where it first was; `carried_in` what a year before left, which may be used beside it; and of both `committed` to
contracts, `applied` for, `paid`, `carried` over and `available`; and, where that means something, the rate of execution
beside the time gone (`pace`), of one year always: where a row is of all, of the last that has quota by that day. What
both years of a row carried is in neither figure of it. What comes back in a year of a payment of an earlier year's line
is `returned` in its year, less what is paid of it again: the year of the payment stands as it was closed. By `quota`,
money stands at the line that its voucher, or the one that this cites, is paid from.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import text

from fundtrack import money
from fundtrack.book.clock import today
from fundtrack.chart.model import QUOTA_UNIT
from fundtrack.chart.quota import ALLOTTED
from fundtrack.checking.book import names_of
from fundtrack.errors import UsageError, message, messages
from fundtrack.reporting.pace import RATES, due, rates
from fundtrack.reporting.table import Column, Table
from fundtrack.reporting.turnover import turnover

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection, RowMapping

    from fundtrack.book import Book
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language
    from fundtrack.reporting.table import Cell, Holds

Amounts = dict[str, int]


class Pace(NamedTuple):
    """What was paid in one year, and what was to be."""

    paid: int = 0
    due: int = 0


NO_KEYS: Final[Mapping[str, Any]] = {}
"""The keys of what is a sum of rows."""

MEASURES: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "opening": (-1, ("balance",)),
    "received": (-1, ("transfer",)),
    "interest": (-1, ("interest",)),
    "other": (-1, ("other-income",)),
    "recovered": (-1, ("recovered",)),
    "spent": (1, ("use",)),
    "advanced": (1, ("advance",)),
    "lent": (1, ("due-from", "due-to")),
    "due": (1, ("receivable", "payable")),
    "balance": (1, ("cash",)),
    "quota_received": (1, ("quota-received",)),
    "pooled": (1, ("quota-pooled",)),
    "unallotted": (-1, ("quota-unallotted",)),
    "allotted": (-1, ("quota-carried-in", "quota-returned", *(f"quota-{status}" for status in ALLOTTED))),
    "carried_in": (1, ("quota-carried-in", "unallotted-carried-in")),
    "returned": (1, ("quota-returned",)),
    "committed": (-1, ("quota-committed",)),
    "applied": (-1, ("quota-applied",)),
    "paid": (-1, ("quota-paid",)),
    "available": (-1, ("quota-available",)),
    "carried": (-1, ("quota-carried", "unallotted-carried")),
    "reclaimed": (-1, ("quota-reclaimed", "unallotted-reclaimed")),
}
"""Each figure: the kinds of account it sums, and whether debits (1) or credits (-1) add to it."""

ALWAYS: Final = ("received", "spent", "advanced", "balance")
"""Figures people see even where they are nothing."""

OF_FUND: Final = ("group", "department", "level", "regime")
OF_POSTING: Final = ("use", "project", "payee", "year", "period", "quota")
BY: Final = ("fund", *OF_FUND, *OF_POSTING)
"""What balances can be broken down by."""

OF_A_YEAR: Final = frozenset({"year", "quota"})
"""What tells years apart: a quota line is of one."""

SHARED: Final = frozenset({"project", "payee", "quota"})
"""What money received is of none of: what is left of it is known by fund only."""

OF_NO_USE: Final = frozenset({"carried", "carried-in", "reclaimed"})
"""What quota comes to that may be of no use, and is then no allotment."""

NO_PACE: Final = frozenset({"payee", "period"})
"""What an allotment has no part in: who is paid is not known before, and a month has none of its own."""


@dataclass(frozen=True)
class Row:
    """What it is a row of, fund first, and its figures in fen by `MEASURES`."""

    keys: dict[str, Cell]
    amounts: Amounts
    pace: Pace


@dataclass(frozen=True)
class Group:
    """Funds that come from one source by several channels, and their figures together in fen."""

    group: str
    funds: tuple[str, ...]
    amounts: Amounts
    pace: Pace


@dataclass(frozen=True)
class Balances:
    """The figures of each row, of groups of several funds, and of all; the time gone is that of `day`."""

    currency: str
    by: tuple[str, ...]
    rows: tuple[Row, ...]
    groups: dict[str, Group]
    total: Amounts
    pace: Pace
    day: date
    chart: Chart

    def record(self, language: Language) -> dict[str, Any]:
        """Return the machine-readable object of `balance --format json`."""
        return {
            "currency": self.currency,
            "funds": [
                {**row.keys, "name": self.name(str(row.keys["fund"]), language), **self._plain(row, row.keys)}
                for row in self.rows
            ],
            "groups": [
                {"group": group.group, "funds": list(group.funds), **self._plain(group)}
                for group in self.groups.values()
            ],
            "total": self._plain(self._all),
        }

    @property
    def _all(self) -> Group:
        return Group("", (), self.total, self.pace)

    def _stands(self, name: str) -> bool:
        """Return whether a row knows this figure: neither money received nor what is available is of just anything."""
        standing = {"balance", "opening"} if "year" in self.by else {"balance"}
        unknown = (SHARED if name in standing else frozenset()) | (NO_PACE if name == "available" else frozenset())
        return not unknown & {*self.by}

    def _shown(self, row: Row) -> dict[str, int | None]:
        return {name: amount if self._stands(name) else None for name, amount in row.amounts.items()}

    def _rates(self, of: Row | Group, keys: Mapping[str, Cell] = NO_KEYS) -> tuple[int | None, int | None]:
        """Return the rate of execution and the time gone of the row's year, or else of the last year that has quota.

        A sum of rows of several years has none: what was carried over stands in two of them.
        """
        of_rows = {self._year(row.keys) for row in self.rows if row.pace.due}
        several = not keys and OF_A_YEAR & {*self.by} and len(of_rows) > 1
        if not of_rows or several or NO_PACE & {*self.by}:
            return None, None
        year = self._year(keys) or max(of_rows) or _last_year(self.chart, self.day)
        return rates(of.pace.paid, of.pace.due, year, self.day)

    def _year(self, keys: Mapping[str, Cell]) -> int:
        """Return the year that a row is of, 0 for several."""
        of_line = next((one.year for one in self.chart.quotas if one.number == keys.get("quota")), 0)
        return int(keys.get("year") or of_line)

    def _plain(self, of: Row | Group, keys: Mapping[str, Cell] = NO_KEYS) -> dict[str, str | None]:
        parts = zip(RATES, self._rates(of, keys), strict=True)
        amounts = self._shown(of) if isinstance(of, Row) else of.amounts
        return _plain(amounts) | {name: None if part is None else money.plain(part) for name, part in parts}

    def name(self, fund: str, language: Language) -> str:
        """Return the name of a fund, empty where the chart in force has none."""
        if fund not in self.chart.funds:
            return ""
        return self.chart.funds[fund].name if language == "en" else self.chart.funds[fund].name_zh

    def table(self, language: Language, *, people: bool = True) -> Table:
        """Return the rows as a table: for people with groups, the total, and only figures that say something."""
        shown = [name for name in MEASURES if not people or name in ALWAYS or any(r.amounts[name] for r in self.rows)]
        keys = [*self.by[:1], "name", *self.by[1:]]
        columns = [_column(key, "number" if key in {"year", "period"} else "text") for key in keys]
        columns += [_column(name, "amount") for name in shown]
        paced = not people or any(self._rates(row, row.keys)[0] is not None for row in self.rows)
        columns += [_column(name, "amount") for name in RATES if paced]
        rows: list[tuple[Cell, ...]] = []
        named = names_of(self.chart)
        for at, row in enumerate(self.rows):
            words = {**row.keys, "name": self.name(str(row.keys["fund"]), language)}
            if people:
                words |= _in_words(row, language, named)
            rows.append((*_cells([words[key] for key in keys], self._shown(row), shown), *self._rates(row, row.keys)))
            group = self._closed_by(at)
            if people and group:
                head = [group.group, " + ".join(group.funds), *[None] * (len(keys) - 2)]
                rows.append((*_cells(head, group.amounts, shown), *self._rates(group)))
        if people:
            head = [message("heading-total", language), *[None] * (len(keys) - 1)]
            rows.append((*_cells(head, self.total, shown), *self._rates(self._all)))
        return Table(tuple(columns), tuple(row[: len(columns)] for row in rows))

    def _closed_by(self, at: int) -> Group | None:
        """Return the group whose last row this is."""
        group = self.groups.get(self._group(at))
        return None if at + 1 < len(self.rows) and self._group(at + 1) == self._group(at) else group

    def _group(self, at: int) -> str:
        fund = self.chart.funds.get(str(self.rows[at].keys["fund"]))
        return fund.group if fund else ""


def balances(book: Book, by: Sequence[str] = ("fund",), as_of: date | None = None) -> Balances:
    """Return the balances of a book, by now or at the end of a day; the fund always comes first.

    Raises UsageError: `balance-by`, `balance-by-contract`.
    """
    unknown = [key for key in by if key not in BY]
    if "contract" in unknown:
        raise UsageError("balance-by-contract")
    if unknown:
        raise UsageError("balance-by", unknown=", ".join(unknown), known=", ".join(BY))
    dated = by if "year" in by else [one for key in by for one in (("year", key) if key == "period" else (key,))]
    keys = ("fund", *dict.fromkeys(key for key in dated if key != "fund"))
    day = as_of or today()
    with book.reading() as connection:
        chart = book.chart(connection)
        rows = _rows(connection, chart, keys, as_of)
        if not OF_A_YEAR & {*keys} and len({quota.year for quota in chart.quotas}) > 1:
            rows = _paced(rows, _rows(connection, chart, (*keys, "year"), as_of), _last_year(chart, day))
    total, pace = _summed(row.amounts for row in rows), _together(rows)
    shown = _year_by_year(rows, keys) if "year" in keys else rows
    return Balances(chart.currency, keys, shown, _groups(chart, rows), total, pace, day, chart)


def _last_year(chart: Chart, day: date) -> int:
    """Return the last year that has quota by a day, or the year of the day."""
    return max((quota.year for quota in chart.quotas if quota.date <= day), default=day.year)


def _paced(rows: Iterable[Row], by_year: Iterable[Row], year: int) -> tuple[Row, ...]:
    """Return rows of all years with what one year of them executed: no rate is of two years beside the time of one."""
    of = {_beside_time(row): row.pace for row in by_year if row.keys["year"] == year}
    return tuple(replace(row, pace=of.get(_beside_time(row), Pace())) for row in rows)


def _year_by_year(rows: Sequence[Row], by: Sequence[str]) -> tuple[Row, ...]:
    """Return rows of what moved, each opened with what the one before it of the same keys closed with.

    Where a balance stands through a year of the book in which nothing moved, that year has a row too.
    """
    closing: defaultdict[tuple[Cell, ...], int] = defaultdict(int)
    found: list[Row] = []
    whole = "period" not in by and not SHARED & {*by}
    years: dict[Cell, dict[tuple[Cell, ...], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in sorted(rows, key=lambda one: (one.keys["year"], one.keys.get("period", 0))):
        years[row.keys["year"]][_beside_time(row)].append(row)
    last: dict[tuple[Cell, ...], Row] = {}
    for year, moved in years.items():
        for of, row in last.items() if whole else ():
            if closing[of] and of not in moved:
                moved[of] = [Row(row.keys | {"year": year}, _figures({}, of_a_year=True), Pace())]
        for of, several in moved.items():
            for row in several:
                before = closing[of]
                closing[of] += row.amounts["balance"]
                stands = {"opening": before + row.amounts["opening"], "balance": closing[of]}
                found.append(replace(row, amounts=row.amounts | stands))
            last[of] = several[-1]
    asked = [key for key in by if key == "fund" or key in OF_POSTING]
    return tuple(sorted(found, key=lambda row: [row.keys[key] for key in asked]))


def _beside_time(row: Row) -> tuple[Cell, ...]:
    return tuple(value for key, value in row.keys.items() if key not in {"year", "period"})


def _rows(connection: Connection, chart: Chart, by: Sequence[str], as_of: date | None) -> tuple[Row, ...]:
    """Return the rows in order of their keys; a fund in which nothing moved is a row too."""
    asked = [key for key in by if key in OF_POSTING]
    of_a_year = bool(OF_A_YEAR & {*by})
    found: dict[tuple[Cell, ...], dict[str, int]] = {} if asked else {(fund,): {} for fund in chart.funds}
    moves = (
        moved
        for unit in (chart.currency, chart.currency + QUOTA_UNIT)
        for moved in connection.execute(text(turnover(asked, as_of)), {"unit": unit}).mappings()
    )
    for moved in moves:
        gone = moved["kind"].removeprefix("quota-")
        kind = f"unallotted-{gone}" if gone in OF_NO_USE and not moved["use"] else moved["kind"]
        kinds = found.setdefault((moved["fund"], *(_at(moved, key) for key in asked)), {})
        kinds[kind] = kinds.get(kind, 0) + int(moved["amount"])
    figures = ((keys, kinds, _figures(kinds, of_a_year=of_a_year)) for keys, kinds in found.items())
    return tuple(
        Row(
            _keys(chart, by, dict(zip(["fund", *asked], keys, strict=True))),
            amounts,
            Pace(amounts["paid"], due(kinds, of_a_year=of_a_year)),
        )
        for keys, kinds, amounts in sorted(figures, key=itemgetter(0))
    )


def _keys(chart: Chart, by: Sequence[str], given: dict[str, Cell]) -> dict[str, Cell]:
    """Return the keys of a row in the order asked for, with what the chart says of its fund."""
    fund = chart.funds.get(str(given["fund"]))
    return {key: given[key] if key in given else str(getattr(fund, key, "")) for key in by}


def _at(moved: RowMapping, key: str) -> Any:  # noqa: ANN401 - what the column holds
    """Return the key of what moved; what is not allotted is of no project and nobody's, whatever it was allotted to."""
    return "" if moved["kind"] == "quota-unallotted" and key in {"project", "payee"} else moved[key]


def _figures(kinds: dict[str, int], *, of_a_year: bool) -> Amounts:
    figures = {name: sign * sum(kinds.get(kind, 0) for kind in kinds_) for name, (sign, kinds_) in MEASURES.items()}
    if not of_a_year:  # of what went on only what has not arrived is not where it was
        figures |= {"carried_in": 0, "carried": figures["carried"] - figures["carried_in"]}
    return figures


def _groups(chart: Chart, rows: Iterable[Row]) -> dict[str, Group]:
    """Return the sums of groups of more than one fund."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        fund = chart.funds.get(str(row.keys["fund"]))
        if fund:
            members[fund.group].append(row)
    groups = {}
    for group, parts in members.items():
        funds = list(dict.fromkeys(str(row.keys["fund"]) for row in parts))
        if len(funds) > 1:
            total = _summed(row.amounts for row in parts)
            groups[group] = Group(group, tuple(funds), total, _together(parts))
    return groups


def _together(rows: Sequence[Row]) -> Pace:
    return Pace(sum(row.pace.paid for row in rows), sum(row.pace.due for row in rows))


def _summed(found: Iterable[Amounts]) -> Amounts:
    total = dict.fromkeys(MEASURES, 0)
    for amounts in found:
        for name, amount in amounts.items():
            total[name] += amount
    return total


def _plain(amounts: Mapping[str, int | None]) -> dict[str, str | None]:
    found = {name: amounts[name] for name in (*ALWAYS, *(n for n in MEASURES if n not in ALWAYS))}
    return {name: None if amount is None else money.plain(amount) for name, amount in found.items()}


def _in_words(row: Row, language: Language, named: Callable[[Language, str, str], str]) -> dict[str, Cell]:
    """Return the use and the project of a row with their names, where it has them, and what its fund is in words."""
    keys = row.keys
    said = ((key, f"{key}-{keys[key]}") for key in ("level", "regime") if keys.get(key))
    words: dict[str, Cell] = {key: message(name, language) for key, name in said if name in messages()}
    if keys.get("use"):
        words["use"] = named(language, "account", f"Expenses:{keys['fund']}:{keys['use']}").rpartition(":")[2]
    if keys.get("project"):
        words["project"] = named(language, "project", str(keys["project"]))
    return words


def _cells(keys: Sequence[Cell], amounts: Mapping[str, int | None], shown: Sequence[str]) -> tuple[Cell, ...]:
    return (*keys, *(amounts[name] for name in shown))


def _column(name: str, kind: Holds) -> Column:
    return Column(name, message(f"heading-{name}", "en"), message(f"heading-{name}", "zh"), kind)
