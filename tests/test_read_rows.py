"""What a row says though its file is uneven: in whichever column it says it, and cut short behind what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from test_importers import MINIMAL, minimal

if TYPE_CHECKING:
    from pathlib import Path

    from fundtrack.importing import Row

ANY: Final = (
    MINIMAL.replace(', "payee"]', "]")
    .replace('payee = "payee"', 'payee = { any = ["org", "ind"] }\nnarration = { any = ["text", "title"] }')
    .replace('columns = ["payee"]', 'fields = ["payee"]')
)


def vouchers(rows: list[Row]) -> list[tuple[str, str]]:
    """Return the payee and the text of every row that makes something."""
    return [(row.candidate.payee, row.candidate.narration) for row in rows if row.candidate]


def test_an_empty_cell_gives_way_to_the_next_column(tmp_path: Path) -> None:
    """A grant is to an organisation or to a person; who has both is called by the first, and strokes are nobody."""
    text = (
        "date,amount,ind,org,text,title\n2015-01-02,1.00,甲,乙局,a,b\n2015-01-02,1.00,甲,,,b\n"
        "2015-01-02,1.00,丙, - ,a,\n2015-01-02,1.00,,,,\n"
    )
    reading, rows = minimal(tmp_path, text, ANY)
    assert vouchers(rows) == [("乙局", "a"), ("甲", "b"), ("丙", "a"), ("", "")]
    assert reading.columns["payee"] == "org / ind"
    keys = [row.candidate.natural_key for row in rows if row.candidate]
    assert len({*keys}) == len(keys), "who is paid tells rows apart in whichever column"
    _, rows = minimal(tmp_path, "date,amount,org,ind,ind,text\n2015-01-02,1.00,,甲,乙,a\n", ANY)
    assert vouchers(rows) == [("", "a")], "of two columns of one name nobody knows which is meant"


@pytest.mark.parametrize("other", ["2.00", "1.00"])
def test_no_amount_or_date_gives_way_to_another(tmp_path: Path, other: str) -> None:
    """Net and gross are two amounts: where the one is empty, the row waits."""
    toml = ANY.replace('= ["date", "amount"]', '= ["org"]').replace('= "amount"', '= { any = ["net", "gross"] }')
    toml = toml.replace('date = "date"', 'date = { any = ["paid", "invoiced"] }')
    rows = f"paid,invoiced,net,gross,org,text\n2015-01-02,,,{other},a,\n,2015-01-02,1.00,{other},a,\n"
    _, found = minimal(tmp_path, rows, toml)
    assert [[error.key for error in row.problems] for row in found[1:]] == [["amount-empty"], ["date-empty"]]


@pytest.mark.parametrize(
    ("row", "amount"),
    [
        ("2015-02-03,1.00", 100), ("2015-02-03", None), ("2015-02-03,1,a,b", 100), ("2015-02-03,1,a,b,,c", 100),
        ("2015-02-03,7,1,a", None), ("2015-02-03,1,a,b,2", 100), ("2015-02-03,a,1,b", None),
    ],
)  # fmt: skip
def test_a_row_of_another_length_has_its_day(tmp_path: Path, row: str, amount: int | None) -> None:
    """It waits, and what stands in its place counts: the day, and the amount where no cell can have moved it."""
    reading, rows = minimal(tmp_path, f"date,amount,payee\n2015-01-02,1.00,a\n{row}\nx\n")
    assert [error.key for error in rows[2].problems] == ["row-ragged"]
    assert rows[2].amount == amount
    assert reading.dates_of("") == ["2015-01-02", "2015-02-03"]


@pytest.mark.parametrize(
    ("row", "amount"),
    [("b,1.00,2015-02-03,1.0,", 100), ("b,1.00,2015-02-03,2015-02-03", 100), ("b,7,1.00,2015-02-03", None),
     ("b,7,1.00,2015-02-03,1.0", None), ("b,1.00,,1.0,", None), ("b,1.00,2015-02-03,2016-05-06,2", 100)],
)  # fmt: skip
def test_a_day_behind_the_amount_holds_it_in_its_place(tmp_path: Path, row: str, amount: int | None) -> None:
    """Of a list whose header lacks its last columns: the same amount stands in one of them, and no day behind it."""
    reading, rows = minimal(tmp_path, f"payee,amount,date\na,1.00,2015-01-02\n{row}\n")
    assert ([error.key for error in rows[2].problems], rows[2].amount) == (["row-ragged"], amount)
    assert reading.dates_of("")[1] in {"2015-01-02", "2015-02-03"}


def test_a_row_that_ends_with_the_named_columns_is_whole(tmp_path: Path) -> None:
    """A header that ends with a comma has one more column, which has no name; its rows need not have it."""
    text = "date,amount,payee,,\n2015-01-02,1.00,a,,\n2015-02-03,2.00,b\n2015-02-04,3.00,c,\n2015-02-05,4.00\n"
    _, rows = minimal(tmp_path, text)
    assert [[error.key for error in row.problems] for row in rows[1:]] == [[], [], [], ["row-ragged"]]
    assert [len(row.cells) for row in rows[1:4]] == [5, 5, 5]
