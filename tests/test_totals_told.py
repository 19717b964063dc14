"""Totals that a file prints: each that is not the sum of its rows is told by its row, and no other is blamed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from commands import Say

ROWS: Final = """\
支付申请编号,支付凭证号,实际支付日期,资金名称,列支科目,付款人账号,收款人全称,收款人账号,用途,凭证摘要,支付金额,银行交易流水号
SQ1,PZ1,2015-04-02,F01,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,100.00,GK1
SQ2,PZ2,2015-04-03,F01,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,200.00,GK2
小计,,,,,,,,,,{first},
SQ3,PZ3,2015-04-07,F01,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,50.00,GK3
SQ4,PZ4,2015-04-08,F01,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,60.00,GK4
{last},,,,,,,,,,{second},
"""

AGREES: Final = "The total the file prints, {}, agrees."


def told(say: Say, book: Path, text: str) -> tuple[list[str], list[dict[str, object]]]:
    """Return what a dry run says of the totals of a file, and the same for a machine."""
    Path("a.csv").write_text(text, "utf-8")
    tried = ("import", "a.csv", "--book", book, "--dry-run", "--as", "treasury-payment")
    said = [line for line in say(*tried).out.splitlines() if "total" in line or "Ask who" in line]
    return said, say(*tried, "--format", "json").json[0]["totals_differing"]


def test_the_row_of_a_wrong_subtotal_is_named(book: Path, say: Say) -> None:
    """And the total of the whole, which is right, is not said to differ by nothing."""
    said, differing = told(say, book, ROWS.format(first="300.01", last="总计", second="410.00"))
    assert said == [
        "a.csv row 4: the total printed, 300.01, is not the sum of its rows, 300.00: it differs by 0.01.",
        "  → Ask who made the file; nothing was repaired.",
        AGREES.format("410.00"),
    ]
    amounts = {"expected": "300.00", "printed": "300.01", "difference": "0.01"}
    assert differing == [{"row": 4, **amounts, "written_out": False, "cumulative": False}]


def test_every_wrong_subtotal_is_named(book: Path, say: Say) -> None:
    """Not only the last; the rows of one are those since the last, or all, whichever is nearer."""
    said, differing = told(say, book, ROWS.format(first="999.00", last="小计", second="110.01"))
    assert [(one["row"], one["expected"]) for one in differing] == [(4, "300.00"), (7, "110.00")]
    assert (len(said), [line for line in said if "agrees" in line]) == (3, [])
    said, differing = told(say, book, ROWS.format(first="300.00", last="小计", second="110.00"))
    assert (said, differing) == ([], [])
    _, differing = told(say, book, ROWS.format(first="300.00", last="总计", second="111.00"))
    assert [(one["row"], one["expected"]) for one in differing] == [(7, "410.00")]


def test_subtotals_alone_agree_without_a_total(book: Path, say: Say) -> None:
    """The page that is proposed is told so, and no empty total."""
    rows = "Day,Supplier name,Amount,Doc No\n13/01/2015,A Ltd,1.00,N1\n14/01/2015,B Ltd,2.50,N2\n"
    rows += "15/01/2015,C Ltd,3.50,N3\n"
    Path("a.csv").write_text(f"{rows},,7.00,\n16/01/2015,D Ltd,50.25,N4\n", "utf-8")
    made = say("formats", "new", "a.csv", "--book", book, "--set", "unit=元", "--anyway")
    assert (made.code, "The totals the file prints, each of some of its rows, agree." in made.out) == (0, True), (
        made.err
    )
    assert ", ," not in made.out


@pytest.mark.parametrize(("words", "digits", "expected"), [
    ("叁佰元整", "410.00", ["written out (大写), 300.00, is not the sum of its rows, 410.00"]),
    ("肆佰壹拾元整", "411.00", ["printed, 411.00, is not the sum of its rows, 410.00"]),
    ("肆佰壹拾元整", "410.00", []),
])  # fmt: skip
def test_a_total_that_is_written_out_is_told_as_such(
    book: Path, say: Say, words: str, digits: str, expected: list[str]
) -> None:
    """What differs is the words or the digits, and what agrees is not blamed for the other."""
    text = ROWS.format(first="300.00", last=f"合计（大写）：{words}", second=digits)
    said, differing = told(say, book, text)
    wrong = [line for line in said if "is not the sum" in line]
    assert len(wrong) == len(expected) == len(differing)
    assert all(part in line for part, line in zip(expected, wrong, strict=True))
    assert [one["written_out"] for one in differing] == ["written" in part for part in expected]
    assert (AGREES.format("410.00") in said) is (digits == "410.00")


def test_words_below_the_digits_are_not_the_total(book: Path, say: Say) -> None:
    """What the digits say is kept as the total of the file."""
    text = ROWS.format(first="300.00", last="总计", second="410.00") + "合计（大写）：叁佰元整,,,,,,,,,,,\n"
    said, differing = told(say, book, text)
    assert [(one["row"], one["written_out"]) for one in differing] == [(8, True)]
    assert said[-1] == AGREES.format("410.00")


def test_a_total_of_both_sides_is_compared_by_what_it_comes_to(tmp_path: Path) -> None:
    """Of a statement what came in counts above zero; a total above its rows is compared with all of them."""
    head, *rows = ("交易日期,收入金额,支出金额,对方户名", "2015-05-01,5.00,,甲", "2015-05-02,,2.00,乙")
    for at, text in ((4, [head, *rows, "合计,5.00,2.01,"]), (2, [head, "合计,5.00,2.01,", *rows])):
        (tmp_path / "a.csv").write_text("\n".join([*text, ""]), "utf-8")
        reading = Importer(PAGES["bank-two-columns"]).candidates(tmp_path / "a.csv")
        assert len(list(reading)) == 4
        (one,) = reading.differing_of("")
        assert (one.row, one.printed, one.expected, one.difference) == (at, 299, 300, -1)
