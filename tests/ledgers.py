"""Ledgers and pages for the tests of audits: a small ledger of two funds, a new page, a book with troubles."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from books import post_payment, post_simple
from fundtrack.posting import Draft, Entry, Leg, post

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.book import Book

PAGE: Final = """\
---
catalogue: XX-01
severity: error
basis: [本县规定]
title-zh: 大额支出
message-zh: 向 {{payee}} 支付 {{amount}} {{unit}}，超过 {limit}。
reason-zh: 大额须集体决定。
remedy-zh: 补办手续。
parameters: {{limit: {limit}}}
---
# {name}

{{amount}} {{unit}} to {{payee}} is more than {limit} fen ({{account}}).

Large amounts are decided together.

**Remedy.** Decide it together.

```sql scope=voucher
SELECT voucher, date, fund, account, unit, amount, payee FROM postings WHERE account_kind = 'use' AND amount > :limit
```
"""

CASH: Final = """\
2014-01-01 open Assets:F01-A:Cash
2014-01-01 open Assets:F03-B:Cash
2014-01-01 open Income:F01-A:In
2014-01-01 open Income:F03-B:In
2014-01-01 open Expenses:F01-A:House
2014-01-01 open Expenses:F03-B:House
2014-01-02 * "money of both"
  Assets:F01-A:Cash   1000.00 CNY
  Income:F01-A:In    -1000.00 CNY
  Assets:F03-B:Cash   1000.00 CNY
  Income:F03-B:In    -1000.00 CNY
"""

BROKEN: Final = "2015-06-01 nonsense\n"
"""What Beancount objects to."""


def new_page(folder: Path, limit: int) -> str:
    """Write a check that nobody knew of, and return its name."""
    name = f"large-{secrets.token_hex(4)}"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(PAGE.format(name=name, limit=limit), "utf-8")
    return name


def post_troubles(book: Book) -> None:
    """Post past the checks what they would find, and what they must not find."""
    post_payment(book, "F03", "0603", 500, payee="某户")
    post_payment(book, "F03", "0603", 500, payee="某户")  # its twin
    post_simple(book, "F02A", "transfer-received", 700, on=date(2015, 6, 2))
    post_payment(book, "F02A", "0602", 500_000_600, on=date(2015, 6, 1), pages={})  # a day before the money
    pay = Draft("F04", date(2015, 4, 1), "disbursement", (Entry(Leg("F04", "0604"), Leg("F04", "1001"), 900),))
    known = replace(pay, bank="45001234560001", bank_ref="R1")
    red = replace(known, entries=(pay.entries[0]._replace(red=1),))
    shares = [replace(pay, bank_ref="R2", bill=1), replace(pay, bank_ref="R2", bill=1, narration="其余")]
    for drafts in ([known], [replace(pay, bank="999")], [replace(pay, bank_ref="R1", payee="again")], shares):
        post(book, drafts, by="clerk", pages={})
    wrong = post(book, [replace(known, bank_ref="R3")], by="clerk", pages={}).vouchers[0]
    post(book, [replace(red, bank_ref="R3", reverses=wrong)], by="clerk", pages={})
    earlier = replace(known, bank_ref="R3", date=date(2015, 3, 1))  # booked again, dated before the original
    post(book, [earlier], by="clerk", pages={})
