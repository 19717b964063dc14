"""Registers in a book: imported row by row, known again, replaced, waiting, rejected, withdrawn."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from openpyxl import Workbook

import fundtrack
from books import small_book
from contracts import CONTRACTS, contract, enter, file_of, held_contracts
from fundtrack.book.doctor import diagnose
from fundtrack.checking.audit import audit_book
from fundtrack.checking.book import book_lens, vouchers_of
from fundtrack.errors import FormatError, UsageError
from fundtrack.importing.batch.file import import_file
from fundtrack.importing.batch.report import STATES
from fundtrack.importing.later.quarantine import reject, retry, waiting
from fundtrack.ledger.batches import identity
from fundtrack.ledger.registers import stated
from fundtrack.posting.enter import restore, withdraw
from fundtrack.schema.registers import BY_RELATION, REGISTERS
from ledgers import PAGE
from treasury import asked, bring, counts, everything, held, pay, rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from copies import Template
    from fundtrack.book import Book


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


def sound(book: Book) -> list[str]:
    """Return what doctor finds of the rows and their numbers."""
    return [one.name for one in diagnose(book) if one.name in {"batch-wrong", "decision-groundless", "entry-gap"}]


def test_the_same_bytes_change_nothing(book: Book) -> None:
    """The second time nothing is entered, and the report says what stands; so also under another name."""
    rows = [contract(), contract("HT-2"), contract("HT-3", day="2015-02-30"), [""] * len(CONTRACTS)]
    first = enter(book, "a", *rows)
    assert (first.new, first.page, counts(first)) == (True, "contract-ledger", (2, 0, 1, 2))
    assert held(first) == {4: {"date-impossible"}}
    assert (first.amounts["read"], first.amounts["posted"], first.amounts["quarantined"]) == (90_000, 60_000, 30_000)
    assert first.dates == ("2015-01-02", "2015-01-02")
    before = everything(book)
    for name in ("a", "b"):
        again = enter(book, name, *rows)
        assert (again.new, again.batch, counts(again)) == (False, first.batch, (0, 2, 1, 2))
        assert everything(book) == before
    assert sound(book) == []


def test_what_was_brought_is_counted_and_judged_whole(book: Book) -> None:
    """PostgreSQL takes a table it has not counted for a small one; and an audit looks nothing up row by row."""
    enter(book, "a", *(contract(f"HT-{at}") for at in range(1000)))
    assert bring(book, "b", *(pay(str(at)) for at in range(1000))).rows["posted"] == 1000
    if book.engine.dialect.name == "sqlite":
        return
    known = dict(asked(book, "SELECT relname, CAST(reltuples AS BIGINT) FROM pg_class WHERE relkind = 'r'"))
    assert known["contract"] == 1000
    assert min(known["voucher"], known["entry"]) >= 1000
    select = "SELECT voucher, date, fund, unit, amount, account, payee, current_setting('enable_nestloop') AS project"
    page = PAGE.format(name="large", limit=0).replace("scope=voucher", "scope=book")
    page = page.replace("SELECT voucher, date, fund, account, unit, amount, payee", select)
    (book.folder / "checks" / "large.md").write_text(page, "utf-8")
    assert {one.project for one in audit_book(book, only=["large"]).findings} == {"off"}


def test_where_entries_stand_for_checks(book: Book) -> None:
    """At the file and row they were imported from; the import itself at its file. What is there is not missing."""
    batch = enter(book, "a", contract(), contract("HT-2")).batch
    with book.reading() as connection:
        lens = book_lens(connection, book.chart(connection))
        entry, whole = (lens.subject(0, name) for name in ("contract 2", f"batch {batch}"))
    assert lens.missing.keys() == BY_RELATION.keys() - {"contracts"}
    assert (entry.file, entry.row, entry.sheet, len(entry.sha256), entry.voucher) == ("a.csv", 3, "", 64, "")
    assert entry.content == REGISTERS["contract"].identity(REGISTERS["contract"].row({"contract": "HT-2"}))
    assert (whole.file, whole.sha256, whole.row) == ("a.csv", entry.sha256, 0)
    assert whole.content == identity({"file": "a.csv", "sheet": "", "sha256": entry.sha256})


def test_an_entry_of_a_workbook_stands_on_its_sheet(book: Book) -> None:
    """In its row."""
    workbook = Workbook()
    sheet = workbook.create_sheet("台账", 0)
    for row in (CONTRACTS, contract()):
        sheet.append(row)
    path = book.folder / "a.xlsx"
    workbook.save(path)
    import_file(book, path, by="clerk")
    with book.reading() as connection:
        place = book_lens(connection, book.chart(connection)).subject(0, "contract 1")
    assert (place.file, place.sheet, place.row) == ("a.xlsx", "台账", 2)


def test_where_imported_vouchers_stand_for_checks(book: Book) -> None:
    """At the file and row, under their numbers."""
    bring(book, "p", pay("甲"), pay("乙"))
    with book.reading() as connection:
        voucher = connection.exec_driver_sql("SELECT MAX(id) FROM voucher").scalar_one()
        place = vouchers_of(connection)(voucher, "")
    assert (place.file, place.row, place.sheet, len(place.sha256)) == ("p.csv", 3, "", 64)
    assert place.voucher.startswith("F03-2015-")


def test_what_holds_is_known_and_what_changed_takes_its_place(book: Book) -> None:
    """An equal row was posted before; another amount is another entry, and the old one stays."""
    enter(book, "a", contract(), contract("HT-2"))
    second = enter(book, "b", contract(), contract("HT-2", "320.00"), contract("HT-1", "20.00", "1"))
    assert counts(second) == (2, 1, 0, 1)
    assert held_contracts(book) == [
        ("HT-1", "", 30_000, "contract 1"), ("HT-1", "1", 2_000, "contract 4"), ("HT-2", "", 32_000, "contract 3"),
    ]  # fmt: skip
    known = [row["reasons"][0]["en"] for row in second.held if row["state"] == "already-posted"]
    assert known == ["It holds already, as contract 1."]
    back = enter(book, "c", contract("HT-2"), contract("HT-2"))
    assert counts(back) == (1, 1, 0, 1)
    assert held_contracts(book)[-1] == ("HT-2", "", 30_000, "contract 5")
    assert sound(book) == []


def test_two_rows_of_a_file_cannot_both_hold(book: Book) -> None:
    """The first is entered, the other waits, also when it is tried again; equal ones are one."""
    report = enter(book, "a", contract(), contract(amount="310.00"), contract())
    assert counts(report) == (1, 1, 1, 1)
    assert held(report) == {3: {"entry-contradicted"}}
    (tried,) = retry(book, [], by="clerk")
    assert [why["check"] for why in tried.reasons] == ["entry-contradicted"]
    assert held_contracts(book) == [("HT-1", "", 30_000, "contract 1")]


@pytest.mark.parametrize("damage", [b'"x', b"\x00", b"\xff\xff"])
def test_a_file_that_cannot_be_read_changes_nothing(book: Book, damage: bytes) -> None:
    """A stray quote, a control character or broken text behind good rows refuses the file, not only its end."""
    path = file_of(book, "a", [contract(f"HT-{at}") for at in range(20)])
    path.write_bytes(path.read_bytes() + damage)
    before = everything(book)
    with pytest.raises(FormatError, match=r"a\.csv"):
        import_file(book, path, by="clerk")
    assert everything(book) == before


def test_a_dry_run_changes_nothing(book: Book) -> None:
    """It says what would happen."""
    rows = [contract(), contract("HT-2", "x")]
    before = everything(book)
    dry = enter(book, "a", *rows, dry_run=True)
    assert everything(book) == before
    done = enter(book, "a", *rows)
    assert (counts(dry), dry.amounts, dry.reasons()) == (counts(done), done.amounts, done.reasons())
    assert (done.unreadable_rows, counts(done)) == (1, (1, 0, 1, 1))


LOCAL: Final = """---
title-zh: 本地合同
message-zh: 本地合同。
reason-zh: 本地。
basis: [本地]
---
# local-contracts

Contracts of our own.

Because.

```toml
[register]
name = "contract"
needed = ["date"]
[file]
encoding = "gb18030"
header = ["编号", "日期", "金额"]
[columns]
contract = "编号"
date = "日期"
amount = "金额"
{words}
```
"""


def test_a_row_waits_until_its_page_can_read_it(book: Book) -> None:
    """Mended, the page reads it; what waits in two files is entered once, and nobody decides about it twice."""
    page = book.folder / "importers" / "local-contracts.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(LOCAL.format(words=""), "utf-8")
    header = ("编号", "日期", "金额")
    first = enter(book, "a", ("A", "元旦", "1.00"), ("B", "2015-01-02", "2.00"), header=header)
    second = enter(book, "b", ("A", "元旦", "1.00"), ("C", "2015-01-02", "2.00"), header=header)
    assert held(first) == held(second) == {2: {"date-unreadable"}}
    with book.reading() as connection:
        assert [row.name for row in waiting(connection)] == ["1:2"]
    page.write_text(LOCAL.format(words='[words.date]\n"元旦" = "2015-01-01"'), "utf-8")
    (tried,) = retry(book, ["1:2"], by="clerk")
    assert (tried.voucher, tried.reasons) == ("contract 3", ())
    assert [row[:1] for row in held_contracts(book)] == [("A",), ("B",), ("C",)]
    with book.reading() as connection:
        assert waiting(connection) == []
    for name, other in (("a", "B"), ("b", "C")):
        again = enter(book, name, ("A", "元旦", "1.00"), (other, "2015-01-02", "2.00"), header=header)
        assert (again.new, counts(again)) == (False, (0, 2, 0, 1))
    assert sound(book) == []


def test_only_the_named_row_is_tried_again(book: Book) -> None:
    """Another that could be entered now waits until it is named."""
    page = book.folder / "importers" / "local-contracts.md"
    page.parent.mkdir(exist_ok=True)
    page.write_text(LOCAL.format(words=""), "utf-8")
    header = ("编号", "日期", "金额")
    enter(book, "a", ("A", "元旦", "1.00"), ("B", "元旦", "2.00"), header=header)
    page.write_text(LOCAL.format(words='[words.date]\n"元旦" = "2015-01-01"'), "utf-8")
    assert [one.voucher for one in retry(book, ["1:3"], by="clerk")] == ["contract 1"]
    assert [row[:1] for row in held_contracts(book)] == [("B",)]
    with book.reading() as connection:
        assert [row.name for row in waiting(connection)] == ["1:2"]
    assert sound(book) == []
    assert [one.voucher for one in retry(book, [], by="clerk")] == ["contract 2"]
    assert sound(book) == []


def test_a_rejected_row_stays_out(book: Book) -> None:
    """Of later files too."""
    enter(book, "a", contract(), contract(amount="310.00"))
    reject(book, "1:3", by="manager", reason="a slip of the pen")
    report = enter(book, "b", contract(amount="310.00"), contract("HT-2"))
    assert (rejected(report), held(report)) == ({2: {"entry-rejected"}}, {})
    with book.reading() as connection:
        assert waiting(connection) == []
    assert held_contracts(book)[0][2] == 30_000
    assert sound(book) == []


def test_doctor_is_not_confused_by_vouchers_and_entries(book: Book) -> None:
    """Batches of both count their own, and a second try of each."""
    bring(book, "a", pay("1"), pay("2", fund="F09"))
    enter(book, "b", contract(), contract("HT-2", "x"))
    bring(book, "c", pay("3"))
    retry(book, [], by="clerk")
    assert sound(book) == []


def test_doctor_misses_an_entry_that_is_gone(tmp_path: Path) -> None:
    """A batch that counts more than stands, and a number that is missing."""
    book = small_book(tmp_path / "book")
    enter(book, "a", contract(), contract("HT-2"))
    with book.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER contract_never_deleted")
        connection.exec_driver_sql("DELETE FROM contract WHERE seq = 1")
    assert sorted(sound(book)) == ["batch-wrong", "entry-gap"]
    book.engine.dispose()


def test_two_who_import_the_same_file_are_both_told(book: Book) -> None:
    """One batch; one is told that it was entered, the other that it stands."""
    path = file_of(book, "a", [contract(f"HT-{at}") for at in range(300)])
    environment = os.environ | {"PYTHONPATH": str(Path(fundtrack.__file__).parent.parent)}
    command = [sys.executable, "-m", "fundtrack", "import", str(path), "--book", str(book.folder), "--format", "json"]
    book.engine.dispose()
    both = [subprocess.Popen([*command, "--by", who], env=environment, stdout=subprocess.PIPE) for who in ("a", "b")]
    told = [json.loads(one.communicate()[0])[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert {one["batch"] for one in told} == {1}
    assert sorted((one["rows"]["posted"], one["rows"]["already_posted"]) for one in told) == [(0, 300), (300, 0)]
    assert asked(book, "SELECT COUNT(*), MAX(seq) FROM contract") == [(300, 300)]


def test_a_withdrawn_entry_holds_no_more(book: Book) -> None:
    """It stays on record; only what holds can be withdrawn, and a file may bring it back."""
    enter(book, "a", contract(), contract("HT-2"))
    withdraw(book, "contract", 1, by="manager")
    assert [row[0] for row in held_contracts(book)] == ["HT-2"]
    for seq in (1, 3, 9):
        with pytest.raises(UsageError, match=f"Register contract has no entry {seq} that holds"):
            withdraw(book, "contract", seq, by="manager")
    near = ("contract", "output", "company")
    with pytest.raises(UsageError, match=f"no register contracts[.] Perhaps one of {', '.join(near)};"):
        withdraw(book, "contracts", 1, by="manager")
    with book.reading() as connection:
        found = stated(connection, REGISTERS["contract"])
    assert [(one.seq, one.status) for one in found] == [(1, "replaced"), (2, "held"), (3, "withdrawn")]
    assert counts(enter(book, "b", contract())) == (1, 0, 0, 1)
    assert [row[3] for row in held_contracts(book)] == ["contract 4", "contract 2"]


def test_a_fund_that_a_register_names_is_that_of_the_chart(book: Book) -> None:
    """A project's name becomes its code where the chart knows it; a bank's number stays a number."""
    enter(book, "a", ["HT-1", "", "老乡家园", "x", "y", "2015-01-02", "1.00", "", "", ""])
    assert asked(book, "SELECT project FROM book_contracts") == [("P01",)]
    lines = ("行号", "交易日期", "银行流水号", "支出金额", "收入金额", "账户余额", "对方单位", "对方账户")
    path = book.folder.parent / "bank.csv"
    with path.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerow(["账号：45001234560002"])
        csv.writer(out).writerows([lines, ["1", "2015-04-01", "A", "1.00", "", "9.00", "x", ""]])
    import_file(book, path, by="clerk")
    assert asked(book, "SELECT bank, amount, balance FROM book_bank_lines") == [("45001234560002", -100, 900)]


def test_what_a_file_replaces_is_told(book: Book) -> None:
    """What was and what is, row by row, to people and programs; the same file again replaces nothing."""
    enter(book, "a", contract(), contract("HT-2"))
    report = enter(book, "b", contract(amount="30,000.00"), contract("HT-2"), contract("HT-3"), contract("HT-2", "1"))
    assert [one.record() for one in report.replaced] == [
        {
            "row": 2, "entry": "contract 3", "replaces": "contract 1", "was": {"amount": "300.00"},
            "is": {"amount": "30000.00"},
        },
    ]  # fmt: skip
    assert report.record("en")["replaced"] == [one.record() for one in report.replaced]
    assert enter(book, "b", contract(amount="30,000.00"), contract("HT-2"), contract("HT-3"),
                 contract("HT-2", "1")).replaced == ()  # fmt: skip


def test_a_limit_that_is_changed_after_a_payment_is_a_lead(book: Book) -> None:
    """A standard raised a year after what was paid under it; one of another use is none, nor is the same again."""
    head = ("补助类别", "计发单位", "补助标准(元)", "面积上限", "文号", "执行日期", "停止日期", "列支科目")
    standards = [["危房改造", "户", "100.00", "", "1号", "2015-01-01", "", use] for use in ("F03-0603", "F01-0611")]
    standards[1][0] = "其他"
    bring(book, "p", pay("1", 40_000))
    enter(book, "a", *standards, header=head)
    assert not audit_book(book, only=["limit-changed-after-payment"]).findings
    for row in standards:
        row[2] = "30000.00"
    enter(book, "b", *standards, header=head)
    (found,) = audit_book(book, only=["limit-changed-after-payment"]).findings
    assert "危房改造" in found.messages["zh"]
    assert all(part in found.messages["zh"] for part in ("原为 100.00", "改为 30,000.00", "支付 400.00"))


def test_what_was_withdrawn_is_no_longer_counted_and_can_be_restored(book: Book) -> None:
    """The same file again says what holds of it, and so does another with the same rows."""
    rows = [contract(), contract("HT-2")]
    enter(book, "a", *rows)
    enter(book, "b", *rows, contract("HT-3"))
    withdraw(book, "contract", 1, by="manager")
    for name, own in (("a", 0), ("b", 1)):
        again = enter(book, name, *rows, *[contract("HT-3")] * own)
        assert (again.new, counts(again), again.rows["not_held"]) == (False, (0, 1 + own, 0, 1), 1)
        assert again.amounts["read"] == sum(again.amounts[state] for state in STATES)
    with pytest.raises(UsageError):
        restore(book, "contract", 2, by="manager")
    with pytest.raises(UsageError):
        restore(book, "contract", 99, by="manager")
    assert restore(book, "contract", 1, by="manager") == "contract 5"
    assert [row[0] for row in held_contracts(book)] == ["HT-1", "HT-2", "HT-3"]
    with pytest.raises(UsageError):
        restore(book, "contract", 1, by="manager")
    again = enter(book, "a", *rows)
    assert (counts(again), again.rows["not_held"]) == ((0, 2, 0, 1), 0)
    assert sound(book) == []
