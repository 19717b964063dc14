"""Importer pages whose rows become acts on quota: every example is imported into a book of each engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack import importing, money
from fundtrack.importing import Importer
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.example import written
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting.application import applications
from fundtrack.posting.quota import find_line
from fundtrack.schema import dialect
from shelf import ENGINES
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from fundtrack.book import Book
    from fundtrack.importing.batch.report import Report
    from fundtrack.pages import Page, Section
    from shelf import Shelf

from quotafiles import CHART, CLERK, bring, reasons, sound

NAMES: Final = ("quota-documents", "contract-commitments", "payment-applications")
EXAMPLES: Final = [
    pytest.param(PAGES[name], example, id=f"{name}: {example.title}")
    for name in NAMES for example in PAGES[name].examples
]  # fmt: skip
VOUCHERS: Final = """
SELECT v.id, v.date, v.kind, v.fund, v.project, v.document, v.payee, v.contract, v.batch, v.row, v.link,
    e.debit, e.credit, e.amount, e.red
FROM voucher AS v JOIN entry AS e ON e.voucher = v.id AND e.unit = 'CNY.Q' ORDER BY v.id, e.line
"""


def localised(page: Page, example: Section, folder: Path) -> str:
    """Make a bureau's own page of an installed one, with the words of an example; return its name."""
    words = example.fence("toml")
    name = f"our-{page.name}"
    text = page.path.read_text("utf-8").replace(f"# {page.name}\n", f"# {name}\n")
    own = words.text.replace("[", "[words.") if words else ""
    (folder / "importers").mkdir(exist_ok=True)
    (folder / "importers" / f"{name}.md").write_text(text.replace("\n[key]\n", f"\n{own}\n[key]\n", 1), "utf-8")
    return name


def printed(book: Book, report: Report) -> str:
    """Return what became of a file as its page prints it."""
    with book.reading() as connection:
        acts = [*_vouchers(connection, book, report.batch), *_applications(connection, report.batch)]
    told = [(row, f"; row {row}: {', '.join(keys)}\n") for row, keys in reasons(report).items()]
    return "".join(text for _, text in sorted(acts + told, key=lambda one: one[0]))


def _vouchers(connection: Connection, book: Book, batch: int) -> list[tuple[int, str]]:
    """Return the vouchers of a batch, those linked with them among them, by row."""
    rows = [*connection.exec_driver_sql(VOUCHERS)]
    own = {row.link: row.row for row in rows if row.batch == batch}
    acts = []
    for row in rows:
        if row.batch == batch or row.id in own:
            line = find_line(book.chart(connection), f"F01-{row.credit[5:]}")
            amount = money.plain(row.amount * (1 - 2 * row.red))
            use = line.use if row.kind == "allotment" else ""
            said = {"use": use, "project": row.project, "doc": row.document, "payee": row.payee,
                    "contract": row.contract}  # fmt: skip
            head = f'{row.date} custom "{row.kind}" "{line.number}" {amount} CNY.Q\n'
            acts.append((row.row or own[row.id], head + _fields(said)))
    return acts


def _applications(connection: Connection, batch: int) -> list[tuple[int, str]]:
    """Return the applications of a batch by row."""
    rows: dict[int, int] = dict(
        dialect.rows_of(connection, f"SELECT application, row FROM application WHERE batch = {batch:d}")
    )
    return [
        (rows[one.application], f'{one.date} custom "application" "{one.number}" {money.plain(one.amount)} CNY\n'
         + _fields({"quota": f"{one.fund}-Q{one.line:05d}", "payee": one.payee, "contract": one.contract,
                    "narration": one.narration}))
        for one in applications(connection) if one.application in rows
    ]  # fmt: skip


def _fields(said: dict[str, str]) -> str:
    return "".join(f'  {name}: "{value}"\n' for name, value in said.items() if value)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_sample_becomes_the_acts_of_its_page(
    shelf: Shelf, engine: str, page: Page, example: Section, tmp_path: Path
) -> None:
    """Through the bureau's own page with the example's words; the file is recognised by the installed page alone."""
    with shelf.book(engine, CHART) as book:
        if page.name != "quota-documents":
            first = PAGES["quota-documents"].examples[0]
            sample = first.fence("csv")
            assert sample is not None
            import_file(
                book, written(sample, tmp_path), by=CLERK, page=localised(PAGES["quota-documents"], first, book.folder)
            )
            (tmp_path / "sample.csv").unlink()
        sample, expected = example.fence("csv"), example.fence("beancount")
        assert sample is not None
        assert expected is not None
        path = written(sample, tmp_path)
        assert importing.choose(path, map(Importer, PAGES.values())).name == page.name
        report = bring(book, path, page=localised(page, example, book.folder))
        assert printed(book, report).replace("\n", "") == expected.text.replace("\n", "")
        assert report.printed_total_agrees is True
        assert sound(book)
        assert read(publish(book).main) == canonical(book)
