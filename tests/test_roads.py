"""Random books by every road: posted one by one, staged at once, as a ledger, in a batch; on both engines alike."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import randombooks
import roads
from fundtrack.checking import checks
from fundtrack.checking.audit import audit_book, audit_ledger
from fundtrack.checking.book import vouchers_of
from fundtrack.checking.candidates import candidate_lens, prepare, stage
from fundtrack.checking.source import LEDGER_PROBLEM
from fundtrack.errors import PageError, Refused
from fundtrack.money import grouped
from fundtrack.posting import post
from fundtrack.posting.batch import Batch
from fundtrack.posting.post import staged
from randombooks import CASH, Act, Terms
from roads import Found
from shelf import ENGINES, rolled_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from random import Random
    from typing import Any

    from fundtrack.book import Book
    from fundtrack.checking import Finding
    from randombooks import Drawn
    from roads import Bill, Case, Verdict, Voucher
    from shelf import Shelf

CHECKS: Final = checks()
AT_POSTING: Final = [name for name, check in CHECKS.items() if check.scope != "book"]
"""The checks that posting asks, which is what the roads are compared by."""

random_books = settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def fatal(found: Iterable[Found], bill: Bill) -> set[Found]:
    """Return what refuses a bill."""
    lines = {voucher.line for voucher in bill}
    return {one for one in found if one.severity == "fatal" and one.line in lines}


def first(found: set[Found], bills: Iterable[Bill]) -> set[Found]:
    """Return what refuses the first bill that is refused."""
    return next((faults for bill in bills if (faults := fatal(found, bill))), set())


@random_books
@given(book=randombooks.BOOKS)
def test_roads_agree(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, book: Drawn) -> None:
    """Posting refuses first what the whole reports first, leaves a sound book and overdraws no day, on both engines."""
    case = randombooks.case(*book)
    outcomes = []
    for engine in ENGINES:
        with shelf.lend(engine, case.chart) as lent:
            whole = roads.at_once(lent, case.bills, CHECKS)
            verdicts = roads.one_by_one(lent, case.bills, CHECKS)
            assert not {one for one in roads.in_book(lent, CHECKS) if one.severity == "fatal"}
            outcomes.append((whole, verdicts, contents(lent)))
    assert outcomes[0] == outcomes[1]
    found = {one for verdict in verdicts for one in verdict.found}
    assert first(whole, case.bills) == first(found, case.bills)
    assert first(as_ledger(case, tmp_path_factory.mktemp("ledger")), case.bills) == first(found, case.bills)
    assert_day_ends(verdicts)


@pytest.mark.parametrize("engine", ENGINES)
@random_books
@given(book=randombooks.BOOKS, order=st.randoms(use_true_random=False))
def test_posted_in_any_order(shelf: Shelf, engine: str, book: Drawn, order: Random) -> None:
    """Vouchers posted late, dated before what stands, leave every day-end as sound as those posted in time."""
    case = randombooks.case(*book)
    openings = [bill for bill in case.bills if bill[0].draft.kind == "opening"]
    others = [bill for bill in case.bills if bill[0].draft.kind != "opening"]
    order.shuffle(others)
    with shelf.lend(engine, case.chart) as lent:
        verdicts = roads.one_by_one(lent, [*openings, *others], CHECKS)
        assert not {one for one in roads.in_book(lent, CHECKS) if one.severity == "fatal"}
    assert_day_ends(verdicts)


@pytest.mark.parametrize("engine", ENGINES)
@random_books
@given(book=randombooks.BOOKS, order=st.randoms(use_true_random=False))
def test_a_batch_posts_what_one_by_one_would(shelf: Shelf, engine: str, book: Drawn, order: Random) -> None:
    """The set-based way refuses the same rows, each for reasons that hold, and leaves the same book.

    Some rows stand before, and others are dated before them. Only the numbers may differ: what has to be judged singly
    goes in after the rest.
    """
    terms, acts = book
    case = randombooks.case(terms, [act for act in acts if act.kind in randombooks.SIDES or act.kind == "mixed"])
    openings = [bill for bill in case.bills if bill[0].draft.kind == "opening"]
    rows = sorted(case.bills[len(openings) :], key=lambda bill: bill[0].line)
    drafts, _ = roads.ready(rows)
    keyed = [[row[0].instead(draft)] for row, draft in zip(rows, drafts, strict=True)]
    stand = order.sample(keyed, order.randint(0, len(keyed) // 2))
    keyed = [row for row in keyed if row not in stand]
    with shelf.lend(engine, case.chart) as lent:
        roads.one_by_one(lent, [*openings, *stand], CHECKS)
        with rolled_back(lent):
            refused = batch(lent, keyed)
            together = unnumbered(contents(lent))
        verdicts = roads.one_by_one(lent, roads.in_order(keyed), CHECKS)
        assert together == unnumbered(contents(lent))
        singly = {v.bill[0].line: {one.check for one in v.found} for v in verdicts if not v.posted}
        assert refused.keys() == singly.keys()
        assert all(why and why <= singly[line] for line, why in refused.items())


def batch(book: Book, rows: list[Bill]) -> dict[int, set[str]]:
    """Post rows as a batch; return the checks that refused a row, by its line."""
    with book.writing() as connection:
        prepare(connection)
        begin = connection.exec_driver_sql("SELECT COALESCE(MAX(id), 0) + 1 FROM voucher").scalar_one()
        stage(connection, staged([row[0].draft for row in rows], begin, book.chart_version(connection)))
        lens = candidate_lens(book.chart(connection), vouchers_of(connection))
        outcome = Batch(connection, CHECKS, lens, roads.CLERK).post()
    return {rows[at - begin][0].line: {one.check for one in why} for at, why in outcome.refused.items()}


def contents(book: Book) -> tuple[list[tuple[Any, ...]], ...]:
    """Return what a book holds, without the ids: its entries by voucher number, its day-ends and its totals."""
    entries = """SELECT v.fund, v.year, v.number, e.line, v.date, v.kind, v.bank_ref, v.occurrence, e.debit, e.credit,
        e.amount, e.red FROM voucher AS v JOIN entry AS e ON e.voucher = v.id ORDER BY 1, 2, 3, 4"""
    day_ends = "SELECT account, day, change, balance FROM book_daily_balances ORDER BY 1, 2"
    totals = "SELECT fund, code, total FROM balance ORDER BY 1, 2"
    with book.reading() as connection:
        return tuple(
            [tuple(row) for row in connection.exec_driver_sql(select)] for select in (entries, day_ends, totals)
        )


def unnumbered(book: tuple[list[tuple[Any, ...]], ...]) -> tuple[list[tuple[Any, ...]], ...]:
    """Return what a book holds without the numbers of its vouchers."""
    entries, *balances = book
    return sorted((*entry[:2], *entry[3:]) for entry in entries), *balances


def assert_day_ends(verdicts: Iterable[Verdict]) -> None:
    """Assert that `overdrawn` refused just what takes a day-end from its date on below zero, or further below."""
    posted: dict[tuple[str, str], dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for verdict in verdicts:
        moves = [move for voucher in verdict.bill for move in cash_moves(voucher)]
        if verdict.bill[0].draft.kind != "opening":
            worse = any(worsens(posted[account], moves, account) for account in {account for account, _, _ in moves})
            assert worse == ("overdrawn" in {one.check for one in verdict.found}), verdict
        if verdict.posted:
            for account, day, amount in moves:
                posted[account][day] += amount


def cash_moves(voucher: Voucher) -> list[tuple[tuple[str, str], Any, int]]:
    """Return what a voucher does to accounts of cash: the account, the day, and by how much."""
    return [
        ((leg.fund, leg.code), voucher.draft.date, sign * (1 - 2 * entry.red) * entry.amount)
        for entry in voucher.draft.entries
        for leg, sign in ((entry.debit, 1), (entry.credit, -1))
        if leg.code == CASH and leg.fund in randombooks.FUNDS
    ]


def worsens(held: Mapping[Any, int], moves: Iterable[tuple[Any, Any, int]], account: tuple[str, str]) -> bool:
    """Return whether moves take a day-end of an account below zero, or further below."""
    own = [(day, amount) for moved, day, amount in moves if moved == account]
    days = [day for day in {*held, *(day for day, _ in own)} if day >= min(day for day, _ in own)]
    for end in days:
        before = sum(amount for day, amount in held.items() if day <= end)
        after = before + sum(amount for day, amount in own if day <= end)
        if after < min(before, 0):
            return True
    return False


def as_ledger(case: Case, folder: Path) -> set[Found]:
    """Write a case as a ledger, audit it, and return what is found by the lines of the case.

    An account that the chart does not have holds nothing in a book; in a ledger it can be overdrawn besides.
    """
    lines = case.chart.splitlines()
    at: dict[int, int] = {}
    for bill in case.bills:
        for voucher in bill:
            at[len(lines) + 1] = voucher.line
            lines += transaction(voucher, f"bill-{bill[0].line}" if len(bill) > 1 else "")
    path = folder / "random.beancount"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    findings = [one for one in audit_ledger(path, only=AT_POSTING).findings if one.check != LEDGER_PROBLEM]
    unknown = {one.voucher for one in findings if one.check == "unknown-fund-or-account"}
    besides = [one for one in findings if one.check == "overdrawn" and one.voucher in unknown]
    return {Found(at[one.subject.line], one.check, one.severity) for one in findings if one not in besides}


def transaction(voucher: Voucher, link: str) -> list[str]:
    """Return a voucher as the lines of a transaction."""
    draft = voucher.draft
    said = {"voucher": voucher.name, "reverses": voucher.reverses, "link": link, "doc": draft.document}
    said |= {"bank": draft.bank, "bank-ref": draft.bank_ref}
    legs = [
        f"  {randombooks.account(leg)} {sign * (1 - 2 * entry.red) * entry.amount / 100:.2f} CNY"
        for entry in draft.entries
        for leg, sign in ((entry.debit, 1), (entry.credit, -1))
    ]
    metadata = [f'  {key}: "{value}"' for key, value in said.items() if value]
    return [f'{draft.date} * "{draft.payee}" "" #{draft.kind}', *metadata, *legs]


OWN_PAGE: Final = """---
severity: fatal
basis: [county circular no. {number}]
parameters: {{limit: {limit}}}
title-zh: 大额支付
message-zh: 一次支付 {{amount}} {{unit}}，超过 {{limit}} 分。
reason-zh: 大额支付须经集体研究。
remedy-zh: 报请集体研究。
---
# {name}

{{amount}} {{unit}} in one payment is more than {{limit}} fen.

Large payments are decided by more than one person.

**Remedy.** Have it decided.

```sql scope=voucher
SELECT voucher, date, fund, account, unit, amount
FROM postings
WHERE account_kind = 'use' AND amount > :limit
```
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_bureaus_own_page_refuses_and_audits(shelf: Shelf, engine: str) -> None:
    """A page dropped into the book's folder audits what stands and refuses what comes, with no Python touched."""
    name, limit = f"own-{secrets.token_hex(4)}", secrets.randbelow(1000) + 10
    terms = Terms(opening=9999, valid_from=None, valid_to=None, granted=0, ended=None)
    payment = Act("disbursement", "F01", 1, limit + 1, "0601", "F01", "", "", 1)
    opening, over = randombooks.case({"F01": terms}, [payment]).bills
    at_limit = replace(over[0].draft, entries=(over[0].draft.entries[0]._replace(amount=limit),))
    with shelf.book(engine, randombooks.chart({"F01": terms})) as book:
        assert post(book, [opening[0].draft], by=roads.CLERK).numbers == ("F01-2014-000001",)
        assert post(book, [over[0].draft], by=roads.CLERK).numbers == ("F01-2014-000002",)
        page = OWN_PAGE.format(name=name, limit=limit, number=limit)
        (book.folder / "checks" / f"{name}.md").write_text(page, "utf-8")
        (found,) = audit_book(book, only=[name, *AT_POSTING]).findings
        assert (found.check, found.severity, str(found.subject)) == (name, "fatal", "F01-2014-000002")
        assert post(book, [at_limit], by=roads.CLERK).findings == ()
        with pytest.raises(Refused) as refused:
            post(book, [over[0].draft], by=roads.CLERK)
        findings = cast("Sequence[Finding]", refused.value.findings)
        (reason,) = (one for one in findings if one.severity == "fatal")
        said = grouped(limit + 1)
        assert reason.check == name
        assert reason.messages["en"] == f"{said} CNY in one payment is more than {limit} fen."
        assert reason.messages["zh"] == f"一次支付 {said} 元，超过 {limit} 分。"


@pytest.mark.parametrize("name", CHECKS)
def test_an_installed_name_is_not_taken(shelf: Shelf, name: str) -> None:
    """A looser page under an installed name stops posting and auditing alike; a copy of the very page is no harm."""
    terms = Terms(opening=9, valid_from=None, valid_to=None, granted=0, ended=None)
    case = randombooks.case({"F01": terms}, [])
    page = CHECKS[name].page
    with shelf.book("sqlite", case.chart) as book:
        local = book.folder / "checks" / f"{name}.md"
        local.write_text(page.source, "utf-8")
        assert audit_book(book).findings == ()
        local.write_text(page.source + "\n", "utf-8")
        for act in (lambda: audit_book(book), lambda: post(book, [case.bills[0][0].draft], by=roads.CLERK)):
            with pytest.raises(PageError, match=name) as shadowing:
                act()
            assert shadowing.value.key == "page-shadows"
