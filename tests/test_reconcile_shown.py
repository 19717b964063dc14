"""The reconciliation as people and programs get it: tables, files, exit codes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fundtrack.book import create_book
from fundtrack.book.policy import apply_chart
from statements import BEGIN, TWO_BANKS, Moved, lines_of
from test_reconcile import END, made

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say


def test_how_it_is_shown(say: Say, tmp_path: Path) -> None:
    """As a table in both languages, for programs, and in files; the exit code says whether anything is to be done."""
    book = create_book(tmp_path / "book", title="x", language="en")
    apply_chart(book, TWO_BANKS, by="founder", document="x")
    paid = [Moved(5, 30_00, "甲公司", "G1"), Moved(8, 20_00, "乙公司", "G2")]
    made(book, paid, lines_of(paid[:1]))
    book.engine.dispose()
    at = ("reconcile", "B01", "--book", "book", "--to", (BEGIN + timedelta(9)).isoformat())
    table = say(*at)
    assert (table.code, table.out.count("F01-2015-000003")) == (0, 1)
    zh = say(*at, "--lang", "zh").out
    for words in ("银行存款余额调节表", "银行已收、单位未收", "银行已付、单位未付", "单位已收、银行未收",
                  "单位已付、银行未付", "调节后日记账余额", "调节后对账单余额", "在途未达"):  # fmt: skip
        assert words in zh
    said = say(*at, "--format", "json").json
    assert (said["difference"], said["adjusted_book"], said["totals"]["book_out"]) == (
        "0.00",
        said["adjusted_bank"],
        "20.00",
    )
    assert [one["item"] for one in said["book_out"]] == ["F01-2015-000003"]
    assert say(*at, "--format", "csv").out.startswith("row,item,date,ref,party,amount,age,reason\nBalance of the book,")
    for suffix in ("xlsx", "html", "csv"):
        assert say(*at, "-o", f"x.{suffix}").code == 0
        assert (tmp_path / f"x.{suffix}").stat().st_size > 100
    assert say(*at[:-1], END.isoformat()).code == 1
    assert say(*at[:-1], END.isoformat(), "--from", BEGIN.isoformat(), "--format", "json").json["met"]
    for wrong in (("reconcile", "B01"), ("reconcile", "B09", "--to", "2015-01-31"), ("reconcile", "B01", "do"),
                  ("reconcile", "B01", "--to", "2015-01-31", "--from", "2015-02-01")):  # fmt: skip
        assert say(*wrong, "--book", "book").code == 2
