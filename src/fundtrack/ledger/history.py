"""What earlier versions of the chart said, published behind the chart itself.

A voucher is judged by the version it was posted under, so that a later act, whatever day it is dated, neither condemns
nor excuses what stands. The chart in force does not say since when it says what it says; these directives do:

    2015-02-01 custom "use-since" Expenses:F01-Relocation:0601-Housing "ended" 2
    2014-01-01 custom "fund-until" "F01" 1
      valid-to: 2020-12-31
      …

A use was ended by version 2, whatever its date; and up to version 1 these were the terms of the fund. What is not
mentioned is as old as the chart, and a chart that never changed has no history.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from fundtrack.beantext.directives import Custom
from fundtrack.beantext.escape import string
from fundtrack.chart.model import identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from fundtrack.beantext.directives import CustomValue, Directive
    from fundtrack.chart.model import Chart
    from fundtrack.errors import Language

HEADING: Final = """
;; What earlier versions of the chart said: a voucher is judged by the version it was posted under.
;; 科目表的历次版本：凭证按其入账时的版本审核。
"""

TERMS: Final = ("group", "department", "level", "regime", "valid-from", "valid-to", "may-advance", "authority")
"""The metadata of a fund's terms, in the order of the columns that hold them."""

WORDS: Final = ("ended", "granted")


class Decided(NamedTuple):
    """An act on a use, and the version of the chart that brought it."""

    date: str
    account: str
    granted: bool
    since: int


class Terms(NamedTuple):
    """What a fund's terms were up to a version of the chart; `said` has a text for each of TERMS."""

    fund: str
    until: int
    said: tuple[str, ...]


class History(NamedTuple):
    """Every act that came after the first version, and all terms of funds that are no longer in force."""

    decided: tuple[Decided, ...] = ()
    terms: tuple[Terms, ...] = ()


def history(connection: Connection) -> History:
    """Return the history of a book's chart."""
    acts = connection.exec_driver_sql("SELECT date, account, granted, chart FROM book_grants WHERE chart > 1")
    rows = connection.exec_driver_sql("""SELECT fund, chart_last, fund_group, department, level, regime, valid_from,
        valid_to, CASE may_advance WHEN 1 THEN 'TRUE' ELSE '' END, authority FROM book_funds ORDER BY fund, chart""")
    every = (Terms(fund, last, tuple(said)) for fund, last, *said in rows)
    funds = ([*of_fund] for _, of_fund in groupby(every, key=lambda terms: terms.fund))
    replaced = (old for of_fund in funds for old, new in pairwise(of_fund) if old.said != new.said)
    return History(tuple(sorted(Decided(day, use, bool(yes), since) for day, use, yes, since in acts)), tuple(replaced))


def write_history(history: History, chart: Chart, language: Language) -> str:
    """Return the directives of a history, with the accounts named in a language; nothing where there is none."""
    acts = (
        f'{one.date} custom "use-since" {chart.accounts[one.account].written(language, chart)}'
        f' "{WORDS[one.granted]}" {one.since}\n'
        for one in history.decided
    )
    terms = (
        f'{chart.funds[one.fund].date} custom "fund-until" "{one.fund}" {one.until}\n{_said(one)}'
        for one in history.terms
    )
    text = "".join([*acts, *terms])
    return f"{HEADING}{text}" if text else ""


def read_history(entries: Iterable[Directive]) -> History:
    """Return the history that directives say; raises whatever arises where they are none of ours."""
    decided, terms = [], []
    for entry in entries:
        if not isinstance(entry, Custom):
            raise TypeError(entry)
        first, *values = [one.value for one in cast("Iterable[CustomValue]", entry.values or ())]
        if entry.type == "use-since":
            word, since = values
            decided.append(Decided(entry.date.isoformat(), identity(str(first)), word == WORDS[1], int(str(since))))
        else:
            (until,) = values
            terms.append(Terms(str(first), int(str(until)), tuple(_text(entry.meta.get(key, "")) for key in TERMS)))
    return History(tuple(sorted(decided)), tuple(sorted(terms)))


def _said(terms: Terms) -> str:
    """Return the terms as metadata: dates and TRUE as they are, all else in quotes."""
    plain = {"valid-from", "valid-to", "may-advance"}
    pairs = zip(TERMS, terms.said, strict=True)
    return "".join(f"  {key}: {text if key in plain else string(text)}\n" for key, text in pairs if text)


def _text(value: Any) -> str:  # noqa: ANN401 - Beancount's metadata
    return "TRUE" if value is True else str(value)
