"""How a chart changes: what is told, what is refused, and the acts a clerk does without writing Beancount."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from charts import CASH, CHINESE, OPEN, ROADS, TEXT, changed
from fundtrack.chart.change import diff, end, forbidden, grant
from fundtrack.chart.read import read_chart
from fundtrack.chart.write import write_accounts
from fundtrack.errors import ChartError, FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.chart.change import Change


def test_no_difference_is_no_change() -> None:
    """Lines and languages are not part of the policy."""
    chart = read_chart(TEXT, "chart.beancount")
    assert diff(chart, read_chart("\n\n" + write_accounts(chart, "zh"), "chart.beancount")) == []


CHANGES = [
    ("Tianyang County: Hometown", "County: Hometown", "title-altered", "title : Tianyang County"),
    ("may-advance: TRUE", "may-advance: FALSE", "fund-altered", "fund F02A may-advance: True becomes False."),
    ('"道路"', '"公路"', "account-altered", "account Expenses:F01:0602 name-zh: 道路 becomes 公路."),
    (
        '"Treasury single account"',
        '"TSA"',
        "bank-altered",
        "bank account B01 name: Treasury single account becomes TSA.",
    ),
    ('"老乡家园"', '"家园"', "project-altered", "project P01 name-zh: 老乡家园 becomes 家园."),
    ('"owner"', '"township"', "intermediary-altered", "role: owner becomes township."),
    (
        OPEN,
        f"2015-05-05 open Expenses:F01-Relocation:0603-Water CNY\n{OPEN}",
        "account-added",
        "2015-05-05: account Expenses:F01:0603 added, Water.",
    ),
    (
        '2014-01-01 custom "project" "P01"',
        '2015-05-05 custom "project" "P02"\n  name-zh: "二期"\n2014-01-01 custom "project" "P01"',
        "project-added",
        "2015-05-05: project P02 added, 二期.",
    ),
    (
        "2016-01-01 custom",
        '2018-01-01 custom "use" Expenses:F01-Relocation:0601-Housing "granted"\n  authority: "x"\n2016-01-01 custom',
        "use-granted",
        "2018-01-01: use Expenses:F01:0601 granted by x.",
    ),
    (
        "2016-01-01 custom",
        '2018-01-01 custom "use" Expenses:F01-Relocation:0602-Roads "granted"\n  authority: "x"\n2016-01-01 custom',
        "use-granted",
        "2018-01-01: use Expenses:F01:0602 granted by x.",
    ),
]


@pytest.mark.parametrize(("old", "new", "kind", "sentence"), CHANGES)
def test_a_change_is_told(old: str, new: str, kind: str, sentence: str) -> None:
    """In a sentence of either language, and allowed."""
    before, after = read_chart(TEXT, "chart.beancount"), read_chart(changed(old, new), "chart.beancount")
    (change,) = diff(before, after)
    assert change.kind == kind
    assert sentence in change.describe("en")
    assert change.describe("zh") != change.describe("en")
    forbidden(before, after, "chart.beancount")


def test_an_end_is_told_with_its_date_and_document() -> None:
    """Ending a use is a dated act."""
    before = read_chart(TEXT.partition("2016-01-01 custom")[0], "chart.beancount")
    (change,) = diff(before, read_chart(TEXT, "chart.beancount"))
    assert change.describe("zh") == "2016-01-01：终止用途 Expenses:F01:0601，依据 桂[2016]5号。"


INTERMEDIARY = TEXT[TEXT.index('2014-01-01 custom "intermediary"') : TEXT.index("2014-01-01 open Assets")]
ADVANCES = '2014-01-01 open Assets:F01-Relocation:1201-Advances CNY\n  kind: "advance"\n'


def test_an_intermediary_may_be_removed() -> None:
    """It names whom payments go to from now on, and nothing posted rests on it."""
    before, after = read_chart(TEXT, "chart.beancount"), read_chart(changed(INTERMEDIARY, ""), "chart.beancount")
    assert [change.kind for change in diff(before, after)] == ["intermediary-removed"]
    forbidden(before, after, "chart.beancount")


@pytest.mark.parametrize(
    ("key", "old", "new"),
    [
        ("chart-removed", ADVANCES, ""),
        ("chart-removed", "0602-Roads", "0603-Roads"),
        (
            "chart-removed",
            TEXT[TEXT.index('2014-01-01 custom "fund" "F02A"') : TEXT.index('2014-01-01 custom "bank"')],
            "",
        ),
        ("chart-removed", TEXT[TEXT.index("2016-01-01 custom") :], ""),
        ("chart-removed", "2016-01-01 custom", "2017-01-01 custom"),
        ("chart-removed", "桂[2016]5号", "桂[2016]6号"),
        ("chart-removed", '  name-zh: "住房建设"\n  authority: "桂[2014]33号"', '  authority: "桂[2014]34号"'),
        ("chart-removed", '"ended"', '"granted"'),
        ("chart-frozen", "0602-Roads CNY", "0602-Roads USD"),
        ("chart-frozen", '"advance"', '"receivable"'),
        ("chart-frozen", CASH, '  kind: "receivable"\n'),
        ("chart-frozen", OPEN, OPEN.replace("2014", "2013")),
        ("chart-frozen", '"45001234560001"', '"45"'),
    ],
)
def test_what_was_decided_stays(key: str, old: str, new: str) -> None:
    """Nothing posted may change its meaning afterwards."""
    before, after = read_chart(TEXT, "chart.beancount"), read_chart(changed(old, new), "chart.beancount")
    with pytest.raises(ChartError) as refusal:
        forbidden(before, after, "chart.beancount")
    assert refusal.value.key == key
    assert str(refusal.value)


def test_an_account_keeps_its_bank() -> None:
    """Its money is there."""
    second = '2014-01-01 custom "bank" "B02"\n  name: "Other"\n  number: "1"\n'
    before = read_chart(TEXT + second, "chart.beancount")
    with pytest.raises(ChartError, match="its bank was B01 and cannot become B02"):
        forbidden(
            before, read_chart(changed('bank: "B01"', 'bank: "B02"') + second, "chart.beancount"), "chart.beancount"
        )
    with pytest.raises(ChartError, match="Other"):
        forbidden(before, read_chart(TEXT, "chart.beancount"), "chart.beancount")


@pytest.mark.parametrize(
    "name",
    [
        ROADS,
        "F01:0602",
        "F01-0602",
        " F01：0602",
        "Expenses:F01-Relocation:0602-Roads",
        "E支出:F01-中央易地搬迁:0602-道路",
    ],
)
def test_a_use_is_granted_and_ended_without_writing_beancount(name: str) -> None:
    """The clerk gives an account, a day and a document."""
    granted = grant(TEXT, name, date(2015, 1, 1), '桂[2015]1号 "特急"')
    assert granted.startswith(TEXT)
    ended = end(granted, name, date(2017, 1, 1), "桂[2017]1号")
    acts = [(change.kind, change.subject, change.dated, change.new) for change in differences(TEXT, ended)]
    assert acts == [
        ("use-granted", ROADS, date(2015, 1, 1), '桂[2015]1号 "特急"'),
        ("use-ended", ROADS, date(2017, 1, 1), "桂[2017]1号"),
    ]


def differences(old: str, new: str) -> list[Change]:
    """Return what differs between two texts of a chart."""
    return diff(read_chart(old, "chart.beancount"), read_chart(new, "chart.beancount"))


def test_a_grant_in_a_chinese_chart_is_written_in_chinese() -> None:
    """And after a last line that lacks its end."""
    text = end(CHINESE.rstrip(), "F01:0601", date(2016, 1, 1), "x")
    assert text.endswith('\n2016-01-01 custom "use" E支出:F01-中央易地搬迁:0601-住房建设 "ended"\n  authority: "x"\n')


@pytest.mark.parametrize(
    ("act", "key"),
    [
        (lambda: grant(TEXT, "F01:0699", date(2015, 1, 1), "x"), "chart-account-unknown"),
        (lambda: grant(TEXT, "F01:1001", date(2015, 1, 1), "x"), "chart-use-account"),
        (lambda: grant(TEXT, "F01:0602", date(2013, 1, 1), "x"), "chart-use-early"),
        (lambda: grant(TEXT, "F01:0602", date(2015, 1, 1), ""), "chart-metadata-missing"),
        (lambda: grant(TEXT, "F01:0601", date(2016, 1, 1), "x"), "chart-use-twice"),
        (lambda: end(TEXT, "F01:0602", date(2015, 1, 1), "x"), "chart-use-not-granted"),
        (lambda: end(TEXT, "F01:0601", date(2017, 1, 1), "x"), "chart-use-not-granted"),
        (lambda: end(TEXT + "2014", "F01:0601", date(2017, 1, 1), "x"), "chart-syntax"),
    ],
)
def test_a_grant_the_chart_could_not_hold_is_refused(act: Callable[[], str], key: str) -> None:
    """Before anything is written."""
    with pytest.raises(ChartError) as refusal:
        act()
    assert refusal.value.key == key


def test_a_document_that_cannot_be_seen_is_refused() -> None:
    """As everywhere."""
    with pytest.raises(FormatError):
        grant(TEXT, "F01:0602", date(2015, 1, 1), "x\u202e")
