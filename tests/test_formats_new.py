"""A page for a file that no page describes: what is proven, asked and written, and that the file then imports."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import commands
from fundtrack import pages
from fundtrack.errors import FormatError
from unknown import ENGLISH, SIDES, desk

if TYPE_CHECKING:
    from commands import Say

LIST: Final = """\
水利工程款项清单
支付日,拨付对象（户名）,事由说明,拨款额（元）,拨付渠道,票据号码
2015-03-02,李四建筑队,一期管网,"120,000.00",F01,P1
2015-03-09,王五,张三经手,"2,000.50",F01,P2
2015-03-13,李四建筑队,二期,900.00,F03,P3
合计,,,"122,900.50",,
制表人：赵六,,,,,
"""
"""A list whose columns no page calls so, with names of persons in it."""


def test_no_person_of_the_file_is_in_its_page(book: Path, say: Say) -> None:
    """Who was paid, what for and by whom is replaced; dates and amounts stay, and the next command works."""
    Path("list.csv").write_bytes(LIST.encode("gb18030"))
    answer = say("formats", "which", "list.csv", "--book", book)
    assert (answer.code, "formats new" in answer.out) == (1, True)
    answer = say("formats", "new", "list.csv", "--book", book, "--format", "json")
    assert answer.code == 2
    topics = [point["topic"] for point in answer.json["points"] if point["state"] == "open"]
    assert topics == ["payee", "sign"]
    assert not [*(book / "importers").glob("*.md")]
    said = ("payee=拨付对象（户名）", "sign=out", "fund=拨付渠道", "narration=事由说明")
    answers = [part for one in said for part in ("--set", one)]
    answer = say("formats", "new", "list.csv", "--book", book, *answers, "--name", "water", "--lang", "zh")
    assert answer.code == 0, answer.err
    page = (book / "importers" / "water.md").read_text("utf-8")
    assert not [name for name in ("李四", "王五", "张三", "赵六", "P1") if name in page], page
    assert "收款人1" in page
    assert '2015-03-09 * "收款人2" "摘要2"' in page
    command = answer.out.partition("fundtrack ")[2].splitlines()[0].split()
    done = say(*command, "--book", book, "--format", "json")
    assert (done.code, done.json[0]["page"]) == (1, "water")
    assert (done.json[0]["rows"]["read"], done.json[0]["amounts"]["read"]) == (7, "122900.50")
    assert done.json[0]["printed_total_agrees"] is True
    assert say("formats", "test", "--book", book).code == 0
    assert "water" in say("formats", "which", "list.csv", "--book", book).out
    assert say("formats", "new", "list.csv", "--book", book).out.count("water") == 1


def test_the_word_that_tells_a_kind_stays_in_the_sample(book: Path, say: Say, tmp_path: Path) -> None:
    """And nothing else of its cell: the sample becomes interest, as the file does."""
    text = f"{SIDES}2015-03-01,存款利息韦某一,,9.00,9.00,甲\n2015-03-02,货款韦某一,3.00,,6.00,乙\n"
    (tmp_path / "bank.csv").write_text(text, "utf-8")
    assert (
        say(
            "--book", book, "formats", "new", "bank.csv", "--name", "ours", "--anyway", "--set", "amount-in=贷方金额"
        ).code
        == 0
    )
    page = (book / "importers" / "ours.md").read_text("utf-8")
    assert "2015-03-01,利息,,9.00," in page
    assert 'kind: "interest"' in page
    assert "kind-unknown" not in page
    assert "韦某一" not in page


def test_a_person_at_the_terminal_is_asked(book: Path, say: Say) -> None:
    """By numbers or words; what cannot be answered so is asked again, and nobody says anything by Enter."""
    Path("list.csv").write_text("Day,Paid to,Sum of it\n01/02/2015,A,1.50\n03/04/2015,B,2.00\n", "utf-8")
    answer = say("formats", "new", "list.csv", "--book", book, typed="\nsometimes\n2\n元\n")
    assert answer.code == 0, answer.err
    page = pages.load(book / "importers" / "list.md")
    assert ('dates = "month-first"' in page.definition.text, 'unit = "元"' in page.definition.text) == (True, True)


def test_a_draft_imports_nothing_until_it_is_answered(book: Path, say: Say) -> None:
    """It is written with its questions, refuses, and gives way to the answers; a finished page does not."""
    text = "Date,Supplier,Amount (元)\n01/02/2015,A,1.50\n03/04/2015,B,2.00\n"
    Path("list.csv").write_text(text, "utf-8")
    new = ("formats", "new", "list.csv", "--book", book, "--name", "mine")
    assert say(*new).code == 2
    assert say(*new, "--draft").code == 0
    for command in (("import", "--dry-run", "list.csv"), ("import", "--as", "mine", "list.csv")):
        answer = say(*command, "--book", book)
        assert (answer.code, "date-order" in answer.err) == (2, True), answer.err
    assert say(*new, "--set", "date=dmy").code == 0
    assert say("import", "--dry-run", "--as", "mine", "list.csv", "--book", book).code == 1
    assert say(*new, "--set", "date=dmy", "--anyway").code == 2


def test_what_a_page_fits_needs_no_new_one(book: Path, say: Say) -> None:
    """The page that fits is named; one that recognises a file and cannot read it is not enough."""
    commands.payments_file(Path.cwd())
    answer = say("formats", "new", "payments.csv", "--book", book, "--format", "json")
    assert (answer.code, answer.json[0]["page"], answer.json[0]["rows"]) == (0, "treasury-payment", 2)
    assert not [*(book / "importers").glob("*.md")]
    text = "Date,Supplier,Amount\n01/22/2015,A,1.50\n01/23/2015,B,2.00\n"
    Path("american.csv").write_text(text, "utf-8")
    found = say("formats", "which", "american.csv", "--book", book, "--format", "json").json
    assert {one["page"]: (one["fits"], "GBP" in one["error"]) for one in found}["uk-spend"] == (False, True)
    answer = say("formats", "new", "american.csv", "--book", book, "--set", "unit=元", "--format", "json")
    assert (answer.code, answer.json["read"]["rows"], answer.json["read"]["sound"]) == (0, 2, 2)
    assert '"month-first"' in (book / "importers" / "american.md").read_text("utf-8")
    assert answer.json["next"] == "fundtrack import --dry-run american.csv"


def test_a_page_stays_in_its_folder_and_in_its_fences(book: Path, say: Say) -> None:
    """Whatever it is to be called, and whatever a file calls its columns."""
    text = '"```",Date,"Sup""plier\n""","Amount (元)"\nx,22/01/2015,A B,1.50\n'
    Path("list.csv").write_text(text, "utf-8")
    new = ("formats", "new", "list.csv", "--book", book, "--set", 'payee=Sup"plier "', "--set", "sign=out")
    for name in ("../../evil", "/evil", "Evil", "a b"):
        assert say(*new, "--name", name).code == 2
    assert not [*book.parent.glob("**/*evil*")]
    assert say(*new, "--name", "mine").code == 0
    assert say("formats", "test", "--book", book).code == 0
    assert say("import", "--dry-run", "list.csv", "--book", book).code == 1


def test_a_header_of_two_rows_and_hundredths(tmp_path: Path) -> None:
    """A group reaches over its columns, with its unit; pence are hundredths of a pound."""
    at, path = desk(), tmp_path / "two.csv"
    path.write_text("项目名称,收款单位,支付日期,资金来源（万元）,,\n,,,中央,省级,县级\n一,甲,2015-03-01,10.5,5,\n"
                    "二,乙,2015-03-02,8,,2\n合计,,,18.5,5,2\n", "utf-8")  # fmt: skip
    found = at.propose(path, {"amount": "资金来源/中央(万元)"})
    assert not found.open
    tried = at.tried(path, at.text(found, "two"), "two")
    assert (tried.rows, tried.amount, tried.agrees) == (2, 18_500_000, True)
    british = desk("GBP")
    path.write_text("Date,Supplier,Amount (pence)\n22/01/2015,A,150\n23/01/2015,B,205\n", "utf-8")
    found = british.propose(path, {"unit": "pence"})
    assert british.tried(path, british.text(found, "pence"), "pence").amount == 355


@pytest.mark.parametrize(
    ("data", "encoding", "asked"),
    [
        ("日期,收款人,金额(元),用途\n2015-03-01,某公司,1.00,建设工程款\n".encode("gb18030"), "gb18030", ""),
        ("日期,收款人,金额(元)\n2015-03-01,某公司,1.00\n".encode("utf-16"), "utf-16", ""),
        ("Date,Supplier,Amount\n22/01/2015,Skåne Ltd,1.50\n".encode("cp1252"), "cp1252", "encoding"),
        ("Date,Supplier,Amount\n22/01/2015,Caf\xe9,1.50\n".encode("cp1252"), "cp1252", ""),
        ((ENGLISH + 9 * "22/01/2015,Skåne Räksmörgås Company Ltd,1.50\n").encode("cp1252"), "cp1252", ""),
        ("日期,收款人,金額(元),說明\n2015-03-01,台灣測試股份公司,1.00,工程款項\n".encode("big5"), "big5", "encoding"),
    ],
    ids=["GB18030", "UTF-16", "one letter", "no Chinese", "many letters", "Big5"],
)  # fmt: skip
def test_an_encoding_is_proven_or_asked(tmp_path: Path, data: bytes, encoding: str, asked: str) -> None:
    """By its mark, by what its bytes cannot be, or by common characters; one letter proves nothing."""
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    found = desk("GBP").propose(path, {})
    assert found.value("encoding") == encoding
    assert " ".join(point.topic for point in found.open if point.topic == "encoding") == asked


@pytest.mark.parametrize(
    ("last", "said", "rows", "agrees"),
    [
        (",3.50,Total,", "total", 2, True),
        ("Grand total,3.51,,", "total", 2, False),
        (",3.50,Works,Somebody", "undated", 3, None),
        ("Brought forward,3.50,,", "total", 2, True),
    ],
    ids=["the word behind the amount", "a penny off", "no word", "a word of every list"],
)
def test_a_total_is_told_by_its_word_and_its_sum(
    tmp_path: Path, last: str, said: str, rows: int, agrees: object
) -> None:
    """What has an amount, no date and no word of a total is data that waits; the proposal says so."""
    path = tmp_path / "list.csv"
    path.write_text(
        f"Date,Amount,Department,Supplier\n22/01/2015,1.50,Works,A B\n23/01/2015,2.00,,C D\n{last}\n", "utf-8"
    )
    at = desk("GBP")
    found = at.propose(path, {})
    assert not found.open
    tried = at.tried(path, at.text(found, "mine"), "mine")
    assert (said in [point.topic for point in found.points], tried.rows, tried.agrees) == (True, rows, agrees)


@pytest.mark.parametrize(
    ("cells", "answers", "amount"),
    [
        (("1.234,50", "12,5", "2.000"), {}, 324_700), (("1.234", "12.500"), {"decimal": "comma"}, 1_373_400),
        (("12.500", "2.000"), {"decimal": "point"}, 1450), (("12 345,67", "5,00", "1\u202f234 567,8"), {}, 124_691_847),
        (("1.234,50 €", "12,50 €", "€ 2.000"), {"unit": "EUR"}, 324_700),
    ],
)  # fmt: skip
def test_decimals_behind_a_comma_are_read_so(
    tmp_path: Path, cells: tuple[str, ...], answers: dict[str, str], amount: int
) -> None:
    """The page says it, its sample is as the file has it, and through it the file has its sum; a point in it waits."""
    path = tmp_path / "list.csv"
    path.write_text("Date;Supplier;Amount\n" + "".join(f"22.01.2015;A;{cell}\n" for cell in cells), "utf-8")
    at = desk(unit := answers.get("unit", "GBP"))
    text = at.text(at.propose(path, {"unit": unit} | answers), "mine")
    tried = at.tried(path, text, "mine")
    assert (tried.rows, tried.sound, tried.amount) == (len(cells), len(cells), amount)
    assert ('decimal = ","' in text) == (answers.get("decimal") != "point")
    assert f";{cells[0].replace(' 3', '.3')}\n" in text
    path.write_text(path.read_text("utf-8") + "22/01/2015;A;3.50\n22/01/2015;A;4,5\n", "utf-8")
    assert at.tried(path, text, "mine").sound == len(cells) + 1


def test_a_zip_of_one_file_is_that_file(say: Say, book: Path) -> None:
    """Proposed for as if it were unpacked; the page imports the zip. Of several it is asked which."""
    for name, files in (("one.zip", ("a.csv",)), ("two.zip", ("a.csv", "b.csv"))):
        with zipfile.ZipFile(name, "w") as archive:
            for file in files:
                archive.writestr(file, "日期,收款人,金额(元)\n2015-02-01,示例公司,5000.00\n")
    answer = say("formats", "new", "one.zip", "--book", book, "--format", "json")
    assert (answer.code, Path(json.loads(answer.out)["page"]).name) == (0, "one.md"), answer.err
    command = json.loads(answer.out)["next"].removeprefix("fundtrack ").split()
    done = say(*command, "--book", book, "--format", "json")
    assert json.loads(done.out)[0]["amounts"]["read"] == "5000.00"
    two = say("formats", "new", "two.zip", "--book", book)
    assert (two.code, "a.csv, b.csv" in two.err) == (2, True)


def test_what_no_page_reads_in_a_zip_is_named_and_the_lists_are_read(say: Say, book: Path) -> None:
    """A README and a PDF beside a list are told as not read; what is much like a list of a page refuses the zip."""
    rows = "日期,收款人,金额(元)\n2015-02-01,示例公司,5000.00\n"
    Path("a.csv").write_text(rows, "utf-8")
    assert say("formats", "new", "a.csv", "--book", book).code == 0
    others = {
        "README.md": b"Dear Sir,\nthe list is in a.csv.\n",
        "scan.pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\0\x01 obj\n",
    }
    for name, files in (("some.zip", {"a.csv": rows.encode(), **others}), ("none.zip", others)):
        with zipfile.ZipFile(name, "w") as archive:
            for file, data in files.items():
                archive.writestr(file, data)
    done = say("import", "some.zip", "--book", book, "--format", "json")
    assert done.code == 1, done.err
    assert [one["file"] for one in json.loads(done.out)] == ["some.zip:a.csv"]
    assert ("some.zip:README.md" in done.err, "some.zip:scan.pdf" in done.err) == (True, True)
    assert say("import", "none.zip", "--book", book).code == 2
    with zipfile.ZipFile("like.zip", "w") as archive:
        archive.writestr("a.csv", rows.replace("示例", "另一"))
        archive.writestr("b.csv", rows.replace("日期", "日子"))
    like = say("import", "like.zip", "--book", book)
    assert (like.code, "like.zip:b.csv" in like.err) == (2, True)


def test_what_cannot_be_read_at_all_is_refused(tmp_path: Path) -> None:
    """With the reason, and no page."""
    path = tmp_path / "list.csv"
    for text, key in (
        ("Tag;Wer;Betrag\n22.01.2015;A;1.234,50\n23.01.2015;B;2,50\n24.01.2015;C;2.50\n", "new-decimal-comma"),
        (ENGLISH + "22/01/2015,A,1.50\n01/23/2015,B,2.00\n", "date-order-mixed"),
        ("Dear Sir,\nnothing\n", "new-no-header"),
        ("", "file-empty"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(FormatError) as caught:
            desk("GBP").propose(path, {})
        assert caught.value.key == key


@pytest.mark.parametrize("name", ["金额大写", "大写金额", "金额（大写）"])
def test_an_amount_in_words_is_compared_with_the_digits(book: Path, say: Say, name: str) -> None:
    """Its column is proposed by its name; a row whose words are another amount waits, and is not posted."""
    heading = f"日期,收款人,摘要,金额（元）,{name},资金\n"
    right = "2015-03-02,甲公司,一期管网,120000.00,壹拾贰万元整,F01\n2015-03-09,乙公司,二期管网,2000.50,贰仟元伍角,F01\n"
    Path("list.csv").write_text(heading + right, "utf-8")
    answer = say("formats", "new", "list.csv", "--book", book, "--set", "sign=out", "--name", "words")
    assert answer.code == 0, answer.out + answer.err
    page = (book / "importers" / "words.md").read_text("utf-8")
    assert "amount-words = { column = " in page
    assert say("formats", "test", "--book", book).code == 0
    Path("next.csv").write_text(heading + right.replace("贰仟元伍角", "叁仟元伍角"), "utf-8")
    done = say("import", "next.csv", "--as", "words", "--book", book, "--format", "json")
    assert {"check": "amount-words-differ", "rows": 1, "amount": "2000.50"} in done.json[0]["reasons"]


def test_which_says_what_an_import_would_do(book: Path, say: Say) -> None:
    """Of a file whose rows would mostly wait, and of each of a zip: a letter is passed over, a list refuses it."""
    half = commands.PAYMENTS.replace("2015-04-02", "2015-04").replace("2015-04-03", "x")
    Path("half.csv").write_text(half, "gb18030")
    told = say("formats", "which", "half.csv", "--book", book)
    assert (told.code, "no " in told.out) == (0, True)
    assert "would read it as treasury-payment: 2 rows of data, of which 2 would wait" in told.out
    for name, text, code in (("letter.txt", "附：清单一份", 0), ("other.csv", "村名,户数\n四那村,31\n", 1)):
        with zipfile.ZipFile("both.zip", "w") as archive:
            archive.write("half.csv")
            archive.writestr(name, text)
        told = say("formats", "which", "both.zip", "--book", book)
        assert told.code == code, told.out
        assert ("passes it over" in told.out, "would refuse this one for both.zip:other.csv" in told.out) == (
            not code, bool(code),
        )  # fmt: skip
        found = say("formats", "which", "both.zip", "--book", book, "--format", "json").json
        assert [(one["file"], one["page"], one["imported"]) for one in found] == [
            ("both.zip:half.csv", "treasury-payment", True), (f"both.zip:{name}", "", False),
        ]  # fmt: skip
        assert (say("import", "both.zip", "--dry-run", "--book", book).code == 2) == bool(code)
