"""The chart of accounts: read, written in two languages, changed; and everything it may not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from fundtrack.chart.change import diff, end, forbidden, grant
from fundtrack.chart.model import (
    KINDS,
    LEVELS,
    REGIMES,
    ROLES,
    Account,
    Bank,
    Chart,
    Fund,
    Intermediary,
    Project,
    Use,
    identity,
)
from fundtrack.chart.read import read_chart
from fundtrack.chart.write import root_options, write_accounts
from fundtrack.errors import LANGUAGES, ChartError, FormatError, UsageError, messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from fundtrack.chart.change import Change
    from fundtrack.errors import Language

TEXT = """\
option "title" "Tianyang County: Hometown resettlement project"
option "operating_currency" "CNY"

2014-01-01 custom "fund" "F01"
  name: "Relocation"
  name-zh: "中央易地搬迁"
  group: "F01"
  department: "发展和改革局"
  level: "central"
  regime: "earmarked"
  valid-from: 2014-01-01
  valid-to: 2020-12-31
  authority: "原文未载"

2014-01-01 custom "fund" "F02A"
  name: "Poverty-alleviation"
  department: "扶贫办"
  level: "region"
  regime: "pooled"
  may-advance: TRUE
  authority: "桂[2014]1号"

2014-01-01 custom "bank" "B01"
  name: "Treasury single account"
  name-zh: "国库单一账户"
  number: "45001234560001"

2014-01-01 custom "project" "P01"
  name: "Hometown resettlement"
  name-zh: "老乡家园"

2014-01-01 custom "intermediary" "田阳县茂恒投资开发有限公司"
  project: "P01"
  role: "owner"

2014-01-01 open Assets:F01-Relocation:1001-Treasury CNY
  kind: "cash"
  bank: "B01"
  name-zh: "国库存款"
2014-01-01 open Assets:F01-Relocation:1201-Advances CNY
  kind: "advance"
2014-01-01 open Expenses:F01-Relocation:0601-Housing CNY
  name-zh: "住房建设"
  authority: "桂[2014]33号"
2014-01-01 open Expenses:F01-Relocation:0602-Roads CNY
  name-zh: "道路"

2016-01-01 custom "use" Expenses:F01-Relocation:0601-Housing "ended"
  authority: "桂[2016]5号"
"""
HOUSING = "Expenses:F01:0601"
ROADS = "Expenses:F01:0602"


def changed(old: str, new: str, text: str = TEXT) -> str:
    """Return the chart with one passage replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def test_a_chart_is_read_whole() -> None:
    """Every field of the example in the documentation, with what is left out filled in."""
    chart = read_chart(TEXT, "chart.beancount")
    day = date(2014, 1, 1)
    assert chart.title == "Tianyang County: Hometown resettlement project"
    assert chart.language == "en"
    assert chart.funds["F01"] == Fund(
        "F01", "Relocation", "中央易地搬迁", "F01", "发展和改革局", "central", "earmarked",
        day, date(2020, 12, 31), False, "原文未载", day, 4,
    )  # fmt: skip
    assert chart.funds["F02A"] == Fund(
        "F02A", "Poverty-alleviation", "Poverty-alleviation", "F02", "扶贫办", "region", "pooled",
        None, None, True, "桂[2014]1号", day, 15,
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
    assert [account.line for account in chart.accounts.values()] == [38, 42, 44, 47]


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


OPEN = "2014-01-01 open Expenses:F01-Relocation:0602-Roads CNY"
CASH = '  kind: "cash"\n  bank: "B01"\n'
USE = 'custom "use" Expenses:F01-Relocation:0601-Housing "ended"'

FAULTS: list[tuple[str, str, str, int]] = [
    ("chart-syntax", OPEN, OPEN + " ???", 47),
    ("chart-roots", 'option "op', 'option "name_assets" "Aa"\noption "op', 2),
    ("chart-currency", '"CNY"\n', '"USD"\n', 2),
    ("chart-title", 'option "title" "Tianyang County: Hometown resettlement project"', "", 1),
    ("chart-title", '"Tianyang County: Hometown resettlement project"', '" "', 1),
    ("chart-text", "Tianyang County", "Tianyang\u202eCounty", 1),
    ("chart-option", 'option "op', 'option "documents" "/etc"\noption "op', 2),
    ("chart-option", 'option "op', 'plugin "os"\noption "op', 2),
    ("chart-option", 'option "op', 'include "/etc/passwd"\noption "op', 2),
    ("chart-directive", OPEN, f'2014-01-01 * "pay"\n{OPEN}', 47),
    ("chart-directive", OPEN, f"2014-01-01 close Assets:F01-Relocation:1001-Treasury\n{OPEN}", 47),
    ("chart-custom", OPEN, f'2014-01-01 custom "found" "F03"\n{OPEN}', 47),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund" "F01" "F02"', 4),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund"', 4),
    ("chart-values", 'custom "fund" "F01"', 'custom "fund" 1', 4),
    ("chart-values", USE, 'custom "use" "Expenses:F01-Relocation:0601-Housing" "ended"', 50),
    ("chart-text", "发展和改革局", "发展\u200b和改革局", 4),
    ("chart-text", "田阳县茂恒投资开发有限公司", "田阳县\ue000茂恒", 34),
    ("chart-metadata-missing", '  department: "发展和改革局"\n', "", 4),
    ("chart-metadata-missing", "发展和改革局", "", 4),
    ("chart-metadata-missing", '  name: "Relocation"\n  name-zh: "中央易地搬迁"\n', "", 4),
    ("chart-metadata-missing", '  authority: "桂[2016]5号"\n', "", 50),
    ("chart-metadata-missing", '  kind: "advance"\n', "", 42),
    ("chart-metadata-type", '"发展和改革局"', "2014-01-01", 4),
    ("chart-metadata-type", "valid-from: 2014-01-01", 'valid-from: "2014"', 4),
    ("chart-metadata-type", "may-advance: TRUE", 'may-advance: "yes"', 15),
    ("chart-metadata-choice", '"central"', '"national"', 4),
    ("chart-metadata-choice", '"earmarked"', '"ear-marked"', 4),
    ("chart-metadata-choice", '"owner"', '"friend"', 34),
    ("chart-metadata-choice", '"advance"', '"use"', 42),
    ("chart-metadata-unknown", '  group: "F01"', '  groop: "F01"', 4),
    ("chart-metadata-unknown", '  name-zh: "道路"', '  name-en: "道路"', 47),
    ("chart-declared-twice", '"F02A"', '"F01"', 15),
    (
        "chart-declared-twice",
        '2014-01-01 custom "project"',
        '2014-01-01 custom "bank" "B01"\n2014-01-01 custom "project"',
        30,
    ),
    ("chart-fund-code", '"F02A"', '"F2"', 15),
    ("chart-fund-code", "Expenses:F01-Relocation:0602", "Expenses:Roads:0602", 47),
    ("chart-account-code", "0602-Roads", "62-Roads", 47),
    ("chart-account-code", "0602-Roads", "Roads", 47),
    ("chart-code", '"B01"', '"b01"', 24),
    ("chart-code", '"P01"', '"P 01"', 30),
    ("chart-code", '"田阳县茂恒投资开发有限公司"', '""', 34),
    ("chart-name", '"中央易地搬迁"', '"中央 易地搬迁"', 4),
    ("chart-name", '"Relocation"', '"Relocation:Housing"', 4),
    ("chart-name", '"道路"', '"道路（一期）"', 47),
    ("chart-name", "0602-Roads", "0602-住房（一期）", 47),
    ("chart-name", "0602-Roads", "0602", 47),
    ("chart-prefix", '"F02A"', '"F01A"', 15),
    ("chart-validity", "valid-to: 2020-12-31", "valid-to: 2013-12-31", 4),
    ("chart-project", 'project: "P01"', 'project: "P02"', 34),
    ("chart-components", "0602-Roads", "0602-Roads:Village", 47),
    ("chart-components", "Expenses:F01-Relocation:0602-Roads", "Expenses:0602-Roads", 47),
    ("chart-fund", "Expenses:F01-Relocation:0602", "Expenses:F09-Relocation:0602", 47),
    ("chart-fund-name", "Expenses:F01-Relocation:0602", "Expenses:F01-Removal:0602", 47),
    ("chart-fund-name", "Expenses:F01-Relocation:0602", "Expenses:F01:0602", 47),
    ("chart-code-twice", "0602-Roads", "0601-Roads", 47),
    ("chart-code-twice", "0602-Roads", "1001-Roads", 47),
    ("chart-unit", "0602-Roads CNY", "0602-Roads", 47),
    ("chart-unit", "0602-Roads CNY", "0602-Roads CNY,USD", 47),
    ("chart-unit", "0602-Roads CNY", '0602-Roads CNY "FIFO"', 47),
    ("chart-cash", '  bank: "B01"\n', "", 38),
    ("chart-cash", '  kind: "advance"\n', '  kind: "advance"\n  bank: "B01"\n', 42),
    ("chart-bank", '  bank: "B01"\n', '  bank: "B02"\n', 38),
    ("chart-use-account", USE, 'custom "use" Assets:F01-Relocation:1001-Treasury "ended"', 50),
    ("chart-use-account", USE, 'custom "use" Expenses:F01-Relocation:0603-None "ended"', 50),
    ("chart-use-word", '"ended"', '"stopped"', 50),
    ("chart-use-early", "2016-01-01 custom", "2013-12-31 custom", 50),
    ("chart-use-twice", "2016-01-01 custom", "2014-01-01 custom", 50),
    ("chart-use-not-granted", USE, 'custom "use" Expenses:F01-Relocation:0602-Roads "ended"', 50),
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
    keys = {key for key in messages() if key.startswith("chart-") and "remedy-en" in messages()[key]}
    assert keys == {key for key, *_ in FAULTS} | elsewhere


def test_all_syntax_errors_are_told_at_once() -> None:
    """With Beancount's own words."""
    with pytest.raises(ChartError, match=r"line 47: .*; line 51: Invalid token: 'custim'"):
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


CHINESE = """\
option "title" "田阳县：老乡家园"
option "name_assets" "A资产"
option "name_liabilities" "L负债"
option "name_equity" "N净资产"
option "name_income" "R收入"
option "name_expenses" "E支出"

2014-01-01 custom "fund" "F01"
  name-zh: "中央易地搬迁"
  department: "发展和改革局"
  level: "central"
  regime: "earmarked"
  authority: "原文未载"
2014-01-01 open E支出:F01-中央易地搬迁:0601-住房建设 CNY
  name-en: "Housing"
  authority: "桂[2014]33号"
2014-01-01 open E支出:F01-中央易地搬迁:0602-道路 CNY
2015-01-01 custom "use" E支出:F01-中央易地搬迁:0602-道路 "granted"
  authority: "桂[2015]1号"
"""


def test_a_chart_may_be_written_in_chinese() -> None:
    """Then the other name of an account is the English one, and a missing one is the Chinese one."""
    chart = read_chart(CHINESE, "chart.beancount")
    assert chart.language == "zh"
    assert (chart.funds["F01"].name, chart.funds["F01"].name_zh) == ("中央易地搬迁", "中央易地搬迁")
    housing, roads = chart.accounts.values()
    assert (housing.path, housing.name, housing.name_zh) == (HOUSING, "Housing", "住房建设")
    assert (roads.path, roads.name, roads.name_zh) == (ROADS, "道路", "道路")
    assert [(use.account, use.granted) for use in chart.uses] == [(HOUSING, True), (ROADS, True)]


labels = st.text(st.sampled_from("AZaz09-建设住房"), min_size=1, max_size=6)
marks = st.sampled_from(["", '"', "\\", "\n2014-01-01 open Equity:Evil\n", " ; x", "桂[2014]33号", "é"])
letters = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=6)
texts = st.builds(lambda mark, text: normalize("NFC", f"x{text}{mark}x"), marks, letters)
days = st.dates(date(2000, 1, 1), date(2020, 12, 31))


@st.composite
def funds(draw: st.DrawFn) -> dict[str, Fund]:
    """Return funds, some of them parts of a group."""
    found = {}
    for number in draw(st.lists(st.integers(0, 99), max_size=3, unique=True)):
        for letter in draw(st.sampled_from(["", "A", "AB"])) or " ":
            code = f"F{number:02}{letter}".strip()
            first, last = sorted(draw(st.tuples(days, days)))
            found[code] = Fund(
                code=code,
                name=draw(labels),
                name_zh=draw(labels),
                group=draw(texts),
                department=draw(texts),
                level=draw(st.sampled_from(LEVELS)),
                regime=draw(st.sampled_from(REGIMES)),
                valid_from=draw(st.just(first) | st.none()),
                valid_to=draw(st.just(last) | st.none()),
                may_advance=draw(st.booleans()),
                authority=draw(texts),
                date=draw(days),
                line=0,
            )
    return found


@st.composite
def accounts(draw: st.DrawFn, fund: str, banks: list[str]) -> list[Account]:
    """Return accounts of one fund; cash only where there is a bank account."""
    found = []
    for code in draw(st.lists(st.integers(0, 9999), max_size=4, unique=True)):
        root = draw(st.sampled_from(sorted(KINDS)))
        kind = draw(st.sampled_from(KINDS[root] if banks or root != "Assets" else KINDS[root][1:]))
        found.append(
            Account(
                root=root,
                fund=fund,
                unit=draw(st.sampled_from(["CNY", "CNY.Q"])),
                code=f"{code:04}",
                kind=kind,
                controlled=int(kind == "cash"),
                name=draw(labels),
                name_zh=draw(labels),
                bank=draw(st.sampled_from(banks)) if kind == "cash" else "",
                date=draw(days),
                authority=draw(texts | st.just("")),
                line=0,
            )
        )
    return found


@st.composite
def uses(draw: st.DrawFn, account: Account) -> list[Use]:
    """Return what was decided about one expense account, at most once a day, ending only what is granted."""
    found = [Use(account.path, account.date, granted=True, document=account.authority, line=0)]
    for after in draw(st.lists(st.integers(1, 999), max_size=3)):
        last = found[-1]
        granted = not last.document or not last.granted or draw(st.booleans())
        found.append(Use(account.path, last.date + timedelta(after), granted, draw(texts), 0))
    return found if account.authority else found[1:]


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    """Return any chart that may be."""
    codes = st.lists(st.from_regex(r"[A-Z][A-Z0-9-]{0,4}", fullmatch=True), max_size=2, unique=True)
    banks = {code: Bank(code, draw(texts), draw(texts), draw(texts), draw(days), 0) for code in draw(codes)}
    projects = {code: Project(code, draw(texts), draw(texts), draw(days), 0) for code in draw(codes)}
    companies = draw(st.lists(texts.filter(lambda text: "\n" not in text), max_size=2, unique=True)) if projects else []
    channels = draw(funds())
    opened = [account for fund in channels for account in draw(accounts(fund, sorted(banks)))]
    decided = [use for one in opened if one.root == "Expenses" for use in draw(uses(one))]
    return Chart(
        title=draw(texts),
        language="en",
        funds=channels,
        accounts={account.path: account for account in opened},
        uses=tuple(sorted(decided, key=lambda use: (use.date, use.account))),
        banks=banks,
        projects=projects,
        intermediaries={
            name: Intermediary(
                name, draw(st.sampled_from(sorted(projects))), draw(st.sampled_from(ROLES)), draw(days), 0
            )
            for name in companies
        },
    )


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


def test_no_difference_is_no_change() -> None:
    """Lines and languages are not part of the policy."""
    chart = read_chart(TEXT, "chart.beancount")
    assert diff(chart, read_chart("\n\n" + write_accounts(chart, "zh"), "chart.beancount")) == []


CHANGES = [
    ("Tianyang County: Hometown", "County: Hometown", "title-altered", "title : Tianyang County"),
    ("may-advance: TRUE", "may-advance: FALSE", "fund-altered", "fund F02A may-advance: True becomes False."),
    ('"道路"', '"公路"', "account-altered", "account Expenses:F01:0602 name-zh: 道路 becomes 公路."),
    ('"45001234560001"', '"45"', "bank-altered", "bank account B01 number: 45001234560001 becomes 45."),
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
    forbidden(before, after)


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
    forbidden(before, after)


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
        ("chart-frozen", "0602-Roads CNY", "0602-Roads CNY.Q"),
        ("chart-frozen", '"advance"', '"receivable"'),
        ("chart-frozen", CASH, '  kind: "receivable"\n'),
        ("chart-frozen", OPEN, OPEN.replace("2014", "2013")),
    ],
)
def test_what_was_decided_stays(key: str, old: str, new: str) -> None:
    """Nothing posted may change its meaning afterwards."""
    before, after = read_chart(TEXT, "chart.beancount"), read_chart(changed(old, new), "chart.beancount")
    with pytest.raises(ChartError) as refusal:
        forbidden(before, after)
    assert refusal.value.key == key
    assert str(refusal.value)


def test_an_account_keeps_its_bank() -> None:
    """Its money is there."""
    second = '2014-01-01 custom "bank" "B02"\n  name: "Other"\n  number: "1"\n'
    before = read_chart(TEXT + second, "chart.beancount")
    with pytest.raises(ChartError, match="its bank was B01 and cannot become B02"):
        forbidden(before, read_chart(changed('bank: "B01"', 'bank: "B02"') + second, "chart.beancount"))
    with pytest.raises(ChartError, match="Other"):
        forbidden(before, read_chart(TEXT, "chart.beancount"))


@pytest.mark.parametrize(
    "name", [ROADS, "F01:0602", "Expenses:F01-Relocation:0602-Roads", "E支出:F01-中央易地搬迁:0602-道路"]
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
        (lambda: end(TEXT + "???", "F01:0601", date(2017, 1, 1), "x"), "chart-syntax"),
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
