"""Statements of the banks a bureau has, by the headers that they print: each is known by one page, and read by it.

The headers are those of the banks' corporate exports; the rows are made up, the lines above as many as theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from fundtrack import importing
from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path


class Bank(NamedTuple):
    """How a bank prints a statement: the page that knows it, the lines above, its header, and a payment."""

    page: str
    above: int
    header: str
    row: str
    bank_ref: str = ""


BANKS: Final = {
    "CCB": Bank(
        "bank-two-columns", 5,
        "记账日期,交易时间,凭证种类,凭证号,借方发生额/元(支取),贷方发生额/元(收入),余额/元,钞汇标志,对方户名,对方账号,摘要,备注,"
        "账户明细编号-交易流水号,企业流水号,本方账号,本方账户名称,本方账户开户机构",
        "20240102,83533,转账,1,100.00,0.00,900.00,钞,甲公司,4500888877776666001,付款,,7-1,E1,4500,局,行", "7-1",
    ),
    "ICBC until 2016": Bank(
        "bank-two-columns", 2,
        "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,个性化信息",
        "1,4500,4500888877776666001,2024-01-02 08:35:33,借,100.00,,102,付款,货款,甲公司,900.00,",
    ),
    "ICBC": Bank(
        "bank-direction", 2,
        "凭证号,本方账号,对方账号,交易时间,借/贷,金额,对方行号,摘要,用途,对方单位名称,附言,个性化信息",
        "1,4500,4500888877776666001,2024-01-02 08:35:33,借,100.00,102,付款,货款,甲公司,,",
    ),
    "ABC": Bank(
        "bank-two-columns", 0, "交易时间,收入金额,支出金额,账户余额,交易行名,对方省市,对方账号,对方户名,交易用途",
        "2024-01-02 08:35:33,,100.00,900.00,行,桂,4500888877776666001,甲公司,付款",
    ),
    "CMBC": Bank(
        "bank-two-columns", 11,
        "交易日期,主机交易流水号,借方发生额,贷方发生额,账户余额,凭证号,摘要,对方账号,对方账号名称,对方开户行,交易时间",
        "2024-01-02,H1,100.00,,900.00,1,付款,4500888877776666001,甲公司,行,08:00:00", "H1",
    ),
    "PAB": Bank(
        "bank-two-columns", 0, "交易日期,账号,借,贷,账户余额,对方账户,对方账户名称,交易流水号,摘要,用途",
        "20240102,4500,100.00,,900.00,4500888877776666001,甲公司,T1,付款,货款", "T1",
    ),
    "BOC": Bank(
        "bank-signed", 8,
        "交易类型[ Transaction Type ],付款人账号[ Debit Account No. ],付款人名称[ Payer's Name ],"
        "收款人账号[ Payee's Account Number ],收款人名称[ Payee's Name ],交易日期[ Transaction Date ],"
        "交易货币[ Trade Currency ],交易金额[ Trade Amount ],交易后余额[ After-transaction balance ],"
        "交易流水号[ Transaction reference number ],摘要[ Reference ]",
        "往账,4500123412341234001,局,4500888877776666001,甲公司,20240102,CNY,-100.00,900.00,T1,付款", "T1",
    ),
    "BoCom": Bank(
        "bank-direction", 1, "交易时间,交易地点,交易方式,借贷状态,交易金额,余额,对方账号,对方户名,摘要,核心流水号",
        "2024-01-02 08:35:33,桂,网银,借,100.00,900.00,4500888877776666001,甲公司,付款,K1", "K1",
    ),
    "CMB": Bank(
        "bank-two-columns", 12,
        "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,业务名称,收/付方名称,收/付方账号",
        "4500,局,人民币,20240102,083533,20240102,转账,100.00,,900.00,付款,S1,,甲公司,4500888877776666001", "S1",
    ),
    "a rural bank": Bank(
        "bank-two-columns", 3, "序号,交易日期,交易时间,收入,支出,余额,对方户名,对方账号,摘要",
        "1,2024-01-02,08:00,,100.00,900.00,甲公司,4500888877776666001,付款",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bank", BANKS.values(), ids=[*BANKS])
def test_a_statement_is_known_by_one_page(bank: Bank, tmp_path: Path) -> None:
    """Whatever stands above it, and whatever the bank calls its columns: its debit is our payment."""
    path, commas = tmp_path / "statement.csv", "," * bank.header.count(",")
    above = "".join(f"说明{nth}{commas}\n" for nth in range(bank.above))
    path.write_text(f"{above}{bank.header}\n{bank.row}\n", "gb18030")
    importer = importing.choose(path, map(Importer, PAGES.values()))
    assert importer.name == bank.page
    (row,) = (row for row in importer.candidates(path) if row.state == "data")
    found = row.candidate
    assert found is not None, row.problems
    assert (found.date.isoformat(), found.kind, found.amount, found.payee, found.narration, found.bank_ref) == (
        "2024-01-02", "disbursement", 10000, "甲公司", "付款", bank.bank_ref,
    )  # fmt: skip
    assert found.payee_account.startswith("450088*****")
    foreign = path.read_text("gb18030").replace("人民币", "美元").replace("CNY", "USD")
    if foreign != path.read_text("gb18030"):
        path.write_text(foreign, "gb18030")
        (row,) = (row for row in importer.candidates(path) if row.state == "data")
        assert [problem.key for problem in row.problems] == ["currency-other"]


def test_what_came_in_is_of_the_payer(tmp_path: Path) -> None:
    """A bank that names both has ourselves as payee of a receipt; a receipt without a payer is nobody's."""
    path, bank = tmp_path / "statement.csv", BANKS["BOC"]
    row = "来账,4500888877776666009,乙局,4500123412341234001,局,20240102,CNY,100.00,1000.00,T2,利息"
    nobody = "来账,,,4500123412341234001,局,20240102,CNY,100.00,1100.00,T3,利息"
    path.write_text(f"{bank.header}\n{bank.row}\n{row}\n{nobody}\n", "gb18030")
    rows = [row for row in Importer(PAGES[bank.page]).candidates(path) if row.state == "data"]
    found = [row.candidate for row in rows if row.candidate]
    assert [one.payee for one in found] == ["甲公司", "乙局", ""]
    own, theirs = found[0].payee_account, found[1].payee_account
    assert (own.startswith("450088*****"), theirs.startswith("450088*****"), found[2].payee_account) == (True, True, "")
    assert own != theirs
    shown = [cell for row in rows for cell in row.cells]
    assert not [cell for cell in shown if "4500888877776666009" in cell]
