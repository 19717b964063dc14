"""Days without a year on a bank's statement: the period that it states says which, or they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fundtrack.importing import Importer
from test_importers import PAGES

if TYPE_CHECKING:
    from pathlib import Path

CARD = "交易日,记账日,交易摘要,人民币金额"


def days(tmp_path: Path, above: str, *said: str) -> list[str]:
    """Return the days of the rows of a card's statement, or why they wait."""
    path = tmp_path / "card.csv"
    path.write_text(
        "\n".join([f"招商银行信用卡对账单 {above}", CARD, *(f"{day},{day},商户,1.00" for day in said)]), "utf-8"
    )
    found = [row for row in Importer(PAGES["card-statement"]).candidates(path) if row.state == "data"]
    return [str(row.candidate.date) if row.candidate else row.problems[0].key for row in found]


@pytest.mark.parametrize("said", ["12/30", "1230", "12月30日", "12-30"])
def test_a_day_without_its_year_is_of_the_year_of_the_period(tmp_path: Path, said: str) -> None:
    """However both are written; over new year the month decides, also of what was booked a month later."""
    for above in (
        "账单周期：2014/12/06-2015/01/05",
        "账单周期,2014年12月6日至2015年1月5日",
        "对账期间：20141206—20150105",
        "账单周期 2014-12-06 ～ 2015-01-05 到期还款日 2015-01-23",
    ):
        assert days(tmp_path, above, said, "01/02", "11/29") == ["2014-12-30", "2015-01-02", "2014-11-29"], above


@pytest.mark.parametrize(
    ("above", "said", "got"),
    [
        ("", "12/30", "date-no-year"),
        ("账单日：2015-01-05", "12/30", "date-no-year"),
        ("2014/12/06-2015/01/05，上期 2014/11/06-2014/12/05", "12/30", "date-no-year"),
        ("2015/01/05-2014/12/06", "12/30", "date-no-year"),
        ("2014/12/06-2015/01/05", "03/30", "date-no-year"),
        ("2014/01/01-2014/12/31", "12/30", "date-no-year"),
        ("2014/01/01-2014/12/31", "11/30", "2014-11-30"),
        ("2014/12/06-2015/01/05", "02/30", "date-no-year"),
        ("2015/02/06-2015/03/05", "02/30", "date-impossible"),
        ("2014/12/06-2015/01/05", "2015-01-03", "2015-01-03"),
        ("2014/12/06-2015/01/05", "2015", "date-year"),
    ],
)
def test_where_the_year_is_not_said_or_two_are_possible_the_row_waits(
    tmp_path: Path, above: str, said: str, got: str
) -> None:
    """A whole year has one December in it, and the one before may be meant as well; a whole date needs no period."""
    assert days(tmp_path, above, said, "2014-12-31")[0] == got


def test_where_the_month_may_stand_second_a_day_has_its_year(tmp_path: Path) -> None:
    """05/01 under Date is in January or in May."""
    path = tmp_path / "a.csv"
    path.write_text(
        "Statement 2015-01-01 to 2015-02-28\nDate,Amount,Balance,Description\n05/01,-1.00,9.00,A Ltd\n", "utf-8"
    )
    (row,) = (row for row in Importer(PAGES["bank-signed"]).candidates(path) if row.state == "data")
    assert [error.key for error in row.problems] == ["date-unreadable"]
