"""What a row of a check becomes: a finding with its place, its sentences and its arithmetic, and the record of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from fundtrack.checking.check import check_of
from fundtrack.checking.finding import finding_of
from fundtrack.checking.lens import Lens, Subject
from fundtrack.pages import load

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.checking import Check
    from fundtrack.errors import Language

PAGE: Final = """---
severity: warn
basis: [county circular, no. 2]
parameters: {{limit: 500}}
key: [voucher, account]
measure: gap
amounts: [amount{amounts}]
title-zh: 本县检查
message-zh: '{{fund}} 支付 {{amount}} {{unit}}，超过 {{limit}}，差 {{gap}}，{{note}}。'
reason-zh: 本县规定。
remedy-zh: '更正 {{voucher}}。'
---
# own-check

{{fund}} pays {{amount}} {{unit}}, above {{limit}} by {{gap}}, {{note}}.

The county says so.

**Remedy.** Mend {{voucher}}.

```sql scope={scope}
SELECT * FROM vouchers
```
"""

ROW: Final[dict[str, Any]] = {
    "voucher": 7, "date": "2015-02-01", "fund": "F01", "account": "Expenses:F01:0601", "use": "0601", "unit": "CNY",
    "amount": 123456, "gap": 122956, "note": None, "actual": 123456, "expected": 500, "document": "桂[2014]33号",
    "project": "P01", "entry": "company 3",
}  # fmt: skip


def check(folder: Path, scope: str = "fund", amounts: str = ", actual, expected") -> Check:
    """Return a check that says everything a check can say."""
    path = folder / "own-check.md"
    path.write_text(PAGE.format(scope=scope, amounts=amounts), "utf-8")
    return check_of(load(path))


def subject(voucher: int, entry: str) -> Subject:
    """Return a place that tells what it was asked for."""
    return Subject(file=entry, line=voucher, voucher="F01-2015-000007")


def named(language: Language, column: str, value: str) -> str:
    """Return a name that tells in which language it was asked for."""
    return f"{value} {language}" if column == "fund" else value


LENS: Final = Lens(after=lambda _: {}, subject=subject, named=named, scales={"JPY": 0})


def test_a_row_becomes_a_finding(tmp_path: Path) -> None:
    """Each column stands where it belongs, and amounts are written as people read them."""
    own = check(tmp_path)
    found = finding_of(own, ROW, LENS)
    assert (found.check, found.severity, found.voucher, found.date) == ("own-check", "warn", 7, "2015-02-01")
    assert (found.fund, found.use, found.unit, found.project) == ("F01", "0601", "CNY", "P01")
    assert (found.amount, found.measure, found.scale) == (123456, 122956, 2)
    assert found.key == (7, "Expenses:F01:0601")
    assert found.group == "F01"
    assert found.subject == Subject(file="company 3", line=7, voucher="F01-2015-000007")
    assert found.messages["en"] == "F01 en pays 1,234.56 CNY, above 500 by 1,229.56, None."
    assert found.messages["zh"] == "F01 zh 支付 1,234.56 元，超过 500，差 1,229.56，None。"
    assert found.remedies == {"en": "Mend 7.", "zh": "更正 7。"}
    assert found.basis == ("county circular", "no. 2")
    assert (found.actual, found.expected, found.difference) == ("1234.56", "5.00", "1229.56")
    assert found.evidence == "桂[2014]33号"
    assert found.parameters == {"limit": 500}
    assert found.page_sha256 == own.page.digest


def test_its_record_is_what_others_build_on(tmp_path: Path) -> None:
    """Every key, and amounts as decimal strings."""
    assert finding_of(check(tmp_path), ROW, LENS).record("zh") == {
        "check": "own-check",
        "severity": "warn",
        "file": "company 3",
        "sheet": None,
        "line": 7,
        "voucher": "F01-2015-000007",
        "source": None,
        "date": "2015-02-01",
        "fund": "F01",
        "use": "0601",
        "project": "P01",
        "amount": "1234.56",
        "unit": "CNY",
        "actual": "1234.56",
        "expected": "5.00",
        "difference": "1229.56",
        "evidence": "桂[2014]33号",
        "parameters": {"limit": 500},
        "message": "F01 zh 支付 1,234.56 元，超过 500，差 1,229.56，None。",
        "remedy": "更正 7。",
        "basis": ["county circular", "no. 2"],
        "fingerprint": finding_of(check(tmp_path), ROW, LENS).fingerprint,
        "number": None,
        "state": "lead",
        "waiver": None,
    }


def test_a_row_that_says_little(tmp_path: Path) -> None:
    """What a select does not give is empty; the amount is then what is measured, and the place has no account."""
    row = {"voucher": None, "account": None, "gap": 5, "fund": None, "amount": None, "unit": None, "note": ""}
    found = finding_of(check(tmp_path), row, LENS)
    assert (found.voucher, found.date, found.fund, found.use, found.unit, found.project) == (0, "", "", "", "", "")
    assert (found.group, found.evidence, found.actual, found.expected, found.difference) == ("", "", "", "", "")
    assert found.subject == Subject(line=0, voucher="F01-2015-000007")
    assert found.amount is None
    assert found.record("en")["amount"] is None
    assert finding_of(check(tmp_path), {"account": "", "voucher": 1, "fund": "", "unit": "", "note": "", "gap": 9}
                      | {"amount": 5}, LENS).amount == 5  # fmt: skip


def test_sums_of_postgresql_are_integers(tmp_path: Path) -> None:
    """It gives them as decimals; a part of one is none."""
    decimals = {name: Decimal(ROW[name]) for name in ("amount", "gap", "actual", "expected")}
    own = check(tmp_path)
    assert finding_of(own, ROW | decimals, LENS).record("en") == finding_of(own, ROW, LENS).record("en")
    assert finding_of(own, ROW | decimals, LENS).messages == finding_of(own, ROW, LENS).messages


def test_funds_beside_its_own(tmp_path: Path) -> None:
    """Are those that the row names as others."""
    own = check(tmp_path)
    assert finding_of(own, ROW, LENS).other_funds == ()
    assert finding_of(own, ROW | {"other_fund": "F02", "paying_fund": "F03"}, LENS).other_funds == ("F02", "F03")
    assert finding_of(own, ROW | {"other_fund": "", "paying_fund": "F03"}, LENS).other_funds == ("F03",)


def test_a_row_without_an_amount_is_about_what_is_measured(tmp_path: Path) -> None:
    """And about nothing where nothing is."""
    path = tmp_path / "own-check.md"
    row = {name: value for name, value in ROW.items() if name != "amount"}
    plain = PAGE.format(scope="fund", amounts="").replace("{amount}", "{gap}")
    for text, amount, measure in ((plain, 122956, 122956), (plain.replace("measure: gap\n", ""), None, 0)):
        path.write_text(text, "utf-8")
        found = finding_of(check_of(load(path)), row, LENS)
        assert (found.amount, found.measure) == (amount, measure)


def test_a_unit_has_its_own_decimals(tmp_path: Path) -> None:
    """In the sentences and in what was compared."""
    found = finding_of(check(tmp_path), ROW | {"unit": "JPY"}, LENS)
    assert found.scale == 0
    assert found.messages["en"] == "F01 en pays 123,456 JPY, above 500 by 122,956, None."
    assert (found.actual, found.difference) == ("123456", "122956")
    assert found.record("en")["amount"] == "123456"


@pytest.mark.parametrize(
    ("said", "actual", "expected", "difference"),
    [
        ({"actual": 12, "expected": 10}, "12", "10", "2"),
        ({"actual": 12, "expected": None}, "12", "", ""),
        ({"actual": "2015-02-01", "expected": "2015-01-31"}, "2015-02-01", "2015-01-31", ""),
        ({"actual": 0, "expected": 0}, "0", "0", "0"),
    ],
)
def test_what_is_compared_need_be_no_amount(
    tmp_path: Path, said: dict[str, Any], actual: str, expected: str, difference: str
) -> None:
    """Counts and dates are shown as they are; only numbers have a difference."""
    found = finding_of(check(tmp_path, amounts=""), ROW | said, LENS)
    assert (found.actual, found.expected, found.difference) == (actual, expected, difference)


def test_one_of_two_compared_amounts_makes_both_amounts(tmp_path: Path) -> None:
    """They are of one kind, or there would be no difference."""
    assert finding_of(check(tmp_path, amounts=", expected"), ROW, LENS).actual == "1234.56"
    assert finding_of(check(tmp_path, amounts=", actual"), ROW, LENS).expected == "5.00"


def test_evidence_and_severity_may_be_said_by_the_row(tmp_path: Path) -> None:
    """Before the document, and before what the page says."""
    found = finding_of(check(tmp_path), ROW | {"evidence": "G0001", "severity": "fatal"}, LENS)
    assert (found.evidence, found.severity) == ("G0001", "fatal")


def test_day_ends_are_judged_by_account(tmp_path: Path) -> None:
    """The group of a finding about balances is the account."""
    assert finding_of(check(tmp_path, scope="balance"), ROW, LENS).group == "Expenses:F01:0601"


def test_a_fingerprint_is_of_the_place_and_the_key_without_the_id(tmp_path: Path) -> None:
    """The id of a voucher is another in every book; its number, its account and the check are not."""
    own = check(tmp_path)
    first = finding_of(own, ROW, LENS).fingerprint
    assert len(first) == 16
    assert finding_of(own, ROW | {"voucher": 8}, LENS).fingerprint == first
    assert finding_of(own, ROW | {"account": "Expenses:F01:0602"}, LENS).fingerprint != first
    elsewhere = Lens(after=lambda _: {}, subject=lambda _voucher, _account: Subject(voucher="F01-2015-000008"))
    assert finding_of(own, ROW, elsewhere).fingerprint != first


@pytest.mark.parametrize(
    ("place", "written", "record", "identity"),
    [
        (Subject(file="a.beancount", line=3, voucher="V1"), "a.beancount:3: V1",
         {"file": "a.beancount", "sheet": None, "line": 3, "voucher": "V1"}, ("V1",)),
        (Subject(file="a.beancount", line=3), "a.beancount:3",
         {"file": "a.beancount", "sheet": None, "line": 3, "voucher": None}, ("a.beancount", "", "3")),
        (Subject(file="a.xlsx", sheet="一月", row=4, voucher="V1"), "V1 a.xlsx [一月] row 4",
         {"file": "a.xlsx", "sheet": "一月", "row": 4, "voucher": "V1"}, ("V1",)),
        (Subject(file="a.csv", row=4), "a.csv row 4",
         {"file": "a.csv", "sheet": None, "row": 4, "voucher": None}, ("a.csv", "", "4")),
        (Subject(file="a.csv", sheet="s", row=4), "a.csv [s] row 4",
         {"file": "a.csv", "sheet": "s", "row": 4, "voucher": None}, ("a.csv", "s", "4")),
        (Subject(voucher="V1"), "V1", {"file": None, "sheet": None, "row": None, "voucher": "V1"}, ("V1",)),
        (Subject(), "", {"file": None, "sheet": None, "row": None, "voucher": None}, ("", "", "0")),
    ],
)  # fmt: skip
def test_places(place: Subject, written: str, record: dict[str, Any], identity: tuple[str, ...]) -> None:
    """A line of a ledger, a row of a file, a voucher of a book: for people, for machines, and from run to run."""
    assert str(place) == written
    assert place.record() == record | {"source": None}
    assert place.identity() == identity
