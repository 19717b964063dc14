"""The tables of another system: what becomes of every row, what is found, and what hostile files do."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import in_both_languages
from fundtrack import money, pages
from fundtrack.beantext.directives import Transaction
from fundtrack.checking.audit import audit_source
from fundtrack.checking.foreign import ROW
from fundtrack.errors import FormatError, PageError, UsageError
from fundtrack.importing.elsewhere import is_system, source_at, system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commands import Answer, Say
    from fundtrack.checking.audit import Audit
    from fundtrack.pages import Page, Section

SYSTEMS: Final = {name: page for name, page in pages.catalogue("importers").items() if is_system(page)}
EXAMPLES: Final = [
    pytest.param(example, id=f"{page.name}: {example.title}") for page in SYSTEMS.values() for example in page.examples
]

HEAD: Final = (
    "Posting Date,Journal No,Description,Account,Account Name,Amount,Fund,Project,Vendor,Reference,Attachments,"
    "Entered By,Approved By\n"
)
IN: Final = "2015-01-05,1,Grant,1001,Bank,1000.00,F01,,,,1,W,L\n2015-01-05,1,Grant,4001,Grants,-1000.00,F01,,,,1,W,L\n"
OUT: Final = (
    "2015-02-05,{no},Bricks,5001,Works,{amount},F01,P01,Ltd,,1,W,L\n"
    "2015-02-05,{no},Bricks,1001,Bank,-{amount},F01,P01,Ltd,,1,W,L\n"
)
COUNTY: Final = "日期,凭证字,凭证号,摘要,科目编码,科目名称,借方金额,贷方金额,资金\n"


def audited(path: Path) -> Audit:
    """Audit what a path names."""
    return audit_source(lambda: source_at(path))


def unpacked(example: Section, folder: Path) -> Path:
    """Write the files of an example."""
    for fence in example.fences:
        if fence.language == "csv":
            (folder / fence.options["file"]).write_bytes(fence.text.encode(fence.options["encoding"]))
    return folder


def rendered(path: Path) -> Iterator[str]:
    """Yield what a page prints of the files in a folder: the vouchers, and what is found at which row."""
    for entry in source_at(path).entries:
        if isinstance(entry, Transaction):
            said = " ".join(f'"{text}"' for text in (entry.payee, entry.narration) if text is not None)
            number = entry.meta.get("voucher", entry.meta.get("kind"))
            place = f"{Path(entry.meta['filename']).name} row {entry.meta[ROW]}"
            yield f"{entry.date} * {said} ; {number}, {place}"
            for leg in entry.postings:
                assert leg.units is not None
                yield f"  {leg.account}  {leg.units.number} {leg.units.currency}"
    for found in audited(path).findings:
        yield f"; {Path(found.subject.file).name} row {found.subject.row}: {found.check}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_files_become_what_their_page_prints(example: Section, tmp_path: Path) -> None:
    """The vouchers row for row, and exactly the findings, each at its file and row."""
    expected = example.fence("beancount")
    assert expected is not None
    shown = [line for line in expected.text.splitlines() if line]
    assert list(rendered(unpacked(example, tmp_path))) == shown


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_physical_row_is_accounted_for(example: Section, tmp_path: Path) -> None:
    """Read is taken, unreadable and no data; what is taken comes to what the vouchers hold."""
    source = source_at(unpacked(example, tmp_path))
    rows = {one.options["file"]: one.text.count("\n") for one in example.fences if one.language == "csv"}
    assert {one.file: one.read for one in source.files} == rows
    assert all(one.read == one.taken + one.unreadable + one.aside for one in source.files)
    legs = [leg for entry in source.entries if isinstance(entry, Transaction) for leg in entry.postings]
    assert len(legs) <= sum(one.taken for one in source.files)
    net = sum(leg.units.number or Decimal() for leg in legs if leg.units)
    assert net == Decimal(money.plain(sum(one.debit_taken - one.credit_taken for one in source.files)))


@pytest.mark.parametrize("page", SYSTEMS.values(), ids=list(SYSTEMS))
def test_a_page_is_whole(page: Page) -> None:
    """A page is told in both languages, has a basis, an example, and names that can be read."""
    assert all(page.text(part, "zh") and page.text(part, "en") for part in ("title", "message", "reason"))
    assert page.front["basis"]
    assert page.examples
    assert system(page).name == page.name


def export(text: str, name: str = "gl.csv") -> Path:
    """Write an export into a folder of its own."""
    path = Path("export") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + text, "utf-8")
    return path


def test_a_sound_export(say: Say) -> None:
    """Nothing is found; what could not be run is told with its reason, and every row is accounted for."""
    export(IN + OUT.format(no=2, amount="10.00"))
    for path in ("export", "export/gl.csv"):
        answer = say("check", path)
        assert answer.code == 0, answer.out
        assert "5 rows = 4 taken + 0 unreadable + 1 no data; debit 1,010.00, credit 1,010.00" in answer.out
        assert "no register: " in answer.out
        assert "no opening balances" in answer.out
    record = say("check", "export", "--format", "json").json
    assert {"overdrawn", "mixed-channel", "unbalanced", "duplicate-payment"} <= set(record["checks_run"])
    assert {"use-not-permitted"} <= {one["check"] for one in record["not_run"]}
    (file,) = record["files"]
    assert (file["file"], file["taken"], file["debit"], file["debit_taken"]) == ("gl.csv", 4, "1010.00", "1010.00")


FAULTS: Final = {
    "overdrawn": (IN + OUT.format(no=2, amount="1000.01"), 4),
    "unbalanced": (IN + OUT.format(no=2, amount="10.00").replace("-10.00", "-9.99"), 4),
    "mixed-channel": (IN + OUT.format(no=2, amount="10.00").replace("-10.00,F01", "-10.00,F03"), 4),
    "duplicate-payment": (IN + OUT.format(no=2, amount="10.00") + OUT.format(no=3, amount="10.00"), 6),
    "journal-number-missing": (IN + OUT.format(no=4, amount="10.00"), 4),
    "journal-dates": (IN + OUT.format(no=2, amount="10.00").replace("2015-02-05", "2015-02-06", 1), 5),
    "journal-kind": (IN + OUT.format(no=2, amount="10.00").replace(",5001,", ",9001,"), 4),
    "journal-total": (IN + "Total,,,,,0.01,,,,,,,\n", 4),
    "journal-row": (IN + "2015-01-06,1,x,5001,Works,ten,F01,,,,1,W,L\n", 4),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_stands_at_its_row(say: Say, fault: str) -> None:
    """In a table, at file and row, in both languages; and in SARIF and CSV at the same place."""
    text, row = FAULTS[fault]
    export(text)
    answer = say("check", "export", "--format", "json")
    assert answer.code == 1
    found = {(one["check"], one["file"], one["row"]) for one in answer.json["findings"]}
    assert (fault, "export/gl.csv", row) in found
    assert {check for check, *_ in found} <= {fault, "overdrawn"}
    chinese = next(one for one in say("--lang", "zh", "check", "export", "--format", "json").json["findings"])
    assert any("一" <= character <= "龥" for character in chinese["message"])
    (run,) = say("check", "export", "--format", "sarif").json["runs"]
    place = next(one for one in run["results"] if one["ruleId"] == fault)["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("export/gl.csv", row)
    assert f",{fault},export/gl.csv,,{row}," in say("check", "export", "--format", "csv").out


def test_two_copies_of_an_export(say: Say) -> None:
    """The same vouchers twice balance, and are told."""
    for name in ("a.csv", "b.csv"):
        export(IN, name)
    found = say("check", "export", "--format", "json").json["findings"]
    assert [(one["check"], one["file"], one["row"]) for one in found if one["check"].startswith("journal")] == [
        ("journal-number-twice", "export/b.csv", 2)
    ]


def test_files_that_no_page_describes(say: Say) -> None:
    """Beside vouchers it is a finding; alone it ends the command."""
    export(IN)
    (Path("export") / "notes.csv").write_text("a,b\n1,2\n", "utf-8")
    answer = say("check", "export")
    assert answer.code == 1
    assert "journal-not-read [error]: notes.csv was not read: " in answer.out
    alone = say("check", "export/notes.csv")
    assert (alone.code, alone.out) == (2, "")
    assert in_both_languages(alone.err)


def test_a_row_that_is_not_in_the_chart(tmp_path: Path) -> None:
    """Without a chart nobody can say; with one, an account beyond it is told once, at its first row."""
    (tmp_path / "gl.csv").write_text(HEAD + IN, "utf-8")
    assert "no-chart" in [limit.kind for limit in audited(tmp_path).limits]
    chart = "Account,Account Title,Opening Balance,Fund\n1001,Bank,,\n1001,Bank,,\n"
    (tmp_path / "coa.csv").write_text(chart, "utf-8")
    audit = audited(tmp_path)
    found = [(one.check, one.subject.row) for one in audit.findings]
    assert found == [("journal-account-twice", 3), ("journal-account", 3)]
    assert "no-chart" not in [limit.kind for limit in audit.limits]


def test_opening_balances_count(tmp_path: Path) -> None:
    """What an account began with may be spent; one side alone does not balance."""
    (tmp_path / "gl.csv").write_text(HEAD + OUT.format(no=1, amount="10.00"), "utf-8")
    chart = "Account,Account Title,Opening Balance,Fund\n1001,Bank,{},F01\n3001,Equity,-10.00,F01\n5001,Works,,\n"
    for opening, expected in (("10.00", []), ("9.99", ["unbalanced", "overdrawn"])):
        (tmp_path / "coa.csv").write_text(chart.format(opening), "utf-8")
        assert [one.check for one in audited(tmp_path).findings] == expected


def test_a_workbook_is_a_table_too(tmp_path: Path) -> None:
    """With its sheet in the finding's place."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "三月"
    for line in (HEAD + IN + OUT.format(no=2, amount="1000.01")).splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "gl.xlsx")
    (found,) = audited(tmp_path).findings
    place = found.subject
    assert (found.check, place.file, place.sheet, place.row) == ("overdrawn", str(tmp_path / "gl.xlsx"), "三月", 4)


HOSTILE: Final = {
    "null bytes": (HEAD + IN).encode() + b"\0\0",
    "another encoding": (COUNTY + "2015-03-01,记,1,甲,1002,款,1,,F01\n").encode("gb18030") + b"\xff\xff",
    "nothing": b"",
    "no rows": HEAD.encode(),
    "only unreadable rows": (HEAD + "x,1,y,5001,z,1e9,F01,,,,1,W,L\n").encode(),
    "no funds": (HEAD + IN.replace("F01", "")).encode(),
    "a stray quote": (HEAD + IN + '"').encode(),
    "a cell without end": (HEAD + "x" * 100_000).encode(),
    "no workbook": b"PK\x03\x04 no workbook",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_read_is_a_sentence(say: Say, data: bytes) -> None:
    """In both languages, with exit code 2, and no traceback."""
    Path("gl.csv").write_bytes(data)
    answer: Answer = say("check", "gl.csv")
    assert (answer.code, answer.out) == (2, "")
    assert in_both_languages(answer.err)
    assert "gl.csv" in answer.err


@pytest.mark.parametrize(
    "amount", ["1" * 60, "=1+1", "1e5", "NaN", "\uff11\u066b5", "0x10", "1,00", "--5", "", "0", "1.001", "\u202e1"]
)
def test_an_amount_that_is_none_is_a_finding(tmp_path: Path, amount: str) -> None:
    """The row is told and in no voucher; nothing is guessed."""
    row = f'2015-01-06,1,x,5001,Works,"{amount}",F01,,,,1,W,L\n'
    (tmp_path / "gl.csv").write_text(HEAD + IN + row, "utf-8")
    audit = audited(tmp_path)
    assert [(one.check, one.subject.row) for one in audit.findings] == [("journal-row", 4)]
    assert (audit.files[0].taken, audit.files[0].unreadable) == (2, 1)


@given(st.binary(max_size=120) | st.text(st.sampled_from('2015-01,\n\r"=+F01.\0合计'), max_size=80).map(str.encode))
def test_any_bytes_become_findings_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """No file crashes the audit, and every row of what is read is accounted for."""
    path = tmp_path_factory.mktemp("bytes") / "gl.csv"
    path.write_bytes((HEAD + IN).encode() + data)
    try:
        audit = audited(path)
    except (FormatError, UsageError):
        return
    assert all(one.read == one.taken + one.unreadable + one.aside for one in audit.files)
    assert audit.files[0].taken >= 2


def test_red_entries_keep_their_side(tmp_path: Path) -> None:
    """A negative debit is a debit below zero, in the sums of the file and in the posting."""
    rows = (
        "2015-03-01,记,1,收,1002,银行,100,,F01\n2015-03-01,记,1,收,4001,补助,,100,F01\n"
        "2015-03-02,记,2,冲,1002,银行,-40,,F01\n2015-03-02,记,2,冲,4001,补助,,-40,F01\n合计,,,,,,60,60,\n"
    )
    (tmp_path / "a.csv").write_bytes((COUNTY + rows).encode("gb18030"))
    source = source_at(tmp_path)
    red = [entry for entry in source.entries if isinstance(entry, Transaction)][1]
    assert [(leg.units and leg.units.number, leg.meta) for leg in red.postings] == [
        (Decimal("-40.00"), {"red": True}), (Decimal("40.00"), {"red": True}),
    ]  # fmt: skip
    assert (source.files[0].debit, source.files[0].credit, source.problems) == (6000, 6000, ())


def test_a_row_with_both_sides(tmp_path: Path) -> None:
    """Belongs to the sums of the file and to no voucher."""
    rows = "2015-03-01,记,1,收,1002,银行,100,,F01\n2015-03-01,记,1,收,4001,补助,1,100,F01\n"
    (tmp_path / "a.csv").write_bytes((COUNTY + rows).encode("gb18030"))
    source = source_at(tmp_path)
    assert [(one.check, one.subject.row) for one in source.problems] == [("journal-row", 3)]
    (file,) = source.files
    assert (file.debit, file.debit_taken, file.credit, file.credit_taken) == (10100, 10000, 10000, 0)


def test_vouchers_stand_by_date_whatever_the_file_does(tmp_path: Path) -> None:
    """What the accounts began with comes before all of them."""
    rows = OUT.format(no=2, amount="1.00") + OUT.format(no=1, amount="1.00").replace("2015-02-05", "2015-01-04")
    (tmp_path / "gl.csv").write_text(HEAD + rows, "utf-8")
    chart = "Account,Account Title,Opening Balance,Fund\n1001,Bank,2.00,F01\n3001,Equity,-2.00,F01\n5001,Works,,\n"
    (tmp_path / "coa.csv").write_text(chart, "utf-8")
    source = source_at(tmp_path)
    vouchers = [entry for entry in source.entries if isinstance(entry, Transaction)]
    assert [str(one.date) for one in vouchers] == ["2015-01-04", "2015-01-04", "2015-02-05"]
    assert vouchers[0].meta["kind"] == "opening"
    assert audited(tmp_path).findings == ()


def test_a_hidden_sheet_with_vouchers(say: Say) -> None:
    """Nobody judges by what nobody sees."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("unseen")
    for line in (HEAD + IN).splitlines():
        sheet.append(line.split(","))
    sheet.sheet_state = "hidden"
    book.save("gl.xlsx")
    answer = say("check", "gl.xlsx")
    assert (answer.code, answer.out) == (2, "")
    assert "unseen" in answer.err


def test_two_systems_in_one_folder(say: Say) -> None:
    """Are two books, and are not read as one."""
    export(IN)
    row = "2015-03-01,记,1,收,1002,银行,100,,F01\n"
    (Path("export") / "b.csv").write_bytes((COUNTY + row).encode("gb18030"))
    answer = say("check", "export")
    assert (answer.code, answer.out) == (2, "")
    assert "county-voucher-list, general-ledger-export" in answer.err
    assert in_both_languages(answer.err)


SIDED: Final = """
[file]
numbering = "never"
debit-words = ["D"]
credit-words = ["C"]
[journal]
date = "Day"
number = "No"
account = "Acc"
amount = "Amt"
side = "DC"
fund = "F"
[kinds]
cash = ["1"]
expense = ["5"]
"""


def own_page(folder: Path, toml: str) -> Path:
    """Write a page of the checker's own, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "mine.md").write_text(f"# mine\n\nWords.\n\n```toml\n{toml}\n```\n", "utf-8")
    return folder


def test_an_amount_beside_its_side(tmp_path: Path) -> None:
    """A page of the checker's own; a word that is neither side is told, and numbers need not begin anew."""
    importers = own_page(tmp_path / "importers", SIDED)
    path = tmp_path / "x.csv"
    path.write_text("Day,No,Acc,Amt,DC,F\n2015-01-01,1,5,7.00,D,F01\n2015-01-01,1,1,7.00,C,F01\n"
                    "2016-01-01,2,1,7.00,?,F01\n", "utf-8")  # fmt: skip
    source = source_at(path, importers)
    (entry,) = [entry for entry in source.entries if isinstance(entry, Transaction)]
    assert [leg.units and leg.units.number for leg in entry.postings] == [Decimal("7.00"), Decimal("-7.00")]
    assert entry.meta["voucher"] == "1"
    assert [(one.check, one.subject.row) for one in source.problems] == [("journal-row", 4)]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("[journal]", '[journal]\nwhat = "x"'),
        ("[file]", '[file]\nnumbers = "x"'),
        ('"never"', '"weekly"'),
        ('amount = "Amt"', ""),
        ('amount = "Amt"', 'debit = "Amt"'),
        ('date = "Day"', ""),
        ('cash = ["1"]', 'gold = ["1"]'),
        ("[kinds]", "[kind]"),
        ("[file]", '[file]\nencoding = "klingon"'),
    ],
)
def test_a_broken_page_is_refused_with_its_line(tmp_path: Path, was: str, becomes: str) -> None:
    """At once, not when a file comes."""
    assert was in SIDED
    importers = own_page(tmp_path / "importers", SIDED.replace(was, becomes, 1))
    with pytest.raises(PageError) as caught:
        system(pages.load(importers / "mine.md"))
    assert (caught.value.key, caught.value.details["line"]) == ("page-importer", 6)


def test_memory_grows_with_the_rows_and_no_faster(tmp_path: Path) -> None:
    """Four times the rows take about four times the memory."""
    peaks = []
    for count in (500, 2000):
        rows = "".join(OUT.format(no=number, amount="0.01") for number in range(2, count))
        (tmp_path / "gl.csv").write_text(HEAD + IN + rows, "utf-8")
        tracemalloc.start()
        source_at(tmp_path / "gl.csv")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 6 * peaks[0]
