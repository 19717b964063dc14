"""Who commits or pays beyond a contract on register is told at once; one that nobody entered limits nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from clerk import before_a_book
from fundtrack.schema import dialect
from kill import HEADER, payment
from quotafiles import bound_row, file_of
from quotas import CHART, controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Answer, Say
    from shelf import Shelf

CONTRACTS: Final = """\
合同台账,,,,,,,,,单位：元
合同编号,变更编号,项目名称,甲方,乙方,签订日期,合同金额,质保金,预付款,采购方式
HT-1,,老乡家园,住建局,甲公司,2015-01-20,500,,,公开招标
"""

PAID: Final = "\n".join(map(",".join, (HEADER, payment("9", date(2015, 6, 1), "F01", 4000))))
"""A file of one payment, whose reference is GK9."""


def found(answer: Answer) -> list[str]:
    """Return the checks that an act told of."""
    assert answer.code == 0, answer
    return [one for one in ("over-contract", "committed-beyond-contract") if one in answer.out]


@pytest.mark.parametrize("engine", ENGINES)
def test_told_when_it_is_posted(
    shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say, tmp_path: Path
) -> None:
    """To the fen; what came back may be paid again, whatever its refund says, and what was found is not told twice."""
    (tmp_path / "contracts.csv").write_text(CONTRACTS, "utf-8")
    (tmp_path / "paid.csv").write_text(PAID, "gb18030")
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1), CHART), monkeypatch):

        def day(month: int) -> tuple[str, str]:
            return "--date", f"2015-0{month}-01"

        def pay(amount: str, month: int, *said: str) -> Answer:
            paid = ("--fund", "F01", "--use", "0601", "--payee", "甲公司", "--amount", amount)
            return say("post", *paid, *day(month), *said)

        for words in (
            ("quota", "receive", "--fund", "F01", "--amount", "2000", "--document", "文", *day(1)),
            ("post", "--kind", "transfer-received", "--fund", "F01", "--amount", "2000", *day(1)),
            ("quota", "allot", "F01-Q00001", "--use", "0601", "--amount", "2000", "--document", "文", *day(1)),
        ):
            assert say(*words).code == 0
        bind = ("commit", "F01-Q00002", "--contract", "HT-1", "--payee", "甲公司")
        assert found(say(*bind, "--amount", "500.01", *day(2))) == []
        assert say("reverse", "F01-2015-000004", "--reason", "x", *day(2)).code == 0
        assert say("import", tmp_path / "contracts.csv").code == 0
        assert found(say(*bind, "--amount", "500", *day(3))) == []
        assert found(say(*bind, "--amount", "0.01", *day(3))) == ["committed-beyond-contract"]
        assert found(say(*bind, "--amount=-0.01", *day(3))) == []
        own = ("--contract", "HT-1")
        assert found(pay("500", 4, *own)) == []
        assert found(say("post", "--kind", "refund", "--original", "F01-2015-000009", "--amount", "100", *day(5))) == []
        assert found(pay("100", 6, *own)) == []
        refused = pay("0.01", 6, *own)
        assert refused.code == 1
        assert "500.00 bound to it, 500.00 applied for or paid before, 0.00 CNY.Q left" in refused.err
        assert "为该合同占用 500.00，此前已申请或支付 500.00，剩余 0.00 元" in refused.err
        assert found(pay("7", 6)) == found(pay("7", 6, "--contract", "HT-2")) == []
        asked = ("apply", "F01-Q00002", "--contract", "HT-1", "--by", "李", *day(6))
        assert say(*bind, "--amount", "40", "--change", "1", *day(6)).code == 0
        again = say(*bind, "--amount", "40", "--change", "1", *day(7))
        assert (again.code, "has bound 40.00 out of this line already, by F01-2015-0000" in again.err) == (2, True)
        assert say(*asked, "--payee", "甲公司", "--amount", "30").code == 0
        refused = say(*asked, "--payee", "甲公司", "--amount", "10.01")
        assert refused.code == 2
        assert "bound to it 540.00 − approved or paid 500.00 = 40.00 left, of which 30.00 is applied for" in refused.err
        assert "合同占用 540.00 − 已审批或支付 500.00 = 剩余 40.00，另有待审批的申请 30.00" in refused.err
        assert say(*asked, "--payee", "乙公司", "--amount", "1").code == 2
        assert say(*asked, "--payee", "甲公司", "--amount", "10").code == 0
        assert found(pay("40", 6, *own, "--bank-ref", "GK9")) == ["over-contract"]
        assert ", 40.00) has that reference and the same amount" in say("import", tmp_path / "paid.csv").out
        late = say("approve", "1", "--by", "王", *day(6))
        assert late.code == 1
        assert "540.00 bound to it, 540.00 applied for or paid before, 0.00 CNY.Q left" in late.err


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_that_is_nearly_another(
    shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say, tmp_path: Path
) -> None:
    """Told where one is nearest, not of a row of numbers, nor of one that was taken back; blanks around it are none."""
    day, bind = ("--date", "2015-01-01"), ("commit", "F01-Q00002")
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1), CHART), monkeypatch) as book:
        for words in (
            ("quota", "receive", "--fund", "F01", "--amount", "2000", "--document", "文", *day),
            ("quota", "allot", "F01-Q00001", "--use", "0601", "--amount", "2000", "--document", "文", *day),
        ):
            assert say(*words).code == 0
        (tmp_path / "more.csv").write_text(CONTRACTS.replace("HT-1", "HT-2015-10"), "utf-8")
        assert say("import", tmp_path / "more.csv").code == 0
        for number, near in (("ht—2015 1O", True), ("HT-2015-11", True), ("HT-2015-10", False), ("HT-2016-22", False),
                             ("ＨＴ2016-22", True), ("HT-2016-23", False), ("HTX-2016-22", True), ("HT-2015-12", False),
                             (" HT-2015-12\u3000", False)):  # fmt: skip
            told = say(*bind, "--contract", number, "--payee", "甲公司", "--amount", "1", *day)
            said = f"Contract {number} is not registered, and nearly HT-201" in told.out
            assert (told.code, said) == (0, near), number
        listed = say("import", file_of(tmp_path, "bound", bound_row("HT-20l5-10", "F01-Q00002", 100)), "--lang", "zh")
        assert "合同 HT-20l5-10 未登记，与 HT-2015-10 十分相近。" in listed.out, listed
        with book.reading() as connection:
            assert not dialect.rows_of(connection, "SELECT 1 FROM voucher WHERE contract LIKE ' %'")
        wrong = say(*bind, "--contract", "HT-2017-77", "--payee", "甲公司", "--amount", "1", *day, "--format", "json")
        assert say("reverse", wrong.json["vouchers"][0], "--reason", "x", *day).code == 0
        assert "nearly" not in say(*bind, "--contract", "HTX-2017-77", "--payee", "甲公司", "--amount", "1", *day).out
