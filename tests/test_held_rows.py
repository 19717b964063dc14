"""Rows that make no voucher, many of them: all are kept and counted, and no more are told than anybody reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from fundtrack.importing.batch.heldrows import Held, HeldRows
from fundtrack.importing.batch.report import TOLD

if TYPE_CHECKING:
    from pathlib import Path

    from commands import Say

HEAD = "支付申请编号,支付凭证号,实际支付日期,资金名称,列支科目,付款人账号,收款人全称,用途,支付金额,银行交易流水号"
MORE = 7


@given(
    st.lists(st.tuples(st.sampled_from(["quarantined", "not-data"]), st.none() | st.integers()), max_size=9), st.data()
)
def test_rows_put_aside_are_the_rows(rows: list[tuple[str, int | None]], data: st.DataObject) -> None:
    """In order, whole, counted and summed, however many stay in memory and whoever stopped looking at them before."""
    held, made = HeldRows(most=2), list[Held]()
    for number, (state, amount) in enumerate(rows):
        made.append(Held("s", number, state, [{"en": "why\n\ud800"}], ["a\u2028b", ""], amount, f"k{number}", 2, "x"))
        held.append(made[-1])
        if data.draw(st.booleans()):
            next(iter(held), None)
    assert [*held] == made
    for state in ("quarantined", "not-data"):
        of = [amount for said, amount in rows if said == state]
        assert (held.counts[state], held.amounts[state]) == (len(of), sum(amount or 0 for amount in of))


def test_more_rows_wait_than_are_told(book: Path, say: Say) -> None:
    """The first are told one by one, all are counted by what they wait for, also where the file is given once more."""
    path = book / "many.csv"
    rows = [f"SQ{n},PZ{n},2015-06-01,F01,0602,,那满镇财政所,x,1O.00,GK{n}" for n in range(TOLD + MORE)]
    path.write_text("\n".join([HEAD, *rows, ""]), "utf-8")
    for _ in range(2):
        said = say("import", path, "--book", book)
        assert said.out.count("amount-unreadable: ") == TOLD
        assert f"{MORE} more rows wait." in said.out
    (record,) = json.loads(say("import", path, "--book", book, "--format", "json").out)
    assert record["rows"]["quarantined"] == TOLD + MORE
    assert record["reasons"] == [{"check": "amount-unreadable", "rows": TOLD + MORE, "amount": "0.00"}]
