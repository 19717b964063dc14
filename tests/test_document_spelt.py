"""A document under a number that is not the registered one: in other brackets, or a wrong one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from clerk import before_a_book
from quotas import CHART, controlled

if TYPE_CHECKING:
    import pytest

    from commands import Say
    from shelf import Shelf


def test_one_document_in_other_brackets(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """It gives nothing again by any road, is told where it is only named, and its cash goes back with its quota."""
    both = controlled(date(2015, 1, 1), CHART)
    with before_a_book(shelf, "sqlite", both, monkeypatch):
        sums = ("--fund", "F01", "--amount", "1000", "--date", "2015-02-01")
        assert say("document", "receive", "财农〔2015〕1号", *sums, "--level", "central").code == 0
        for one in ("财农[2015]1号", "财农（2015）1号", "财农 ﹝２０１５﹞1 号", "财农【2015】1号"):
            for words in (
                ("document", "receive", one, *sums, "--level", "central"),
                ("document", "receive", "县1号", *sums, "--level", "county", "--upper", one),
                ("document", "enter", one, "--level", "central"),
                ("quota", "receive", *sums, "--document", one),
                ("quota", "supplement", "F01-Q00001", *sums[2:], "--document", one),
                ("quota", "receive", *sums, "--document", "县1号", "--upper-document", one),
            ):
                told = say(*words)
                assert (told.code, f"{one} is known already, as 财农〔2015〕1号" in told.err) == (2, True), words
        assert say("document", "enter", "财农〔2015〕11号", "--level", "central").code == 0
        assert say("quota", "receive", *sums, "--document", "县3号", "--upper-document", "财农〔2014〕3号").code == 0
        again = (*sums[:2], "--amount", "1", *sums[4:], "--document", "县3号", "--upper-document", "财农[2014]3号")
        for way in (
            ("document", "enter", "财农[2014]3号", "--amount", "100", "--level", "central"),
            ("document", "enter", "县4号", "--level", "county", "--upper", "财农[2014]3号"),
            ("quota", "receive", *again),
        ):
            told = say(*way)
            assert (told.code, "财农[2014]3号 is known already, as 财农〔2014〕3号" in told.err) == (2, True), way
        assert say("document", "enter", "县5号", "--level", "county", "--upper", "财农〔2013〕5号").code == 0
        assert say("document", "enter", "财农[2013]5号", "--level", "central", "--amount", "1").code == 2
        arrived = say("post", "--kind", "transfer-received", *sums, "--document", "财农[2015]1号")
        assert (arrived.code, "财农[2015]1号 is 财农〔2015〕1号 but for its brackets" in arrived.out) == (0, True)
        assert "财农[2015]1号 与已有的 财农〔2015〕1号 只差括号" in arrived.out
        assert say("document", "receive", "财农〔2015〕2号", *sums, "--level", "central").code == 0
        for line, whole in (("F01-Q00002", False), ("F01-Q00001", True)):
            back = ("--amount", "600", "--document", "收回1号", "--date", "2015-12-01")
            told = say("quota", "reclaim", line, *back)
            assert (told.code, "and 0.00 in cash" not in told.out) == (0, whole), told


def test_a_receipt_is_put_on_its_document(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """Also where its money is spent, and under its bank reference: in red and anew as one act, as the finding says."""
    with before_a_book(shelf, "sqlite", controlled(date(2015, 1, 1), CHART), monkeypatch):
        sums, day = ("--fund", "F01", "--amount", "1000"), ("--date", "2015-02-01")
        put = ("rebook", "F01-2015-000003", "--wrong", "record", "--document")
        for words in (
            ("document", "receive", "财农〔2015〕1号", *sums, *day, "--level", "central", "--use", "0601=1000"),
            ("post", "--kind", "transfer-received", *sums, *day, "--document", "财农〔2015〕8号", "--bank-ref", "A1"),
            ("post", *sums, "--use", "0601", "--payee", "甲公司", *day, "--bank-ref", "A2"),
        ):
            assert say(*words).code == 0, words
        found = say("check", "--only", "source-document-missing")
        assert (found.code, "fundtrack rebook VOUCHER --wrong record --document NUMBER" in found.out) == (1, True)
        assert say(*put, "财农〔2015〕8号", *day).code == 2
        assert say(*put, "财农〔2015〕1号", *day).code == 0
        assert say("check", "--only", "source-document-missing", "--only", "duplicate-payment").code == 0
