"""Which line pays: what is said of the one that a payment names, and of those among which it may choose."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from clerk import after, run
from quotas import CHART, controlled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Say
    from fundtrack.book import Book
    from shelf import Shelf

ALLOTTED: Final = """
quota receive --fund F01 --amount 1000 --document 县1号 --date 2015-01-10
post --kind transfer-received --fund F01 --amount 1000 --date 2015-01-12
quota allot F01-Q00001 --use 0601 --project P01 --amount 700 --document 县3号 --date 2015-01-21
"""


@pytest.fixture
def book(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say) -> Iterator[Book]:
    """Give a book with one line, of a project."""
    with after(ALLOTTED, shelf, "sqlite", controlled(date(2015, 1, 1), CHART), monkeypatch, say) as made:
        yield made


@pytest.mark.usefixtures("book")
def test_a_payment_without_its_project_is_told_the_line_that_would_do(say: Say) -> None:
    """Of which project each line is, what a line that is named is for, and among which a payment may choose."""
    pay = ("post", "--fund", "F01", "--use", "0601", "--amount", "1", "--payee", "乙", "--date", "2015-06-01")
    told = {"en": "F01-Q00002 is for project P01: say --project P01. Receive",
            "zh": "指标 F01-Q00002 属项目 P01，由其支付的请写 --project P01。先下达"}  # fmt: skip
    refused = say(*pay)
    assert refused.code == 1
    assert all(one in refused.err for one in told.values()), refused.err
    assert all(one in say(*pay, "--quota", "f01-q00002").err for one in told.values())  # it does name a line
    assert say(*pay, "--project", "P01").code == 0
    other = "属 2015 年度，用途 0601，项目 P01，不能支付本笔。"
    for said, en, zh in (
        ("--quota F01-Q00099", "There is no quota line F01-Q00099. Perhaps one of F01-Q00002", "没有指标 F01-Q00099。"),
        ("--quota F01-Q00001", "F01-Q00001 is not allotted to a use. ", "F01-Q00001 尚未分配到用途。"),
        ("--quota F01-Q00002 --date 2016-06-01",
         "F01-Q00002 is for use 0601, project P01, of 2015: it does not pay this. Receive", other),
        ("--quota F01-Q00002 --use 0602", "F01-Q00002 is for use 0601, project P01, of 2015: ", other),
    ):  # fmt: skip
        refused = say(*pay, "--project", "P01", *said.split())
        assert refused.code == 1
        assert en in refused.err, refused.err
        assert zh in refused.err
    run(say, "quota allot F01-Q00001 --use 0601 --project P01 --amount 1 --document 县6号 --date 2015-06-01")
    refused = say(*pay, "--project", "P01")
    assert "What pays it: F01-Q00002, F01-Q0000" in refused.err
    assert "可支付本笔的指标：F01-Q00002, F01-Q0000" in refused.err
    assert say(*pay, "--project", "P01", "--quota", "F01-Q00002").code == 0
