"""Looking things up: one voucher with all that is known of it, and what was refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say

PAYMENT: Final = ("--fund", "F01", "--use", "0601", "--date", "2015-03-02", "--payee", "某建筑公司")


@pytest.fixture(autouse=True)
def meant(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command be about the small book."""
    monkeypatch.setenv("FUNDTRACK_BOOK", str(book))


def test_a_voucher_is_shown_with_what_became_of_it(say: Say) -> None:
    """Its own words, its entries in the language, who recorded it; a reversal and its original name each other."""
    posted = say("post", *PAYMENT, "--amount", "1234.50", "--narration", "进度款", "--by", "甲", "--approved-by", "乙",
                 "--format", "json")  # fmt: skip
    (number,) = posted.json["vouchers"]
    shown = say("show", number, "--format", "json").json
    assert (shown["date"], shown["payee"], shown["narration"]) == ("2015-03-02", "某建筑公司", "进度款")
    assert (shown["prepared_by"], shown["approved_by"], shown["chart"]) == ("甲", "乙", 1)
    assert (shown["amount"], shown["reversed_by"], shown["file"], shown["row"]) == ("1234.50", "", "", 0)
    (entry,) = shown["entries"]
    assert entry["debit"].startswith("Expenses:F01-")
    assert entry["credit"].startswith("Assets:F01-")
    assert say("show", number, "--lang", "zh", "--format", "json").json["entries"][0]["debit"].startswith("E支出:F01-")

    red = say("reverse", number, "--reason", "x", "--date", "2015-03-03", "--format", "json").json["vouchers"][0]
    assert say("show", number, "--format", "json").json["reversed_by"] == red
    reversal = say("show", red, "--format", "json").json
    assert (reversal["reverses"], reversal["amount"]) == (number, "-1234.50")
    for_people = say("show", number.lower(), "--lang", "zh").out
    assert "支付" in for_people
    assert "1,234.50" in for_people
    assert red in for_people


def test_a_fund_and_a_project_go_by_their_names(say: Say) -> None:
    """In any case, and in either language: a clerk knows the names, the chart the codes."""
    for fund in ("f01", "Relocation", "F01-资金"):
        posted = say("post", "--fund", fund, "--use", "0601", "--amount", "1", "--date", "2015-03-02", "--payee", fund,
                     "--project", "老乡家园", "--format", "json")  # fmt: skip
        shown = say("show", posted.json["vouchers"][0], "--format", "json").json
        assert (shown["fund"], shown["project"]) == ("F01", "P01")
    answer = say("rebook", shown["voucher"], "--project", "Hometown resettlement", "--document", "x")
    assert answer.code == 2
    assert "nothing" in answer.err  # would change: the name was understood


def test_shares_of_a_bill_name_each_other(say: Say) -> None:
    """And a voucher alone names none."""
    split = say("post", "--amount", "300", "--split", "F01=100,F03=200", "--use", "F01-0601,F03-0603", "--date",
                "2015-03-02", "--payee", "x", "--format", "json").json["vouchers"]  # fmt: skip
    first, second = (say("show", number, "--format", "json").json for number in split)
    assert (first["link"], second["link"]) == ("", split[0])


def test_an_imported_voucher_knows_its_row(say: Say, payments: Path) -> None:
    """The file and the row of it, as the importer counts them."""
    assert say("import", payments).code == 1
    shown = say("show", "F01-2015-000003", "--format", "json").json
    assert (shown["file"], shown["row"], shown["bank_ref"]) == ("payments.csv", 2, "GK1")
    assert re.fullmatch(r"[0-9]*\*+\d{4}", shown["payee_account"])
    for language, head in (("en", "payee's account"), ("zh", "收款账号")):
        assert head in say("show", "F01-2015-000003", "--lang", language).out


def test_a_voucher_that_is_not_there_is_said_so(say: Say) -> None:
    """With the last number there is."""
    answer = say("show", "F01-2015-000099")
    assert (answer.code, answer.out) == (2, "")
    assert "F01-2015-000099" in answer.err


def test_a_ledger_shows_a_voucher_as_its_book_does(say: Say, book: Path) -> None:
    """Whether it is named as an argument or by --ledger, word for word."""
    (number,) = say("post", *PAYMENT, "--amount", "1", "--format", "json").json["vouchers"]
    assert say("publish").code == 0
    for form in ("table", "json", "csv"):
        of_book = say("show", number, "--format", form)
        assert of_book.code == 0
        assert say("show", number, book / "ledger", "--format", form) == of_book
        assert say("show", number, "--ledger", book / "ledger", "--format", form) == of_book


def test_refusals_are_listed_the_latest_first(say: Say) -> None:
    """When, to whom, what it would have been, and every reason in the language asked for."""
    assert say("refusals").out == ""
    assert say("post", *PAYMENT, "--amount", "99999999", "--by", "甲").code == 1
    assert say("post", "--fund", "F03", "--use", "F01-0601", "--amount", "8.00", "--date", "2015-03-02", "--payee", "y",
               "--by", "乙").code == 1  # fmt: skip
    latest, first = say("refusals", "--format", "json").json
    (wanted,), (dear,) = latest["vouchers"], first["vouchers"]
    assert (latest["who"], wanted["payee"], wanted["amount"]) == ("乙", "y", "8.00")
    assert (first["who"], dear["fund"], dear["amount"]) == ("甲", "F01", "99999999.00")
    assert (latest["checks"], first["checks"]) == (["mixed-channel"], ["overdrawn"])
    assert latest["reasons"][0]["remedy"]
    chinese, english = say("refusals", "--lang", "zh").out, say("refusals", "--lang", "en").out
    assert "混在一张凭证里" in chinese
    assert "is mixed with" in english
    assert "99,999,999.00" in english


def test_a_refused_loan_is_two_vouchers_of_any_size(say: Say) -> None:
    """Each with its own amount, though both together are beyond the largest there is."""
    loan = ("post", "--kind", "loan", "--fund", "F01", "--to", "F03", "--date", "2015-03-02", "--document", "x")
    assert say(*loan, "--amount", "90000000000000").code == 1
    (refused,) = say("refusals", "--format", "json").json
    assert [voucher["amount"] for voucher in refused["vouchers"]] == ["90000000000000.00"] * 2
    assert "90,000,000,000,000.00" in say("refusals").out
    assert say("refusals", "--format", "csv").out.count("90000000000000.00") == 2


def test_a_payment_names_what_followed_it(say: Say) -> None:
    """A refund is found from the payment, and the payment from the refund."""
    paid = say("post", *PAYMENT, "--amount", "100", "--format", "json").json["vouchers"][0]
    back = say("post", "--kind", "refund", "--original", paid, "--amount", "40", "--date", "2015-03-09", "--format",
               "json").json["vouchers"][0]  # fmt: skip
    assert say("show", paid, "--format", "json").json["cited_by"] == [back]
    assert say("show", back, "--format", "json").json["cites"] == paid
    assert back in say("show", paid).out


def test_vouchers_are_found_by_date_and_payee(say: Say) -> None:
    """Dates in any form the files have, names in any case, wildcards as they are; what has no value is refused."""
    for day, payee in (("2015-03-02", "Acme CO"), ("2015-04-02", "100%_Ltd")):
        assert say("post", "--fund", "F01", "--use", "0601", "--amount", "1", "--date", day, "--payee", payee).code == 0

    def listed(*settings: str) -> list[str]:
        words = [word for setting in settings for word in ("--set", setting)]
        return [row["payee"] for row in say("report", "voucher-list", *words, "--format", "json").json if row["payee"]]

    assert listed("from=20150401") == ["100%_Ltd"]
    assert listed("payee=co") == ["Acme CO"]
    assert listed("payee=%_") == ["100%_Ltd"]
    assert listed("payee=_%") == []
    assert listed("from=2015-3-2", "to=2015年3月2日") == ["Acme CO"]
    for wrong in ("from=yesterday", "from=", "payee", "colour=red"):
        answer = say("report", "voucher-list", "--set", wrong)
        assert (answer.code, answer.out) == (2, "")
