"""What a file says of its currency counts also on pages that do not read it: other money is not the book's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from fundtrack.importing.example import sample_of
from test_importers import MINIMAL, PAGES, page_of

if TYPE_CHECKING:
    from pathlib import Path

IN_YUAN: Final = {
    name: fence.text
    for name, page in PAGES.items()
    for fence in [sample_of(page.examples[0])]
    if fence.language == "csv" and not {"as", "tabs"} & {*fence.options}
    if not (of := Importer(page).layout).currency_column and {"amount", "amount-in"} & {*of.columns}
}
"""The first samples of the pages whose files say no currency."""

ROWS: Final = {
    "treasury-payment": (
        "支付申请编号,支付凭证号,实际支付日期,支付金额,银行交易流水号,付款人账号,收款人全称,收款人账号,用途",
        "SQ1,PZ1,2015-06-03,10.00,GK1,45001234560001,甲公司,4500999988887777001,材料",
    ),
    "uk-spend": (
        "Body name,Service label,Date paid,Transaction number,Net Amount (£),Supplier name",
        "Ex,Care,26/09/2013,1309-1,713.25,A Ltd",
    ),
}
YUAN: Final = ("人民币", "元", "人民币(CNY)", "CNY-人民币", "RMB元", "本位币", "01", "全部")
POUNDS: Final = ("gbp", "£ GBP", "UK pounds", "British pound", "Pound (GBP)", "All figures in £", "UKP", "713.25")
OTHERS: Final = ("EUR", "usd", "£ / EUR", "欧元", "美元现汇", "USD美元", "日元", "US dollars", "BGN", "外币")


@pytest.mark.parametrize("said", ["Invoice Currency Unit", "入账币种", ""])
def test_what_is_in_another_currency_is_never_taken_for_the_pages(tmp_path: Path, said: str) -> None:
    """A column of currencies, or one above the table, counts on whatever page does not know of it."""
    assert {"uk-spend", "treasury-payment", "payment-applications", "fiscal-package"} <= {*IN_YUAN}
    path = tmp_path / "a.csv"
    for name, text in IN_YUAN.items():
        path.write_text(text, "utf-8")
        importer = Importer(PAGES[name], currency="GBP" if name == "uk-spend" else "CNY")
        rows = [*importer.candidates(path)]
        (header,) = (row.number for row in rows if row.why == "header")
        lines = text.splitlines()
        if said:
            lines[header - 1 :] = [f"{line},{'' if nth else said}" for nth, line in enumerate(lines[header - 1 :])]
        path.write_text("\n".join(lines), "utf-8")
        assert [row.candidate for row in importer.candidates(path)] == [row.candidate for row in rows], name
        if said:
            lines[header:] = [f"{line}EUR" for line in lines[header:]]
        else:
            lines[:0] = ["账户明细 币种：美元(现汇)"]
        path.write_text("\n".join(lines), "utf-8")
        found = [row for row in importer.candidates(path) if row.state == "data"]
        assert found, name
        assert all("currency-other" in {error.key for error in row.problems} for row in found), name


@pytest.mark.parametrize("above", ["", "above"])
def test_only_what_is_surely_another_currency_makes_a_row_wait(tmp_path: Path, above: str) -> None:
    """What a file calls its own money in its own way, or what is no currency at all, says nothing against it."""
    path = tmp_path / "a.csv"
    for name, own, book in (("treasury-payment", YUAN, "CNY"), ("uk-spend", POUNDS, "GBP")):
        for heads, words, waits in ((("币种", "Currency"), own, False), (("货币", "Currency"), OTHERS, True)):
            for head, word in [(head, word) for head in heads for word in words]:
                header, first = ROWS[name]
                lines = [f"{head}：{word}", header, first] if above else [f"{header},{head}", f"{first},{word}"]
                path.write_text("\n".join(lines), "utf-8")
                (row,) = (row for row in Importer(PAGES[name], currency=book).candidates(path) if row.state == "data")
                assert ("currency-other" in {error.key for error in row.problems}) == waits, (name, head, word)


def test_a_unit_of_another_currency_above_the_table_makes_its_rows_wait(tmp_path: Path) -> None:
    """单位：美元 says the currency as 币种：美元 does; a bureau is none."""
    path = tmp_path / "a.csv"
    for title, waits in (("境外采购（单位：美元）", True), ("金额单位：港币", True), ("单位：田东县财政局", False)):
        path.write_text("\n".join([title, *ROWS["treasury-payment"]]), "utf-8")
        (row,) = (row for row in Importer(PAGES["treasury-payment"]).candidates(path) if row.state == "data")
        assert ("currency-other" in {error.key for error in row.problems}) == waits, title


def test_the_name_of_an_amount_may_say_another_currency(tmp_path: Path) -> None:
    """A page that reads Amount (GBP) in a book of yuan would post pounds as yuan."""
    path = tmp_path / "a.csv"
    for currency, waits in (("CNY", True), ("GBP", False)):
        of = page_of(
            tmp_path,
            MINIMAL.replace('"amount"', '"Amount (GBP)"').replace("[file]", f'[file]\ncurrency = "{currency}"'),
        )
        path.write_text("date,Amount (GBP),payee\n2015-01-02,1.00,a\n", "utf-8")
        (row,) = (row for row in Importer(of, currency=currency).candidates(path) if row.state == "data")
        assert ("currency-other" in {error.key for error in row.problems}) == waits, currency


@pytest.mark.parametrize(
    ("amount", "beside", "waits"),
    [
        ("Amount GBP", "Original Amount", False),
        ("Amount in sterling", "Amount", False),
        ("Net amount (£)", "Transaction amount", False),
        ("Amount GBP", "Gross amount", True),
        ("Net amount (£)", "Amount", True),
        ("Amount", "Original Amount", True),
    ],
)
def test_the_currency_of_what_was_spent_is_not_that_of_what_was_booked(
    tmp_path: Path,
    amount: str,
    beside: str,
    waits: bool,  # noqa: FBT001
) -> None:
    """Where the amount that is read is headed with the book's currency, and another stands beside it."""
    path = tmp_path / "a.csv"
    path.write_text(f"Date,Supplier,{beside},Original Currency,{amount}\n03/09/2013,A Ltd,100.00,EUR,85.00\n", "utf-8")
    (row,) = (row for row in Importer(PAGES["uk-spend"], currency="GBP").candidates(path) if row.state == "data")
    assert row.amount == 8500
    assert bool(row.problems) == waits


@pytest.mark.parametrize("column", ["Gross amount in local currency", "VAT amount in document currency", "CY"])
def test_a_column_of_amounts_is_none_of_currencies(tmp_path: Path, column: str) -> None:
    """Even where an amount has the mark of another currency beside it, it is not the amount that is read."""
    header, first = ROWS["uk-spend"]
    path = tmp_path / "a.csv"
    path.write_text(f"{header},{column}\n{first},713.25 EUR\n", "utf-8")
    (row,) = (row for row in Importer(PAGES["uk-spend"], currency="GBP").candidates(path) if row.state == "data")
    assert not row.problems


@pytest.mark.parametrize(
    ("payee", "account", "paid", "said"),
    [
        ("ABC（南宁）Ltd", "4500999988887777001", '"1,000"', "same"),
        ("Abc(南宁)ltd", "450099*********7001", "¥1000.00", "same"),
        ("A*d", "450099****7001", "1000.00", "same"),
        ("A*d", "450099****7002", "1000.00", "differ"),
        ("abd(南宁)ltd", "4500999988887777001", "1000", "differ"),
        ("ABC(南宁)Ltd", "4500999988887777001", "1000.01", "differ"),
        ("ABC(南宁)Ltd", "04500999988887777001", "1000", "differ"),
    ],
)
def test_what_must_agree_may_be_written_or_masked_otherwise(
    tmp_path: Path, payee: str, account: str, paid: str, said: str
) -> None:
    """An amount is compared as one, a name in any case and width, and of a masked number what is shown."""
    path = tmp_path / "a.csv"
    head = "支付申请编号,支付凭证号,支付金额,实际支付金额,实际支付日期,银行交易流水号,付款人账号"
    rest = ",收款人全称,收款人账号,实际收款人全称,实际收款人账号,用途"
    row = (
        f"SQ1,PZ1,1000.00,{paid},2015-06-03,GK1,45001234560001,ABC(南宁)Ltd,4500999988887777001,{payee},{account},材料"
    )
    path.write_text(f"{head}{rest}\n{row}\n", "utf-8")
    (found,) = (row for row in Importer(PAGES["treasury-payment"]).candidates(path) if row.state == "data")
    assert ("columns-differ" in {error.key for error in found.problems}) == (said == "differ")


@pytest.mark.parametrize("amount", ["£12.00 CR", "12.00DR", "cr 12.00", "贷 12.00", "12.00(借)"])
def test_a_side_beside_an_amount_is_told_as_such(tmp_path: Path, amount: str) -> None:
    """Whether it was paid or came back depends on whose account it is: nobody guesses."""
    path = tmp_path / "a.csv"
    path.write_text(f"Date,Supplier,Amount\n03/09/2013,A Ltd,{amount}\n", "utf-8")
    (row,) = (row for row in Importer(PAGES["uk-spend"], currency="GBP").candidates(path) if row.state == "data")
    assert [error.key for error in row.problems] == ["amount-sided"]
