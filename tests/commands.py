"""Giving commands to fundtrack in the process of the tests, and the small book that they are about."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from unittest import mock

import pytest

import books
from fundtrack import cli

CHART: Final = Path("ledger") / "chart.beancount"

PAYMENTS: Final = """\
支付申请编号,支付凭证号,实际支付日期,资金名称,项目名称,本级指标文号,列支科目,付款人账号,收款人全称,收款人账号,用途,凭证摘要,支付金额,银行交易流水号
SQ1,PZ1,2015-04-02,F01,老乡家园,阳财农〔2015〕12号,F01-0601,45001234560001,某建筑公司,6222020200001111222,进度款,,"1,250,000.00",GK1
SQ2,PZ2,2015-04-03,F03,,,F03-0699,45001234560001,那满镇财政所,6222020200001111222,补助,,18000.00,GK2
合计,,,,,,,,,,,,1268000.00,
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever JSON says
        """What it printed, for a machine."""
        return json.loads(self.out)


class Say(Protocol):
    """Gives a command to fundtrack."""

    def __call__(self, *args: str | Path, typed: str | None = None) -> Answer:
        """Run it; `typed` is what a person at a terminal types."""


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def commands(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return the command line in a folder, without the start of a process; a crash fails the test."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    language = dict.fromkeys(("LC_ALL", "LANG"), "C.UTF-8")

    def run(*args: str | Path, typed: str | None = None) -> Answer:
        monkeypatch.setattr(sys, "argv", ["fundtrack", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.StringIO() if typed is None else Terminal(typed))
        with mock.patch.dict(os.environ, language), pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Answer(end.value.code, printed.out, printed.err)

    return run


def closed_book(folder: Path) -> Path:
    """Make the small book in a folder, to be copied."""
    books.small_book(folder).engine.dispose()
    (folder / CHART).write_text(books.CHART, "utf-8")
    return folder


def payments_file(folder: Path) -> Path:
    """Write a file of the treasury: a sound payment, one for a use that does not exist, and a total."""
    path = folder / "payments.csv"
    path.write_text(PAYMENTS, "gb18030")
    return path


def in_both_languages(text: str) -> bool:
    """Say whether a text has English and Chinese words."""
    return any("a" <= character <= "z" for character in text) and any("一" <= character <= "龥" for character in text)
