"""Charts for the tests: a sound one in each language, passages of it, and any chart there may be."""

from __future__ import annotations

from datetime import date, timedelta
from unicodedata import normalize

from hypothesis import strategies as st

from fundtrack.chart.model import (
    KINDS,
    LEVELS,
    QUOTA,
    REGIMES,
    ROLES,
    STATUSES,
    Account,
    Bank,
    Chart,
    Fund,
    Intermediary,
    Project,
    Use,
)

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


OPEN = "2014-01-01 open Expenses:F01-Relocation:0602-Roads CNY"
CASH = '  kind: "cash"\n  bank: "B01"\n'
USE = 'custom "use" Expenses:F01-Relocation:0601-Housing "ended"'

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


def changed(old: str, new: str, text: str = TEXT) -> str:
    """Return the chart with one passage replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


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
    """Return accounts of one fund; cash only where there is a bank account, and every status of quota or none."""
    found = []
    for code in draw(st.lists(st.integers(0, 9999), max_size=4, unique=True)):
        root = draw(st.sampled_from(sorted(KINDS)))
        kinds = [kind for kind in KINDS[root] if not kind.startswith(QUOTA) and (banks or kind != "cash")]
        kind = draw(st.sampled_from(kinds))
        found.append(
            Account(
                root=root,
                fund=fund,
                unit=draw(st.sampled_from(["CNY", "USD"])),
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
    free = [code for code in range(9999, 9975, -1) if f"{code:04}" not in {account.code for account in found}]
    for code, (status, root) in zip(free, STATUSES.items() if draw(st.booleans()) else (), strict=False):
        found.append(Account(root, fund, "CNY.Q", f"{code:04}", QUOTA + status, 0, draw(labels), draw(labels), "",
                             draw(days), draw(texts | st.just("")), 0))  # fmt: skip
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
    banks = {code: Bank(code, draw(texts), draw(texts), f"{draw(texts)} {code}", draw(days), 0) for code in draw(codes)}
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
        currency=draw(st.sampled_from(["CNY", "GBP"])),
        intermediaries={
            name: Intermediary(
                name, draw(st.sampled_from(sorted(projects))), draw(st.sampled_from(ROLES)), draw(days), 0
            )
            for name in companies
        },
    )
