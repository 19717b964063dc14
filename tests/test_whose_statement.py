"""Whose statement a file is: a column says it, what stands above its table, or else who imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.errors import FormatError, UsageError
from fundtrack.importing import Importer
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.later.quarantine import retry
from fundtrack.ledger.batches import batches
from shelf import ENGINES
from statements import TWO_BANKS
from test_importers import PAGES
from treasury import asked, counts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fundtrack.book import Book
    from shelf import Shelf

PAGE: Final = "bank-lines-two-columns"
HEAD: Final = "交易时间,收入金额,支出金额,账户余额,对方户名\n"
LINES: Final = "2015-05-02,,100.00,900.00,甲公司\n2015-05-03,5.00,5.00,900.00,乙公司\n"
NUMBER: Final = "45001234560001"


@pytest.fixture(params=ENGINES)
def book(request: pytest.FixtureRequest, shelf: Shelf) -> Iterator[Book]:
    """Return an empty book with two accounts."""
    with shelf.lend(request.param, TWO_BANKS) as made:
        yield made


@pytest.mark.parametrize(
    "above",
    [
        f"账号：{NUMBER}", f"账 号:{NUMBER}", f"账号,{NUMBER}", f"查询账号[{NUMBER}]",
        f"查询账号[ Inquirer account number ],{NUMBER}",
        f"账号:[{NUMBER}] 户名:局", f"账户：({NUMBER})", f"账户（{NUMBER}）,局", f"卡号【{NUMBER}】",
        "账号：4500 1234 5600 01 户名：局",
        f"账户：田阳县财政局,本方账号：{NUMBER}", f"银行账号：{NUMBER}(人民币)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("page", [PAGE, "bank-two-columns"])
def test_an_account_above_a_table_is_read(tmp_path: Path, above: str, page: str) -> None:
    """Behind a colon, in the next cell, in brackets, in fours; a name is no account."""
    (tmp_path / "a.csv").write_text(f"{above}\n{HEAD}{LINES}", "utf-8")
    (row, *_) = (row for row in Importer(PAGES[page]).candidates(tmp_path / "a.csv") if row.state == "data")
    assert (row.entry["bank"] if row.entry else row.candidate and row.candidate.bank) == NUMBER


def test_the_account_may_be_said(book: Book, tmp_path: Path) -> None:
    """It is kept with the import, published with it, and known when a row is tried again."""
    path = tmp_path / "a.csv"
    path.write_text(HEAD + LINES, "utf-8")
    with pytest.raises(FormatError) as unsaid:
        import_file(book, path, by="clerk", page=PAGE)
    assert unsaid.value.key == "account-unsaid"
    (report,) = import_file(book, path, by="clerk", page=PAGE, bank="B02")
    assert counts(report)[0::2] == (1, 1)
    assert asked(book, "SELECT DISTINCT bank FROM bank_line") == [("45001234560002",)]
    with book.reading() as connection:
        assert [one.said[-5] for one in batches(connection)] == ["45001234560002"]
    assert [one.voucher for one in retry(book, [], by="clerk")] == [""], (
        "what stands on both sides is wrong, and no more"
    )
    for again in ("", "45001234560002", "专户"):
        assert not import_file(book, path, by="clerk", page=PAGE, bank=again)[0].new
    with pytest.raises(UsageError) as another:
        import_file(book, path, by="clerk", page=PAGE, bank="B01")
    assert another.value.key == "bank-stands"


def test_what_the_file_says_is_not_overruled(book: Book, tmp_path: Path) -> None:
    """A number of which figures are masked may be completed by the right account alone."""
    path = tmp_path / "a.csv"

    def told(above: str, bank: str, page: str = PAGE) -> str:
        path.write_text(f"{above}\n{HEAD}{LINES}", "utf-8")
        try:
            import_file(book, path, by="clerk", page=page, bank=bank, dry_run=True)
        except (FormatError, UsageError) as error:
            return error.key
        return ""

    assert (
        told(f"账号：{NUMBER}", "B01")
        == told("账号：4500****0001", "B01")
        == told(f"账户：局,卡号：{NUMBER}", "")
        == ""
    )
    assert told(f"账号：{NUMBER}", "B02") == told("账号：4500****0001", "B02") == "account-differs"
    assert told("账号：4500****0001", "") == told("账户：田阳县财政局", "") == "account-unsaid"
    assert told("", "B09") == "bank-unknown"
    assert told("", "B01", "bank-two-columns") == "bank-of-no-lines"
    path.write_text(f"账号,交易时间,收入金额,支出金额,账户余额\n{NUMBER},2015-05-02,,100.00,900.00\n", "utf-8")
    with pytest.raises(FormatError) as rows:
        import_file(book, path, by="clerk", page=PAGE, bank="B01")
    assert rows.value.key == "account-in-rows"
