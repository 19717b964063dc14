"""What puts a finding right that is about no voucher: a later entry of its register, or a voucher that names it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from findings import confirmed, meant, pay, refused, reverse, shown, states
from fundtrack.posting.enter import NO_SOURCE, enter
from fundtrack.schema.registers import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import URL

    from commands import Say
    from fundtrack.book import Book

PAGE: Final = """\
---
catalogue: XX-04
severity: error
basis: [本县规定]
title-zh: 文件存疑
message-zh: '{{document}}'
reason-zh: 无。
remedy-zh: 更正登记。
key: [document]
---
# {name}

{{document}}

None.

**Remedy.** Correct the register.

```sql scope=book
SELECT 0 AS voucher, {entry} '2015-03-01' AS date, 'F03' AS fund, document, document AS evidence
FROM documents WHERE title = 'wrong'
```
"""
LOOK: Final = ("check", "--only", "paper", "--by", "looker", "--format", "json")


@pytest.fixture(autouse=True)
def book(book_dir: Path, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Give a book on each engine in whose register `registrar` put a document that a check finds fault with."""
    with meant(book_dir, database_url, monkeypatch) as book:
        write(book, "entry,")
        register(book, "wrong")
        yield book


def write(book: Book, entry: str) -> None:
    """Write the check, which says at which entry it finds, or does not."""
    (book.folder / "checks").mkdir(exist_ok=True)
    (book.folder / "checks" / "paper.md").write_text(PAGE.format(name="paper", entry=entry), "utf-8")


def register(book: Book, title: str, document: str = "文1", by: str = "registrar") -> None:
    """Put the document into the register."""
    of = REGISTERS["document"]
    row = of.row({"document": document, "title": title, "date": date(2015, 3, 1)})
    book.act(lambda connection: enter(connection, of, [(row, NO_SOURCE)], by=by))


def test_a_withdrawn_entry_puts_it_right(say: Say, book: Book) -> None:
    """Once the check finds it no more; not an earlier entry, not another's, and not by who withdrew it."""
    register(book, "another", "文2")
    assert say(*LOOK).code == 1
    confirmed(say)
    assert shown(say)["entry"] == "document 1"
    close = ("finding", "close", "1", "--by", "looker", "--entry")
    for wrong in ("document 1", "document 2", "document 9", "death 1", "x"):
        assert "does not put finding 1 right" in refused(say, *close, wrong)
    assert say("register", "withdraw", "document", "1", "--by", "taker").code == 0
    assert "does not put finding 1 right" in refused(say, *close, "document 3")
    assert say(*LOOK).json["recorded"]["gone"] == [1]
    own = ("--side", "bureau", "--by", "Taker")
    assert "put an entry of finding 1 in its register" in refused(
        say, "finding", "close", "1", "--entry", "document 3", *own
    )
    assert "does not put finding 1 right" in refused(say, *close, "document 2")
    assert say(*close, "document:3").code == 0
    assert (states(say), shown(say)["acts"][-1]["entry"]) == ({1: "closed"}, "document 3")


def test_what_comes_back_after_a_corrected_entry_is_open_again(say: Say, book: Book) -> None:
    """A correction closes it; the same fault entered again opens it."""
    say(*LOOK)
    confirmed(say)
    register(book, "right")
    say(*LOOK)
    assert say("finding", "close", "1", "--by", "looker", "--entry", "document 2").code == 0
    register(book, "wrong")
    seen = say(*LOOK)
    assert (seen.code, seen.json["recorded"]["reopened"]) == (1, [1])


@pytest.mark.parametrize("who", ["registrar", "Registrar", "regis trar"])
def test_who_made_the_entry_does_not_decide(say: Say, who: str) -> None:
    """Neither confirms nor dismisses what stands at it."""
    say(*LOOK)
    by = ("--reason", "x", "--document", "d", "--side", "bureau", "--by", who)
    for act in ("confirm", "dismiss"):
        assert "put an entry of finding 1 in its register" in refused(say, "finding", act, "1", *by)


def test_an_unrelated_voucher_puts_nothing_right(say: Say, book: Book) -> None:
    """A finding without a voucher is closed by a later one that names its document, not by any of its fund."""
    write(book, "")
    say(*LOOK)
    confirmed(say)
    pay(book, 1)
    unrelated = reverse(say, "F03-2015-000002", "--by", "boss")
    assert "names its document or contract" in refused(
        say, "finding", "close", "1", "--by", "looker", "--remedy", unrelated
    )
    pay(book, 2, document="文1")
    back = say("post", "--kind", "refund", "--original", "F03-2015-000004", "--amount", "0.02", "--date", "2015-04-01",
               "--document", "文1", "--by", "boss", "--format", "json").json["vouchers"][0]  # fmt: skip
    assert say("finding", "close", "1", "--by", "looker", "--remedy", back).code == 0
