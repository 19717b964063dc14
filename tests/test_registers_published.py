"""Registers in a published ledger: read back, found when altered, and checked as in the book."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from beancount import loader

from books import small_book
from contracts import CARD, CONTRACTS, OLD_CARD, PAYROLL, contract, enter, full
from fundtrack.book import open_book
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.errors import LANGUAGES, UsageError
from fundtrack.ledger import canonical, publish, read
from fundtrack.posting import Draft, Leg, post
from fundtrack.posting.enter import withdraw
from fundtrack.posting.kinds import simple_entry
from fundtrack.schema.registers import REGISTERS
from treasury import counts, everything, held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from copies import Template
    from fundtrack.book import Book
    from fundtrack.errors import Language


@pytest.fixture
def book(template: Template) -> Iterator[Book]:
    """Give a book of its own to a test."""
    with template.copy() as book:
        yield book


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_published_reads_back(book: Book, language: Language) -> None:
    """Every entry, in its order, with where it came from; Beancount and the way in for Fava find nothing."""
    full(book)
    published = publish(book, language)
    says = read(published.main)
    assert says == canonical(book)
    assert [(one.register, one.withdrawn, one.row) for one in says.entries] == [
        ("contract", False, 2), ("contract", False, 3), ("contract", False, 4), ("contract", False, 2),
        ("contract", True, None), ("payroll", False, 2),
    ]  # fmt: skip
    for path in (published.main, published.fava, *published.main.parent.glob("year/*.beancount")):
        _, errors, _ = loader.load_file(str(path))
        assert errors == []
    assert publish(book, language).written == ()


def test_an_altered_entry_is_found_on_its_line(book: Book) -> None:
    """By the name of its file, and by reading: a comment, another amount, an entry out of order."""
    full(book)
    main = publish(book).main
    (path,) = main.parent.glob("registers.*.beancount")
    text = path.read_text("utf-8")
    for was, becomes in (("300.00", "900.00"), ("\n\n", "\n; a comment\n"), ("row: 2", "row: 02")):
        path.write_text(text.replace(was, becomes, 1), "utf-8")
        if becomes != "900.00":
            with pytest.raises(UsageError) as caught:
                read(main)
            assert (caught.value.key, caught.value.details["path"]) == ("ledger-foreign", path)
        assert "published-altered" in {one.check for one in audit_ledger(main).findings}
    path.write_text(text.replace('"contract"', '"contracts"', 1), "utf-8")
    with pytest.raises(UsageError, match="registers"):
        read(main)
    path.write_text(text, "utf-8")
    main.write_text(main.read_text("utf-8").replace(f'include "{path.name}"\n', ""), "utf-8")
    assert "published-left-out" in {one.check for one in audit_ledger(main).findings}


def test_without_entries_nothing_is_published(book: Book) -> None:
    """A set without registers is as it was before there were any."""
    folder = publish(book).main.parent
    assert not [*folder.glob("registers.*")]
    assert "registers" not in (folder / "main.beancount").read_text("utf-8")
    assert canonical(book).entries == ()


def test_a_clock_that_went_back_does_not_change_what_holds(book: Book) -> None:
    """The later entry of a key holds, in the book and in its published ledger."""
    register = REGISTERS["contract"]
    columns = ", ".join([*register.columns, "seq", "withdrawn", "recorded_at", "recorded_by"])
    for seq, amount, at in ((1, 100, "2016-01-01T00:00:00Z"), (2, 200, "2015-01-01T00:00:00Z")):
        row = (*register.row({"contract": "A", "amount": amount}), seq, 0, at, "clerk")
        with book.engine.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO contract ({columns}) VALUES ({', '.join(map(repr, row))})")
    pay_contract(book, 150, "A")
    main = publish(book).main
    assert read(main) == canonical(book)
    only = ("over-contract",)
    assert (audit_ledger(main, only=only).findings, audit_book(book, only=only).findings) == ((), ())


def pay_contract(book: Book, fen: int, no: str = "HT-1") -> None:
    """Pay an amount under a contract."""
    with book.reading() as connection:
        chart = book.chart(connection)
    entry = simple_entry(chart, "disbursement", fen, fund="F03", use=Leg("F03", "0603"))
    post(book, [Draft("F03", date(2015, 3, 1), "disbursement", (entry,), payee="茂恒公司", contract=no)], by="clerk")


JUDGED: Final = ("over-contract", "large-contract")

ENTRIES_PAGE: Final = """---
severity: error
basis: [本地]
title-zh: 大合同
message-zh: 合同 {contract} 为 {amount} 元。
reason-zh: 本地。
remedy-zh: 核实。
key: [contract]
amounts: [amount]
---
# large-contract

Contract {contract} is of {amount}.

Because.

**Remedy.** Look.

```sql scope=book
SELECT 0 AS voucher, entry, contract, unit, amount FROM contracts WHERE amount >= 30000
```
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_published_ledger_is_checked_as_its_book(book: Book, language: Language) -> None:
    """The same findings under the same fingerprints, whether they stand at a voucher or at an entry."""
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "large-contract.md").write_text(ENTRIES_PAGE, "utf-8")
    pay_contract(book, 30_001)
    assert {one.check for one in audit_book(book).not_run} >= {"over-contract", "large-contract"}
    enter(book, "a", contract(amount="10.00"), contract("HT-2", "1.00"))
    enter(book, "b", contract(), header=CONTRACTS)
    withdraw(book, "contract", 2, by="manager")
    of_book = audit_book(book, only=JUDGED)
    of_ledger = audit_ledger(publish(book, language).main, pages=book.folder / "checks", only=JUDGED)
    assert sorted(one.check for one in of_book.findings) == ["large-contract", "over-contract"]
    said = [{(one.check, one.fingerprint, one.amount) for one in audit.findings} for audit in (of_book, of_ledger)]
    assert said[0] == said[1]
    assert {*of_book.checks_run} == {*of_ledger.checks_run}


def test_a_copy_of_the_folder_publishes_the_same(tmp_path: Path) -> None:
    """Entries are written by what they say and not by when they are published."""
    book = small_book(tmp_path / "book")
    full(book)
    book.engine.dispose()
    shutil.copytree(tmp_path / "book", tmp_path / "copy")
    folders = []
    for name in ("book", "copy"):
        one = open_book(tmp_path / name)
        folders.append(publish(one).main.parent)
        one.engine.dispose()
    names = [{path.name: path.read_bytes() for path in folder.glob("registers.*")} for folder in folders]
    assert len(names[0]) == 1
    assert names[0] == names[1]


def test_no_private_number_is_anywhere_whole(book: Book) -> None:
    """Not in the database, nor in what is published; the same person is the same, however the number is written."""
    rows = [("农某五", f" {CARD}", "", "镇", "2008-09-01", ""), ("梁某六", "4.51021E+17", "", "局", "", "")]
    report = enter(book, "a", *rows, header=PAYROLL)
    assert held(report) == {3: {"digits-lost"}}
    assert counts(enter(book, "b", ("农某五", OLD_CARD, "", "镇", "2008-09-01", ""), header=PAYROLL)) == (0, 1, 0, 1)
    folder = publish(book).main.parent
    said = json.dumps(everything(book), ensure_ascii=False)
    said += "".join(path.read_text("utf-8") for path in folder.rglob("*.beancount"))
    assert CARD[6:14] not in said
    assert said.count(f"{CARD[:6]}********{CARD[-4:]}#") == 2
