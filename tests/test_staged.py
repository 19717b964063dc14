"""What a ledger from anywhere becomes: row by row what checks select from, of a ledger that says all it can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.beantext.booking import book as booked
from fundtrack.beantext.parse import parse_text
from fundtrack.checking.foreign import foreign
from fundtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from fundtrack.checking.foreign import Foreign
    from fundtrack.errors import Language

NEVER: Final = 9_000_000_000_000_000
"""The version of the chart that what is still in force holds to."""


def loaded(text: str, fund_pattern: str = "", *, whole: bool = True) -> AbstractContextManager[Foreign]:
    """Load a ledger to which Beancount has no objection."""
    ledger = booked(parse_text(text, "ledger.beancount"))
    assert not ledger.errors
    return foreign(ledger.entries, ledger.options, fund_pattern, whole=whole)


def rows(text: str, relation: str, *columns: str, whole: bool = True) -> list[tuple[Any, ...]]:
    """Return the rows of a relation in the order they were written, or only some columns of them."""
    with loaded(text, whole=whole) as ledger:
        said = ledger.connection.exec_driver_sql(ledger.lens.after("")[relation]).mappings().all()
    return [tuple(row[column] for column in columns) if columns else tuple(row.values()) for row in said]


def only(text: str, relation: str, *, whole: bool = True) -> dict[str, Any]:
    """Return what the last row of a relation says, without what is empty."""
    with loaded(text, whole=whole) as ledger:
        *_, row = ledger.connection.exec_driver_sql(ledger.lens.after("")[relation]).mappings().all()
    return {name: value for name, value in row.items() if value not in {"", 0}}


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


FUND: Final = '2014-01-01 custom "fund" "F01"\n'

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


PAID: Final = """
2014-01-01 custom "project" "P01"
2014-01-01 custom "project" "P02"
2015-01-05 * "in" #transfer-received
  voucher: "F01-2015-000001"
  Assets:F01-A:1001-Bank  100.00 CNY
  Income:F01-A:4001-In
2015-02-03 * "某公司" "first" #note #disbursement ^P02 ^P01 ^P09
  voucher: "F01-2015-000007"
  doc: "桂[2015]3号"
  bank: "45001"
  bank-ref: "R1"
  payee-id: "110"
  payee-account: "6222"
  contract: "C1"
  cites: "F01-2015-000001"
  chart: 1
  prepared-by: "甲"
  approved-by: "乙"
  Expenses:F01-A:0601-House  5.00 CNY
  Assets:F01-A:1001-Bank
"""

FIRST: Final = {
    "voucher": 2, "number": 7, "date": "2015-02-03", "day": 735632, "year": 2015, "period": 2, "kind": "disbursement",
    "link": 2, "cites": 1, "fund": "F01", "project": "P01", "payee": "某公司", "narration": "first",
    "document": "桂[2015]3号", "bank": "45001", "bank_ref": "R1", "payee_id": "110", "payee_account": "6222",
    "contract": "C1", "occurrence": 1, "chart": 1, "prepared_by": "甲", "approved_by": "乙",
    "voucher_number": "F01-2015-000007",
}  # fmt: skip


def test_what_a_voucher_says() -> None:
    """All of it: its number, its day, its kind by its tag, its project by its link, and its metadata."""
    assert only(PAID, "vouchers") == FIRST


MORE: Final = {
    "a kind that is said": ('  kind: "loan"\n', {"kind": "loan"}),
    "a project that is said": ('  project: "P02"\n', {"project": "P02"}),
    "a link to a voucher": ('  link: "F01-2015-000001"\n', {"link": 1}),
    "a link to none": ('  link: "F09-2015-000001"\n', {"link": 2}),
    "a version that is none": ('  chart: "0"\n', {}),
    "which twin it is": ("  occurrence: 3\n", {"occurrence": 3}),
    "a twin that nobody counts": ("  occurrence: 9999999999\n", {"occurrence": 1_000_000_000}),
    "a twin in words": ('  occurrence: "third"\n', {}),
}


@pytest.mark.parametrize(("said", "becomes"), MORE.values(), ids=MORE)
def test_what_a_voucher_may_say_besides(said: str, becomes: dict[str, Any]) -> None:
    """Metadata go before tags and links."""
    text = PAID.replace("  chart: 1\n", said) if "chart" in said else PAID.replace("  cites", f"{said}  cites")
    assert only(text, "vouchers") == FIRST | becomes


LINKED: Final = '2015-03-0{0} * "x"\n  link: "{1}"\n  Assets:F01-A:1001-Bank  {0}.00 CNY\n  Income:F01-A:4001-In\n'


def test_what_belongs_together_has_the_first_of_it_for_a_link() -> None:
    """Whether the link names a voucher or not."""
    text = "".join(LINKED.format(*one) for one in ((1, "A"), (2, "B"), (3, "A"), (4, "B"), (5, "")))
    assert rows(text, "vouchers", "link") == [(1,), (2,), (1,), (2,), (5,)]


CLAIMING: Final = (
    PAID
    + """
2015-03-01 * "back" #refund
  {claim}
  Expenses:F01-A:0601-House  -5.00 CNY
  Assets:F01-A:1001-Bank      5.00 CNY
"""
)


@pytest.mark.parametrize(
    ("claim", "whole", "reverses", "cites"),
    [
        ('reverses: "F01-2015-000007"', True, 2, 0),
        ('reverses: "F01-2015-000007"', False, 2, 0),
        ('reverses: "F01-2015-000001"', True, 0, 0),
        ('reverses: "F01-2014-000009"', True, 0, 0),
        ('reverses: "F01-2014-000009"', False, -1, 0),
        ('reverses: ""', False, 0, 0),
        ('cites: "F01-2015-000007"', True, 0, 2),
        ('cites: "F01-2014-000009"', True, 0, 0),
        ('cites: "F01-2014-000009"', False, 0, -1),
        ('note: ""', False, 0, 0),
    ],
)
def test_what_a_voucher_reverses_and_cites(claim: str, whole: bool, reverses: int, cites: int) -> None:  # noqa: FBT001 - a table
    """What is there and is negated; what is not there may stand in another ledger, unless this is all of it."""
    said = rows(CLAIMING.format(claim=claim), "vouchers", "reverses", "cites", whole=whole)
    assert said[-1] == (reverses, cites)


def test_nothing_reverses_itself() -> None:
    """A transaction of nothing negates itself, and is no reversal."""
    text = '2015-01-01 * "x"\n  voucher: "V1"\n  reverses: "V1"\n  Assets:F01-A:1001-Bank  0.00 CNY\n'
    assert rows(text, "vouchers", "reverses", "number", "voucher_number") == [(0, 0, "V1")]


def test_of_two_vouchers_of_one_number_the_first_is_meant() -> None:
    """By whoever cites or links it."""
    text = PAID.replace('"F01-2015-000007"', '"F01-2015-000001"').replace("  chart: 1\n", "")
    text += '2015-03-01 * "x"\n  cites: "F01-2015-000001"\n  link: "F01-2015-000001"\n  Assets:F01-A:1001-Bank  0 CNY\n'
    assert rows(text, "vouchers", "cites", "link") == [(0, 1), (1, 2), (1, 1)]


TWIN: Final = """\
2015-03-01 * "甲" "x" #disbursement
{0}  Expenses:F01-A:0601-House  {1} CNY
  Assets:F01-A:1001-Bank
"""


@pytest.mark.parametrize(
    "other",
    [
        ('  kind: "loan"\n', "1.00"), ('  project: "P01"\n', "1.00"), ('  doc: "1"\n', "1.00"),
        ('  bank: "1"\n', "1.00"), ('  bank-ref: "1"\n', "1.00"), ('  payee-id: "1"\n', "1.00"),
        ('  payee-account: "1"\n', "1.00"), ('  contract: "1"\n', "1.00"), ('  reverses: "1"\n', "1.00"),
        ('  cites: "1"\n', "1.00"), ("", "1.01"),
    ],
)  # fmt: skip
def test_twins(other: tuple[str, str]) -> None:
    """Are counted, and are none where anything of it is another."""
    text = "".join(TWIN.format(*one) for one in (("", "1.00"), ("", "1.00"), other, ("", "1.00"), other))
    assert rows(text, "vouchers", "occurrence") == [(1,), (2,), (1,), (3,), (2,)]


@pytest.mark.parametrize(("was", "becomes"), [("2015-03-01", "2015-03-02"), ("甲", "乙"), ('"x"', '"y"'), ("#d", "#e")])
def test_no_twins(was: str, becomes: str) -> None:
    """Another day, payee, purpose or tag."""
    text = TWIN.format("", "1.00")
    assert rows(text + text.replace(was, becomes), "vouchers", "occurrence") == [(1,), (1,)]


@pytest.mark.parametrize("legs", ["1.00 CNY @ 1.00 CNY", "1.00 CNY {1.00 CNY}", "1.00 CNY @@ 1.000 CNY"])
def test_no_twins_by_price_or_cost(legs: str) -> None:
    """What was paid at a price is not what was paid."""
    text = TWIN.format("", "1.00")
    assert rows(text + text.replace("1.00 CNY", legs), "vouchers", "occurrence") == [(1,), (1,)]


LEGS: Final = """
2014-01-01 open Assets:F01-A:1001-Bank
2014-01-03 open Assets:F01-Same:1001-Bank
2015-01-05 * "out"
  red: TRUE
  Expenses:F01-A:0601-House  -5.00 CNY
  Assets:F01-A:1001-Bank      5.00 CNY
    red: FALSE
2015-01-06 * "at a price"
  fund: "F02"
  Assets:Desk:Dollars        -7 USD @ 6.543 CNY
  Liabilities:F03-C:8001-Q   45.80 CNY
  Assets:Desk:Coins           0.001 CNY
    fund: "F04"
    red: TRUE
"""


def test_what_a_posting_says() -> None:
    """Fund, account, side, amount and weight as integers, tolerance, and the use where it is one."""
    columns = (
        "voucher", "line", "leg", "fund", "account", "account_kind", "controlled", "opened", "unit", "amount", "red",
        "weight_unit", "weight", "tolerance", "use", "chart",
    )  # fmt: skip
    assert sorted(rows(LEGS, "postings", *columns)) == [
        (1, 1, 0, "F01", "Expenses:F01:0601", "use", 0, "", "CNY", -5000, 1, "CNY", -5000, 5, "0601", 1),
        (1, 2, 0, "F01", "Assets:F01:1001", "cash", 1, "2014-01-01", "CNY", 5000, 0, "CNY", 5000, 5, "", 1),
        (2, 1, 1, "F02", "Assets:Desk:Dollars", "cash", 1, "", "USD", -7, 0, "CNY", -45801, 5, "", 1),
        (2, 2, 0, "F03", "Liabilities:F03:8001", "payable", 0, "", "CNY", 45800, 0, "CNY", 45800, 5, "", 1),
        (2, 3, 1, "F04", "Assets:Desk:Coins", "cash", 1, "", "CNY", 1, 1, "CNY", 1, 5, "", 1),
    ]


def test_an_audit_says_every_amount_exactly() -> None:
    """Each unit at its own decimals."""
    with loaded(LEGS) as ledger:
        assert ledger.lens.scales == {"CNY": 3, "USD": 0}


def test_how_things_are_named() -> None:
    """Accounts as they are written, funds and projects as they are declared, in either language if only one is said."""
    text = FUNDS.replace('  group: "G1"', '  name: "Move"\n  name-zh: "搬迁"') + PAID + GRANTS
    text = text.replace('"project" "P01"\n', '"project" "P01"\n  name: "Well"\n')
    text = text.replace('"project" "P02"\n', '"project" "P02"\n  name-zh: "水井"\n')
    with loaded(text) as ledger:
        asked: list[tuple[Language, str, str]] = [
            ("en", "fund", "F01"), ("zh", "fund", "F01"), ("zh", "paying_fund", "F01"), ("en", "other_fund", "F01"),
            ("en", "fund", "F02"), ("en", "fund", "F77"), ("en", "project", "P01"), ("zh", "project", "P01"),
            ("en", "project", "P02"), ("zh", "project", "P02"), ("en", "account", "Expenses:F01:0602"),
            ("zh", "account", "Expenses:F99:0602"), ("en", "payee", "F01"),
        ]  # fmt: skip
        assert [ledger.lens.named(*one) for one in asked] == [
            "F01 Move", "F01 搬迁", "F01 搬迁", "F01 Move", "F02", "F77", "P01 Well", "P01 Well", "P02 水井",
            "P02 水井", "Expenses:F01-A:0602-Road", "Expenses:F99:0602", "F01",
        ]  # fmt: skip


def test_where_things_stand() -> None:
    """A transaction at its line, under its number; whatever is none at the head of the ledger."""
    with loaded(PAID + TWIN.format("", "1.00")) as ledger:
        places = [ledger.lens.subject(voucher, "") for voucher in (0, 1, 2, 3, 4, -1)]
    assert [(one.file, one.line, one.voucher, one.row, one.sheet, one.sha256) for one in places] == [
        ("ledger.beancount", 1, "", 0, "", ""), ("ledger.beancount", 4, "F01-2015-000001", 0, "", ""),
        ("ledger.beancount", 8, "F01-2015-000007", 0, "", ""), ("ledger.beancount", 22, "", 0, "", ""),
        ("ledger.beancount", 1, "", 0, "", ""), ("ledger.beancount", 1, "", 0, "", ""),
    ]  # fmt: skip
    assert [bool(one.content) for one in places] == [False, False, False, True, False, False]


@pytest.fixture
def contents() -> Iterator[list[str]]:
    """Give what stands for transactions that differ in one thing each."""
    one = TWIN.format("", "1.00")
    changes = [
        ("", ""), ("2015-03-01", "2015-03-02"), ("甲", "乙"), ('"x"', '"y"'), ("House", "Other"), ("1.00", "1.01"),
        ("1.00 CNY", "1.00 CNY @ 1.00 CNY"), ("1.00 CNY", "1.00 CNY {1.00 CNY}"), ("  Exp", '  contract: "C"\n  Exp'),
    ]  # fmt: skip
    with loaded(one + "".join(one.replace(was, becomes) for was, becomes in changes)) as ledger:
        yield [ledger.lens.subject(voucher, "").content for voucher in range(1, len(changes) + 2)]


def test_what_stands_for_a_transaction_is_all_it_says(contents: list[str]) -> None:
    """And which of its twins it is: from it a baseline knows it again, so it stays what it was in earlier releases."""
    assert len(set(contents)) == len(contents)
    assert contents[0] == "0c4f6ddccd14a5a7"


def test_a_ledger_without_funds_is_refused() -> None:
    """Unless one is declared, or an account opened for one, or a posting has one."""
    desk = '2015-01-01 * "x"\n  Assets:Desk  1.00 CNY\n  Income:Gifts\n'
    for text in (FUND + desk, "2014-01-01 open Assets:F01-A\n" + desk, desk.replace("Gifts", "F01")):
        assert len(rows(text, "vouchers")) == 1
    with pytest.raises(UsageError) as caught:
        rows(desk, "vouchers")
    assert (caught.value.key, caught.value.details) == ("ledger-without-funds", {"path": "ledger.beancount"})
