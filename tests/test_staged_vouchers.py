"""What the transactions of a ledger from anywhere become, row by row as checks select it, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.errors import UsageError
from staging import FUND, loaded, only, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fundtrack.errors import Language

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
    "voucher_number": "F01-2015-000007", "moved": "2015-02-03", "moved_day": 735632,
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


def test_a_voucher_that_says_nothing() -> None:
    """Has its day and itself for a link; a link that is no project is none."""
    text = '2014-01-01 custom "project" "P01"\n2015-02-03 * ^P09 #note\n  Assets:F01:Bank  0 CNY\n'
    assert only(text, "vouchers") == {
        "voucher": 1, "date": "2015-02-03", "day": 735632, "year": 2015, "period": 2, "link": 1, "fund": "F01",
        "moved": "2015-02-03", "moved_day": 735632, "occurrence": 1, "chart": 1,
    }  # fmt: skip


def test_a_transaction_without_postings_has_no_fund() -> None:
    """And is a voucher all the same."""
    assert rows(f'{FUND}2015-02-03 * "x"\n', "vouchers", "voucher", "fund", "narration") == [(1, "", "x")]


def test_versions_and_twins_of_published_vouchers() -> None:
    """A published one says its version and which twin it is, if it is not the first; what is not published cannot."""
    number = '  voucher: "F01-2015-00000{0}"\n'
    text = '2015-04-01 custom "use-since" Expenses:F01-A:0602-Road "ended" 5\n'
    text += "".join(TWIN.format(said, "1.00") for said in (
        number.format(1) + "  chart: 1\n", number.format(2), "  chart: 1\n", "  chart: 1\n",
    ))  # fmt: skip
    assert rows(text, "vouchers", "chart", "occurrence") == [(1, 1), (5, 1), (5, 1), (5, 2)]


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
        ('reverses: "F01-2015-000099"', False, 0, 0),
        ('reverses: "V99"', False, 0, 0),
        ('reverses: ""', False, 0, 0),
        ('cites: "F01-2015-000007"', True, 0, 2),
        ('cites: "F01-2014-000009"', True, 0, 0),
        ('cites: "F01-2014-000009"', False, 0, -1),
        ('cites: "F01-2015-000099"', False, 0, 0),
        ('note: ""', False, 0, 0),
    ],
)
def test_what_a_voucher_reverses_and_cites(claim: str, whole: bool, reverses: int, cites: int) -> None:  # noqa: FBT001 - a table
    """What is there and is negated; what is not there may stand in another ledger, unless this is all of it."""
    said = rows(CLAIMING.format(claim=claim), "vouchers", "reverses", "cites", whole=whole)
    assert said[-1] == (reverses, cites)


def test_what_spends_takes_nothing_back_that_nobody_can_look_up() -> None:
    """Or any payment could be hidden behind a number of last year; what charges no use may be of last year."""
    spends = PAID.replace("  chart: 1\n", '  reverses: "F01-2014-000009"\n')
    assert rows(spends, "vouchers", "reverses", whole=False)[-1] == (0,)
    lends = spends.replace("Expenses:F01-A:0601-House", "Assets:F01-A:1201-Advances")
    assert rows(lends, "vouchers", "reverses", whole=False)[-1] == (-1,)


MOVED: Final = {
    "disbursement": ("Expenses:F01-A:House", "Assets:F01-A:Bank"),
    "refund": ("Assets:F01-A:Bank", "Expenses:F01-A:House"),
    "verification": ("Expenses:F01-A:House", "Assets:F01-A:Advances"),
    "advance": ("Assets:F01-A:Advances", "Assets:F01-A:Bank"),
    "refund of an advance": ("Assets:F01-A:Bank", "Assets:F01-A:Advances"),
    "transfer-received": ("Assets:F01-A:Bank", "Income:F01-A:Grants"),
    "interest": ("Assets:F01-A:Bank", "Income:F01-A:4002-Interest"),
    "loan": ("Assets:F01-A:Due-from", "Assets:F01-A:Bank"),
    "loan taken": ("Assets:F01-A:Bank", "Liabilities:F01-A:2201-Due"),
    "loan between two": ("Assets:F01-A:Due-from", "Liabilities:F01-A:2201-Due"),
    "repayment": ("Assets:F01-A:Bank", "Assets:F01-A:Due-from"),
    "repayment made": ("Liabilities:F01-A:2201-Due", "Assets:F01-A:Bank"),
    "repayment between two": ("Liabilities:F01-A:2201-Due", "Assets:F01-A:Due-from"),
    "": ("Assets:F01-A:Bank", "Assets:F01-A:Till"),
}


@pytest.mark.parametrize(("kind", "accounts"), MOVED.items(), ids=MOVED)
def test_what_says_no_kind_is_what_its_accounts_show(kind: str, accounts: tuple[str, str]) -> None:
    """And what takes it back is of the same kind, whatever stands in it besides that moves nothing."""
    said, *_ = kind.split(" ")
    opened = '2014-01-01 open Income:F01-A:4002-Interest CNY\n  kind: "interest"\n'
    opened += '2014-01-01 open Liabilities:F01-A:2201-Due CNY\n  kind: "due-to"\n'
    legs = "  {0}  {2}1.00 CNY\n  Assets:F01-A:Advances  0.00 CNY\n  {1}\n"
    text = f'{FUND}{opened}2015-01-01 * "x"\n  voucher: "V1"\n{legs.format(*accounts, "")}'
    text += f'2015-01-02 * "x"\n  reverses: "V1"\n{legs.format(*accounts, "-")}'
    assert rows(text, "vouchers", "kind", "reverses") == [(said, 0), (said, 1)]


def test_nothing_reverses_itself() -> None:
    """A transaction of nothing negates itself, and is no reversal."""
    text = '2015-01-01 * "x"\n  voucher: "V1"\n  reverses: "V1"\n  Assets:F01-A:1001-Bank  0.00 CNY\n'
    assert rows(text, "vouchers", "reverses", "number", "voucher_number") == [(0, 0, "V1")]
    assert rows(text, "postings", "leg", "amount") == [(0, 0)]


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


def test_a_cost_is_a_weight() -> None:
    """As Beancount weighs it, at the decimals that the product has."""
    text = '2015-01-06 * "x"\n  Assets:F01:Houses  3 HOUSE {1.2345 CNY}\n  Assets:F01:Bank  -3.70 CNY\n'
    said = rows(text, "postings", "line", "unit", "amount", "weight_unit", "weight")
    assert sorted(said) == [(1, "HOUSE", 3, "CNY", 37035), (2, "CNY", -37000, "CNY", -37000)]


def test_amounts_that_no_integer_holds() -> None:
    """Are refused with the ledger's name."""
    with pytest.raises(UsageError) as caught:
        rows(f'2015-01-06 * "x"\n  Assets:F01:Bank  1{"0" * 40} CNY\n  Income:F01:In\n', "vouchers")
    assert (caught.value.key, caught.value.details["path"]) == ("ledger-amounts", "ledger.beancount")


def test_an_audit_says_every_amount_exactly() -> None:
    """Each unit at its own decimals."""
    with loaded(LEGS) as ledger:
        assert ledger.lens.scales == {"CNY": 3, "USD": 0}


def test_how_things_are_named() -> None:
    """Accounts as they are written, funds and projects as they are declared, in either language if only one is said."""
    text = f'{FUND}  name: "Move"\n  name-zh: "搬迁"\n2014-01-01 custom "fund" "F02"\n{PAID}'
    text += "2014-01-06 open Expenses:F01-A:0602-Road CNY\n"
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
        assert rows(text, "vouchers", "fund") == [("F01" if "Income:F01" in text else "",)]
    with pytest.raises(UsageError) as caught:
        rows(desk, "vouchers")
    assert (caught.value.key, caught.value.details) == ("ledger-without-funds", {"path": "ledger.beancount"})
