"""By whose authority a waiver is: what the register of documents says, whose payment it is, which fund it is for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy.exc import DBAPIError

from books import CHART
from findings import LOOK, look, states
from fundtrack.book.policy import apply_chart
from fundtrack.posting.enter import NO_SOURCE, enter
from fundtrack.schema.registers import REGISTERS
from test_waivers import book, grant, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from commands import Answer, Say
    from fundtrack.book import Book

__all__ = ["book", "grant"]


def register(book: Book, document: str, level: str, date: str) -> None:
    """Put a document into the register."""
    of = REGISTERS["document"]
    said = {"document": document, "level": level, "date": dt.date.fromisoformat(date)}
    book.act(lambda connection: enter(connection, of, [(of.row(said), NO_SOURCE)], by="registrar"))


def test_the_register_says_who_decided(say: Say, book: Book, grant: Callable[..., Answer]) -> None:
    """What it holds need not be said and cannot be said otherwise; what it has not is marked."""
    register(book, "国扶办〔2015〕1号", "county", "2019-05-01")
    for wrong in ({}, {"level": "county"}, {"level": None}, {"document_date": None}):
        why = refused(grant(**wrong))
        assert "The register of documents has" in why
        assert "县级" in why
    low = {"level": None, "document_date": None}
    assert "authority-too-low" in refused(grant(**low))
    register(book, "国扶办〔2015〕1号", "central", "2015-01-01")
    granted = grant(**low)
    assert (granted.code, "does not have" in granted.out) == (0, False)
    assert "does not have 国函" in grant(document="国函〔2015〕2号").out
    one, two = say("waiver", "list", "--format", "json").json
    assert (one["document_level"], one["document_date"], one["registered"]) == ("central", "2015-01-01", True)
    assert (two["registered"], two["granted_by"]) == (False, "registrar")
    look(say)
    assert states(say) == {1: "waived"}
    assert "--level" in refused(grant(document="国函〔2015〕3号", level=None))


def test_a_waiver_that_the_register_contradicts_covers_nothing(
    say: Say, book: Book, grant: Callable[..., Answer]
) -> None:
    """Once its document is registered as of a lower level or a later date, on record and at a fresh look."""
    assert grant().code == 0
    look(say)
    assert states(say) == {1: "waived"}
    register(book, "国扶办〔2015〕1号", "county", "2015-01-01")
    assert states(say) == {1: "lead"}
    assert say(*LOOK, "--no-record").code == 1
    assert [one["state"] for one in say("waiver", "list", "--format", "json").json] == ["contradicted"]


@pytest.mark.parametrize("who", ["manager", "Manager", "clerk"])
def test_nobody_approves_a_waiver_for_their_own_payment(say: Say, grant: Callable[..., Answer], who: str) -> None:
    """Neither by voucher nor by finding; a waiver of the whole fund does not cover it."""
    look(say)
    by: dict[str, Any] = {"asked_by": "asker", "approved_by": who}
    assert "prepared or approved" in refused(grant(fund=None, voucher="F03-2015-000002", **by))
    assert "prepared or approved" in refused(grant(fund=None, finding="1", **by))
    assert grant(**by).code == 0
    assert states(say) == {1: "lead"}
    assert say(*LOOK, "--no-record").code == 1


def test_a_group_of_funds_needs_its_highest_authority(say: Say, book: Book, grant: Callable[..., Answer]) -> None:
    """And a fund there is not, the highest of all: the register of a finding may say any text."""
    before, fund, rest = CHART.partition('custom "fund" "F03"')
    local = rest.replace('level: "central"', 'level: "county"')
    assert apply_chart(book, before + fund + local, by="founder", document="x")
    (book.folder / "checks" / "group.md").write_text(GROUP, "utf-8")
    assert say("check", "--only", "group", "--by", "looker").code == 1
    for finding in ("1", "2"):
        assert "answers to central level" in refused(grant(check="group", fund=None, finding=finding, level="county"))
    assert grant(check="group", fund="F03", level="county").code == 0
    assert grant(check="group", fund=None, use="x", level="central").code == 0
    with pytest.raises(DBAPIError), book.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO waiver SELECT 3, page, 'F02', use, project, voucher, finding, valid_from, valid_to, document, "
            "'county', document_date, reason, asked_by, approved_by, granted_by, granted_at, login FROM waiver "
            "WHERE waiver = 1"
        )


GROUP: Final = """\
---
catalogue: XX-03
severity: error
basis: [本县规定]
title-zh: 分组
message-zh: '{fund}'
reason-zh: 无。
remedy-zh: 无。
key: [fund]
---
# group

{fund}

None.

**Remedy.** None.

```sql scope=book
SELECT 0 AS voucher, '2015-03-01' AS date, 'F02' AS fund UNION ALL SELECT 0, '2015-03-01', '没有的资金'
```
"""
