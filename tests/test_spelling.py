"""What counts of a spelling: the same on both databases, and what Unicode says of full width."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from fundtrack.reporting.near import spelled
from fundtrack.schema import dialect
from fundtrack.schema.functions import BLANK, MARKS, WIDE
from quotas import CHART
from shelf import ENGINES

if TYPE_CHECKING:
    from shelf import Shelf


@pytest.mark.parametrize("engine", ENGINES)
def test_a_payee_has_one_spelling(shelf: Shelf, engine: str) -> None:
    """No blanks, and of what has two widths the narrow; case counts, and so does everything else."""
    written = (
        "",
        "甲公司",
        "甲 公司（市）",
        f"甲{WIDE}乙{BLANK}丙",
        "（",
        "\u3000",
        "％＇",
        "ａＢ-ab",
        "①〔2015〕１号",
    )
    with shelf.lend(engine, CHART) as book, book.reading() as connection:
        for payee in written:
            ((spelt,),) = dialect.rows_of(connection, "SELECT SPELT(t.p) FROM (SELECT CAST(:p AS TEXT) AS p) AS t",
                                          {"p": payee})  # fmt: skip
            narrow = "".join(normalize("NFKC", sign) if sign in WIDE else sign for sign in payee)
            assert spelt == "".join(sign for sign in narrow if sign not in BLANK)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_is_bare_as_it_is_when_it_is_typed(shelf: Shelf, engine: str) -> None:
    """The page that looks over the book takes two numbers for one where the note at posting does."""
    written = (
        "",
        "HT-2015-01",
        "ht 2015_O1",
        "ＨＴ－２０１５－０１",
        f"HT{MARKS}{BLANK}2015",
        "合同〔2015〕Il号",
        "——",
        WIDE,
        "HT-2015-1-11",
        "HT-2015--11〕1",
        "1-1-1 -号-1-",
    )
    assert len({*map(spelled, ("HT-2015-1-11", "HT-2015-11-1", "HT-2015-111", "HT2015/1.11"))}) == 3
    with shelf.lend(engine, CHART) as book, book.reading() as connection:
        for number in written:
            select = "SELECT COALESCE(BARE(t.n), '') FROM (SELECT CAST(:n AS TEXT) AS n) AS t"
            ((bare,),) = dialect.rows_of(connection, select, {"n": number})
            assert bare == spelled(number), number
