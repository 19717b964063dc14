"""A book with findings for the tests: a check of what a payee got in all, payments past every check, who looks."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from books import small_book
from clerk import let_go
from fundtrack.auditing.sides import correct_side
from fundtrack.posting import Draft, Entry, Leg, post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest
    from sqlalchemy import URL

    from commands import Answer, Say
    from fundtrack.book import Book

PAGE: Final = """\
---
catalogue: XX-02
severity: error
basis: [本县规定]
title-zh: 累计支付超限
message-zh: 累计向 {{payee}} 支付 {{amount}} {{unit}}。
reason-zh: 大额须集体决定。
remedy-zh: 退回超付部分。
parameters: {{limit: {limit}}}
key: [payee, fund]
measure: amount
amounts: [actual, expected]
{more}---
# payee-total

{{payee}} got {{amount}} {{unit}} in all.

Large amounts are decided together.

**Remedy.** Recover what was too much.

```sql scope=payee
SELECT MIN(voucher) AS voucher, MIN(date) AS date, fund, payee, unit, SUM(amount) AS amount, SUM(amount) AS actual,
    :limit AS expected
FROM postings
WHERE account_kind = 'use' AND payee NOT IN ('', '农户')
GROUP BY payee, fund, unit
HAVING SUM(amount) > :limit
```
"""

CHECK: Final = "payee-total"
LAST: Final = "2999-12-31"
"""The last day of a waiver that is in force whenever the tests run."""

LOOK: Final = ("check", "--only", CHECK, "--by", "looker", "--format", "json")
NOT_CURABLE: Final = ("mixed-channel", "use-not-permitted", "overdrawn", "unbalanced", "unknown-fund-or-account")


@contextmanager
def meant(folder: Path, url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a small book that every command is about."""
    with let_go(monkeypatch), ExitStack() as stack:
        monkeypatch.setenv("FUNDTRACK_BOOK", str(folder))
        book = small_book(folder, url)
        stack.callback(book.engine.dispose)
        correct_side(book, "looker", "bureau", reason="appointed", by="founder")
        yield book


def write_page(book: Book, limit: int, more: str = "") -> None:
    """Write the check into the folder of a book."""
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / f"{CHECK}.md").write_text(PAGE.format(limit=limit, more=more), "utf-8")


def pay(book: Book, amount: int, payee: str = "somebody", fund: str = "F03", **fields: Any) -> str:  # noqa: ANN401
    """Pay past every check; return the number of the voucher."""
    use = {"F03": "0603", "F04": "0604"}[fund]
    on = fields.pop("date", date(2015, 3, 1))
    entries = (Entry(Leg(fund, use), Leg(fund, "1001"), amount),)
    draft = Draft(fund, on, "disbursement", entries, payee=payee, **fields)
    return post(book, [draft], by="clerk", approved_by="manager", pages={}).numbers[0]


def look(say: Say, *more: str) -> dict[str, Any]:
    """Check the book and record it."""
    record: dict[str, Any] = say(*LOOK, *more).json
    return record


def confirmed(say: Say, number: int = 1) -> None:
    """Confirm a finding."""
    assert say("finding", "confirm", str(number), "--by", "looker", "--reason", "true").code == 0


def refused(say: Say, *words: str) -> str:
    """Say what is refused; return why, which is told in both languages."""
    answer = say(*words)
    assert (answer.code, answer.out) == (2, ""), answer
    assert len(answer.err.splitlines()) == 2
    return answer.err


def reverse(say: Say, number: str, *more: str) -> str:
    """Reverse a voucher; return the number of the reversal."""
    done = say("reverse", number, "--reason", "x", "--date", "2015-04-01", "--format", "json", *more)
    return str(done.json["vouchers"][0])


def states(say: Say) -> dict[int, str]:
    """Return the states of all findings by number."""
    return {one["finding"]: one["state"] for one in say("finding", "list", "--format", "json").json}


def shown(say: Say, number: int = 1) -> dict[str, Any]:
    """Return all that is known of a finding."""
    record: dict[str, Any] = say("finding", "show", str(number), "--format", "json").json
    return record


def granting(say: Say) -> Callable[..., Answer]:
    """Return what grants a waiver, sound unless said otherwise; an option that is None is left out."""

    def grant(**options: str | None) -> Answer:
        sound = {
            "check": CHECK, "fund": "F03", "from": "2015-01-01", "to": LAST, "document": "国扶办〔2015〕1号",
            "document_date": "2015-01-01", "level": "central", "reason": "flood", "asked_by": "clerk",
            "approved_by": "director", "by": "registrar",
        }  # fmt: skip
        said = {**sound, **options}
        words = [(f"--{name.replace('_', '-')}", value) for name, value in said.items() if value is not None]
        return say("waiver", "grant", *(word for pair in words for word in pair))

    return grant
