"""What the vouchers of a ledger claim: from which file they came, which twin they are, when their money moved."""

from __future__ import annotations

from typing import Final

import pytest

from fundtrack.checking.lens import Origin, Subject
from fundtrack.ledger.batches import identity
from staging import FUND, loaded, rows
from test_staged_vouchers import TWIN

IMPORTED: Final = """
2015-03-01 custom "batch" "1"
  file: "water.xlsx"
  sheet: "一月"
  sha256: "aa"
2015-03-01 custom "batch" "2"
  file: "water.xlsx"
  sheet: "二月"
  sha256: "aa"
2015-03-01 custom "batch" "3"
  file: "twice.csv"
  sha256: "bb"
2015-03-01 custom "batch" "4"
  file: "twice.csv"
  sha256: "cc"
2015-03-02 custom "register" "death"
  person: "110"
  date: 2015-01-01
  source: "water.xlsx"
  sheet: "一月"
  row: 3
2015-03-03 * "published"
  voucher: "F01-2015-000001"
  source: "water.xlsx"
  sheet: "二月"
  row: 5
  Assets:F01:Bank  0 CNY
2015-03-04 * "of one of two files"
  voucher: "F01-2015-000002"
  source: "twice.csv"
  row: "last"
  Assets:F01:Bank  0 CNY
2015-03-05 * "of a file that nobody tells of"
  voucher: "F01-2015-000003"
  source: "other.csv"
  row: 7
  Assets:F01:Bank  0 CNY
2015-03-06 * "of no published ledger"
  source: "water.xlsx"
  row: 5
  Assets:F01:Bank  0 CNY
"""


def test_what_was_imported_says_from_where() -> None:
    """The file, its sheet and row, and the hash of the file where the name stands for one; an import, its file."""
    with loaded(FUND + IMPORTED) as ledger:
        asked = [(1, ""), (2, ""), (3, ""), (4, ""), (0, "death 1")]
        assert [ledger.lens.subject(*one).came_from for one in asked] == [
            Origin("water.xlsx", "二月", 5, "aa"), Origin("twice.csv", "", 0, ""), Origin("other.csv", "", 7, ""),
            Origin(), Origin("water.xlsx", "一月", 3, "aa"),
        ]  # fmt: skip
        for number, line, file, sheet, sha256 in ((1, 3, "water.xlsx", "一月", "aa"), (4, 14, "twice.csv", "", "cc")):
            assert ledger.lens.subject(0, f"batch {number}") == Subject(
                file="ledger.beancount", line=line, content=identity({"file": file, "sheet": sheet, "sha256": sha256}),
                came_from=Origin(file, sheet, 0, sha256),
            )  # fmt: skip


RED: Final = """
2015-01-05 * "甲" "paid"
  voucher: "F01-2015-000001"
  Expenses:F01:House  5.00 CNY
  Assets:F01:Bank
2015-02-05 * "甲" "taken back"
  voucher: "F01-2015-000002"
  reverses: "F01-2015-000001"
  Expenses:F01:House  -5.00 CNY
  Assets:F01:Bank
2015-03-05 * "甲" "in its place"
  voucher: "F01-2015-000003"
  link: "F01-2015-000002"
  Expenses:F01:Road  5.00 CNY
  Assets:F01:Bank
"""


def test_what_stands_in_the_place_of_a_payment_moved_when_it_did() -> None:
    """It is of one bill with the red voucher; and that is of the kind of what it takes back."""
    assert rows(RED, "vouchers", "kind", "moved") == [
        ("disbursement", "2015-01-05"), ("disbursement", "2015-02-05"), ("disbursement", "2015-01-05"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "said", "moved"),
    [
        (" #adjustment", "", "2015-01-05"), ("", '  kind: "adjustment"\n', "2015-01-05"),
        (" #disbursement", "", "2015-04-05"), ("", '  kind: "refund"\n', "2015-04-05"),
    ],
)  # fmt: skip
def test_an_adjustment_moved_when_what_it_cites_did(tag: str, said: str, moved: str) -> None:
    """Whether its tag or its metadata say that it is one; whatever else cites a payment is of its own day."""
    text = f'{RED}2015-04-05 * "甲" "to another use"{tag}\n{said}  cites: "F01-2015-000001"\n'
    text += "  Expenses:F01:Well  5.00 CNY\n  Expenses:F01:House\n"
    assert rows(text, "vouchers", "moved")[-1] == (moved,)


def test_an_adjustment_of_an_earlier_ledger_moved_nobody_knows_when() -> None:
    """Its day is empty in a ledger that is not whole, wherever it stands; in a whole one, its own."""
    adjusted = '2015-01-04 * "甲" "x" #adjustment\n  cites: "F01-2014-000001"\n'
    adjusted += "  Expenses:F01:Well  5.00 CNY\n  Expenses:F01:House\n"
    for after in ("", RED[: RED.index("2015-02-05")]):
        text = adjusted + after
        assert rows(text, "vouchers", "moved", "moved_day", whole=False)[0] == ("", 0)
        assert rows(text, "vouchers", "moved", "moved_day")[0] == ("2015-01-04", 735602)


def test_which_twin_a_voucher_says_it_is_counts() -> None:
    """Though it has no number."""
    assert rows(TWIN.format("  occurrence: 7\n", "1.00"), "vouchers", "occurrence") == [(7,)]
