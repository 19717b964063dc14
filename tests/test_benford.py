"""Benford's first digits: against figures worked out by hand, and said as a lead with what stands against it."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest

from books import post_payment, small_book
from fundtrack.ledger import publish
from fundtrack.reporting.benford import CRITICAL, benford, digits

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say

BY_HAND: Final = {1: 301, 2: 176, 3: 125, 4: 97, 5: 79, 6: 67, 7: 58, 8: 51, 9: 46}
"""Benford's shares of a thousand amounts, rounded: log10(2) = 0.30103 and so on."""

SPREAD: Final = [10**power for power in range(5)]


def spread(counts: dict[int, int]) -> list[tuple[int, int]]:
    """Return amounts with these first digits, all different, over five orders of magnitude."""
    return sorted(
        (int(f"{digit}{at // 5:04d}") * SPREAD[at % 5], 1) for digit, count in counts.items() for at in range(count)
    )


def test_what_conforms() -> None:
    """A thousand amounts as Benford has them: the deviations are those of rounding to thousandths."""
    table = digits("", spread(BY_HAND))
    assert [(one.digit, one.occurs) for one in table.digits] == list(BY_HAND.items())
    assert table.digits[0].expected.quantize(Decimal("0.00000001")) == Decimal("0.30103000")
    assert table.digits[8].expected.quantize(Decimal("0.00000001")) == Decimal("0.04575749")
    assert table.deviation < Decimal("0.0003")
    assert table.conformity == "close"
    assert table.cautions == ()
    assert sum((one.expected for one in table.digits), Decimal()).quantize(Decimal("0.0000000001")) == 1


def test_what_does_not_conform_by_hand() -> None:
    """Every digit equally often: MAD (0.18992 + 0.06498 + 0.01383)·2/9, chi-square 100/9·Σ(1/p) - 900."""
    table = digits("", spread(dict.fromkeys(range(1, 10), 100)))
    assert table.deviation.quantize(Decimal("0.00001")) == Decimal("0.05972")
    assert table.chi_square.quantize(Decimal("0.1")) == Decimal("361.5")
    assert table.chi_square > CRITICAL
    assert table.conformity == "none"


@pytest.mark.parametrize(("moved", "conformity"), [(20, "close"), (30, "acceptable"), (58, "marginal"), (70, "none")])
def test_the_ranges(moved: int, conformity: str) -> None:
    """Amounts moved from 1 to 9, by thousandths: the mean deviation is two ninths of them."""
    table = digits("", spread(BY_HAND | {1: 301 - moved, 9: 46 + moved}))
    assert abs(table.deviation - Decimal(2 * moved) / 9000) < Decimal("0.0003")
    assert table.conformity == conformity


def test_when_it_says_nothing() -> None:
    """Too few, a standard that sets the amounts, one order of magnitude: each is said; none where none is so."""
    assert digits("", spread(BY_HAND)).cautions == ()
    assert digits("", [(1, 499)]).cautions == ("few", "repeated", "narrow")
    assert digits("", [(1, 500)]).cautions == ("repeated", "narrow")
    assert digits("", [*spread(BY_HAND), (1_600_000, 333)]).cautions == ()
    assert digits("", [*spread(BY_HAND), (1_600_000, 340)]).cautions == ("repeated",)
    assert digits("", [(amount, 1) for amount in range(1000, 9999)]).cautions == ("narrow",)


def test_book_and_ledger_agree(book_dir: Path, database_url: URL) -> None:
    """By fund and of all, on either engine and from the published ledger."""
    book = small_book(book_dir, database_url)
    for at in range(1, 20):
        post_payment(book, "F01", "0601", 777 * at, on=dt.date(2015, 3, at))
        post_payment(book, "F03", "0603", 777 * at, on=dt.date(2015, 3, at))
    publish(book)
    for by_fund in (False, True):
        found = benford(book, by_fund=by_fund).record()
        assert found == benford(book.folder / "ledger", by_fund=by_fund).record()
        assert [table["amounts"] for table in found["tables"]] == ([20, 19] if by_fund else [39])
    ones = sum(str(777 * at)[0] == "1" for at in range(1, 20))
    assert found["tables"][1]["digits"][0]["count"] == ones
    assert found["finding"] is False
    book.engine.dispose()


def test_printed_as_a_lead(book: Path, say: Say) -> None:
    """In both languages, or that of the ledger, exit code 0 whatever the digits, as JSON and CSV too."""
    english = say("--book", book, "benford")
    assert english.code == 0
    assert "A lead where to look, not a finding" in english.out
    assert "Fewer than 500" in english.out
    chinese = say("--book", book, "benford", "--by", "fund", "--lang", "zh").out
    assert "仅为线索，不是疑点" in chinese
    assert "█" in chinese
    assert say("--book", book, "publish", "--lang", "zh").code == 0
    for order, told in (("check", "疑点"), ("benford", "仅为线索"), ("sample", "累计金额")):
        drawn = ("--size", "1", "--seed", "s") if order == "sample" else ()
        answer = say(order, book / "ledger", *drawn)
        assert told in answer.out, answer
        assert told not in say(order, book / "ledger", *drawn, "--lang", "en").out
    (table,) = say("--book", book, "benford", "--format", "json").json["tables"]
    assert (table["amounts"], table["digits"][5]["count"], table["digits"][5]["share"]) == (1, 1, "1.000000")
    assert say("--book", book, "benford", "--format", "csv").out.splitlines()[6] == ",6,1,1.000000,0.066947,0.933053"
    assert say("--book", book, "benford", "--by", "use").code == 2
    assert say("--book", book, "benford", "-o", "x.csv").code == 2


def test_charts(book: Path, say: Say) -> None:
    """A page that needs nothing from anywhere, and a workbook whose chart is Excel's own over the cells beside it."""
    assert say("--book", book, "benford", "--by", "fund", "--lang", "zh", "-o", "digits.html").code == 0
    page = (book.parent / "digits.html").read_text("utf-8")
    assert page.count("<rect") == 9
    assert "<svg" in page
    assert "http" not in page
    assert "仅为线索" in page
    assert say("--book", book, "benford", "--by", "fund", "-o", "digits.xlsx").code == 0
    file = book.parent / "digits.xlsx"
    sheet = openpyxl.load_workbook(file)["F01"]
    assert [cell.value for cell in sheet[7]][:3] == [6, 1, 1]
    with zipfile.ZipFile(file) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert "<barChart>" in chart
    assert "<lineChart>" in chart
    assert "$C$2:$C$10" in chart
