"""What an application under a contract is paid out of is told where that is not what the contract has bound."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from clerk import before_a_book
from quotas import controlled
from shelf import ENGINES

if TYPE_CHECKING:
    from commands import Say
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_an_application_beside_its_contract_says_so(
    shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    """For another payee, beyond what is bound, after the commitment was taken back; for its contractor it does not."""
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1)), monkeypatch):
        for words in (
            ("document", "receive", "财农1号", "--fund", "F01", "--amount", "1000", "--level", "central", "--date",
             "2016-01-10", "--use", "0601=600"),
            ("commit", "F01-Q00002", "--amount", "200", "--contract", "HT-1", "--payee", "甲", "--date", "2016-02-01"),
        ):  # fmt: skip
            assert say(*words).code == 0

        def told(payee: str, amount: str, lang: str = "en") -> str:
            said = say("apply", "F01-Q00002", "--amount", amount, "--contract", "HT-1", "--payee", payee, "--date",
                       "2016-02-02", "--lang", lang)  # fmt: skip
            assert said.code == 0
            return " ".join(said.out.splitlines()[1:])

        assert told("甲", "50") == ""
        assert "bound for 甲, not for 乙" in told("乙", "10")
        assert "是为 甲 占用的，收款人却是 乙" in told("乙", "10", "zh")
        assert "has 200.00 bound to HT-1" in told("甲", "300")
        for number in range(1, 5):
            assert say("reject", str(number), "--reason", "不符", "--by", "王局长").code == 0
        assert say("reverse", "F01-2016-000003", "--reason", "合同作废", "--date", "2016-02-03").code == 0
        assert "has 0.00 bound to HT-1" in told("甲", "10")
        assert "占用的指标只有 0.00" in told("甲", "10", "zh")
