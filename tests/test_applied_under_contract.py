"""What an application under a contract is paid out of: what was bound to it, else what is available, and told so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from clerk import before_a_book
from quotas import controlled
from shelf import ENGINES
from test_contract_limits import CONTRACTS

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_an_application_takes_what_its_contract_has_bound(
    shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say, tmp_path: Path
) -> None:
    """Nothing beyond it, nor for a payee to whom it was not bound and who is not on register, however it is spelt.

    Of a contract never bound, or wholly taken back in red, it tells, and which others of the year have it bound.
    """
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1)), monkeypatch):
        for words in (
            ("document", "receive", "财农1号", "--fund", "F01", "--amount", "1000", "--level", "central", "--date",
             "2016-01-10", "--use", "0601=600"),
            ("commit", "F01-Q00002", "--amount", "200", "--contract", "HT-1", "--payee", "甲", "--date", "2016-02-01"),
        ):  # fmt: skip
            assert say(*words).code == 0

        def asked(payee: str, amount: str, contract: str = "HT-1", lang: str = "en") -> tuple[int, str]:
            said = say("apply", "F01-Q00002", "--amount", amount, "--contract", contract, "--payee", payee, "--date",
                       "2016-02-02", "--lang", lang)  # fmt: skip
            return said.code, " ".join((said.out + said.err).splitlines()[not said.code :])

        assert asked("甲", "50") == (0, "")
        for payee, amount in (("乙", "10"), ("甲", "150.01")):
            assert asked(payee, amount)[0] == 2
        (tmp_path / "contracts.csv").write_text(
            CONTRACTS.replace("HT-1,,", "HT-1,1,").replace("甲公司", "乙Ａ１ 公司（市）"), "utf-8"
        )
        assert say("import", tmp_path / "contracts.csv").code == 0
        assert [asked(payee, "0.5")[0] for payee in ("乙A1公司(市)", "乙公司", " 甲", "丙")] == [0, 2, 0, 2]
        assert asked("甲", "10", "HT-2") == (
            0, "F01-Q00002 has never bound anything to HT-2: this is paid out of what is available."
        )  # fmt: skip
        assert "从未为合同 HT-2 占用指标" in asked("甲", "10", "HT-2", "zh")[1]
        assert say("quota", "allot", "F01-Q00001", "--use", "0602", "--amount", "100", "--document", "县1号", "--date",
                   "2016-01-20").code == 0  # fmt: skip
        beside = say("apply", "F01-Q00003", "--amount", "5", "--contract", "HT-1", "--payee", "甲",
                     "--date", "2016-02-02")  # fmt: skip
        assert "available, while others have this bound to it: F01-Q00002 200.00." in beside.out
        assert say("document", "receive", "财农2号", "--fund", "F01", "--amount", "60", "--level", "central", "--date",
                   "2017-01-10", "--use", "0601=60").code == 0  # fmt: skip
        later = say(
            "apply", "F01-Q00005", "--amount", "5", "--contract", "HT-1", "--payee", "甲", "--date", "2017-02-02"
        )
        assert "F01-Q00005 has never bound anything to HT-1: this is paid out of what is available." in later.out
        assert "F01-Q00002" not in later.out  # a line of another year cannot pay, whatever it has bound
        for number in range(1, 8):
            assert say("reject", str(number), "--reason", "不符", "--by", "王局长").code == 0
        assert say("reverse", "F01-2016-000003", "--reason", "合同作废", "--date", "2016-02-03").code == 0
        assert "F01-Q00002 has never bound anything to HT-1" in asked("乙", "10")[1]
        assert asked("甲", "590.01")[0] == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_what_an_application_rests_on_is_not_freed(
    shelf: Shelf, engine: str, monkeypatch: pytest.MonkeyPatch, say: Say
) -> None:
    """Neither by a reversal nor by freeing it; told is which applications, that wait or are approved and not paid."""
    with before_a_book(shelf, engine, controlled(date(2015, 1, 1)), monkeypatch):

        def done(*words: str) -> None:
            assert say(*words).code == 0, words

        done("document", "receive", "财农1号", "--fund", "F01", "--amount", "1000", "--level", "central", "--date",
             "2016-01-10", "--use", "0601=600")  # fmt: skip
        done("post", "--kind", "transfer-received", "--fund", "F01", "--amount", "1000", "--date", "2016-01-10")
        bind = ("commit", "F01-Q00002", "--contract", "HT-1", "--payee", "甲", "--date", "2016-02-01", "--amount")
        done(*bind, "200")
        asked = ("apply", "F01-Q00002", "--contract", "HT-1", "--payee", "甲", "--date", "2016-02-02", "--amount")
        undo = ("reverse", "F01-2016-000004", "--reason", "作废", "--date", "2016-02-03")
        for amount in ("50", "60", "70"):
            done(*asked, amount)
        done("approve", "1", "--by", "王局长", "--date", "2016-02-02")
        done("approve", "2", "--by", "王局长", "--date", "2016-02-02")
        done("pay", "2", "--date", "2016-02-02")
        for words in (undo, (*bind, "-20.01")):
            told = say(*words)
            assert told.code == 2
            assert "F01-Q00002 has 90.00 left committed to HT-1, and applications rest on it: 1, 3." in told.err
        done(*bind, "-20")
        done(*bind, "20")
        done("reject", "3", "--reason", "不符", "--by", "王局长")
        assert "applications rest on it: 1." in say(*undo).err
        done("release", "1", "--reason", "不付", "--date", "2016-02-03")
        assert "140.00 committed to HT-1; 200.00 cannot be freed" in say(*undo).err
        done(*bind, "60")
        done(*undo)
