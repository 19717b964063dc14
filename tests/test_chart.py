"""The chart of accounts: read, written in two languages, changed; and everything it may not say."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from charts import CHINESE, HOUSING, OPEN, ROADS, TEXT, USE, changed, charts
from fundtrack.chart.model import KINDS, Account, Bank, Fund, Intermediary, Project, Use, identity
from fundtrack.chart.read import read_chart
from fundtrack.chart.write import root_options, write_accounts
from fundtrack.errors import LANGUAGES, ChartError, UsageError

if TYPE_CHECKING:
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language


def test_a_chart_is_read_whole() -> None:
    """Every field of the example in the documentation, with what is left out filled in."""
    chart = read_chart(TEXT, "chart.beancount")
    day = date(2014, 1, 1)
    assert chart.title == "Tianyang County: Hometown resettlement project"
    assert chart.language == "en"
    assert chart.funds["F01"] == Fund(
        "F01", "Relocation", "中央易地搬迁", "F01", "发展和改革局", "central", "earmarked",
        day, date(2020, 12, 31), may_advance=False, authority="原文未载", date=day, line=4,
    )  # fmt: skip
    assert chart.funds["F02A"] == Fund(
        "F02A", "Poverty-alleviation", "Poverty-alleviation", "F02", "扶贫办", "region", "pooled",
        None, None, may_advance=True, authority="桂[2014]1号", date=day, line=15,
    )  # fmt: skip
    assert list(chart.accounts.values()) == [
        Account("Assets", "F01", "CNY", "1001", "cash", 1, "Treasury", "国库存款", "B01", day, "", 0),
        Account("Assets", "F01", "CNY", "1201", "advance", 0, "Advances", "Advances", "", day, "", 0),
        Account("Expenses", "F01", "CNY", "0601", "use", 0, "Housing", "住房建设", "", day, "桂[2014]33号", 0),
        Account("Expenses", "F01", "CNY", "0602", "use", 0, "Roads", "道路", "", day, "", 0),
    ]
    assert chart.uses == (
        Use(HOUSING, day, granted=True, document="桂[2014]33号", line=0),
        Use(HOUSING, date(2016, 1, 1), granted=False, document="桂[2016]5号", line=0),
    )
    assert chart.banks == {"B01": Bank("B01", "Treasury single account", "国库单一账户", "45001234560001", day, 0)}
    assert chart.projects == {"P01": Project("P01", "Hometown resettlement", "老乡家园", day, 0)}
    company = "田阳县茂恒投资开发有限公司"
    assert chart.intermediaries == {company: Intermediary(company, "P01", "owner", day, 0)}
    assert [account.line for account in chart.accounts.values()] == [36, 40, 42, 45]


def test_an_account_has_one_identity_and_two_names() -> None:
    """However it is written, it is found."""
    chart = read_chart(TEXT, "chart.beancount")
    account = chart.accounts[HOUSING]
    english, chinese = account.written("en", chart), account.written("zh", chart)
    assert english == "Expenses:F01-Relocation:0601-Housing"
    assert chinese == "E支出:F01-中央易地搬迁:0601-住房建设"
    assert identity(english) == identity(chinese) == account.path == HOUSING
    assert {chart.find(name).path for name in (HOUSING, "F01:0601", english, chinese)} == {HOUSING}


@pytest.mark.parametrize("name", ["F01:0699", "Expenses:F01-Wrong:0601-Housing", "Income:F01:0601", "0601"])
def test_an_account_that_is_not_there_is_not_found(name: str) -> None:
    """A wrong word in a name is not passed over."""
    with pytest.raises(ChartError, match="has no account") as refusal:
        read_chart(TEXT, "chart.beancount").find(name)
    assert refusal.value.key == "chart-account-unknown"


FAULTS: list[tuple[str, str, str, int]] = [
    ("chart-syntax", OPEN, OPEN + " ???", 45),
    ("chart-roots", 'option "op', 'option "name_assets" "Aa"\noption "op', 2),
    ("chart-roots-unsaid", OPEN, "2014-01-01 open E支出:F01-中央易地搬迁:0602-道路 CNY", 45),
    ("chart-currency", '"CNY"\n', '"KWD"\n', 2),
    ("chart-title", 'option "title" "Tianyang County: Hometown resettlement project"', "", 1),
    ("chart-title", '"Tianyang County: Hometown resettlement project"', '" "', 1),
    ("chart-text", "Tianyang County", "Tianyang\u202eCounty", 1),
    ("chart-option", 'option "op', 'option "documents" "/etc"\noption "op', 2),
    ("chart-option", 'option "op', 'plugin "os"\noption "op', 2),
    ("chart-option", 'option "op', 'include "/etc/passwd"\noption "op', 2),
    ("chart-directive", OPEN, f'2014-01-01 * "pay"\n{OPEN}', 45),
    ("chart-directive", OPEN, f"2014-01-01 close Assets:F01-Relocation:1001-Treasury\n{OPEN}", 45),
    ("chart-custom", OPEN, f'2014-01-01 custom "found" "F03"\n{OPEN}', 45),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund" "F01" "F02"', 4),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund"', 4),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund" 1', 4),
    ("chart-values", USE, 'custom "use" "Expenses:F01-Relocation:0601-Housing" "ended"', 48),
    ("chart-text", "发展和改革局", "发展\u200b和改革局", 4),
    ("chart-text", "田阳县茂恒投资开发有限公司", "田阳县\ue000茂恒", 32),
    ("chart-metadata-missing", '  department: "发展和改革局"\n', "", 4),
    ("chart-metadata-missing", "发展和改革局", "", 4),
    ("chart-metadata-missing", '  name: "Relocation"\n  name-zh: "中央易地搬迁"\n', "", 4),
    ("chart-metadata-missing", '  authority: "桂[2016]5号"\n', "", 48),
    ("chart-metadata-missing", '  kind: "advance"\n', "", 40),
    ("chart-metadata-type", '"发展和改革局"', "2014-01-01", 4),
    ("chart-metadata-type", "valid-from: 2014-01-01", 'valid-from: "2014"', 4),
    ("chart-metadata-type", "may-advance: TRUE", 'may-advance: "yes"', 15),
    ("chart-metadata-choice", '"central"', '"national"', 4),
    ("chart-metadata-choice", '"earmarked"', '"ear-marked"', 4),
    ("chart-metadata-choice", '"owner"', '"friend"', 32),
    ("chart-metadata-choice", '"advance"', '"use"', 40),
    ("chart-metadata-unknown", '  group: "F01"', '  groop: "F01"', 4),
    ("chart-metadata-unknown", '  name-zh: "道路"', '  name-en: "道路"', 45),
    ("chart-declared-twice", '"F02A"', '"F01"', 15),
    (
        "chart-declared-twice",
        '2014-01-01 custom "project"',
        '2014-01-01 custom "bank" "B01"\n2014-01-01 custom "project"',
        28,
    ),
    ("chart-bank-number", OPEN, f'2014-01-01 custom "bank" "B02"\n  name: "X"\n  number: "45001234560001"\n{OPEN}', 45),
    ("chart-fund-code", '"F02A"', '"F2"', 15),
    ("chart-fund-code", "Expenses:F01-Relocation:0602", "Expenses:Roads:0602", 45),
    ("chart-account-code", "0602-Roads", "62-Roads", 45),
    ("chart-account-code", "0602-Roads", "Roads", 45),
    ("chart-code", '"B01"', '"b01"', 23),
    ("chart-code", '"P01"', '"P 01"', 28),
    ("chart-code", '"田阳县茂恒投资开发有限公司"', '""', 32),
    ("chart-name", '"中央易地搬迁"', '"中央 易地搬迁"', 4),
    ("chart-name", '"Relocation"', '"Relocation:Housing"', 4),
    ("chart-name", '"道路"', '"道路（一期）"', 45),
    ("chart-name", "0602-Roads", "0602-住房（一期）", 45),
    ("chart-name", "0602-Roads", "0602", 45),
    ("chart-prefix", '"F02A"', '"F01A"', 15),
    ("chart-validity", "valid-to: 2020-12-31", "valid-to: 2013-12-31", 4),
    ("chart-project", 'project: "P01"', 'project: "P02"', 32),
    ("chart-components", "0602-Roads", "0602-Roads:Village", 45),
    ("chart-components", "Expenses:F01-Relocation:0602-Roads", "Expenses:0602-Roads", 45),
    ("chart-fund", "Expenses:F01-Relocation:0602", "Expenses:F09-Relocation:0602", 45),
    ("chart-fund-name", "Expenses:F01-Relocation:0602", "Expenses:F01-Removal:0602", 45),
    ("chart-fund-name", "Expenses:F01-Relocation:0602", "Expenses:F01:0602", 45),
    ("chart-code-twice", "0602-Roads", "0601-Roads", 45),
    ("chart-code-twice", "0602-Roads", "1001-Roads", 45),
    ("chart-unit", "0602-Roads CNY", "0602-Roads", 45),
    ("chart-unit", "0602-Roads CNY", "0602-Roads CNY,USD", 45),
    ("chart-unit", "0602-Roads CNY", '0602-Roads CNY "FIFO"', 45),
    ("chart-cash", '  bank: "B01"\n', "", 36),
    ("chart-cash", '  kind: "advance"\n', '  kind: "advance"\n  bank: "B01"\n', 40),
    ("chart-bank", '  bank: "B01"\n', '  bank: "B02"\n', 36),
    ("chart-use-account", USE, 'custom "use" Assets:F01-Relocation:1001-Treasury "ended"', 48),
    ("chart-use-account", USE, 'custom "use" Expenses:F01-Relocation:0603-None "ended"', 48),
    ("chart-use-word", '"ended"', '"stopped"', 48),
    ("chart-use-early", "2016-01-01 custom", "2013-12-31 custom", 48),
    ("chart-use-twice", "2016-01-01 custom", "2014-01-01 custom", 48),
    ("chart-use-not-granted", USE, 'custom "use" Expenses:F01-Relocation:0602-Roads "ended"', 48),
]
"""The key of an error, a passage of the sound chart, what stands there instead, and the line that is blamed."""


@pytest.mark.parametrize(("key", "old", "new", "line"), FAULTS)
def test_what_a_chart_may_not_say(key: str, old: str, new: str, line: int) -> None:
    """Each fault is refused with its own error, at its file and line, in both languages."""
    with pytest.raises(ChartError) as refusal:
        read_chart(changed(old, new), "book/chart.beancount")
    error = refusal.value
    assert (error.key, error.where()) == (key, f"book/chart.beancount:{line}")
    for language in LANGUAGES:
        assert error.text(language)
        assert error.remedy(language)


def test_every_error_of_a_chart_is_provoked() -> None:
    """A message that no test reaches may be wrong for years."""
    elsewhere = {"chart-account-unknown", "chart-removed", "chart-frozen"}
    own = tomllib.loads(files("fundtrack.messages").joinpath("chart.toml").read_text("utf-8"))
    keys = {key for key, sentences in own.items() if "remedy-en" in sentences}
    assert keys == {key for key, *_ in FAULTS} | elsewhere


def test_uses_are_judged_by_their_dates_and_not_by_their_lines() -> None:
    """A clerk may write a later act above an earlier one."""
    granted, ended = (
        f'{{}}-01-01 custom "use" Expenses:F01-Relocation:0602-Roads "{word}"\n  authority: "x"\n'
        for word in ("granted", "ended")
    )
    chart = read_chart(TEXT + ended.format(2017) + granted.format(2015), "chart.beancount")
    assert [use.granted for use in chart.uses if use.account == ROADS] == [True, False]
    with pytest.raises(ChartError, match="cannot end"):
        read_chart(TEXT + granted.format(2017) + ended.format(2015), "chart.beancount")


def test_all_syntax_errors_are_told_at_once() -> None:
    """With Beancount's own words."""
    with pytest.raises(ChartError, match=r"line 45: .*; line 49: Invalid token: 'custim'"):
        read_chart(
            changed(OPEN, "2014-13-01 open A:B", changed("2016-01-01 custom", "\n2016-01-01 custim")), "chart.beancount"
        )


def test_a_chart_that_is_no_text_is_refused() -> None:
    """Not with a traceback."""
    with pytest.raises(UsageError):
        read_chart("\0", "chart.beancount")


def test_cash_is_the_kind_of_an_account_with_a_bank() -> None:
    """And each root has a kind of its own when none is given."""
    opens = "".join(f"2014-01-01 open {root}:F01-Relocation:900{n}-Aa CNY\n" for n, root in enumerate(list(KINDS)[1:]))
    accounts = read_chart(changed('  kind: "cash"\n', "") + opens, "chart.beancount").accounts
    assert (accounts["Assets:F01:1001"].kind, accounts["Assets:F01:1001"].controlled) == ("cash", 1)
    assert [accounts[f"{root}:F01:900{n}"].kind for n, root in enumerate(list(KINDS)[1:])] == [
        "payable",
        "balance",
        "transfer",
        "use",
    ]


def test_a_chart_may_be_written_in_chinese() -> None:
    """Then the other name of an account is the English one, and a missing one is the Chinese one."""
    chart = read_chart(CHINESE, "chart.beancount")
    assert chart.language == "zh"
    assert (chart.funds["F01"].name, chart.funds["F01"].name_zh) == ("中央易地搬迁", "中央易地搬迁")
    housing, roads = chart.accounts.values()
    assert (housing.path, housing.name, housing.name_zh) == (HOUSING, "Housing", "住房建设")
    assert (roads.path, roads.name, roads.name_zh) == (ROADS, "道路", "道路")
    assert [(use.account, use.granted) for use in chart.uses] == [(HOUSING, True), (ROADS, True)]


@given(charts(), st.sampled_from(LANGUAGES))
@settings(max_examples=300, deadline=None)
def test_any_chart_reads_back_as_it_was_written(chart: Chart, language: Language) -> None:
    """In both languages, and from one into the other; writing what was read gives the same bytes."""
    text = write_accounts(chart, language)
    again = read_chart(text, "chart.beancount")
    assert again == replace(chart, language=language)
    assert write_accounts(again, language) == text
    other: Language = "zh" if language == "en" else "en"
    assert read_chart(write_accounts(again, other), "chart.beancount") == replace(chart, language=other)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_written_chart_is_sound_beancount(language: Language) -> None:
    """bean-check has nothing to say about it."""
    text = write_accounts(read_chart(TEXT, "chart.beancount"), language)
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    assert len(entries) == 10


def test_a_written_chart_in_chinese_is_as_a_clerk_would_write_it() -> None:
    """The names of the other language are metadata; what has no value is left out."""
    text = write_accounts(read_chart(TEXT, "chart.beancount"), "zh")
    assert text.startswith('option "title" "Tianyang County: Hometown resettlement project"\n')
    assert root_options("zh") in text
    assert root_options("en") == ""
    assert (
        """
2014-01-01 open E支出:F01-中央易地搬迁:0601-住房建设 CNY
  name-en: "Housing"
  kind: "use"
  authority: "桂[2014]33号"
"""
        in text
    )
    assert text.count("may-advance") == 1
