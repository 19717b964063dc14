"""Pages of a bureau's own: none of them disarms another check, runs a second statement or breaks in another's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from books import CHART
from fundtrack.checking import checks, run
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.checking.book import book_lens
from fundtrack.checking.check import check_of
from fundtrack.errors import PageError, Refused
from fundtrack.pages import load
from fundtrack.posting import Draft, Entry, Leg, post
from shelf import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book
    from fundtrack.checking import Check
    from shelf import Shelf

PAGE: Final = """---
severity: {severity}
basis: [county circular]
parameters: {parameters}
title-zh: 本县检查
message-zh: 凭证 {{voucher}}。
reason-zh: 本县规定。
remedy-zh: 更正。
---
# {name}

Voucher {{voucher}}.

The county says so.

**Remedy.** Mend it.

```sql scope={scope}
{select}
```
"""
SELECT: Final = "SELECT voucher, date FROM postings WHERE amount > {limit}"
FIRST: Final = PAGE.partition("{select}")[0].count("\n") + 1
"""The line of a page on which its select begins."""


def write(
    folder: Path, name: str, select: str, *, scope: str = "voucher", parameters: str = "{}", severity: str = "fatal"
) -> Path:
    """Write a page and return its path."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.md"
    text = PAGE.format(name=name, select=select, scope=scope, parameters=parameters, severity=severity)
    path.write_text(text, "utf-8")
    return path


def receipt(fund: str, amount: int) -> Draft:
    """Return money received."""
    entries = (Entry(Leg(fund, "1001"), Leg(fund, "4001"), amount),)
    return Draft(fund, date(2015, 1, 5), "transfer-received", entries, inflow=True)


def payment(fund: str, use: str, amount: int) -> Draft:
    """Return money paid."""
    return Draft(fund, date(2015, 2, 5), "disbursement", (Entry(Leg(fund, use), Leg(fund, "1001"), amount),))


DISARMING: Final = {
    "ends it and comments out the rest": "SELECT voucher, date FROM postings WHERE 0 = 1) AS found) /*",
    "ends it before a line comment": "SELECT voucher, date FROM postings) AS found) -- the end",
    "a comment": "SELECT voucher, date /* all */ FROM postings",
    "a line comment": "SELECT voucher, date FROM postings -- all",
    "a second statement": "SELECT voucher, date FROM postings; DELETE FROM voucher",
    "closes and opens": "SELECT voucher FROM postings) AS one, (SELECT date FROM postings",
    "left open": "SELECT voucher, date FROM (SELECT * FROM postings",
    "an open text": "SELECT voucher, date FROM postings WHERE payee <> '",
    "an open text that seems closed": "SELECT voucher, date FROM postings WHERE payee <> 'a''",
    "an open name": 'SELECT voucher, "date FROM postings',
    "a text closed in one database": r"SELECT voucher, date FROM postings WHERE payee <> E'\' OR 1 = 1) /* '",
    "a name in brackets": "SELECT voucher, date AS [x') AS found) /*] FROM postings",
    "a name in backticks": "SELECT voucher, date AS `x') AS found) --` FROM postings",
    "a text in dollars": "SELECT voucher, $$) AS found) --$$ AS date FROM postings",
    "another's parameter": "SELECT voucher, date FROM postings WHERE amount > ?1",
    "no select": "DELETE FROM voucher RETURNING id AS voucher",
}


@pytest.mark.parametrize("select", DISARMING.values(), ids=DISARMING)
def test_a_select_that_leads_out_of_itself_is_refused(tmp_path: Path, select: str) -> None:
    """When the page is read, on its line, in both languages."""
    path = write(tmp_path, "own", f"\n{select}")
    with pytest.raises(PageError) as caught:
        check_of(load(path))
    assert caught.value.key == "check-statement"
    assert caught.value.details["line"] == FIRST + (not select.startswith("DELETE"))
    assert "SELECT" in str(caught.value)
    assert "括号" in str(caught.value)


SOUND: Final = (
    "SELECT voucher, date, ')(--' || '/*' || ';' || 'it''s [a] `b` $c' AS \"a ) ; --\" FROM postings WHERE amount > 0",
    "WITH own AS (SELECT * FROM postings)\nSELECT voucher, date FROM own WHERE amount - 1 >= 0 AND amount / 2 * 2 > 0",
    "select voucher, date from postings where (((amount > 0))) ;",
)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("select", SOUND)
def test_a_sound_select_runs(shelf: Shelf, engine: str, select: str) -> None:
    """Whatever stands between its quotes."""
    with shelf.book(engine, CHART) as book:
        post(book, [receipt("F01", 100)], by="clerk")
        write(book.folder / "checks", "own", select)
        assert [finding.check for finding in audit_book(book).findings] == ["own"]


@pytest.mark.parametrize("scope", ["payee/**/FROM/**/candidate_vouchers)--", "vouchers", "", "voucher,payee"])
def test_a_scope_is_the_name_of_a_column(tmp_path: Path, scope: str) -> None:
    """For it becomes a part of the statement too."""
    with pytest.raises(PageError) as caught:
        check_of(load(write(tmp_path, "own", "SELECT voucher, date FROM postings", scope=scope)))
    assert caught.value.key == "check-page"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_no_page_disarms_the_installed_ones(shelf: Shelf, engine: str, name: str) -> None:
    """Neither when it is refused nor when, past its refusal, it is run: nothing overspent is posted."""
    with shelf.book(engine, CHART) as book:
        post(book, [receipt("F03", 100)], by="clerk")
        own = check_of(load(write(book.folder / "checks", name, "SELECT voucher, date FROM postings WHERE 0 = 1")))
        evil = replace(own, select=DISARMING["ends it and comments out the rest"])
        with pytest.raises(PageError, match=name):
            post(book, [payment("F03", "0603", 101)], by="clerk", pages={**checks(), name: evil})
        write(book.folder / "checks", name, evil.select)
        with pytest.raises(PageError, match=name):
            post(book, [payment("F03", "0603", 101)], by="clerk")
        (book.folder / "checks" / f"{name}.md").unlink()
        with pytest.raises(Refused):
            post(book, [payment("F03", "0603", 101)], by="clerk")
        assert post(book, [payment("F03", "0603", 100)], by="clerk").numbers == ("F03-2015-000002",)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_statement_is_never_run(shelf: Shelf, engine: str) -> None:
    """Not even where a select was let in that has one: the database takes one statement and no more."""
    second = "SELECT 1 AS voucher) AS one; COMMIT; CREATE TABLE evil (x INTEGER); SELECT * FROM (SELECT 1 AS voucher"
    with shelf.book(engine, CHART) as book:
        own = check_of(load(write(book.folder / "checks", "own", "SELECT voucher, date FROM postings")))
        assert found(book, own) == []
        with pytest.raises(PageError, match="own"):
            found(book, replace(own, select=second))
        with pytest.raises(PageError, match="own"):
            post(book, [receipt("F01", 1)], by="clerk", pages={"own": replace(own, select=second)})
        with book.reading() as connection:
            assert not connection.dialect.has_table(connection, "evil")


def found(book: Book, check: Check) -> list[str]:
    """Return the dates of what a check finds in the whole book."""
    with book.reading() as connection:
        return [one.date for one in run(connection, [check], book_lens(connection, book.chart(connection)))]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_measure_that_is_null_breaks_its_page(shelf: Shelf, engine: str) -> None:
    """In its own name, for nobody could say whether the finding grew."""
    with shelf.book(engine, CHART) as book:
        post(book, [receipt("F01", 100)], by="clerk")
        own = check_of(load(write(book.folder / "checks", "own", "SELECT voucher, date, NULL AS lost FROM postings")))
        with pytest.raises(PageError, match="own"):
            found(book, replace(own, measure="lost"))


WHOLE: Final = {
    "behind a comma": "SELECT 0 AS x, * FROM vouchers",
    "of a table": "SELECT v . * FROM vouchers AS v",
    "all": "SELECT ALL * FROM vouchers",
    "in common": "SELECT v.voucher, v.date FROM vouchers AS v NATURAL JOIN (SELECT 'transfer-received' AS kind) AS k",
}


@pytest.mark.parametrize("select", WHOLE.values(), ids=WHOLE)
def test_a_page_may_ask_for_every_column(shelf: Shelf, select: str) -> None:
    """A relation has all its columns where a select does not name those it wants."""
    with shelf.book("sqlite", CHART) as book:
        write(book.folder / "checks", "own", select)
        with pytest.raises(Refused) as caught:
            post(book, [receipt("F01", 100)], by="clerk")
        assert [finding.check for finding in caught.value.findings] == ["own"]


BROKEN: Final = {
    "a column": "SELECT voucher, nothing FROM postings",
    "a parameter": "SELECT voucher, date FROM postings WHERE amount > :nothing",
    "a syntax error": "SELECT voucher date FROM FROM postings",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("select", BROKEN.values(), ids=BROKEN)
def test_a_broken_page_breaks_in_its_own_name(shelf: Shelf, engine: str, select: str) -> None:
    """With its file and the line of its select, beside sound pages before and after it; and nothing is posted."""
    with shelf.book(engine, CHART) as book:
        for name in ("aaa", "zzz"):
            write(book.folder / "checks", name, "SELECT voucher, date FROM postings WHERE amount > 10000")
        path = write(book.folder / "checks", "own", select)
        with pytest.raises(PageError) as caught:
            post(book, [receipt("F01", 100)], by="clerk")
        assert (caught.value.key, caught.value.details["name"]) == ("check-select", "own")
        assert (caught.value.details["path"], caught.value.details["line"]) == (path, FIRST)
        path.unlink()
        assert post(book, [receipt("F01", 100)], by="clerk").numbers == ("F01-2015-000001",)


@pytest.mark.parametrize("engine", ENGINES)
def test_parameters_of_two_pages_are_two(shelf: Shelf, engine: str) -> None:
    """However their names run together: `a-b` with `c`, `a` with `b_c` and with `b__c`."""
    limits = {"own": ("b_c", 100), "own-b": ("c", 200), "own-b-c": ("d", 300), "own-b-c-d": ("e__f", 400)}
    with shelf.book(engine, CHART) as book:
        for name, (parameter, limit) in limits.items():
            select = SELECT.format(limit=f":{parameter}")
            write(book.folder / "checks", name, select, parameters=f"{{{parameter}: {limit}}}", severity="warn")
        known = checks(book.folder / "checks")
        own = (check for name, check in known.items() if name in limits)
        bound = [name for check in own for name in check.bound() if name != "one"]
        assert len(set(bound)) == len(bound) == len(limits)
        posted = post(book, [receipt("F01", 300)], by="clerk")
        assert [one.check for one in posted.findings] == ["own", "own-b"]


def test_two_accounts_of_one_voucher_are_two_findings(tmp_path: Path) -> None:
    """A lead that is dismissed does not take its neighbour with it."""
    ledger = tmp_path / "ledger.beancount"
    ledger.write_text(
        CHART.replace('custom "fund" "F04"', 'custom "fund" "F04"\n  valid-to: 2015-01-01')
        + """
2015-01-05 * "money" #transfer-received
  Assets:F01-Relocation:1001-Treasury  100.00 CNY
  Income:F01-Relocation:4001-Transfer
2015-02-01 * "neither is granted" #disbursement
  Expenses:F01-Relocation:0612-Never  10.00 CNY
  Expenses:F01-Relocation:0613-Later  10.00 CNY
  Assets:F01-Relocation:1001-Treasury
2015-02-02 * "neither is there" #adjustment
  Assets:F01-Relocation:1008-Nowhere  10.00 CNY
  Income:F01-Relocation:4008-Nowhere
2015-02-03 * "late twice" #disbursement
  Expenses:F04-Local:0604-Building  10.00 CNY
  Assets:F04-Local:1201-Advances    10.00 CNY
  Income:F04-Local:4001-Transfer
""",
        "utf-8",
    )
    findings = audit_ledger(ledger).findings
    names = ("use-not-permitted", "unknown-fund-or-account", "outside-validity")
    assert sorted(one.check for one in findings) == sorted([*names, *names])
    assert len({one.fingerprint for one in findings}) == len(findings)
