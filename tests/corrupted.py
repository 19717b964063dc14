"""Files of payments as they reach a bureau: sound ones, and what mail, spreadsheets and people make of them.

Of each file it is known, without any reader of ours, which physical rows it has and what amount each states.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import openpyxl
from hypothesis import strategies as st

from fundtrack.money import AMOUNT_MAX
from kill import HEADER
from treasury import STATEMENT, pay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Rows = list[list[str]]

CARDS: Final = ("序号", "乡镇", "村", "户主姓名", "身份证号", "补贴项目", "补贴金额", "一卡通账号", "联系电话")
AMOUNTS: Final[dict[str, int | None]] = {
    "1.00": 100, "2.50": 250, "1,250.00": 125_000, "0.01": 1, "-5.00": -500, "(3.00)": -300, "７.00": 700, "0": 0,
    "": None, "#N/A": None, "########": None, "1.005": None, "1e3": None, "十元": None,
}  # fmt: skip
"""Amounts as cells state them, in fen; None where nobody can say what they are."""

ILL: Final = (
    "", " ", "#N/A", "#REF!", "########", "NULL", "N/A", "nan", "'", '"', '"甲"', "a\nb", "a,b", "a\tb", "合计",
    "小计：", "制表人：", "9" * 30, "42048", "2015-02-29", "4.51021E+17", "451021197001010016", "-", "=1+1", "@x",
    "\u202e1", "\ufeff", "e\u0301", "F09", "万元",
)  # fmt: skip
"""What stands in cells where something else should."""

REPEATS: Final = ("合计", "本页小计", "治塘村小计", "乡镇合计", "承前页", "过次页", "本年累计", "合计（大写）：壹元整")
"""What rows are called that repeat others."""

FOOTERS: Final = ("© Copyright 2015", "Page 1 of 3", "#end", "打印日期：2015-07-01", "制表人", "借方合计：2笔")
"""What is printed at the foot of a page, and states no amount."""

PUT_IN: Final = (b"\0", b'"', b"\n", b"\r", b",", b"\xff\xfe", b"\xef\xbb\xbf", b"\t", "甲".encode(), b"'")
DAYS: Final = ("2015-06-01", "2015年6月2日", "20150603", "2015/6/4")


@dataclass(frozen=True)
class Kind:
    """A kind of file: what stands above its header, the header, the columns that amounts stand in, with their signs."""

    page: str
    above: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    amounts: dict[str, int]


KINDS: Final = (
    Kind("treasury-payment", (("国库集中支付明细表",),), HEADER, {"支付金额": 1}),
    Kind("special-account-statement", (("账号：45001234560002",),), STATEMENT, {"借方发生额": -1, "贷方发生额": 1}),
    Kind("one-card-batch", (("资金：F03", "列支科目：F03-0603", "批次号：K1", "发放日期：2015-07-10",
                             "付款账号：45001234560001", "单位：元"),), CARDS, {"补贴金额": 1}),
)  # fmt: skip


@st.composite
def sound(draw: st.DrawFn, kind: Kind) -> Rows:
    """Give the rows of a kind of file below its header, each unlike the others, and most of them without a fault."""
    amounts = st.sampled_from(sorted(AMOUNTS)) if draw(st.booleans()) else st.sampled_from(["1.00", "2.50", "1,250.00"])
    rows = []
    for at in range(draw(st.integers(1, 8))):
        amount, day = draw(amounts), draw(st.sampled_from(DAYS))
        if kind.page == "treasury-payment":
            row = pay(str(at))
            row[HEADER.index("支付金额")], row[HEADER.index("实际支付日期")] = amount, day
        elif kind.page == "one-card-batch":
            row = [str(at), "那满镇", "治塘村", f"户主{at}", "451021197001010015", "危房改造", amount,
                   "6231330000000000011", ""]  # fmt: skip
        else:
            out, in_ = draw(st.sampled_from([(amount, ""), ("", amount)]))
            row = [day, f"LS{at}", "付工程款", out, in_, "", "甲公司", "", "F04-0604 路"]
        rows.append(row)
    return rows


def repeating(kind: Kind, word: str, amount: bool) -> list[str]:  # noqa: FBT001
    """Return a row that repeats others, with a sum where amounts stand or, as a slip, in the last column."""
    row = [word, *[""] * (len(kind.header) - 1)]
    row[kind.header.index(next(iter(kind.amounts))) if amount else -1] = "1.00"
    return row


def nameless(kind: Kind, rows: Rows, off: int) -> list[str]:
    """Return a total of rows that has no word: their sum, or `off` from it by fen."""
    column = next(iter(kind.amounts))
    at = kind.header.index(column)
    fen = sum(AMOUNTS.get(row[at]) or 0 for row in rows if at < len(row)) + off
    return ["" if name != column else f"{fen / 100:.2f}" for name in kind.header]


@st.composite
def put_in(draw: st.DrawFn, kind: Kind, above: Rows, how: int) -> list[str]:
    """Give a row that is no payment: a footer, a total of the rows above it without a word, one with a word."""
    if how == 6:
        lone = [draw(st.sampled_from(FOOTERS)), *[""] * (len(kind.header) - 1)]
        return lone[: draw(st.sampled_from([1, len(lone)]))]
    if how == 7:
        return nameless(kind, above, draw(st.sampled_from([-1, 0, 1])))
    return repeating(kind, draw(st.sampled_from(REPEATS)), draw(st.booleans()))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Kind, Rows]:
    """Give all rows of a file whose rows were cut, copied, moved and changed, and whose columns were moved."""
    kind = draw(st.sampled_from(KINDS))
    rows = draw(sound(kind))
    for _ in range(draw(st.integers(0, 4))):
        at, how = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, 8))
        row = rows[at]
        place = draw(st.integers(0, len(row) - 1)) if row else 0
        if how == 0 and row and kind.header[place : place + 1] and kind.header[place] not in kind.amounts:
            rows[at] = [*row[:place], draw(st.sampled_from(ILL)), *row[place + 1 :]]
        elif how == 1:
            rows.insert(draw(st.integers(0, len(rows))), [*row])
        elif how == 2 and len(rows) > 1:
            del rows[at]
        elif how == 3:
            rows[at] = row[:place]
        elif how == 4:
            rows[at] = [*row, draw(st.sampled_from(["", "x", "#N/A"]))]
        elif how == 5:
            rows.insert(at, draw(st.sampled_from([[], [""] * len(kind.header), [*kind.header]])))
        else:
            rows.insert(at + (how == 7), draw(put_in(kind, rows[: at + 1], how)))
    whole = [list(kind.header), *rows]
    if draw(st.integers(0, 3)) == 0:
        order = draw(st.permutations(range(len(kind.header))))
        wide = [[*row, *[""] * (len(order) - len(row))] if row else row for row in whole]
        whole = [[*(row[at] for at in order), *row[len(order) :]] if row else row for row in wide]
    return kind, [*map(list, kind.above), *whole]


def written(rows: Sequence[Sequence[str]], encoding: str = "gb18030") -> bytes:
    """Return rows as a text file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def workbook(rows: Sequence[Sequence[str]], path: Path) -> Path:
    """Write rows as a workbook, plain amounts as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(rows, 1):
        for at, text in enumerate(row, 1):
            plain = text.replace(".", "").isdigit() and text.count(".") == 1 and text.isascii()
            sheet.cell(number, at, Decimal(text) if plain else text or None)
    book.save(path)
    return path


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Give bytes of which some were flipped, cut out, doubled or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at, upto = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        how = draw(st.integers(0, 3))
        if how == 0 and at < len(data):
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        elif how == 1:
            data = data[:at] + data[min(upto, at + 9) :]
        elif how == 2:
            data = data[:upto] + data[at:upto] + data[upto:]
        else:
            data = data[:at] + draw(st.sampled_from(PUT_IN)) + data[at:]
    return data


def begins(text: str) -> list[int]:
    """Return the line that each row of a text file begins on, read by nobody of ours."""
    reader = csv.reader(io.StringIO(text, newline=""))
    lines, line = [], 1
    for _ in reader:
        lines.append(line)
        line = reader.line_num + 1
    return lines


def stated(kind: Kind, rows: Rows, *, padded: bool) -> dict[int, int | None]:
    """Return what each row below the first header states, by its number: fen, or None where it cannot be read.

    A row that ends before its amounts and balance may have lost a cell anywhere. One with cells too many states its
    amount unless one of them may have moved it: so many places further to the right is another. The cells of a workbook
    stand in their columns, `padded`.
    """
    head = next(at for at, row in enumerate(rows) if set(kind.amounts) <= set(row))
    width, places = len(kind.header), {rows[head].index(name): sign for name, sign in kind.amounts.items()}
    last = max(rows[head].index(name) for name in (*kind.amounts, "余额") if name in rows[head])
    found: dict[int, int | None] = {}
    for number, row in enumerate(rows[head + 1 :], head + 2):
        cells = [*row, *[""] * (width - len(row))] if padded else row
        over = range(1, len(cells) - width + 1) if any(cells[width:]) and not padded else ()
        moved = any(_states(cells[by:], places) for by in over)
        found[number] = None if moved or last >= len(cells) else _states(cells, places)
    return found


def _states(cells: Sequence[str], places: dict[int, int]) -> int | None:
    """Return what cells state where amounts stand, each with its sign: fen, or None where it cannot be read."""
    said = [(cells[at], sign) for at, sign in places.items() if cells[at].strip() or len(places) == 1]
    fen, sign = (AMOUNTS.get(said[0][0], _written(said[0][0])), said[0][1]) if said else (0, 1)
    return sign * fen if fen is not None and len(said) <= 1 else None


def _written(cell: str) -> int | None:
    """Return the fen of a sum that is written with its fen; None where it is anything else."""
    whole, point, part = cell.removeprefix("-").partition(".")
    plain = point and len(part) == 2 and (whole + part).isascii() and (whole + part).isdigit()
    return int(whole + part) * (-1 if cell.startswith("-") else 1) if plain else _plain(cell)


def _plain(cell: str) -> int | None:
    """Return what a number is in fen that should be something else: of an account, a day, a row; None if it is none."""
    return int(cell) * 100 if cell.isascii() and cell.isdigit() and int(cell) * 100 <= AMOUNT_MAX else None
