"""Rows read together: whatever is read and staged of many at once is what is read and staged of each by itself."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from books import CHART
from copies import opened
from fundtrack import pages
from fundtrack.chart.read import read_chart
from fundtrack.errors import BookError, FormatError
from fundtrack.importing import Block, Importer
from fundtrack.importing.batch.basis import Bases
from fundtrack.importing.batch.stage import Stager, Twins, keyed
from fundtrack.importing.values import cells, fields
from fundtrack.posting.post import NO_DATE, natural_key
from kill import HEADER
from treasury import COMPANY, MORE, STATEMENT, bring, fill, pay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from fundtrack.importing import Reading

KEY: Final = b"a secret of the book"
WORDS: Final = {"fund": {"农村危房改造": "F03"}, "project": {"一": "P01"}, "bank": {"45001234560002": "F04"}}
CARDS: Final = ("序号", "乡镇", "村", "户主姓名", "身份证号", "补贴项目", "补贴金额", "一卡通账号", "联系电话")
FILES: Final[dict[str, tuple[list[Sequence[str]], Sequence[str]]]] = {
    "treasury-payment": ([], HEADER),
    "special-account-statement": ([["账号：45001234560002"]], STATEMENT),
    "one-card-batch": (
        [["资金：F03", "列支科目：F03-0603", "批次号：K1", "发放日期：2015-07-10", "单位：元"]], CARDS,
    ),
}  # fmt: skip
"""What stands above the header of a page's files, and the header."""

SOUND: Final = {
    "日期": ("2015-03-01", "2015年3月1日", "20150302", "2015/4/9 10:20"),
    "金额": ("1.00", "2.50", "18000.00"),
    "发生额": ("1.00", "", "-"),
    "余额": ("1.00", "0.00"),
    "身份证号": ("451021197001010015", "'451021197001010015", "451021700101001", "不详"),
    "账号": ("45001234560002", "6231 3300 0000 0000 011", ""),
    "号": ("SQ1", "GK2", "45001234560002", "201504020000000016"),
    "科目": ("F03-0603", "F01-0601 住房建设", "0602"),
    "资金": ("F03", "农村危房改造"),
    "附言": ("F04-0602 路", "0602 原流水 GK2", "阳财〔2015〕1号"),
    "": ("一", "二", "退汇", "结息", "拨入", COMPANY, "原流水 GK2"),
}
"""Cells by a part of the name of their column."""

ILL: Final = (
    "", " ", "合计", "小计2", "制表：", "x", "-5.00", "(5.00)", "1,250.00", "5", "0.00", "1.005", "１２.００", "9" * 17,
    "451021197001010016", "韦某一451021197001010015", "1.00\n2.00", "1.5E+13", "1E13", "'=1", " SQ1 ", "e\u0301",
    "a\u202eb",
    "2015-02-29", "42048", "F09", "12",
)  # fmt: skip


def cell_of(column: str) -> st.SearchStrategy[str]:
    """Give cells that a column may have."""
    return st.sampled_from(next(sound for part, sound in SOUND.items() if part in column))


def unusual(row: list[str], header: Sequence[str]) -> Iterator[list[str]]:
    """Give a row with each thing that can be unusual about it: an ill cell in every place, totals, what is no data."""
    for at in range(len(header)):
        yield from ([*row[:at], cell, *row[at + 1 :]] for cell in ILL)
        yield from (row[:at], [*row[:at], *[""] * (len(row) - at)])
    amounts = [cell if name.endswith(("金额", "发生额")) else "" for name, cell in zip(header, row, strict=True)]
    yield from ([*row, ""], [*row, "x"], [*header], [], amounts, ["合计", *amounts[1:]], ["制表", *amounts[1:]])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[Sequence[str]]]:
    """Give a page and the rows of a file of its own, most of them sound, some of them twins."""
    name = draw(st.sampled_from(sorted(FILES)))
    above, header = FILES[name]
    row = st.tuples(*map(cell_of, header)).map(list)
    rows = draw(st.lists(row, min_size=1, max_size=20))
    for at in draw(st.sets(st.integers(0, len(rows) - 1), max_size=3)):
        rows[at] = draw(st.sampled_from([*unusual(rows[at], header)]))
    return name, [*above, header, *rows, *draw(st.lists(st.sampled_from(rows), max_size=4))]


def found_in(path: Path, page: str, together: int) -> Any:  # noqa: ANN401 - compared whole
    """Return all that is read of a file and staged from it, so many rows at a time."""
    importer, stager = (
        Importer(pages.catalogue("importers")[page], WORDS),
        Stager(read_chart(CHART + MORE, ""), 3, 10, 7, Bases((), page, {})),
    )
    try:
        reading = importer.candidates(path, together)
        rows = [(*row._replace(problems=()), [*map(told, row.problems)]) for row in reading]
        staged = [*stager.staged(keyed(importer.candidates(path, together).pieces(), KEY))]
        why = {number: ("quarantined", [{"check": "any"}]) for number in stager.numbers[::2]}
        stager.hold(keyed(importer.candidates(path, together).pieces(), KEY), why)
    except FormatError as error:
        return told(error)
    held = sorted(map(astuple, stager.held), key=lambda one: one[1])
    sums = (reading.totals, reading.breaks, reading.printed_total, reading.printed_total_agrees, reading.unit)
    counted = (stager.read, stager.unreadable, stager.amount, stager.dates, stager.references, [*stager.numbers])
    return rows, staged, held, sums, counted


def told(error: FormatError) -> tuple[str, dict[str, str]]:
    """Return what an error says."""
    return error.key, {name: str(value) for name, value in error.details.items()}


def written(path: Path, rows: Iterable[Sequence[str]], end: str = "") -> Path:
    """Write a file."""
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
        out.write(end)
    return path


@pytest.mark.parametrize("page", FILES)
def test_a_row_unlike_its_neighbours_is_what_it_is_alone(tmp_path: Path, page: str) -> None:
    """Everything that can be unusual about one row, each time between two rows like all others."""
    above, header = FILES[page]
    sound = [next(sound for part, sound in SOUND.items() if part in column)[0] for column in header]
    if page == "special-account-statement":
        sound[header.index("贷方发生额")] = ""
    rows = [row for ill in unusual(sound, header) for row in (sound, ill)]
    path = written(tmp_path / "a.csv", [*above, header, *rows, sound])
    singly = found_in(path, page, 1)
    assert sum(row[3] == "data" and not row[-1] for row in singly[0]) > len(rows) // 2
    for together in (2, 3, 5, 256):
        assert found_in(path, page, together) == singly


@settings(max_examples=60)
@given(file=files(), end=st.sampled_from(["", "", "", 'a,"b"c\n']))
def test_rows_read_together_are_what_each_is(
    tmp_path_factory: pytest.TempPathFactory, file: tuple[str, list[Sequence[str]]], end: str
) -> None:
    """The same rows with the same reasons, keys, sums and balances, however many are read at a time."""
    page, rows = file
    path = written(tmp_path_factory.mktemp("together") / "a.csv", rows, end)
    singly = found_in(path, page, 1)
    assert [found_in(path, page, together) for together in (2, 7, 256)] == [singly] * 3


def test_one_bad_row_does_not_change_those_around_it(tmp_path: Path) -> None:
    """Every other stands in a block, in the order of the file, and no block is longer than asked for."""
    rows = [pay(str(at), amount="x" if at == 5 else "1.00") for at in range(20)]
    path = written(tmp_path / "a.csv", [HEADER, *rows])
    reading = Importer(pages.catalogue("importers")["treasury-payment"]).candidates(path, 16)
    pieces = [[*piece.numbers] if isinstance(piece, Block) else piece.number for piece in reading.pieces()]
    assert pieces == [1, [2, 3, 4, 5], [6], 7, [8, 9], [10, 11, 12, 13, 14, 15, 16, 17], [18, 19, 20, 21]]


@given(
    st.lists(st.tuples(st.sampled_from(["20150301", "20150302", "20150304", NO_DATE]), st.integers(0, 9)), max_size=60)
)
def test_twins_are_counted_in_whatever_order_they_come(keys: list[tuple[str, int]]) -> None:
    """Also where the days come back to one that was packed away."""
    for ordered in (keys, sorted(keys)):
        counted: Counter[str] = Counter()
        twins = Twins()
        expected: list[int] = []
        found: list[int] = []
        names = [f"{date}{number:024x}" for date, number in ordered]
        for name in names:
            counted[name] += 1
            expected.append(counted[name])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Twins, "OPEN", 3)
            for at in range(0, len(names), 5):
                found += twins.count(names[at : at + 5])
        assert found == expected


def test_a_natural_key_begins_with_its_date() -> None:
    """So that a file in order of date is in the order of the index; without the secret the rest says nothing."""
    known, other = natural_key(KEY), natural_key(KEY[1:])
    assert known("2015-03-01", "a")[:8] == "20150301"
    assert known("", "a")[:8] == NO_DATE
    assert len({known("", "a"), known("", "b"), other("", "a"), known("2015-03-01", "a")}) == 4
    assert {len(known(date, text)) for date in ("", "2015-03-01") for text in ("", "一" * 1000)} == {32}


@pytest.mark.parametrize("text", ["", "no hex", "ab" * 65])
def test_a_damaged_key_is_refused(tmp_path: Path, text: str) -> None:
    """An empty one would be none, and a longer one than there can be is somebody's mistake."""
    fill(tmp_path / "book", "")
    (book,) = opened(tmp_path / "book")
    path = book.folder / "natural.key"
    path.chmod(0o600)
    path.write_text(text, "ascii")
    with pytest.raises(BookError) as caught:
        _ = book.key
    assert caught.value.key == "no-key"


def test_a_file_is_read_once_unless_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was refused is looked up once more."""
    read, times = Importer.candidates, []

    def counted(importer: Importer, path: Path, name: str = "", whose: str = "") -> Reading:
        times.append(path)
        return read(importer, path, name=name, whose=whose)

    monkeypatch.setattr(Importer, "candidates", counted)
    fill(tmp_path / "book", "")
    for book in opened(tmp_path / "book"):
        bring(book, "a", pay("1"), [""] * len(HEADER))
        assert len(times) == 1
        bring(book, "b", pay("2"), pay("3", use="0688"))
        assert len(times) == 3


@given(st.lists(st.decimals(0, 10**4, places=2).map(str) | st.sampled_from(["", "1.00\n2.00", "1,000.00", "5", "٣.٠٠"]))
       | st.lists(st.integers(0, 10**12).map("{}.25".format)), st.sampled_from(["元", "万元"]))  # fmt: skip
@example(["5", "1E13"], "元")
@example(["1.00", "1.00\n2.00"], "元")
def test_a_column_is_read_as_its_cells_are(column: list[str], unit: str) -> None:
    """Amounts and numbers that a column has are those of its cells, or the first reason."""

    def said(read: Callable[[], Sequence[object]]) -> list[object]:
        try:
            return list(read())
        except FormatError as error:
            return [error.key, error.details]

    amount = fields.amount(unit)
    assert said(lambda: fields.amounts(unit, amount)(column)) == said(lambda: [amount(cell) for cell in column])
    assert said(lambda: cells.identities(column)) == said(lambda: [cells.identity(cell) for cell in column])


@pytest.mark.parametrize(("column", "whole"), [
    (["451021197001010015", "451021197001010031", "-"], True),
    (["451021197001010015", "4.51021E+17"], False),
    (["no card E"], True),
    ([cells.Number("451021197001010007"), "451021197001010015"], False),
    ([cells.Number("13800000001")], True),
    ([], True),
])  # fmt: skip
def test_a_column_of_private_numbers_is_whole(column: list[str], whole: bool) -> None:  # noqa: FBT001
    """One that a spreadsheet cut is found among all others."""
    assert cells.whole(column) is whole
