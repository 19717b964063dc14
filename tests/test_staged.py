"""What a ledger from anywhere declares, row by row as checks select it: funds, accounts, banks, grants."""

from __future__ import annotations

from typing import Final

import pytest

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking.foreign import foreign
from fundtrack.errors import UsageError
from staging import FUND, loaded, rows

NEVER: Final = 9_000_000_000_000_000
"""The version of the chart that what is still in force holds to."""


FUNDS: Final = """
2014-01-01 custom "fund" "F01"
  group: "G1"
  department: "住建局"
  level: "central"
  regime: "earmarked"
  valid-from: 2014-01-01
  valid-to: 2016-12-31
  may-advance: TRUE
  authority: "桂[2014]1号"
2014-01-01 custom "fund" "F02"
2015-06-01 custom "fund-until" "F01" 3
  group: "G2"
  may-advance: "TRUE"
2015-05-01 custom "fund-until" "F01" 1
  group: "G0"
  level: "county"
2015-05-01 custom "fund-until" "F01" "x"
  group: "no version"
"""


def test_terms_of_funds() -> None:
    """By the versions of the chart they held in, each from where the one before ended; the last holds on."""
    assert rows(FUNDS, "funds") == [
        ("F01", "G0", "", "county", "", "", "", 0, "", 1, 1),
        ("F01", "G2", "", "", "", "", "", 0, "", 2, 3),
        ("F01", "G1", "住建局", "central", "earmarked", "2014-01-01", "2016-12-31", 1, "桂[2014]1号", 4, NEVER),
        ("F02", "", "", "", "", "", "", 0, "", 1, NEVER),
    ]


NAMED: Final = {
    "Assets:F01-A:1001-Bank": ("Assets:F01:1001", "F01", "1001", "cash"),
    "Assets:F01A:1001": ("Assets:F01A:1001", "F01A", "1001", "cash"),
    "Assets:F01-A:1201-Due-From": ("Assets:F01:1201", "F01", "1201", "due-from"),
    "Assets:F01-A:1201-借出款": ("Assets:F01:1201", "F01", "1201", "due-from"),
    "Assets:F01-A:1202-Interfund": ("Assets:F01:1202", "F01", "1202", "due-from"),
    "Assets:F01-A:1203-Pre-Paid": ("Assets:F01:1203", "F01", "1203", "advance"),
    "Assets:F01-A:1203-预拨款": ("Assets:F01:1203", "F01", "1203", "advance"),
    "Assets:F01-A:1204-Receivable": ("Assets:F01:1204", "F01", "1204", "receivable"),
    "Assets:F01-A:1601-固定资产": ("Assets:F01:1601", "F01", "1601", "other"),
    "Assets:F01-A:1602-Fixed-Deposit": ("Assets:F01:1602", "F01", "1602", "cash"),
    "Assets:F01-A:1603-零余额账户用款额度": ("Assets:F01:1603", "F01", "1603", "other"),
    "Assets:F01-A:1604-零余额账户": ("Assets:F01:1604", "F01", "1604", "cash"),
    "Assets:F01-A:Cash": ("Assets:F01-A:Cash", "F01", "Cash", "cash"),
    "Assets:Bank:F01-A:1001-Cash": ("Assets:Bank:F01-A:1001-Cash", "F01", "1001-Cash", "cash"),
    "Assets:Bank": ("Assets:Bank", "", "Bank", "cash"),
    "Liabilities:F01-A:2001-Loan": ("Liabilities:F01:2001", "F01", "2001", "payable"),
    "Liabilities:F01-A:Loan": ("Liabilities:F01-A:Loan", "F01", "Loan", "other"),
    "Equity:F01-A:3001-Left": ("Equity:F01:3001", "F01", "3001", "balance"),
    "Equity:F01-A:Left": ("Equity:F01-A:Left", "F01", "Left", "other"),
    "Income:F01-A:4001-In": ("Income:F01:4001", "F01", "4001", "transfer"),
    "Income:F01-A:In": ("Income:F01-A:In", "F01", "In", "transfer"),
    "Expenses:F01-A:0601-House": ("Expenses:F01:0601", "F01", "0601", "use"),
    "Expenses:F01-A:House:Roof": ("Expenses:F01-A:House:Roof", "F01", "Roof", "use"),
    "Expenses:F01-A:06011-House": ("Expenses:F01-A:06011-House", "F01", "06011-House", "use"),
}


@pytest.mark.parametrize(("written", "read"), NAMED.items())
def test_what_an_account_is_by_its_name(written: str, read: tuple[str, ...]) -> None:
    """Its identity where it is named our way, its fund, its code and its kind; else it is called as it is written."""
    said = rows(f"{FUND}2014-01-01 open {written} CNY\n", "accounts", "account", "fund", "code", "account_kind")
    assert said == [read]


ROOTS: Final = {
    "of the options": (
        'option "name_assets" "Aktiva"\n',
        "Aktiva:F01-A:1001-Bank",
        ("Assets:F01:1001", "F01", "1001", "cash"),
    ),
    "ours in Chinese": ("", "A资产:F01-搬迁:1001-国库", ("Assets:F01:1001", "F01", "1001", "cash")),
    "of nobody": ("", "Aktiva:F01-A:1001-Bank", ("Aktiva:F01-A:1001-Bank", "F01", "1001-Bank", "other")),
}


@pytest.mark.parametrize(("option", "written", "read"), ROOTS.values(), ids=ROOTS)
def test_what_an_account_is_by_its_root(option: str, written: str, read: tuple[str, ...]) -> None:
    """As the ledger's options name the five, or as we do; Beancount objects to another, and it is read all the same."""
    ledger = booked(parse_text(f"{option}{FUND}2014-01-01 open {written} CNY\n", "ledger"))
    with foreign(ledger.entries, ledger.options) as staged:
        (row,) = staged.connection.exec_driver_sql(staged.lens.after("")["accounts"]).mappings().all()
    assert (row["account"], row["fund"], row["code"], row["account_kind"]) == read


@pytest.mark.parametrize(
    ("pattern", "fund"), [("(F..)-(A)", "F01"), ("F(..)|X", "01"), ("F01", "F01"), ("Assets|(F01)", ""), ("F02", "")]
)
def test_a_pattern_says_the_fund(pattern: str, fund: str) -> None:
    """By its first group where it has one, by all of it where it has none; an empty group says nothing."""
    with loaded(f"{FUND}2014-01-01 open Assets:F01-A:1001-Bank CNY\n", pattern) as ledger:
        (row,) = ledger.connection.exec_driver_sql(ledger.lens.after("")["accounts"]).mappings().all()
    assert row["fund"] == fund


def test_a_pattern_that_is_none() -> None:
    """Is told with what is wrong with it."""
    with pytest.raises(UsageError) as caught, loaded(FUND, "(F"):
        pass
    why = "missing ), unterminated subpattern at position 0"
    assert (caught.value.key, caught.value.details) == ("fund-pattern", {"pattern": "(F", "why": why})


def test_what_a_pad_moves() -> None:
    """Has no metadata of its own, and so no fund that is not its account's."""
    text = "2014-01-01 open Assets:Desk CNY\n2014-01-01 open Equity:F01:Start CNY\n"
    text += "2014-01-02 pad Assets:Desk Equity:F01:Start\n2014-01-03 balance Assets:Desk 5.00 CNY\n"
    assert sorted(rows(text, "postings", "account", "fund", "amount")) == [
        ("Assets:Desk", "", 500), ("Equity:F01:Start", "F01", -500),
    ]  # fmt: skip


OPENED: Final = """
2014-01-01 open Assets:F01-A:1001-Bank CNY
  bank: "B01"
2014-01-02 open Assets:F02-B:1002-Bank CNY.Q, CNY
  bank: "B02"
2014-01-03 open Assets:F02-B:1601-Fixed-Asset
  bank: "B01"
2014-01-04 open Liabilities:F02-B:8001-Quota CNY, CNY.Q
2014-01-05 open Assets:Desk:Drawer CNY
  fund: "F02"
  kind: "receivable"
2014-01-06 open Assets:Desk:Rent CNY
  kind: "use"
2014-01-07 open Assets:Desk:Gift USD
  kind: "other"
2014-01-08 open Income:F01-A:4002-Interest CNY
  kind: "interest"
2014-01-09 open Expenses:F01-A:0601-House
2014-01-10 open Expenses:F01-A:0602-Never
2015-01-01 * "used, and one account that nobody opened"
  Expenses:F01-A:0601-House   1.00 USD
  Assets:F01-A:1009-Safe     -1.00 USD
  Expenses:F01-A:0601-House   2.00 CNY
  Assets:F01-A:1001-Bank     -2.00 CNY
  Assets:F01-A:1001-Bank      3.00 EUR
  Income:F01-A:4002-Interest -3.00 EUR
"""


def test_accounts() -> None:
    """In each unit they were opened with, or are used with where they were opened without; with what `open` says."""
    assert rows(OPENED, "accounts") == [
        ("Assets:F01:1001", "F01", "CNY", "1001", "cash", 1, "B01", "2014-01-01"),
        ("Assets:F02:1002", "F02", "CNY", "1002", "cash", 1, "B02", "2014-01-02"),
        ("Assets:F02:1002", "F02", "CNY.Q", "1002", "cash", 1, "B02", "2014-01-02"),
        ("Liabilities:F02:8001", "F02", "CNY", "8001", "payable", 0, "", "2014-01-04"),
        ("Liabilities:F02:8001", "F02", "CNY.Q", "8001", "payable", -1, "", "2014-01-04"),
        ("Assets:Desk:Drawer", "F02", "CNY", "Drawer", "receivable", 0, "", "2014-01-05"),
        ("Assets:Desk:Rent", "", "CNY", "Rent", "cash", 1, "", "2014-01-06"),
        ("Assets:Desk:Gift", "", "USD", "Gift", "other", 0, "", "2014-01-07"),
        ("Income:F01:4002", "F01", "CNY", "4002", "interest", 0, "", "2014-01-08"),
        ("Expenses:F01:0601", "F01", "CNY", "0601", "use", 0, "", "2014-01-09"),
        ("Expenses:F01:0601", "F01", "USD", "0601", "use", 0, "", "2014-01-09"),
    ]


def test_an_asset_with_a_bank_is_cash() -> None:
    """Whatever it is called."""
    text = f'{FUND}2014-01-03 open Assets:F02-B:1601-Fixed-Asset CNY\n  bank: "B01"\n'
    assert rows(text, "accounts", "account_kind") == [("cash",)]


def test_banks() -> None:
    """The shares of funds in bank accounts that are declared; of one that is not, nothing is known."""
    text = f'{OPENED}2014-01-01 custom "bank" "B01"\n  number: "45001"\n'
    text += '2014-01-01 custom "bank" "B03"\n  number: "9"\n'
    assert rows(text, "banks") == [
        ("F01", "Assets:F01:1001", "B01", "45001"),
        ("F02", "Assets:F02:1601", "B01", "45001"),
    ]


GRANTS: Final = """
2014-01-06 open Expenses:F01-A:0602-Road CNY
2014-01-05 open Expenses:F01-A:0601-House CNY
  authority: "桂[2014]2号"
2014-01-01 open Assets:F01-A:1001-Bank CNY
  authority: "no use"
2015-04-01 custom "use" Expenses:F01-A:0602-Road "ended"
2015-03-01 custom "use" Expenses:F01-A:0602-Road "granted"
  authority: "桂[2015]3号"
2015-03-01 custom "use" Expenses:F01-A:0602-Road
2015-04-01 custom "use" Expenses:F01-A:0601-House "ended"
2015-04-01 custom "use-since" Expenses:F01-A:0602-Road "ended" 5
2015-04-02 custom "use-since" Expenses:F01-A:0602-Road "ended" 4
2015-03-01 custom "use-since" Expenses:F01-A:0602-Road "granted" "5x"
"""


def test_grants() -> None:
    """By day: uses that were opened by a document, and what was granted or ended later, each by its version."""
    assert rows(GRANTS, "grants") == [
        ("Expenses:F01:0601", 735238, "2014-01-05", 1, "桂[2014]2号", 1, 1),
        ("Expenses:F01:0602", 735658, "2015-03-01", 1, "桂[2015]3号", 1, 2),
        ("Expenses:F01:0602", 735689, "2015-04-01", 0, "", 5, 3),
        ("Expenses:F01:0601", 735689, "2015-04-01", 0, "", 1, 4),
    ]


@pytest.mark.parametrize(
    ("customs", "version"),
    [
        ("", 1),
        ('2015-04-01 custom "use-since" Expenses:F01-A:0602-Road "ended" 5\n', 5),
        ('2015-04-01 custom "fund-until" "F01" 5\n', 6),
        ('2015-04-01 custom "use-since" "a" "b" "0"\n2015-04-01 custom "fund-until" "F01" "1234567890"\n', 1),
        ('2015-04-01 custom "use-since" "a" "b" 2\n2015-04-01 custom "fund-until" "F01" 3\n', 4),
        ('2015-04-01 custom "use-since" "a" "b" "c" 7\n2015-04-01 custom "fund-until" "F01" "a" 7\n', 1),
    ],
)
def test_a_voucher_is_judged_by_the_last_version(customs: str, version: int) -> None:
    """That the ledger speaks of."""
    text = f'{customs}2015-01-01 * "x"\n  Assets:F01-A:1001-Bank  1.00 CNY\n  Income:F01-A:4001-In\n'
    assert rows(text, "vouchers", "chart") == [(version,)]


QUOTAS: Final = """
2015-01-05 custom "quota" "F01-Q00001"
  doc: "桂[2015]3号"
  upper-doc: "财[2014]9号"
2015-01-10 custom "quota" "F01-Q-2"
  parent: "F01-Q00001"
  use: "0601"
  project: "P01"
  dept: "住建局"
  chart: 2
  expires: 2015-12-31
2015-04-01 custom "fund-until" "F01" 3
"""


def test_quotas() -> None:
    """Line by line, each with all that is said of it; under the last version of the chart where it names none."""
    assert rows(FUND + QUOTAS, "quotas") == [
        ("F01-Q00001", "F01", 2015, "", "", "", "", "桂[2015]3号", "财[2014]9号", "2015-01-05", 735603, "", 4),
        ("F01-Q-2", "F01", 2015, "F01-Q00001", "0601", "P01", "住建局", "", "", "2015-01-10", 735608, "2015-12-31", 2),
    ]


WRONG: Final = {
    '"register" "deth"\n': ("register-unknown", {"found": "deth"}),
    '"register" "death" "staff"\n': ("register-unknown", {"found": "death staff"}),
    '"register" "bank_line"\n  line: 1.5\n': (
        "register-field", {"register": "bank_line", "field": "line", "form": "1"},
    ),
    '"register" "bank_line"\n  bank: 7\n': (
        "register-field", {"register": "bank_line", "field": "bank", "form": '"…"'},
    ),
    '"register" "bank_line"\n  amount: 1.00\n': (
        "register-field", {"register": "bank_line", "field": "amount", "form": "1.00 CNY"},
    ),
    '"register" "death"\n  dead: TRUE\n': (
        "register-field", {"register": "death", "field": "dead", "form": "person, name, date"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("said", "told"), WRONG.items())
def test_an_entry_that_cannot_be_read(said: str, told: tuple[str, dict[str, str]]) -> None:
    """Is told with its line, what is wrong there, and how it is written."""
    with pytest.raises(UsageError) as caught, loaded(f"{FUND}2015-01-01 custom {said}"):
        pass
    key, details = told
    said_of_it = {name: value for name, value in caught.value.details.items() if name != "known"}
    assert (caught.value.key, said_of_it) == (key, {"path": "ledger.beancount", "line": 2, **details})
