"""Quota documents, contracts and applications as files: every row becomes its act once, or waits for a reason."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fundtrack import money
from fundtrack.errors import UsageError
from fundtrack.importing.later.groups import grouped
from fundtrack.importing.later.quarantine import reject, retry, waiting
from fundtrack.importing.words.aliases import Said, confirm, say
from fundtrack.posting.application import applications, approve
from fundtrack.posting.application import reject as turned_down
from fundtrack.posting.correct import reverse
from fundtrack.schema import dialect
from shelf import ENGINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fundtrack.book import Book
    from shelf import Shelf

from quotafiles import (
    CHART,
    CHIEF,
    CLERK,
    COUNTED,
    GIVEN,
    HEADS,
    applied_row,
    bound_row,
    bring,
    file_of,
    given_row,
    lines,
    reasons,
    sound,
    status,
)


@pytest.fixture(params=ENGINES)
def book(shelf: Shelf, request: pytest.FixtureRequest) -> Iterator[Book]:
    """Give a book whose fund is under quota control, on each engine in turn."""
    with shelf.lend(request.param, CHART) as book:
        yield book


def test_the_same_file_and_one_that_overlaps_do_nothing_twice(book: Book, tmp_path: Path) -> None:
    """The same bytes are one batch; the same rows among others are known by their keys, whatever else changed there."""
    path = file_of(tmp_path, "quota", *GIVEN, total="90.00")
    assert (bring(book, path).rows["posted"], lines(book)) == (2, 2)
    again = bring(book, path)
    assert (again.new, again.rows["posted"], again.rows["already_posted"]) == (False, 0, 2)
    later = [row | {"单位名称": "发展和改革局"} for row in GIVEN] + [given_row("1003", 500, "1001", "0602")]
    more = bring(book, file_of(tmp_path, "quota", *later, name="later"))
    assert (more.rows["posted"], more.rows["already_posted"], more.amounts["already_posted"]) == (1, 2, 9000)
    bound = file_of(tmp_path, "bound", bound_row("HT-1", "1002", 1000), total="10.00")
    applied = file_of(tmp_path, "applied", applied_row("SQ1", "1002", 700), total="7.00")
    for path in (bound, applied):
        assert bring(book, path).rows["posted"] == 1
        assert bring(book, path).rows["already_posted"] == 1
        with path.open("a", encoding="gb18030") as out:
            out.write("\n")
        assert (bring(book, path).rows["posted"], bring(book, path).rows["already_posted"]) == (0, 1)
    assert status(book, "F01-Q00002") == {"available": 3000, "committed": 1000}
    with book.reading() as connection:
        assert len(applications(connection)) == 1
    assert sound(book)


def test_two_rows_alike_are_one_act(book: Book, tmp_path: Path) -> None:
    """What the treasury numbers is there once, and so is what a contract binds: the second waits."""
    bring(book, file_of(tmp_path, "quota", *GIVEN))
    again = bring(
        book,
        file_of(
            tmp_path, "quota", *[given_row("1003", 10, "1001", "0602", 本级指标文号="本级6号")] * 2, name="numbered"
        ),
    )
    assert (again.rows["posted"], reasons(again)) == (1, {3: ["quota-row-again"]})
    twins = [bound_row("HT-1", "1002", 100), bound_row("HT-1", "F01-Q00002", 100), bound_row("HT-1", "1002", 101)]
    bound = bring(book, file_of(tmp_path, "bound", *twins))
    assert (bound.rows["posted"], reasons(bound)) == (2, {3: ["commit-row-again"]})
    later = bring(book, file_of(tmp_path, "bound", bound_row("HT-1", "本级5号", 100), *twins, name="later"))
    assert (later.rows["posted"], later.rows["already_posted"]) == (0, 2)
    assert reasons(later) == {2: ["commit-again"], 4: ["commit-again"]}
    assert status(book, "F01-Q00002")["committed"] == 201
    reverse(book, "F01-2015-000004", reason="误录", date=date(2015, 3, 2), by=CLERK)
    assert [bool(one.voucher) for one in retry(book, [], by=CLERK)] == [False, True, False]
    assert status(book, "F01-Q00002")["committed"] == 201
    assert sound(book)


def test_what_is_filed_under_two_numbers_is_bound_twice(book: Book, tmp_path: Path) -> None:
    """Each with a document of its own; and a row that is refused binds nothing that another could be the same as."""
    bring(book, file_of(tmp_path, "quota", *GIVEN))
    path = tmp_path / "filed.csv"
    rows = [("1002", "100", "备1"), ("1002", "100", "备2"), ("1002", "4001", ""), ("1002", "4001", "")]
    head = "采购合同编号,指标主键,合同签订日期,供应商名称,占用指标金额,备案编号\n"
    told = "".join(f"HT-1,{line},2015-03-01,甲建筑公司,{money.plain(int(fen))},{filed}\n" for line, fen, filed in rows)
    path.write_text(head + told, "gb18030")
    report = bring(book, path)
    assert (report.rows["posted"], status(book, "F01-Q00002")["committed"]) == (2, 200)
    assert reasons(report) == {4: ["over-allotment"], 5: ["over-allotment"]}


def test_a_number_of_the_bureau_applies_once_a_year(book: Book, tmp_path: Path) -> None:
    """In one file or in two, whatever else the row says; what was rejected may be asked for again."""
    bring(book, file_of(tmp_path, "quota", *GIVEN))
    twins = bring(book, file_of(tmp_path, "applied", *[applied_row("SQ1", "1002", 100)] * 2))
    assert (twins.rows["posted"], reasons(twins)) == (1, {3: ["apply-number-taken"]})
    said = twins.held[-1]["reasons"][0]
    assert "application 1: 1.00" in said["en"]
    other = [applied_row("SQ1", "1002", 101), applied_row("SQ2", "1002", 100)]
    more = bring(book, file_of(tmp_path, "applied", *other, name="other"))
    assert (more.rows["posted"], reasons(more)) == (1, {2: ["apply-number-taken"]})
    turned_down(book, 1, reason="退回修改", by=CHIEF)
    assert [one.voucher for one in retry(book, ["2:3"], by=CLERK)] == ["application 3"]
    assert [one.voucher for one in retry(book, ["3:2"], by=CLERK)] == [""]
    assert sound(book)


def test_one_document_above_is_written_in_one_way_in_a_file(book: Book, tmp_path: Path) -> None:
    """The first row says how; one that writes it otherwise waits, and so does one whose own document is that."""
    rows = [
        given_row(str(1001 + at), 100, use="", 本级指标文号=own, 上级指标文号=upper) for at, (own, upper) in enumerate((
            ("县1号", "财农〔2015〕9号"), ("县2号", "财农［2015］9 号"), ("财农(2015)9号", "中央7号"),
            ("县4号", "财农〔2015〕9号"),
        ))
    ]  # fmt: skip
    report = bring(book, file_of(tmp_path, "quota", *rows))
    assert (report.rows["posted"], reasons(report)) == (2, {3: ["document-otherwise"], 4: ["document-otherwise"]})
    assert sound(book)


def test_a_corrected_row_is_not_the_one_that_was_rejected(book: Book, tmp_path: Path) -> None:
    """A row of the same number, day and amount that says another use is judged anew; the same one stays out."""
    wrong = given_row("1003", 500, "1001", "0699")
    bring(book, file_of(tmp_path, "quota", *GIVEN, wrong))
    reject(book, "1:4", by=CHIEF, reason="更正文件后补")
    more = bring(book, file_of(tmp_path, "quota", wrong, given_row("1004", 1, "1001"), name="again"))
    assert (more.rows["posted"], more.rows["rejected"]) == (1, 1)
    right = bring(book, file_of(tmp_path, "quota", given_row("1003", 500, "1001", "0602"), name="right"))
    assert (right.rows["posted"], right.rows["rejected"]) == (1, 0)


def test_a_dry_run_changes_nothing(book: Book, tmp_path: Path) -> None:
    """It says what the import then does."""
    path = file_of(tmp_path, "quota", *GIVEN, given_row("1003", 1001, "1001"), total="100.01")
    dry = bring(book, path, dry_run=True)
    assert (dry.rows["posted"], lines(book)) == (2, 0)
    done = bring(book, path)
    assert (done.rows, done.amounts, reasons(done)) == (dry.rows, dry.amounts, {4: ["over-allotment"]})
    assert done.printed_total_agrees is True
    assert bring(book, file_of(tmp_path, "bound", total="0.01")).printed_total_agrees is False


def test_a_row_that_is_refused_leaves_no_line(book: Book, tmp_path: Path) -> None:
    """Nor a number left out: what comes behind it is numbered as if it had never been there."""
    report = bring(book, file_of(
        tmp_path, "quota", GIVEN[0], given_row("1009", 5001, "1001"), GIVEN[1], given_row("1010", 1, "1009"),
        given_row("1011", 1, "1001", "0699"), given_row("1012", 1, "", "0601", 资金名称=""),
        given_row("1013", 1, "1001", 预算年度="2014"),
        given_row("1014", 1, "", "0601", 发文时间="2014-05-01", 预算年度="2014"),
        given_row("1015", 1, "1001", ""), given_row("1016", 1, "1001", 项目名称="新项目"),
    ))  # fmt: skip
    assert reasons(report) == {
        3: ["over-allotment"], 5: ["quota-unknown"], 6: ["quota-use-ended"], 7: ["quota-fund-unsaid"],
        8: ["quota-year-past"], 9: ["quota-none"], 10: ["use-missing"], 11: ["project-unknown"],
    }  # fmt: skip
    assert (lines(book), status(book, "F01-Q00002")) == (2, {"available": 4000})
    assert sound(book)


def test_a_row_that_is_refused_takes_no_number_from_another(book: Book, tmp_path: Path) -> None:
    """As one by one: the second of a number is received where the first was refused, and what follows goes by that."""
    report = bring(book, file_of(
        tmp_path, "quota", GIVEN[0], given_row("1002", 5001, "1001"), given_row("1002", 4500, "1001"),
        given_row("1003", 501, "1001"), given_row("1003", 500, "1001"),
    ))  # fmt: skip
    assert reasons(report) == {3: ["over-allotment"], 5: ["over-allotment"]}
    assert (status(book, "F01-Q00002"), status(book, "F01-Q00003")) == ({"available": 4500}, {"available": 500})


def test_a_file_in_any_order_comes_to_the_same(book: Book, tmp_path: Path) -> None:
    """An allotment may stand above what it is out of; of one day what is received comes first.

    That is the day from which it is there: what is notified ahead is there from the first of its year on.
    """
    assert bring(book, file_of(tmp_path, "quota", *reversed(GIVEN))).rows["posted"] == 2
    assert status(book, "F01-Q00001") == {"received": 5000, "unallotted": 1000}
    ahead = [
        given_row("1004", 30, "1003", 发文时间="2014-12-20"),
        given_row("1003", 50, use="", 发文时间="2014-12-28", 本级指标文号="本级9号"),
    ]
    assert bring(book, file_of(tmp_path, "quota", *ahead, name="ahead")).rows["posted"] == 2
    assert status(book, "F01-Q00003") == {"received": 50, "unallotted": 20}


def test_what_is_received_and_allotted_by_one_row_falls_together(book: Book, tmp_path: Path) -> None:
    """The two vouchers are linked, so that one is not taken back without the other."""
    assert bring(book, file_of(tmp_path, "quota", given_row("1001", 700))).rows["posted"] == 1
    assert status(book, "F01-Q00002") == {"available": 700}
    assert len(reverse(book, "F01-2015-000002", reason="文件误录", date=date(2015, 2, 1), by=CLERK).numbers) == 2
    assert (status(book, "F01-Q00001"), status(book, "F01-Q00002")) == ({}, {})


def test_a_row_waits_until_the_book_has_its_line(book: Book, tmp_path: Path) -> None:
    """Tried again it is posted under its own batch; what was rejected stays out of every later file."""
    waits = bring(book, file_of(tmp_path, "quota", GIVEN[1], given_row("1003", 900, "1001"), name="first"))
    bring(book, file_of(tmp_path, "bound", bound_row("HT-1", "1002", 100)))
    bring(book, file_of(tmp_path, "applied", applied_row("SQ1", "1002", 100)))
    assert reasons(waits) == {2: ["quota-unknown"], 3: ["quota-unknown"]}
    reject(book, "1:3", by=CHIEF, reason="文件作废")
    bring(book, file_of(tmp_path, "quota", GIVEN[0], name="second"))
    assert [one.voucher for one in retry(book, ["1:2"], by=CLERK)] == ["F01-2015-000002"]
    assert [one.voucher for one in retry(book, [], by=CLERK)] == ["F01-2015-000003", "application 1"]
    with book.reading() as connection:
        assert waiting(connection) == []
        ((batch, row),) = dialect.rows_of(connection, "SELECT batch, row FROM voucher WHERE kind = 'allotment'")
    assert (batch, row) == (1, 2)
    again = bring(book, file_of(tmp_path, "quota", *GIVEN, given_row("1003", 900, "1001"), name="third"))
    assert (again.rows["posted"], again.rows["already_posted"], again.rows["rejected"]) == (0, 2, 1)
    assert bring(book, tmp_path / "first.csv").rows["rejected"] == 1
    assert bring(book, tmp_path / "applied.csv").rows["already_posted"] == 1
    assert sound(book)


def test_no_file_approves_what_it_applies_for(book: Book, tmp_path: Path) -> None:
    """The one who imported it applied, and another approves; the application keeps the number of the file."""
    bring(book, file_of(tmp_path, "quota", *GIVEN))
    bring(book, file_of(tmp_path, "bound", bound_row("HT-1", "1002", 1000)))
    bring(book, file_of(tmp_path, "applied", applied_row("SQ2015-1", "F01-Q00002", 600, 采购合同编号="HT-1")))
    with book.reading() as connection:
        (waits,) = applications(connection)
    assert (waits.number, waits.state, waits.applied_by, waits.contract) == ("SQ2015-1", "waiting", CLERK, "HT-1")
    assert status(book, "F01-Q00002") == {"available": 3000, "committed": 1000}
    with pytest.raises(UsageError) as caught:
        approve(book, waits.application, date=date(2015, 3, 11), by=CLERK)
    assert caught.value.key == "duties-apart"
    approve(book, waits.application, date=date(2015, 3, 11), by=CHIEF)
    assert status(book, "F01-Q00002") == {"available": 3000, "committed": 400, "applied": 600}


def test_the_account_of_a_payee_is_masked_where_a_row_waits(book: Book, tmp_path: Path) -> None:
    """In what is kept of it, whatever it waits for."""
    report = bring(book, file_of(tmp_path, "applied", applied_row("SQ1", "1002", 100)))
    assert reasons(report) == {2: ["quota-unknown"]}
    kept = " ".join(cell for row in report.held for cell in row["cells"])
    assert "甲建筑公司" in kept
    assert "6222020200001111222" not in kept


def test_a_document_names_a_line_where_it_leaves_one(book: Book, tmp_path: Path) -> None:
    """With the use where it allotted several; otherwise nothing is guessed, and the lines are named."""
    bring(book, file_of(tmp_path, "quota", *GIVEN, given_row("1003", 500, "1001", "0602", 本级指标文号="本级6号")))
    rows = [bound_row("HT-1", "本级6号", 10), bound_row("HT-2", "上级88号", 10), bound_row("HT-3", "本级7号", 10)]
    report = bring(book, file_of(tmp_path, "bound", *rows))
    assert reasons(report) == {3: ["quota-several"], 4: ["quota-unknown"]}
    assert "F01-Q00002 (2015 0601), F01-Q00003 (2015 0602)" in report.held[1]["reasons"][0]["en"]
    assert "本级6号" in report.held[2]["reasons"][0]["remedy-en"]
    assert status(book, "F01-Q00003") == {"available": 490, "committed": 10}


AMOUNTS: Final = st.integers(-20, 60)
ROWS: Final = st.lists(
    st.one_of(
        st.builds(given_row, st.sampled_from(["1", "2", "3", ""]), AMOUNTS, st.sampled_from(["", "1", "2", "本级5号"]),
                  st.sampled_from(["", "0601", "0602", "0699", "Housing"]),
                  预算年度=st.sampled_from(["2015", "2016", ""]),
                  发文时间=st.sampled_from(["2015-01-20", "2015-02-30", "2015-01-19"]),
                  是否删除=st.sampled_from(["否", "是"])),
        st.just({}),
        st.builds(lambda fen: {"指标主键": "合计", "指标金额": money.plain(fen)}, AMOUNTS),
    ),
    max_size=8,
)  # fmt: skip
OTHERS: Final = st.lists(st.builds(
    bound_row, st.sampled_from(["HT-1", "HT-2", ""]), st.sampled_from(["1", "2", "3", "本级5号", "F01-Q00002"]),
    AMOUNTS,
), max_size=5)  # fmt: skip
ASKED: Final = st.lists(st.builds(
    applied_row, st.sampled_from(["SQ1", "SQ2", ""]), st.sampled_from(["1", "2", "F01-Q00002", "F01-Q00009"]), AMOUNTS,
), max_size=5)  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_whatever_stands_in_such_files_every_row_has_one_end(shelf: Shelf, engine: str, tmp_path: Path) -> None:
    """Rows in are posted, already posted, waiting, or no data; sums tie; what was received is what became of it."""

    @settings(max_examples=40 if engine == "sqlite" else 8, deadline=None,
              suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
    @given(st.lists(ROWS, min_size=1, max_size=2), OTHERS, ASKED)
    def holds(given_files: Sequence[Any], bound: Sequence[Any], applied: Sequence[Any]) -> None:
        files = [("quota", rows) for rows in given_files] + [("bound", bound), ("applied", applied)]
        with ExitStack() as stack:
            book = stack.enter_context(shelf.lend(engine, CHART))
            done: Counter[str] = Counter()
            for at, (kind, rows) in enumerate(files):
                path = file_of(tmp_path, kind, *rows, name=f"{kind}{at}")
                report = bring(book, path)
                assert report.rows["read"] == 1 + len(rows)
                data = [row for row in rows if row and row[HEADS[kind][0]] != "合计"]
                fen = sum(money.parse(row[COUNTED[kind]], "元") for row in data)
                assert (report.rows["not_data"], report.amounts["read"]) == (1 + len(rows) - len(data), fen)
                done[kind] += report.rows["posted"] if report.new else 0
                for row in report.held:
                    assert row["reasons"]
            assert sound(book)
            with book.reading() as connection:
                numbers = dialect.rows_of(connection, "SELECT COUNT(*) FROM voucher WHERE batch IS NOT NULL")
                asked = dialect.rows_of(connection, "SELECT COUNT(*) FROM application")
                assert (int(numbers[0][0]), int(asked[0][0])) == (done["quota"] + done["bound"], done["applied"])
                totals = dialect.rows_of(
                    connection, "SELECT status, SUM(amount) FROM book_quota_statuses GROUP BY status"
                )
                by_status = {name: int(total) for name, total in totals}
            assert by_status.pop("received", 0) == sum(by_status.values())
            assert all(total >= 0 for total in by_status.values())

    holds()


def test_a_file_comes_to_what_its_rows_come_to_one_by_one(shelf: Shelf, tmp_path: Path) -> None:
    """Each imported as a file of its own, by day and row: the same lines with the same quota, the same rows waiting."""
    rows = st.lists(
        st.builds(given_row, st.sampled_from(["1", "2", "3", "4"]), st.integers(1, 60), st.sampled_from(["", "1", "2"]),
                  st.sampled_from(["", "0601", "0699"]), 发文时间=st.sampled_from(["2015-01-20", "2015-01-19"])),
        max_size=7, unique_by=lambda row: (row["指标主键"], row["指标金额"], row["发文时间"]),
    )  # fmt: skip

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(rows)
    @example([given_row("1", 29), given_row("2", 29, use="")])  # each of them numbered by the treasury: two receipts
    def holds(given: list[dict[str, str]]) -> None:
        ordered = sorted(given, key=lambda row: (row["发文时间"], bool(row["源指标主键"])))
        with shelf.lend("sqlite", CHART) as book:
            whole = bring(book, file_of(tmp_path, "quota", *given, name="whole"))
            waits = Counter(why for keys in reasons(whole).values() for why in keys)
            stand = {f"F01-Q{line:05d}": status(book, f"F01-Q{line:05d}") for line in range(1, lines(book) + 1)}
        with shelf.lend("sqlite", CHART) as book:
            alone: Counter[str] = Counter()
            for at, row in enumerate(ordered):
                report = bring(book, file_of(tmp_path, "quota", row, name=f"row{at}"))
                alone += Counter(why for keys in reasons(report).values() for why in keys)
            assert lines(book) == len(stand)
            assert {number: status(book, number) for number in stand} == stand
        assert waits == alone

    holds()


def test_quota_comes_to_its_fund_by_a_word_of_two(book: Book, tmp_path: Path) -> None:
    """A word that the chart does not know waits; its alias, confirmed, stands with the vouchers of the document."""
    path = file_of(tmp_path, "quota", *(row | {"资金名称": "搬迁资金"} for row in GIVEN))
    assert bring(book, path).rows["quarantined"] == 2
    with book.reading() as connection:
        (group,) = grouped(connection, book.chart(connection), waiting(connection))
    assert (group.check, group.field, group.word, len(group.rows)) == ("fund-not-in-chart", "fund", "搬迁资金", 2)
    say(book, [Said("fund", "搬迁资金", "F01", "", "县里的叫法")], by=CLERK)
    confirm(book, [1], by=CHIEF)
    assert all(one.voucher for one in retry(book, [], by=CLERK))
    with book.reading() as connection:
        rows = connection.exec_driver_sql("""SELECT b.how, b.word, b.alias FROM voucher AS v
            JOIN fund_basis AS b ON b.fund_basis = v.fund_basis ORDER BY v.id""").all()  # fmt: skip
    assert [tuple(row) for row in rows] == [("column", "搬迁资金", 1)] * 2
    assert sound(book)
